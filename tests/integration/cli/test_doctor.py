"""doctor, through the real SDKs, with local platforms."""

from __future__ import annotations

from typing import Any

from bot.platforms.slack.encryption import new_key
from bot.sandbox.telegram_chats import Standing
from tests.integration.cli.conftest import Digestbot
from tests.integration.cli.outside import Outside

WRONG_TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


def test_finds_nothing_wrong_where_nothing_is(bot: Digestbot, outside: Outside) -> None:
    outside.write()
    result = bot("doctor")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line[:5] for line in lines] == ["ok   "] * len(lines)
    assert f"the newest issue is {outside.day()} of {outside.day()}" in result.out
    assert f"the token is that of @{outside.sandbox.telegram.bot.username}" in result.out
    assert "the app token opens a Socket Mode connection" in result.out
    assert "the bot is in #daily-digest" in result.out


def test_names_each_token_that_is_refused(bot: Digestbot) -> None:
    result = bot("doctor", TELEGRAM_TOKEN=WRONG_TOKEN, SLACK_BOT_TOKEN="xoxb-1-wrong")
    assert result.code == 3
    faults = [line.split(": ")[1] for line in result.out.splitlines() if line.startswith("fault")]
    assert faults == ["DIGESTBOT_TELEGRAM_TOKEN", "DIGESTBOT_SLACK_BOT_TOKEN"]
    assert WRONG_TOKEN not in result.out


def test_names_the_app_token_that_is_refused(bot: Digestbot) -> None:
    result = bot("doctor", SLACK_APP_TOKEN="xapp-1-A1-1-wrong")
    assert result.code == 3
    assert "fault slack: DIGESTBOT_SLACK_APP_TOKEN: Slack does not accept this token (invalid_auth)" in result.out


def test_says_what_to_type_where_the_bot_is_not_in_the_channel(bot: Digestbot, outside: Outside) -> None:
    outside.platforms.act(lambda: outside.sandbox.slack.remove_bot(outside.channel))
    result = bot("doctor", TELEGRAM_CHATS="@nowhere")
    assert result.code == 3
    assert f"the bot is not in {outside.channel.id}; type there: /invite @" in result.out
    assert "fault telegram: @nowhere: " in result.out


def test_says_which_server_cannot_be_reached(bot: Digestbot) -> None:
    result = bot("doctor", TELEGRAM_API_URL="http://127.0.0.1:1", SLACK_API_URL="http://127.0.0.1:1/api/")
    assert result.code == 3
    assert "http://127.0.0.1:1 cannot be reached" in result.out
    assert "Slack cannot be reached" in result.out


def test_sends_a_test_message_where_it_is_asked_to(bot: Digestbot, outside: Outside) -> None:
    reader = outside.reader()
    for to in (f"telegram:{reader.id}", f"slack:{outside.channel.id}"):
        result = bot("doctor", "--send-test", to)
        assert result.code == 0
        assert f"test: {to} received message " in result.out
    (message,) = reader.messages
    assert "测试" in message.text
    assert [message.text for message in outside.channel.from_bot] == [message.text]


def test_says_why_a_test_message_did_not_arrive(bot: Digestbot, outside: Outside) -> None:
    reader = outside.reader()
    outside.platforms.wait_for(reader.block())
    result = bot("doctor", "--send-test", f"telegram:{reader.id}")
    assert result.code == 3
    assert "gone: " in result.out
    assert "blocked" in result.out


def test_says_whether_telegram_gets_through_to_the_bot(bot: Digestbot, outside: Outside) -> None:
    address = "http://127.0.0.1:1"
    telegram = outside.sandbox.telegram
    before = bot("doctor", PUBLIC_URL=address)
    assert before.code == 0
    assert f"updates are not pushed to {address} yet; `digestbot run` asks for it" in before.out
    outside.platforms.act(lambda: telegram.webhook.set(f"{address}/telegram/x", "secret", 1))
    assert f"updates are pushed to {address}\n" in bot("doctor", PUBLIC_URL=address).out
    outside.platforms.wait_for(outside.reader().send("/today"))

    async def failed() -> Any:
        return await telegram.changes.until(lambda: telegram.webhook.last_error, within=30, what="a push that fails")

    outside.platforms.wait_for(failed())
    result = bot("doctor", PUBLIC_URL=address)
    assert result.code == 3
    assert f"fault telegram: the last push to {address} failed: Connection failed: " in result.out
    outside.platforms.wait_for(telegram.webhook.close())


def test_says_where_in_telegram_the_bot_is_not(bot: Digestbot, outside: Outside) -> None:
    telegram = outside.sandbox.telegram
    outside.platforms.act(lambda: telegram.channel(username="here"))
    outside.platforms.act(lambda: telegram.channel(username="gone", standing=Standing.LEFT))
    result = bot("doctor", TELEGRAM_CHATS="@here,@gone")
    assert result.code == 3
    assert "ok    telegram: @here: the bot is administrator there" in result.out
    assert f"fault telegram: @gone: the bot is not there; add @{telegram.bot.username}" in result.out


def test_of_an_app_that_anybody_installs_says_where_and_in_how_many_workspaces(bot: Digestbot) -> None:
    app = {"SLACK_CLIENT_ID": "1001.2002", "SLACK_CLIENT_SECRET": "made-up", "ENCRYPTION_KEYS": new_key()}
    app |= {"PUBLIC_URL": "https://digest.example.com", "SLACK_SIGNING_SECRET": "made-up", "TELEGRAM_TOKEN": ""}
    result = bot("doctor", **app)
    assert result.code == 0
    assert "installed in 0 workspaces; more at https://digest.example.com/slack/install" in result.out
    assert "the app's request URL is https://digest.example.com/slack/events" in result.out


def test_says_what_it_cannot_see_without_a_scope(bot: Digestbot, outside: Outside) -> None:
    outside.platforms.act(lambda: outside.sandbox.slack.missing_scopes.add("channels:read"))
    result = bot("doctor")
    assert result.code == 0
    assert "cannot be told without the scope channels:read; digestbot doctor --send-test slack:" in result.out
