"""The page with both chats, as a browser gets it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import page_slack, page_telegram
from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox
from bot.sandbox.telegram_entities import settle
from bot.sandbox.telegram_markup import parse_html

EIGHT_O_CLOCK = 1_770_854_400.0  # 2026-02-12 08:00 in Shanghai


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    off = TelegramLimits.off()
    async with Sandbox(now=lambda: EIGHT_O_CLOCK, telegram_limits=off, slack_limits=SlackLimits.off()) as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with Bot(sandbox.telegram.token, base_url=f"{sandbox.telegram_api_url}/bot") as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def seen(browser: aiohttp.ClientSession, sandbox: Sandbox, after: int = -1) -> dict[str, Any]:
    async with browser.get(f"{sandbox.page_url}page/view", params={"after": after}) as answer:
        view: dict[str, Any] = await answer.json()
        return view


async def told(browser: aiohttp.ClientSession, sandbox: Sandbox, path: str, **what: Any) -> dict[str, Any]:
    async with browser.post(f"{sandbox.page_url}page/{path}", json=what) as answer:
        said: dict[str, Any] = await answer.json()
        return said


async def test_the_page_needs_nothing_from_elsewhere(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    async with browser.get(sandbox.page_url) as answer:
        html = await answer.text()
        assert answer.status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http://" not in html
    assert "https://" not in html


async def test_both_chats_are_shown_with_the_time_of_the_clock(
    sandbox: Sandbox, bot: Bot, browser: aiohttp.ClientSession
) -> None:
    lin = sandbox.telegram.user(name="Lin")
    channel = sandbox.slack.channel("daily")
    await bot.set_my_commands([BotCommand("today", "今天的日报")], language_code="zh")
    await bot.send_message(lin.id, "<b>AI 日报</b>", "HTML")
    await bot.send_message(lin.id, "第一条", disable_notification=True)
    client = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url)
    root = await client.chat_postMessage(channel=channel.id, text="AI 日报")
    await client.chat_postMessage(channel=channel.id, text="第一条", thread_ts=root["ts"])
    view = await seen(browser, sandbox)
    [chat], [shown] = view["telegram"], view["slack"]
    assert chat["commands"] == [{"type": "/today", "about": "今天的日报"}]
    rang, silent = (message["html"] for message in chat["messages"])
    assert "<b>AI 日报</b>" in rang
    assert "08:00" in rang
    assert ("arrived silently" in rang, "arrived silently" in silent) == (False, True)
    assert shown["title"] == "# daily"
    assert "1 reply" in shown["messages"][0]["html"]
    assert 'class="post reply"' in shown["messages"][1]["html"]


async def test_nothing_that_was_written_becomes_markup(
    sandbox: Sandbox, bot: Bot, browser: aiohttp.ClientSession
) -> None:
    attack = "<img src=x onerror=alert(1)>"
    lin = sandbox.telegram.user(name=attack)
    member = sandbox.slack.user("lin", real_name=attack)
    channel = sandbox.slack.channel("daily", people=[member])
    await lin.send(attack)
    await bot.send_message(
        lin.id,
        f"<code>{attack.replace('<', '&lt;')}</code>",
        "HTML",
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton(attack, callback_data='"><u')]]),
    )
    await member.say(attack, channel)
    client = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url)
    for kind in ("mrkdwn", "plain_text"):
        block = {"type": "section", "text": {"type": kind, "text": f'*{attack}* <https://e.com/"onclick=x|{attack}>'}}
        await client.chat_postMessage(channel=channel.id, text="x", blocks=[block])
    view = await seen(browser, sandbox)
    html = "".join(message["html"] for chat in (*view["telegram"], *view["slack"]) for message in chat["messages"])
    assert "<img" not in html
    assert '"onclick' not in html
    assert '"><u' not in html
    assert html.count("&lt;img") >= 5


async def test_a_view_waits_for_the_next_change(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    lin = sandbox.telegram.user()
    version = (await seen(browser, sandbox))["version"]
    waiting = asyncio.create_task(seen(browser, sandbox, after=version))
    await asyncio.sleep(0)
    await lin.send("/today")
    view = await waiting
    assert view["version"] > version
    assert "/today" in view["telegram"][0]["messages"][0]["html"]


async def test_typing_and_pressing_on_the_page_reach_the_bot(
    sandbox: Sandbox, bot: Bot, browser: aiohttp.ClientSession
) -> None:
    lin = sandbox.telegram.user()
    await told(browser, sandbox, "telegram/send", chat=str(lin.id), text="/item 3")
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "/item 3"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("3", callback_data="item:3")]])
    sent = await bot.send_message(lin.id, "x", reply_markup=keyboard)
    pressing = asyncio.create_task(
        told(browser, sandbox, "telegram/press", chat=str(lin.id), message=str(sent.message_id), data="item:3")
    )
    press = await sandbox.changes.until(lambda: next(iter(sandbox.telegram.presses.values()), None))
    await bot.answer_callback_query(press.id, "done", show_alert=True)
    assert await pressing == {"notice": "done", "alert": True}


async def test_a_button_that_is_gone_says_so(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    lin = sandbox.telegram.user()
    channel = sandbox.slack.channel("daily", people=[sandbox.slack.user("lin")])
    gone = {"notice": "This button is gone."}
    assert await told(browser, sandbox, "telegram/press", chat=str(lin.id), message="1", data="x") == gone
    assert await told(browser, sandbox, "slack/press", chat=channel.id, message="1.0", data="x") == gone


HOME_TAB: dict[str, Any] = {
    "type": "home",
    "blocks": [
        {
            "type": "actions",
            "block_id": "doing",
            "elements": [
                {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}},
                {
                    "type": "static_select",
                    "action_id": "month",
                    "options": [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a", "<b>")],
                },
            ],
        }
    ],
}


def asked(block_id: str, kind: str, **element: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": block_id.title()}
    return {
        "type": "input",
        "block_id": block_id,
        "label": label,
        "element": {"type": kind, "action_id": block_id, **element},
    }


async def test_the_home_tab_is_opened_and_pressed_on_the_page(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    sandbox.slack.has_home = True
    lin = sandbox.slack.user("lin")
    assert (await seen(browser, sandbox))["slack"][-1]["messages"] == []
    await told(browser, sandbox, "slack/home")
    assert [one.payload["event"]["type"] for one in sandbox.slack.interactions.values()] == ["app_home_opened"]
    home = sandbox.slack.views.publish(lin.account, HOME_TAB, None)
    shown = (await seen(browser, sandbox))["slack"][-1]["messages"][0]["html"]
    assert '<option value="&lt;b&gt;">&lt;b&gt;</option>' in shown
    deaf = {"notice": "The app did not react: dispatch_failed"}
    assert await told(browser, sandbox, "slack/view", view=home.id, data="more") == deaf
    assert await told(browser, sandbox, "slack/view", view=home.id, data="month", value="<b>") == deaf
    gone = {"notice": "This is gone."}
    assert await told(browser, sandbox, "slack/view", view=home.id, data="month", value="c") == gone
    assert await told(browser, sandbox, "slack/view", view="V404", data="more") == gone


async def test_a_modal_is_filled_in_on_the_page(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    lin = sandbox.slack.user("lin")
    choices = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("on", "off")]
    blocks = [
        asked("hour", "plain_text_input", initial_value='"08'),
        asked("days", "checkboxes", options=choices, initial_options=choices[:1]),
        asked("form", "radio_buttons", options=choices),
        asked("tongue", "static_select", options=choices, initial_option=choices[1]),
        asked("pause", "datepicker", initial_date="2026-02-12"),
    ]
    title = {"type": "plain_text", "text": "Settings"}
    view = sandbox.slack.views.push(lin.account, {"type": "modal", "title": title, "submit": title, "blocks": blocks})
    view.errors = {"hour": "<no hour>"}
    modal = (await seen(browser, sandbox))["modal"]
    for part in (
        'name="hour" value="&#34;08"',
        '<span class="wrong" role="alert">&lt;no hour&gt;</span>',
        '<input type="checkbox" name="days" value="on" checked>',
        '<option value="off" selected>off</option>',
        '<input type="date" name="pause" value="2026-02-12">',
    ):
        assert part in modal["html"]
    values = {"hour": "9", "days": ["off"], "form": "on", "tongue": "on", "pause": ""}
    said = await told(browser, sandbox, "slack/submit", view=view.id, values=values | {"pause": "2026-03-01"})
    assert said == {"notice": "The app did not react: dispatch_failed"}
    state = view.state()["values"]
    assert (state["hour"]["hour"]["value"], state["pause"]["pause"]["selected_date"]) == ("9", "2026-03-01")
    missing = await told(browser, sandbox, "slack/submit", view=view.id, values=values)
    assert missing == {"notice": "Pause must be filled"}
    await told(browser, sandbox, "slack/close", view=view.id)
    assert (await seen(browser, sandbox))["modal"] is None


async def test_reactions_shortcuts_and_unfurls_are_on_the_page(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    sandbox.slack.shortcuts = {"about": "What about <this>?"}
    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[lin])
    said = await lin.say("hello", channel)
    said.unfurls["https://e.com"] = {"blocks": [{"type": "divider"}]}
    place = {"chat": channel.id, "message": said.ts}
    await told(browser, sandbox, "slack/react", **place, data="+1")
    html = (await seen(browser, sandbox))["slack"][0]["messages"][0]["html"]
    for part in ("👍 1</span>", "What about &lt;this&gt;?", '<div class="unfurl"><div class="block divider"><hr>'):
        assert part in html
    await told(browser, sandbox, "slack/react", **place, data="+1")
    assert said.reactions == {}
    deaf = {"notice": "The app did not react: dispatch_failed"}
    assert await told(browser, sandbox, "slack/shortcut", **place, data="about") == deaf
    gone = {"notice": "This message is gone."}
    assert await told(browser, sandbox, "slack/shortcut", **place, data="other") == gone
    assert await told(browser, sandbox, "slack/react", chat=channel.id, message="1.0", data="+1") == gone


async def test_a_slack_command_without_an_app_shows_slacks_error(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    member = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[member])
    said = await told(browser, sandbox, "slack/send", chat=channel.id, text="/today now")
    assert said == {"notice": "/today failed with the error “dispatch_failed”"}
    await told(browser, sandbox, "slack/send", chat=channel.id, text="hello")
    assert [message.text for message in member.sees(channel)] == ["hello"]


async def test_other_sites_cannot_reach_in(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    send = f"{sandbox.page_url}page/telegram/send"
    lin = sandbox.telegram.user()
    what = {"chat": str(lin.id), "text": "/stop"}
    async with browser.post(send, json=what, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403
    async with browser.post(send, json=what, headers={"Host": "evil.example:80"}) as answer:
        assert answer.status == 403
    async with browser.post(send, data=what) as answer:
        assert answer.status == 415
    assert lin.chat.messages == []


async def test_the_page_shows_times_in_its_own_zone(browser: aiohttp.ClientSession) -> None:
    async with Sandbox(now=lambda: EIGHT_O_CLOCK, zone=UTC) as sandbox:
        await sandbox.telegram.user().send("x")
        assert "00:00" in (await seen(browser, sandbox))["telegram"][0]["messages"][0]["html"]


def telegram_html(source: str) -> str:
    markup = parse_html(source)
    return str(page_telegram.rendered(settle(markup.text, markup.entities)))


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("<b>粗<i>😀</i></b>", "<b>粗</b><b><i>😀</i></b>"),
        (
            '<a href="https://example.com/?a=1&amp;b=2">x</a>',
            '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noreferrer noopener">x</a>',
        ),
        ("a\n<blockquote>b\nc</blockquote>\nd", "a<blockquote>b\nc</blockquote>d"),
        (
            "<blockquote expandable><b>x</b></blockquote>",
            '<blockquote class="expandable" data-expandable><b>x</b></blockquote>',
        ),
        ("<pre>x &lt; y</pre>", "<pre>x &lt; y</pre>"),
        ("<code>x</code> /today", '<code>x</code> <span class="marked">/today</span>'),
        ('<a href="tg://resolve?domain=x">x</a>', '<span class="marked" title="tg://resolve?domain=x">x</span>'),
    ],
)
def test_telegram_entities_become_html(source: str, html: str) -> None:
    assert telegram_html(source) == html


def test_slack_blocks_become_html() -> None:
    view: dict[str, Any] = {
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "A & B"}},
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "*b* _i_ ~s~ `c` <https://e.com|x>"}]},
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "style": "ordered",
                        "offset": 2,
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [{"type": "text", "text": "<x>", "style": {"bold": True}}],
                            }
                        ],
                    }
                ],
            },
            {"type": "table", "rows": [[{"type": "raw_text", "text": "h"}], [{"type": "raw_text", "text": "d"}]]},
        ]
    }
    html = str(page_slack.blocks(view["blocks"]))
    for part in (
        "<h3>A &amp; B</h3>",
        "<hr>",
        "<b>b</b> <i>i</i> <s>s</s> <code>c</code>",
        '<a href="https://e.com" target="_blank" rel="noreferrer noopener">x</a>',
        '<ol class="indent-0" start="3"><li><b>&lt;x&gt;</b></li></ol>',
        "<table><tr><th>h</th></tr><tr><td>d</td></tr></table>",
    ):
        assert part in html


RICH_INLINE: list[tuple[dict[str, Any], str]] = [
    ({"type": "text", "text": "x", "style": {"code": True}}, "<code>x</code>"),
    (
        {"type": "link", "url": "https://e.com/?a=1&b=2"},
        '<a href="https://e.com/?a=1&amp;b=2" target="_blank" rel="noreferrer noopener">https://e.com/?a=1&amp;b=2</a>',
    ),
    (
        {"type": "link", "url": "javascript:alert(1)", "text": "x"},
        '<a href="#" target="_blank" rel="noreferrer noopener">x</a>',
    ),
    ({"type": "emoji", "name": "wave", "unicode": "1f44b"}, "👋"),
    ({"type": "emoji", "name": "party"}, ":party:"),
    ({"type": "user", "user_id": "U1"}, '<span class="mention">@U1</span>'),
    ({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "Feb 12"}, "Feb 12"),
]


@pytest.mark.parametrize(("part", "html"), RICH_INLINE)
def test_rich_text_becomes_html(part: dict[str, Any], html: str) -> None:
    for kind, tag in (("section", "div"), ("quote", "blockquote"), ("preformatted", "pre")):
        block = {"type": "rich_text", "elements": [{"type": f"rich_text_{kind}", "elements": [part]}]}
        shown = str(page_slack.blocks([block]))
        assert shown == f'<div class="block rich_text"><{tag}>{html}</{tag}></div>'


def test_a_section_shows_fields_and_its_button() -> None:
    text = {"type": "plain_text", "text": "<x>"}
    button = {"type": "button", "action_id": "a", "text": text}
    block = {"type": "section", "block_id": "b", "text": text, "fields": [text], "accessory": button}
    assert str(page_slack.blocks([block])) == (
        '<div class="block section"><div class="with-accessory"><div>&lt;x&gt;<div>&lt;x&gt;</div></div>'
        '<button type="button" class="button " data-block="b" data-action="a">&lt;x&gt;</button></div></div>'
    )
