"""Where a text is cut that does not fit."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from formatters.rendering.limits import utf16_units
from formatters.rendering.runs import BOLD, CODE, ITALIC, Run, Runs, text_of
from formatters.rendering.splitting import Fits, beginning, split


def at_most(units: int) -> Fits:
    return lambda runs: utf16_units(text_of(runs)) <= units


def pieces(runs: Runs | str, units: int) -> list[str]:
    whole = [Run(runs)] if isinstance(runs, str) else runs
    return [text_of(piece) for piece in split(whole, at_most(units), room=units)]


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [
        ("放得下", 10, ["放得下"]),
        ("第一行。\n第二行长。", 8, ["第一行。\n", "第二行长。"]),
        ("第一句。第二句！第三", 9, ["第一句。第二句！", "第三"]),
        ("他说：“好。”然后走了远", 8, ["他说：“好。”", "然后走了远"]),
        ("One two. Three four.", 12, ["One two. ", "Three four."]),
        ("这是一个版本 1.2.3.4.5.6 号", 13, ["这是一个版本 ", "1.2.3.4.5.6 号"]),
        ("前半句，后半句还有", 6, ["前半句，", "后半句还有"]),
        ("alpha beta gamma", 12, ["alpha beta ", "gamma"]),
        ("中文中文word字", 7, ["中文中文", "word字"]),
        ("字字字字字字", 4, ["字字字字", "字字"]),
        ("👩\u200d💻👩\u200d💻", 8, ["👩\u200d💻", "👩\u200d💻"]),
        ("🇨🇳🇩🇪🇫🇷", 7, ["🇨🇳", "🇩🇪", "🇫🇷"]),
        ("e\u0301e\u0301e\u0301", 3, ["e\u0301", "e\u0301", "e\u0301"]),
    ],
)
def test_a_cut_stands_at_the_best_place_that_fits(text: str, units: int, expected: list[str]) -> None:
    assert pieces(text, units) == expected


def test_a_grapheme_larger_than_the_room_is_cut_inside() -> None:
    assert pieces("e" + "\u0301" * 5, 4) == ["e" + "\u0301" * 3, "\u0301" * 2]


def test_a_link_or_code_span_moves_to_the_next_piece_as_a_whole() -> None:
    link = Run("链接文字", 0, "https://a.example/")
    assert pieces([Run("前面的字"), link], 6) == ["前面的字", "链接文字"]
    assert pieces([Run("前面的字"), Run("co de", CODE)], 7) == ["前面的字", "co de"]


def test_a_link_larger_than_the_room_is_cut_and_stays_a_link() -> None:
    link = Run("很长的链接文字", BOLD, "https://a.example/")
    assert list(split([link], at_most(4), room=4)) == [
        [Run("很长的链", BOLD, "https://a.example/")],
        [Run("接文字", BOLD, "https://a.example/")],
    ]


def test_styles_go_on_behind_the_cut() -> None:
    runs = [Run("粗粗", BOLD), Run("斜斜斜", ITALIC)]
    assert list(split(runs, at_most(3), room=3)) == [
        [Run("粗粗", BOLD), Run("斜", ITALIC)],
        [Run("斜斜", ITALIC)],
    ]


def test_the_first_piece_may_have_less_room() -> None:
    found = split([Run("字" * 10)], at_most(6), room=6, first=at_most(2))
    assert [len(text_of(piece)) for piece in found] == [2, 6, 2]


def test_a_beginning_fits_or_is_nothing() -> None:
    assert text_of(beginning([Run("第一句。第二句。")], at_most(6), room=6)) == "第一句。"
    assert beginning([Run("字")], at_most(0), room=1) == []
    assert beginning([], at_most(9), room=9) == []


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("字。，！a b.c?\n "),
        st.sampled_from("👩\u200d💻🇨🇳👍🏽e\u0301각ा"),
        st.characters(codec="utf-8"),
    ),
    min_size=1,
    max_size=120,
)
RUNS = st.lists(
    st.builds(Run, TEXTS, st.sampled_from([0, BOLD, CODE]), st.sampled_from(["", "", "https://a.example/"])), max_size=8
)


@given(RUNS, st.integers(2, 60))
def test_pieces_fit_and_joined_are_the_whole_text(runs: list[Run], units: int) -> None:
    found = list(split(runs, at_most(units), room=units))
    assert all(piece and utf16_units(text_of(piece)) <= units for piece in found)
    joined = [(character, run.style, run.url) for piece in found for run in piece for character in run.text]
    assert joined == [(character, run.style, run.url) for run in runs for character in run.text]


@given(RUNS, st.integers(30, 60))
def test_no_grapheme_is_cut_that_fits(runs: list[Run], units: int) -> None:
    whole = text_of(runs)
    graphemes = [match.span() for match in regex.finditer(r"\X", whole)]
    large = any(utf16_units(whole[start:end]) > units // 2 for start, end in graphemes)
    ends = {end for _, end in graphemes}
    place = 0
    for piece in split(runs, at_most(units), room=units):
        place += len(text_of(piece))
        assert large or place in ends


@given(RUNS, st.integers(30, 60))
def test_no_link_or_code_span_is_cut_that_fits(runs: list[Run], units: int) -> None:
    whole = [(character, run.style & CODE, run.url) for run in runs for character in run.text]
    kinds = [(style, url) for _, style, url in whole]
    place = 0
    for piece in split(runs, at_most(units), room=units):
        begin, place = place, place + len(text_of(piece))
        if place < len(whole) and kinds[place - 1] == kinds[place] != (0, ""):
            kind = kinds[place]
            start = next(index + 1 for index in range(place, -2, -1) if index < 0 or kinds[index] != kind)
            assert start <= begin, "the span began in this piece: it ought to have moved to the next one whole"


def test_a_text_dense_with_styles_is_not_searched_to_the_end_for_every_piece() -> None:
    runs = [Run("字", BOLD * (index % 2)) for index in range(20_000)]
    seen = 0

    def fits(piece: Runs) -> bool:
        nonlocal seen
        seen += len(piece)
        return len(piece) <= 200

    pieces = list(split(runs, fits, room=4096))
    assert [run for piece in pieces for run in piece] == runs
    assert seen < 20 * len(runs)
