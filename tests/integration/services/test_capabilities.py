"""The same promises on a platform that can do everything and on one that can only send."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.delivery import (
    Absent,
    DeliveryReport,
    DeliveryState,
    Gone,
    Outcome,
    PartState,
    Rejected,
    Sent,
    Tag,
    Throttled,
    Unknown,
    UnknownPolicy,
    Unreadable,
    Unsent,
)
from bot.domain.destination import Destination, Platform
from bot.domain.issues import KnownIssue
from bot.languages.why_phrases import why_phrases_of
from bot.ports.ledger import DeliveryFilter
from bot.ports.sender import Capabilities, LengthUnit
from bot.services.correct import Corrector
from bot.storage.changes import SqlChanges
from formatters.parts import Part
from tests import written_posts
from tests.contract.test_subscriptions import found
from tests.integration.services.newsroom import KEY, SHANGHAI, TODAY, Newsroom, ScriptedSender, chat, known

READER = chat()
EVERYTHING = Capabilities(
    pace=1.0,
    silent=True,
    edit=True,
    delete_within=timedelta.max,
    threads=True,
    callbacks=True,
    links=True,
    lookup=True,
    unit=LengthUnit.UTF16_UNITS,
)
NOTHING = Capabilities(pace=1.0)
BEFORE = written_posts.digest(TODAY, items=2)
AFTER = BEFORE.replace("第 1 条的内容", "第 1 条的正文")


@dataclass
class Shown:
    """A message as the chat shows it."""

    part: str
    text: str
    tag: Tag | None
    edits: int = 0


class Wall(ScriptedSender):
    """A platform that exists in this test only, with the capabilities that it is given."""

    def __init__(self, newsroom: Newsroom, capabilities: Capabilities) -> None:
        super().__init__(newsroom.clock)
        self.capabilities = capabilities
        self.messages: dict[str, Shown] = {}
        self.readable = True
        self.edited: Outcome | None = None
        """What the next edit leads to, if it changes nothing."""
        self.loses: set[int] = set()
        """Which requests arrive although their answers are lost."""

    async def send(
        self,
        part: Part,
        *,
        to: Destination,
        silent: bool,
        under: str | None,
        previews: bool = False,
        tag: Tag | None = None,
    ) -> Outcome:
        outcome = await super().send(part, to=to, silent=silent, under=under, previews=previews, tag=tag)
        number = f"m{len(self.requests)}"
        if isinstance(outcome, Sent) or len(self.requests) in self.loses:
            self.messages[number] = Shown(part.name, part.text, tag)
        return outcome

    async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
        if not self.capabilities.edit:
            return await super().edit(part, message_id, to=to, previews=previews)
        if self.edited is not None:
            return self.edited
        shown = self.messages[message_id]
        self.messages[message_id] = replace(shown, text=part.text, edits=shown.edits + 1)
        return Sent(message_id)

    async def delete(self, message_id: str, *, to: Destination) -> Outcome:
        if self.capabilities.delete_within is None:
            return await super().delete(message_id, to=to)
        del self.messages[message_id]
        return Sent(message_id)

    def has_links(self, to: Destination) -> bool:
        del to
        return self.capabilities.links

    async def link(self, message_id: str, *, to: Destination, under: str | None) -> str | None:
        del to, under
        return f"https://wall.example/{message_id}" if self.capabilities.links else None

    async def look_up(
        self, tag: Tag, *, to: Destination, under: str | None, since: datetime, now: datetime
    ) -> Sent | Absent | Unreadable | Throttled | Unsent:
        if not self.capabilities.lookup or not self.readable:
            return await super().look_up(tag, to=to, under=under, since=since, now=now)
        return next((Sent(number) for number, one in self.messages.items() if one.tag == tag), Absent())

    @property
    def shown(self) -> list[str]:
        return [one.part for one in self.messages.values()]


@dataclass
class Desk:
    """A newsroom whose Telegram is a wall."""

    newsroom: Newsroom
    wall: Wall

    @property
    def corrector(self) -> Corrector:
        room = self.newsroom
        return Corrector(
            SqlChanges(room.database),
            room.publisher,
            room.library,
            {Platform.TELEGRAM: self.wall},
            clock=room.clock,
            zone=SHANGHAI,
        )

    async def changes_to(self, text: str) -> None:
        self.newsroom.shelf.issues = [issue(text)]
        await self.newsroom.library.refresh()

    async def report(self, kind: str) -> DeliveryReport:
        reports = await self.newsroom.ledger.reports(DeliveryFilter(issue_key=KEY, limit=9))
        return next(one for one in reports if one.occasion.startswith(kind))


def issue(text: str) -> KnownIssue:
    return replace(known(text, KEY), content_hash=str(hash(text)))


async def opened(newsroom: Newsroom, capabilities: Capabilities) -> Desk:
    """Return a desk with an issue that is due to one reader."""
    wall = Wall(newsroom, capabilities)
    newsroom.telegram = wall
    newsroom.clock.set("08:00")
    await newsroom.subscribe(READER)
    await newsroom.publish(issue(BEFORE), READER)
    return Desk(newsroom, wall)


@pytest.fixture(params=[EVERYTHING, NOTHING], ids=["everything", "nothing"])
async def desk(newsroom: Newsroom, request: pytest.FixtureRequest) -> Desk:
    return await opened(newsroom, request.param)


@pytest.fixture
async def able(newsroom: Newsroom) -> Desk:
    return await opened(newsroom, EVERYTHING)


PARTS = ["overview", "item-1", "item-2", "closing"]


class TestWhateverThePlatformCanDo:
    async def test_an_issue_arrives_whole_in_order_and_once(self, desk: Desk) -> None:
        await desk.newsroom.deliver_due()
        assert desk.wall.shown == PARTS
        assert [request.silent for request in desk.wall.requests] == [False, True, True, True]
        assert (await desk.report("daily")).state is DeliveryState.SENT

    async def test_a_restart_doubles_nothing_and_loses_nothing(self, desk: Desk) -> None:
        room = desk.newsroom
        [delivery] = await room.claim()
        assert await room.ledger.intend(delivery, now=room.clock.now())
        await desk.wall.send(
            delivery.parts[0], to=READER, silent=False, under=None, tag=Tag(delivery.id, 0)
        )  # and then the process dies
        await room.take_lanes()
        await room.deliver_due()
        assert desk.wall.shown == PARTS
        first = (await desk.report("daily")).receipts[0]
        found = desk.wall.capabilities.lookup
        assert (first.state, first.message_id) == ((PartState.SENT, "m1") if found else (PartState.UNKNOWN, None))

    async def test_an_unknown_part_that_arrived_is_not_sent_again(self, desk: Desk) -> None:
        desk.wall.will(Sent(""), Unknown("the answer was lost"))
        desk.wall.loses = {2}
        await desk.newsroom.deliver_due()
        desk.newsroom.clock.advance(seconds=120)
        await desk.newsroom.deliver_due()
        assert desk.wall.shown == PARTS

    async def test_a_recall_leaves_nothing_that_could_be_taken_away_and_sends_nothing(self, desk: Desk) -> None:
        await desk.newsroom.deliver_due()
        await desk.corrector.recall(KEY)
        await desk.newsroom.deliver_due()
        able = desk.wall.capabilities.delete_within is not None
        assert desk.wall.shown == ([] if able else PARTS)
        report = await desk.report("recall")
        assert report.state is DeliveryState.SENT
        expected = PartState.SENT if able else PartState.REJECTED
        assert [receipt.state for receipt in report.receipts] == [expected] * len(PARTS)

    async def test_a_correction_shows_the_newer_text_or_tells_why_it_does_not(self, desk: Desk) -> None:
        await desk.newsroom.deliver_due()
        await desk.changes_to(AFTER)
        with capture_logs() as logs:
            planned = await desk.corrector.look()
        await desk.newsroom.deliver_due()
        able = desk.wall.capabilities.edit
        assert planned is able
        assert desk.wall.shown == PARTS
        assert any("第 1 条的正文" in one.text for one in desk.wall.messages.values()) is able
        told = [line["problem"] for line in logs if line["event"] == "a sent issue changed and is not corrected"]
        assert told == ([] if able else ["messages of telegram cannot be edited"])

    async def test_what_has_not_begun_is_sent_in_its_newer_form(self, desk: Desk) -> None:
        await desk.corrector.look()
        await desk.changes_to(AFTER)
        await desk.corrector.look()
        await desk.newsroom.deliver_due()
        assert desk.wall.shown == PARTS
        assert any("第 1 条的正文" in one.text for one in desk.wall.messages.values())


class TestWhereMessagesHaveAddresses:
    async def test_the_overview_is_edited_once_at_the_end(self, able: Desk) -> None:
        await able.newsroom.deliver_due()
        assert [one.edits for one in able.wall.messages.values()] == [1, 0, 0, 0]
        assert [receipt.part for receipt in (await able.report("daily")).receipts] == [*PARTS, "overview"]

    async def test_who_turns_the_bot_away_before_the_links_came_has_the_issue_nevertheless(self, able: Desk) -> None:
        able.wall.edited = Gone("blocked")
        await able.newsroom.deliver_due()
        report = await able.report("daily")
        assert (report.state, report.receipts[-1].state) == (DeliveryState.SENT, PartState.REJECTED)
        assert not (await found(able.newsroom.subscriptions, READER)).active

    async def test_who_leaves_before_the_links_are_tried_again_has_the_issue_nevertheless(self, able: Desk) -> None:
        able.wall.edited = Throttled(timedelta(seconds=30), "slow down")
        await able.newsroom.deliver_due()
        await able.newsroom.subscriptions.unsubscribe(READER, reason="/stop", now=able.newsroom.clock.now())
        able.newsroom.clock.advance(seconds=31)
        await able.newsroom.deliver_due()
        report = await able.report("daily")
        assert report.state is DeliveryState.SENT
        assert report.note == "the overview has no links: the subscription has ended, or pauses"

    @pytest.mark.parametrize("hours", [1, 24], ids=["as nobody was running", "as the platform asked for a pause"])
    async def test_links_that_come_too_late_cost_a_note_and_not_the_delivery(self, able: Desk, hours: int) -> None:
        room = able.newsroom
        able.wall.edited = Throttled(timedelta(hours=hours), "slow down")
        await room.deliver_due()
        room.clock.advance(seconds=24 * 3600)
        await room.deliver_due()
        assert able.wall.shown == PARTS
        report = await able.report("daily")
        assert (report.state, report.reason) == (DeliveryState.SENT, None)
        assert report.note == "the overview has no links: not delivered within 24 hours; the last try: slow down"
        assert "To be known: the overview has no links" in "\n".join(
            why_phrases_of("en").delivery(report, room.clock.now())
        )

    async def test_a_part_that_comes_too_late_ends_the_delivery_as_expired(self, able: Desk) -> None:
        able.wall.will(Sent(""), Unsent("503"))
        await able.newsroom.deliver_due()
        able.newsroom.clock.advance(seconds=24 * 3600)
        await able.newsroom.deliver_due()
        report = await able.report("daily")
        assert (able.wall.shown, report.state) == (PARTS[:1], DeliveryState.EXPIRED)
        assert report.reason == "not delivered within 24 hours; the last try: 503"

    async def test_a_correction_of_an_item_leaves_the_overview_alone(self, able: Desk) -> None:
        await able.newsroom.deliver_due()
        await able.changes_to(AFTER)
        await able.corrector.look()
        await able.newsroom.deliver_due()
        assert [one.edits for one in able.wall.messages.values()] == [1, 1, 0, 0]


class TestWhereAMessageCanBeLookedUp:
    async def test_one_that_is_missing_is_sent_after_a_while(self, able: Desk) -> None:
        able.wall.will(Sent(""), Unknown("the answer was lost"))
        await able.newsroom.deliver_due()
        assert able.wall.shown == ["overview"], "it may still come"
        able.newsroom.clock.advance(seconds=61)
        await able.newsroom.deliver_due()
        assert able.wall.shown == PARTS
        states = [receipt.state for receipt in (await able.report("daily")).receipts]
        assert states == [PartState.SENT, PartState.ABSENT, *[PartState.SENT] * 4]

    async def test_nobody_may_look_and_it_stays_unknown_while_the_rest_arrives(self, able: Desk) -> None:
        able.wall.readable = False
        able.wall.will(Sent(""), Unknown("the answer was lost"))
        await able.newsroom.deliver_due()
        assert able.wall.shown == ["overview", "item-2", "closing"]
        assert (await able.report("daily")).receipts[1].state is PartState.UNKNOWN

    async def test_nobody_may_look_and_it_is_sent_again_where_that_is_the_setting(self, able: Desk) -> None:
        able.newsroom.unknown = UnknownPolicy.RESEND
        able.wall.readable = False
        able.wall.will(Sent(""), Unknown("the answer was lost"))
        await able.newsroom.deliver_due()
        assert able.wall.shown == PARTS

    @pytest.mark.parametrize("arrived", [True, False], ids=["there", "not there"])
    async def test_a_clock_that_was_set_back_leaves_in_doubt_what_is_not_found_at_once(
        self, able: Desk, *, arrived: bool
    ) -> None:
        able.wall.will(Sent(""), Unknown("the answer was lost"))
        await able.newsroom.deliver_due()
        if arrived:
            able.wall.messages["late"] = Shown("item-1", "", tag=Tag((await able.report("daily")).id, 1))
        able.newsroom.clock.is_set(seconds=-3600)
        await able.newsroom.deliver_all()
        assert sorted(able.wall.shown) == sorted(PARTS if arrived else ["overview", "item-2", "closing"])
        state = (await able.report("daily")).receipts[1].state
        assert state is (PartState.SENT if arrived else PartState.UNKNOWN)


class TestAnEditThatFails:
    async def test_does_not_end_the_correction(self, newsroom: Newsroom) -> None:
        class Frozen(Wall):
            async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
                if part.name == "item-1":
                    return Rejected("it is too old")
                return await super().edit(part, message_id, to=to, previews=previews)

        desk = await opened(newsroom, EVERYTHING)
        newsroom.telegram = desk.wall = Frozen(newsroom, EVERYTHING)
        await newsroom.deliver_due()
        await desk.changes_to(AFTER.replace("第 2 条的内容", "第 2 条的正文"))
        await desk.corrector.look()
        await newsroom.deliver_due()
        report = await desk.report("correction")
        assert report.state is DeliveryState.SENT
        assert [(one.part, one.state) for one in report.receipts] == [
            ("item-1", PartState.REJECTED),
            ("item-2", PartState.SENT),
        ]

    async def test_is_tried_again_where_nobody_knows_whether_it_was_done(self, newsroom: Newsroom) -> None:
        class Deaf(Wall):
            tries = 0

            async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
                if part.name == "item-1":
                    self.tries += 1
                    if self.tries < 3:
                        return Unknown("the answer was lost")
                return await super().edit(part, message_id, to=to, previews=previews)

        desk = await opened(newsroom, EVERYTHING)
        newsroom.telegram = desk.wall = Deaf(newsroom, EVERYTHING)
        await newsroom.deliver_due()
        await desk.changes_to(AFTER)
        await desk.corrector.look()
        for _ in range(3):
            await newsroom.deliver_due()
            newsroom.clock.advance(seconds=10)
        assert [one.edits for one in desk.wall.messages.values()] == [1, 1, 0, 0]
        assert (await desk.report("correction")).receipts[0].state is PartState.SENT
