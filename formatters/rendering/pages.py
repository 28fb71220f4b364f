"""Decide what each message of a view shows, the same for every platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import assert_never

from formatters.actions import (
    Action,
    AnswerWithHeadlines,
    AnswerWithItem,
    SendAll,
    TurnToHeadlines,
    TurnToItem,
    start_link,
)
from formatters.document import Inlines
from formatters.editions import Added, Note, Updated
from formatters.errors import NoSuchItem, NothingToShow
from formatters.issue import Issue, Item
from formatters.list_views import ListView
from formatters.rendering.buttons import ActionButton, LinkButton, Row
from formatters.rendering.extracts import advice, is_advice, linked_headlines, sources, titles
from formatters.rendering.jumps import jump_to
from formatters.rendering.limits import TELEGRAM_BUTTONS, TELEGRAM_BUTTONS_IN_ROW
from formatters.rendering.lines import Form, Frame, Line, add_blocks, add_numbered, add_points
from formatters.rendering.lists import list_page
from formatters.rendering.opening import facts
from formatters.rendering.own_row import own_row
from formatters.rendering.page import Page
from formatters.rendering.runs import BOLD, ITALIC, Run, clean, flatten, linked, text_of
from formatters.rendering.sources import is_button_link, source_buttons, source_lines
from formatters.views import (
    AdviceView,
    HeadlinesView,
    IssueView,
    ItemView,
    LinkedHeadlinesView,
    NoticeView,
    OverviewView,
    SourcesView,
    TitlesView,
    TrendsView,
    View,
    WatchView,
)
from formatters.words import Words

LONG_ITEM = 700
"""Characters beyond which an item's middle points are folded."""

_OPEN_POINTS = 2


def pages(view: View, words: Words) -> list[Page]:
    """Return the pages of a view, at least one.

    Raises NoSuchItem and NothingToShow for what the issue does not hold.
    """
    match view:
        case IssueView(issue):
            return _essay(issue, words) if issue.kind == "essay" else _digest(view, words)
        case OverviewView(issue, ref):
            return [_overview_answer(issue, ref, words)]
        case HeadlinesView(issue, ref, buttons):
            return [_headlines(issue, ref, words, buttons=buttons)]
        case ItemView():
            return [_item_answer(view, words)]
        case TrendsView(issue):
            return [_trends(issue, words)]
        case LinkedHeadlinesView(issue, ref, bot):
            return [_linked_headlines(issue, ref, bot, words)]
        case TitlesView() | SourcesView() | AdviceView() | WatchView():
            return [_extract_page(view, words)]
        case _ if isinstance(view, ListView):
            return [list_page(view, words)]
        case NoticeView():
            return [Page("notice", [Line(Form.TEXT, [Run(words.withdrawn)])], single=True)]
        case _:
            assert_never(view)


def _extract_page(view: TitlesView | SourcesView | AdviceView | WatchView, words: Words) -> Page:
    issue = view.issue
    match view:
        case TitlesView():
            return _extract("titles", issue, titles(issue), "the issue has no items")
        case SourcesView():
            return _extract("sources", issue, sources(issue), "the issue names no sources")
        case AdviceView():
            return _extract("advice", issue, advice(issue, words.label_separator), "the issue gives no advice")
        case WatchView():
            return _extract("watch", issue, _watch(issue, words), "the issue has no watch list")
        case _:
            assert_never(view)


def _digest(view: IssueView, words: Words) -> list[Page]:
    issue, told = view.issue, dict(view.notes)
    opening = introduction(issue, words)
    jumps = opening + _item_headlines(issue, jump=True)
    overview = Page("overview", opening + _item_headlines(issue), linked=jumps)
    found = [_standing_alone(view, overview, words) if view.ref else overview]
    found += [Page(_name(one), _item(one, words, told.get(one.number)), source_buttons(one)) for one in issue.items]
    if closing := _outlook(issue, words) + _sections(issue):
        found.append(Page("closing", closing))
    return found


def _name(item: Item) -> str:
    return f"item-{item.number}"


def _essay(issue: Issue, words: Words) -> list[Page]:
    lines = _opening(issue, words) + _sections(issue)
    return [Page("overview", lines, continuation="part-{number}")]


def _standing_alone(view: IssueView, overview: Page, words: Words) -> Page:
    trends = _folded_trends(view.issue, words)
    own = dict(view.renumbered)
    return replace(
        overview,
        lines=[*overview.lines, *trends],
        rows=_number_rows(view.issue, lambda number: AnswerWithItem(view.ref, own.get(number, number))),
        linked=overview.linked and [*overview.linked, *trends],
    )


def _overview_answer(issue: Issue, ref: str, words: Words) -> Page:
    if not issue.items:
        return _headlines(issue, ref, words, buttons=True, name="overview")
    rows = _number_rows(issue, lambda number: AnswerWithItem(ref, number))
    return Page("overview", introduction(issue, words) + _item_headlines(issue), rows, single=True)


def _headlines(issue: Issue, ref: str, words: Words, *, buttons: bool, name: str = "headlines") -> Page:
    lines = _opening(issue, words)
    lines += _item_headlines(issue) if issue.items else _section_headlines(issue)
    lines += _folded_trends(issue, words)
    rows: tuple[Row, ...] = ()
    if buttons:
        rows = (
            *_number_rows(issue, lambda number: TurnToItem(ref, number)),
            (ActionButton(words.send_all, SendAll(ref)),),
        )
    hint = Line(Form.TEXT, [Run(words.ask_for_item)]) if issue.items and not buttons else None
    return Page(name, lines, rows, single=True, hint=hint)


def _folded_trends(issue: Issue, words: Words) -> list[Line]:
    lines: list[Line] = []
    if issue.trends:
        lines += _topic(issue.trends_title, words.trends, frame="fold")
        add_numbered(lines, issue.trends, words.label_separator, frame="fold", gap=False)
    return lines


def _linked_headlines(issue: Issue, ref: str, bot: str, words: Words) -> Page:
    lines = _opening(issue, words)
    lines += linked_headlines(issue, ref, bot) if issue.items else _section_headlines(issue)
    lines += _folded_trends(issue, words)
    button = LinkButton(words.read_privately, start_link(bot, AnswerWithHeadlines(ref)))
    return Page("headlines", lines, ((button,),), single=True)


def _extract(name: str, issue: Issue, lines: list[Line], lacking: str) -> Page:
    if not lines:
        raise NothingToShow(lacking)
    return Page(name, [*_title(issue), *lines], single=True)


def _item_answer(view: ItemView, words: Words) -> Page:
    issue, number = view.issue, view.number
    if not issue.items:
        raise NothingToShow("the issue has no items")
    item = issue.item(number)
    if item is None:
        raise NoSuchItem(number)
    rows = source_buttons(item)
    if view.own is not None:
        rows = (*rows, own_row(view.own, view.ref, number, text_of(flatten(item.title)), words))
    if view.paging:
        rows = (*rows, _paging_row(issue, view.ref, item, words))
    return Page(_name(item), _item(item, words), rows, single=True)


def _paging_row(issue: Issue, ref: str, item: Item, words: Words) -> Row:
    numbers = [other.number for other in issue.items]
    index = numbers.index(item.number)
    row: list[ActionButton] = []
    if index > 0:
        row.append(ActionButton(words.previous, TurnToItem(ref, numbers[index - 1])))
    row.append(ActionButton(words.headlines, TurnToHeadlines(ref)))
    if index + 1 < len(numbers):
        row.append(ActionButton(words.next, TurnToItem(ref, numbers[index + 1])))
    return tuple(row)


def _trends(issue: Issue, words: Words) -> Page:
    outlook = _outlook(issue, words)
    if not outlook:
        raise NothingToShow("the issue has neither trends nor a watch list")
    return Page("trends", [*_title(issue), *outlook], single=True)


def _number_rows(issue: Issue, action: Callable[[int], Action]) -> tuple[Row, ...]:
    """Return a button for every item, in rows of equal length; one place stays for another button."""
    buttons = [ActionButton(str(item.number), action(item.number)) for item in issue.items[: TELEGRAM_BUTTONS - 1]]
    if not buttons:
        return ()
    count = -(-len(buttons) // TELEGRAM_BUTTONS_IN_ROW)
    length = -(-len(buttons) // count)
    return tuple(tuple(buttons[start : start + length]) for start in range(0, len(buttons), length))


def _title(issue: Issue) -> list[Line]:
    return [Line(Form.TITLE, [Run(clean(issue.title), BOLD)])] if clean(issue.title) else []


def _opening(issue: Issue, words: Words) -> list[Line]:
    return [*_title(issue), Line(Form.META, [Run(facts(issue, words))], gap=False)]


def introduction(issue: Issue, words: Words) -> list[Line]:
    """Return what stands before a digest's items: title, facts and the author's note."""
    lines = _opening(issue, words)
    add_blocks(lines, issue.intro)
    return lines


def _item_headlines(issue: Issue, *, jump: bool = False) -> list[Line]:
    """Return a line for each item; with `jump`, each leads to the item's own message."""
    lines: list[Line] = []
    for item in issue.items:
        title = text_of(flatten(item.title))
        if jump and title.strip():
            runs = [Run(f"{item.number}. "), Run(title, 0, jump_to(_name(item)))]
        else:
            runs = [Run(f"{item.number}. {title}")]
        lines.append(Line(Form.TEXT, runs, not lines))
    return lines


def _section_headlines(issue: Issue) -> list[Line]:
    lines: list[Line] = []
    for section in issue.sections:
        if title := text_of(flatten(section.title)):
            lines.append(Line(Form.BULLET, [Run(title)], gap=not lines))
    if not lines:
        for section in issue.sections[:1]:
            add_blocks(lines, section.blocks[:1])
    return lines


def _item(item: Item, words: Words, note: Note | None = None) -> list[Line]:
    number = f"{item.number}. "
    title = flatten(item.title, BOLD)
    if (url := item.first_url) is not None and is_button_link(url):
        title = [Run(number, BOLD), *linked(title, url)]
    elif title and title[0].style == BOLD and not title[0].url:
        title[0] = Run(number + title[0].text, BOLD)
    else:
        title.insert(0, Run(number, BOLD))
    lines = [Line(Form.TITLE, title)]
    if note is not None:
        lines.append(Line(Form.META, [Run(_told(note, words), ITALIC)], gap=False))
    separator = words.label_separator
    listed = any(point.label for point in item.points)
    bounds = [len(lines)]
    for point in item.points:
        add_points(lines, (point,), separator, listed=listed)
        bounds.append(len(lines))
    if len(item.points) > _OPEN_POINTS and _length(lines[1:]) > LONG_ITEM:
        start, end = _folded(item, lines, bounds)
        lines[start:end] = [line.framed("fold") for line in lines[start:end]]
    return lines + source_lines(item, words)


def _told(note: Note, words: Words) -> str:
    match note:
        case Added():
            return words.added
        case Updated(at):
            return words.updated(at)
        case _:
            assert_never(note)


def _folded(item: Item, lines: Sequence[Line], bounds: Sequence[int]) -> tuple[int, int]:
    """Return which lines to fold: the longest stretch of points after the first ones that do not advise.

    Where no label says that it advises, the last point is taken for the conclusion and stays open.
    """
    points = item.points
    closing = {index for index, point in enumerate(points) if is_advice(point)} or {len(points) - 1}
    best, start = (0, 0), bounds[_OPEN_POINTS]
    for index in range(_OPEN_POINTS, len(points)):
        if index in closing:
            start = bounds[index + 1]
        elif _length(lines[start : bounds[index + 1]]) > _length(lines[slice(*best)]):
            best = (start, bounds[index + 1])
    return best


def _length(lines: Sequence[Line]) -> int:
    return sum([len(run[0]) for line in lines for run in line.runs])


def _outlook(issue: Issue, words: Words) -> list[Line]:
    """Return trends and watch list, each under its heading."""
    lines: list[Line] = []
    if issue.trends:
        lines += _topic(issue.trends_title, words.trends)
        add_numbered(lines, issue.trends, words.label_separator)
    return lines + _watch(issue, words)


def _watch(issue: Issue, words: Words) -> list[Line]:
    lines: list[Line] = []
    if issue.watch:
        lines += _topic(issue.watch_title, words.watch)
        add_numbered(lines, issue.watch, words.label_separator)
    return lines


def _topic(title: Inlines, fallback: str, *, frame: Frame = "") -> list[Line]:
    return [Line(Form.HEADING, flatten(title, BOLD) or [Run(fallback, BOLD)], frame=frame)]


def _sections(issue: Issue) -> list[Line]:
    lines: list[Line] = []
    for section in issue.sections:
        if runs := flatten(section.title, BOLD):
            lines.append(Line(Form.HEADING, runs))
        add_blocks(lines, section.blocks)
    return lines
