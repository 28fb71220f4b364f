"""Random issues: every kind of block and inline, awkward characters, now and then far too much text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hypothesis import strategies as st

from formatters.document import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Heading,
    Inline,
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
)
from formatters.issue import Issue, Item, Point, Section, SourceLink

URLS = st.sampled_from(
    [
        "https://example.com/a?b=1&c=<2>",
        "https://www.example.com/" + "p" * 300,
        "https://例子.中国/路",
        "http://localhost/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "tg://user?id=1",
        "mailto:a@example.com",
        "https://example.com/" + "&" * 900,
    ]
)
_CHARACTERS = st.one_of(
    st.sampled_from("字文，。！? .ab1<>&\"'@/#:*_`~"),
    st.sampled_from(
        ["👩\u200d💻", "🇨🇳", "👍🏽", "e\u0301", "\u202e", "\u200b", "\u3000", "\x07", "<b>", "</a>", "&amp;"]
    ),
)
SHORT = st.lists(_CHARACTERS, min_size=1, max_size=12).map("".join)
LONG = st.tuples(SHORT, st.integers(1, 900)).map(lambda pair: pair[0] * pair[1])
TEXTS = st.one_of(SHORT, SHORT, SHORT, SHORT, SHORT, LONG)

_LEAVES: st.SearchStrategy[Inline] = st.one_of(
    st.builds(Text, TEXTS), st.builds(Text, SHORT), st.builds(Code, TEXTS), st.just(LineBreak())
)


def _around(inner: st.SearchStrategy[Inline]) -> st.SearchStrategy[Inline]:
    children = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Strong, children),
        st.builds(Emphasis, children),
        st.builds(Strikethrough, children),
        st.builds(Link, URLS, children),
    )


INLINES: st.SearchStrategy[Inlines] = st.lists(st.recursive(_LEAVES, _around, max_leaves=6), max_size=5).map(tuple)


@st.composite
def tables(draw: Callable[[st.SearchStrategy[object]], object]) -> Table:
    """Return a table; its rows are as long as its header."""
    columns = draw(st.sampled_from([1, 2, 3, 21]))
    assert isinstance(columns, int)
    row = st.lists(st.builds(Text, SHORT).map(lambda text: (text,)), min_size=columns, max_size=columns).map(tuple)
    header = draw(row)
    rows = draw(st.lists(row, max_size=4).map(tuple))
    assert isinstance(header, tuple)
    assert isinstance(rows, tuple)
    return Table(header, rows)


_SIMPLE: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, INLINES),
    st.builds(Heading, st.integers(1, 6), INLINES),
    st.builds(CodeBlock, TEXTS, st.sampled_from(["", "python", "c++", "<x>"])),
    tables(),
    st.just(Rule()),
)


def _within(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, max_size=3).map(tuple)
    items = st.lists(
        st.builds(ListItem, blocks, checked=st.sampled_from([None, None, True, False])), min_size=1, max_size=3
    ).map(tuple)
    return st.one_of(
        st.builds(Quote, blocks), st.builds(BulletList, items), st.builds(OrderedList, items, st.integers(0, 9))
    )


BLOCKS = st.lists(st.recursive(_SIMPLE, _within, max_leaves=5), max_size=5).map(tuple)
POINTS = st.lists(
    st.builds(Point, INLINES, INLINES, st.lists(st.builds(Point, text=INLINES), max_size=3).map(tuple), BLOCKS),
    max_size=6,
).map(tuple)
SOURCES = st.lists(st.builds(SourceLink, st.one_of(st.none(), URLS), st.one_of(st.none(), SHORT)), max_size=4).map(
    tuple
)
SECTIONS = st.lists(st.builds(Section, INLINES, BLOCKS), max_size=4).map(tuple)
DATES = st.one_of(st.none(), st.just(date(2026, 2, 12)))

DIGESTS = st.builds(
    Issue,
    TEXTS,
    DATES,
    st.just("digest"),
    intro=BLOCKS,
    items=st.lists(st.builds(Item, st.just(0), INLINES, SOURCES, POINTS), min_size=1, max_size=3).map(
        lambda items: tuple(Item(number, item.title, item.sources, item.points) for number, item in enumerate(items, 1))
    ),
    trends=POINTS,
    watch=POINTS,
    sections=SECTIONS,
)
ESSAYS = st.builds(Issue, TEXTS, DATES, st.just("essay"), sections=SECTIONS)
ISSUES = st.one_of(DIGESTS, ESSAYS)
