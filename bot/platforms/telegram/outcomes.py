"""What an exception of python-telegram-bot says about the message that was being sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.domain.delivery import Gone, Moved, Outcome, Rejected, Throttled, Unknown, Unsent
from bot.domain.destination import Destination
from bot.platforms.telegram.request import NotSent

_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "message thread not found",
    "topic_deleted",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "group chat was deactivated",
)
"""What a 400 says when it ends a subscription. https://core.telegram.org/bots/api names no texts: observed."""


def outcome_of(error: TelegramError, to: Destination) -> Outcome:
    """Return the outcome that `error` of a send to `to` stands for."""
    match error:
        case RetryAfter():
            after = error.retry_after
            pause = after if isinstance(after, timedelta) else timedelta(seconds=after)
            return Throttled(pause, f"Telegram asks to wait {pause.total_seconds():.0f} s")
        case ChatMigrated():
            return Moved(replace(to, chat=str(error.new_chat_id)), "the group became a supergroup")
        case Forbidden():
            return Gone(error.message)
        case InvalidToken():
            # Nothing was accepted, and nothing is wrong with the message: it may go once the token is mended.
            return Unsent("Telegram does not accept the token; check DIGESTBOT_TELEGRAM_TOKEN")
        case BadRequest():
            gone = any(text in error.message.lower() for text in _GONE)
            return Gone(error.message) if gone else Rejected(error.message)
        case NotSent() | Conflict():
            return Unsent(error.message)
        case _:
            return Unknown(error.message)


_ALREADY_SO = ("message is not modified", "message to delete not found")
"""What a 400 says when the message is already as it is to be. Observed, as the above."""


def is_already_so(error: TelegramError) -> bool:
    """Return whether an edit or a deletion was refused because there is nothing left to do."""
    return isinstance(error, BadRequest) and any(text in error.message.lower() for text in _ALREADY_SO)


def is_unparsable(error: TelegramError) -> bool:
    """Return whether Telegram refused the markup, so that plain text would be taken."""
    return isinstance(error, BadRequest) and "can't parse" in error.message.lower()
