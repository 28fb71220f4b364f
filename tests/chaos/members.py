"""The bot's processes, and what happens to them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.conftest import PROJECT

BOT = ("-m", "bot", "run")
"""`digestbot run`."""
CLOCKED_BOT = ("-m", "tests.chaos.clocked_bot")
"""The same with a clock that can be moved."""


class Member:
    """One process of the bot, for as long as it lives."""

    def __init__(self, name: str, program: tuple[str, ...], environment: dict[str, str], folder: Path) -> None:
        self.name = name
        self.output = folder / f"{name}.log"
        self.started_at = time.monotonic()
        self.wanted = True
        """False once somebody ended it on purpose."""
        self.frozen = False
        self.process = subprocess.Popen(
            [sys.executable, *program],
            env=environment | {"PYTHONPATH": str(PROJECT)},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        # through a pipe: where files may not grow, its log still may
        threading.Thread(target=self._keep_output, daemon=True).start()

    def _keep_output(self) -> None:
        assert self.process.stdout
        with self.output.open("ab") as file, self.process.stdout as pipe:
            while text := os.read(pipe.fileno(), 65536):
                file.write(text)
                file.flush()

    @property
    def alive(self) -> bool:
        """Whether it runs, or is frozen."""
        return self.process.poll() is None

    async def kill(self) -> None:
        """End it as a power failure would."""
        self.wanted = False
        self.process.kill()
        await asyncio.to_thread(self.process.wait, 10)

    async def terminate(self, within: float) -> int:
        """Ask it to end; return its exit code."""
        self.wanted = False
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, within)

    def freeze(self) -> None:
        """Let it do nothing, as a machine does that swaps or a virtual machine that is moved."""
        self.frozen = True
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on from where it was."""
        self.frozen = False
        if self.alive:
            self.process.send_signal(signal.SIGCONT)

    def lines(self, word: str, most: int) -> list[str]:
        """Return the last lines of its log that hold the word."""
        if not self.output.exists():
            return []
        return [line for line in self.output.read_text(errors="replace").splitlines() if word in line][-most:]
