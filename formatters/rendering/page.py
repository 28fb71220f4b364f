"""One message before its platform is known."""

from __future__ import annotations

from collections.abc import Sequence

from formatters.rendering.buttons import Row
from formatters.rendering.lines import Line
from formatters.values import value


@value
class Page:
    """One message before its platform is known; a page too long becomes several messages."""

    name: str
    lines: Sequence[Line]
    rows: tuple[Row, ...] = ()
    continuation: str = "{name}.{number}"
    """How further messages of the page are called."""
    single: bool = False
    """Whether it must stay one message: then too long a text ends in an ellipsis."""
    hint: Line | None = None
    """A last line that stays even where the text is cut."""
    linked: Sequence[Line] = ()
    """The lines with jumps to other pages' messages, for where these have addresses; empty if there are none."""

    def named(self, number: int) -> str:
        """Return the name of the page's message of this number, from 1."""
        return self.name if number == 1 else self.continuation.format(name=self.name, number=number)
