"""run, publish and demo, through the real SDKs, with local platforms."""

from __future__ import annotations

import json
import re

import pytest

from tests import written_posts
from tests.integration.cli.conftest import Digestbot
from tests.integration.cli.outside import Outside

WRONG_TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
PARTS = 2
"""Of each post that is written here: overview and item."""


class TestPublish:
    def test_sends_the_newest_issue_to_all_and_the_next_time_nothing(self, bot: Digestbot, outside: Outside) -> None:
        outside.write(ago=1)
        outside.write(ago=2)
        reader = outside.subscriber()
        first = bot("publish")
        day = outside.day(1)
        assert (first.code, first.err.strip()) == (0, "")
        assert first.out.splitlines() == [
            f"推理日报｜{day} ({day}) to 2 active subscriptions",
            "2 deliveries planned.",
            "2 of 2 destinations have it.",
        ]
        second = bot("publish")
        assert second.code == 0
        assert second.out.splitlines()[1:] == [
            "Nothing is planned anew: it was delivered before, or is on its way.",
            "2 of 2 destinations have it.",
        ]
        assert len(reader.messages) == len(outside.channel.from_bot) == PARTS
        assert [message.silent for message in reader.messages] == [False, True]

    def test_only_tells_when_it_is_dry(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        reader = outside.subscriber()
        result = bot("publish", "--dry-run")
        assert result.code == 0
        assert result.out.splitlines() == [
            f"推理日报｜{outside.day()} ({outside.day()}) to 2 active subscriptions",
            (
                "Nothing is sent: it would be 2 messages on slack (thread), 2 messages on telegram (items);"
                " delivered already: 0."
            ),
        ]
        assert json.loads(bot("deliveries", "--json").out) == []
        assert reader.messages == []

    def test_sends_one_post_to_one_place_once_however_it_is_named(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        old = outside.write(ago=9, name="2026/old.md")
        reader = outside.reader()
        for post in ("posts/2026/old.md", str(old), "2026/old"):
            result = bot("publish", post, "--to", f"telegram:{reader.id}")
            assert result.code == 0
            assert result.out.startswith(f"推理日报｜{outside.day(9)} ({outside.day(9)}) to telegram:{reader.id}\n")
            assert "1 of 1 destinations have it." in result.out
        assert len(reader.messages) == PARTS
        assert outside.channel.from_bot == []

    def test_refuses_drafts_the_future_and_what_cannot_be_read(self, bot: Digestbot, outside: Outside) -> None:
        reader = outside.subscriber()
        outside.write(name="draft.md", draft=True)
        outside.write(ago=-2, name="future.md")
        written_posts.write(outside.posts, "bad.md", "---\ntitle: a: b\n---\n\ntext\n")
        for post, told in (
            ("draft.md", "posts/draft.md is a draft; remove `draft: true` from its front matter first"),
            ("future.md", "which is in the future; correct its date first"),
            ("bad.md", "posts/bad.md:2: error: "),
            ("missing.md", "'missing.md' is not a file here or below DIGESTBOT_POSTS='posts'"),
        ):
            result = bot("publish", post)
            assert result.code == 1
            assert told in result.err
        newest = bot("publish")
        assert newest.code == 1
        assert "There is no issue to publish in 'posts'" in newest.err
        assert reader.messages == []

    def test_tells_who_did_not_get_it_and_tries_again_the_next_time(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        reader = outside.subscriber()
        slack = outside.sandbox.slack
        outside.platforms.act(lambda: slack.remove_bot(outside.channel))
        first = bot("publish")
        assert first.code == 1
        assert f"slack:{outside.channel.id}: gone, 0 of {PARTS} messages sent" in first.err
        assert "/invite @" in first.err
        assert "1 of 2 destinations have it." in first.out
        outside.platforms.wait_for(slack.invite(outside.channel))
        second = bot("publish")
        assert (second.code, second.out.splitlines()[-1]) == (0, "2 of 2 destinations have it.")
        assert len(reader.messages) == len(outside.channel.from_bot) == PARTS

    def test_does_not_bother_a_reader_again_who_blocked_the_bot(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        reader = outside.subscriber()
        outside.platforms.wait_for(reader.block())
        first = bot("publish")
        assert first.code == 0, "nothing that the operator could mend"
        assert f"telegram:{reader.id}: gone, 0 of {PARTS} messages sent" in first.err
        calls = len(outside.sandbox.telegram.calls.of("sendMessage"))
        second = bot("publish")
        assert second.code == 0
        assert second.out.splitlines()[0].endswith("to 1 active subscription")
        assert len(outside.sandbox.telegram.calls.of("sendMessage")) == calls

    def test_without_anybody_to_send_to_says_so(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        result = bot("publish", SLACK_CHANNEL="")
        assert result.code == 0
        assert "Nothing is planned: nobody is subscribed." in result.out

    def test_to_a_platform_that_is_not_configured_is_a_matter_of_settings(
        self, bot: Digestbot, outside: Outside
    ) -> None:
        outside.write()
        result = bot("publish", "--to", "telegram:@daily_ai", TELEGRAM_TOKEN="")
        assert result.code == 2
        assert "telegram:@daily_ai cannot be reached: telegram is not configured" in result.err

    def test_records_each_message(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        bot("publish")
        (delivery,) = json.loads(bot("deliveries", "--json").out)
        assert (delivery["destination"], delivery["state"]) == (f"slack:{outside.channel.id}", "sent")
        sent = [receipt for receipt in delivery["receipts"] if receipt["deed"] == "new"]
        assert [receipt["part"] for receipt in sent] == ["overview", "item-1"]
        assert [receipt["message_id"] for receipt in sent] == [message.ts for message in outside.channel.from_bot]
        for filters in (
            [],
            ["--to", f"slack:{outside.channel.id}"],
            ["--state", "sent"],
            ["--issue", str(outside.day())],
        ):
            assert re.search(rf"slack:{outside.channel.id} .* 2/2 ", bot("deliveries", *filters).out)
        assert f"{outside.day()} " in bot("deliveries", TIMEZONE="Asia/Shanghai").out
        assert "planned (America/New_York)" in bot("deliveries", TIMEZONE="America/New_York").out
        misspelt = bot("deliveries", "--to", f"slack:{outside.channel.id}0", "--issue", f"{outside.day()}x")
        assert f"did you mean 'slack:{outside.channel.id}'?" in misspelt.err
        assert f"did you mean '{outside.day()}'?" in misspelt.err
        for filters in (["--troubled"], ["--to", "slack:C0000000009"], ["--state", "dead"], ["--issue", "other"]):
            assert bot("deliveries", *filters).out == "No deliveries.\n"

    def test_why_tells_what_happened_and_requeue_tries_it_again(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        slack, place = outside.sandbox.slack, f"slack:{outside.channel.id}"
        assert bot("deliveries", "why", place).out.startswith(f"{place}: never subscribed.")
        outside.platforms.act(lambda: slack.remove_bot(outside.channel))
        bot("publish")
        told = bot("deliveries", "why", place)
        assert told.code == 0
        assert f"{outside.day()}, the daily delivery (1): 0 of {PARTS} messages arrived; ended at " in told.out
        assert "/invite @" in told.out
        assert "digestbot deliveries requeue 1" in told.out
        outside.platforms.wait_for(slack.invite(outside.channel))
        assert bot("deliveries", "requeue", "1").code == 0
        assert bot("publish").code == 0
        assert len(outside.channel.from_bot) == PARTS
        assert f"{PARTS} of {PARTS} messages arrived, finished at " in bot("deliveries", "why", place).out

    def test_what_arrived_is_not_requeued(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        bot("publish")
        refused = bot("deliveries", "requeue", "1", "99")
        assert refused.code == 1
        assert "Not to be tried again: 1, 99." in refused.err

    def test_why_needs_a_destination(self, bot: Digestbot, outside: Outside) -> None:
        result = bot("deliveries", "why", "nowhere")
        assert result.code == 2
        assert "DESTINATION" in result.err


class TestCorrect:
    def test_tells_when_it_is_dry_and_then_edits_what_differs(self, bot: Digestbot, outside: Outside) -> None:
        path = outside.write()
        reader = outside.subscriber()
        bot("publish")
        path.write_text(path.read_text("utf-8").replace("的内容", "的正文"), "utf-8")
        dry = bot("correct", str(outside.day()), "--dry-run")
        assert dry.code == 0
        assert "telegram, items, zh (1 delivery): edited item-1\n" in dry.out
        assert "Nothing is changed." in dry.out
        assert not any(message.edits for message in reader.messages)
        done = bot("correct", str(outside.day()))
        assert (done.code, done.out.splitlines()[-1]) == (0, "2 corrections planned.")
        assert [len(message.edits) for message in reader.messages] == [0, 1]
        assert "的正文" in reader.messages[1].text
        assert "nothing to change" in bot("correct", str(outside.day())).out

    def test_of_what_was_never_sent_says_what_to_do(self, bot: Digestbot, outside: Outside) -> None:
        path = outside.write()
        result = bot("correct", str(outside.day()))
        assert result.code == 1
        assert f"Nothing of {outside.day()} was sent yet: digestbot publish" in result.err
        assert path.name in result.err
        assert "There is no post 'other' in " in bot("correct", "other").err
        assert f"; did you mean '{outside.day()}'?" in bot("correct", f"{outside.day()}x").err


class TestRecall:
    def test_tells_when_it_is_dry_and_then_takes_everything_back(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        reader = outside.subscriber()
        bot("publish")
        assert f"; did you mean '{outside.day()}'?" in bot("recall", f"{outside.day()}x", "--yes").err
        dry = bot("recall", str(outside.day()), "--dry-run")
        assert dry.code == 0
        assert "telegram, items, zh (1 delivery): deleted up to 48 hours after it was sent, else replaced" in dry.out
        assert re.search(r"slack, \w+, zh \(1 delivery\): deleted\n", dry.out)
        assert len(reader.messages) == PARTS
        done = bot("recall", str(outside.day()), "--yes")
        assert done.code == 0
        assert "2 deliveries to take back, 0 stopped before they began." in done.out
        assert reader.messages == []
        assert [message for message in outside.channel.from_bot if not message.deleted] == []
        assert len(re.findall(rf" recall:\S+ +sent +{PARTS} ", bot("deliveries").out)) == 2, "how many steps were done"
        assert "the recall (" in bot("deliveries", "why", f"telegram:{reader.id}").out

    def test_of_what_was_never_sent_is_refused(self, bot: Digestbot, outside: Outside) -> None:
        result = bot("recall", "2020-01-01", "--yes")
        assert result.code == 1
        assert "Nothing of '2020-01-01' was sent; name an issue as " in result.err


class TestRun:
    def test_delivers_holds_the_database_and_ends_well_when_it_is_told_to(
        self, bot: Digestbot, outside: Outside
    ) -> None:
        outside.write()
        outside.write(ago=1)
        reader = outside.subscriber()
        with outside.process("run") as process:
            assert process.stdout
            assert process.stderr
            announced = process.stdout.readline()
            outside.platforms.wait_for(reader.receives(PARTS, within=30))
            second = bot("run")
            assert second.code == 4
            assert f"is in use: another `digestbot run` (process {process.pid}) sends from it" in second.err
            doctor = bot("doctor")
            assert doctor.code == 0
            assert "a bot is running with it" in doctor.out
            publish = bot("publish", f"{outside.day(1)}.md")
            assert publish.code == 0
            assert publish.out.splitlines()[1:] == [
                "2 deliveries planned.",
                "The running bot carries out what is planned.",
            ]
            outside.platforms.wait_for(reader.receives(2 * PARTS, within=30))
            assert process.poll() is None
            process.terminate()
            rest, told = process.communicate(timeout=30)
            assert process.returncode == 0
        assert announced.startswith("Next delivery: ")
        assert announced.endswith(f"(Asia/Shanghai) to 1 subscriber, slack:{outside.channel.id}\n")
        assert rest == ""
        assert "Traceback" not in told
        for secret in (
            outside.sandbox.telegram.token,
            outside.sandbox.slack.bot_token,
            outside.sandbox.slack.app_token,
        ):
            assert secret not in told

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("TELEGRAM_TOKEN", WRONG_TOKEN),
            ("SLACK_BOT_TOKEN", "xoxb-1-wrong"),
            ("SLACK_APP_TOKEN", "xapp-1-A1-1-wrong"),
        ],
    )
    def test_with_a_wrong_token_ends_with_the_settings_name_and_loses_nothing(
        self, bot: Digestbot, outside: Outside, setting: str, value: str
    ) -> None:
        outside.write(ago=1)
        result = bot("run", **{setting: value})
        assert result.code == 3
        assert f"DIGESTBOT_{setting}: " in result.err
        assert value not in result.err + result.out
        assert bot("publish").code == 0
        assert len(outside.channel.from_bot) == PARTS


class TestDemo:
    def test_once_delivers_the_newest_post_to_both_platforms(self, bot: Digestbot, outside: Outside) -> None:
        outside.write(ago=400)
        outside.write(ago=300)
        newest = str(outside.day(300))
        result = bot(
            "demo", "--once", "--posts", "posts", "--json", TIMEZONE="none that an operator's setting may name"
        )
        assert result.code == 0
        received = json.loads(result.out)
        assert set(received) == {"issue", "telegram", "slack"}
        assert received["issue"] == {"title": f"推理日报｜{newest}", "date": newest, "kind": "digest"}
        for platform in ("telegram", "slack"):
            first, second = (message["text"] for message in received[platform])
            assert first.startswith(f"推理日报｜{newest}")
            assert second.startswith("1. 第 1 条")
        assert [message["silent"] for message in received["telegram"]] == [False, True]
        overview, reply = received["slack"]
        assert reply["thread_ts"] == overview["ts"]
        assert outside.channel.from_bot == [], "an operator's real tokens and channel are left alone"
        assert [path.name for path in outside.folder.iterdir()] == ["posts"], "nothing is left behind"

    def test_once_prints_both_chats_for_people(self, bot: Digestbot, outside: Outside) -> None:
        outside.write(ago=3)
        result = bot("demo", "--once", "--posts", "posts")
        assert result.code == 0
        assert f"Slack · #daily-digest · {PARTS} messages" in result.out
        assert re.search(rf"Telegram · .+ · {PARTS} messages", result.out)
        headline = "^1. 第 1 条：缓存把首字延迟降到 10 毫秒$"
        assert len(re.findall(headline, result.out, re.MULTILINE)) == 2 * 2, "in the overview and above the item"

    def test_serves_its_page_on_the_next_free_port_until_it_is_told_to_end(self, outside: Outside) -> None:
        outside.write()
        taken = outside.sandbox.port
        with outside.process("demo", "--posts", "posts", "--port", str(taken)) as process:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("Telegram and Slack, as your readers see them: http://127.0.0.1:")
            assert int(line.strip().rstrip("/").rpartition(":")[2]) > taken
            process.terminate()
            _, told = process.communicate(timeout=30)
            assert (process.returncode, "Traceback" in told) == (0, False)
