"""run, publish, doctor and demo: real processes, the real SDKs, local platforms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox
from tests.conftest import PROJECT
from tests.integration.cli.outside import Outside, ended

WRONG_TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
ONE_ITEM = 3
"""Parts of a digest with one item: overview, item, closing."""


@pytest.fixture
async def outside(here: Path, posts: Path) -> AsyncIterator[Outside]:
    async with Sandbox(telegram_limits=TelegramLimits.off(), slack_limits=SlackLimits.off()) as sandbox:
        channel = sandbox.slack.channel("daily-digest")
        await sandbox.slack.invite(channel)
        yield Outside(sandbox, channel, here)


class TestPublish:
    async def test_sends_the_newest_issue_to_all_and_the_next_time_nothing(self, outside: Outside) -> None:
        outside.write(days_ago=1)
        outside.write(days_ago=2)
        reader = await outside.subscriber()
        first = await outside.run("publish")
        assert (first.code, first.err) == (0, "")
        day = sorted(path.stem for path in outside.posts.iterdir())[-1]
        assert first.out.splitlines() == [
            f"推理日报｜{day} ({day}) to 2 active subscriptions",
            "2 deliveries planned.",
            "2 of 2 destinations have it.",
        ]
        second = await outside.run("publish")
        assert second.code == 0
        assert "Nothing is planned anew: it was delivered before, or is on its way." in second.out
        assert "2 of 2 destinations have it." in second.out
        assert len(reader.messages) == len(outside.channel.from_bot) == ONE_ITEM
        assert [message.silent for message in reader.messages] == [False, True, True]

    async def test_only_tells_when_it_is_dry(self, outside: Outside) -> None:
        outside.write()
        reader = await outside.subscriber()
        result = await outside.run("publish", "--dry-run")
        assert result.code == 0
        assert result.out.splitlines() == [f"推理日报｜{outside.today} ({outside.today}) to 2 active subscriptions"]
        assert json.loads((await outside.run("deliveries", "--json")).out) == []
        assert reader.messages == []

    async def test_sends_one_post_to_one_place(self, outside: Outside) -> None:
        outside.write()
        old = outside.write(days_ago=9, name="2026/old.md")
        reader = await outside.subscriber()
        to = f"telegram:{reader.id}"
        for post in ("posts/2026/old.md", str(old), "2026/old"):
            result = await outside.run("publish", post, "--to", to)
            assert result.code == 0
            assert "1 of 1 destinations have it." in result.out
        assert len(reader.messages) == ONE_ITEM, "one post is one issue, however it is named"
        assert str(outside.today) not in reader.messages[0].text
        assert outside.channel.from_bot == []

    async def test_refuses_drafts_the_future_and_what_cannot_be_read(self, outside: Outside) -> None:
        reader = await outside.subscriber()
        outside.write(name="draft.md", draft=True)
        outside.write(days_ago=-2, name="future.md")
        (outside.posts / "bad.md").write_text("---\ntitle: a: b\n---\n\ntext\n")
        for post, told in (
            ("draft.md", "posts/draft.md is a draft; remove `draft: true` from its front matter first"),
            ("future.md", "which is in the future; correct its date first"),
            ("bad.md", "posts/bad.md:2: error: "),
        ):
            result = await outside.run("publish", post)
            assert result.code == 1
            assert told in result.err
        newest = await outside.run("publish")
        assert newest.code == 1
        assert "There is no issue to publish in 'posts'" in newest.err
        assert reader.messages == []

    async def test_leaves_the_sending_to_a_bot_that_runs(self, outside: Outside) -> None:
        outside.write(days_ago=1)
        reader = await outside.subscriber()
        async with outside.running():
            result = await outside.run("publish")
            assert result.code == 0
            assert result.out.splitlines()[1:] == [
                "2 deliveries planned.",
                "The running bot carries out what is planned.",
            ]
            await reader.receives(ONE_ITEM, within=20)

    async def test_tells_who_did_not_get_it_and_tries_again_the_next_time(self, outside: Outside) -> None:
        outside.write()
        reader = await outside.subscriber()
        await outside.sandbox.slack.remove_bot(outside.channel)
        first = await outside.run("publish")
        assert first.code == 1
        assert f"slack:{outside.channel.id}: gone, 0 of {ONE_ITEM} messages sent" in first.err
        assert "/invite @" in first.err
        assert "1 of 2 destinations have it." in first.out
        await outside.sandbox.slack.invite(outside.channel)
        second = await outside.run("publish")
        assert (second.code, second.out.splitlines()[-1]) == (0, "2 of 2 destinations have it.")
        assert len(reader.messages) == len(outside.channel.from_bot) == ONE_ITEM

    async def test_to_a_platform_that_is_not_configured_is_a_matter_of_settings(self, outside: Outside) -> None:
        outside.write()
        result = await outside.run("publish", "--to", "telegram:@daily_ai", TELEGRAM_TOKEN="")
        assert result.code == 2
        assert "telegram:@daily_ai cannot be reached: telegram is not configured" in result.err

    async def test_records_each_message(self, outside: Outside) -> None:
        outside.write()
        await outside.run("publish")
        (delivery,) = json.loads((await outside.run("deliveries", "--json")).out)
        assert (delivery["destination"], delivery["state"]) == (f"slack:{outside.channel.id}", "sent")
        assert [receipt["part"] for receipt in delivery["receipts"]] == ["overview", "item-1", "closing"]
        assert [receipt["message_id"] for receipt in delivery["receipts"]] == [
            message.ts for message in outside.channel.from_bot
        ]
        table = await outside.run("deliveries")
        assert f"slack:{outside.channel.id}" in table.out
        assert "3/3" in table.out
        assert (await outside.run("deliveries", "--troubled")).out == "No deliveries.\n"


class TestRun:
    async def test_says_what_comes_delivers_and_ends_well_when_it_is_told_to(self, outside: Outside) -> None:
        outside.write()
        reader = await outside.subscriber()
        process = await outside.start("run")
        await reader.receives(ONE_ITEM, within=30)
        process.terminate()
        result = await ended(process)
        assert result.code == 0
        assert result.out.startswith("Next delivery: ")
        assert result.out.endswith(f"(Asia/Shanghai) to 1 subscriber, slack:{outside.channel.id}\n")
        for secret in (
            outside.sandbox.telegram.token,
            outside.sandbox.slack.bot_token,
            outside.sandbox.slack.app_token,
        ):
            assert secret not in result.err

    async def test_is_refused_beside_another_one(self, outside: Outside) -> None:
        async with outside.running() as (first, _):
            second = await outside.run("run")
            assert second.code == 4
            assert f"is in use: another `digestbot run` (process {first.pid}) sends from it" in second.err
            assert first.returncode is None

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("TELEGRAM_TOKEN", WRONG_TOKEN),
            ("SLACK_BOT_TOKEN", "xoxb-1-wrong"),
            ("SLACK_APP_TOKEN", "xapp-1-A1-1-wrong"),
        ],
    )
    async def test_with_a_wrong_token_ends_with_its_name_and_loses_nothing(
        self, outside: Outside, setting: str, value: str
    ) -> None:
        outside.write(days_ago=1)
        result = await outside.run("run", **{setting: value})
        assert result.code == 3
        assert f"DIGESTBOT_{setting}: " in result.err
        assert value not in result.err + result.out
        assert (await outside.run("publish")).code == 0
        assert len(outside.channel.from_bot) == ONE_ITEM


class TestDoctor:
    async def test_finds_nothing_wrong_where_nothing_is(self, outside: Outside) -> None:
        outside.write()
        result = await outside.run("doctor")
        assert (result.code, result.err) == (0, "")
        lines = result.out.splitlines()
        assert [line[:5] for line in lines] == ["ok   "] * len(lines)
        assert f"the newest issue is {outside.today} of {outside.today}" in result.out
        assert f"the token is that of @{outside.sandbox.telegram.bot.username}" in result.out
        assert "the app token opens a Socket Mode connection" in result.out
        assert "the bot is in #daily-digest" in result.out

    async def test_names_each_token_that_is_refused(self, outside: Outside) -> None:
        result = await outside.run("doctor", TELEGRAM_TOKEN=WRONG_TOKEN, SLACK_BOT_TOKEN="xoxb-1-wrong")
        assert result.code == 3
        faults = [line.split(": ")[1] for line in result.out.splitlines() if line.startswith("fault")]
        assert faults == ["DIGESTBOT_TELEGRAM_TOKEN", "DIGESTBOT_SLACK_BOT_TOKEN"]
        assert WRONG_TOKEN not in result.out

    async def test_says_what_to_type_where_the_bot_is_not_in_the_channel(self, outside: Outside) -> None:
        await outside.sandbox.slack.remove_bot(outside.channel)
        result = await outside.run("doctor", TELEGRAM_CHATS="@nowhere")
        assert result.code == 3
        assert f"the bot is not in {outside.channel.id}; type there: /invite @" in result.out
        assert "fault telegram: telegram:@nowhere: " in result.out

    async def test_says_which_server_cannot_be_reached(self, outside: Outside) -> None:
        result = await outside.run(
            "doctor", TELEGRAM_API_URL="http://127.0.0.1:1", SLACK_API_URL="http://127.0.0.1:1/api/"
        )
        assert result.code == 3
        assert "http://127.0.0.1:1 cannot be reached" in result.out
        assert "Slack cannot be reached" in result.out

    async def test_sends_a_test_message_where_it_is_asked_to(self, outside: Outside) -> None:
        reader = outside.sandbox.telegram.user()
        for to in (f"telegram:{reader.id}", f"slack:{outside.channel.id}"):
            result = await outside.run("doctor", "--send-test", to)
            assert result.code == 0
            assert f"test: {to} received message " in result.out
        (message,) = reader.messages
        assert "测试" in message.text
        assert [message.text for message in outside.channel.from_bot] == [message.text]

    async def test_says_why_a_test_message_did_not_arrive(self, outside: Outside) -> None:
        reader = outside.sandbox.telegram.user()
        await reader.block()
        result = await outside.run("doctor", "--send-test", f"telegram:{reader.id}")
        assert result.code == 3
        assert "gone: " in result.out
        assert "blocked" in result.out

    async def test_does_not_disturb_a_bot_that_runs(self, outside: Outside) -> None:
        async with outside.running() as (process, _):
            result = await outside.run("doctor")
            assert result.code == 0
            assert "a bot is running with it" in result.out
            assert process.returncode is None


class TestDemo:
    async def test_once_delivers_the_newest_post_to_both_platforms(self, outside: Outside) -> None:
        outside.write(days_ago=400)
        outside.write(days_ago=300, items=2)
        result = await outside.run("demo", "--once", "--posts", "posts", "--json")
        assert result.code == 0
        received = json.loads(result.out)
        assert set(received) == {"issue", "telegram", "slack"}
        newest = sorted(path.stem for path in outside.posts.iterdir())[-1]
        assert received["issue"] == {"title": f"推理日报｜{newest}", "date": newest, "kind": "digest"}
        heads = [f"推理日报｜{newest}", "1. 第 1 条", "2. 第 2 条", "今日趋势总结"]
        for platform in ("telegram", "slack"):
            assert [
                message["text"].startswith(head) for message, head in zip(received[platform], heads, strict=True)
            ] == [True] * 4
        assert [message["silent"] for message in received["telegram"]] == [False, True, True, True]
        overview, *replies = received["slack"]
        assert overview["thread_ts"] in (None, overview["ts"])
        assert {reply["thread_ts"] for reply in replies} == {overview["ts"]}
        assert outside.channel.from_bot == [], "an operator's real tokens and channel are left alone"
        assert [path.name for path in outside.folder.iterdir()] == ["posts"], "nothing is left behind"

    async def test_once_prints_both_chats_for_people(self, outside: Outside) -> None:
        outside.write(days_ago=3)
        result = await outside.run("demo", "--once", "--posts", "posts")
        assert result.code == 0
        assert "Telegram · " in result.out
        assert f"Slack · #daily-digest · {ONE_ITEM} messages" in result.out
        assert result.out.count("1. 第 1 条：缓存把首字延迟降到 10 毫秒") >= 2

    async def test_serves_its_page_on_the_next_free_port_until_it_is_told_to_end(self, outside: Outside) -> None:
        outside.write()
        taken = outside.sandbox.port
        process = await outside.start("demo", "--posts", "posts", "--port", str(taken))
        assert process.stdout
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        assert line.startswith("Telegram and Slack, as your readers see them: http://127.0.0.1:")
        assert int(line.strip().rstrip("/").rpartition(":")[2]) > taken
        process.terminate()
        assert (await ended(process)).code == 0


def test_the_readme_shows_the_commands_that_are_tried_here() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    for option in ("--once", "--json", "--to DESTINATION", "--dry-run", "--send-test DESTINATION"):
        assert option in readme
