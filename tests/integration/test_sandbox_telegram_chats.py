"""Chats, members and updates of the local Telegram through python-telegram-bot over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    ChatMemberUpdated,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, TelegramError

from bot.sandbox.limits import TelegramLimits
from bot.sandbox.server import Sandbox
from bot.sandbox.telegram_chats import Standing


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(telegram_limits=TelegramLimits.off()) as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with Bot(sandbox.telegram.token, base_url=f"{sandbox.telegram_api_url}/bot") as running:
        yield running


async def test_an_unknown_chat_is_not_found(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"^Chat not found$"):
        await bot.send_message(123, "x")


async def test_who_never_started_the_bot_cannot_be_written_to(sandbox: Sandbox, bot: Bot) -> None:
    stranger = sandbox.telegram.user(started=False)
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "x")
    await stranger.send("/start")
    await bot.send_message(stranger.id, "x")
    assert stranger.texts == ["x"]


async def test_a_blocked_bot_is_told_so(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    await lin.block()
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was blocked by the user$"):
        await bot.send_message(lin.id, "x")
    await lin.unblock()
    await bot.send_message(lin.id, "x")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [(change.old_chat_member.status, change.new_chat_member.status) for change in changes if change] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [
        (Standing.LEFT, "Forbidden: bot is not a member of the channel chat"),
        (Standing.KICKED, "Forbidden: bot was kicked from the channel chat"),
        (Standing.MEMBER, "Bad Request: need administrator rights in the channel chat"),
    ],
)
async def test_a_channel_takes_only_its_administrators(sandbox: Sandbox, standing: Standing, refusal: str) -> None:
    channel = sandbox.telegram.channel("Daily", username="ai_daily", standing=standing)
    _, body = await raw_call(sandbox, "sendMessage", {"chat_id": "@ai_daily", "text": "x"})
    assert body["description"] == refusal
    sandbox.telegram.stand(channel, Standing.ADMINISTRATOR)
    _, body = await raw_call(sandbox, "sendMessage", {"chat_id": "@ai_daily", "text": "x"})
    assert body["result"]["sender_chat"]["id"] == channel.id


async def test_a_supergroup_that_threw_the_bot_out_says_so(sandbox: Sandbox, bot: Bot) -> None:
    group = sandbox.telegram.supergroup("Readers")
    sandbox.telegram.stand(group, Standing.KICKED)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was kicked from the supergroup chat$"):
        await bot.send_message(group.id, "x")


async def test_an_upgraded_group_names_its_new_id(sandbox: Sandbox, bot: Bot) -> None:
    group = sandbox.telegram.group("Readers")
    supergroup = sandbox.telegram.upgrade(group)
    with pytest.raises(ChatMigrated) as refusal:
        await bot.send_message(group.id, "x")
    assert refusal.value.new_chat_id == supergroup.id
    _, body = await raw_call(sandbox, "sendMessage", {"chat_id": group.id, "text": "x"})
    assert body["description"] == "Bad Request: group chat was upgraded to a supergroup chat"


async def test_a_forum_sorts_messages_by_topic(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    forum = sandbox.telegram.supergroup("Readers", topics={45: "AI"}, people=[lin])
    await lin.send("/today", chat=forum, topic=45)
    [update] = await bot.get_updates()
    assert update.message is not None
    assert (update.message.message_thread_id, update.message.is_topic_message) == (45, True)
    assert update.message.chat.is_forum
    sent = await bot.send_message(forum.id, "x", message_thread_id=45)
    assert sent.message_thread_id == 45
    with pytest.raises(BadRequest, match=r"^Message thread not found$"):
        await bot.send_message(forum.id, "x", message_thread_id=46)


async def test_in_a_group_the_bot_reads_only_what_is_meant_for_it(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    group = sandbox.telegram.group("Readers", people=[lin])
    for text in ("hello", "/today", f"/help@{sandbox.telegram.bot.username}", "/today@someone_else_bot"):
        await lin.send(text, chat=group)
    read = [update.message.text for update in await bot.get_updates() if update.message]
    assert read == ["/today", f"/help@{sandbox.telegram.bot.username}"]


async def test_members_and_administrators_are_told_apart(sandbox: Sandbox, bot: Bot) -> None:
    boss, lin, stranger = (sandbox.telegram.user(name=name) for name in ("Boss", "Lin", "Xu"))
    group = sandbox.telegram.supergroup("Readers", people=[lin], admins=[boss])
    assert (await bot.get_chat_member(group.id, boss.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, lin.id)).status == "member"
    assert (await bot.get_chat_member(group.id, stranger.id)).status == "left"
    assert [member.user.id for member in await bot.get_chat_administrators(group.id)] == [boss.id]
    sandbox.telegram.join(group, lin, admin=True)
    assert (await bot.get_chat_member(group.id, lin.id)).status == "administrator"
    assert (await bot.get_chat(group.id)).title == "Readers"
    assert await bot.leave_chat(group.id)
    assert group.standing is Standing.LEFT


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        ("nonsense", "Bad Request: object expected as reply markup"),
        ({"typo": []}, "Bad Request: can't parse reply keyboard markup JSON object"),
        (
            {"inline_keyboard": [{}]},
            'Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
    ],
)
async def test_a_malformed_keyboard_is_refused(sandbox: Sandbox, markup: object, description: str) -> None:
    lin = sandbox.telegram.user()
    given = markup if isinstance(markup, dict) else f'"{markup}"'
    _, body = await raw_call(sandbox, "sendMessage", {"chat_id": lin.id, "text": "x", "reply_markup": given})
    assert body["description"] == description


async def test_a_closed_topic_takes_no_messages(sandbox: Sandbox, bot: Bot) -> None:
    forum = sandbox.telegram.supergroup("Readers", topics={45: "AI"})
    forum.closed_topics.add(45)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(forum.id, "x", message_thread_id=45)
    await bot.send_message(forum.id, "x", message_thread_id=1)
    assert [message.topic for message in forum.from_bot] == [None]


async def test_an_account_that_is_gone_says_so(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    lin.chat.deactivated = True
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(lin.id, "x")


async def test_what_people_wrote_cannot_be_edited(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    theirs = await lin.send("/today")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", lin.id, theirs.id)


async def test_waiting_in_vain_names_what_was_awaited(sandbox: Sandbox) -> None:
    lin = sandbox.telegram.user(name="Lin")
    with pytest.raises(TimeoutError, match=r"waited 0\.01 s for 2 messages in 'Lin'"):
        await lin.receives(2, within=0.01)
    with pytest.raises(TimeoutError, match="1 × sendMessage"):
        await sandbox.telegram.calls.wait_for("sendMessage", within=0.01)


# --- updates -----------------------------------------------------------------------------------------------------


async def test_a_long_poll_ends_with_the_first_update(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user(language_code="en")
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.changes.until(lambda: sandbox.telegram.updates.polled)
    await lin.send("/item 3")
    [update] = await polling
    assert update.message is not None
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "en"
    assert update.message.parse_entities(["bot_command"]).popitem()[1] == "/item"


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    await lin.send("/a")
    await lin.send("/b")
    first, second = await bot.get_updates()
    assert [update.update_id for update in await bot.get_updates()] == [first.update_id, second.update_id]
    assert [update.update_id for update in await bot.get_updates(offset=second.update_id)] == [second.update_id]
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert sandbox.telegram.updates.pending == ()


async def test_only_the_kinds_asked_for_are_queued(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    await bot.get_updates(allowed_updates=["callback_query"])
    await lin.send("/today")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=[])
    await lin.send("/today")
    assert len(await bot.get_updates()) == 1


async def test_a_negative_offset_keeps_the_newest(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    for text in ("/a", "/b", "/c"):
        await lin.send(text)
    assert [update.message.text for update in await bot.get_updates(offset=-1) if update.message] == ["/c"]
    assert len(sandbox.telegram.updates.pending) == 1


async def test_a_second_poller_ousts_the_first(sandbox: Sandbox, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.changes.until(lambda: sandbox.telegram.updates.polled)
    await raw_call(sandbox, "getUpdates", {})
    with pytest.raises(Conflict) as refusal:
        await first
    assert refusal.value.message == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


async def test_pending_updates_can_be_dropped(sandbox: Sandbox, bot: Bot) -> None:
    await sandbox.telegram.user().send("/today")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_my_chat_member_update_reaches_the_bot_when_it_joins(sandbox: Sandbox, bot: Bot) -> None:
    group = sandbox.telegram.group("Readers", people=[sandbox.telegram.user()])
    sandbox.telegram.stand(group, Standing.LEFT)
    sandbox.telegram.stand(group, Standing.MEMBER)
    last = (await bot.get_updates())[-1].my_chat_member
    assert isinstance(last, ChatMemberUpdated)
    assert (last.old_chat_member.status, last.new_chat_member.status) == ("left", "member")


async def test_every_error_is_a_telegram_error(sandbox: Sandbox, bot: Bot) -> None:
    with pytest.raises(TelegramError):
        await bot.get_chat("@nobody_there")


async def raw_call(sandbox: Sandbox, method: str, parameters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    url = f"{sandbox.telegram_api_url}/bot{sandbox.telegram.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body
