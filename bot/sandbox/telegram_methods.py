"""The methods of the Bot API: https://core.telegram.org/bots/api#available-methods.

Each takes the decoded parameters of a call and returns the `result`; what Telegram refuses raises ApiError.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

from bot.sandbox.json_types import Json
from bot.sandbox.limits import Throttled
from bot.sandbox.telegram_chats import Account, Chat, Message, Standing, Version
from bot.sandbox.telegram_entities import Entity, FormattedText, settle, utf16_length
from bot.sandbox.telegram_errors import (
    NOT_MODIFIED,
    QUERY_TOO_OLD,
    ApiError,
    bad_request,
    forbidden,
    too_many_requests,
)
from bot.sandbox.telegram_inline import answer
from bot.sandbox.telegram_keyboards import checked_keyboard
from bot.sandbox.telegram_markup import Markup, MarkupError, parse_html
from bot.sandbox.telegram_people import bot_member
from bot.sandbox.telegram_profile import PROFILE_METHODS
from bot.sandbox.telegram_rich import checked_rich
from bot.sandbox.telegram_state import Telegram
from bot.sandbox.telegram_webhook import WEBHOOK_METHODS

Method: TypeAlias = Callable[[Telegram, Json], Awaitable[Any]]

TEXT_LENGTH = 4096  # UTF-16 units after parsing: https://core.telegram.org/bots/api#sendmessage
ALERT_LENGTH = 200  # https://core.telegram.org/bots/api#answercallbackquery
DELETABLE_FOR = 48 * 3600.0  # https://core.telegram.org/bots/api#deletemessage
QUERY_LIFETIME = 15 * 60.0  # undocumented; a press is too old to answer after some minutes
GENERAL_TOPIC = 1


async def get_me(telegram: Telegram, _: Json) -> Json:
    """https://core.telegram.org/bots/api#getme"""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}
    return telegram.bot.as_json() | abilities


async def get_updates(telegram: Telegram, call: Json) -> list[Json]:
    """https://core.telegram.org/bots/api#getupdates"""
    offset, limit, timeout = (int(call.get(name, default)) for name, default in _POLL_DEFAULTS.items())
    return await telegram.updates.get(offset, limit, timeout, call.get("allowed_updates"))


_POLL_DEFAULTS = {"offset": 0, "limit": 100, "timeout": 0}


async def send_message(telegram: Telegram, call: Json) -> Json:
    """https://core.telegram.org/bots/api#sendmessage"""
    chat = _writable(telegram, call)
    version = _version(telegram, call)
    topic = _topic(chat, call)
    reply_to = _reply(chat, call)
    _admit(telegram, chat, call)
    silent = bool(call.get("disable_notification", False))
    return telegram.keep(chat, telegram.bot, version, topic=topic, silent=silent, reply_to=reply_to).as_json()


async def send_rich_message(telegram: Telegram, call: Json) -> Json:
    """https://core.telegram.org/bots/api#sendrichmessage"""
    return await send_message(telegram, {name: value for name, value in call.items() if name != "text"})


async def edit_message_text(telegram: Telegram, call: Json) -> Json:
    """https://core.telegram.org/bots/api#editmessagetext"""
    message = _editable(telegram, call)
    return _edit(telegram, message, _version(telegram, call), call)


async def edit_message_reply_markup(telegram: Telegram, call: Json) -> Json:
    """https://core.telegram.org/bots/api#editmessagereplymarkup"""
    message = _editable(telegram, call)
    markup = checked_keyboard(call.get("reply_markup"))
    return _edit(telegram, message, replace(message.versions[-1], markup=markup, at=telegram.now()), call)


def _edit(telegram: Telegram, message: Message, version: Version, call: Json) -> Json:
    now = message.versions[-1]
    if (now.text.text, now.text.entities, now.markup, now.rich) == (
        version.text.text, version.text.entities, version.markup, version.rich,
    ):  # fmt: skip
        raise NOT_MODIFIED
    _admit(telegram, message.chat, call)
    message.versions.append(version)
    telegram.changes.note()
    return message.as_json()


async def delete_message(telegram: Telegram, call: Json) -> bool:
    """https://core.telegram.org/bots/api#deletemessage"""
    chat = _writable(telegram, call)
    message = chat.log.get(int(call.get("message_id", 0)))
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    mine = message.by_bot or chat.kind == "private" or chat.standing is Standing.ADMINISTRATOR
    if not mine or telegram.now() - message.versions[0].at > DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    telegram.changes.note()
    return True


async def answer_callback_query(telegram: Telegram, call: Json) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery"""
    press = telegram.presses.get(str(call.get("callback_query_id", "")))
    if press is None or press.done.is_set() or telegram.now() - press.at > QUERY_LIFETIME:
        raise QUERY_TOO_OLD
    text = str(call.get("text", ""))
    if utf16_length(text) > ALERT_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    press.text, press.alert, press.url = text, bool(call.get("show_alert", False)), str(call.get("url", ""))
    press.done.set()
    telegram.changes.note()
    return True


async def answer_inline_query(telegram: Telegram, call: Json) -> bool:
    """https://core.telegram.org/bots/api#answerinlinequery"""
    return answer(telegram, call, _version)


async def send_chat_action(telegram: Telegram, call: Json) -> bool:
    """https://core.telegram.org/bots/api#sendchataction"""
    chat = _writable(telegram, call)
    telegram.actions.append((chat.id, str(call.get("action", ""))))
    return True


async def get_chat(telegram: Telegram, call: Json) -> Json:
    """https://core.telegram.org/bots/api#getchat"""
    gifts = dict.fromkeys(
        (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        ),
        False,
    )
    full: Json = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return _readable(telegram, call).as_json() | full


async def get_chat_member(telegram: Telegram, call: Json) -> Json:
    """https://core.telegram.org/bots/api#getchatmember"""
    chat = _readable(telegram, call)
    user_id = int(call.get("user_id", 0))
    if user_id == telegram.bot.id:
        return bot_member(telegram.bot, chat.standing.value, may_post=chat.may_post)
    account = chat.people.get(user_id)
    if account is not None:
        return _member(chat, account)
    stranger = telegram.people.get(user_id)
    if stranger is None:
        raise bad_request("member not found")
    return {"status": "left", "user": stranger.account.as_json()}


async def get_chat_administrators(telegram: Telegram, call: Json) -> list[Json]:
    """https://core.telegram.org/bots/api#getchatadministrators"""
    chat = _readable(telegram, call)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    people = [_member(chat, account) for account in chat.people.values() if account.id in chat.admins]
    own = [bot_member(telegram.bot, "administrator")] if chat.standing is Standing.ADMINISTRATOR else []
    return people + own


async def get_chat_member_count(telegram: Telegram, call: Json) -> int:
    """https://core.telegram.org/bots/api#getchatmembercount"""
    return len(_readable(telegram, call).people) + 1


async def leave_chat(telegram: Telegram, call: Json) -> bool:
    """https://core.telegram.org/bots/api#leavechat"""
    chat = _readable(telegram, call)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    telegram.stand(chat, Standing.LEFT)
    return True


def _member(chat: Chat, account: Account) -> Json:
    if account.id not in chat.admins:
        return {"status": "member", "user": account.as_json()}
    if account.id == min(chat.admins):
        return {"status": "creator", "user": account.as_json(), "is_anonymous": False}
    return bot_member(account, "administrator")


def _readable(telegram: Telegram, call: Json) -> Chat:
    """Return the chat of a call.

    Raises ApiError if it does not exist or has moved, or the bot was thrown out.
    """
    chat_id = call.get("chat_id")
    if chat_id in (None, ""):
        raise bad_request("chat_id is empty")
    chat = telegram.chats.find(chat_id) if isinstance(chat_id, int | str) else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.moved_to is not None:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)
    if chat.standing is Standing.KICKED:
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    return chat


def _writable(telegram: Telegram, call: Json) -> Chat:
    """Return the chat of a call that writes into it, or raise the ApiError that says why one may not."""
    chat = _readable(telegram, call)
    if chat.kind == "private":
        if chat.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
    elif chat.standing is Standing.LEFT:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    elif chat.kind == "channel" and not (chat.standing is Standing.ADMINISTRATOR and chat.may_post):
        raise bad_request("need administrator rights in the channel chat")
    return chat


def _editable(telegram: Telegram, call: Json) -> Message:
    chat = _writable(telegram, call)
    message = chat.log.get(int(call.get("message_id", 0)))
    if message is None or message.deleted:
        raise bad_request("message to edit not found")
    if not message.by_bot:
        raise bad_request("message can't be edited")
    return message


def _topic(chat: Chat, call: Json) -> int | None:
    wanted = call.get("message_thread_id")
    if wanted is None or (chat.is_forum and wanted == GENERAL_TOPIC):
        return None
    if wanted not in chat.topics:
        raise bad_request("message thread not found")
    if wanted in chat.closed_topics and chat.standing is not Standing.ADMINISTRATOR:
        raise bad_request("TOPIC_CLOSED")
    return int(wanted)


def _reply(chat: Chat, call: Json) -> Message | None:
    reply = call.get("reply_parameters") or {}
    wanted = reply.get("message_id", call.get("reply_to_message_id"))
    if wanted is None:
        return None
    message = chat.log.get(int(wanted))
    if message is not None and not message.deleted:
        return message
    if reply.get("allow_sending_without_reply") or call.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _version(telegram: Telegram, call: Json) -> Version:
    if "rich_message" in call:
        rich = checked_rich(call["rich_message"])
        keyboard = checked_keyboard(call.get("reply_markup"))
        return Version(FormattedText(rich.text), keyboard, telegram.now(), "", rich.dropped_links, rich.blocks)
    source = call.get("text")
    if not isinstance(source, str) or not source:
        raise bad_request("message text is empty")
    markup = _markup(source, call)
    text = settle(markup.text, markup.entities)
    if not text.text:
        raise bad_request("message text is empty" if not markup.text else "text must be non-empty")
    if utf16_length(text.text) > TEXT_LENGTH:
        raise bad_request("message is too long")
    keyboard = checked_keyboard(call.get("reply_markup"))
    return Version(text, keyboard, telegram.now(), source, markup.dropped_links)


def _markup(source: str, call: Json) -> Markup:
    mode = str(call.get("parse_mode") or "").lower()
    if mode == "html":
        try:
            return parse_html(source)
        except MarkupError as error:
            raise bad_request(str(error)) from None
    if mode:
        # Telegram knows Markdown and MarkdownV2 too; this server does not
        raise bad_request("unsupported parse_mode")
    try:
        return Markup(source, tuple(Entity.from_json(entity) for entity in call.get("entities") or ()))
    except (KeyError, TypeError, ValueError):
        raise bad_request("can't parse MessageEntity") from None


def _admit(telegram: Telegram, chat: Chat, call: Json) -> None:
    limits = telegram.limits
    paid = bool(call.get("allow_paid_broadcast"))
    crowd = chat.kind in ("group", "supergroup", "channel")
    try:
        telegram.meter.admit(
            time.monotonic(),
            [
                (("chat", chat.id), limits.chat),
                (("group", chat.id), limits.group if crowd else None),
                ("paid bot", limits.paid_bot) if paid else ("bot", limits.bot),
            ],
        )
    except Throttled as error:
        raise too_many_requests(error.retry_after) from None


METHODS: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method)
    for name, method in {
        "getMe": get_me,
        "getUpdates": get_updates,
        "sendMessage": send_message,
        "sendRichMessage": send_rich_message,
        "editMessageText": edit_message_text,
        "editMessageReplyMarkup": edit_message_reply_markup,
        "deleteMessage": delete_message,
        "answerCallbackQuery": answer_callback_query,
        "answerInlineQuery": answer_inline_query,
        "sendChatAction": send_chat_action,
        "getChat": get_chat,
        "getChatMember": get_chat_member,
        "getChatMemberCount": get_chat_member_count,
        "getChatAdministrators": get_chat_administrators,
        "leaveChat": leave_chat,
        **PROFILE_METHODS,
        **WEBHOOK_METHODS,
    }.items()
}
"""Every method by its lower-case name, as the Bot API does not mind case, with its proper name."""

__all__ = ["METHODS", "ApiError"]
