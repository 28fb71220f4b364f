"""What a reader can do with an item: buttons below its sources, in a private chat."""

from __future__ import annotations

from urllib.parse import quote

from formatters.actions import AnswerWithItem, Keep, TurnToHeadlines, Unfold, Vote, start_link
from formatters.rendering.buttons import ActionButton, LinkButton, Row
from formatters.views import Own
from formatters.words import Words


def own_row(own: Own, ref: str, number: int, title: str, words: Words) -> Row:
    """Return save, share and ⋯."""
    row: list[ActionButton | LinkButton] = [save_button(ref, number, words, saved=own.saved)]
    if own.bot:
        row.append(LinkButton(words.lists.share, share_link(own.bot, ref, number, title)))
    return (*row, ActionButton("⋯", Unfold(ref, number)))


def unfolded_row(own: Own, ref: str, number: int, words: Words) -> Row:
    """Return what ⋯ opens: the votes, and all headlines."""
    return (
        *vote_buttons(ref, number, own.up),
        ActionButton(words.lists.all_headlines, TurnToHeadlines(ref)),
    )


def save_button(ref: str, number: int, words: Words, *, saved: bool) -> ActionButton:
    """Return the button that saves, or removes what is saved."""
    label = words.lists.is_saved if saved else words.lists.save
    return ActionButton(label, Keep(ref, number, not saved))


def vote_buttons(ref: str, number: int, up: bool | None) -> tuple[ActionButton, ActionButton]:
    """Return 👍 and 👎; the one that was chosen is marked, and pressing it takes the vote back."""
    return (
        ActionButton("👍 ✓" if up is True else "👍", Vote(ref, number, None if up is True else True)),
        ActionButton("👎 ✓" if up is False else "👎", Vote(ref, number, None if up is False else False)),
    )


def share_link(bot: str, ref: str, number: int, title: str) -> str:
    """Return the address that offers an item to another chat. https://core.telegram.org/widgets/share"""
    link = start_link(bot, AnswerWithItem(ref, number))
    return f"https://t.me/share/url?url={quote(link, safe='')}&text={quote(title[:_TITLE], safe='')}"


_TITLE = 60
"""Characters of a shared title: each may take nine in an address."""
