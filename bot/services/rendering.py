"""Views to parts, in each platform's form and each reader's words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace

from bot.domain.destination import Platform
from formatters.issue import Issue
from formatters.parts import Part, Rendition
from formatters.rendering import plain_text, slack_blocks, telegram_html, telegram_rich
from formatters.views import HeadlinesView, ItemView, Style, View
from formatters.words import Words

_REMEMBERED = 512
"""Answers that are kept as they were rendered, a few kB each: those to what many ask for."""

_RENDERERS: Mapping[Platform, Callable[[View, Words], Rendition]] = {
    Platform.TELEGRAM: telegram_html.render,
    Platform.SLACK: slack_blocks.render,
    Platform.CONSOLE: plain_text.render,
}


class Renderer:
    """Renders for any platform and language."""

    def __init__(self, words_of: Callable[[str], Words]) -> None:
        self._words_of = words_of
        self._answers: OrderedDict[Hashable, tuple[Issue, Part]] = OrderedDict()

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

    def answer(self, view: View, platform: Platform, language: str) -> Part:
        """Return the one part that answers with `view`. Headlines and items that one reader saw serve the next."""
        if not isinstance(view, ItemView | HeadlinesView):
            return self.render(view, platform, language).parts[0]
        shown: Hashable = (view.number, view.paging, view.own) if isinstance(view, ItemView) else view.buttons
        # by identity, as comparing two issues costs more than rendering; the issue is kept, so no other gets its id
        key = (id(view.issue), view.ref, platform, language, type(view), shown)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = (view.issue, self.render(view, platform, language).parts[0])
            if len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        self._answers.move_to_end(key)
        return known[1]
