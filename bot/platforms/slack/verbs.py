"""What may be asked for in Slack, whether by a slash command or by naming the app: the same words everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from bot.domain.destination import Destination
from bot.domain.preference_changes import SetStyle
from bot.domain.spoken import day_from, number_from
from bot.languages import phrases_of
from bot.languages.slack_phrases import slack_phrases_of
from bot.platforms.slack.notices import Notices
from bot.services.answers import Answer, Extract, Show
from bot.services.conversation import Conversation
from formatters.actions import AnswerWithHeadlines, AnswerWithItem, OpenDay, TurnToFindings, encode
from formatters.list_views import FindingsView, TitlesOfIssuesView
from formatters.views import HeadlinesView, ItemView, Style, View


class Verb(StrEnum):
    """The first word."""

    TODAY = "today"
    ITEM = "item"
    TRENDS = "trends"
    WATCH = "watch"
    SOURCES = "sources"
    ADVICE = "advice"
    DATE = "date"
    SEARCH = "search"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    SETTINGS = "settings"
    HELP = "help"
    UNKNOWN = ""


_CHINESE: Mapping[str, Verb] = {
    "今天": Verb.TODAY, "今日": Verb.TODAY, "条目": Verb.ITEM, "趋势": Verb.TRENDS, "关注": Verb.WATCH,
    "来源": Verb.SOURCES, "建议": Verb.ADVICE, "日期": Verb.DATE, "搜索": Verb.SEARCH, "搜": Verb.SEARCH,
    "订阅": Verb.SUBSCRIBE, "退订": Verb.UNSUBSCRIBE, "设置": Verb.SETTINGS, "帮助": Verb.HELP,
}  # fmt: skip
_EXTRACTS: Mapping[Verb, Extract] = {
    Verb.TRENDS: Extract.TRENDS,
    Verb.WATCH: Extract.WATCH,
    Verb.SOURCES: Extract.SOURCES,
    Verb.ADVICE: Extract.ADVICE,
}


def understood(asked: str, today: date) -> tuple[Verb, str]:
    """Return the verb and what stands behind it; a number alone is an item, a day alone a date, nothing is today."""
    asked = asked.strip()
    word, _, rest = asked.replace("\u3000", " ").partition(" ")
    if not word:
        return Verb.TODAY, ""
    if (named := word.casefold()) in set(Verb):
        return Verb(named), rest.strip()
    if number_from(asked) is not None:
        return Verb.ITEM, asked
    for name, verb in _CHINESE.items():
        if asked.startswith(name):  # Chinese needs no space: 搜索推理
            return verb, asked.removeprefix(name).strip()
    return (Verb.DATE, asked) if day_from(asked, today) is not None else (Verb.UNKNOWN, asked)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, or a sentence of Slack's own."""

    answer: Answer | str
    shared: str = ""
    """What a button says that shows the same to everybody; empty for what is nobody else's matter."""


class Verbs:
    """Carries verbs out."""

    def __init__(self, conversation: Conversation, command: str, notices: Notices | None) -> None:
        """`command` is the one that takes every verb, such as /digest."""
        self._conversation = conversation
        self._command = command
        self._notices = notices

    def understood(self, asked: str) -> tuple[Verb, str]:
        """Return verb and rest of what was typed."""
        return understood(asked, self._conversation.query.today)

    async def find(self, verb: Verb, rest: str, place: Destination, language: str) -> Found:
        """Return the answer. `place` is where it was typed: what subscribes, and may have subscribed."""
        query, browsing = self._conversation.query, self._conversation.browsing
        match verb:
            case Verb.TODAY:
                subscribed = await self._conversation.subscribing.is_active(place)
                return found(await query.headlines_of_today(subscribed=subscribed, buttons=True))
            case Verb.ITEM:
                return found(await query.item(rest, paging=True))
            case Verb.TRENDS | Verb.WATCH | Verb.SOURCES | Verb.ADVICE:
                return await self.extract(_EXTRACTS[verb])
            case Verb.DATE:
                return found(await browsing.on(rest))
            case Verb.SEARCH:
                return found(await browsing.search(rest))
            case Verb.SUBSCRIBE | Verb.UNSUBSCRIBE | Verb.SETTINGS | Verb.HELP | Verb.UNKNOWN:
                return Found(await self._told(verb, rest, place, language))
            case _:
                assert_never(verb)

    async def extract(self, what: Extract, ref: str = "") -> Found:
        """Return a part of an issue, the newest unless `ref` names another."""
        ref = ref or await self._conversation.query.newest_ref()
        answer = await self._conversation.query.extract(what, ref=ref)
        return Found(answer, f"{SHARED_EXTRACT}:{ref}:{what}" if isinstance(answer, Show) else "")

    async def _told(self, verb: Verb, rest: str, place: Destination, language: str) -> str:
        phrases, own = phrases_of(language), slack_phrases_of(language)
        match verb:
            case Verb.SUBSCRIBE:
                return await self._subscribed(rest, place, language)
            case Verb.UNSUBSCRIBE:
                parting = await self._conversation.subscribing.stop(place)
                return phrases.fixed_by_settings() if parting == "fixed by settings" else phrases.channel_unsubscribed()
            case Verb.SETTINGS:
                return own.settings_by_command(self._command)
            case Verb.HELP:
                return own.help(self._command)
            case _:
                return own.unknown(rest, self._command)

    async def _subscribed(self, rest: str, place: Destination, language: str) -> str:
        """Subscribe the place, in the style that is named, if one is."""
        phrases, own = phrases_of(language), slack_phrases_of(language)
        style = STYLES.get(rest.casefold())
        if rest and style is None:
            return own.which_style(self._command)
        welcome = await self._conversation.subscribing.start(place, language=language)
        if self._notices is not None:
            await self._notices.forget(place)
        told = phrases.channel_subscribed(welcome.release)
        if style is None:
            return told
        await self._conversation.preferring.change(place, SetStyle(style))
        return f"{told}\n{own.style(style)}"


STYLES: Mapping[str, Style] = {"thread": Style.THREAD, "messages": Style.ITEMS, "overview": Style.COMPACT}
"""The words for styles behind `subscribe`."""
SHARED_EXTRACT = "1:w"


def found(answer: Answer) -> Found:
    """Return an answer with what a button says that shows the same."""
    return Found(answer, _shared(answer.view) if isinstance(answer, Show) else "")


def _shared(view: View) -> str:
    match view:
        case HeadlinesView():
            return encode(AnswerWithHeadlines(view.ref))
        case ItemView():
            return encode(AnswerWithItem(view.ref, view.number))
        case FindingsView():
            return encode(TurnToFindings(view.page, view.query))
        case TitlesOfIssuesView():
            return encode(OpenDay(view.issues[0].day)) if view.issues else ""
        case _:
            return ""
