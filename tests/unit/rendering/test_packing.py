"""Which lines a message holds where a page does not fit one."""

from __future__ import annotations

from formatters.rendering.lines import Form, Line
from formatters.rendering.packing import Cost, pack
from formatters.rendering.page import Page
from formatters.rendering.runs import Run, text_of
from tests.unit.rendering.makers import WORDS


class Characters:
    """A message that holds so many characters, a line feed for each line included."""

    def __init__(self, most: int) -> None:
        self.limit: Cost = (most,)

    def cost(self, line: Line, _above: Line | None) -> Cost:
        return (len(text_of(line.runs)) + 1,)


def line(text: str, form: Form = Form.TEXT) -> Line:
    return Line(form, [Run(text)])


def packed(most: int, *lines: Line, single: bool = False, hint: Line | None = None) -> list[list[str]]:
    messages = pack(Page("page", lines, single=single, hint=hint), Characters(most), WORDS)
    return [[text_of(one.runs) for one in message] for message in messages]


def test_a_long_line_does_not_begin_below_a_heading_that_fills_the_message() -> None:
    title, heading = line("题" * 9, Form.TITLE), line("节" * 9, Form.HEADING)
    continued = "题" * 9 + WORDS.continued(99, 99)
    room = 100 - len(continued) - 1
    filling = line("文" * (room - 21))
    first, second, *_ = packed(100, title, filling, heading, line("长" * 200))
    assert first == ["题" * 9, "文" * (room - 21), "节" * 9]
    assert second[1].startswith("长")


def test_what_is_cut_ends_in_an_ellipsis() -> None:
    assert packed(11, line("一二三"), line("四五六七八九十"), single=True) == [["一二三", "四五六七八…"]]


def test_a_line_gives_way_where_not_even_an_ellipsis_fits_below_it() -> None:
    assert packed(5, line("一二三四"), line("五"), single=True) == [["一二三…"]]


def test_the_hint_stays_though_nothing_else_fits() -> None:
    assert packed(4, line("一二三四"), single=True, hint=line("/a")) == [["/a"]]


def test_a_heading_moves_to_the_next_message_with_its_text() -> None:
    first, second = packed(120, line("文" * 10), line("节" * 10, Form.HEADING), line("长" * 85))
    assert (first, second[-1]) == (["文" * 10], "长" * 85)
    assert second[0].startswith("节")


def test_what_fits_is_not_cut() -> None:
    assert packed(10, line("一二三"), line("四"), single=True) == [["一二三", "四"]]
