"""The local Telegram through python-telegram-bot over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, InvalidToken
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from bot.sandbox.limits import TelegramLimits
from bot.sandbox.server import Sandbox


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


async def raw_call(sandbox: Sandbox, method: str, parameters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    url = f"{sandbox.telegram_api_url}/bot{sandbox.telegram.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body
