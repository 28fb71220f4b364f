"""`digestbot run` on a clock that is moved from outside: the file $CHAOS_CLOCK says by how many seconds it is wrong."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cli.daily import run_bot
from bot.cli.output import fail
from bot.domain.errors import DigestbotError
from bot.scheduling.clock import SystemClock
from bot.settings import load_settings


class WrongClock(SystemClock):
    """A machine's clock that somebody sets, while the bot runs."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def now(self) -> datetime:
        """Return what the clock shows at this moment."""
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text()))


def main() -> int:
    try:
        asyncio.run(run_bot(load_settings(), WrongClock(Path(os.environ["CHAOS_CLOCK"]))))
    except DigestbotError as error:
        return fail(str(error), error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
