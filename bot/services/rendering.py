"""Views to parts, in each platform's form and each reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

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


class Renderer:
    """Renders for any platform and language."""

    def __init__(self, words_of: Callable[[str], Words]) -> None:
        self._words_of = words_of

    def render(self, view: View, platform: Platform, language: str, style: Style = Style.ITEMS) -> Rendition:
        """Return the parts of `view`; raises ViewError if the issue lacks what it asks for.

        What a style shows is the view's matter; only Telegram's rich messages take another form, and only
        Slack's threads hang one part under another.
        """
        rich = platform is Platform.TELEGRAM and style is Style.RICH
        render = telegram_rich.render if rich else _RENDERERS[platform]
        rendition = render(view, self._words_of(language))
        if platform is Platform.SLACK and style is not Style.THREAD:
            return Rendition(tuple(replace(part, threaded=False) for part in rendition.parts))
        return rendition
