"""Markdown as a document: every construct has one decided form."""

from __future__ import annotations

import re

import pytest

from formatters.document import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Heading,
    Inlines,
    LineBreak,
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
    plain,
    plain_blocks,
)
from formatters.reading.block_parser import MAX_CELLS
from formatters.reading.inline_parser import MAX_SPAN
from formatters.reading.inlines import drop, take
from formatters.reading.links import safe_url
from formatters.reading.markdown import read_markdown

SOURCE = re.compile(r"来源[：:]")


def blocks(markdown: str) -> tuple[Block, ...]:
    return read_markdown(markdown).blocks


def spans(markdown: str) -> Inlines:
    (paragraph,) = blocks(markdown)
    assert isinstance(paragraph, Paragraph)
    return paragraph.content


def text(words: str) -> Inlines:
    return (Text(words),)


def test_every_block_has_its_line() -> None:
    upper = "# A\n\ntext\n\n- one\n- two\n\n3. three\n\n> quote\n\n"
    lower = "```py x\ncode\n```\n\n---\n\n| a | b |\n|---|---|\n| 1 |\n"
    assert blocks(upper + lower) == (
        Heading(1, text("A"), 1),
        Paragraph(text("text"), 3),
        BulletList(
            (ListItem((Paragraph(text("one"), 5),), 5), ListItem((Paragraph(text("two"), 6),), 6)),
            5,
        ),
        OrderedList((ListItem((Paragraph(text("three"), 8),), 8),), 3, 8),
        Quote((Paragraph(text("quote"), 10),), 10),
        CodeBlock("code", "py", 12),
        Rule(16),
        Table((text("a"), text("b")), ((text("1"), ()),), 18),
    )


def test_lines_are_counted_from_the_first_line_of_the_body() -> None:
    assert read_markdown("\ntext", first_line=7).blocks == (Paragraph(text("text"), 8),)


def test_styles_nest() -> None:
    assert spans("a **b *c* ~~d~~** `e`") == (
        Text("a "),
        Strong((Text("b "), Emphasis(text("c")), Text(" "), Strikethrough(text("d")))),
        Text(" "),
        Code("e"),
    )


@pytest.mark.parametrize(
    ("markdown", "bold", "after"),
    [
        ("**“文字”**中文", "“文字”", "中文"),
        ("**（注）**中", "（注）", "中"),
        ("**100%**的", "100%", "的"),
        ("**标签：**内容", "标签：", "内容"),
    ],
)
def test_bold_works_beside_chinese(markdown: str, bold: str, after: str) -> None:
    assert spans(markdown) == (Strong(text(bold)), Text(after))


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("中文\n中文", "中文中文"),
        ("中文，\n“引用", "中文，“引用"),
        ("引用”\n中文", "引用”中文"),
        ("中文\nEnglish", "中文 English"),
        ("one\ntwo", "one two"),
        ("한국어\n한국어", "한국어 한국어"),
        ("**粗**\n中", "粗中"),
        ("`code`\n中", "code 中"),
    ],
)
def test_a_line_end_is_a_space_except_between_chinese_characters(markdown: str, shown: str) -> None:
    assert plain(spans(markdown)) == shown


@pytest.mark.parametrize("markdown", ["a  \nb", "a\\\nb", "a<br>b", "a <br/>\nb", "a<br><br>b"])
def test_a_line_end_that_is_meant_is_kept_once(markdown: str) -> None:
    assert spans(markdown) == (Text("a"), LineBreak(), Text("b"))


@pytest.mark.parametrize(
    ("markdown", "url", "rest"),
    [
        ("https://a.com/x，见下文", "https://a.com/x", "，见下文"),
        ("https://a.com/x。", "https://a.com/x", "。"),
        ("https://a.com/x?b=c&d=e#f.", "https://a.com/x?b=c&d=e#f", "."),
        ("https://a.com/x_(y)) z", "https://a.com/x_(y)", ") z"),
        ("https://a.com/x에서", "https://a.com/x", "에서"),
        ("https://a.com/a_b_c d", "https://a.com/a_b_c", " d"),
        ("<https://a.com/x>后", "https://a.com/x", "后"),
    ],
)
def test_an_address_ends_where_the_sentence_goes_on(markdown: str, url: str, rest: str) -> None:
    assert spans(markdown) == (Link(url, text(url)), Text(rest))


def test_an_address_in_code_and_in_a_link_is_not_a_second_link() -> None:
    assert spans("`https://a.com` [https://b.com](https://c.com)") == (
        Code("https://a.com"),
        Text(" "),
        Link("https://c.com", text("https://b.com")),
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.com/x",
        "/about",
        "../x.md",
        "#top",
        "//a.com/x",
        "http://",
        "http://[2001:db8::1]/",
        "https:///x",
        "https://[::1",
        "https://a.com:99999/",
        "http://a.com:port/",
        "mailto:nobody",
        "tg:",
        "vbscript:x",
    ],
)
def test_a_link_that_readers_must_not_be_offered_is_its_text(url: str) -> None:
    assert spans(f"see [**the** page](<{url}>).") == (Text("see "), Strong(text("the")), Text(" page."))


@pytest.mark.parametrize(
    "url",
    ["http://a.com", "https://a.com:8080/x", "https://a_b.example.com/", "tg://resolve?domain=x", "mailto:a@b.com"],
)
def test_a_link_that_readers_may_follow_is_a_link(url: str) -> None:
    (link,) = spans(f"[page]({url})")
    assert isinstance(link, Link)
    assert link.children == text("page")


def test_reference_links_and_links_with_brackets() -> None:
    assert spans("[a][1] [b](https://b.com/x_(y))\n\n[1]: https://a.com") == (
        Link("https://a.com", text("a")),
        Text(" "),
        Link("https://b.com/x_(y)", text("b")),
    )


def test_a_link_without_text_shows_its_address() -> None:
    assert spans("[](https://a.com)") == (Link("https://a.com", text("https://a.com")),)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("![alt *text*](https://a.com/x.png)", Link("https://a.com/x.png", text("alt text"))),
        ("![](https://a.com/x.png?w=1)", Link("https://a.com/x.png?w=1", text("x.png"))),
        ("![chart](/img/x.png)", Text("chart")),
        ("![](/img/x.png)", Text("x.png")),
        ("[![logo](https://a.com/x.png)](https://b.com)", Link("https://b.com", text("logo"))),
        ('<img src="https://a.com/x.png" alt="a &amp; b">', Link("https://a.com/x.png", text("a & b"))),
    ],
)
def test_an_image_is_a_link_or_its_text(markdown: str, shown: object) -> None:
    assert spans(markdown) == (shown,)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("a <b>bold</b> <span class='x'>c</span>", "a bold c"),
        ("a <!-- hidden --> b", "a  b"),
        ("<div>\n<p>one &lt; two</p>\n<p>three</p>\n</div>", "one < two\nthree"),
        ("<details>\n<summary>More</summary>\ntext\n</details>", "More\ntext"),
        ("<script>\nalert(1)\n</script>\n<p>x</p>", "x"),
        ("<style>p {}</style>x", "x"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p><![CDATA[1 < 2]]></p>", "1 < 2"),
        ("a &amp; b &copy; &#10; c", "a & b ©   c"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ],
)
def test_html_shows_its_text(markdown: str, shown: str) -> None:
    assert plain_blocks(blocks(markdown)) == shown


def test_html_links_are_links() -> None:
    assert spans('<p>see <a href="https://a.com/x">page</a> and <a href="javascript:x">no</a></p>') == (
        Text("see "),
        Link("https://a.com/x", text("page")),
        Text(" and no"),
    )
    assert spans('a *<a href="https://a.com">b* c</a> d') == (
        Text("a "),
        Emphasis((Link("https://a.com", text("b")),)),
        Text(" c d"),
    )


def test_nothing_shows_for_comments_and_empty_constructs() -> None:
    assert blocks("<!-- a -->\n\n-\n-\n\n>\n\n```\n```\n\n#\n\n[x]: https://a.com\n") == ()


def test_a_comment_that_is_never_closed_is_noted() -> None:
    assert read_markdown("a\n\n<!-- b\n\nc").open_comment == 3
    assert read_markdown("<!-- b -->\n\nc").open_comment is None


def test_empty_entries_keep_the_numbers_of_the_others() -> None:
    (numbered,) = blocks("1. a\n2.\n3. c")
    assert plain_blocks((numbered,)) == "1. a\n2. \n3. c"


def test_task_lists_have_boxes() -> None:
    (tasks,) = blocks("- [ ] open\n- [x] done\n- [X] done\n- [y] none\n- [ ](https://a.com)")
    assert isinstance(tasks, BulletList)
    assert [item.checked for item in tasks.items] == [False, True, True, None, None]
    assert plain_blocks(tasks.items[0].blocks) == "open"


def test_footnotes_stand_at_the_end_under_their_mark() -> None:
    document = read_markdown("a[^1] b[^note]\n\n[^1]: one\n[^note]: **two**\n\n    more\n[^unused]: ```x```\n")
    assert plain_blocks(document.blocks) == "a[1] b[note]"
    assert plain_blocks(document.notes) == "[1] one\n[note] two\nmore\n[unused] x"


def test_a_footnote_that_begins_with_a_list_keeps_it() -> None:
    assert plain_blocks(read_markdown("a[^1]\n\n[^1]:\n    - x\n").notes) == "[1]\nx"


def test_a_source_line_inside_a_paragraph_is_a_paragraph() -> None:
    document = read_markdown(
        "正文\n来源：https://a.com\nhttps://b.com\n[c](https://c.com)\n后文\n**来源**：d", own_line=SOURCE
    )
    assert [(plain(block.content), block.line) for block in document.blocks if isinstance(block, Paragraph)] == [
        ("正文", 1),
        ("来源：https://a.com https://b.com c", 2),
        ("后文", 5),
        ("来源：d", 6),
    ]


def test_deep_nesting_is_text_and_not_lost() -> None:
    shown = plain_blocks(blocks(">" * 500 + " quoted\n\n" + "".join("  " * depth + "- entry\n" for depth in range(60))))
    assert "quoted" in shown
    assert shown.count("entry") == 60


def test_deep_styles_are_dropped_and_not_their_text() -> None:
    shown = plain_blocks(blocks("*a **b " * 200 + "c" + "** *" * 200))
    assert shown.count("a") == shown.count("b") == 200


def test_a_long_paragraph_is_read_whole() -> None:
    sentence = "**粗体**的一句话。"
    content = spans(sentence * MAX_SPAN)
    assert plain(content) == "粗体的一句话。" * MAX_SPAN
    assert sum(isinstance(inline, Strong) for inline in content) == MAX_SPAN
    assert plain(spans("x" * (2 * MAX_SPAN + 1))) == "x" * (2 * MAX_SPAN + 1)


def test_a_table_that_grows_too_large_goes_on_as_text() -> None:
    rows = 2000
    shown = blocks("|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|row\n" * rows + "\n|b|c|\n|-|-|\n|d|e|\n")
    assert isinstance(shown[0], Table)
    assert len(shown[0].rows) <= MAX_CELLS // 100
    assert plain_blocks(shown).count("row") == rows
    assert "d" in plain_blocks(shown)


def test_many_definitions_are_read() -> None:
    count = 500
    links = " ".join(f"[x][{number}]" for number in range(count))
    definitions = "\n".join(f"[{number}]: https://a.com/{number}" for number in range(count))
    content = spans(f"{links}\n\n{definitions}")
    assert [inline.url for inline in content if isinstance(inline, Link)] == [
        f"https://a.com/{number}" for number in range(count)
    ]


@pytest.mark.parametrize("url", ["https://例子.com", "https://a.com/a b", "https://a.com/\n", "", "https"])
def test_an_address_must_be_written_in_ascii_without_spaces(url: str) -> None:
    assert safe_url(url) is None


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("a ![](<>) b", "a  b"),
        ("https://a.com/x( y", "https://a.com/x( y"),
        ("see <a href='https://a.com'>x", "see x"),
        ("a *<!-- x -->* b", "a  b"),
        ("a <hr> b", "a\nb"),
        ("a <?php echo ?> b", "a  b"),
    ],
)
def test_odd_constructs_show_their_text(markdown: str, shown: str) -> None:
    assert plain(spans(markdown)) == shown


def test_an_empty_table_shows_nothing() -> None:
    assert blocks("文\n\n| | |\n|---|---|\n| | |\n") == (Paragraph((Text("文"),), 1),)


def test_what_looks_like_an_address_and_leads_nowhere_is_text() -> None:
    known = Link("https://b.com/x", (Text("https://b.com/x"),))
    assert blocks("见 https://a:99999/ 与 https://b.com/x。") == (
        Paragraph((Text("见 https://a:99999/ 与 "), known, Text("。")), 1),
    )


def test_a_cut_keeps_line_ends_and_goes_through_code() -> None:
    content = (Code("abc"), LineBreak(), Text("d"))
    assert drop(content, 1) == (Code("bc"), LineBreak(), Text("d"))
    assert take(content, 2) == (Code("ab"),)
    assert take(content, 4) == (Code("abc"), LineBreak())


def test_a_table_needs_no_empty_line_above() -> None:
    paragraph, table = blocks("文\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n")
    assert isinstance(paragraph, Paragraph)
    assert isinstance(table, Table)


def test_brackets_in_brackets_stay_text() -> None:
    text = "[" * 200 + "x" + "]" * 200
    assert blocks(text) == (Paragraph((Text(text),), 1),)
