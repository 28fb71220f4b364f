"""What becomes of a message, for every cause that there is a row for, provoked over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.domain.delivery import Gone, Moved, Outcome, Rejected, Scope, Sent, Throttled, Unknown, Unsent
from bot.domain.destination import Destination, Platform
from bot.platforms.telegram.calls import call
from bot.platforms.telegram.outcomes import TABLE, outcome_of, row_of
from bot.platforms.telegram.request import AiohttpRequest, AnswerLost, NotSent, Refused, Timeouts
from bot.platforms.telegram.sender import TelegramSender
from formatters.parts import Part
from tests.integration.platforms.scripted_server import (
    HTML,
    Act,
    answers,
    answers_cut_short,
    closes_accepted,
    free_port,
    full_backlog,
    never_answers,
    resets_accepted,
    resets_unread,
    resets_within,
    scripted,
    speaks_no_http,
)

READER = Destination(Platform.TELEGRAM, "4711")
GROUP = Destination(Platform.TELEGRAM, "-100123", "45")
PART = Part("item-1", {"text": "<b>x</b>", "parse_mode": "HTML"}, "x")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Bot]:
    """A bot on the transport, impatient."""
    requests = [AiohttpRequest(connections=2, timeouts=Timeouts(pool=0.1, connect=0.3, read=0.3)) for _ in range(2)]
    yield Bot("4242:a-token-of-this-test", base_url=f"{url}/bot", request=requests[0], get_updates_request=requests[1])
    for request in requests:
        await request.shutdown()


async def failure_of(url: str) -> TelegramError:
    """Return what a call at `url` raises."""
    async with connected(url) as bot:
        with pytest.raises(TelegramError) as failure:
            await call(bot, "sendMessage", {"chat_id": 1, "text": "x"})
    assert "a-token-of-this-test" not in failure.value.message
    return failure.value


def refusal(status: int, description: str, **parameters: object) -> Act:
    """Answer as the Bot API refuses."""
    body = {"ok": False, "error_code": status, "description": description}
    return answers(body | ({"parameters": parameters} if parameters else {}), status)


def bad(reason: str, **parameters: object) -> Act:
    return refusal(400, f"Bad Request: {reason}", **parameters)


@dataclass(frozen=True, slots=True)
class Case:
    """What a server does, and what follows."""

    name: str
    act: Act
    error: type[TelegramError]
    says: str
    becomes: type[Outcome]
    reason: str = ""


CASES = [
    # throttled: not accepted, with a pause
    Case("429", refusal(429, "Too Many Requests: retry after 7", retry_after=7), RetryAfter, "", Throttled, "7 s"),
    Case("429 with zero", refusal(429, "Too Many Requests", retry_after=0), RetryAfter, "", Throttled, "1 s"),
    Case("429 without a pause", refusal(429, "Too Many Requests"), RetryAfter, "", Throttled, "30 s"),
    Case("429 of a gateway", answers("<h1>Slow</h1>", 429, headers={"Retry-After": "12"}, media_type=HTML),
         RetryAfter, "", Throttled, "12 s"),
    Case("429 of a gateway, without a pause", answers("<h1>Slow</h1>", 429, media_type=HTML),
         RetryAfter, "", Throttled, "30 s"),
    # moved
    Case("a group that became a supergroup",
         bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009), ChatMigrated, "", Moved),
    # gone: the place
    Case("blocked", refusal(403, "Forbidden: bot was blocked by the user"), Forbidden, "", Gone, "blocked"),
    Case("kicked", refusal(403, "Forbidden: bot was kicked from the supergroup chat"), Forbidden, "", Gone, "kicked"),
    Case("deactivated", refusal(403, "Forbidden: user is deactivated"), Forbidden, "", Gone, "deactivated"),
    Case("not a member", refusal(403, "Forbidden: bot is not a member of the channel chat"), Forbidden, "", Gone),
    Case("never started", refusal(403, "Forbidden: bot can't initiate conversation with a user"), Forbidden, "", Gone),
    Case("no such chat", bad("chat not found"), BadRequest, "chat not found", Gone, "Chat not found"),
    Case("no such user", bad("user not found"), BadRequest, "user not found", Gone),
    Case("no such peer", bad("PEER_ID_INVALID"), BadRequest, "peer_id_invalid", Gone),
    Case("no such topic", bad("message thread not found"), BadRequest, "message thread not found", Gone),
    Case("topic deleted", bad("TOPIC_DELETED"), BadRequest, "topic_deleted", Gone),
    Case("topic closed", bad("TOPIC_CLOSED"), BadRequest, "topic_closed", Gone),
    Case("may not write", bad("not enough rights to send text messages to the chat"),
         BadRequest, "not enough rights to send", Gone),
    Case("may not write, older text", bad("have no rights to send a message"),
         BadRequest, "have no rights to send", Gone),
    Case("no admin of the channel", bad("need administrator rights in the channel chat"),
         BadRequest, "need administrator rights", Gone),
    Case("no admin", bad("CHAT_ADMIN_REQUIRED"), BadRequest, "chat_admin_required", Gone),
    Case("writing forbidden", bad("CHAT_WRITE_FORBIDDEN"), BadRequest, "chat_write_forbidden", Gone),
    Case("restricted", bad("CHAT_RESTRICTED"), BadRequest, "chat_restricted", Gone),
    Case("private channel", bad("CHANNEL_PRIVATE"), BadRequest, "channel_private", Gone),
    Case("group dissolved", bad("group chat was deactivated"), BadRequest, "group chat was deactivated", Gone),
    Case("moved, address unknown", bad("group chat was upgraded to a supergroup chat"),
         BadRequest, "upgraded to a supergroup", Gone),
    # rejected: the message
    Case("markup", bad("can't parse entities: Unsupported start tag"), BadRequest, "", Rejected, "parse"),
    Case("too long", bad("message is too long"), BadRequest, "", Rejected, "too long"),
    Case("empty", bad("message text is empty"), BadRequest, "", Rejected),
    Case("button", bad("BUTTON_DATA_INVALID"), BadRequest, "", Rejected),
    Case("too large", refusal(413, "Request Entity Too Large"), Refused, "", Rejected, "Too Large"),
    Case("too large for a gateway", answers("<h1>Large</h1>", 413, media_type=HTML), Refused, "", Rejected, "413"),
    Case("payment required", refusal(402, "Payment Required"), Refused, "", Rejected, "Payment Required"),
    # unsent: nothing wrong with the message, and certainly not accepted
    Case("token revoked", refusal(401, "Unauthorized"), InvalidToken, "", Unsent, "DIGESTBOT_TELEGRAM_TOKEN"),
    Case("token malformed", refusal(404, "Not Found"), InvalidToken, "", Unsent, "DIGESTBOT_TELEGRAM_TOKEN"),
    Case("two bots", refusal(409, "Conflict: terminated by other getUpdates request"), Conflict, "", Unsent),
    Case("503", answers("<h1>503</h1>", 503, media_type=HTML), NotSent, "", Unsent, "503"),
    Case("503 in JSON", refusal(503, "Service Unavailable"), NotSent, "", Unsent, "503"),
    Case("408", refusal(408, "Request Timeout"), NotSent, "", Unsent, "Request Timeout"),
    Case("a portal's 403", answers("<h1>Log in</h1>", 403, media_type=HTML), NotSent, "", Unsent, "403"),
    Case("another server's 404", answers("not here", 404, media_type="text/plain"),
         NotSent, "", Unsent, "DIGESTBOT_TELEGRAM_API_URL"),
    Case("another server's 400", answers([1], 400), NotSent, "", Unsent, "400"),
    Case("a redirect", answers("", 302, headers={"Location": "/login"}), NotSent, "", Unsent, "302"),
    # unknown: it may have arrived
    Case("500", refusal(500, "Internal Server Error: restart"), AnswerLost, "", Unknown, "500"),
    Case("502", answers("<h1>502</h1>", 502, media_type=HTML), AnswerLost, "", Unknown, "502"),
    Case("504", answers("<h1>504</h1>", 504, media_type=HTML), AnswerLost, "", Unknown, "504"),
    Case("reset before the request was read", resets_unread, AnswerLost, "", Unknown, "reset"),
    Case("reset before the body was read", resets_within, AnswerLost, "", Unknown, "lost"),
    Case("reset after the body", resets_accepted, AnswerLost, "", Unknown, "lost"),
    Case("answer lost", closes_accepted, AnswerLost, "", Unknown, "Disconnected"),
    Case("answer late", never_answers, AnswerLost, "", Unknown, "Timeout"),
    Case("answer cut short", answers_cut_short('{"ok":true,"result":{"mess', declared=90), AnswerLost, "", Unknown),
    Case("answer is half an object", answers('{"ok":true,"result":{"mess'), AnswerLost, "", Unknown, "not the Bot API"),
    Case("answer is a page", answers("<h1>Welcome</h1>", media_type=HTML), AnswerLost, "", Unknown, "not the Bot API"),
    Case("answer is a list", answers([]), AnswerLost, "", Unknown, "not the Bot API"),
    Case("answer is empty", answers(""), AnswerLost, "", Unknown, "not the Bot API"),
    Case("answer without a result", answers({"ok": True}), AnswerLost, "", Unknown, "not the Bot API"),
    Case("answer is not UTF-8", answers(b"\xff\xfe"), AnswerLost, "", Unknown, "not the Bot API"),
    Case("no HTTP", speaks_no_http(b"SSH-2.0-OpenSSH_9.6\r\n"), AnswerLost, "", Unknown, "lost"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_cause_decides(case: Case) -> None:
    async with scripted(case.act) as server:
        error = await failure_of(server.url)
    row, outcome = row_of(error), outcome_of(error, GROUP)
    assert (row.error, row.says) == (case.error, case.says)
    assert isinstance(error, row.error)
    assert type(outcome) is case.becomes
    assert not isinstance(outcome, Sent)
    assert case.reason in outcome.reason


def test_every_row_is_provoked() -> None:
    never = (TelegramError, "")  # the last resort, for what the library may think of next
    assert {(row.error, row.says) for row in TABLE} == {(case.error, case.says) for case in CASES} | {never}


def test_an_error_that_nobody_knows_is_unknown() -> None:
    assert outcome_of(TelegramError("something new"), READER) == Unknown("something new")


async def test_a_moved_group_keeps_its_topic() -> None:
    async with scripted(bad("upgraded", migrate_to_chat_id=-1009)) as server:
        outcome = outcome_of(await failure_of(server.url), GROUP)
    assert outcome == Moved(replace(GROUP, chat="-1009"), "the group became a supergroup")


# --- nothing left this machine -------------------------------------------------------------------------------------


async def test_a_refused_connection_is_unsent() -> None:
    error = await failure_of(f"http://127.0.0.1:{free_port()}")
    assert isinstance(error, NotSent)
    assert isinstance(outcome_of(error, READER), Unsent)
    assert "ClientConnectorError" in error.message


async def test_a_name_that_nobody_knows_is_unsent() -> None:
    error = await failure_of("http://telegram.invalid")
    assert isinstance(outcome_of(error, READER), Unsent)


async def test_a_connection_that_never_stands_is_unsent() -> None:
    with full_backlog() as port:
        error = await failure_of(f"http://127.0.0.1:{port}")
    assert isinstance(outcome_of(error, READER), Unsent)
    assert "ConnectionTimeoutError" in error.message


async def test_tls_that_fails_is_unsent() -> None:
    async with scripted(speaks_no_http(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        error = await failure_of(server.url.replace("http:", "https:"))
    assert isinstance(outcome_of(error, READER), Unsent)
    assert "ClientConnector" in error.message


async def test_an_address_that_is_none_is_unsent() -> None:
    error = await failure_of("telegram.example")
    assert isinstance(outcome_of(error, READER), Unsent)


async def test_a_full_pool_is_unsent() -> None:
    async with scripted(never_answers) as server, connected(server.url) as bot:
        busy = [asyncio.create_task(TelegramSender(bot).send(PART, to=READER, silent=True, under=None)) for _ in "12"]
        await asyncio.sleep(0.05)
        outcome = await TelegramSender(bot).send(PART, to=READER, silent=True, under=None)
        await asyncio.wait(busy)
    assert outcome == Unsent("no connection was free within 0.1 s")


# --- the sender ----------------------------------------------------------------------------------------------------

ACCEPTED = answers({"ok": True, "result": {"message_id": 7}})


async def outcomes(*acts: Act, to: list[Destination]) -> list[Outcome]:
    """Return what a sender says to each destination in turn."""
    async with scripted(*acts) as server, connected(server.url) as bot:
        sender = TelegramSender(bot)
        return [await sender.send(PART, to=destination, silent=False, under=None) for destination in to]


async def test_an_accepted_message_has_its_id() -> None:
    assert await outcomes(ACCEPTED, to=[READER]) == [Sent("7")]


async def test_an_answer_that_names_no_message_leaves_it_unknown() -> None:
    [outcome] = await outcomes(answers({"ok": True, "result": True}), to=[READER])
    assert outcome == Unknown("the answer names no message")


async def test_markup_that_telegram_cannot_parse_goes_once_more_as_plain_text() -> None:
    unparsable = bad("can't parse entities: Unsupported start tag")
    async with scripted(unparsable, ACCEPTED) as server, connected(server.url) as bot:
        outcome = await TelegramSender(bot).send(PART, to=READER, silent=True, under=None)
    assert outcome == Sent("7")
    assert [request.body for request in server.accepted] == [
        b'{"chat_id":4711,"disable_notification":true,"text":"<b>x</b>","parse_mode":"HTML"}',
        b'{"chat_id":4711,"disable_notification":true,"text":"x"}',
    ]


# --- whom a 429 concerns -------------------------------------------------------------------------------------------

TOO_MANY = refusal(429, "Too Many Requests: retry after 9", retry_after=9)
OTHER_GROUP = Destination(Platform.TELEGRAM, "-100999")


def scopes(found: list[Outcome]) -> list[Scope | None]:
    return [outcome.scope if isinstance(outcome, Throttled) else None for outcome in found]


async def test_a_group_that_is_refused_alone_has_its_own_limit() -> None:
    found = await outcomes(TOO_MANY, ACCEPTED, TOO_MANY, to=[GROUP, READER, GROUP])
    assert found[0] == Throttled(timedelta(seconds=9), "Telegram asks to wait 9 s", Scope.CHAT)
    assert scopes(found) == [Scope.CHAT, None, Scope.CHAT]


async def test_two_groups_that_are_refused_in_a_row_show_the_bots_limit() -> None:
    assert scopes(await outcomes(TOO_MANY, to=[GROUP, OTHER_GROUP])) == [Scope.CHAT, Scope.PLATFORM]


async def test_a_private_chat_that_is_refused_shows_the_bots_limit_until_others_are_not() -> None:
    found = await outcomes(TOO_MANY, ACCEPTED, TOO_MANY, to=[READER, GROUP, READER])
    assert scopes(found) == [Scope.PLATFORM, None, Scope.CHAT]
