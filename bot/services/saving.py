"""What a reader keeps of what they read: saved items and votes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from bot.domain.person import Person
from bot.ports.clock import Clock
from bot.ports.keepsakes import ItemName, Keepsakes, Kept
from bot.services.answers import Answer, Show
from bot.services.archive_answers import NothingSaved
from bot.services.library import Library
from formatters.actions import DropSaved, Keep, Vote
from formatters.document import plain
from formatters.list_views import SavedItem, SavedView
from formatters.views import ItemView, Own, View

PAGE = 8
"""Saved items on one page."""
_MOST_PAGES = 1000
_FRESH = 60.0
"""Seconds for which what a reader kept of an issue is known without asking: another process may serve them, too."""
_REMEMBERED = 5_000
"""Readers with an issue before them, a few hundred bytes each."""


class Saving:
    """Saves, votes, and forgets when asked to."""

    def __init__(self, keepsakes: Keepsakes, library: Library, clock: Clock) -> None:
        self._keepsakes = keepsakes
        self._library = library
        self._clock = clock
        self._known: OrderedDict[tuple[Person, str], tuple[float, dict[int, Kept]]] = OrderedDict()
        """What readers kept of the issues before them: who opens an item has likely opened its neighbour."""

    async def owned(self, view: View, person: Person, *, bot: str) -> View:
        """Return the view; an item shows what it is to the reader. `bot` is the bot's user name."""
        if not isinstance(view, ItemView):
            return view
        return replace(view, own=await self.own(view.ref, view.number, person, bot=bot))

    async def own(self, ref: str, number: int, person: Person, *, bot: str) -> Own | None:
        """Return what an item is to the reader, or None if its issue is not known."""
        if self._library.listed_by_ref(ref) is None:
            return None
        kept = (await self._of(person, ref)).get(number, Kept())
        return Own(bot, kept.saved, kept.up)

    async def _of(self, person: Person, ref: str) -> dict[int, Kept]:
        at, found = self._known.get((person, ref), (-_FRESH, {}))
        now = self._clock.elapsed()
        if now - at < _FRESH:
            return found
        found = await self._keepsakes.of(person, ref)
        self._known[person, ref] = (now, found)
        self._known.move_to_end((person, ref))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _changed(self, person: Person, ref: str) -> None:
        self._known.pop((person, ref), None)

    async def keep(self, action: Keep, person: Person) -> bool:
        """Save or remove an item; return False if its issue is not known."""
        if self._library.listed_by_ref(action.ref) is None:
            return False
        item = ItemName(action.ref, action.number)
        if action.on:
            await self._keepsakes.save(person, item, now=self._clock.now())
        else:
            await self._keepsakes.drop(person, item)
        self._changed(person, action.ref)
        return True

    async def vote(self, action: Vote, person: Person) -> bool:
        """Take a vote, in place of an earlier one; return False if the issue is not known."""
        if self._library.listed_by_ref(action.ref) is None:
            return False
        await self._keepsakes.vote(person, ItemName(action.ref, action.number), action.up, now=self._clock.now())
        self._changed(person, action.ref)
        return True

    async def saved(self, person: Person, page: int = 0) -> Answer:
        """Return a page of what the reader saved; a page that is no more gives way to the one before."""
        names = await self._keepsakes.saved(person, offset=page * PAGE, limit=PAGE + 1)
        if not names:
            return NothingSaved() if page == 0 else await self.saved(person, page - 1)
        items = tuple([await self._saved_item(name) for name in names[:PAGE]])
        return Show(SavedView(items, page, more=len(names) > PAGE))

    async def _saved_item(self, name: ItemName) -> SavedItem:
        listed = self._library.listed_by_ref(name.ref)
        known = await self._library.load(listed) if listed else None
        item = known.issue.item(name.number) if known else None
        return SavedItem(name.ref, name.number, known.day if known else None, plain(item.title) if item else "")

    async def drop(self, action: DropSaved, person: Person) -> Answer:
        """Remove an item, and return the page again."""
        await self._keepsakes.drop(person, ItemName(action.ref, action.number))
        self._changed(person, action.ref)
        return await self.saved(person, min(action.page, _MOST_PAGES))

    async def erase(self, person: Person) -> int:
        """Forget everything that the reader saved and voted; return how much that was."""
        erased = await self._keepsakes.erase(person)
        for name in [name for name in self._known if name[0] == person]:
            del self._known[name]
        return erased
