"""The local Telegram through python-telegram-bot over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

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


def one_button(text: str = "next", **action: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, **action)]])


# --- messages ----------------------------------------------------------------------------------------------------


async def test_a_message_arrives_with_its_entities_buttons_and_silence(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user(name="Lin")
    sent = await bot.send_message(
        lin.id,
        '<b>AI 日报</b> <a href="https://example.com">原文</a>',
        parse_mode="HTML",
        disable_notification=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=one_button(callback_data="item:2"),
    )
    assert isinstance(sent, Message)
    assert sent.text == "AI 日报 原文"
    assert sent.from_user == bot.bot
    [message] = lin.messages
    assert message.silent
    assert message.text == "AI 日报 原文"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in message.entities] == [
        ("bold", 0, 5),
        ("text_link", 6, 2),
    ]
    assert message.button("next")["callback_data"] == "item:2"
    [call] = sandbox.telegram.calls.of("sendMessage")
    assert call.parameters["reply_markup"] == {"inline_keyboard": [[{"text": "next", "callback_data": "item:2"}]]}
    assert call.parameters["link_preview_options"] == {"is_disabled": True}
    assert call.parameters["disable_notification"] is True
    assert call.status == 200


async def test_messages_of_all_chats_are_kept_in_order(sandbox: Sandbox, bot: Bot) -> None:
    lin, bo = sandbox.telegram.user(name="Lin"), sandbox.telegram.user(name="Bo")
    for reader, text in ((lin, "1"), (bo, "2"), (lin, "3")):
        await bot.send_message(reader.id, text)
    assert [message.text for message in sandbox.telegram.accepted] == ["1", "2", "3"]
    assert lin.texts == ["1", "3"]


REFUSED_TEXTS = {
    " ": "Text must be non-empty",
    "x" * 4097: "Message is too long",
    "😀" * 2049: "Message is too long",
    "<p>x</p>": 'Can\'t parse entities: unsupported start tag "p" at byte offset 0',
    "<b>x": "Can't parse entities: can't find end tag corresponding to start tag \"b\"",
}


@pytest.mark.parametrize("text", REFUSED_TEXTS)
async def test_a_bad_text_is_refused_in_telegrams_words(sandbox: Sandbox, bot: Bot, text: str) -> None:
    lin = sandbox.telegram.user()
    with pytest.raises(BadRequest) as refusal:
        await bot.send_message(lin.id, text, parse_mode="HTML")
    assert refusal.value.message.lower() == REFUSED_TEXTS[text].lower()
    assert lin.messages == []


async def test_exactly_4096_units_after_parsing_are_accepted(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    await bot.send_message(lin.id, f"<b>{'😀' * 2048}</b>", parse_mode="HTML")
    assert len(lin.messages) == 1


async def test_an_empty_text_is_refused(sandbox: Sandbox) -> None:
    lin = sandbox.telegram.user()
    status, body = await raw_call(sandbox, "sendMessage", {"chat_id": lin.id, "text": ""})
    assert (status, body["description"]) == (400, "Bad Request: message text is empty")


REFUSED_BUTTONS: dict[str, dict[str, Any]] = {
    "Bad Request: BUTTON_DATA_INVALID": {"text": "x", "callback_data": "中" * 22},
    "Bad Request: inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL": {
        "text": "x",
        "url": "http://localhost/x",
    },
    "Bad Request: inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol": {
        "text": "x",
        "url": "ftp://example.com",
    },
    "Bad Request: BUTTON_URL_INVALID": {"text": "x", "url": f"https://example.com/{'x' * 2048}"},
    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard": {"text": "x"},
    "Bad Request: can't parse inline keyboard button: Can't find field \"text\"": {"callback_data": "x"},
    "Bad Request: inline keyboard button text must be non-empty": {"text": " ", "callback_data": "x"},
}


@pytest.mark.parametrize("description", REFUSED_BUTTONS)
async def test_a_bad_button_is_refused_in_telegrams_words(sandbox: Sandbox, description: str) -> None:
    lin = sandbox.telegram.user()
    keyboard = {"inline_keyboard": [[REFUSED_BUTTONS[description]]]}
    status, body = await raw_call(sandbox, "sendMessage", {"chat_id": lin.id, "text": "x", "reply_markup": keyboard})
    assert (status, body["description"]) == (400, description)


@pytest.mark.parametrize(("rows", "columns", "accepted"), [(12, 8, True), (1, 9, False), (101, 1, False)])
async def test_a_keyboard_has_at_most_8_columns_and_100_buttons(
    sandbox: Sandbox, rows: int, columns: int, accepted: bool
) -> None:
    lin = sandbox.telegram.user()
    row = [{"text": "1", "callback_data": "1"}] * columns
    _, body = await raw_call(
        sandbox, "sendMessage", {"chat_id": lin.id, "text": "x", "reply_markup": {"inline_keyboard": [row] * rows}}
    )
    assert body["ok"] is accepted
    if not accepted:
        assert body["description"] == "Bad Request: reply markup is too long"


async def test_plain_entities_are_taken_as_given(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    await bot.send_message(lin.id, "bold", entities=[MessageEntity("bold", 0, 4)])
    assert [entity["type"] for entity in lin.messages[0].entities] == ["bold"]


async def test_a_reply_points_to_its_message(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    first = await bot.send_message(lin.id, "first")
    second = await bot.send_message(lin.id, "second", reply_parameters=ReplyParameters(first.message_id))
    assert second.reply_to_message is not None
    assert second.reply_to_message.text == "first"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(lin.id, "third", reply_parameters=ReplyParameters(99))


async def test_an_edit_replaces_text_and_is_remembered(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sent = await bot.send_message(lin.id, "before", reply_markup=one_button(callback_data="a"))
    edited = await bot.edit_message_text("<b>after</b>", lin.id, sent.message_id, parse_mode="HTML")
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    [message] = lin.messages
    assert message.text == "after"
    assert message.buttons == []
    assert [version.text.text for version in message.versions] == ["before", "after"]


async def test_an_edit_that_changes_nothing_is_refused(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sent = await bot.send_message(lin.id, "<b>same</b>", parse_mode="HTML")
    with pytest.raises(BadRequest) as refusal:
        await bot.edit_message_text("<strong>same</strong>", lin.id, sent.message_id, parse_mode="HTML")
    assert refusal.value.message == (
        "Message is not modified: specified new message content and reply markup are exactly the same as a current "
        "content and reply markup of the message"
    )
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", lin.id, 99)


async def test_a_keyboard_can_be_taken_away(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sent = await bot.send_message(lin.id, "x", reply_markup=one_button(callback_data="a"))
    await bot.edit_message_reply_markup(lin.id, sent.message_id, reply_markup=None)
    assert lin.messages[0].markup is None


async def test_a_deleted_message_is_gone(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sent = await bot.send_message(lin.id, "x")
    assert await bot.delete_message(lin.id, sent.message_id)
    assert lin.messages == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(lin.id, sent.message_id)


async def test_a_message_older_than_two_days_cannot_be_deleted() -> None:
    hours = 0.0
    async with Sandbox(now=lambda: 1_770_000_000 + hours * 3600) as sandbox:
        lin = sandbox.telegram.user()
        async with Bot(sandbox.telegram.token, base_url=f"{sandbox.telegram_api_url}/bot") as bot:
            sent = await bot.send_message(lin.id, "x")
            assert sent.date.timestamp() == 1_770_000_000
            hours = 49
            with pytest.raises(BadRequest, match="can't be deleted"):
                await bot.delete_message(lin.id, sent.message_id)


# --- chats -------------------------------------------------------------------------------------------------------


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
    with pytest.raises(TimeoutError, match="waited 0.01 s for 2 messages in 'Lin'"):
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


# --- buttons -----------------------------------------------------------------------------------------------------


async def test_a_press_is_answered_once(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    await bot.send_message(lin.id, "x", reply_markup=one_button("3", callback_data="item:3"))
    press = await lin.press(lin.messages[0], "3")
    [update] = await bot.get_updates()
    assert isinstance(update.callback_query, CallbackQuery)
    assert update.callback_query.data == "item:3"
    assert update.callback_query.message is not None
    await bot.answer_callback_query(update.callback_query.id, "old button", show_alert=True)
    answered = await press.answered()
    assert (answered.text, answered.alert) == ("old button", True)
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await bot.answer_callback_query(update.callback_query.id)


async def test_a_button_that_is_not_there_cannot_be_pressed(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    await bot.send_message(lin.id, "x", reply_markup=one_button("site", url="https://example.com"))
    with pytest.raises(LookupError, match="there is site"):
        await lin.press(lin.messages[0], "3")
    with pytest.raises(LookupError, match="opens a link"):
        await lin.press(lin.messages[0], "site")


# --- the bot itself ----------------------------------------------------------------------------------------------


async def test_commands_are_kept_per_scope_and_language(sandbox: Sandbox, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("today", "今天的日报")], language_code="zh")
    await bot.set_my_commands([BotCommand("today", "today's digest")])
    await bot.set_my_commands([BotCommand("help", "help")], scope=BotCommandScopeAllGroupChats())
    assert [command.description for command in await bot.get_my_commands(language_code="zh")] == ["今天的日报"]
    assert [command.description for command in await bot.get_my_commands()] == ["today's digest"]
    assert [command.command for command in await bot.get_my_commands(scope=BotCommandScopeAllGroupChats())] == ["help"]
    await bot.delete_my_commands(language_code="zh")
    assert await bot.get_my_commands(language_code="zh") == ()
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Today!", "x")])


async def test_descriptions_are_kept_per_language(sandbox: Sandbox, bot: Bot) -> None:
    await bot.set_my_description("每天一期", language_code="zh")
    await bot.set_my_short_description("daily")
    await bot.set_my_name("Digest")
    assert (await bot.get_my_description("zh")).description == "每天一期"
    assert (await bot.get_my_short_description()).short_description == "daily"
    assert (await bot.get_my_name()).name == "Digest"


async def test_a_wrong_token_is_unauthorized(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("123:wrong", base_url=f"{sandbox.telegram_api_url}/bot"):
            pass
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.telegram_api_url}/bot1:x/getMe") as answer:
        assert answer.status == 401
        assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_an_unknown_method_is_not_found(sandbox: Sandbox) -> None:
    assert await raw_call(sandbox, "sendTelepathy", {}) == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )


@pytest.mark.parametrize("way", ["json", "data", "params", "multipart"])
async def test_parameters_may_come_in_any_way(sandbox: Sandbox, way: str) -> None:
    lin = sandbox.telegram.user()
    keyboard = '{"inline_keyboard":[[{"text":"1","callback_data":"1"}]]}'
    values = {"chat_id": str(lin.id), "text": "x", "disable_notification": "true", "reply_markup": keyboard}
    url = f"{sandbox.telegram_api_url}/bot{sandbox.telegram.token}/SENDMESSAGE"
    sent: dict[str, Any] = {way: values}
    if way == "multipart":
        with aiohttp.MultipartWriter("form-data") as form:
            for name, value in values.items():
                form.append(value).set_content_disposition("form-data", name=name)
        sent = {"data": form}
    async with aiohttp.ClientSession() as session, session.post(url, **sent) as answer:
        assert (await answer.json())["ok"]
    [message] = lin.messages
    assert message.silent
    assert message.button("1")


async def test_a_body_that_is_no_json_is_refused(sandbox: Sandbox) -> None:
    url = f"{sandbox.telegram_api_url}/bot{sandbox.telegram.token}/sendMessage"
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data="{", headers=headers) as answer,
    ):
        assert answer.status == 400


async def test_a_whole_application_answers_commands_and_buttons(sandbox: Sandbox) -> None:
    async def today(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text("<b>今日要点</b>", "HTML", reply_markup=one_button("1", callback_data="item:1"))

    async def item(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("opened")
        await update.callback_query.edit_message_text("第一条")

    application = (
        Application.builder().token(sandbox.telegram.token).base_url(f"{sandbox.telegram_api_url}/bot").build()
    )
    application.add_handlers([CommandHandler("today", today), CallbackQueryHandler(item)])
    lin = sandbox.telegram.user()
    async with application:
        assert application.updater is not None
        await application.updater.start_polling()
        await application.start()
        answer = await lin.ask("/today")
        assert answer.text == "今日要点"
        press = await (await lin.press(answer, "1")).answered()
        assert press.text == "opened"
        await sandbox.changes.until(lambda: answer.text == "第一条")
        await application.updater.stop()
        await application.stop()


async def test_a_my_chat_member_update_reaches_the_bot_when_it_joins(sandbox: Sandbox, bot: Bot) -> None:
    group = sandbox.telegram.group("Readers", people=[sandbox.telegram.user()])
    sandbox.telegram.stand(group, Standing.LEFT)
    sandbox.telegram.stand(group, Standing.MEMBER)
    last = (await bot.get_updates())[-1].my_chat_member
    assert isinstance(last, ChatMemberUpdated)
    assert (last.old_chat_member.status, last.new_chat_member.status) == ("left", "member")


async def raw_call(sandbox: Sandbox, method: str, parameters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    url = f"{sandbox.telegram_api_url}/bot{sandbox.telegram.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body


async def test_every_error_is_a_telegram_error(sandbox: Sandbox, bot: Bot) -> None:
    with pytest.raises(TelegramError):
        await bot.get_chat("@nobody_there")
