"""Sample posts in other dialects are read as their fixtures say; `python -m tests.fixtures.posts` writes these anew."""

from __future__ import annotations

import pytest

from formatters.reading.dialect import built_in
from formatters.reading.explanation import lines_of, verdicts
from tests.fixtures.posts import FOLDER, POSTS, expected, reading_of, shown

DIALECTS = {
    "arabic-headings": "headings",
    "essay-with-links": "essay",
    "essay-with-numbers": "essay",
    "html-and-details": "numbered",
    "japanese-numbered": "numbered",
    "korean-numbered": "numbered",
    "list-of-links": "list",
    "newsletter-emoji-headings": "headings",
    "newsletter-linked-headings": "headings",
    "numbered-headings": "numbered",
    "numbered-lines": "numbered",
    "turkish-headings": "headings",
}


@pytest.mark.parametrize("name", POSTS)
def test_a_sample_is_read_as_expected(name: str) -> None:
    assert shown(name) == expected(name)


@pytest.mark.parametrize("name", POSTS)
def test_the_dialect_of_a_sample_is_the_one_that_it_is_written_in(name: str) -> None:
    assert reading_of(name).dialect == DIALECTS[name]


@pytest.mark.parametrize("name", POSTS)
def test_every_line_with_text_is_told_or_belongs_to_the_one_before(name: str) -> None:
    reading = reading_of(name)
    told = [line for line, _ in lines_of(reading)]
    text = (FOLDER / f"{name}.md").read_text("utf-8").split("\n")
    assert told == sorted(told)
    assert all(text[line - 1].strip() for line in told)
    assert verdicts(reading)[0].startswith(("dialect", "essay"))


def test_every_other_built_in_dialect_has_a_sample() -> None:
    assert {dialect.name for dialect in built_in()} - {"parenthesis"} <= set(DIALECTS.values())
