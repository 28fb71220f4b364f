"""Issues whose every part says which it is, so that a message tells on sight what it is a copy of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests import written_posts

_MARK = re.compile(r"第(\d+)期第(\d+)件")


@dataclass(frozen=True, order=True, slots=True)
class PartName:
    """One part of one issue. Part 0 is the overview, then one for each item, then the closing part."""

    issue: int
    part: int

    def __str__(self) -> str:
        return f"{self.issue}/{self.part}"


def part_named_in(text: str) -> PartName | None:
    """Return the part that a message's text is; the overview names items too, but itself first."""
    found = _MARK.search(text)
    return PartName(int(found[1]), int(found[2])) if found else None


def key_of(issue: int) -> str:
    """Return the ledger's key of an issue."""
    return f"issue-{issue}"


def number_of(key: str) -> int:
    """Return the number of the issue with this key."""
    return int(key.removeprefix("issue-"))


def write_issue(folder: Path, issue: int, day: date, *, items: int) -> None:
    """Put an issue into the folder, at rest already: one overview, a part for each item, one closing part."""
    lines = ["+++", f'title = "第{issue}期第0件"', f"date = {day}T08:00:00+08:00", "+++", ""]
    for item in range(1, items + 1):
        lines += [
            f"## {item}) 第{issue}期第{item}件：缓存把首字延迟降下来",
            "",
            f"来源：https://lab.example/{issue}/{item}",
            "",
            "- **是什么**：一句话的内容。",
            "- **建议**：先量再改。",
            "",
        ]
    closing = f"1. **第{issue}期第{items + 1}件**：冷热分开。"
    lines += ["---", "", "## 今日趋势总结", "", closing, ""]
    written_posts.write(folder, f"{key_of(issue)}.md", "\n".join(lines))
