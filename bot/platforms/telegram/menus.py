"""The command menus: a few commands for each kind of chat and of reader; the rest is in /help.

https://core.telegram.org/bots/api#botcommandscope
"""

from __future__ import annotations

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden

from bot.domain.person import Person
from bot.languages import LANGUAGES, Language, phrases_of
from bot.languages.owner_phrases import owner_phrases_of
from bot.services.membership import Membership

_log = structlog.get_logger(__name__)

_FOR_GROUPS = frozenset({"today", "item", "trends", "search", "help"})
"""What anybody in a group may ask for."""
_FOR_ADMINS = frozenset({"start", "stop", "settings"})
"""What a group's admins may change, beside."""


class Menus:
    """Registers them, in every language and in the default one for all others."""

    def __init__(self, membership: Membership, default: Language) -> None:
        self._membership = membership
        self._default = default

    async def publish(self, bot: Bot) -> None:
        """Register every menu, those of the present owners too. Raises TelegramError."""
        scopes: dict[BotCommandScope, frozenset[str] | None] = {
            BotCommandScopeDefault(): None,
            BotCommandScopeAllGroupChats(): _FOR_GROUPS,
            BotCommandScopeAllChatAdministrators(): _FOR_GROUPS | _FOR_ADMINS,
        }
        for scope, names in scopes.items():
            for code in LANGUAGES:
                await bot.set_my_commands(menu(code, names), scope=scope, language_code=code)
            await bot.set_my_commands(menu(self._default, names), scope=scope)
        for owner in await self._membership.owners():
            spoken = await self._membership.language_of(owner)
            language = next((one for one in LANGUAGES if one == spoken), self._default)
            await self.publish_to_owner(bot, owner.person, language)

    async def publish_to_owner(self, bot: Bot, person: Person, language: Language) -> None:
        """Register the menu of an owner's private chat. Who never wrote to the bot gets it by the next start."""
        commands = menu(language, None)
        commands += [BotCommand(*command) for command in owner_phrases_of(language).commands().items()]
        try:
            await bot.set_my_commands(commands, scope=BotCommandScopeChat(int(person.id)))
        except (BadRequest, Forbidden) as error:
            _log.warning("an owner’s menu could not be registered", owner=person.id, problem=error.message)


def menu(language: Language, names: frozenset[str] | None) -> list[BotCommand]:
    """Return the commands of these names with their descriptions; None: those of a private chat."""
    phrases = phrases_of(language)
    every = phrases.everything()
    offered = phrases.menu() if names is None else {name: about for name, about in every.items() if name in names}
    return [BotCommand(name, about) for name, about in offered.items()]
