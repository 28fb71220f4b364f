"""What becomes of an edit, a deletion and a look for a message, for every cause, over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.delivery import Absent, Gone, Outcome, Rejected, Sent, Tag, Throttled, Unknown, Unreadable, Unsent
from bot.domain.destination import Destination, Platform
from bot.platforms.slack.sender import SlackSender
from bot.platforms.slack.web_api import slack_client, slack_session
from bot.platforms.telegram.sender import TelegramSender
from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox
from formatters.parts import Part
from tests.integration.platforms.scripted_server import Act, answers, closes_accepted, scripted
from tests.integration.platforms.test_slack_outcomes import connected as slack_connected
from tests.integration.platforms.test_slack_outcomes import says
from tests.integration.platforms.test_telegram_outcomes import bad, refusal
from tests.integration.platforms.test_telegram_outcomes import connected as telegram_connected

CHAT = Destination(Platform.TELEGRAM, "-1002000000001", "45")
CHANNEL = Destination(Platform.SLACK, "C0000000001")
PART = Part("item-1", {"text": "<b>x</b>", "parse_mode": "HTML"}, "x")
BLOCKS = Part("item-1", {"text": "x", "unfurl_links": False, "unfurl_media": False}, "x")
DONE = answers({"ok": True, "result": True})
LONG_AGO = datetime(2026, 2, 12, tzinfo=UTC)
NOW = datetime.now(UTC)


async def telegram(act: Act, *more: Act, delete: bool = False) -> Outcome:
    async with scripted(act, *more) as server, telegram_connected(server.url) as bot:
        sender = TelegramSender(bot)
        return await (sender.delete("7", to=CHAT) if delete else sender.edit(PART, "7", to=CHAT))


async def slack(act: Act, *, delete: bool = False) -> Outcome:
    async with scripted(act) as server, slack_connected(server.url) as sender:
        return await (sender.delete("1.2", to=CHANNEL) if delete else sender.edit(BLOCKS, "1.2", to=CHANNEL))


class TestTelegram:
    async def test_a_message_that_shows_it_already_is_done(self) -> None:
        same = bad("message is not modified: specified new message content and reply markup are exactly the same")
        assert await telegram(same) == Sent("7")

    async def test_a_message_that_is_gone_is_deleted_already(self) -> None:
        assert await telegram(bad("message to delete not found"), delete=True) == Sent("7")

    @pytest.mark.parametrize("reason", ["message to edit not found", "message can't be edited"])
    async def test_what_cannot_be_edited_is_refused(self, reason: str) -> None:
        outcome = await telegram(bad(reason))
        assert isinstance(outcome, Rejected)
        assert reason in outcome.reason.lower()

    async def test_a_rich_message_that_is_refused_stays_as_it_is(self) -> None:
        part = Part("overview", {"rich_message": {"blocks": []}}, "x" * 5000)
        async with (
            scripted(bad("can't parse InputRichMessage: unsupported block"), DONE) as server,
            telegram_connected(server.url) as bot,
        ):
            assert isinstance(await TelegramSender(bot).edit(part, "7", to=CHAT, previews=True), Rejected)

    @pytest.mark.parametrize("reason", ["message can't be deleted for everyone", "message can't be deleted"])
    async def test_what_cannot_be_deleted_is_refused(self, reason: str) -> None:
        assert isinstance(await telegram(bad(reason), delete=True), Rejected)

    async def test_markup_that_cannot_be_parsed_becomes_plain_text(self) -> None:
        assert await telegram(bad("can't parse entities: unclosed tag"), DONE) == Sent("7")

    @pytest.mark.parametrize("delete", [False, True], ids=["edit", "delete"])
    async def test_other_causes_are_those_of_sending(self, delete: bool) -> None:
        assert isinstance(await telegram(closes_accepted, delete=delete), Unknown)
        blocked = refusal(403, "Forbidden: bot was blocked by the user")
        assert isinstance(await telegram(blocked, delete=delete), Gone)
        assert isinstance(await telegram(refusal(429, "Too Many Requests", retry_after=7), delete=delete), Throttled)
        assert isinstance(await telegram(answers("<h1>", 503), delete=delete), Unsent)


class TestSlack:
    async def test_a_message_that_is_gone_is_deleted_already_but_not_edited(self) -> None:
        assert await slack(says("message_not_found"), delete=True) == Sent("1.2")
        assert isinstance(await slack(says("message_not_found")), Rejected)

    @pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed"])
    async def test_what_cannot_be_edited_is_refused_in_words(self, code: str) -> None:
        outcome = await slack(says(code))
        assert isinstance(outcome, Rejected)
        assert outcome.reason.startswith(f"{code}: ")

    @pytest.mark.parametrize("code", ["cant_delete_message", "compliance_exports_prevent_deletion"])
    async def test_what_cannot_be_deleted_is_refused(self, code: str) -> None:
        assert isinstance(await slack(says(code), delete=True), Rejected)

    async def test_other_causes_are_those_of_sending(self) -> None:
        assert isinstance(await slack(closes_accepted), Unknown)
        assert isinstance(await slack(says("is_archived"), delete=True), Gone)
        assert isinstance(await slack(says("ratelimited", 429)), Throttled)

    @pytest.mark.parametrize(
        ("act", "found"),
        [
            (says("missing_scope"), Unreadable),
            (says("not_in_channel"), Unreadable),
            (says("ratelimited", 429), Throttled),
            (closes_accepted, Unsent),
            (answers("<h1>", 502), Unsent),
            (answers({"ok": True, "messages": []}), Absent),
        ],
        ids=["scope", "outside", "429", "lost", "502", "empty"],
    )
    async def test_a_look_that_fails_may_be_repeated_unless_it_is_refused(self, act: Act, found: type) -> None:
        async with scripted(act) as server, slack_connected(server.url) as sender:
            outcome = await sender.look_up(Tag(1, 0), to=CHANNEL, under=None, since=LONG_AGO, now=NOW)
        assert isinstance(outcome, found)


# --- on the local Slack ----------------------------------------------------------------------------------------------


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(telegram_limits=TelegramLimits.off(), slack_limits=SlackLimits.off()) as opened:
        yield opened


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncWebClient]:
    async with slack_session() as session:
        yield slack_client(sandbox.slack.bot_token, sandbox.slack_api_url, session)


async def test_a_message_is_found_by_its_tag_in_a_busy_channel_and_in_a_thread(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    channel, lin, sender = sandbox.slack.channel(), sandbox.slack.user("lin"), SlackSender(client)
    to = Destination(Platform.SLACK, channel.id)
    root = await sender.send(BLOCKS, to=to, silent=False, under=None, tag=Tag(5, 0))
    assert isinstance(root, Sent)
    reply = await sender.send(BLOCKS, to=to, silent=False, under=root.message_id, tag=Tag(5, 1))
    for _ in range(450):
        await lin.say("…", channel)
    assert await sender.look_up(Tag(5, 0), to=to, under=None, since=LONG_AGO, now=NOW) == root
    assert await sender.look_up(Tag(5, 1), to=to, under=root.message_id, since=LONG_AGO, now=NOW) == reply
    assert await sender.look_up(Tag(5, 2), to=to, under=root.message_id, since=LONG_AGO, now=NOW) == Absent()
    assert await sender.look_up(Tag(6, 0), to=to, under=None, since=LONG_AGO, now=NOW) == Absent()


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=1), timedelta(days=900)], ids=str)
async def test_a_message_is_found_whatever_our_own_clock_shows(
    sandbox: Sandbox, client: AsyncWebClient, ahead: timedelta
) -> None:
    sender, to = SlackSender(client), Destination(Platform.SLACK, sandbox.slack.channel().id)
    sent = await sender.send(BLOCKS, to=to, silent=False, under=None, tag=Tag(5, 0))
    assert isinstance(sent, Sent)
    wrong = datetime.now(UTC) + ahead
    since = wrong - timedelta(minutes=2)
    assert await sender.look_up(Tag(5, 0), to=to, under=None, since=since, now=wrong) == sent
    assert await sender.look_up(Tag(6, 0), to=to, under=None, since=since, now=wrong) == Absent()


async def test_a_private_channel_takes_a_scope_of_its_own(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel, sender = sandbox.slack.channel(kind="private"), SlackSender(client)
    to = Destination(Platform.SLACK, channel.id)
    sandbox.slack.missing_scopes.add("channels:history")
    assert await sender.look_up(Tag(1, 0), to=to, under=None, since=LONG_AGO, now=NOW) == Absent()
    sandbox.slack.missing_scopes.add("groups:history")
    assert isinstance(await sender.look_up(Tag(1, 0), to=to, under=None, since=LONG_AGO, now=NOW), Unreadable)


async def test_what_went_to_a_person_is_edited_deleted_and_linked_where_slack_put_it(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    lin, sender = sandbox.slack.user("lin"), SlackSender(client)
    to = Destination(Platform.SLACK, lin.id)
    sent = await sender.send(BLOCKS, to=to, silent=False, under=None, tag=Tag(1, 0))
    assert isinstance(sent, Sent)
    direct = sandbox.slack.direct(lin.account)
    assert sent.message_id.startswith(f"{direct.id}/")
    changed = Part("item-1", {**BLOCKS.payload, "text": "y"}, "y")
    assert await sender.edit(changed, sent.message_id, to=to) == sent
    assert [message.text for message in direct.from_bot] == ["y"]
    assert direct.from_bot[0].metadata is not None
    assert await sender.look_up(Tag(1, 0), to=to, under=sent.message_id, since=LONG_AGO, now=NOW) == sent
    permalink = await client.chat_getPermalink(channel=direct.id, message_ts=sent.message_id.split("/")[1])
    assert await sender.link(sent.message_id, to=to, under=None) == permalink["permalink"]
    assert await sender.delete(sent.message_id, to=to) == sent
    assert direct.from_bot == []


async def test_the_address_of_a_reply_is_the_permalink(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel, sender = sandbox.slack.channel(), SlackSender(client)
    to = Destination(Platform.SLACK, channel.id)
    root = await sender.send(BLOCKS, to=to, silent=False, under=None)
    assert isinstance(root, Sent)
    reply = await sender.send(BLOCKS, to=to, silent=False, under=root.message_id)
    assert isinstance(reply, Sent)
    permalink = await client.chat_getPermalink(channel=channel.id, message_ts=reply.message_id)
    assert await sender.link(reply.message_id, to=to, under=root.message_id) == permalink["permalink"]


async def test_the_workspaces_edit_window_is_told(sandbox: Sandbox, client: AsyncWebClient) -> None:
    channel, sender = sandbox.slack.channel(), SlackSender(client)
    to = Destination(Platform.SLACK, channel.id)
    sent = await sender.send(BLOCKS, to=to, silent=False, under=None)
    assert isinstance(sent, Sent)
    sandbox.slack.edit_window = -1.0
    outcome = await sender.edit(BLOCKS, sent.message_id, to=to)
    assert isinstance(outcome, Rejected)
    assert "edit_window_closed" in outcome.reason


@pytest.mark.parametrize(
    ("chat", "thread", "address"),
    [
        ("@daily_ai", "", "https://t.me/daily_ai/7"),
        ("-1002000000001", "", "https://t.me/c/2000000001/7"),
        ("-1002000000001", "45", "https://t.me/c/2000000001/45/7"),
        ("-4123456789", "", None),
        ("-100123", "", None),
        ("500000001", "", None),
    ],
    ids=["public", "supergroup", "topic", "basic group", "small basic group", "private"],
)
async def test_in_telegram_channels_and_supergroups_have_addresses(chat: str, thread: str, address: str | None) -> None:
    to = Destination(Platform.TELEGRAM, chat, thread)
    async with scripted(DONE) as server, telegram_connected(server.url) as bot:
        sender = TelegramSender(bot)
        assert sender.has_links(to) is (address is not None)
        assert await sender.link("7", to=to, under=None) == address
