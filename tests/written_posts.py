"""Posts that tests write, in the dialect of the built-in samples."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

_HOSTS = ("lab.example", "news.example", "docs.example", "forum.example")


def digest(day: date, *, items: int = 2, title: str = "", draft: bool = False, trends: bool = True) -> str:
    """Return a digest with so many items, each with a source, two points and an advice."""
    lines = [
        "+++",
        f'title = "{title or f"推理日报｜{day}"}"',
        f"date = {day}T08:00:00+08:00",
        f"draft = {str(draft).lower()}",
        "+++",
        "",
        "> 只选值得工程团队动手的更新。",
        "",
    ]
    for number in range(1, items + 1):
        lines += [
            f"## {number}) 第 {number} 条：缓存把首字延迟降到 {number}0 毫秒",
            "",
            f"来源：https://{_HOSTS[number % len(_HOSTS)]}/posts/{number}",
            "",
            f"- **是什么**：第 {number} 条的内容，含 `code` 与 **重点**。",
            "- **为什么重要**：延迟决定体验。",
            "- **建议**：",
            "  - 先量再改；",
            "  - 留好回滚。",
            "",
        ]
    if trends:
        lines += ["---", "", "## 今日趋势总结", "", "1. **缓存分层**：冷热分开。", "2. **边缘推理**：离读者更近。", ""]
        lines += ["## 我接下来会关注什么", "", "1. **命中率**：是否稳定。", ""]
    return "\n".join(lines)


def essay(day: date) -> str:
    """Return an essay: sections, no items."""
    return f"""---
title: "为什么要慢下来"
date: {day}
---

## 一句话

快不等于好。

## 展开

| 维度 | 快 | 慢 |
|---|---|---|
| 返工 | 多 | 少 |

先想清楚，再动手。
"""


def write(folder: Path, name: str, text: str, *, settled: bool = True) -> Path:
    """Write a post; a settled one looks as if it had been at rest for a minute."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if settled:
        old = path.stat().st_mtime - 60
        os.utime(path, (old, old))
    return path
