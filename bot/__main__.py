"""The command line's entry point."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; a fault of ours ends with a short message, not with a traceback."""
    from bot.cli import command_line  # so that importing this module costs nothing

    sys.exit(command_line())


if __name__ == "__main__":
    main()
