"""Answers that are rendered once, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

import pytest

from bot.domain.destination import Platform
from bot.languages import words_of
from bot.services.rendering import Renderer
from formatters.issue import Issue
from formatters.reading.post import read_post
from formatters.views import HeadlinesView, ItemView, Own, View
from formatters.words import Words
from tests import written_posts

REF = "0123456789"
LIN = Own("digest_bot")


class Counting(Renderer):
    """A renderer that knows how often it looked for words: once for each rendering."""

    def __init__(self) -> None:
        super().__init__(self._counted)
        self.count = 0

    def _counted(self, language: str) -> Words:
        self.count += 1
        return words_of(language)

    def text(self, view: View, platform: Platform = Platform.TELEGRAM, language: str = "zh") -> str:
        part = self.answer(view, platform, language)
        assert part == Renderer(words_of).render(view, platform, language).parts[0], "as if it were rendered anew"
        return part.text


@pytest.fixture
def renderer() -> Counting:
    return Counting()


def issue(*, items: int = 2, title: str = "") -> Issue:
    text = written_posts.digest(date(2026, 2, 12), items=items, title=title)
    return read_post(text.encode(), name="2026-02-12.md", home=UTC).issue


def test_what_one_reader_saw_serves_the_next(renderer: Counting) -> None:
    today = issue()
    for _ in range(3):
        renderer.text(HeadlinesView(today, REF))
        renderer.text(ItemView(today, REF, 1, own=LIN))
    assert renderer.count == 2


def test_each_sees_what_an_item_is_to_them(renderer: Counting) -> None:
    view = ItemView(issue(), REF, 1, own=LIN)
    for own in (LIN, replace(LIN, saved=True), replace(LIN, up=True), replace(LIN, up=False), None):
        renderer.text(replace(view, own=own))
    renderer.text(replace(view, paging=False))
    renderer.text(replace(view, number=2))
    assert renderer.count == 7


def test_languages_platforms_and_kinds_are_told_apart(renderer: Counting) -> None:
    view = HeadlinesView(issue(), REF)
    for platform in (Platform.TELEGRAM, Platform.SLACK):
        for language in ("zh", "en"):
            for one in (view, replace(view, buttons=False)):
                renderer.text(one, platform, language)
    assert renderer.count == 8


def test_another_edition_and_another_name_are_shown_as_they_are(renderer: Counting) -> None:
    today = issue()
    renderer.text(HeadlinesView(today, REF))
    assert "改过的标题" in renderer.text(HeadlinesView(issue(title="改过的标题"), REF))
    renderer.text(HeadlinesView(today, "9876543210"))
    assert renderer.count == 3


def test_what_is_rarely_asked_for_is_forgotten(renderer: Counting) -> None:
    today = issue(items=1)
    for number in range(600):
        renderer.answer(HeadlinesView(today, f"{number:010}"), Platform.TELEGRAM, "zh")
    renderer.text(HeadlinesView(today, "0000000599"))
    assert renderer.count == 600
    renderer.text(HeadlinesView(today, "0000000000"))
    assert renderer.count == 601
