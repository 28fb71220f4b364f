"""The local Slack with many workspaces, in a process of its own, at the limits that it enforces by default."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.server import Sandbox

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Room:
    """One channel, and the token that may post there."""

    team: str
    token: str
    channel: str


class SlackProcess:
    """A running local Slack."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        told = self._answer()
        self.api_url = str(told["api_url"])
        self.rooms = [Room(**room) for room in told["rooms"]]

    def ask(self, **question: Any) -> Json:
        """Ask for `report`, which forgets what it told, or for a `pause` of so many seconds in a `channel`."""
        stdin = self._process.stdin
        if stdin is None:
            raise AssertionError("it was asked for")
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        return self._answer()

    def _answer(self) -> Json:
        stdout = self._process.stdout
        if stdout is None:
            raise AssertionError("it was asked for")
        answer: Json = json.loads(stdout.readline())
        return answer


@contextmanager
def running(workspaces: int, channels: int) -> Iterator[SlackProcess]:
    """Run it with so many workspaces, each with so many channels."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.slack_process", str(workspaces), str(channels)],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield SlackProcess(process)
    finally:
        process.communicate(timeout=10)  # its input ends, and so does it


async def _serve(workspaces: int, channels: int) -> None:
    async with Sandbox() as sandbox:
        rooms = []
        for number in range(workspaces):
            team = sandbox.slack.another(f"team-{number}")
            grant = sandbox.slack.app.install(team)
            for place in range(channels):
                channel = team.channel(f"daily-{place}")
                rooms.append({"team": team.team_id, "token": grant.token, "channel": channel.id})
        print(json.dumps({"api_url": sandbox.slack_api_url, "rooms": rooms}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(_answered(sandbox, json.loads(line))), flush=True)


def _answered(sandbox: Sandbox, question: Json) -> Json:
    slack = sandbox.slack
    if "pause" in question:
        slack.faults.throttle("chat.postMessage", question["pause"], chat=question["channel"])
        return {}
    calls = slack.calls.of("chat.postMessage")
    accepted = [call for call in calls if call.accepted]
    began = min((call.at for call in calls), default=0.0)
    last: dict[str, float] = {}
    for call in accepted:
        last[str(call.parameters["channel"])] = call.at - began
    statuses = Counter(call.status for call in calls)
    slack.calls.clear()
    return {"accepted": len(accepted), "throttled": statuses[429], "last": last}


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
