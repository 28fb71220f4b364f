"""What an adapter needs to talk with readers, in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.destination import Destination
from bot.domain.person import Person
from bot.services.answers import Answer
from bot.services.browsing import Browsing
from bot.services.catching_up import CatchingUp
from bot.services.feedback import Feedback
from bot.services.forgetting import Forgetting
from bot.services.operating import Operating
from bot.services.preferring import Preferring
from bot.services.publish import Publisher
from bot.services.query import Query
from bot.services.recent_answers import RecentAnswers
from bot.services.related import Relating
from bot.services.rendering import Renderer
from bot.services.saving import Saving
from bot.services.site import Site
from bot.services.subscribing import Subscribing
from bot.services.throttling import Throttle
from formatters.actions import (
    DropSaved,
    Explain,
    IssueAction,
    ListAction,
    OpenDay,
    SendAll,
    TurnToFindings,
    TurnToMonth,
    TurnToSaved,
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The services behind every command and button."""

    query: Query
    browsing: Browsing
    saving: Saving
    subscribing: Subscribing
    preferring: Preferring
    relating: Relating
    feedback: Feedback
    site: Site | None
    """None where the address of the digest's own site is not known."""
    catching_up: CatchingUp
    forgetting: Forgetting
    renderer: Renderer
    publisher: Publisher
    operating: Operating
    throttle: Throttle
    recent: RecentAnswers
    wake_drain: Callable[[], None]

    async def shown(self, action: IssueAction | ListAction, person: Person) -> Answer:
        """Answer a button that shows something."""
        match action:
            case TurnToSaved(page):
                return await self.saving.saved(person, page)
            case DropSaved():
                return await self.saving.drop(action, person)
            case TurnToFindings() | TurnToMonth() | OpenDay() | Explain():
                return await self.browsing.act(action)
            case _:
                return await self.query.act(action)

    async def send_all(self, action: SendAll, to: Destination, *, language: str, request: str) -> bool | None:
        """Deliver the whole issue to whoever asks; None if it is no more, False if this request was served before.

        `request` names the request: pressing the same button again is the same request.
        """
        known = await self.query.issue_of(action)
        if known is None:
            return None
        added = await self.publisher.send_all(known, to, language=language, occasion=f"request:{request}")
        self.wake_drain()
        return bool(added)
