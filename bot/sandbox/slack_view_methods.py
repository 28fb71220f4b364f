"""The methods of Slack's Web API that show views and unfurl links: https://docs.slack.dev/reference/methods."""

from typing import Any

from bot.sandbox.json_types import Json
from bot.sandbox.slack_blocks import check_blocks
from bot.sandbox.slack_errors import SlackError
from bot.sandbox.slack_state import Slack
from bot.sandbox.slack_views import View
from bot.sandbox.slack_workspace import Interaction


async def views_publish(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish"""
    person = slack.people.get(str(call.get("user_id", "")))
    if person is None:
        raise SlackError("user_not_found")
    return _shown(slack, slack.views.publish(person.account, call.get("view", {}), call.get("hash")))


async def views_open(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.open"""
    return _shown(slack, slack.views.open(_actor(slack, call), call.get("view", {})))


async def views_push(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.push"""
    return _shown(slack, slack.views.push_for(_actor(slack, call), call.get("view", {})))


async def views_update(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.update"""
    view = slack.views.find(view_id=str(call.get("view_id", "")), external_id=str(call.get("external_id", "")))
    slack.views.update(view, call.get("view", {}), call.get("hash"))
    return _shown(slack, view)


async def unfurl(slack: Slack, call: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.unfurl"""
    text, shown = _unfurled(slack, call)
    unfurls = call.get("unfurls")
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackError("missing_unfurls")
    for url, content in unfurls.items():
        if url not in slack.app.links_in(text):
            raise SlackError("cannot_unfurl_url")
        _refuse_bad_unfurl(content)
    shown |= unfurls
    slack.changes.note()
    return {}


def _unfurled(slack: Slack, call: Json) -> tuple[str, dict[str, Json]]:
    """Return what is unfurled, a message or a draft: its text, and what is shown of its links."""
    source, unfurl_id = call.get("source"), str(call.get("unfurl_id", ""))
    if source == "composer":
        draft = slack.drafts.get(unfurl_id)
        if draft is None:
            raise SlackError("cannot_find_channel")
        return draft.text, draft.unfurls
    place, ts = str(call.get("channel", "")), str(call.get("ts", ""))
    if source == "conversations_history":
        place, _, ts = unfurl_id.partition(".")
    channel = slack.channels.find(place)
    if channel is None:
        raise SlackError("cannot_find_channel")
    message = channel.log.get(ts)
    if message is None or message.deleted:
        raise SlackError("cannot_unfurl_message")
    return message.text, message.unfurls


def _refuse_bad_unfurl(content: Any) -> None:
    if not isinstance(content, dict) or not (content.get("blocks") or content.get("text")):
        raise SlackError("cannot_parse_attachment")
    errors = check_blocks(content["blocks"], surface="unfurl") if "blocks" in content else []
    if errors:
        raise SlackError("invalid_blocks", response_metadata={"messages": [f"[ERROR] {error}" for error in errors]})


def _actor(slack: Slack, call: Json) -> Interaction:
    trigger = call.get("trigger_id")
    acting = [one for one in slack.interactions.values() if trigger and one.payload.get("trigger_id") == trigger]
    if not acting:
        raise SlackError("invalid_trigger_id")
    return acting[0]


def _shown(slack: Slack, view: View) -> Json:
    slack.changes.note()
    return {"view": view.as_json(slack.team_id, slack.app_id, slack.bot_id)}
