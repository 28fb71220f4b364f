"""The fixed words of one language, as rendering needs them.

The catalogs that they come from are read elsewhere; here they are values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from formatters.values import value


@value
class Words:
    """Labels and phrases of one language."""

    language: str
    """BCP 47: zh or en."""
    weekday: Callable[[date], str]
    """星期四 / Thursday."""
    day: Callable[[date], str]
    """2026年2月12日 / February 12, 2026."""
    items: Callable[[int], str]
    """8 条 / 8 items."""
    reading_time: Callable[[int], str]
    """Minutes, at least 1: 约 6 分钟 / 6 min read."""
    continued: Callable[[int, int], str]
    """Stands after a title: （续 2/3） / (continued 2/3)."""
    sources: str
    """来源 / Sources."""
    trends: str
    """Used where the post's own heading is missing: 趋势 / Trends."""
    watch: str
    """接下来关注 / What to watch."""
    previous: str
    """A button: 上一条 / Previous."""
    next: str
    """A button: 下一条 / Next."""
    headlines: str
    """A button: 返回目录 / Headlines."""
    send_all: str
    """A button: 全部发给我 / Send all."""
    label_separator: str
    """Between a point's bold label and its text: ： / ': '."""
    ask_for_item: str
    """A hint where buttons cannot be used, naming /item: 发送 /item 3 查看第 3 条."""
    added: str
    """Marks an item that came after the delivery: 补充 / Added."""
    updated: Callable[[str], str]
    """Marks an item that changed after the delivery, with the time of day: 09:12 更新 / Updated 09:12."""
    withdrawn: str
    """Stands in place of a message that cannot be deleted: 本条已撤回 / This message was withdrawn."""
    read_privately: str
    """A button in a group: 私聊阅读 / Read in private."""
    permalink: str
    """A button in Slack that gives the address of its message: 链接 / Link."""
