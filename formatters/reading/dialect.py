"""How digests are written, as data.

A dialect says what begins an item; keywords say what the other parts are called. Adding either is adding
data here: `structure.py` knows no words. What no dialect fits is an essay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Marker = Literal["heading", "linked heading", "linked bullet"]


def _one_of(*phrases: str) -> str:
    return "|".join(phrases)


@dataclass(frozen=True, slots=True)
class Keywords:
    """Patterns, each tried on plain text without regard to case."""

    source_line: re.Pattern[str]
    """The start of a line that names sources, up to its colon; the group `note` is a bracket before the colon."""
    source_label: re.Pattern[str]
    """The whole of a label that does the same."""
    trends: re.Pattern[str]
    """The whole of a heading, without its number, marks and bracketed suffix."""
    watch: re.Pattern[str]
    references: re.Pattern[str]
    """Headings over links that are background reading, not news."""
    item_label: re.Pattern[str]
    """Labels that only digests use."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write items."""

    name: str
    marker: Marker
    """Where an item begins: at a heading that matches `number`, at one that is a link, at a bullet with a link."""
    number: re.Pattern[str] | None = None
    """The start of an item's heading; the group `number` is what readers call it."""


_SOURCES = _one_of(
    *("来源", "信息来源", "新闻来源", "消息来源", "参考来源", "信源", "出处", "原文", "原文链接", "原文地址"),
    *("链接", "相关链接", "参考链接", "参考", "阅读原文", "來源", "連結", "出典", "ソース", "情報源", "引用元"),
    *("sources?", "links?", "via", "read more", "original(?: article)?", "full story", "reference"),
    *("출처", "원문", "링크", "kaynak(?:lar)?", "fuentes?", "quellen?", "fontes?", "источники?"),
)
_NOTED_SOURCES = rf"\W{{0,8}}(?:{_SOURCES})\s*(?:[（(](?P<note>[^（）()]{{0,80}})[)）])?\s*"
_SOON = "接下来|下一步|后续|未来|明日|明天|下周|下期|今后|接下來|後續"

KEYWORDS = Keywords(
    source_line=re.compile(rf"{_NOTED_SOURCES}[：:]\s*", re.IGNORECASE),
    source_label=re.compile(_NOTED_SOURCES, re.IGNORECASE),
    trends=re.compile(
        _one_of(
            r"(?:今日|今天|本期|本周|本月|本日|近期|行业|技术|整体|综合|每日|关键|核心|AI|\s){0,4}"
            r"(?:趋势|趨勢|动向|风向)(?:与|和|及)?(?:总结|小结|观察|分析|判断|洞察|解读|点评|回顾|展望|總結|觀察){0,2}",
            r"(?:(?:to)?day['’]?s|this week['’]?s|key|main|big|weekly|daily|the|overall|\s){0,4}"
            r"(?:trends?|takeaways?)(?: summary| of the (?:day|week)| today)?",
            "(?:오늘의|주요|이번 주)? ?(?:트렌드|동향)(?: 요약)?",
            "(?:今日の|本日の)?(?:トレンド|動向)(?:まとめ)?",
            "(?:günün |haftanın )?(?:trendler|eğilimler)i?",
        ),
        re.IGNORECASE,
    ),
    watch=re.compile(
        _one_of(
            rf"(?:我们?|编辑部?)?(?:{_SOON})(?:我们?)?(?:会|将|要|值得|需要|持续|继续|重点|還會|會){{0,3}}"
            r"(?:关注|留意|跟踪|追踪|观察|關注)(?:什么|哪些|的.{1,8}|点|方向|清单|列表|事项|重点|内容|甚麼|什麼)?",
            r"我们?(?:会|将|在|要|持续|继续|重点){1,3}(?:关注|留意|跟踪|追踪)(?:什么|哪些|的.{1,8}|点|方向|清单|列表|事项)?",
            r"(?:关注|观察|跟踪)(?:清单|列表)",
            r"what (?:i['’]?m|i am|i will|i['’]?ll|we['’]?re|we are|we will|we['’]?ll|to|to be) "
            r"(?:be )?(?:watch|follow|track)(?:ing)?(?: next)?",
            r"watch ?list|on my radar|looking ahead|what['’]?s next|coming up",
            "앞으로 (?:주목|지켜)볼 (?:것|점)|다음 관전 포인트",
            "今後の注目(?:点|ポイント)?|注目リスト",
            "takip (?:listesi|edeceklerim)|neleri izleyeceğim",
        ),
        re.IGNORECASE,
    ),
    references=re.compile(
        _one_of(
            r"参考(?:资料|文献|链接|来源|线索)?|(?:延伸|扩展|相关|推荐)阅读|相关(?:链接|文章)|引用|脚注|參考資料",
            r"(?:references?|further reading|related(?: posts| reading| links)?|resources|footnotes|see also|credits)",
            "참고(?: 자료| 문헌)?|参考(?:文献|リンク)|kaynakça|ilgili yazılar",
        ),
        re.IGNORECASE,
    ),
    item_label=re.compile(
        _one_of(
            r"(?:这?是什么|发生了什么|为什么(?:重要|值得关注)|为何重要|(?:可能|工程|行业)?影响|(?:落地|实践|行动)?建议|意味着什么)",
            r"(?:what(?: happened| it is|['’]s new)?|why it matters|impact|so what|bottom line|tl;?dr)",
            "무엇인가|왜 중요한가|何が起きた(?:か)?|なぜ重要か|ne oldu|neden önemli",
        ),
        re.IGNORECASE,
    ),
)

_MARKS = r"(?:[^\w\s（(\[【#]{1,8}\s*)?"

BUILT_IN = (
    Dialect(
        "parenthesis",  # ## 1) Title, with or without a space
        "heading",
        re.compile(rf"{_MARKS}[（(]?(?P<number>\d{{1,3}})\s*[)）]\s*(?=\S)"),
    ),
    Dialect(
        "numbered",  # ## 1. Title, ### 1、Title, ## No.1 Title, ## 第1条：Title
        "heading",
        re.compile(
            rf"{_MARKS}(?:(?P<named>no\.?\s*|№\s*|#)|[\[【]|第\s*)?(?P<number>\d{{1,3}})(?!\d)"
            r"(?(named)\s*[：:、.)）]?|\s*(?:\ufe0f?\u20e3|[条則则]\s*[：:、.]?|[.．、：:\]】|｜](?!\d)|\s?[-–—]\s))\s*(?=\S)",
            re.IGNORECASE,
        ),
    ),
    Dialect("linked headings", "linked heading"),  # ### [Title](https://…)
    Dialect("list of links", "linked bullet"),  # - [Title](https://…): why
)
