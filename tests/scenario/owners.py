"""Owners in scenarios."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.telegram_people import Person
from tests.scenario.world import Bot, World

ALONE: dict[str, Any] = {"slack_bot_token": None, "slack_app_token": None}
"""Settings without Slack."""


def owner_of(world: World, *, language: str = "zh") -> tuple[Person, dict[str, Any]]:
    """Return somebody whom the settings name as an owner, and those settings."""
    owner = world.sandbox.telegram.user(name="Olga", language_code=language)
    return owner, ALONE | {"owners": str(owner.id), "language": language}


async def link_of(bot: Bot) -> str:
    """Return a fresh link that makes somebody an owner."""
    return (await bot.services.owning.membership.owner_link()).address


def menu(world: World, scope: dict[str, Any], language: str = "") -> list[str]:
    """Return the names of the commands that the bot registered for a scope and a language."""
    commands = world.sandbox.telegram.commands.get((json.dumps(scope, sort_keys=True), language), [])
    return [command["command"] for command in commands]
