"""markdown-it-py as posts need it: its rules and those of its plugins, met faster, and with bounded work.

The grammar is CommonMark with tables, strikethrough, footnotes, CJK-friendly emphasis and math. markdown-it-py drops
what is nested too deeply and needs quadratic time for some input; the guards in `block_parser.py` and
`inline_parser.py` keep the text and bound the time.
"""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_cjk_friendly import cjk_friendly
from mdit_py_plugins.footnote import footnote_plugin

from formatters.reading.block_parser import MAX_LEVEL, BlockParser, read_blocks
from formatters.reading.inline_parser import InlineParser, read_inlines


def parse(body: str) -> list[Token]:
    """Return the tokens of a Markdown text."""
    return _parser().parse(body, {})


class _Parser(MarkdownIt):
    """Takes every link; which of them are offered to readers is decided in `links.py`."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the name is markdown-it's
        return True


@cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"maxNesting": MAX_LEVEL + 20})
    blocks = parser.block = BlockParser()
    parser.inline = InlineParser()
    parser.use(cjk_friendly).use(footnote_plugin, inline=False, move_to_end=False)
    blocks.with_guards()
    parser.core.ruler.at("block", read_blocks)
    parser.core.ruler.at("inline", read_inlines)
    parser.core.ruler.disable("text_join")  # the spans join text themselves
    return parser
