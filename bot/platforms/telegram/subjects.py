"""What a command or a menu is about: the chat where it stands, or a channel that is configured from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Bot, User

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Place
from bot.languages.settings_phrases import SettingsPhrases, settings_phrases_of
from bot.platforms.telegram.authority import managed
from bot.platforms.telegram.profile import place_of_chat
from bot.platforms.telegram.replies import Reader
from bot.platforms.telegram.settings_menu import SettingsMenu

_ELSEWHERE = re.compile(r"@[A-Za-z]\w{3,31}|-100\d{1,16}", re.ASCII)
"""A channel or supergroup, as the first word of a command's argument."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One place, and the menu about it in the language of who sees the menu."""

    destination: Destination
    place: Place
    phrases: SettingsPhrases
    menu: SettingsMenu
    elsewhere: bool
    """Whether the menu stands in another chat than the one it is about."""
    title: str = ""
    """What the place is called, if it is elsewhere."""


def here(reader: Reader, *, language: str = "") -> Subject:
    """Return the chat itself as the subject; `language` is another than the reader's, if it just changed."""
    phrases = settings_phrases_of(language or reader.language)
    return Subject(reader.destination, reader.place, phrases, SettingsMenu(phrases), elsewhere=False)


async def elsewhere(reader: Reader, bot: Bot, chat: int | str, user: User | None) -> Subject | None:
    """Return a channel or group as the subject, if the user manages it and the bot is there."""
    found = await managed(bot, chat, user)
    if found is None:
        return None
    phrases = settings_phrases_of(reader.language)
    menu = SettingsMenu(phrases, chat=str(found.id), title=found.title)
    place = place_of_chat(found.kind, topic=False)
    return Subject(
        Destination(Platform.TELEGRAM, str(found.id)), place, phrases, menu, elsewhere=True, title=found.title
    )


def split(argument: str) -> tuple[str, str]:
    """Return the channel that a command's argument begins with, or nothing, and the rest."""
    first, _, rest = argument.strip().partition(" ")
    return (first, rest.strip()) if _ELSEWHERE.fullmatch(first) else ("", argument.strip())
