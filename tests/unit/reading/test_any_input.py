"""Whatever the bytes are: no surprise, nothing lost, and an end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formatters.document import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    Heading,
    Inlines,
    LineBreak,
    Link,
    OrderedList,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
    plain,
    plain_blocks,
)
from formatters.errors import PostError
from formatters.issue import Issue, Point
from formatters.json_view import issue_object
from formatters.reading.dialect import keywords
from formatters.reading.inlines import links
from formatters.reading.links import safe_url
from formatters.reading.markdown import read_markdown
from formatters.reading.post import MAX_LINES
from formatters.reading_time import minutes
from tests.conftest import PROJECT
from tests.unit.reading.reader import HEAD, attempt, reading

LINES = """
---|***|+++|```|    code|> quote|> > deep|<!-- note -->|<!--|-->|# 日报|# Title|## 1) First|## 2)第二|## 2) Again
### 3. Third|## 今日趋势（3 条）|## 其他|## 我接下来会关注什么|### [Linked](https://l.com)|Setext|===|#|**1. bold**
#### deep heading|来源：https://a.com/x，见|来源（注）：|- https://b.com|来源：综合|Source: [s](https://s.com)
[o](https://o.com)|- **是什么**：text|- **label:** text|  - sub|    - subsub|1. one|2. **two** three|- [ ] open
- [x] done|- [linked](https://c.com) - why|- plain [end](https://d.com)|* star|word **bold** _em_ `code` ~~gone~~
**“引”**文|hard  |soft|![alt](https://i.com/p.png)|![](rel.png)|<b>html</b> <br> x|<div>block</div>
<a href='https://h.com'>h</a>|note[^1]|[^1]: the note|[ref]: https://r.com|title: x|date: 2026-02-12|title = "t"
&amp; &#10; &lt;|\\*not\\*|[x](javascript:y)|\t- tab|5. five
"""
TABLE = ("| a | b |", "|---|---|", "| c | d |")
SAMPLES = ("", "", "", *TABLE, *(line for row in LINES.strip().split("\n") for line in row.split("|")))
PRINTABLE = st.characters(exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp"))
NOISE = st.text(PRINTABLE, max_size=20) | st.text("*_`[]()<>#-!|~ \nab中：", max_size=20)
MARKDOWN = st.lists(st.sampled_from(SAMPLES) | NOISE, max_size=40).map("\n".join)

# Every W becomes a word of its own, so that none can hide behind another
FORMS = """
|||---|W|W|W W|> W|```|    W|# W|## W|## W|### W|#### W|## 3) W|## 4) [W](https://u.com/W)|### 5. W|## 3) W
来源：https://u.com/W|来源（W）：|- https://u.com/W|- [W](https://u.com/W)|来源：W|> 来源：W|来源：[W](https://u.com/W)，W
原文：[W](https://u.com/1)|[W](https://u.com/W)|- **来源（W）**：W|- **来源**：|  - https://u.com/W|- **W**：W|- **W**
- W|  - W|  - **W**：W|    - W|  W|1. W|2. **W**：W|   1. W|- [ ] W|- [x] **W**：W|**W**：W|**W** W|W[^1]|[^1]: W
- [W](https://u.com/W) - W|- **[W](https://u.com/W)** W|- W [W](https://u.com/W)|- W（[W](https://u.com/W)）|* W|[^2]: W
## 今日趋势（W）|### 今日趋势|## 我接下来会关注什么|## 参考|<p>W</p>|W <b>W</b><br>W|W<!-- -->
"""
LINE = st.sampled_from([form for row in FORMS.strip().split("\n") for form in row.split("|")]) | st.just(
    "| W | W |\n|---|---|\n| W | W |"
)
LINES_OF_WORDS = st.lists(LINE, max_size=12).map("\n".join)
DIGEST = st.tuples(
    st.sampled_from(["", "# W\n\n", "W\n\n", "## W\n\n", "# W\n\n## W\n\n"]),
    st.sampled_from(
        [
            "## 1) W\n\n来源：https://u.com/W\n\n{}\n\n## 2) W\n\n来源：https://u.com/W\n\n{}\n\n## 今日趋势\n\n{}\n",
            "### 1. W\n\n- **是什么**：W\n\n{}\n\n### 2. W\n\n- **是什么**：W\n\n{}\n\n## 其他\n\n{}\n",
            "## W\n\n- [W](https://u.com/W)：W\n- W [W](https://u.com/W)\n\n{}\n\n### W\n\n- [W](https://u.com/W)\n{}\n\n{}",
            "### [W](https://u.com/W)\n\n{}\n\n### [W](https://u.com/W)\n\n{}\n\n{}",
        ]
    ),
    LINES_OF_WORDS,
    LINES_OF_WORDS,
    LINES_OF_WORDS,
).map(lambda parts: parts[0] + parts[1].format(*parts[2:]))


def with_words(template: str) -> str:
    numbers = count()
    return re.sub("W", lambda _: f"word{next(numbers)}", template)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"word\d+", text))


def point_texts(point: Point) -> Iterator[str]:
    yield plain(point.label)
    yield plain(point.text)
    yield plain_blocks(point.blocks)
    for below in point.points:
        yield from point_texts(below)


def point_blocks(point: Point) -> Iterator[Block]:
    yield from (Paragraph(content) for content in (point.label, point.text) if content)
    yield from point.blocks
    for below in point.points:
        yield from point_blocks(below)


def urls_of(blocks: Iterable[Block]) -> set[str]:
    return {link.url for block in walk(tuple(blocks)) for content in contents(block) for link in links(content)}


def issue_urls(issue: Issue) -> set[str]:
    points = (*(point for item in issue.items for point in item.points), *issue.trends, *issue.watch)
    titles = (*(section.title for section in issue.sections), issue.trends_title, issue.watch_title)
    groups = tuple(item.group for item in issue.items)
    blocks = [
        *issue.intro,
        *(block for point in points for block in point_blocks(point)),
        *(Paragraph(title) for title in (*titles, *groups) if title),
        *(block for section in issue.sections for block in section.blocks),
    ]
    return urls_of(blocks) | {source.url for item in issue.items for source in item.sources if source.url}


def issue_text(issue: Issue) -> str:
    texts = [issue.title, plain_blocks(issue.intro), plain(issue.trends_title), plain(issue.watch_title)]
    for item in issue.items:
        texts += [str(item.number), plain(item.title), plain(item.group), item.sources_note or ""]
        texts += [f"{source.url} {source.label}" for source in item.sources]
        texts += [text for point in item.points for text in point_texts(point)]
    texts += [text for point in (*issue.trends, *issue.watch) for text in point_texts(point)]
    texts += [f"{plain(section.title)} {plain_blocks(section.blocks)}" for section in issue.sections]
    return "\n".join(texts)


@given(st.binary(max_size=400))
@example(b"---\n" + b"\x00" * 8)
@example(b"+++\n\xc3\x28\n+++\n")
def test_bytes_are_read_or_refused(data: bytes) -> None:
    result = attempt(data)
    assert all(finding.line >= 1 and finding.advice for finding in result.diagnostics)
    if isinstance(result, PostError):
        assert result.diagnostics
    else:
        assert issue_object(result.issue)["title"]


@given(st.sampled_from(["---", "+++", "{", ""]), MARKDOWN, MARKDOWN)
def test_text_that_looks_like_a_post_is_read_or_refused(fence: str, head: str, text: str) -> None:
    result = attempt(f"{fence}\n{head}\n{fence}\n{text}")
    if isinstance(result, PostError):
        assert result.diagnostics
    else:
        assert issue_object(result.issue)["kind"] == result.issue.kind
        assert minutes(result.issue) >= 1


@given(DIGEST | LINES_OF_WORDS)
@example("- [W](https://u.com/1)\n\n# W\n\n- [W](https://u.com/2)\n\n## W\n\n## W\n\nW\n")
def test_no_word_and_no_link_of_the_document_is_lost_in_the_issue(template: str) -> None:
    text = with_words(template)
    document = read_markdown(text, own_line=keywords().source_line)
    blocks = (*document.blocks, *document.notes)
    result = attempt(HEAD + "\n" + text)
    if isinstance(result, PostError):
        assert words_of(plain_blocks(blocks)) == set()
        return
    assert words_of(plain_blocks(blocks)) - words_of(issue_text(result.issue)) == set()
    assert urls_of(blocks) - issue_urls(result.issue) == set()


@given(MARKDOWN)
def test_every_block_and_inline_keeps_its_promise(text: str) -> None:
    document = read_markdown(text, first_line=3)
    lines = text.count("\n") + text.count("\r") + 1
    for block in walk((*document.blocks, *document.notes)):
        assert 3 <= block.line <= 3 + lines
        for content in contents(block):
            check(content)


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        match block:
            case BulletList(items) | OrderedList(items):
                for item in items:
                    yield from walk(item.blocks)
            case Quote(below):
                yield from walk(below)
            case _:
                pass


def contents(block: Block) -> Iterator[Inlines]:
    match block:
        case Paragraph(content):
            assert content
            yield content
        case Heading(level, content):
            assert content
            assert 1 <= level <= 6
            yield content
        case Table(header, rows):
            assert all(len(row) == len(header) for row in rows)
            yield from header
            for row in rows:
                yield from row
        case CodeBlock(code):
            assert code.strip()
        case BulletList(items) | OrderedList(items):
            assert any(item.blocks for item in items)
        case Quote(below):
            assert below
        case Rule():
            pass


def check(content: Inlines) -> None:
    assert not (content and isinstance(content[0], LineBreak))
    for before, inline in zip((None, *content), content, strict=False):
        match inline:
            case Text(text):
                assert text
                assert "\n" not in text
                assert not isinstance(before, Text)
            case Link(url, children):
                assert safe_url(url) == url
                assert children
                check(children)
            case Code(code):
                assert code
            case LineBreak():
                pass
            case _:
                assert inline.children
                check(inline.children)


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " x",
        "> " * 10_000 + "x",
        "".join(f"{'  ' * depth}- x\n" for depth in range(500)),
        "* " * 50_000,
        "[" * 20_000,
        "![" * 10_000,
        "*a **b " * 5_000,
        "a_" * 20_000,
        "~~a " * 10_000,
        "`a" * 20_000,
        "<a " * 20_000,
        "a <!-- " * 10_000,
        "<p><b>" * 20_000,
        "&" * 50_000,
        "\\" * 50_000,
        "[a]: b\n" * 10_000,
        "[^a]: " * 5_000,
        "[a](" * 10_000,
        "(" * 50_000 + "https://a.com" + ")" * 50_000,
        "|a" * 200 + "|\n" + "|-" * 200 + "|\n" + "|x\n" * 20_000,
        "## 今日趋势\n" * 20_000,
        "## 1) x\n来源：https://a.com\n" * 10_000,
        "- [a](https://a.com)\n" * 20_000,
        "来源：a\n" * 20_000,
        " " * 100_000 + "x",
        "\n" * 100_000 + "x",
        "**" + "x " * 50_000 + "**",
        "#" * 50_000,
        "- x\n" * 300 + "## x\n" * 50_000,
        "=\n" * 50_000,
    ],
    ids=lambda text: f"{text[:12]} {len(text)}",
)
def test_hostile_input_ends(text: str) -> None:
    # The time limit of a test is the bound; each of these would take hours, or overflow the stack, unguarded
    result = attempt(HEAD + text)
    if isinstance(result, PostError):
        assert "nothing to show" in str(result)
    else:
        assert issue_object(result.issue)["sections"] or result.issue.items or result.issue.trends


ITEM = "## 1. 标题\n\n来源：https://a.com/x\n\n- **是什么**：" + "[文](https://b.com) `字` **字** " * 8 + "\n"
BESIDE = """
import resource, sys
from zoneinfo import ZoneInfo
from formatters.errors import PostError
from formatters.json_view import issue_object
from formatters.reading import read_post
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
try:
    issue = read_post(sys.stdin.buffer.read(), name="post.md", home=ZoneInfo("Asia/Shanghai")).issue
except PostError as refusal:
    print(refusal)
else:
    shown = issue_object(issue)
    print(len(shown["items"]), "items" if shown["items"] or shown["sections"] else "nothing")
"""
"""Reads a post of any size; ended by the system after a minute of processor time, however busy the machine is."""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ITEM * 15_000, "15000 items"),
        ("word **bold** 文字。 " * 210_000, "0 items"),
        ("- x\n" * 100_000, "0 items"),
        ("- x\n" * (MAX_LINES + 1), "split it"),
        ("> " * 10_000 + "x", "0 items"),
        ("x" * 5_000_000, "0 items"),
        ("[" * 1_000_000, "0 items"),
        ("![" * 500_000, "0 items"),
        ("[" * 450_000 + "]" * 450_000, "0 items"),
        ("[](" * 280_000, "0 items"),
        ("$a" * 400_000, "0 items"),
        ("$$\n" * 199_000, "nothing to show"),
        ("1、x\n" * 100_000, "0 items"),
        ("**1. x**\n\n" * 50_000, "0 items"),
    ],
    ids=lambda given: f"{given[:12]} {len(given)}",
)
def test_a_post_of_any_size_is_read_or_refused_within_a_minute(text: str, told: str) -> None:
    # beside this process, as measuring coverage would take most of the time
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    beside = subprocess.run(
        [sys.executable, "-c", BESIDE],
        input=(HEAD + text).encode(),
        capture_output=True,
        cwd=PROJECT,
        env=environment,
        check=False,
    )
    assert (beside.returncode, beside.stderr.decode()) == (0, "")
    assert told in beside.stdout.decode()


@pytest.mark.parametrize(
    "head",
    [
        "---\na: " + "[" * 15_000 + "\n---\n",
        "---\na: " + "{a: " * 4_000 + "\n---\n",
        "---\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 500)).replace("*a0", "x") + "---\n",
        "---\n" + "? " * 9_000 + "\n---\n",
        "---\n" + "- " * 9_000 + "\n---\n",
        "+++\n" + ".".join("a" * 5_000) + " = 1\n+++\n",
        "+++\na = " + "[" * 19_000 + "\n+++\n",
        "+++\na = " + "{a=" * 6_000 + "\n+++\n",
        '{"a": ' + "[" * 500_000 + "\n",
        "---\n" + "x" * 900_000,
    ],
    ids=lambda head: head[:12],
)
def test_hostile_front_matter_ends(head: str) -> None:
    result = attempt(head + "text")
    assert isinstance(result, PostError)
    assert result.diagnostics


def test_a_large_post_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(PostError, match="larger than 8 MiB"):
        reading(b"word " * 2_000_000)  # ten megabytes
