"""What of an issue can be found."""

from __future__ import annotations

import pytest

from bot.domain.passages import addressed, passages_of
from bot.domain.search_words import phrases_of_query
from formatters.document import Text
from formatters.issue import Issue, Item, SourceLink

SAME = [
    "https://www.news.example/posts/3",
    "http://news.example/posts/3/",
    "https://News.Example/posts/3#comments",
    "https://news.example/posts/3?utm_source=chat&utm_medium=x",
    "https://news.example:443/posts/3?ref=home",
]


@pytest.mark.parametrize("url", SAME)
def test_copies_of_an_address_are_one_address(url: str) -> None:
    assert addressed(url) == "news.example/posts/3"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://news.example/?id=3", "news.example?id=3"),
        ("https://news.example/watch?v=a%26b&t=1", "news.example/watch?v=a%26b&t=1"),
        ("https://news.example", "news.example"),
        ("mailto:somebody@news.example", ""),
        ("https://[::1", ""),
        ("no address", ""),
        ("https://news.example/?" + "a=1&" * 99, ""),
    ],
)
def test_what_tells_pages_apart_stays(url: str, address: str) -> None:
    assert addressed(url) == address


def test_an_item_is_found_by_its_sources_address_and_does_not_show_it() -> None:
    item = Item(1, (Text("Title"),), (SourceLink("https://www.news.example/posts/3"), SourceLink(None, "a book")))
    [_, passage] = passages_of(Issue("Issue", None, "digest", items=(item,)))
    assert passage.addresses == ("news.example/posts/3",)
    assert passage.holds(phrases_of_query("news.example/posts/3"))
    assert passage.holds(phrases_of_query("book"))
    assert "news.example" not in passage.text
