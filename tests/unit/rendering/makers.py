"""Issues made by hand, as small as a test needs them."""

from __future__ import annotations

from datetime import date

from formatters.document import Blocks, Inline, Inlines, Paragraph, Strong, Text
from formatters.issue import Issue, Item, Point, Section, SourceLink
from formatters.words import ListWords, Words

THURSDAY = date(2026, 2, 12)

WORDS = Words(
    language="zh",
    weekday=lambda day: "星期" + "一二三四五六日"[day.weekday()],
    day=lambda day: f"{day.year}年{day.month}月{day.day}日",
    items=lambda count: f"{count} 条",
    reading_time=lambda minutes: f"约 {minutes} 分钟",
    continued=lambda number, count: f"（续 {number}/{count}）",
    sources="来源",
    trends="趋势",
    watch="接下来关注",
    previous="上一条",
    next="下一条",
    headlines="返回目录",
    send_all="全部发给我",
    label_separator="：",
    ask_for_item="发送 /item 3 查看第 3 条",
    added="补充",
    updated=lambda time: f"{time} 更新",
    withdrawn="本条已撤回。",
    read_privately="私聊阅读",
    permalink="链接",
    lists=ListWords(
        month=lambda day: f"{day.year}年{day.month}月",
        weekdays=tuple("一二三四五六日"),
        found=lambda query: f"搜索：{query}",
        saved="收藏",
        archive="往期",
        gone="已不在",
        pick_a_day="点数字打开",
        narrow="还有更多",
        save="收藏",
        is_saved="已收藏",
        share="分享",
        all_headlines="全部标题",
        back="上一页",
        on="下一页",
    ),
)


def inline(text: str) -> Inlines:
    """Return inlines in which `**…**` is bold, and nothing else means anything."""
    pieces: list[Inline] = []
    for index, piece in enumerate(text.split("**")):
        if piece:
            pieces.append(Strong((Text(piece),)) if index % 2 else Text(piece))
    return tuple(pieces)


def paragraphs(*texts: str) -> Blocks:
    return tuple(Paragraph(inline(text)) for text in texts)


def point(label: str = "", text: str = "", *below: str, blocks: Blocks = ()) -> Point:
    return Point(inline(label), inline(text), tuple(Point(text=inline(sub)) for sub in below), blocks)


def item(number: int = 1, title: str = "标题", *points: Point, urls: tuple[str, ...] = ()) -> Item:
    return Item(number, inline(title), tuple(SourceLink(url) for url in urls), points or (point("是什么", "文字。"),))


def digest(
    *items: Item,
    title: str = "日报",
    day: date | None = THURSDAY,
    intro: Blocks = (),
    trends: tuple[Point, ...] = (),
    watch: tuple[Point, ...] = (),
    sections: tuple[Section, ...] = (),
) -> Issue:
    return Issue(title, day, "digest", intro=intro, items=items, trends=trends, watch=watch, sections=sections)


def section(title: str, *blocks: str | Blocks) -> Section:
    found: Blocks = ()
    for block in blocks:
        found += paragraphs(block) if isinstance(block, str) else block
    return Section(inline(title), found)


def essay(*sections: Section, title: str = "随笔") -> Issue:
    return Issue(title, THURSDAY, "essay", sections=sections)
