"""What a delivery does next, and that it makes any chat show the newer edition, whatever happened before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import assert_never

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.change import NOTICE, Edit, New, Removal, Step, deed_of, digest_of, next_step, shown, steps
from bot.domain.delivery import DAILY, Delivery, PartState, Receipt
from bot.domain.destination import Destination, Platform
from formatters.editions import Notes, Subject, revised, subjects_of
from formatters.issue import Issue, Item
from formatters.parts import Part
from formatters.rendering import slack_blocks, telegram_html
from formatters.rendering.jumps import resolved
from formatters.views import IssueView
from tests.unit.rendering.makers import WORDS, digest, item, point

NOW = datetime(2026, 2, 12, 1, 12, tzinfo=UTC)
CHAT = Destination(Platform.TELEGRAM, "-1002000000001")
NOTHING = Part(NOTICE, {"text": "撤回"}, "撤回")


@dataclass
class Chat:
    """A chat, and the receipts of what was done in it."""

    links: bool = False
    messages: dict[str, str] = field(default_factory=dict)
    """Text by id, in the order of the chat."""
    receipts: list[tuple[Receipt, ...]] = field(default_factory=list)
    """Of each delivery."""
    done: list[Step] = field(default_factory=list)
    """By the last delivery."""

    def deliver(self, parts: tuple[Part, ...], occasion: str = DAILY, *, fates: dict[str, PartState] | None = None,
                at_most: int = 100) -> None:  # fmt: skip
        """Carry a delivery out; a part with a fate meets it."""
        history = tuple(receipt for receipts in self.receipts for receipt in receipts) if occasion != DAILY else ()
        delivery = Delivery(1, 1, "key", CHAT, occasion, parts, (), 0, NOW, False, False, history)
        self.done = []
        while (step := next_step(delivery, may_edit=True, has_links=self.links)) is not None:
            if len(self.done) == at_most:
                break
            assert len(self.done) < 200, "it does not come to an end"
            self.done.append(step)
            state = (fates or {}).get(step.part.name, PartState.SENT) if isinstance(step, New) else PartState.SENT
            message_id = self._carry_out(step) if state is PartState.SENT else None
            receipt = Receipt(
                delivery.cursor, step.part.name, state, message_id, digest_of(step), None, NOW, deed_of(step)
            )
            delivery = replace(delivery, receipts=(*delivery.receipts, receipt))
        self.receipts.append(delivery.receipts)

    def _carry_out(self, step: Step) -> str:
        match step:
            case New(part):
                message_id = str(100 + sum(map(len, self.receipts)) + len(self.done))
                self.messages[message_id] = self._text(part)
                return message_id
            case Edit(part, message_id, linked):
                links = {name: f"t.me/c/1/{one.message_id}" for name, one in shown(self._all()).items()}
                self.messages[message_id] = self._text(resolved(part, links) if linked else part)
                return message_id
            case Removal(_, message_id):
                del self.messages[message_id]
                return message_id
            case _:
                assert_never(step)

    def _all(self) -> list[Receipt]:
        return [receipt for receipts in self.receipts for receipt in receipts]

    def _text(self, part: Part) -> str:
        return str(part.payload)

    @property
    def texts(self) -> list[str]:
        return list(self.messages.values())

    def did(self) -> list[str]:
        return [f"{deed_of(step)} {step.part.name}" for step in self.done]


def parts_of(issue: Issue, notes: Notes = ()) -> tuple[Part, ...]:
    return telegram_html.render(IssueView(issue, notes), WORDS).parts


class Desk:
    """Corrects an issue again and again, as the newspaper's desk does."""

    def __init__(self, issue: Issue) -> None:
        self.subjects: tuple[Subject, ...] = subjects_of(issue)
        self.parts = parts_of(issue)

    def correct(self, issue: Issue) -> tuple[Part, ...]:
        found = revised(self.subjects, issue, at="09:12", keep_numbers=True)
        self.subjects, self.parts = found.subjects, parts_of(found.issue, found.notes)
        return (*self.parts, NOTHING)


A, B, C = (item(number, title) for number, title in enumerate("甲乙丙", 1))


def test_a_delivery_sends_its_parts_in_order_and_edits_nothing_where_messages_have_no_addresses() -> None:
    chat = Chat()
    chat.deliver(parts_of(digest(A, B)))
    assert chat.did() == ["new overview", "new item-1", "new item-2"]


def test_where_they_have_some_the_overview_leads_to_the_items_in_the_end() -> None:
    chat = Chat(links=True)
    chat.deliver(parts_of(digest(A, B)))
    assert chat.did() == ["new overview", "new item-1", "new item-2", "edit overview"]


def test_an_overview_that_did_not_arrive_is_not_edited() -> None:
    chat = Chat(links=True)
    chat.deliver(parts_of(digest(A)), fates={"overview": PartState.UNKNOWN})
    assert chat.did() == ["new overview", "new item-1"]


def test_a_part_that_was_looked_for_and_not_found_is_sent_after_the_others() -> None:
    chat = Chat()
    chat.deliver(parts_of(digest(A, B)), fates={"item-1": PartState.ABSENT}, at_most=3)
    assert chat.did() == ["new overview", "new item-1", "new item-1"]


def test_an_inserted_item_is_sent_last_and_the_others_are_left_alone() -> None:
    chat, desk = Chat(), Desk(digest(A, B))
    chat.deliver(desk.parts)
    chat.deliver(desk.correct(digest(item(1, "新"), item(2, "甲"), item(3, "乙"))), "correction:1:1")
    assert chat.did() == ["edit overview", "new item-3"]


def test_where_headlines_lead_to_items_the_overview_is_edited_last() -> None:
    chat, desk = Chat(links=True), Desk(digest(A, B))
    chat.deliver(desk.parts)
    chat.deliver(desk.correct(digest(item(1, "新"), item(2, "甲"), item(3, "乙"))), "correction:1:1")
    assert chat.did() == ["new item-3", "edit overview"]
    assert "message.invalid" not in "".join(chat.texts)


def test_a_removed_item_is_deleted() -> None:
    chat, desk = Chat(), Desk(digest(A, B, C))
    chat.deliver(desk.parts)
    chat.deliver(desk.correct(digest(item(1, "甲"), item(2, "丙"))), "correction:1:1")
    assert chat.did() == ["edit overview", "removal item-2"]


def test_a_correction_that_changes_nothing_does_nothing() -> None:
    chat, desk = Chat(links=True), Desk(digest(A, B))
    chat.deliver(desk.parts)
    chat.deliver(desk.correct(digest(B, A)), "correction:1:1")
    assert chat.did() == []


def test_what_did_not_arrive_is_neither_edited_nor_sent_again() -> None:
    chat, desk = Chat(), Desk(digest(A, B))
    chat.deliver(desk.parts, fates={"item-1": PartState.REJECTED, "item-2": PartState.UNKNOWN})
    chat.deliver(desk.correct(digest(item(1, "甲", point("新")), item(2, "乙", point("新")))), "correction:1:1")
    assert chat.did() == []


def test_a_reader_of_the_overview_alone_gets_the_overview_alone() -> None:
    chat = Chat()
    chat.deliver(parts_of(digest(A, B))[:1])
    chat.deliver(parts_of(digest(item(1, "改"), B))[:1], "correction:1:1")
    assert chat.did() == ["edit overview"]


def test_what_was_broken_off_is_corrected_but_not_continued() -> None:
    chat, desk = Chat(), Desk(digest(A, B))
    chat.deliver(desk.parts, at_most=2)
    target = desk.correct(digest(item(1, "甲", point("新")), B, C))
    history = tuple(chat.receipts[0])
    broken = Delivery(2, 1, "key", CHAT, "correction:1:1", target, (), 0, NOW, False, False, history, whole=False)
    assert [step.part.name for step in steps(broken, may_edit=True, has_links=False)] == ["overview", "item-1"]


def test_where_nothing_can_be_edited_a_correction_does_nothing() -> None:
    chat, desk = Chat(), Desk(digest(A))
    chat.deliver(desk.parts)
    target = desk.correct(digest(item(1, "改"), B))
    delivery = Delivery(2, 1, "k", CHAT, "correction:1:1", target, (), 0, NOW, False, False, tuple(chat.receipts[0]))
    assert next_step(delivery, may_edit=False, has_links=False) is None


def test_a_recall_takes_everything_back_last_message_first() -> None:
    chat = Chat()
    chat.deliver(parts_of(digest(A, B)), fates={"item-1": PartState.UNKNOWN})
    chat.deliver((NOTHING,), "recall:1:1")
    assert chat.did() == ["removal item-2", "removal overview"]
    assert chat.messages == {}
    chat.deliver((NOTHING,), "recall:2:1")
    assert chat.did() == []


def test_slack_edits_its_overview_just_so() -> None:
    chat = Chat(links=True)
    chat.deliver(slack_blocks.render(IssueView(digest(A, B)), WORDS).parts)
    assert chat.did()[-1] == "edit overview"
    assert "t.me/c/1" in chat.texts[0] or "message.invalid" not in chat.texts[0]


@st.composite
def _digests(draw: st.DrawFn) -> Issue:
    names = draw(st.lists(st.sampled_from("甲乙丙丁戊己"), min_size=1, max_size=6))
    items: list[Item] = []
    for number, name in enumerate(names, 1):
        url = draw(st.sampled_from(["", f"https://{number % 3}.example/", "https://one.example/"]))
        points = [point("是什么", "文" * draw(st.sampled_from([1, 2, 5000])))] * draw(st.integers(1, 2))
        items.append(item(number, name, *points, urls=(url,) if url else ()))
    trends = (point("趋势", draw(st.sampled_from("一二"))),) if draw(st.booleans()) else ()
    return digest(*items, trends=trends)


@given(_digests(), st.lists(_digests(), min_size=1, max_size=3), st.booleans())
@settings(max_examples=60, deadline=None)
def test_after_any_corrections_a_chat_shows_exactly_the_newest_edition(
    first: Issue, editions: list[Issue], links: bool
) -> None:
    desk, chat = Desk(first), Chat(links)
    chat.deliver(desk.parts)
    for number, issue in enumerate(editions, 1):
        before = dict(chat.messages)
        target = desk.correct(issue)
        chat.deliver(target, f"correction:{number}:1")
        now = shown(chat._all())
        wanted = {part.name: part for part in target if part.name != NOTICE}
        assert set(now) == set(wanted)
        for name, receipt in now.items():
            part = wanted[name]
            linked = links and part.linked is not None
            assert receipt.digest == (part.linked_digest if linked else part.digest)
            if not linked:
                assert chat.messages[str(receipt.message_id)] == str(part.payload)
        kept = [one for one in chat.messages if one in before]
        assert list(chat.messages)[: len(kept)] == kept, "what is new comes after all that was there"
        assert set(chat.messages) == {receipt.message_id for receipt in now.values()}
        touched = {step.message_id for step in chat.done if isinstance(step, Edit)}
        assert {one for one in kept if before[one] != chat.messages[one]} <= touched
        chat.deliver(target, f"correction:{number + 50}:1")
        assert chat.did() == [], "once is enough"
