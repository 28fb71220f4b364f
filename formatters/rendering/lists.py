"""Pages of many issues: what a search found, what was saved, a calendar."""

from __future__ import annotations

from calendar import Calendar
from datetime import date
from typing import assert_never

from formatters.actions import (
    Action,
    AnswerWithHeadlines,
    AnswerWithItem,
    DropSaved,
    Explain,
    OpenDay,
    TurnToFindings,
    TurnToMonth,
    TurnToSaved,
    fits,
    start_link,
)
from formatters.list_views import Finding, FindingsView, ListView, MonthView, SavedView, TitlesOfIssuesView
from formatters.rendering.buttons import ActionButton, LinkButton, Row
from formatters.rendering.limits import BUTTON_CHARACTERS
from formatters.rendering.lines import Form, Line
from formatters.rendering.page import Page
from formatters.rendering.runs import BOLD, Run, clean_label
from formatters.words import Words

_NO_ISSUE = "·"


def list_page(view: ListView, words: Words) -> Page:
    """Return the one page of a list."""
    match view:
        case FindingsView():
            return _findings(view, words)
        case SavedView():
            return _saved(view, words)
        case MonthView():
            return _month(view, words)
        case TitlesOfIssuesView():
            return _titles(view, words)
        case _:
            assert_never(view)


def _findings(view: FindingsView, words: Words) -> Page:
    lines = [_heading(words.lists.found(view.query))]
    rows: list[Row] = []
    for number, finding in enumerate(view.findings, 1):
        action = finding.opening
        address = start_link(view.bot, action) if view.bot else ""
        title = clean_label(finding.title) or "…"
        lines.append(
            Line(
                Form.TEXT,
                [Run(f"{number}. "), Run(title, BOLD, address), Run(f" ({finding.day})")],
            )
        )
        if snippet := _snippet(finding):
            lines.append(Line(Form.TEXT, snippet, gap=False))
        if not view.bot:
            rows.append((ActionButton(_label(f"{number} · {title}"), action),))
    hint = None
    if not view.bot:
        turns = [TurnToFindings(page, view.query) for page in _pages_beside(view.page, more=view.more)]
        if turns and all(fits(turn) for turn in turns):
            rows.append(_turning(view.page, turns, words))
        elif turns:
            hint = Line(Form.TEXT, [Run(words.lists.narrow)])
    return Page("findings", lines, tuple(rows), single=True, hint=hint)


def _snippet(finding: Finding) -> list[Run]:
    runs = [Run(finding.before), Run(finding.match, BOLD), Run(finding.after)]
    return [run for run in runs if run.text]


def _pages_beside(page: int, *, more: bool) -> list[int]:
    return [*([page - 1] if page else []), *([page + 1] if more else [])]


def _turning(page: int, turns: list[TurnToFindings] | list[TurnToSaved], words: Words) -> Row:
    return tuple(ActionButton(words.lists.back if turn.page < page else words.lists.on, turn) for turn in turns)


def _saved(view: SavedView, words: Words) -> Page:
    lines = [_heading(words.lists.saved)]
    rows: list[Row] = []
    for number, item in enumerate(view.items, 1):
        title = clean_label(item.title) or words.lists.gone
        day = f" ({item.day})" if item.day else ""
        lines.append(Line(Form.TEXT, [Run(f"{number}. {title}{day}")], gap=number == 1))
        drop = ActionButton("✕", DropSaved(item.ref, item.number, view.page))
        opened: Action = AnswerWithItem(item.ref, item.number)
        rows.append((ActionButton(_label(f"{number} · {title}"), opened), drop) if item.title else (drop,))
    turns = [TurnToSaved(page) for page in _pages_beside(view.page, more=view.more)]
    if turns:
        rows.append(_turning(view.page, turns, words))
    return Page("saved", lines, tuple(rows), single=True)


def _month(view: MonthView, words: Words) -> Page:
    first = view.month
    rows: list[Row] = [tuple(ActionButton(name, Explain()) for name in words.lists.weekdays)]
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    rows += [tuple(_day(day, view) for day in week) for week in weeks]
    row: list[ActionButton] = []
    if view.earlier:
        row.append(_turn_to(_neighbour(first, -1), "‹ {}", words))
    if view.later:
        row.append(_turn_to(_neighbour(first, 1), "{} ›", words))
    if row:
        rows.append(tuple(row))
    lines = [
        _heading(f"{words.lists.archive} · {words.lists.month(first)}"),
        Line(Form.TEXT, [Run(words.lists.pick_a_day)]),
    ]
    return Page("month", lines, tuple(rows), single=True)


def _day(day: date, view: MonthView) -> ActionButton:
    if day.month != view.month.month:
        return ActionButton("\u2800", Explain())  # a blank that counts as text
    if day.day not in view.days:
        return ActionButton(_NO_ISSUE, OpenDay(day))
    return ActionButton(f"[{day.day}]" if day == view.today else str(day.day), OpenDay(day))


def _neighbour(month: date, step: int) -> date:
    index = month.year * 12 + month.month - 1 + step
    return date(index // 12, index % 12 + 1, 1)


def _turn_to(month: date, label: str, words: Words) -> ActionButton:
    return ActionButton(label.format(words.lists.month(month)), TurnToMonth(month.year, month.month))


def _titles(view: TitlesOfIssuesView, words: Words) -> Page:
    lines = [_heading(words.lists.archive)]
    rows: list[Row] = []
    for issue in view.issues:
        title = clean_label(issue.title) or "…"
        action = AnswerWithHeadlines(issue.ref)
        address = start_link(view.bot, action) if view.bot else ""
        day = f" ({issue.day})"
        lines.append(Line(Form.BULLET, [Run(title, 0, address), Run(day)], gap=len(lines) == 1))
        if not view.bot:
            rows.append((ActionButton(_label(title), action),))
    if view.bot and view.issues:
        newest = view.issues[0].day
        rows.append((LinkButton(words.read_privately, start_link(view.bot, TurnToMonth(newest.year, newest.month))),))
    return Page("issues", lines, tuple(rows), single=True)


def _heading(text: str) -> Line:
    return Line(Form.TITLE, [Run(text, BOLD)])


def _label(text: str) -> str:
    return text if len(text) <= BUTTON_CHARACTERS else text[: BUTTON_CHARACTERS - 1] + "…"
