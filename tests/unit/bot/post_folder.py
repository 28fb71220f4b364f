"""A folder of posts that tests write to and look at."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.ports.posts import Scan
from bot.posts.directory import PostDirectory
from tests import written_posts

DAY = date(2026, 2, 12)
HOME = ZoneInfo("Asia/Shanghai")


class Folder:
    """A folder of posts and a bot that looks at it whenever it is told to, at a time of the test's choosing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seconds = 1_000.0
        self.directory = PostDirectory(root, HOME, monotonic=lambda: self.seconds, wall_clock=self._wall_clock)
        self._skew = 0.0

    def _wall_clock(self) -> float:
        reference = self.root.parent / "now"
        reference.touch()
        return reference.stat().st_mtime + self._skew

    def write(self, name: str, text: str | None = None, *, settled: bool = True) -> Path:
        return written_posts.write(self.root, name, text or written_posts.digest(DAY, title=name), settled=settled)

    def scan(self, *, after: float = 0) -> Scan:
        self.seconds += after
        return self.directory.scan_now()

    def keys(self, *, after: float = 0) -> list[str]:
        return [known.key for known in self.scan(after=after).issues]


def problems(scan: Scan) -> dict[str, str]:
    return {path.name: diagnostics[0].problem for path, diagnostics in scan.refused}
