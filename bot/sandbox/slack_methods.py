"""The methods of Slack's Web API: https://docs.slack.dev/reference/methods.

Each takes the decoded parameters and returns what stands beside `"ok": true`; what Slack refuses raises SlackError.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from bot.sandbox.json_types import Json
from bot.sandbox.limits import Throttled
from bot.sandbox.slack_blocks import MESSAGE_CHARACTERS, TOTAL_CHARACTERS, check_blocks, text_length
from bot.sandbox.slack_errors import SlackError, SlackThrottled
from bot.sandbox.slack_state import Slack
from bot.sandbox.slack_view_methods import unfurl, views_open, views_publish, views_push, views_update
from bot.sandbox.slack_workspace import Channel, SlackMessage, SlackVersion

Method: TypeAlias = Callable[[Slack, Json], Awaitable[Json]]

UPDATE_CHARACTERS = 4000  # https://docs.slack.dev/reference/methods/chat.update
PAGE = 100
NO_PREVIEW = "This content can't be displayed."


async def api_test(_: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/api.test"""
    if call.get("error"):
        raise SlackError(str(call["error"]))
    return {"args": {name: value for name, value in call.items() if name != "token"}}


async def auth_test(slack: Slack, _: Json) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    return {
        "url": f"https://{slack.team}.slack.com/",
        "team": slack.team,
        "user": slack.bot.name,
        "team_id": slack.team_id,
        "user_id": slack.bot.id,
        "bot_id": slack.bot_id,
        "enterprise_id": slack.enterprise_id or None,
        "is_enterprise_install": slack.installed_by_organization,
    }


async def connections_open(slack: Slack, _: Json) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    root = slack.root_url.replace("http://", "ws://", 1)
    return {"url": f"{root}/socket?ticket={slack.socket.ticket()}&app_id={slack.app_id}"}


async def post_message(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage"""
    channel = _writable(slack, call)
    text, blocks = _content(call, MESSAGE_CHARACTERS)
    thread_ts = _thread(channel, call)
    try:
        slack.meter.admit(time.monotonic(), [(channel.id, slack.limits.channel)])
    except Throttled as error:
        raise SlackThrottled(error.retry_after) from None
    message = slack.keep(
        channel,
        slack.bot,
        text,
        blocks,
        metadata=_metadata(call),
        thread_ts=thread_ts,
        broadcast=bool(call.get("reply_broadcast")),
    )
    message.unfurl_links, message.unfurl_media = call.get("unfurl_links"), call.get("unfurl_media")
    return {"channel": channel.id, "ts": message.ts, "message": slack.message_json(message, metadata=True)}


async def post_ephemeral(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    channel = _writable(slack, call)
    text, blocks = _content(call, MESSAGE_CHARACTERS)
    reader = str(call.get("user", ""))
    if reader not in channel.members:
        raise SlackError("user_not_in_channel")
    message = slack.keep(channel, slack.bot, text, blocks, thread_ts=call.get("thread_ts"), only_for=reader)
    return {"message_ts": message.ts}


async def update(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update

    Blocks stay if neither text nor blocks are given, and go if only text is.
    """
    channel = _channel(slack, call)
    message = _own(channel, call, "cant_update_message")
    now = message.versions[-1]
    if slack.edit_window is not None and slack.now() - message.versions[0].at > slack.edit_window:
        raise SlackError("edit_window_closed")
    text, blocks = _content(call, UPDATE_CHARACTERS)
    metadata = _metadata(call) if "metadata" in call else now.metadata
    slack.change(message, SlackVersion(text, blocks, slack.now(), metadata))
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": text,
        "message": slack.message_json(message, metadata=True),
    }


async def delete(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete"""
    channel = _channel(slack, call)
    message = _own(channel, call, "cant_delete_message")
    message.deleted = True
    slack.changes.note()
    return {"channel": channel.id, "ts": message.ts}


async def get_permalink(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink"""
    channel = _channel(slack, call)
    message = channel.log.get(str(call.get("message_ts", "")))
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    link = f"https://{slack.team}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


async def reactions_get(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.get"""
    channel = _channel(slack, call)
    message = channel.log.get(str(call.get("timestamp", "")))
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    return {"type": "message", "channel": channel.id, "message": slack.message_json(message)}


async def conversations_info(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info"""
    return {"channel": _channel(slack, call).as_json(slack.bot.id)}


async def conversations_list(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.list"""
    kinds = {"public_channel": "public", "private_channel": "private", "im": "im"}
    wanted = {kinds[name.strip()] for name in str(call.get("types", "public_channel")).split(",") if name in kinds}
    hidden = call.get("exclude_archived")
    found = [
        channel.as_json(slack.bot.id)
        for channel in slack.channels
        if channel.kind in wanted and _visible(slack, channel) and not (hidden and channel.is_archived)
    ]
    page, following = _page(found, call)
    return {"channels": page, "response_metadata": {"next_cursor": following}}


async def conversations_history(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history"""
    channel = _with_history(slack, call)
    oldest, latest = str(call.get("oldest", "0")), str(call.get("latest", "9999999999.999999"))
    edge = bool(call.get("inclusive"))
    roots = [
        message
        for message in reversed(channel.roots)
        if oldest < message.ts < latest or (edge and message.ts in (oldest, latest))
    ]
    return _messages(slack, roots, call)


async def conversations_replies(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies"""
    channel = _with_history(slack, call)
    root = channel.log.get(str(call.get("ts", "")))
    if root is None or root.deleted:
        raise SlackError("thread_not_found")
    oldest = str(call.get("oldest", "0"))
    replies = [message for message in channel.thread(root.thread_ts or root.ts) if message.ts > oldest]
    return _messages(slack, [root, *replies], call)


async def conversations_join(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.join"""
    channel = _channel(slack, call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    channel.members.add(slack.bot.id)
    slack.changes.note()
    return {"channel": channel.as_json(slack.bot.id)}


async def conversations_open(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open"""
    users = call.get("users") or ""
    names = users if isinstance(users, list) else str(users).split(",")
    if len(names) != 1 or names[0] not in slack.people:
        raise SlackError("user_not_found")
    return {"channel": slack.direct(slack.people[names[0]].account).as_json(slack.bot.id)}


async def conversations_members(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members"""
    page, following = _page(sorted(_channel(slack, call).members), call)
    return {"members": page, "response_metadata": {"next_cursor": following}}


async def users_info(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/users.info"""
    try:
        return {"user": slack.author(str(call.get("user", ""))).as_json(slack.team_id)}
    except KeyError:
        raise SlackError("user_not_found") from None


def _channel(slack: Slack, call: Json) -> Channel:
    place = str(call.get("channel") or "")
    channel = slack.direct(slack.people[place].account) if place in slack.people else slack.channels.find(place)
    if channel is None or not _visible(slack, channel):
        raise SlackError("channel_not_found")
    return channel


def _visible(slack: Slack, channel: Channel) -> bool:
    """A private channel does not exist for an app outside of it."""
    return channel.kind == "public" or slack.bot.id in channel.members


def _readable(slack: Slack, call: Json) -> Channel:
    channel = _channel(slack, call)
    if slack.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _with_history(slack: Slack, call: Json) -> Channel:
    """Return the channel of a call that reads messages, which takes a scope for each kind of channel."""
    channel = _readable(slack, call)
    scope = _HISTORY[channel.kind]
    if scope in slack.missing_scopes:
        raise SlackError("missing_scope", needed=scope, provided="chat:write,commands")
    return channel


_HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


def _metadata(call: Json) -> Json | None:
    """Return a message's metadata: https://docs.slack.dev/messaging/message-metadata."""
    metadata = call.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    return metadata


def _writable(slack: Slack, call: Json) -> Channel:
    channel = _channel(slack, call)
    if channel.is_archived:
        raise SlackError("is_archived")
    return _readable(slack, call)


def _own(channel: Channel, call: Json, refusal: str) -> SlackMessage:
    message = channel.log.get(str(call.get("ts", "")))
    if message is None or message.deleted or message.only_for is not None:
        raise SlackError("message_not_found")
    if not message.author.is_bot:
        raise SlackError(refusal)
    return message


def _thread(channel: Channel, call: Json) -> str | None:
    thread_ts = call.get("thread_ts")
    if thread_ts is None:
        return None
    parent = channel.log.get(str(thread_ts))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.only_for is not None:
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def _content(call: Json, longest: int) -> tuple[str, list[Json] | None]:
    text, blocks = str(call.get("text") or ""), call.get("blocks")
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > longest:
        raise SlackError("msg_too_long")
    if blocks is not None:
        _refuse_bad_blocks(blocks)
        if text_length(blocks) > TOTAL_CHARACTERS:
            raise SlackError("msg_blocks_too_long")
    return text or NO_PREVIEW, blocks


def _refuse_bad_blocks(blocks: Any) -> None:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    errors = check_blocks(blocks)
    if errors:
        messages = [f"[ERROR] {error}" for error in errors]
        raise SlackError("invalid_blocks", errors=errors, response_metadata={"messages": messages})


def _messages(slack: Slack, messages: list[SlackMessage], call: Json) -> Json:
    metadata = bool(call.get("include_all_metadata"))
    found = [slack.message_json(message, metadata=metadata) for message in messages]
    page, following = _page(found, call)
    return {"messages": page, "has_more": bool(following), "response_metadata": {"next_cursor": following}}


def _page(found: list[Any], call: Json) -> tuple[list[Any], str]:
    start = int(call.get("cursor") or 0)
    end = start + int(call.get("limit") or PAGE)
    return found[start:end], str(end) if end < len(found) else ""


METHODS: dict[str, tuple[Method, str]] = {
    "api.test": (api_test, ""),
    "auth.test": (auth_test, ""),
    "apps.connections.open": (connections_open, "connections:write"),
    "chat.postMessage": (post_message, "chat:write"),
    "chat.postEphemeral": (post_ephemeral, "chat:write"),
    "chat.update": (update, "chat:write"),
    "chat.delete": (delete, "chat:write"),
    "chat.getPermalink": (get_permalink, ""),
    "chat.unfurl": (unfurl, "links:write"),
    "reactions.get": (reactions_get, "reactions:read"),
    "conversations.info": (conversations_info, "channels:read"),
    "conversations.list": (conversations_list, "channels:read"),
    "conversations.history": (conversations_history, ""),
    "conversations.replies": (conversations_replies, ""),
    "conversations.join": (conversations_join, "channels:join"),
    "conversations.open": (conversations_open, "im:write"),
    "conversations.members": (conversations_members, "channels:read"),
    "users.info": (users_info, "users:read"),
    "views.publish": (views_publish, ""),
    "views.open": (views_open, ""),
    "views.push": (views_push, ""),
    "views.update": (views_update, ""),
}
"""Every method with the scope it needs; those that read messages need one for the kind of channel."""
