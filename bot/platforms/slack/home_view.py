"""The home tab: today's issue, the archive by month, what the reader saved, and direct messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.languages.settings_phrases import SettingsPhrases
from bot.languages.view_phrases import ViewPhrases
from bot.platforms.slack.blocks import (
    PRESSED,
    Json,
    actions,
    button,
    chooser,
    context,
    divider,
    header,
    in_view,
    section,
)
from bot.services.browsing import MonthOfIssues
from bot.services.preferring import ChatSettings
from formatters.actions import AnswerWithHeadlines, AnswerWithItem, DropSaved, encode
from formatters.list_views import SavedItem, SavedView

MONTH, SAVED_PAGE, DIRECT, SETTINGS = "home:month", "home:saved", "home:direct", "home:settings"
"""What is pressed in the home tab, by action_id; ends in a number where it stands there more than once."""

_TODAY, _TITLES, _MONTHS = 24, 31, 100
"""Blocks of today's issue, issues of a month, months to choose from: with all else at most 100 blocks and options."""


@dataclass(frozen=True, slots=True)
class HomeContent:
    """Everything that the home tab shows."""

    today: Sequence[Json]
    """Blocks of a message: headlines, or the sentence that there are none yet."""
    archive: MonthOfIssues | None
    """None where there is no issue at all."""
    saved: SavedView | None
    """None where nothing is saved."""
    settings: ChatSettings | None
    """Of the reader's direct messages; None if they never had any."""


def home_view(content: HomeContent, phrases: ViewPhrases, settings: SettingsPhrases, *, metadata: str) -> Json:
    """Return the view, as `views.publish` takes it."""
    blocks = [
        *in_view(content.today)[:_TODAY],
        *_direct(content.settings, phrases, settings),
        *_saved(content.saved, phrases),
        *_archive(content.archive, phrases),
    ]
    return {"type": "home", "blocks": blocks, "private_metadata": metadata}


def _direct(found: ChatSettings | None, phrases: ViewPhrases, settings: SettingsPhrases) -> Iterator[Json]:
    labels = phrases.labels()
    yield divider()
    yield header(phrases.form_title(own=True))
    if found is None or not found.active:
        yield section(phrases.no_direct_messages())
        yield actions(button(labels["start direct"], DIRECT, "start", style="primary"))
        return
    yield section("\n".join([*settings.lines(found), settings.state(found)]))
    yield actions(button(labels["settings"], SETTINGS), button(labels["stop direct"], DIRECT, "stop"))


def _saved(found: SavedView | None, phrases: ViewPhrases) -> Iterator[Json]:
    labels = phrases.labels()
    yield divider()
    yield header(labels["saved"])
    if found is None:
        yield section(phrases.nothing_saved())
        return
    for place, item in enumerate(found.items):
        yield _saved_item(item, place, found.page, phrases)
    turns = [button(labels["newer"], f"{SAVED_PAGE}:0", str(found.page - 1))] if found.page else []
    turns += [button(labels["older"], f"{SAVED_PAGE}:1", str(found.page + 1))] if found.more else []
    if turns:
        yield actions(*turns)


def _saved_item(item: SavedItem, place: int, page: int, phrases: ViewPhrases) -> Json:
    labels = phrases.labels()
    day = f"{phrases.day(item.day)} · " if item.day else ""
    if not item.title:
        drop = encode(DropSaved(item.ref, item.number, page))
        return section(f"{day}{phrases.gone()}", button(labels["remove"], f"{SAVED_PAGE}:drop:{place}", drop))
    opening = encode(AnswerWithItem(item.ref, item.number))
    return section(f"{day}{item.title}", button(labels["open"], f"{PRESSED}saved:{place}", opening))


def _archive(found: MonthOfIssues | None, phrases: ViewPhrases) -> Iterator[Json]:
    if found is None:
        return
    labels = phrases.labels()
    yield divider()
    yield header(labels["archive"])
    months = {_written(first): phrases.month(first) for first in _around(found)}
    yield actions(chooser("static_select", MONTH, months, _written(found.month)))
    for place, issue in enumerate(found.issues[:_TITLES]):
        opening = encode(AnswerWithHeadlines(issue.ref))
        shown = f"{phrases.day(issue.day)} · {issue.title}"
        yield section(shown, button(labels["open"], f"{PRESSED}archive:{place}", opening))
    if len(found.issues) > _TITLES:
        yield context(phrases.and_more(len(found.issues) - _TITLES))


def _around(found: MonthOfIssues) -> Sequence[date]:
    """Return as many months as can be chosen from, the shown one among them: the newest, or those beside it."""
    place = found.months.index(found.month)
    start = max(0, min(place - _MONTHS // 2, len(found.months) - _MONTHS))
    return found.months[start : start + _MONTHS]


def _written(first: date) -> str:
    return f"{first:%Y-%m}"
