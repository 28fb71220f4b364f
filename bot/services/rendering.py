"""Views to parts, in each platform's form and each reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from bot.domain.destination import Platform
from formatters.parts import Rendition
from formatters.rendering import plain_text, slack_blocks, telegram_html, telegram_rich
from formatters.views import Style, View
from formatters.words import Words

_RENDERERS: Mapping[Platform, Callable[[View, Words], Rendition]] = {
    Platform.TELEGRAM: telegram_html.render,
    Platform.SLACK: slack_blocks.render,
    Platform.CONSOLE: plain_text.render,
}


class Place(StrEnum):
    """What kind of place a destination is."""

    PRIVATE = "private"
    GROUP = "group"
    """Where people talk; Slack's channels are no such place, as they have threads."""
    TOPIC = "topic"
    CHANNEL = "channel"


def default_style(platform: Platform, place: Place) -> Style:
    """Return how an issue is shown in such a place unless somebody chooses otherwise.

    A plain group is for talking: it gets one message of headlines that open in the private chat.
    """
    if platform is Platform.SLACK:
        return Style.ITEMS if place is Place.PRIVATE else Style.THREAD
    if platform is Platform.TELEGRAM and place is Place.GROUP:
        return Style.HEADLINES
    return Style.ITEMS


STYLES: Mapping[Platform, str] = {
    Platform.TELEGRAM: Style.ITEMS.value,
    Platform.SLACK: Style.THREAD.value,
    Platform.CONSOLE: Style.ITEMS.value,
}
"""How each platform shows an issue where the kind of place is not known."""


class Renderer:
    """Renders for any platform and language."""

    def __init__(self, words_of: Callable[[str], Words]) -> None:
        self._words_of = words_of

    def render(self, view: View, platform: Platform, language: str, style: Style = Style.ITEMS) -> Rendition:
        """Return the parts of `view`; raises ViewError if the issue lacks what it asks for.

        What a style shows is the view's matter; only Telegram's rich messages take another form.
        """
        rich = platform is Platform.TELEGRAM and style is Style.RICH
        render = telegram_rich.render if rich else _RENDERERS[platform]
        return render(view, self._words_of(language))
