"""Inline mode: somebody types the bot's name and words in any chat, and posts one of the results there.

https://core.telegram.org/bots/api#inline-mode. Of the kinds of results only articles with text are known here.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.sandbox.changes import PATIENCE
from bot.sandbox.json_types import Json
from bot.sandbox.telegram_chats import Account, Chat, Message, Version
from bot.sandbox.telegram_errors import QUERY_TOO_OLD, bad_request

if TYPE_CHECKING:
    from bot.sandbox.telegram_state import Telegram

QUERY_CHARACTERS = 256  # https://core.telegram.org/bots/api#inlinequery
RESULTS = 50  # https://core.telegram.org/bots/api#answerinlinequery
ID_BYTES = 64  # https://core.telegram.org/bots/api#inlinequeryresultarticle
CACHE_TIME = 300
QUERY_LIFETIME = 30.0  # undocumented; an inline query is too old to answer after some seconds


@dataclass(slots=True, eq=False)
class InlineQuery:
    """What somebody typed behind the bot's name, and what the bot offered."""

    id: str
    person: Account
    text: str
    offset: str
    at: float
    results: list[Json] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    """What each result says once it is posted."""
    next_offset: str = ""
    button: Json | None = None
    cache_time: int = CACHE_TIME
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def titles(self) -> list[str]:
        """The results as the person sees them listed."""
        return [result["title"] for result in self.results]

    async def answered(self, *, within: float = PATIENCE) -> "InlineQuery":
        """Return this query once the bot answered it.

        Raises TimeoutError.
        """
        try:
            async with asyncio.timeout(within):
                await self.done.wait()
        except TimeoutError:
            raise TimeoutError(f"the bot did not answer the inline query {self.text!r} within {within:g} s") from None
        return self


def ask(telegram: "Telegram", person: Account, text: str, offset: str) -> InlineQuery:
    """Type words behind the bot's name; what was answered lately is answered again without asking the bot."""
    text = text[:QUERY_CHARACTERS]
    for old in reversed(telegram.inline_queries.values()):
        same = (old.person.id, old.text, old.offset) == (person.id, text, offset)
        if same and old.done.is_set() and telegram.now() - old.at < old.cache_time:
            return old
    query = InlineQuery(str(9_000_000_001 + len(telegram.inline_queries)), person, text, offset, telegram.now())
    telegram.inline_queries[query.id] = query
    telegram.updates.add("inline_query", {"id": query.id, "from": person.as_json(), "query": text, "offset": offset})
    telegram.changes.note()
    return query


def answer(telegram: "Telegram", call: Json, version_of: Callable[["Telegram", Json], Version]) -> bool:
    """https://core.telegram.org/bots/api#answerinlinequery; `version_of` makes what sendMessage would keep."""
    query = telegram.inline_queries.get(str(call.get("inline_query_id", "")))
    if query is None or query.done.is_set() or telegram.now() - query.at > QUERY_LIFETIME:
        raise QUERY_TOO_OLD
    results = call.get("results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results JSON object")
    if len(results) > RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) for result in results]
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    if any(not 0 < len(result_id.encode()) <= ID_BYTES for result_id in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(str(call.get("next_offset") or "").encode()) > ID_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    for result in results:
        if result.get("type") != "article":
            raise bad_request("can't parse inline query result: only articles are known to the local Telegram")
        if not str(result.get("title") or "").strip():
            raise bad_request("can't parse inline query result: Can't find field \"title\"")
    query.versions = [version_of(telegram, _content_of(result)) for result in results]
    query.results, query.next_offset = results, str(call.get("next_offset") or "")
    query.button, query.cache_time = call.get("button"), int(call.get("cache_time", CACHE_TIME))
    query.done.set()
    telegram.changes.note()
    return True


def _content_of(result: Json) -> Json:
    """Return a result's message with the names that sendMessage has for its parts."""
    content = result.get("input_message_content") or {}
    call = {"text": content.get("message_text"), "parse_mode": content.get("parse_mode")}
    return {**call, "entities": content.get("entities"), "reply_markup": result.get("reply_markup")}


def post(telegram: "Telegram", query: InlineQuery, title: str, chat: Chat) -> Message:
    """Post the result of this title in a chat, as the person who chose it.

    Raises LookupError if it was not offered.
    """
    if title not in query.titles:
        raise LookupError(f"no result {title!r} was offered, but {', '.join(query.titles) or 'nothing'}")
    version = replace(query.versions[query.titles.index(title)], at=telegram.now())
    return telegram.keep(chat, query.person, version)
