"""A Markdown document as a tree: two closed unions of frozen dataclasses, `Block` and `Inline`.

Everything that a post may hold has been decided by the time it is here: images are links or their
alternative text, raw HTML is text, relative links are text. Renderers match exhaustively.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from formatters.values import value


@value
class Text:
    """Plain characters; never empty, never holding a line feed."""

    text: str


@value
class Code:
    """A code span, verbatim."""

    text: str


@value
class Strong:
    """Bold."""

    children: Inlines


@value
class Emphasis:
    """Italic."""

    children: Inlines


@value
class Strikethrough:
    """Struck out."""

    children: Inlines


@value
class Link:
    """A link whose `url` is absolute and safe to offer: http(s) with a host, tg: or mailto:."""

    url: str
    children: Inlines


@value
class LineBreak:
    """A line end that the author meant."""


Inline = Text | Code | Strong | Emphasis | Strikethrough | Link | LineBreak
Inlines = tuple[Inline, ...]


@value
class Paragraph:
    """Text that stands alone."""

    content: Inlines
    line: int = 0


@value
class Heading:
    """A title within the post."""

    level: int
    """1 to 6."""
    content: Inlines
    line: int = 0


@value
class ListItem:
    """One entry of a list."""

    blocks: Blocks
    line: int = 0
    checked: bool | None = None
    """The state of a task list's box; None where there is no box."""


@value
class BulletList:
    """Entries without an order."""

    items: tuple[ListItem, ...]
    line: int = 0


@value
class OrderedList:
    """Entries counted from `start`."""

    items: tuple[ListItem, ...]
    start: int = 1
    line: int = 0


@value
class Quote:
    """What somebody else said."""

    blocks: Blocks
    line: int = 0


@value
class CodeBlock:
    """Lines to be kept exactly as they are."""

    text: str
    """Verbatim, without the closing line feed."""
    language: str = ""
    line: int = 0


@value
class Table:
    """Every row has as many cells as the header."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    line: int = 0


@value
class Rule:
    """A thematic break."""

    line: int = 0


Block = Paragraph | Heading | BulletList | OrderedList | Quote | CodeBlock | Table | Rule
Blocks = tuple[Block, ...]


def plain(inlines: Inlines) -> str:
    """Return the visible characters alone; a meant line end is a line feed."""
    return "".join([inline.text if isinstance(inline, Text) else _plain_inline(inline) for inline in inlines])


def _plain_inline(inline: Inline) -> str:
    match inline:
        case Text(text) | Code(text):
            return text
        case Strong(children) | Emphasis(children) | Strikethrough(children) | Link(_, children):
            return plain(children)
        case LineBreak():
            return "\n"
        case _:
            assert_never(inline)


def plain_blocks(blocks: Iterable[Block]) -> str:
    """Return the visible text of blocks, one line a block, list entry or table row."""
    return "\n".join(text for block in blocks if (text := _plain_block(block)))


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(content) | Heading(_, content):
            return plain(content)
        case BulletList(items):
            return "\n".join(plain_blocks(item.blocks) for item in items)
        case OrderedList(items, start):
            return "\n".join(f"{number}. {plain_blocks(item.blocks)}" for number, item in enumerate(items, start))
        case Quote(blocks):
            return plain_blocks(blocks)
        case CodeBlock(text):
            return text
        case Table(header, rows):
            return "\n".join(" | ".join(plain(cell) for cell in row) for row in (header, *rows))
        case Rule():
            return ""
        case _:
            assert_never(block)
