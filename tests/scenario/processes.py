"""The bot as a process of its own, so that it can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from bot.sandbox.server import Sandbox
from tests.conftest import PROJECT
from tests.scenario.world import eventually


def zone_at_noon() -> tuple[str, date]:
    """Return a time zone in which it is about noon, and its date: no test of today meets midnight."""
    hours = datetime.now(UTC).hour - 12  # Etc zones are named with the sign reversed
    zone = f"Etc/GMT{hours:+d}" if hours else "Etc/GMT"
    return zone, datetime.now(UTC).date()


def environment(sandbox: Sandbox, posts: Path, database: Path, **more: str) -> dict[str, str]:
    """Return the environment of a bot that delivers today's issue at any hour, to the local platforms."""
    zone, _ = zone_at_noon()
    settings = {
        "DIGESTBOT_POSTS": str(posts),
        "DIGESTBOT_TELEGRAM_TOKEN": sandbox.telegram.token,
        "DIGESTBOT_TELEGRAM_API_URL": sandbox.telegram_api_url,
        "DIGESTBOT_DATABASE_URL": f"sqlite:///{database}",
        "DIGESTBOT_TIMEZONE": zone,
        "DIGESTBOT_DELIVER_AT": "00:00",
        "DIGESTBOT_WAIT_UNTIL": "23:59",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGESTBOT_")}
    return inherited | settings | more


async def comes_true(condition: Callable[[], bool]) -> None:
    """Return once it is true; TimeoutError if that takes more than a minute and a half."""

    async def holds() -> bool:
        return condition()

    await eventually(holds, 90)


def finished(database: Path, occasion: str) -> bool:
    """Tell whether a delivery whose occasion begins so was carried out."""
    with closing(sqlite3.connect(database, timeout=60)) as ledger:
        counting = "SELECT count(*) FROM deliveries WHERE state = 'sent' AND occasion LIKE ?"
        return bool(ledger.execute(counting, (f"{occasion}%",)).fetchone()[0])


class BotProcess:
    """`digestbot run`."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._output = (folder / "output.txt").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            env=environment | {"PYTHONPATH": str(PROJECT)},
            cwd=folder,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def kill(self) -> None:
        """End it as a power failure would."""
        self.process.kill()
        self.process.wait(10)

    async def terminate(self, within: float = 30) -> int:
        """Ask it to end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended(within)

    async def ended(self, within: float = 60) -> int:
        """Wait for its end, while the local platforms go on; return its exit code."""
        return await asyncio.to_thread(self.process.wait, within)

    def close(self) -> None:
        """Make sure that nothing is left of it."""
        if self.process.poll() is None:
            self.kill()
        self._output.close()
