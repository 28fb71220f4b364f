"""The local Slack's home tabs, modals, shortcuts, unfurls and reactions, through slack_sdk over HTTP."""

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.limits import SlackLimits
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_workspace import Interaction

LINE: dict[str, Any] = {"type": "section", "text": {"type": "plain_text", "text": "AI 日报"}}
BUTTON: dict[str, Any] = {
    "type": "actions",
    "block_id": "doing",
    "elements": [{"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}, "value": "1"}],
}
HOUR: dict[str, Any] = {
    "type": "input",
    "block_id": "hour",
    "optional": True,
    "label": {"type": "plain_text", "text": "Hour"},
    "element": {"type": "plain_text_input", "action_id": "typed", "initial_value": "08:00"},
}


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks or [LINE])}


def modal(*blocks: dict[str, Any], **rest: Any) -> dict[str, Any]:
    titles = {name: {"type": "plain_text", "text": name.title()} for name in ("title", "submit", "close")}
    return {"type": "modal", "blocks": list(blocks or [LINE]), **titles, **rest}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(slack_limits=SlackLimits.off()) as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url, session=session)


async def refusal(calling: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await calling
    return str(refused.value.response.data["error"])


def trigger_of(interaction: Interaction) -> str:
    return str(interaction.payload["trigger_id"])


async def test_a_home_tab_is_replaced_only_by_who_knows_its_hash(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    first = (await client.views_publish(user_id=lin.id, view=home()))["view"]
    second = (await client.views_publish(user_id=lin.id, view=home(LINE, BUTTON), hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    late = client.views_publish(user_id=lin.id, view=home(), hash=first["hash"])
    assert await refusal(late) == "hash_conflict"
    assert lin.screen.home.texts == ["AI 日报", "More"]
    assert (await lin.open_home()).payload["event"]["view"]["hash"] == second["hash"]


async def test_a_home_tab_is_one_members_own(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin, bo = sandbox.slack.user("lin"), sandbox.slack.user("bo")
    await client.views_publish(user_id=lin.id, view=home())
    with pytest.raises(LookupError, match="no home tab"):
        _ = bo.screen.home
    assert await refusal(client.views_publish(user_id="U404", view=home())) == "user_not_found"


async def test_a_trigger_opens_one_modal_within_three_seconds(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    typed = await lin.command("/digest", "settings")
    await client.views_open(trigger_id=trigger_of(typed), view=modal())
    assert lin.screen.modal.texts == ["AI 日报"]
    assert await refusal(client.views_open(trigger_id=trigger_of(typed), view=modal())) == "exchanged_trigger_id"
    late = await lin.command("/digest", "settings")
    late.sent_at = time.monotonic() - 3.1
    assert await refusal(client.views_open(trigger_id=trigger_of(late), view=modal())) == "expired_trigger_id"
    assert await refusal(client.views_open(trigger_id="made up", view=modal())) == "invalid_trigger_id"


async def test_at_most_three_modals_lie_on_each_other(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    opened = (await client.views_open(trigger_id=trigger_of(await lin.command("/x")), view=modal()))["view"]
    for number in (2, 3):
        pushed = await client.views_push(trigger_id=trigger_of(await lin.command("/x")), view=modal())
        assert pushed["view"]["root_view_id"] == opened["id"], number
    fourth = client.views_push(trigger_id=trigger_of(await lin.command("/x")), view=modal())
    assert await refusal(fourth) == "push_limit_reached"
    await lin.screen.close(lin.screen.modal)
    assert lin.screen.modal.previous_id == opened["id"]


async def test_an_open_modal_is_updated_by_id_and_hash(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    opened = (await client.views_open(trigger_id=trigger_of(await lin.command("/x")), view=modal()))["view"]
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(LINE, BUTTON))
    assert lin.screen.modal.texts == ["AI 日报", "More"]
    stale = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal())
    assert await refusal(stale) == "hash_conflict"
    await lin.screen.close(lin.screen.modal)
    assert await refusal(client.views_update(view_id=opened["id"], view=modal())) == "not_found"


async def test_a_press_in_a_view_tells_the_view_and_has_nothing_to_respond_to(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    lin = sandbox.slack.user("lin")
    await client.views_publish(user_id=lin.id, view=home(BUTTON))
    pressed = await lin.screen.press(lin.screen.home, "More")
    told = pressed.payload
    assert (told["type"], told["container"]["type"], told["view"]["type"]) == ("block_actions", "view", "home")
    assert told["actions"][0]["value"] == "1"
    assert "response_url" not in told
    with pytest.raises(LookupError, match="there is More"):
        await lin.screen.press(lin.screen.home, "Less")


async def test_a_submission_tells_what_was_typed_and_what_was_not(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    days = {
        "type": "input",
        "block_id": "days",
        "label": {"type": "plain_text", "text": "Days"},
        "element": {
            "type": "checkboxes",
            "action_id": "chosen",
            "options": [{"text": {"type": "plain_text", "text": day}, "value": day} for day in ("Mo", "Tu")],
        },
    }
    await client.views_open(trigger_id=trigger_of(await lin.command("/x")), view=modal(HOUR, days, callback_id="mine"))
    view = lin.screen.modal
    with pytest.raises(ValueError, match="Days must be filled"):
        await lin.screen.submit(view)
    lin.screen.fill(view, "Days", ["Tu"])
    with pytest.raises(LookupError, match="there are Mo, Tu"):
        lin.screen.fill(view, "Days", "Su")
    submitted = await lin.screen.submit(view)
    told = submitted.payload["view"]
    assert (submitted.payload["type"], told["callback_id"]) == ("view_submission", "mine")
    assert told["state"]["values"]["hour"]["typed"] == {"type": "plain_text_input", "value": "08:00"}
    assert [one["value"] for one in told["state"]["values"]["days"]["chosen"]["selected_options"]] == ["Tu"]
    assert submitted.failure == "dispatch_failed", "no app is connected"
    assert lin.screen.has_modal, "so the form stays"


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        (modal(title={"type": "plain_text", "text": "x" * 25}), "1 to 24 characters [json-pointer:/view/title]"),
        (modal(HOUR, submit=None), "missing required field: submit"),
        (modal(private_metadata="x" * 3001), "[json-pointer:/view/private_metadata]"),
        (modal(*[LINE] * 101), "no more than 100 items allowed [json-pointer:/blocks]"),
        (modal({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}), "unsupported type: table"),
        (home(), "must be a view of type modal"),
        (modal(BUTTON, BUTTON), "`action_id` already in use: more"),
    ],
)
async def test_views_that_slack_refuses(
    sandbox: Sandbox, client: AsyncWebClient, view: dict[str, Any], problem: str
) -> None:
    lin = sandbox.slack.user("lin")
    trigger = trigger_of(await lin.command("/x"))
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("views.open", json={"trigger_id": trigger, "view": view})
    assert refused.value.response.data["error"] == "invalid_arguments"
    assert problem in str(refused.value.response.data["response_metadata"]["messages"])


async def test_too_large_a_view_is_refused(sandbox: Sandbox, client: AsyncWebClient) -> None:
    lin = sandbox.slack.user("lin")
    large = {"type": "section", "text": {"type": "plain_text", "text": "日" * 3000}}
    assert await refusal(client.views_publish(user_id=lin.id, view=home(*[large] * 30))) == "view_too_large"


async def test_links_of_the_apps_own_domain_are_unfurled(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.slack.app.unfurl_domains = ("digest.example",)
    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("talk", people=[lin])
    url = "https://www.digest.example/a"
    said = await lin.say(f"look: {url} and https://other.example/b", channel)
    shared = next(one.payload["event"] for one in sandbox.slack.interactions.values())
    assert (shared["type"], shared["links"]) == ("link_shared", [{"domain": "www.digest.example", "url": url}])
    place: Any = {"channel": channel.id, "ts": said.ts}
    await client.chat_unfurl(**place, unfurls={url: {"blocks": [LINE]}})
    assert said.unfurls == {url: {"blocks": [LINE]}}
    other = client.chat_unfurl(**place, unfurls={"https://other.example/b": {"blocks": [LINE]}})
    assert await refusal(other) == "cannot_unfurl_url"
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    }
    assert await refusal(client.chat_unfurl(**place, unfurls={url: {"blocks": [rich]}})) == "invalid_blocks"
    assert await refusal(client.chat_unfurl(**place, unfurls={url: {}})) == "cannot_parse_attachment"
    assert await refusal(client.chat_unfurl(**place, unfurls={})) == "missing_unfurls"
    nowhere = client.chat_unfurl(channel=channel.id, ts="1.0", unfurls={url: {"blocks": [LINE]}})
    assert await refusal(nowhere) == "cannot_unfurl_message"


async def test_links_of_messages_and_drafts_are_unfurled_by_the_id_that_was_told(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    sandbox.slack.app.unfurl_domains = ("digest.example",)
    lin = sandbox.slack.user("lin")
    url = "https://digest.example/a"
    said, draft = await lin.say(url, sandbox.slack.channel("talk", people=[lin])), await lin.write(url)
    sent, written = (one.payload["event"] for one in sandbox.slack.interactions.values())
    assert (sent["source"], written["source"], written["channel"]) == ("conversations_history", "composer", "COMPOSER")
    for told, shown in ((sent, said), (written, draft)):
        named = {name: told[name] for name in ("unfurl_id", "source")}
        await client.chat_unfurl(**named, unfurls={url: {"blocks": [LINE]}})
        assert shown.unfurls == {url: {"blocks": [LINE]}}
    nobodys = client.chat_unfurl(unfurl_id="U1-99", source="composer", unfurls={url: {"blocks": [LINE]}})
    assert await refusal(nobodys) == "cannot_find_channel"


async def test_a_shortcut_tells_the_message_with_its_links_in_brackets(sandbox: Sandbox) -> None:
    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("talk", people=[lin])
    said = await lin.say("see https://a.example/b", channel)
    told = (await lin.use_shortcut(said, "about")).payload
    assert (told["type"], told["callback_id"]) == ("message_action", "about")
    assert told["message"]["text"] == "see <https://a.example/b>"
    assert told["response_url"]


async def test_reactions_come_and_go(sandbox: Sandbox) -> None:
    lin, bo = sandbox.slack.user("lin"), sandbox.slack.user("bo")
    channel = sandbox.slack.channel("talk", people=[lin, bo])
    said = await bo.say("hello", channel)
    await lin.react(said, "+1")
    await lin.react(said, "+1")
    await lin.take_back(said, "+1")
    told = [one.payload["event"] for one in sandbox.slack.interactions.values()]
    assert [(event["type"], event["user"], event["reaction"]) for event in told] == [
        ("reaction_added", lin.id, "+1"),
        ("reaction_removed", lin.id, "+1"),
    ]
    assert told[0]["item"] == {"type": "message", "channel": channel.id, "ts": said.ts}
    assert said.reactions == {}
