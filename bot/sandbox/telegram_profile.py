"""What a bot says about itself: name, descriptions, commands, each per language and commands per scope too."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.json_types import Json
from bot.sandbox.telegram_errors import bad_request
from bot.sandbox.telegram_state import Telegram

COMMANDS = 100  # https://core.telegram.org/bots/api#setmycommands
DESCRIPTION_LENGTH = 256  # https://core.telegram.org/bots/api#botcommand
PROFILE_LENGTHS = {"name": 64, "description": 512, "short_description": 120}

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")


async def set_my_commands(telegram: Telegram, call: Json) -> bool:
    """https://core.telegram.org/bots/api#setmycommands"""
    commands = call.get("commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name = str(command.get("command", "")).removeprefix("/")
        if not _COMMAND.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= DESCRIPTION_LENGTH:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    telegram.commands[_scope(call), _language(call)] = commands
    telegram.changes.note()
    return True


async def get_my_commands(telegram: Telegram, call: Json) -> list[Json]:
    """https://core.telegram.org/bots/api#getmycommands"""
    return telegram.commands.get((_scope(call), _language(call)), [])


async def delete_my_commands(telegram: Telegram, call: Json) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands"""
    telegram.commands.pop((_scope(call), _language(call)), None)
    return True


def _scope(call: Json) -> str:
    scope = call.get("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True)


def _language(call: Json) -> str:
    language = str(call.get("language_code") or "")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _setter(field: str) -> Callable[[Telegram, Json], Awaitable[Any]]:
    async def set_field(telegram: Telegram, call: Json) -> bool:
        value = str(call.get(field) or "")
        if len(value) > PROFILE_LENGTHS[field]:
            raise bad_request(f"bot {field.replace('_', ' ')} is too long")
        telegram.profile[field, _language(call)] = value
        telegram.changes.note()
        return True

    return set_field


def _getter(field: str) -> Callable[[Telegram, Json], Awaitable[Any]]:
    async def get_field(telegram: Telegram, call: Json) -> Json:
        fallback = telegram.bot.first_name if field == "name" else ""
        return {field: telegram.profile.get((field, _language(call)), fallback)}

    return get_field


PROFILE_METHODS: dict[str, Callable[[Telegram, Json], Awaitable[Any]]] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
}
