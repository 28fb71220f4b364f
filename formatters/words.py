"""The fixed words of one language, as rendering needs them.

The catalogs that they come from are read elsewhere; here they are values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from formatters.values import value


@value
class ListWords:
    """Labels of lists, and of what a reader does with an item."""

    month: Callable[[date], str]
    """2026年2月 / February 2026."""
    weekdays: tuple[str, ...]
    """Seven short names, from Monday."""
    found: Callable[[str], str]
    """A heading over what a search for these words found."""
    saved: str
    """A heading: 收藏 / Saved."""
    archive: str
    """A heading, and a button: 往期 / Archive."""
    gone: str
    """In place of the title of an item that is no more."""
    pick_a_day: str
    """Below a calendar."""
    narrow: str
    """Below the findings of a search that is too long for buttons to carry."""
    save: str
    """A button: 收藏 / Save."""
    is_saved: str
    """The same button once it was pressed: 已收藏 / Saved."""
    share: str
    """A button: 分享 / Share."""
    all_headlines: str
    """A button: 全部标题 / All headlines."""
    back: str
    """A button that turns a page back: ‹ 上一页 / Previous."""
    on: str
    """A button that turns a page on: 下一页 › / Next."""


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
    lists: ListWords
