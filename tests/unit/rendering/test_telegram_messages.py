"""A whole issue in Telegram: what each message shows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from formatters.document import (
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Heading,
    Link,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Rule,
    Strikethrough,
    Strong,
    Table,
    Text,
)
from formatters.issue import Issue, Item, Point, Section, SourceLink
from formatters.parts import Part
from formatters.rendering import telegram_html
from formatters.rendering.telegram_text import WORD_JOINER
from formatters.views import IssueView
from tests.unit.rendering.judges import judge_telegram
from tests.unit.rendering.makers import THURSDAY, WORDS, digest, essay, inline, item, paragraphs, point, section


def parts_of(issue: Issue) -> list[Part]:
    parts = list(telegram_html.render(IssueView(issue), WORDS).parts)
    for part in parts:
        judge_telegram(part)
    return parts


def part_of(issue: Issue, name: str) -> Part:
    return next(part for part in parts_of(issue) if part.name == name)


def markup(issue: Issue, name: str) -> str:
    text = part_of(issue, name).payload["text"]
    assert isinstance(text, str)
    return text


def keyboard(part: Part) -> list[list[dict[str, Any]]]:
    payload: Any = part.payload
    found: list[list[dict[str, Any]]] = payload["reply_markup"]["inline_keyboard"]
    return found


def test_a_digest_is_an_overview_its_items_and_a_closing_message() -> None:
    issue = digest(item(1), item(2), trends=(point("势", "向上"),))
    assert [part.name for part in parts_of(issue)] == ["overview", "item-1", "item-2", "closing"]


def test_a_digest_without_trends_and_watch_list_has_no_closing_message() -> None:
    assert [part.name for part in parts_of(digest(item(1)))] == ["overview", "item-1"]


def test_the_overview_opens_with_title_facts_note_and_headlines() -> None:
    issue = digest(item(1, "甲"), item(2, "乙 **丙**"), intro=paragraphs("按语"), title="日报 2026-02-12")
    assert markup(issue, "overview") == ("<b>日报 2026-02-12</b>\n星期四 · 2 条 · 约 1 分钟\n\n按语\n\n1. 甲\n2. 乙 丙")


def test_the_overview_tells_the_date_where_the_title_does_not() -> None:
    assert "\n2026年2月12日 · 星期四 · 1 条 · " in markup(digest(item(1)), "overview")


def test_an_issue_without_a_date_tells_no_weekday() -> None:
    assert "\n1 条 · 约 1 分钟\n" in markup(digest(item(1), day=None), "overview")


def test_an_item_links_its_title_to_the_first_source_and_parts_its_points() -> None:
    story = item(
        3, "标题", point("是什么", "一 & 二"), point("建议", "", "甲", "**乙**"), urls=("https://www.example.com/a",)
    )
    assert markup(digest(story), "item-3") == (
        '<b>3. </b><a href="https://www.example.com/a"><b>标题</b></a>\n\n'
        "<b>是什么</b>：一 &amp; 二\n\n"
        "<b>建议</b>：\n– 甲\n– <b>乙</b>"
    )
    assert keyboard(part_of(digest(story), "item-3")) == [[{"text": "example.com", "url": "https://www.example.com/a"}]]


def test_an_item_without_source_has_a_bold_title_and_no_buttons() -> None:
    part = part_of(digest(item(1, "标题", point("", "文"))), "item-1")
    assert part.payload["text"] == "<b>1. 标题</b>\n\n文"
    assert "reply_markup" not in part.payload


def test_a_source_in_prose_is_a_line_and_no_button() -> None:
    story = Item(1, inline("标题"), (SourceLink(None, "综合分析 <多家>"),), (point("", "文"),))
    part = part_of(digest(story), "item-1")
    assert part.text.endswith("\n\n来源：综合分析 <多家>")
    assert "reply_markup" not in part.payload


def test_a_label_that_runs_into_punctuation_takes_no_colon() -> None:
    assert "<b>曲线</b>（不仅是峰值）。" in markup(digest(item(1, "题", point("曲线", "（不仅是峰值）。"))), "item-1")


def test_a_long_item_folds_its_middle_points_only() -> None:
    points = [point(f"要点{number}", "字" * 200 + "。") for number in range(1, 6)]
    shown = judge_telegram(part_of(digest(item(1, "题", *points)), "item-1"))
    assert shown.texts("ExpandableBlockQuote") == [
        "\n\n".join(f"要点{number}：" + "字" * 200 + "。" for number in (3, 4))
    ]


def test_a_short_item_and_one_of_three_points_fold_nothing_away_that_is_not_in_the_middle() -> None:
    assert "<blockquote" not in markup(digest(item(1, "题", *[point("要点", "短。")] * 5)), "item-1")
    assert "<blockquote" not in markup(digest(item(1, "题", *[point("要点", "字" * 900)] * 2)), "item-1")


def test_a_quote_inside_folded_points_does_not_nest() -> None:
    quote = (Quote(paragraphs("引文")),)
    points = [point(f"要点{number}", "字" * 200, blocks=quote) for number in range(1, 6)]
    assert "<blockquote>引文</blockquote>" in markup(digest(item(1, "题", *points)), "item-1")
    assert judge_telegram(part_of(digest(item(1, "题", *points)), "item-1")).texts("ExpandableBlockQuote")


def test_an_item_longer_than_a_message_continues_and_says_so_under_its_title() -> None:
    points = [point(f"要点{number}", "很长的句子。" * 120) for number in range(1, 9)]
    issue = digest(item(3, "标题", *points, urls=("https://example.com/a",)))
    parts = [part for part in parts_of(issue) if part.name.startswith("item-3")]
    assert [part.name for part in parts] == ["item-3", "item-3.2"]
    assert parts[0].text.startswith("3. 标题\n\n")
    assert parts[1].text.startswith("3. 标题（续 2/2）\n\n")
    assert "reply_markup" not in parts[0].payload
    assert len(keyboard(parts[1])) == 1
    assert all(f"要点{number}：" in parts[0].text + parts[1].text for number in range(1, 9))


def test_the_closing_message_holds_trends_watch_list_and_further_sections() -> None:
    issue = digest(
        item(1),
        trends=(point("一", "甲"), point("二", "乙")),
        watch=(point("", "丙"),),
        sections=(section("参考", (BulletList((ListItem(paragraphs("丁")), ListItem(paragraphs("戊")))),)),),
    )
    assert markup(issue, "closing") == (
        "<b>趋势</b>\n\n1. <b>一</b>：甲\n\n2. <b>二</b>：乙\n\n<b>接下来关注</b>\n\n1. 丙\n\n<b>参考</b>\n\n• 丁\n• 戊"
    )


def test_the_posts_own_headings_stand_over_trends_and_watch_list() -> None:
    issue = Issue(
        "日报",
        None,
        "digest",
        items=(item(1),),
        trends_title=inline("今日趋势"),
        trends=(point("一", "甲"),),
        watch_title=inline("我会看"),
        watch=(point("二", "乙"),),
    )
    text = markup(issue, "closing")
    assert text.startswith("<b>今日趋势</b>")
    assert "<b>我会看</b>" in text


def test_a_closing_message_too_long_continues_under_the_heading_it_left() -> None:
    trends = tuple(point(f"势{number}", "句子。" * 200) for number in range(1, 10))
    parts = [part for part in parts_of(digest(item(1), trends=trends)) if part.name.startswith("closing")]
    assert [part.name for part in parts] == ["closing", "closing.2"]
    assert parts[1].text.startswith("趋势（续 2/2）\n\n")


def test_an_essay_that_fits_is_one_message_with_bold_headings() -> None:
    issue = essay(section("", "开头"), section("背景", "**重点**文字"), section("", "结尾"))
    (part,) = parts_of(issue)
    assert part.payload["text"] == (
        "<b>随笔</b>\n2026年2月12日 · 星期四 · 约 1 分钟\n\n开头\n\n<b>背景</b>\n\n<b>重点</b>文字\n\n结尾"
    )


def test_a_long_essay_is_cut_before_headings_and_never_ends_a_message_with_one() -> None:
    sections = [section(f"第{number}节", "一个句子。" * 130, "又一个句子。" * 90) for number in range(1, 10)]
    parts = parts_of(essay(*sections))
    assert [part.name for part in parts] == ["overview", *(f"part-{number}" for number in range(2, len(parts) + 1))]
    for number, part in enumerate(parts[1:], 2):
        head, first, *_ = part.text.split("\n\n")
        assert head == f"随笔（续 {number}/{len(parts)}）"
        assert first.startswith("第")
    assert not any(part.text.rsplit("\n", 1)[-1].startswith("第") for part in parts)


def test_a_table_becomes_one_readable_line_a_row() -> None:
    table = Table(
        (inline("维度"), inline("大模型"), inline("Spark")),
        (
            (inline("定位"), inline("长任务"), inline("**实时**")),
            (inline("速度"), inline(""), inline("快")),
            (inline(""), inline("慢"), inline("")),
        ),
    )
    (part,) = parts_of(essay(section("比较", (table,))))
    assert str(part.payload["text"]).endswith(
        "\n\n<b>定位</b> — 大模型：长任务；Spark：<b>实时</b>\n<b>速度</b> — Spark：快\n大模型：慢"
    )


def test_blocks_of_every_kind_have_their_form() -> None:
    inner = BulletList((ListItem((Paragraph(inline("深")),)),))
    blocks = (
        Heading(3, inline("小标题")),
        OrderedList((ListItem((Paragraph(inline("甲")), Paragraph(inline("甲二")), inner)), ListItem(())), start=4),
        BulletList((ListItem(paragraphs("完成"), checked=True), ListItem(paragraphs("未完"), checked=False))),
        Quote((*paragraphs("引一", "引二"), Quote(paragraphs("引三")))),
        Rule(),
        CodeBlock("if a < b:\n    pass\n", "python"),
        CodeBlock("x", "no language at all"),
        CodeBlock(""),
        Paragraph((Text(" "),)),
        Table((inline("只有表头"),), ()),
    )
    (part,) = parts_of(essay(section("", blocks)))
    assert str(part.payload["text"]).split("\n\n", 1)[1] == (
        "<b>小标题</b>\n\n"
        "4. 甲\n甲二\n– 深\n\n"
        "• ☑ 完成\n• ☐ 未完\n\n"
        "<blockquote>引一\n\n引二\n\n引三</blockquote>\n\n"
        '<pre><code class="language-python">if a &lt; b:\n    pass</code></pre>\n\n'
        "<pre>x</pre>\n\n"
        "<b>只有表头</b>"
    )


def test_styles_combine_and_nothing_stands_inside_code() -> None:
    content = (
        Strong((Text("粗"), Emphasis((Text("粗斜"), Strong((Text("仍"),)))), Code("x<y"))),
        Strikethrough((Text("删"),)),
        Link("https://example.com/?a=1&b=2", (Text("链"), Code("码"), Link("https://other.example", (Text("内"),)))),
    )
    (part,) = parts_of(essay(section("", (Paragraph(content),))))
    assert str(part.payload["text"]).split("\n\n", 1)[1] == (
        "<b>粗</b><b><i>粗斜</i></b><b><i>仍</i></b><code>x&lt;y</code><s>删</s>"
        '<a href="https://example.com/?a=1&amp;b=2">链码内</a>'
    )


@pytest.mark.parametrize(
    "url",
    [
        "/relative",
        "ftp://example.com/",
        "javascript:alert(1)",
        "http://localhost/",
        "http://app.localhost:8080/",
        "http://intranet/",
        "https://user:secret@example.com/",
        "https://example.com:99999/",
        "tg://user?id=123456",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_a_link_that_telegram_would_drop_or_that_misleads_is_text(url: str) -> None:
    (part,) = parts_of(essay(section("", (Paragraph((Link(url, (Text("文字"),)),)),))))
    assert str(part.payload["text"]).endswith("\n\n文字")


@pytest.mark.parametrize(
    "url",
    [
        "https://例子.中国/路径",
        "HTTP://EXAMPLE.COM",
        "https://a-b.example:8443/x?y#z",
        "http://127.0.0.1/",
        "tg://resolve?domain=x",
    ],
)
def test_a_link_with_a_real_host_stays_a_link(url: str) -> None:
    (part,) = parts_of(essay(section("", (Paragraph((Link(url, (Text("文字"),)),)),))))
    assert len(judge_telegram(part).links) == 1


def test_a_mail_link_tells_the_address_as_telegram_cannot_link_it() -> None:
    content = (
        Link("mailto:a@example.com?subject=x", (Text("写信"),)),
        Text("，"),
        Link("mailto:b@example.com", (Text("b@example.com"),)),
    )
    (part,) = parts_of(essay(section("", (Paragraph(content),))))
    assert part.text.replace(WORD_JOINER, "").endswith("\n\n写信 (a@example.com)，b@example.com")
    assert judge_telegram(part).links == []


def test_characters_that_hide_or_reorder_others_are_gone_and_emoji_are_whole() -> None:
    (part,) = parts_of(essay(section("", "a\u202eb\u200bc\ufeffd\x07e 👩\u200d💻 🇨🇳")))
    assert part.text.endswith("\n\nabcd e 👩\u200d💻 🇨🇳")


def test_one_endless_sentence_with_hundreds_of_styles_is_cut_where_it_must() -> None:
    content = tuple(Strong((Text("字"),)) if index % 2 else Text("文") for index in range(1000))
    parts = parts_of(essay(section("", (Paragraph(content),))))
    assert len(parts) > 4
    assert "".join(part.text.split("\n\n", 1)[1] for part in parts) == "文字" * 500


def test_a_title_longer_than_a_message_is_told_once_and_then_shortened() -> None:
    parts = parts_of(essay(section("", "尾"), title="长" * 5000))
    assert "".join(part.text for part in parts).count("长") == 5000 + 119
    assert parts[1].text.startswith("长" * 119 + "…（续 2/2）")


def test_a_point_made_of_code_and_further_paragraphs_keeps_them() -> None:
    story = item(1, "题", Point(inline("例"), inline("如下"), blocks=(CodeBlock("x = 1"), *paragraphs("后文"))))
    assert markup(digest(story), "item-1").endswith("<b>例</b>：如下\n<pre>x = 1</pre>\n后文")


def test_sub_points_have_sub_points_of_their_own() -> None:
    deep = Point(text=inline("甲"), points=(Point(text=inline("乙"), points=(Point(text=inline("丙")),)),))
    (_, part) = parts_of(digest(item(1, "题", Point(inline("建议"), (), (deep,)))))
    assert part.text.endswith("建议：\n– 甲\n– – 乙\n– – – 丙")


def test_a_label_that_nobody_sees_is_none() -> None:
    (_, part) = parts_of(digest(item(1, "题", Point((Text("\u200b"),), inline("文")), point("建议", "做"))))
    assert part.text == "1. 题\n\n文\n\n建议：做"


def test_a_row_whose_first_cell_is_empty_begins_with_the_next() -> None:
    table = Table(
        (inline("甲"), (), inline("丙")), (((), inline("二"), inline("三")), ((), (), ()), ((), (), inline("四")))
    )
    (part,) = parts_of(essay(section("", (table,))))
    assert part.text.endswith("\n\n二；丙：三\n丙：四")


def test_a_message_may_begin_with_a_quote() -> None:
    lines = Quote(tuple(Paragraph(inline(f"{n}{'引' * 2000}")) for n in range(4)))
    issue = Issue("", THURSDAY, "essay", sections=(Section((), (lines,)),))
    assert [str(part.payload["text"])[:13] for part in parts_of(issue)[1:]] == ["<blockquote>2"]


def test_of_several_stretches_between_advice_the_longest_is_folded() -> None:
    open_ones, first, second = [point("甲", "短"), point("乙", "短")], point("丙", "长" * 500), point("丁", "长" * 300)
    points = [*open_ones, first, point("建议", "做"), second, point("落地建议", "做")]
    (_, part) = parts_of(digest(item(1, "题", *points)))
    (folded,) = re.findall("<blockquote expandable>(.*)</blockquote>", str(part.payload["text"]), re.DOTALL)
    assert folded.startswith("<b>丙</b>")
    assert "<b>丁</b>" not in folded


def test_a_title_that_begins_with_code_keeps_it_behind_its_number() -> None:
    (_, part) = parts_of(digest(Item(1, (Code("x"), Text(" 题")), (), (point("建议", "做"),))))
    assert str(part.payload["text"]).startswith("<b>1. </b><code>x</code><b> 题</b>")


def test_code_that_nobody_sees_is_none() -> None:
    (part,) = parts_of(essay(section("", (Paragraph((Text("文"), Code("\u200b"))),))))
    assert str(part.payload["text"]).endswith("\n\n文")
