"""A Slack that others wrote: the npm package local-slack, run as a process of its own.

What our own sandbox and our bot might both have misunderstood shows against it. Its commands, button presses and log
are driven through its control API. It accepts any token (as the first app's), posts to any channel it knows, does not
check blocks and never limits a rate: what Slack refuses is a matter for the sandbox.
"""

from __future__ import annotations

import asyncio
import base64
import fcntl
import hashlib
import json
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import aiohttp

PACKAGE = "local-slack-linux-x64"
VERSION = "0.1.8"
INTEGRITY = "2BCTKxKajjZNWCSCj66Jq5VDScUDNpGZ1lA3281I8RvpDE4/ULCwC26TlcW6/4sPbSTs02Q3KjTiltJp3ZBEvg=="
"""SHA-512 of the packed package, as npm writes it."""

CHANNEL, LIN = "C0DAILY0001", "U0LIN000001"
APP, BOT, BOT_NAME = "A0DIGEST001", "U0DIGEST001", "tidings"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-made-up-for-tidings", "xapp-made-up-for-tidings", "made-up-signature"

_OURS = {
    "appId": APP, "botUserId": BOT, "botName": BOT_NAME,
    "botToken": BOT_TOKEN, "appToken": APP_TOKEN, "signingSecret": SIGNING_SECRET,
}  # fmt: skip
_OTHER = {"appId": "A0OTHER0001", "botUserId": "U0OTHER0001", "botName": "other"}
_CONFIGURATION = {
    "workspace": {"name": "Independent", "domain": "independent", "teamId": "T0INDEPEND1"},
    # a call with a token that the server does not know counts as the first app's: ours is the second
    "apps": [_OTHER, _OURS],
    "users": [{"id": LIN, "name": "lin"}],
    "channels": [{"id": CHANNEL, "name": "daily-digest", "members": [BOT, LIN]}],
}

_PATIENCE = 45.0
_LONGEST_ACKNOWLEDGEMENT = 6.0
"""Seconds; the server itself waits for five."""

Json = dict[str, Any]


class Unavailable(Exception):
    """The server cannot be had here; says why."""


def fetch(folder: Path) -> Path:
    """Return the server's program, fetched into `folder` unless it is there already.

    Raises Unavailable where it does not run or npm cannot fetch it, ValueError if it is not the package we know.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Unavailable(f"{PACKAGE} runs on Linux x64 only")
    program = folder / f"local-slack-{VERSION}"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        if not program.exists():
            unfinished = program.with_suffix(".part")
            unfinished.write_bytes(_program_in(_packed(folder)))
            unfinished.chmod(0o755)
            unfinished.rename(program)
    return program


def _packed(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed")
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", str(folder)]
    command += ["--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm did not fetch {PACKAGE}@{VERSION} within 60 s") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr.splitlines() or [f"exit code {error.returncode}"])[0]
        raise Unavailable(f"npm cannot fetch {PACKAGE}@{VERSION}: {said}") from None
    return folder / f"{PACKAGE}-{VERSION}.tgz"


def _program_in(package: Path) -> bytes:
    content = package.read_bytes()
    found = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != INTEGRITY:
        raise ValueError(f"{package} is not {PACKAGE}@{VERSION}: its SHA-512 is {found}, not {INTEGRITY}")
    with tarfile.open(package) as archive:
        member = archive.extractfile("package/bin/local-slack")
        if member is None:
            raise ValueError(f"{package} holds no program")
        program = member.read()
    package.unlink()
    return program


@dataclass(frozen=True, slots=True)
class Asked:
    """A command or a press, and what came of it."""

    ack_seconds: float
    """From the envelope to its acknowledgement, by the server's clock."""
    replies: list[Json]
    """The messages that are new or changed since, in order."""


class IndependentSlack:
    """One workspace with our app in it; `LIN` and the bot are in the channel `CHANNEL`."""

    def __init__(self, program: Path, folder: Path) -> None:
        """`folder` takes its settings and files."""
        self._program = program
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0
        self._configuration = folder / "workspace.json"
        self._configuration.write_text(json.dumps(_CONFIGURATION), encoding="utf-8")

    @property
    def api_url(self) -> str:
        """The Web API's base."""
        return f"{self._root}/api/"

    @property
    def _root(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def call_at(self, request_url: str) -> None:
        """Call our app there, signed, instead of waiting for its Socket Mode connection; to be said before `start`."""
        called = _OURS | {"mode": "events", "requestUrl": request_url}
        configuration = _CONFIGURATION | {"apps": [_OTHER, called]}
        self._configuration.write_text(json.dumps(configuration), encoding="utf-8")

    async def start(self) -> None:
        """Start, at a free port the first time and at the same one from then on; returns once it answers.

        What was written before is forgotten. Raises RuntimeError if it does not start.
        """
        self._process = await asyncio.create_subprocess_exec(
            self._program,
            *("--config", self._configuration, "--port", str(self._port)),
            *("--base-host", "127.0.0.1", "--files-dir", self._folder / "files"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                self._port = await self._announced()
        except BaseException:
            await self.stop()
            raise

    async def _announced(self) -> int:
        """Return the port that the server says it listens on."""
        assert self._process is not None
        assert self._process.stdout is not None
        said = ""
        async for line in self._process.stdout:
            said += line.decode()
            _, found, rest = said.partition("Web API base:")
            if found and "/api/" in rest:
                return int(rest.split("/api/")[0].rpartition(":")[2])
        raise RuntimeError(f"the independent Slack did not start:\n{said}")

    async def stop(self) -> None:
        """End it; without effect where it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(5):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.communicate()

    # --- what people do ------------------------------------------------------------------------------------------

    async def command(self, command: str, text: str = "", *, user: str = LIN) -> Asked:
        """Type a slash command in the channel."""
        return await self._ask("command", _typed(command, text, CHANNEL, user), CHANNEL)

    async def modal_of(self, command: str, text: str, *, channel: str, user: str = LIN) -> Json:
        """Type a slash command that opens a modal, and return that."""
        await self._dispatch("command", _typed(command, text, channel, user))

        async def opened() -> bool:
            return bool(await self.modals())

        await until(opened)
        return (await self.modals())[-1]

    async def say(self, text: str, *, thread_ts: str = "", user: str = LIN) -> Json:
        """Write in the channel, or in a thread of it; an app that is named hears of it."""
        written = {"channel": CHANNEL, "user": user, "text": text} | ({"thread_ts": thread_ts} if thread_ts else {})
        return cast("Json", (await self._control("message", written))["message"])

    async def open_home(self, *, user: str = LIN) -> Json:
        """Open our app's home tab; return it once it shows what the app published since."""
        before = await self.home(user=user)
        await self._control("open-home", {"appId": APP, "user": user})

        async def published() -> bool:
            return await self.home(user=user) != before

        await until(published)
        return await self.home(user=user)

    async def press_in_home(self, label: str, *, user: str = LIN) -> float:
        """Press a button of the home tab as the server's own page does; return after how many seconds it is taken.

        The server then tells our app of a press in a message that there is not, and names no view: Slack does not.
        """
        pressed = {"t": "block_action", "channel": "", "messageTs": "", "user": user, "appId": APP}
        button = _button_of(await self.home(user=user), label)
        return await self._dispatched("the press", lambda: self._act(pressed | {"action": button}))

    async def fill_in(self, values: Json, *, user: str = LIN) -> None:
        """Submit the open modal with these elements' states, by block_id and action_id; the server tells no others."""
        await self._act({"t": "view_submit", "user": user, "values": values})

    async def press(self, message: Json, label: str, *, user: str = LIN) -> Asked:
        """Press a button by its text; raises LookupError if there is none."""
        return await self._ask("interact", _press_of(message, label, user), message["channel"])

    async def acknowledged(self, message: Json, label: str, *, user: str = LIN) -> float:
        """Press a button to which no answer is due; return after how many seconds the app acknowledged."""
        return await self._dispatch("interact", _press_of(message, label, user))

    async def _ask(self, action: str, request: Json, channel: str) -> Asked:
        before = await self.messages(channel)
        seconds = await self._dispatch(action, request)
        replies: list[Json] = []

        async def answered() -> bool:
            replies[:] = [message for message in await self.messages(channel) if message not in before]
            return bool(replies)

        await until(answered)
        return Asked(seconds, replies)

    async def _dispatch(self, action: str, request: Json) -> float:
        return await self._dispatched(request, lambda: self._control(action, request))

    async def _dispatched(self, what: object, act: Callable[[], Awaitable[object]]) -> float:
        entries = len(await self.log())
        await act()
        found: list[Json] = []

        async def acknowledged() -> bool:
            new = (await self.log())[entries:]
            sent = [entry for entry in new if entry["summary"].startswith(("envelope", "POST "))]
            taken = [one for one in new if one["kind"] == "ack" or one["summary"] == "HTTP 200"]
            found[:] = [*sent[:1], *taken[:1]]
            return len(found) == 2

        try:
            await until(acknowledged, within=_LONGEST_ACKNOWLEDGEMENT)
        except TimeoutError:
            raise TimeoutError(f"the app did not acknowledge {what}") from None
        return float(found[1]["time"] - found[0]["time"]) / 1000

    # --- what there is to see ------------------------------------------------------------------------------------

    async def connected(self) -> None:
        """Return once our app has a Socket Mode connection."""

        async def greeted() -> bool:
            return any(entry["summary"] == f"socket connected (hello) [{APP}]" for entry in await self.log())

        await until(greeted)

    async def messages(self, channel: str = CHANNEL) -> list[Json]:
        """Return all messages of a channel in order: threads' and ephemeral ones too (with `ephemeral_to`)."""
        return cast("list[Json]", (await self._control(f"messages/{channel}"))["messages"])

    async def public(self, channel: str = CHANNEL) -> list[Json]:
        """Return what everybody sees in a channel and its threads, in order."""
        return [message for message in await self.messages(channel) if "ephemeral_to" not in message]

    async def home(self, *, user: str = LIN) -> Json:
        """Return our app's home tab as the server keeps it for a person; empty if none was published."""
        return cast("Json", (await self._page())["homeViews"].get(user, {}).get(APP, {}))

    async def modals(self) -> list[Json]:
        """Return the open modals, the one on top last."""
        return cast("list[Json]", (await self._page())["modalStack"])

    async def call(self, method: str, **parameters: str) -> Json:
        """Call the Web API as our bot."""
        token = {"Authorization": f"Bearer {BOT_TOKEN}"}
        async with (
            aiohttp.ClientSession(headers=token) as session,
            session.post(self.api_url + method, data=parameters) as answer,
        ):
            answer.raise_for_status()
            return cast("Json", await answer.json())

    async def calls(self, method: str) -> list[Json]:
        """Return the parameters of every call of a Web API method, in order."""
        log = await self.log()
        return [entry["detail"] for entry in log if (entry["kind"], entry["summary"]) == ("web_api", method)]

    async def log(self) -> list[Json]:
        """Return the last thousand things between the server and its apps."""
        return cast("list[Json]", (await self._control("log"))["log"])

    async def _page(self) -> Json:
        """Return what the server's own page is given to show."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self._root}/ui") as page:
            return cast("Json", (await page.receive_json())["state"])

    async def _act(self, action: Json) -> None:
        """Do what only the server's own page can do."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self._root}/ui") as page:
            await page.receive_json()
            await page.send_json(action)

    async def _control(self, path: str, request: Json | None = None) -> Json:
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                "GET" if request is None else "POST", f"{self._root}/_control/{path}", json=request
            ) as said,
        ):
            said.raise_for_status()
            return cast("Json", await said.json())


def _typed(command: str, text: str, channel: str, user: str) -> Json:
    return {"appId": APP, "channel": channel, "user": user, "command": command, "text": text}


def _press_of(message: Json, label: str, user: str) -> Json:
    button = _button_of(message, label)
    return {"channel": message["channel"], "messageTs": message["ts"], "user": user, "action": button}


def _button_of(shown: Json, label: str) -> Json:
    """Return a button of a message or view by its text."""
    for block in shown.get("blocks", ()):
        for button in (*block.get("elements", ()), block.get("accessory", {})):
            if button.get("type") == "button" and button["text"]["text"] == label:
                return cast("Json", button)
    raise LookupError(f"no button {label!r} in {shown}")


async def until(holds: Callable[[], Awaitable[bool]], within: float = _PATIENCE) -> None:
    """Return once it holds; TimeoutError if that takes too long."""
    async with asyncio.timeout(within):
        while not await holds():
            await asyncio.sleep(0.05)
