"""How an item's sources are named on its buttons."""

from __future__ import annotations

import pytest

from formatters.issue import Item, SourceLink
from formatters.rendering.sources import source_buttons, source_lines
from tests.unit.rendering.makers import WORDS, inline


def item_from(*sources: str | SourceLink) -> Item:
    links = tuple(SourceLink(source) if isinstance(source, str) else source for source in sources)
    return Item(1, inline("题"), links)


def labels(*sources: str | SourceLink) -> list[list[str]]:
    return [[button.text for button in row] for row in source_buttons(item_from(*sources))]


def lines(*sources: str | SourceLink) -> str:
    return "\n".join("".join(run.text for run in line.runs) for line in source_lines(item_from(*sources), WORDS))


def test_a_button_is_named_by_the_host_in_lower_case_without_www_and_port() -> None:
    assert labels("https://WWW.Example.com:8443/path") == [["example.com"]]


def test_two_short_names_share_a_row_and_long_ones_do_not() -> None:
    assert labels("https://a.example/", "https://b.example/", "https://c.example/") == [
        ["a.example", "b.example"],
        ["c.example"],
    ]
    assert labels("https://a.example/", "https://very-long-name.example.com/") == [
        ["a.example"],
        ["very-long-name.example.com"],
    ]


def test_two_of_one_host_are_told_apart_by_the_first_piece_of_the_path_that_differs() -> None:
    assert labels("https://github.com/o/r/issues/1", "https://x.example/", "https://github.com/o/r/pull/2") == [
        ["github.com · issues", "x.example"],
        ["github.com · pull"],
    ]


def test_two_of_one_host_are_told_apart_by_their_names_where_the_post_gives_them() -> None:
    assert labels(SourceLink("https://a.example/1", "公告"), SourceLink("https://a.example/2", "论文")) == [
        ["a.example · 公告", "a.example · 论文"]
    ]


@pytest.mark.parametrize(
    "urls",
    [
        ("https://a.example/?id=1", "https://a.example/?id=2"),
        ("https://a.example/" + "x" * 50, "https://a.example/" + "y" * 50),
    ],
)
def test_two_of_one_host_are_numbered_where_nothing_short_tells_them_apart(urls: tuple[str, str]) -> None:
    assert labels(*urls) == [["a.example · 1", "a.example · 2"]]


def test_one_address_named_twice_has_one_button() -> None:
    assert labels("https://a.example/", "https://a.example/") == [["a.example"]]


def test_a_very_long_host_is_shortened() -> None:
    assert labels(f"https://{'x' * 60}.example/") == [["x" * 39 + "…"]]


@pytest.mark.parametrize("url", ["http://localhost/", "ftp://a.example/", "https://a.example/" + "x" * 2000])
def test_an_address_that_cannot_be_a_button_is_a_line(url: str) -> None:
    assert labels(url) == []
    assert lines(url) == f"来源：{url}"


def test_sources_in_prose_share_one_line() -> None:
    assert (
        lines("https://a.example/", SourceLink(None, "甲"), SourceLink(None, "乙"), SourceLink(None)) == "来源：甲 · 乙"
    )


def test_no_source_is_no_line() -> None:
    assert lines() == ""
    assert lines("https://a.example/") == ""


def test_sources_beyond_what_a_keyboard_holds_are_listed() -> None:
    urls = [f"https://a{number}.example/" for number in range(23)]
    assert sum(len(row) for row in labels(*urls)) == 20
    assert lines(*urls) == "来源：" + " · ".join(urls[20:])


def test_long_addresses_stay_within_the_bytes_of_a_keyboard() -> None:
    urls = [f"https://a{number}.example/{'路' * 300}" for number in range(9)]
    assert 0 < sum(len(row) for row in labels(*urls)) < 9
    assert urls[-1] in lines(*urls)
