"""How much more memory a million readers take than a thousand, while an issue is planned for all and goes out."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.storage.engine import open_database
from bot.storage.migrations import migrate
from tests.benchmarks.bench_planning import subscribe

FEW, MANY = 1000, 1_000_000
BOUND = 20.0
"""Megabytes."""


def main() -> bool:
    """Print the table; return whether the bound holds."""
    found = {readers: peak(readers) for readers in (FEW, MANY)}
    print("peak of resident memory while an issue is planned for everybody and its first messages go out (SQLite)\n")
    for readers, megabytes in found.items():
        print(f"  {readers:>9,} readers {megabytes:>8.1f} MB")
    more = found[MANY] - found[FEW]
    print(f"\n  {more:.1f} MB more (at most {BOUND:.0f})")
    return more <= BOUND


def peak(readers: int) -> float:
    """Return the megabytes that a process of its own takes at most."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/digestbot.sqlite3"
        asyncio.run(_prepare(url, readers))
        command = [sys.executable, "-m", "tests.benchmarks.memory_process", url, str(readers)]
        told = subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True)
        return int(told.stdout) / 1024


async def _prepare(url: str, readers: int) -> None:
    async with open_database(url) as database:
        await migrate(database)
        await subscribe(database, readers)
