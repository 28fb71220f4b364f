"""What an exception of python-telegram-bot says about the message that was being sent.

`TABLE` is the one place that decides, by cause: the first row that fits counts. What a cause is, where the library's
own class does not tell, is decided in `request.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.domain.delivery import Gone, Moved, Outcome, Rejected, Throttled, Unknown, Unsent
from bot.domain.destination import Destination
from bot.platforms.telegram.request import AnswerLost, NotSent, Refused


@dataclass(frozen=True, slots=True)
class Row:
    """One cause and what becomes of the message."""

    error: type[TelegramError]
    says: str
    """What the error's text contains, in lower case; '' fits every text."""
    becomes: Callable[[Any, Destination], Outcome]


def _gone(error: TelegramError, _: Destination) -> Outcome:
    return Gone(error.message)


def _rejected(error: TelegramError, _: Destination) -> Outcome:
    return Rejected(error.message)


def _unsent(error: TelegramError, _: Destination) -> Outcome:
    return Unsent(error.message)


def _unknown(error: TelegramError, _: Destination) -> Outcome:
    return Unknown(error.message)


def _throttled(error: RetryAfter, _: Destination) -> Outcome:
    after = pause_of(error)
    return Throttled(after, f"Telegram asks to wait {after.total_seconds():.0f} s")


def _moved(error: ChatMigrated, to: Destination) -> Outcome:
    return Moved(replace(to, chat=str(error.new_chat_id)), "the group became a supergroup")


def _token_refused(error: TelegramError, _: Destination) -> Outcome:
    # Nothing was accepted, and nothing is wrong with the message: it may go once the token is mended.
    return Unsent(f"Telegram does not accept the token ({error.message}); check DIGESTBOT_TELEGRAM_TOKEN")


TABLE = (
    Row(RetryAfter, "", _throttled),
    Row(ChatMigrated, "", _moved),
    Row(Forbidden, "", _gone),  # blocked, kicked, deactivated, not a member
    Row(InvalidToken, "", _token_refused),
    # https://core.telegram.org/bots/api names no texts: these are those of its server's source, and observed
    Row(BadRequest, "chat not found", _gone),
    Row(BadRequest, "user not found", _gone),
    Row(BadRequest, "peer_id_invalid", _gone),
    Row(BadRequest, "message thread not found", _gone),
    Row(BadRequest, "topic_deleted", _gone),
    Row(BadRequest, "topic_closed", _gone),
    Row(BadRequest, "not enough rights to send", _gone),
    Row(BadRequest, "have no rights to send", _gone),
    Row(BadRequest, "need administrator rights", _gone),
    Row(BadRequest, "chat_admin_required", _gone),
    Row(BadRequest, "chat_write_forbidden", _gone),
    Row(BadRequest, "chat_restricted", _gone),
    Row(BadRequest, "channel_private", _gone),
    Row(BadRequest, "group chat was deactivated", _gone),
    Row(BadRequest, "upgraded to a supergroup", _gone),  # without the new address, else it is ChatMigrated
    Row(BadRequest, "", _rejected),
    Row(Refused, "", _rejected),
    Row(Conflict, "", _unsent),
    Row(NotSent, "", _unsent),
    Row(AnswerLost, "", _unknown),
    Row(TelegramError, "", _unknown),
)


def row_of(error: TelegramError) -> Row:
    """Return the row that decides about `error`."""
    text = error.message.lower()
    return next(row for row in TABLE if isinstance(error, row.error) and row.says in text)


def outcome_of(error: TelegramError, to: Destination) -> Outcome:
    """Return the outcome that `error` of a send to `to` stands for. Whom a pause concerns is not known here."""
    return row_of(error).becomes(error, to)


def is_shut_out(error: TelegramError) -> bool:
    """Return whether the bot may not write there, whatever it says."""
    return row_of(error).becomes is _gone


def pause_of(error: RetryAfter) -> timedelta:
    """Return how long Telegram asks to wait: the library tells an int or a timedelta, as it is configured."""
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


_ALREADY_SO = ("message is not modified", "message to delete not found")
"""What a 400 says when the message is already as it is to be. Observed, as the above."""


def is_already_so(error: TelegramError) -> bool:
    """Return whether an edit or a deletion was refused because there is nothing left to do."""
    return isinstance(error, BadRequest) and any(text in error.message.lower() for text in _ALREADY_SO)


def is_unparsable(error: TelegramError) -> bool:
    """Return whether Telegram refused the markup, so that plain text would be taken."""
    return isinstance(error, BadRequest) and "can't parse" in error.message.lower()
