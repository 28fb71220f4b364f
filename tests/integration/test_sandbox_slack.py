"""The local Slack's Web API through slack_sdk over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.limits import SlackLimits
from bot.sandbox.server import Sandbox

HEADLINE: dict[str, Any] = {"type": "header", "text": {"type": "plain_text", "text": "AI 日报"}}
RICH: dict[str, Any] = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "重要", "style": {"bold": True}},
                {"type": "link", "url": "https://example.com", "text": "原文"},
            ],
        }
    ],
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(slack_limits=SlackLimits.off()) as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url, session=session)


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, text: str = "x", **rest: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **rest}


async def refusal(sending: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        await sending
    answer: dict[str, Any] = refused.value.response.data
    return answer


async def test_the_bot_knows_who_it_is(sandbox: Sandbox, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["team_id"]) == (sandbox.slack.bot.id, sandbox.slack.team_id)
    assert (await client.api_test(foo="bar"))["args"] == {"foo": "bar"}


async def test_an_issue_stands_in_its_thread(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel = sandbox.slack.channel("daily")
    root = await client.chat_postMessage(channel=channel.id, text="AI 日报", blocks=[HEADLINE], unfurl_links=False)
    metadata = {"event_type": "delivery", "event_payload": {"id": "17"}}
    for number in (1, 2):
        await client.chat_postMessage(
            channel=channel.id, thread_ts=root["ts"], text=f"{number}", blocks=[RICH], metadata=metadata
        )
    assert [message.text for message in channel.roots] == ["AI 日报"]
    assert [message.text for message in channel.thread(root["ts"])] == ["1", "2"]
    assert channel.roots[0].unfurl_links is False
    replies = await client.conversations_replies(channel=channel.id, ts=root["ts"], include_all_metadata=True)
    assert [message.get("metadata") for message in replies["messages"]] == [None, metadata, metadata]
    history = await client.conversations_history(channel=channel.id)
    [shown] = history["messages"]
    assert (shown["reply_count"], shown["thread_ts"]) == (2, root["ts"])
    assert "metadata" not in (await client.conversations_replies(channel=channel.id, ts=root["ts"]))["messages"][1]


async def test_history_comes_newest_first_and_in_pages(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel = sandbox.slack.channel("daily")
    for number in range(5):
        await client.chat_postMessage(channel=channel.id, text=str(number))
    first = await client.conversations_history(channel=channel.id, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=channel.id, limit=3, cursor=cursor)
    assert [message["text"] for page in (first, second) for message in page["messages"]] == ["4", "3", "2", "1", "0"]
    assert (first["has_more"], second["has_more"]) == (True, False)


async def test_a_message_is_changed_and_deleted_by_its_author_only(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[lin])
    sent = await client.chat_postMessage(channel=channel.id, text="before", blocks=[section("before")])
    await client.chat_update(channel=channel.id, ts=sent["ts"], text="after", blocks=[section("after")])
    [message] = channel.from_bot
    assert [version.text for version in message.versions] == ["before", "after"]
    await client.chat_update(channel=channel.id, ts=sent["ts"], text="only text")
    assert message.blocks is None
    theirs = await lin.say("mine", channel)
    assert (await refusal(client.chat_update(channel=channel.id, ts=theirs.ts, text="x")))["error"] == (
        "cant_update_message"
    )
    await client.chat_delete(channel=channel.id, ts=sent["ts"])
    assert channel.from_bot == []
    gone = await refusal(client.chat_delete(channel=channel.id, ts=sent["ts"]))
    assert gone["error"] == "message_not_found"


async def test_a_permalink_names_channel_and_thread(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel = sandbox.slack.channel("daily")
    root = await client.chat_postMessage(channel=channel.id, text="x")
    reply = await client.chat_postMessage(channel=channel.id, text="y", thread_ts=root["ts"])
    link = (await client.chat_getPermalink(channel=channel.id, message_ts=reply["ts"]))["permalink"]
    assert link == (
        f"https://digest-sandbox.slack.com/archives/{channel.id}/p{reply['ts'].replace('.', '')}"
        f"?thread_ts={root['ts']}&cid={channel.id}"
    )


async def test_an_ephemeral_message_is_for_one_member(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin, bo, xu = (sandbox.slack.user(name) for name in ("lin", "bo", "xu"))
    channel = sandbox.slack.channel("daily", people=[lin, bo])
    await client.chat_postEphemeral(channel=channel.id, user=lin.id, text="psst")
    assert [message.text for message in lin.sees(channel)] == ["psst"]
    assert bo.sees(channel) == []
    answer = await refusal(client.chat_postEphemeral(channel=channel.id, user=xu.id, text="psst"))
    assert answer["error"] == "user_not_in_channel"


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [section("x" * 2999)] * 5, "text": "x"}, "msg_blocks_too_long"),
        ({"blocks": "nonsense", "text": "x"}, "invalid_blocks_format"),
        ({"thread_ts": "1.000000", "text": "x"}, "thread_not_found"),
    ],
)
async def test_content_that_slack_refuses(
    sandbox: Sandbox, client: AsyncWebClient, content: dict[str, Any], error: str
) -> None:
    channel = sandbox.slack.channel("daily")
    answer = await refusal(client.api_call("chat.postMessage", json={"channel": channel.id, **content}))
    assert answer["error"] == error
    assert channel.messages == []


async def test_invalid_blocks_are_explained_with_a_pointer(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel = sandbox.slack.channel("daily")
    long_header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    answer = await refusal(client.chat_postMessage(channel=channel.id, text="x", blocks=[section("fine"), long_header]))
    expected = "must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == [expected]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {expected}"]


async def test_places_where_the_bot_may_not_write(sandbox: Sandbox, client: AsyncWebClient) -> None:
    public = sandbox.slack.channel("public", bot=False)
    private = sandbox.slack.channel("private", kind="private", bot=False)
    archived = sandbox.slack.channel("archived")
    archived.is_archived = True
    errors = [
        (await refusal(client.chat_postMessage(channel=place, text="x")))["error"]
        for place in (public.id, private.id, archived.id, "C404", "#nowhere")
    ]
    assert errors == ["not_in_channel", "channel_not_found", "is_archived", "channel_not_found", "channel_not_found"]
    await sandbox.slack.invite(public)
    assert (await client.chat_postMessage(channel="#public", text="x"))["channel"] == public.id


async def test_a_bot_may_join_a_public_channel(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel = sandbox.slack.channel("daily", bot=False)
    assert not (await client.conversations_info(channel=channel.id))["channel"]["is_member"]
    await client.conversations_join(channel=channel.id)
    assert (await client.conversations_info(channel=channel.id))["channel"]["is_member"]
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert [found["name"] for found in listed["channels"]] == ["daily"]


async def test_a_direct_message_opens_by_user_id(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    opened = await client.conversations_open(users=lin.id)
    await client.chat_postMessage(channel=lin.id, text="hello")
    assert opened["channel"]["id"] == lin.direct.id
    assert [message.text for message in lin.direct.from_bot] == ["hello"]
    assert (await client.users_info(user=lin.id))["user"]["real_name"] == "Lin"
    assert (await refusal(client.users_info(user="U404")))["error"] == "user_not_found"


async def test_tokens_are_checked(sandbox: Sandbox) -> None:
    for token, error in (("xoxb-wrong", "invalid_auth"), (sandbox.slack.app_token, "not_allowed_token_type")):
        client = AsyncWebClient(token, base_url=sandbox.slack_api_url)
        assert (await refusal(client.auth_test()))["error"] == error
    bot = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url)
    opening = bot.apps_connections_open(app_token=sandbox.slack.bot_token)
    assert (await refusal(opening))["error"] == "not_allowed_token_type"
    async with aiohttp.ClientSession() as session, session.post(f"{sandbox.slack_api_url}auth.test") as answer:
        assert await answer.json() == {"ok": False, "error": "not_authed"}


async def test_a_missing_scope_is_named(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel = sandbox.slack.channel("daily")
    sandbox.slack.missing_scopes.add("channels:history")
    answer = await refusal(client.conversations_history(channel=channel.id))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "channels:history")


async def test_an_unknown_method_is_refused(client: AsyncWebClient) -> None:
    assert (await refusal(client.api_call("chat.telepathy")))["error"] == "unknown_method"


async def test_a_home_tab_is_published(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    await client.views_publish(user_id=lin.id, view={"type": "home", "blocks": [HEADLINE]})
    assert lin.screen.home.texts == ["AI 日报"]
