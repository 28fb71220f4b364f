"""What owners need, wired: roles, announcements, numbers, alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.person import Person
from bot.domain.timetable import Timetable
from bot.languages.owner_phrases import owner_phrases_of
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.subscriptions import Subscriptions
from bot.services.alerts import Alerts
from bot.services.announcing import Announcing
from bot.services.bot_name import BotName
from bot.services.correct import Corrector
from bot.services.explaining import Explaining
from bot.services.holding import Brake, Holding
from bot.services.library import Library
from bot.services.membership import Membership
from bot.services.notices import Notices
from bot.services.operating import Operating
from bot.services.publish import Publisher
from bot.services.status import Watchtower
from bot.storage.announcements import SqlAnnouncements
from bot.storage.engine import Database
from bot.storage.figures import SqlFigures
from bot.storage.keepsakes import SqlKeepsakes
from bot.storage.members import SqlMembers


@dataclass(frozen=True, slots=True)
class Owning:
    """The services for owners, and those that work for them by themselves."""

    operating: Operating
    alerts: Alerts

    @property
    def membership(self) -> Membership:
        """Who may do what."""
        return self.operating.membership

    async def look(self) -> bool:
        """Keep what was promised, and tell what owners are to be told; return whether deliveries were added.

        Raises DatabaseError. May be called at any moment, any number of times.
        """
        resumed = await self.operating.announcing.resume()
        return bool(resumed + await self.alerts.look())


def owning(
    database: Database,
    *,
    named: Sequence[Person],
    by_invitation: bool,
    language: str,
    timetable: Timetable,
    ledger: Ledger,
    subscriptions: Subscriptions,
    library: Library,
    publisher: Publisher,
    corrector: Corrector,
    bot_name: BotName,
    clock: Clock,
    wake_drain: Callable[[], None],
) -> Owning:
    """Wire everything for owners; `named` are those of the settings, `language` that of who told none."""
    notices = Notices(ledger, subscriptions, clock)
    figures = SqlFigures(database)
    membership = Membership(
        SqlMembers(database),
        subscriptions,
        bot_name,
        clock,
        named=named,
        by_invitation=by_invitation,
    )
    operating = Operating(
        membership=membership,
        announcing=Announcing(SqlAnnouncements(database), notices, subscriptions, clock),
        brake=Brake(Holding(ledger), library, ledger, timetable, clock),
        watchtower=Watchtower(library, ledger, figures, SqlKeepsakes(database), timetable, clock),
        explaining=Explaining(ledger, subscriptions, clock, timetable.zone),
        library=library,
        publisher=publisher,
        corrector=corrector,
        ledger=ledger,
        clock=clock,
        wake_drain=wake_drain,
    )
    alerts = Alerts(
        membership=membership,
        notices=notices,
        figures=figures,
        library=library,
        ledger=ledger,
        timetable=timetable,
        clock=clock,
        phrase=lambda alert, language: owner_phrases_of(language).alert(alert),
        language=language,
    )
    return Owning(operating, alerts)
