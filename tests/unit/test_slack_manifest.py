"""The Slack manifest asks for exactly what the code uses: scopes, events, commands, interactivity."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_base_client import AsyncBaseClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.installing import SCOPES
from bot.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
CODE = [*(PROJECT / "bot" / "platforms" / "slack").glob("*.py"), *(PROJECT / "bot" / "cli").glob("*.py")]

SCOPE_OF_METHOD = {
    # https://docs.slack.dev/reference/methods/<method> names the scopes of each
    "apps_connections_open": "",  # connections:write, of the app-level token
    "auth_test": "",
    "chat_delete": "chat:write",
    "chat_getPermalink": "",
    "chat_postEphemeral": "chat:write",
    "chat_postMessage": "chat:write",
    "chat_unfurl": "links:write",
    "chat_update": "chat:write",
    "conversations_history": "channels:history",
    "conversations_info": "channels:read",
    "conversations_members": "channels:read",
    "conversations_open": "im:write",
    "conversations_replies": "channels:history",
    "oauth_v2_access": "",
    "reactions_get": "reactions:read",
    "users_info": "users:read",
    "views_open": "",
    "views_publish": "",
    "views_push": "",
    "views_update": "",
}
_UNREAD = "without the scope, a message whose answer was lost stays unknown: who wants it found adds channels:history"
DOES_WITHOUT = {
    "conversations_info": "digestbot doctor says what it cannot tell without the scope",
    "conversations_history": _UNREAD,
    "conversations_replies": _UNREAD,
}

SCOPE_OF_EVENT = {
    # https://docs.slack.dev/reference/events/<event>
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "channel_rename": "channels:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "message": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "tokens_revoked": "",
}
SCOPE_OF_LISTENER = {"command": "commands", "shortcut": "commands", "action": "", "view": "", "options": ""}
LISTED = ["/today", "/item", "/digest"]
INTERACTIVE = {"shortcut", "action", "view", "options"}

METHODS = {name for name in dir(AsyncWebClient) if not name.startswith("_")} - set(dir(AsyncBaseClient))


@cache
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((PROJECT / "deploy" / "slack-manifest.yaml").read_text("utf-8"))
    return loaded


def called() -> Iterator[tuple[str, list[ast.expr]]]:
    """Yield name and arguments of every method that is called on something."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.args
            elif isinstance(node, ast.Attribute):
                yield node.attr, []


def web_api_methods() -> set[str]:
    return {name for name, _ in called() if name in METHODS}


def listeners(kind: str) -> set[str]:
    """Return the names that listeners of a kind are registered for: of commands, of events."""
    return {
        str(arguments[0].value)
        for name, arguments in called()
        if name == kind and arguments and isinstance(arguments[0], ast.Constant)
    }


def kinds_of_listeners() -> set[str]:
    known = {*SCOPE_OF_LISTENER, "event"}
    return {name for name, arguments in called() if name in known and arguments}


def test_every_method_and_event_that_is_used_has_its_scope_looked_up() -> None:
    assert web_api_methods() <= set(SCOPE_OF_METHOD)
    assert listeners("event") <= set(SCOPE_OF_EVENT)
    assert {"chat_postMessage", "auth_test", "apps_connections_open"} <= web_api_methods(), "the search finds them"


def test_the_scopes_are_exactly_those_that_are_used() -> None:
    needed = {SCOPE_OF_METHOD[name] for name in web_api_methods() - set(DOES_WITHOUT)}
    needed |= {SCOPE_OF_EVENT[name] for name in listeners("event")}
    needed |= {SCOPE_OF_LISTENER[kind] for kind in kinds_of_listeners() if kind != "event"}
    assert manifest()["oauth_config"]["scopes"] == {"bot": sorted(needed - {""})}


def test_who_installs_the_app_is_asked_for_the_same_scopes() -> None:
    assert list(SCOPES) == manifest()["oauth_config"]["scopes"]["bot"]


def test_the_commands_are_exactly_those_that_are_listened_to() -> None:
    commands = manifest()["features"]["slash_commands"]
    default = Settings.model_fields["slack_command"].default
    assert [command["command"] for command in commands] == sorted({default, *listeners("command")}, key=LISTED.index)


def test_the_events_are_exactly_those_that_are_listened_to() -> None:
    assert manifest()["settings"]["event_subscriptions"] == {"bot_events": sorted(listeners("event"))}


def test_interactivity_is_asked_for_because_it_is_listened_to() -> None:
    assert manifest()["settings"]["interactivity"] == {"is_enabled": bool(kinds_of_listeners() & INTERACTIVE)}


def test_the_shortcuts_are_exactly_those_that_are_listened_to() -> None:
    shortcuts = manifest()["features"]["shortcuts"]
    assert {shortcut["callback_id"] for shortcut in shortcuts} == listeners("shortcut")
    for shortcut in shortcuts:  # https://docs.slack.dev/reference/app-manifest
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_the_home_tab_and_domains_are_asked_for_because_they_are_used() -> None:
    features = manifest()["features"]
    assert features["app_home"]["home_tab_enabled"] is ("views_publish" in web_api_methods())
    assert bool(features["unfurl_domains"]) is ("link_shared" in listeners("event"))
    assert len(features["unfurl_domains"]) <= 5


def test_socket_mode_is_the_default() -> None:
    settings = manifest()["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["token_rotation_enabled"] is False


@pytest.mark.parametrize("path", ["/slack/events", "/slack/oauth_redirect"])
def test_the_addresses_that_it_tells_to_add_are_served(path: str) -> None:
    from bot.platforms.slack.endpoint import PATH
    from bot.platforms.slack.installing import REDIRECT

    assert path in {PATH, REDIRECT}
    assert f"https://digest.example.com{path}" in (PROJECT / "deploy" / "slack-manifest.yaml").read_text("utf-8")
