"""The checks of `digestbot doctor`: each prints one line, good or bad, with what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from bot.app import NO_PLATFORM
from bot.domain.delivery import Sent
from bot.domain.destination import Destination, Platform
from bot.domain.errors import DigestbotError, PlatformError, SettingsError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient
    from telegram import Bot

    from bot.ports.sender import Sender
    from bot.settings import Settings
    from formatters.parts import Part


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    subject: str
    text: str
    code: int = 0
    """The exit code that it asks for; 0 where all is well."""


async def diagnose(settings: Settings, send_test: Destination | None) -> int:
    """Run every check and print its findings; return the exit code of the first fault."""
    code = 0
    for subject, check in (
        ("posts", _posts), ("database", _database), ("telegram", _telegram), ("slack", _slack),
    ):  # fmt: skip
        async for finding in _guarded(subject, check, settings):
            _print(finding)
            code = code or finding.code
    if settings.telegram_token is None and not settings.uses_slack:
        finding = Finding("settings", NO_PLATFORM, SettingsError.exit_code)
        _print(finding)
        code = code or finding.code
    if send_test is not None:
        finding = await _send_test(settings, send_test)
        _print(finding)
        code = code or finding.code
    return code


async def _guarded(
    subject: str, check: Callable[[Settings], AsyncIterator[Finding]], settings: Settings
) -> AsyncIterator[Finding]:
    try:
        async for finding in check(settings):
            yield finding
    except DigestbotError as error:
        yield Finding(subject, str(error), error.exit_code)


def _print(finding: Finding) -> None:
    mark = typer.style("ok   ", fg="green") if not finding.code else typer.style("fault", fg="red")
    typer.echo(f"{mark} {finding.subject}: {finding.text}")


async def _posts(settings: Settings) -> AsyncIterator[Finding]:
    from datetime import UTC, datetime

    from bot.domain.issues import newest
    from bot.posts.directory import PostDirectory

    scan = await PostDirectory(settings.posts_folder, settings.timezone, writing=settings.writing, quiet=0).scan()
    for _, diagnostics in scan.refused:
        for diagnostic in diagnostics:
            if diagnostic.severity == "error":
                yield Finding("posts", str(diagnostic), 1)
    latest = newest(scan.issues, settings.timetable.today(datetime.now(UTC)))
    told = f"the newest issue is {latest.key} of {latest.day}" if latest else "none of them can be sent yet"
    yield Finding("posts", f"{len(scan.issues)} can be read; {told}")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    from bot.app import opened_database
    from bot.domain.errors import DatabaseInUse
    from bot.storage.hold import hold

    async with opened_database(settings) as database:
        try:
            async with hold(database):
                running = "no bot is running with it"
        except DatabaseInUse:
            running = "a bot is running with it"
        yield Finding("database", f"{database.place} can be written; {running}")


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    if settings.telegram_token is None:
        yield Finding("telegram", "not configured (DIGESTBOT_TELEGRAM_TOKEN)")
        return
    from telegram import ChatMember
    from telegram.error import InvalidToken, TelegramError

    from bot.platforms.telegram.connection import telegram_bot
    from bot.platforms.telegram.profile import REFUSED

    bot = telegram_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    try:
        try:
            await bot.initialize()
        except InvalidToken as error:
            raise PlatformError(REFUSED) from error
        except TelegramError as error:
            raise PlatformError(f"{settings.telegram_api_url} cannot be reached: {error.message}") from error
        yield Finding("telegram", f"the token is that of @{bot.username}")
        if settings.public_url is not None:
            yield await _webhook(bot, settings.public_url)
        for destination in settings.telegram_chats:
            chat = destination.chat if destination.chat.startswith("@") else int(destination.chat)
            try:
                member = await bot.get_chat_member(chat, bot.id)
            except TelegramError as error:
                yield Finding("telegram", f"{destination.chat}: {error.message}; add @{bot.username} there", 3)
                continue
            if member.status in {ChatMember.LEFT, ChatMember.BANNED}:
                yield Finding("telegram", f"{destination.chat}: the bot is not there; add @{bot.username}", 3)
            else:
                yield Finding("telegram", f"{destination.chat}: the bot is {member.status} there")
    finally:
        await bot.shutdown()
        await bot.request.shutdown()  # which the bot leaves open if it could not be initialized


async def _webhook(bot: Bot, public_url: str) -> Finding:
    """Return whether Telegram gets through to this bot."""
    from telegram.error import TelegramError

    try:
        info = await bot.get_webhook_info()
    except TelegramError as error:
        raise PlatformError(f"what Telegram says of the webhook cannot be had: {error.message}") from error
    if not info.url.startswith(f"{public_url}/"):
        return Finding("telegram", f"updates are not pushed to {public_url} yet; `digestbot run` asks for it")
    if info.last_error_message:
        waiting = f"; {info.pending_update_count} updates wait" if info.pending_update_count else ""
        return Finding("telegram", f"the last push to {public_url} failed: {info.last_error_message}{waiting}", 3)
    return Finding("telegram", f"updates are pushed to {public_url}")


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.uses_slack:
        yield Finding("slack", "not configured (DIGESTBOT_SLACK_BOT_TOKEN and DIGESTBOT_SLACK_APP_TOKEN)")
        return
    if settings.slack_client_id is not None:
        yield await _installations(settings)
    if settings.slack_signing_secret is not None:
        yield Finding("slack", f"the app's request URL is {settings.public_url}/slack/events")
    from bot.platforms.slack.web_api import slack_client, slack_session

    async with slack_session() as session:
        token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
        client = slack_client(token, settings.slack_api_url, session)
        if settings.slack_app_token is not None:
            app_token = settings.slack_app_token.get_secret_value()
            await _slack_call("DIGESTBOT_SLACK_APP_TOKEN", lambda: client.apps_connections_open(app_token=app_token))
            yield Finding("slack", "the app token opens a Socket Mode connection")
        if token is None:
            return
        name = str((await _slack_call("DIGESTBOT_SLACK_BOT_TOKEN", client.auth_test))["user"])
        yield Finding("slack", f"the bot token is that of @{name}")
        if (channel := settings.slack_channel) is None:
            yield Finding("slack", "DIGESTBOT_SLACK_CHANNEL is not set: only commands are answered")
            return
        if not channel.team:
            yield await _channel(client, channel.chat, name)


async def _installations(settings: Settings) -> Finding:
    """Return in how many workspaces the app is installed, and that their tokens can be decrypted."""
    from bot.app import opened_database
    from bot.lines import slack_installations

    async with opened_database(settings) as database:
        installations = slack_installations(settings, database)
        number = await installations.count() if installations is not None else 0
    return Finding("slack", f"installed in {number} workspaces; more at {settings.public_url}/slack/install")


async def _channel(client: AsyncWebClient, channel: str, name: str) -> Finding:
    """Return whether the bot is in the channel, which Slack tells only to apps that may read channels."""
    try:
        info = await _slack_call("DIGESTBOT_SLACK_CHANNEL", lambda: client.conversations_info(channel=channel))
    except PlatformError as error:
        if "missing_scope" not in str(error):
            raise
        return Finding(
            "slack",
            f"whether the bot is in {channel} cannot be told without the scope channels:read;"
            f" digestbot doctor --send-test slack:{channel} tells, too",
        )
    if info["channel"].get("is_member"):
        return Finding("slack", f"the bot is in #{info['channel'].get('name', channel)}")
    return Finding("slack", f"the bot is not in {channel}; type there: /invite @{name}", 3)


async def _slack_call(setting: str, call: Callable[[], Awaitable[object]]) -> dict[str, dict[str, object]]:
    from typing import cast

    import aiohttp
    from slack_sdk.errors import SlackApiError

    from bot.platforms.slack.web_api import REFUSED, refused

    try:
        return cast("dict[str, dict[str, object]]", await call())
    except SlackApiError as error:
        code = error.response.get("error") if hasattr(error.response, "get") else error
        raise PlatformError(
            refused(setting, str(code)) if code in REFUSED else f"{setting}: Slack answers {code}"
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise PlatformError(f"{setting}: Slack cannot be reached ({error})") from error


async def _send_test(settings: Settings, to: Destination) -> Finding:
    from formatters.parts import Part

    text = "This is a test message of Digestbot. 这是一条测试消息。"
    if to.platform is Platform.TELEGRAM and settings.telegram_token:
        from bot.platforms.telegram.connection import telegram_bot
        from bot.platforms.telegram.sender import TelegramSender

        bot = telegram_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
        try:
            return await _sent(TelegramSender(bot), Part("test", {"text": text}, text), to)
        finally:
            await bot.request.shutdown()
    if to.platform is Platform.SLACK and settings.slack_bot_token:
        from bot.platforms.slack.sender import SlackSender
        from bot.platforms.slack.web_api import slack_client, slack_session

        async with slack_session() as session:
            client = slack_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session)
            return await _sent(SlackSender(client), Part("test", {"text": text}, text), to)
    return Finding("test", f"{to} cannot be reached: {to.platform} is not configured", 2)


async def _sent(sender: Sender, part: Part, to: Destination) -> Finding:
    outcome = await sender.send(part, to=to, silent=False, under=None)
    if isinstance(outcome, Sent):
        return Finding("test", f"{to} received message {outcome.message_id}")
    return Finding("test", f"{to}: {type(outcome).__name__.lower()}: {outcome.reason}", 3)
