"""The bot's Slack side against a Slack that others wrote, from the settings to what stands in the channel."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.domain.delivery import DeliveryState, PartState, Sent
from bot.domain.destination import Destination, Platform
from bot.ports.ledger import DeliveryFilter
from bot.settings import Settings
from formatters.views import IssueView
from tests import written_posts
from tests.integration.independent_slack import (
    APP,
    APP_TOKEN,
    BOT,
    BOT_NAME,
    BOT_TOKEN,
    CHANNEL,
    LIN,
    SIGNING_SECRET,
    IndependentSlack,
    Unavailable,
    fetch,
    until,
)
from tests.scenario.world import DAY, Bot, free_address, running_bot

KEY = str(DAY)


@pytest.fixture(scope="session")
def program(pytestconfig: pytest.Config) -> Path:
    """The server's program, kept in pytest's cache."""
    assert pytestconfig.cache is not None
    try:
        return fetch(pytestconfig.cache.mkdir("independent-slack"))
    except Unavailable as reason:
        pytest.skip(f"the independent Slack is not to be had: {reason}")


@pytest.fixture
async def slack(program: Path, tmp_path: Path) -> AsyncIterator[IndependentSlack]:
    server = IndependentSlack(program, tmp_path)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture
def office(slack: IndependentSlack, tmp_path: Path) -> Office:
    (tmp_path / "posts").mkdir()
    return Office(slack, tmp_path)


class Office:
    """Where the bot runs: a folder of posts, a database, and settings for the independent Slack alone."""

    def __init__(self, slack: IndependentSlack, folder: Path) -> None:
        self._slack = slack
        self._folder = folder

    def write(self, **content: Any) -> None:
        """Put the day's digest into the folder."""
        written_posts.write(self._folder / "posts", f"{DAY}.md", written_posts.digest(DAY, **content))

    @asynccontextmanager
    async def bot(
        self, at: str, *, channel: str = CHANNEL, connected: bool = True, called_at: str = ""
    ) -> AsyncIterator[Bot]:
        """Run the bot from this hour of the day on, such as "08:00:00"; `called_at` is where it listens, HOST:PORT."""
        called: dict[str, Any] = {"slack_app_token": APP_TOKEN}
        if called_at:
            called = {"public_url": f"http://{called_at}", "listen": called_at, "slack_signing_secret": SIGNING_SECRET}
        settings = Settings(
            _env_file=None,
            posts=self._folder / "posts",
            telegram_token=None,
            slack_bot_token=BOT_TOKEN,
            **called,
            slack_api_url=self._slack.api_url,
            slack_channel=channel,
            database_url=f"sqlite:///{self._folder / 'digestbot.db'}",
        )
        async with running_bot(settings, at, ready=bool(called_at)) as bot:
            if connected and not called_at:
                await self._slack.connected()
            yield bot


async def test_the_daily_issue_is_one_overview_with_its_items_in_the_thread(
    slack: IndependentSlack, office: Office
) -> None:
    office.write(items=3)
    async with office.bot("08:00:00") as bot:
        await bot.released(KEY)
    (overview,) = (await slack.call("conversations.history", channel=CHANNEL))["messages"]
    thread = (await slack.call("conversations.replies", channel=CHANNEL, ts=overview["ts"]))["messages"]
    assert overview["text"].startswith(f"推理日报｜{DAY}")
    assert overview["reply_count"] == 4
    assert [message["text"].split()[0] for message in thread[1:]] == ["1.", "2.", "3.", "今日趋势总结"]
    assert {message["thread_ts"] for message in thread} == {overview["ts"]}
    assert {(message["user"], message["app_id"]) for message in thread} == {(BOT, APP)}, "sent with our own token"


async def test_every_block_arrives_as_it_was_made(slack: IndependentSlack, office: Office) -> None:
    office.write(items=3)
    async with office.bot("08:00:00") as bot:
        await bot.released(KEY)
        known = await bot.services.library.newest(DAY)
        assert known is not None
        parts = bot.services.renderer.render(IssueView(known.issue, ref=known.ref), Platform.SLACK, "zh").parts
    overview, *_ = stored = await slack.public()
    under = {"thread_ts": overview["ts"]}
    posted = await slack.calls("chat.postMessage")
    assert [{name: given for name, given in call.items() if name != "metadata"} for call in posted] == [
        {"channel": CHANNEL, **(under if place else {}), **part.payload} for place, part in enumerate(parts)
    ]
    assert [message["blocks"] for message in stored[1:]] == [part.payload["blocks"] for part in parts[1:]]
    assert "/archives/" in json.dumps(stored[0]["blocks"]), "its headlines lead to the items, once these are there"


async def test_today_is_answered_within_three_seconds_and_only_to_who_asked(
    slack: IndependentSlack, office: Office
) -> None:
    office.write(items=3)
    async with office.bot("10:00:00") as bot:
        await bot.released(KEY)
        delivered = await slack.public()
        asked = await slack.command("/today")
    (answer,) = asked.replies
    assert asked.ack_seconds < 3
    assert "第 3 条" in answer["text"]
    assert answer["blocks"]
    assert answer["ephemeral_to"] == LIN
    assert await slack.public() == delivered


async def test_item_is_answered_within_three_seconds_whether_there_is_one_or_not(
    slack: IndependentSlack, office: Office
) -> None:
    office.write(items=8)
    async with office.bot("07:00:00"):
        third, slip = await slack.command("/item", "3"), await slack.command("/item", "99")
    assert max(third.ack_seconds, slip.ack_seconds) < 3
    assert [reply["ephemeral_to"] for reply in third.replies + slip.replies] == [LIN, LIN]
    assert third.replies[0]["text"].startswith("3. 第 3 条")
    assert slip.replies[0]["text"] == "2月12日这期有 8 条，没有第 99 条。试试 /digest item 8"
    assert await slack.public() == []


async def test_a_number_answers_with_its_item(slack: IndependentSlack, office: Office) -> None:
    office.write(items=3)
    async with office.bot("07:00:00"):
        (answer,) = (await slack.command("/today")).replies
        turned = await slack.press(answer, "2")
        (second,) = turned.replies
        (third,) = (await slack.press(second, "下一条 ›")).replies
    assert turned.ack_seconds < 3
    assert second["text"].startswith("2. 第 2 条")
    assert third["text"].startswith("3. 第 3 条")
    assert third["blocks"] != second["blocks"] != answer["blocks"]
    assert await slack.public() == []


async def test_a_link_button_is_acknowledged_and_changes_nothing(slack: IndependentSlack, office: Office) -> None:
    office.write(items=1)
    async with office.bot("08:00:00") as bot:
        await bot.released(KEY)
        delivered = await slack.messages()
        assert await slack.acknowledged(delivered[1], "news.example") < 3
    assert await slack.messages() == delivered


async def test_send_all_goes_to_the_readers_own_conversation_with_the_bot(
    slack: IndependentSlack, office: Office
) -> None:
    office.write(items=2)
    async with office.bot("07:00:00") as bot:
        (answer,) = (await slack.command("/today")).replies
        (promise,) = (await slack.press(answer, "全部发来")).replies
        await bot.idle()
        (sent, *_) = await slack.calls("chat.postMessage")
        direct = (await slack.call("conversations.open", users=LIN))["channel"]["id"]
    assert promise["ephemeral_to"] == LIN
    assert sent["channel"] == LIN
    assert ["thread_ts" in message for message in await slack.public(direct)] == [False] * 4
    assert await slack.public() == []


async def test_a_channel_that_is_not_there_is_gone_and_the_ledger_says_what_to_type(
    slack: IndependentSlack, office: Office
) -> None:
    office.write()
    async with office.bot("08:00:00", channel="C0NOWHERE01") as bot:
        await bot.released(KEY)
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
        assert report.state is DeliveryState.GONE
        assert (report.reason or "").startswith("channel_not_found")
        assert f"/invite @{BOT_NAME}" in (report.reason or ""), "by the name that auth.test told"
        (fixed,) = await bot.services.subscriptions.active_fixed()
        assert fixed.destination == report.destination, "tomorrow's issue is not lost by it"
    assert len(await slack.calls("chat.postMessage")) == 1


async def test_after_slack_was_away_commands_are_answered_again(slack: IndependentSlack, office: Office) -> None:
    office.write(items=3)
    async with office.bot("07:00:00"):
        await slack.command("/today")
        await slack.stop()
        await slack.start()
        await slack.connected()
        (answer,) = (await slack.command("/today")).replies
    assert "第 1 条" in answer["text"]


async def test_a_slack_that_is_away_at_eight_gets_the_issue_once_it_is_back(
    slack: IndependentSlack, office: Office
) -> None:
    office.write(items=2)
    await slack.stop()
    async with office.bot("08:00:00", connected=False) as bot:

        async def tried() -> bool:
            reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
            return any(report.attempts for report in reports)

        await until(tried)
        await slack.start()
        await bot.idle(30)
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
    assert {receipt.state for receipt in report.receipts} == {PartState.SENT}
    assert len(await slack.public()) == 4


async def test_naming_the_app_in_a_thread_is_answered_there(slack: IndependentSlack, office: Office) -> None:
    office.write(items=3)
    async with office.bot("07:00:00"):
        root = await slack.say("who has read it?")
        await slack.say(f"<@{BOT}> 2", thread_ts=root["ts"])

        async def answered() -> bool:
            return len(await slack.public()) == 3

        await until(answered)
    *_, answer = await slack.public()
    assert answer["text"].startswith("2. 第 2 条")
    assert answer["thread_ts"] == root["ts"]


async def test_what_one_person_shares_is_there_for_all(slack: IndependentSlack, office: Office) -> None:
    office.write(items=3)
    async with office.bot("07:00:00"):
        (answer,) = (await slack.command("/digest", "item 2")).replies
        await slack.press(answer, "分享到频道")

        async def shared() -> bool:
            return [message["text"] for message in await slack.messages()] == [answer["text"]]

        await until(shared)
    (message,) = await slack.public()
    assert "lin 分享" in str(message["blocks"][-1])


async def test_a_message_is_changed_in_its_place(slack: IndependentSlack, office: Office) -> None:
    office.write(items=3)
    async with office.bot("08:00:00") as bot:
        await bot.released(KEY)
        overview, first, *_ = await slack.public()
        known = await bot.services.library.newest(DAY)
        assert known is not None
        parts = bot.services.renderer.render(IssueView(known.issue, ref=known.ref), Platform.SLACK, "zh").parts
        sender, to = bot.services.senders[Platform.SLACK], Destination(Platform.SLACK, CHANNEL)
        assert await sender.edit(parts[3], str(first["ts"]), to=to) == Sent(str(first["ts"]))
        unchanged, changed, *_ = await slack.public()
    assert unchanged == overview
    assert changed["text"] == parts[3].payload["text"]
    assert changed["thread_ts"] == overview["ts"]


async def test_the_home_tab_is_shown_when_it_is_opened_and_follows_todays_issue(
    slack: IndependentSlack, office: Office
) -> None:
    async with office.bot("09:00:00") as bot:
        empty = await slack.open_home()
        office.write(items=3)
        await bot.released(KEY)

        async def shows_the_issue() -> bool:
            return "第 3 条" in str((await slack.home())["blocks"])

        await until(shows_the_issue)
        home = await slack.home()
    asked, *_, last = await slack.calls("views.publish")
    assert asked["user_id"] == LIN
    assert "还没发布" in str(empty["blocks"])
    assert "还没发布" not in str(home["blocks"])
    assert (home["type"], home["app_id"], home["blocks"]) == ("home", APP, last["view"]["blocks"])
    assert last["hash"] == empty["hash"], "it replaces the very one that was there"
    assert json.loads(home["private_metadata"])["for"] == LIN


async def test_what_is_filled_in_for_direct_messages_shows_in_the_home_tab(
    slack: IndependentSlack, office: Office
) -> None:
    office.write(items=3)
    async with office.bot("07:00:00") as bot:
        direct = (await slack.call("conversations.open", users=LIN))["channel"]["id"]
        assert "日报不会以私信发给你" in str((await slack.open_home())["blocks"])
        form = await slack.modal_of("/digest", "settings", channel=direct)
        await slack.fill_in({
            "deliver": {"deliver": {"selected_option": {"value": "on"}}},
            "hour": {"hour": {"value": "9:30"}},
            "days": {"days": {"selected_options": [{"value": "1"}, {"value": "4"}]}},
        })  # fmt: skip

        async def shows_the_hour() -> bool:
            return "09:30" in str((await slack.home())["blocks"])

        await until(shows_the_hour)
        assert await slack.modals() == []
        subscription = await bot.services.subscriptions.find(Destination(Platform.SLACK, LIN))
    assert (form["type"], form["callback_id"]) == ("modal", "settings")
    assert subscription is not None
    assert subscription.active
    assert subscription.preferences.weekdays == frozenset({1, 4})


async def test_a_press_in_the_home_tab_that_names_no_view_is_acknowledged_and_does_nothing(
    slack: IndependentSlack, office: Office
) -> None:
    """The server tells of a press in the home tab as of one in a message, which Slack never does: nobody's, then."""
    office.write(items=3)
    async with office.bot("10:00:00") as bot:
        await bot.released(KEY)
        home = await slack.open_home()
        seconds = [await slack.press_in_home(label) for label in ("2", "以私信接收")]
        (answer,) = (await slack.command("/digest", "help")).replies
        assert await slack.home() == home
        assert not await bot.services.conversation.subscribing.is_active(Destination(Platform.SLACK, LIN))
    assert max(seconds) < 3
    assert answer["ephemeral_to"] == LIN
    assert await slack.modals() == []


async def test_signed_requests_are_answered_as_those_of_socket_mode(
    program: Path, tmp_path: Path, office: Office, slack: IndependentSlack
) -> None:
    office.write(items=3)
    address = free_address()
    await slack.stop()
    slack.call_at(f"http://{address}/slack/events")
    await slack.start()
    async with office.bot("10:00:00", called_at=address) as bot:
        await bot.released(KEY)
        asked = await slack.command("/today")
        (answer,) = asked.replies
        pressed = await slack.press(answer, "2")
        (turned,) = pressed.replies
        delivered = await slack.public()
        link = await slack.acknowledged(delivered[1], "news.example")
    assert max(asked.ack_seconds, pressed.ack_seconds, link) < 3
    assert answer["ephemeral_to"] == LIN
    assert turned["text"].startswith("2. 第 2 条")
    assert len(delivered) == 5
    assert await slack.calls("apps.connections.open") == []
