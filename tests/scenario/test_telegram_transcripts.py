"""Everything that can be typed and pressed in Telegram, in both languages: the bot answers as it is written down."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.languages import LANGUAGES, Language, phrases_of
from bot.languages.owner_phrases import owner_phrases_of
from bot.platforms.telegram.menu_actions import ButtonChange, Deed, Page, PauseFor
from bot.platforms.telegram.owner_buttons import Order, OwnerAction
from formatters.actions import Action
from tests.scenario.conversations import CONVERSATIONS
from tests.scenario.transcript import FOLDER
from tests.scenario.world import World


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_a_conversation_goes_as_it_is_written_down(world: World, name: str, language: Language) -> None:
    told = await CONVERSATIONS[name](world, language)
    written = (FOLDER / f"{name}-{language}.txt").read_text(encoding="utf-8")
    assert told.text == written, "where this is meant: `make golden`, and read the difference"


def _written() -> list[str]:
    """Return the lines of all conversations in Chinese; those in English are the same but for the words."""
    return [line for name in CONVERSATIONS for line in (FOLDER / f"{name}-zh.txt").read_text("utf-8").splitlines()]


def test_every_command_is_asked_for() -> None:
    asked = {line.partition(": /")[2].split()[0] for line in _written() if ": /" in line and "|" not in line}
    assert asked >= set(phrases_of("zh").everything()) | set(owner_phrases_of("zh").commands())


def test_every_button_is_pressed() -> None:
    pressed = {line.rpartition("], ")[2] for line in _written() if " presses [" in line}
    kinds = (*get_args(Action), *get_args(OwnerAction), *get_args(ButtonChange), PauseFor)
    members = {f"{type(member).__name__}.{member.name}" for member in (*Page, *Deed, *Order)}
    assert pressed >= members | {kind.__name__ for kind in kinds if kind is not Order} | {"nothing"}
