"""What becomes of a message to Slack, for every cause, provoked over a real socket through slack_sdk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from bot.domain.delivery import Gone, Outcome, Rejected, Scope, Sent, Throttled, Unknown, Unsent
from bot.domain.destination import Destination, Platform
from bot.platforms.slack.outcomes import ERRORS, outcome_of
from bot.platforms.slack.sender import SlackSender
from bot.platforms.slack.web_api import slack_client, slack_session
from bot.platforms.slack.workspaces import Workspace, Workspaces
from formatters.parts import Part
from tests.integration.platforms.scripted_server import (
    HTML,
    Act,
    ScriptedServer,
    answers,
    answers_cut_short,
    closes_accepted,
    free_port,
    full_backlog,
    never_answers,
    resets_accepted,
    resets_unread,
    resets_within,
    scripted,
    speaks_no_http,
)

CHANNEL, OTHER = Destination(Platform.SLACK, "C1"), Destination(Platform.SLACK, "C2")
PART = Part("overview", {"text": "x"}, "x")
ACCEPTED = answers({"ok": True, "channel": "C1", "ts": "1772755200.000100"})


@asynccontextmanager
async def connected(url: str, session: aiohttp.ClientSession | None = None) -> AsyncIterator[SlackSender]:
    async with session or slack_session() as opened:
        yield SlackSender(slack_client("xoxb-test", f"{url}/api/", opened), "digest", workspaces=Everywhere())


class Everywhere(Workspaces):
    """Every team has installed the app."""

    async def find(self, team: str) -> Workspace | None:
        return Workspace(team, f"xoxb-{team}")


async def sent_to(url: str, session: aiohttp.ClientSession | None = None) -> Outcome:
    async with connected(url, session) as sender:
        return await sender.send(PART, to=CHANNEL, silent=False, under=None)


def says(code: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Act:
    """Answer as Slack refuses."""
    return answers({"ok": False, "error": code}, status, headers=headers)


@dataclass(frozen=True, slots=True)
class Case:
    """What a server does, and what follows."""

    name: str
    act: Act
    becomes: type[Outcome]
    reason: str = ""


BY_CODE = {
    Gone: "not_in_channel channel_not_found is_archived is_inactive user_not_found user_disabled cannot_dm_bot"
          " messages_tab_disabled account_inactive restricted_action restricted_action_read_only_channel"
          " restricted_action_thread_only_channel restricted_action_non_threadable_channel"
          " restricted_action_thread_locked",
    Unsent: "invalid_auth not_authed token_revoked token_expired missing_scope no_permission not_allowed_token_type"
            " access_denied accesslimited ekm_access_denied enterprise_is_restricted org_login_required"
            " team_access_not_granted two_factor_setup_required service_unavailable team_added_to_org"
            " external_channel_migrating request_timeout",
    Throttled: "ratelimited rate_limited message_limit_exceeded",
    Unknown: "fatal_error internal_error",
    Rejected: "msg_blocks_too_long msg_too_long invalid_blocks invalid_blocks_format no_text too_many_attachments"
              " invalid_arguments something_new cant_update_message edit_window_closed cant_delete_message"
              " compliance_exports_prevent_deletion message_not_found",
}  # fmt: skip

CASES = [
    *(Case(code, says(code), becomes, code) for becomes, codes in BY_CODE.items() for code in codes.split()
      if becomes is not Throttled),
    *(Case(code, says(code), Throttled, "30 s") for code in BY_CODE[Throttled].split()),
    Case("how to invite", says("not_in_channel"), Gone, "/invite @digest there"),
    Case("429", says("ratelimited", 429, {"Retry-After": "17"}), Throttled, "17 s"),
    Case("429 with zero", says("ratelimited", 429, {"Retry-After": "0"}), Throttled, "1 s"),
    Case("429 without a pause", says("ratelimited", 429), Throttled, "30 s"),
    Case("429 with a date", says("ratelimited", 429, {"Retry-After": "Fri, 06 Mar 2026"}), Throttled, "30 s"),
    Case("429 of a gateway", answers("slow", 429, headers={"Retry-After": "8"}, media_type=HTML), Throttled, "8 s"),
    Case("500", answers("<h1>500</h1>", 500, media_type=HTML), Unknown, "500"),
    Case("500 with a code", says("internal_error", 500), Unknown, "internal_error"),
    Case("500 with another code", says("something_new", 500), Unknown, "something_new"),
    Case("502", answers("<h1>502</h1>", 502, media_type=HTML), Unknown, "502"),
    Case("503", answers("<h1>503</h1>", 503, media_type=HTML), Unsent, "503"),
    Case("503 with a code", says("service_unavailable", 503), Unsent, "service_unavailable"),
    Case("503 in plain text", answers("upstream connect error", 503, media_type="text/plain"), Unsent, "503"),
    Case("504", answers("<h1>504</h1>", 504, media_type=HTML), Unknown, "504"),
    Case("408", answers("late", 408, media_type=HTML), Unsent, "408"),
    Case("413", answers("large", 413, media_type=HTML), Rejected, "413"),
    Case("a portal's 403", answers("<h1>Log in</h1>", 403, media_type=HTML), Unsent, "DIGESTBOT_SLACK_API_URL"),
    Case("another server's 404", answers("no", 404, media_type=HTML), Unsent, "404"),
    Case("reset before the request was read", resets_unread, Unknown, "lost"),
    Case("reset before the body was read", resets_within, Unknown, "lost"),
    Case("reset after the body", resets_accepted, Unknown, "lost"),
    Case("answer lost", closes_accepted, Unknown, "Disconnected"),
    Case("answer cut short", answers_cut_short('{"ok":tr', declared=90), Unknown),
    Case("answer is half an object", answers('{"ok":tr'), Unknown, "200"),
    Case("answer is a page", answers("<h1>Welcome</h1>", media_type=HTML), Unknown, "200"),
    Case("answer is text", answers("Welcome", media_type="text/plain"), Unknown, "not Slack's"),
    Case("answer is a list", answers([1]), Unknown, "not Slack's"),
    Case("answer is not UTF-8", answers(b'{"ok":"\xff"}', media_type="application/json; charset=utf-8"), Unknown),
    Case("answer names no message", answers({"ok": True}), Unknown, "names no message"),
    Case("no HTTP", speaks_no_http(b"SSH-2.0-OpenSSH_9.6\r\n"), Unknown, "lost"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_cause_decides(case: Case) -> None:
    async with scripted(case.act) as server:
        outcome = await sent_to(server.url)
        assert len(server.accepted) <= 1
    assert type(outcome) is case.becomes
    assert not isinstance(outcome, Sent)
    assert case.reason in outcome.reason


def test_every_code_of_the_table_is_provoked() -> None:
    assert ERRORS.keys() <= {code for codes in BY_CODE.values() for code in codes.split()}


async def test_an_accepted_message_has_its_timestamp() -> None:
    async with scripted(ACCEPTED) as server:
        assert await sent_to(server.url) == Sent("1772755200.000100")


def test_what_is_no_failure_of_sending_is_raised_again() -> None:
    with pytest.raises(ZeroDivisionError):
        outcome_of(ZeroDivisionError(), "digest")


# --- nothing left this machine -------------------------------------------------------------------------------------


async def test_a_refused_connection_is_unsent() -> None:
    outcome = await sent_to(f"http://127.0.0.1:{free_port()}")
    assert isinstance(outcome, Unsent)
    assert "could not be reached" in outcome.reason


async def test_a_name_that_nobody_knows_is_unsent() -> None:
    assert isinstance(await sent_to("http://slack.invalid"), Unsent)


async def test_tls_that_fails_is_unsent() -> None:
    async with scripted(speaks_no_http(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        assert isinstance(await sent_to(server.url.replace("http:", "https:")), Unsent)


async def test_an_address_that_is_none_is_unsent() -> None:
    assert isinstance(await sent_to("slack.example"), Unsent)


async def test_a_proxy_that_refuses_to_connect_let_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted(answers("<h1>Log in</h1>", 407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert isinstance(await sent_to("https://slack.invalid"), Unsent)
        assert proxy.accepted[0].line == "CONNECT slack.invalid:443 HTTP/1.1"


def impatient(**seconds: float) -> aiohttp.ClientSession:
    """A session as slack_session opens it, with shorter timeouts."""
    session = slack_session(aiohttp.ClientTimeout(total=None, **seconds), connections=1)
    assert session.timeout.total is None
    return session


async def test_a_connection_that_never_stands_is_unsent() -> None:
    with full_backlog() as port:
        outcome = await sent_to(f"http://127.0.0.1:{port}", impatient(sock_connect=0.2))
    assert isinstance(outcome, Unsent)


async def test_an_answer_that_is_late_leaves_it_unknown() -> None:
    async with scripted(never_answers) as server:
        assert isinstance(await sent_to(server.url, impatient(sock_read=0.1)), Unknown)


async def test_a_full_pool_is_unsent() -> None:
    async with scripted(never_answers) as server, connected(server.url, impatient(connect=0.1)) as sender:
        busy = asyncio.create_task(sender.send(PART, to=CHANNEL, silent=True, under=None))
        while not server.accepted:
            await asyncio.sleep(0.005)
        assert isinstance(await sender.send(PART, to=CHANNEL, silent=True, under=None), Unsent)
        busy.cancel()
        assert len(server.accepted) == 1


# --- whom a 429 concerns -------------------------------------------------------------------------------------------

TOO_MANY = says("ratelimited", 429, {"Retry-After": "9"})


async def scopes(*acts: Act, to: list[Destination]) -> list[Scope | None]:
    async with scripted(*acts) as server, connected(server.url) as sender:
        found = [await sender.send(PART, to=channel, silent=True, under=None) for channel in to]
    assert all(isinstance(outcome, Sent) or outcome.reason == "Slack asks to wait 9 s" for outcome in found)
    return [outcome.scope if isinstance(outcome, Throttled) else None for outcome in found]


async def test_a_channel_that_is_refused_alone_has_its_own_limit() -> None:
    assert await scopes(TOO_MANY, ACCEPTED, TOO_MANY, to=[CHANNEL, OTHER, CHANNEL]) == [Scope.CHAT, None, Scope.CHAT]


async def test_two_channels_that_are_refused_in_a_row_show_the_workspaces_limit() -> None:
    assert await scopes(TOO_MANY, to=[CHANNEL, OTHER]) == [Scope.CHAT, Scope.PLATFORM]


async def test_channels_of_two_workspaces_that_are_refused_in_a_row_have_limits_of_their_own() -> None:
    first, second, neighbour = (Destination.in_team(*place) for place in (("T1", "C1"), ("T2", "C2"), ("T2", "C3")))
    assert await scopes(TOO_MANY, to=[first, second]) == [Scope.CHAT, Scope.CHAT]
    assert await scopes(TOO_MANY, to=[first, second, neighbour]) == [Scope.CHAT, Scope.CHAT, Scope.PLATFORM]


# --- connections ---------------------------------------------------------------------------------------------------


async def send(sender: SlackSender, times: int) -> None:
    await asyncio.gather(*(sender.send(PART, to=CHANNEL, silent=True, under=None) for _ in range(times)))


async def test_all_calls_share_one_session_whose_connections_are_kept() -> None:
    async with scripted(ACCEPTED) as server:
        async with slack_session() as session:
            first, second = (
                SlackSender(slack_client(token, f"{server.url}/api/", session)) for token in ("xoxb-1", "xoxb-2")
            )
            for _ in range(10):
                await send(first, 1)
                await send(second, 1)
            assert (server.connections, len(server.accepted)) == (1, 20)
        await until_closed(server)


async def test_the_pool_is_bounded() -> None:
    async with scripted(ACCEPTED) as server, connected(server.url) as sender:
        await send(sender, 300)
        assert server.most_open <= 100
        assert len(server.accepted) == 300


@pytest.mark.parametrize(
    "act",
    [resets_accepted, closes_accepted, says("ratelimited", 429), says("internal_error", 500)],
    ids=["reset", "closed", "429", "500"],
)
async def test_nothing_is_sent_twice(act: Act) -> None:
    async with scripted(ACCEPTED, act, ACCEPTED) as server, connected(server.url) as sender:
        await send(sender, 1)
        assert not isinstance(await sender.send(PART, to=CHANNEL, silent=True, under=None), Sent)
        assert len(server.accepted) == 2


async def test_a_cancelled_message_leaves_no_connection() -> None:
    async with scripted(never_answers) as server, connected(server.url) as sender:
        hanging = asyncio.create_task(send(sender, 1))
        while not server.accepted:
            await asyncio.sleep(0.005)
        hanging.cancel()
        await asyncio.wait([hanging])
        await until_closed(server)


async def until_closed(server: ScriptedServer) -> None:
    async with asyncio.timeout(5):
        while server.open_now:
            await asyncio.sleep(0.005)
