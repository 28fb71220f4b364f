"""What becomes of parts, many at a time: each kind of change is one statement, however many deliveries it concerns.

A batch travels as one JSON text and is a table inside the statement; so a batch of one and a batch of hundreds are the
same statement. Every statement names the delivery's epoch: of a holder whose lease was voided no row fits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, assert_never

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Dialect,
    FromClause,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from bot.domain.change import Kind
from bot.domain.delivery import FOR_SUBSCRIBERS, Delivery, DeliveryState, PartState, Rejected, Sent, Unknown
from bot.domain.lifecycle import Event, follow
from bot.storage.columns import Instant
from bot.storage.tables import HAS_LEFT, IS_LEASED, IS_SENDING, deliveries, destinations, issues, receipts

_INSTANT = Instant()


@dataclass(frozen=True, slots=True)
class Intent:
    """The step in hand is about to be carried out."""

    delivery: Delivery
    now: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """The step in hand has its outcome."""

    delivery: Delivery
    outcome: Sent | Unknown | Rejected
    now: datetime


@dataclass(frozen=True, slots=True)
class Postponement:
    """The step in hand is to be tried again; its intent is taken back."""

    delivery: Delivery
    until: datetime
    reason: str
    counts: bool


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Its holder stops between two parts."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Ending:
    """The delivery is over; an open intent becomes a rejected part."""

    delivery: Delivery
    event: Literal[Event.GIVE_UP, Event.END, Event.EXPIRE, Event.OVERTAKE]
    reason: str
    now: datetime


Change = Intent | Settlement | Postponement | GivenBack | Ending


def record(connection: Connection, changes: Sequence[Change]) -> list[bool]:
    """Write the changes down; return of each whether its lease still counted.

    No two may concern the same delivery. Raises RuntimeError, with everything undone by the caller, for an outcome
    without an intent.
    """
    statements = _statements(connection.dialect.name)
    at = _instant_writer(connection.dialect)
    done: set[int] = set()
    intents = [_intent_row(change, at) for change in changes if isinstance(change, Intent)]
    if intents:
        done |= _run(connection, statements.intend, intents)
    moves = [_move_row(change, at) for change in changes if not isinstance(change, Intent)]
    if moves:
        moved = _run(connection, statements.move, moves)
        done |= moved
        _follow_up(connection, statements, [one for one in changes if one.delivery.id in moved], at)
    return [change.delivery.id in done for change in changes]


def _follow_up(
    connection: Connection, statements: _Statements, changes: Sequence[Change], at: Callable[[datetime], object]
) -> None:
    """Change the receipts of deliveries that were just changed, and are so locked."""
    tellings = [_receipt_row(one, at) for one in changes if isinstance(one, Settlement | Ending)]
    if tellings:
        told = _run(connection, statements.tell, tellings)
        for row in tellings:
            if row["settles"] and row["id"] not in told:
                raise RuntimeError(f"part {row['position']} of delivery {row['id']} was settled without an intent")
    withdrawn = [{"id": one.delivery.id} for one in changes if isinstance(one, Postponement)]
    if withdrawn:
        connection.execute(statements.withdraw, {"rows": json.dumps(withdrawn)})


def _run(connection: Connection, statement: Any, rows: list[dict[str, object]]) -> set[int]:
    return set(connection.execute(statement, {"rows": json.dumps(rows)}).scalars())


def _intent_row(change: Intent, at: Callable[[datetime], object]) -> dict[str, object]:
    delivery = change.delivery
    step = delivery.in_hand
    return {
        "id": delivery.id,
        "epoch": delivery.epoch,
        "position": delivery.cursor,
        "part": step.part,
        "digest": step.digest,
        "deed": step.deed,
        "at": at(change.now),
    }


def _move_row(change: Change, at: Callable[[datetime], object]) -> dict[str, object]:
    """Return what a change makes of the delivery itself."""
    delivery = change.delivery
    row: dict[str, object] = {"id": delivery.id, "epoch": delivery.epoch, "attempts": delivery.attempts}
    match change:
        case Settlement(now=now):
            last = delivery.in_hand.last
            row |= _became(Event.COMPLETE if last else Event.ADVANCE)
            row |= {"attempts": 0, "finished_at": at(now) if last else None}
        case Postponement(until=until, reason=reason, counts=counts):
            # a reader who has the first part waits for the rest: it goes before what has not begun
            row |= _became(Event.POSTPONE) | {"due_at": at(until), "reason": clean(reason)}
            row |= {"attempts": delivery.attempts + counts, "urgent": delivery.cursor > 0 or None}
        case GivenBack():
            row |= _became(Event.GIVE_BACK) | {"between": True, "urgent": delivery.cursor > 0 or None}
        case Ending(event=event, reason=reason, now=now):
            row |= _became(event) | {"reason": clean(reason), "finished_at": at(now)}
        case Intent():
            raise AssertionError("an intent leaves the delivery as it is")
        case _:
            assert_never(change)
    return row


def _became(event: Event) -> dict[str, object]:
    return {"state": follow(DeliveryState.LEASED, event)}


def _receipt_row(change: Settlement | Ending, at: Callable[[datetime], object]) -> dict[str, object]:
    outcome = Rejected(change.reason) if isinstance(change, Ending) else change.outcome
    state, message_id, reason = told_of(outcome)
    return {
        "id": change.delivery.id,
        "position": change.delivery.cursor,
        "settles": isinstance(change, Settlement),
        "state": state,
        "message_id": message_id,
        "reason": None if reason is None else clean(reason),
        "at": at(change.now),
    }


def told_of(outcome: Sent | Unknown | Rejected) -> tuple[PartState, str | None, str | None]:
    """Return the state of a part with this outcome, its message id and its reason."""
    match outcome:
        case Sent(message_id):
            return PartState.SENT, message_id, None
        case Unknown(reason):
            return PartState.UNKNOWN, None, reason
        case Rejected(reason):
            return PartState.REJECTED, None, reason
        case _:
            assert_never(outcome)


def clean(reason: str) -> str:
    """Return a text that PostgreSQL can keep: a platform's words may hold anything."""
    return reason.replace("\x00", "")


def _instant_writer(dialect: Dialect) -> Callable[[datetime], object]:
    """Return what puts an instant into a batch."""

    def written(instant: datetime) -> object:
        value = _INSTANT.process_bind_param(instant, dialect)
        return value.isoformat() if isinstance(value, datetime) else value

    return written


@dataclass(frozen=True, slots=True)
class _Statements:
    intend: Any
    move: Any
    tell: Any
    withdraw: Any


@lru_cache(maxsize=2)
def _statements(dialect: str) -> _Statements:
    """Return the statements, made once for each kind of database."""
    return _Statements(_intend(dialect), _move(dialect), _tell(dialect), _withdraw(dialect))


def _batch(dialect: str, **columns: TypeEngine[Any]) -> FromClause:
    """Return the rows of the parameter `rows` as a table."""
    rows = bindparam("rows", type_=Text)
    if dialect == "postgresql":
        fields = [column(name, kind) for name, kind in columns.items()]
        table = func.json_to_recordset(cast(rows, postgresql.JSON)).table_valued(*fields, name="batch")
        return table.render_derived(with_types=True)
    each = func.json_each(rows).table_valued("value", name="each_row")
    fields_of = {name: func.json_extract(each.c.value, literal_column(f"'$.{name}'")) for name in columns}
    return select(*[type_coerce(fields_of[name], kind).label(name) for name, kind in columns.items()]).subquery("batch")


def _insert(dialect: str) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(receipts) if dialect == "postgresql" else sqlite.insert(receipts)


def _intend(dialect: str) -> Any:
    batch = _batch(
        dialect,
        id=BigInteger(),
        epoch=Integer(),
        position=Integer(),
        part=Text(),
        digest=Text(),
        deed=Text(),
        at=_INSTANT,
    )
    held = and_(deliveries.c.id == batch.c.id, deliveries.c.epoch == batch.c.epoch, IS_LEASED)
    unasked = deliveries.c.occasion.in_(FOR_SUBSCRIBERS)
    refusing = or_(HAS_LEFT, destinations.c.paused_until > batch.c.at)
    unwanted = exists().where(destinations.c.id == deliveries.c.destination_id, refusing, unasked)
    recalls = deliveries.c.occasion.startswith(f"{Kind.RECALL}:")
    recalled = exists().where(issues.c.id == deliveries.c.issue_id, issues.c.recalled_at.is_not(None), ~recalls)
    sending = literal(PartState.SENDING, receipts.c.state.type)
    # locked, so that nobody voids a lease between this look at it and the commit
    wanted = (
        select(deliveries.c.id, batch.c.position, batch.c.part, sending, batch.c.digest, batch.c.at, batch.c.deed)
        .select_from(batch)
        .join(deliveries, held)
        .where(~unwanted, ~recalled)
        .with_for_update(of=deliveries)
    )
    intent = _insert(dialect).from_select(["delivery_id", "position", "part", "state", "digest", "at", "deed"], wanted)
    again = intent.on_conflict_do_update(
        index_elements=[receipts.c.delivery_id, receipts.c.position],
        set_={"at": intent.excluded.at},
        where=IS_SENDING,
    )
    return again.returning(receipts.c.delivery_id)


def _move(dialect: str) -> Any:
    batch = _batch(
        dialect,
        id=BigInteger(),
        epoch=Integer(),
        state=Text(),
        attempts=Integer(),
        due_at=_INSTANT,
        reason=Text(),
        finished_at=_INSTANT,
        urgent=Boolean(),
        between=Boolean(),
    )
    # with an intent on record a lease is not given back: only a takeover may judge that part
    intended = exists().where(receipts.c.delivery_id == deliveries.c.id, IS_SENDING)
    held = and_(deliveries.c.id == batch.c.id, deliveries.c.epoch == batch.c.epoch, IS_LEASED)
    return (
        update(deliveries)
        .where(held, or_(batch.c.between.is_(None), ~intended))
        .values(
            state=type_coerce(batch.c.state, deliveries.c.state.type),
            attempts=batch.c.attempts,
            due_at=func.coalesce(batch.c.due_at, deliveries.c.due_at),
            reason=case((batch.c.between.is_(None), batch.c.reason), else_=deliveries.c.reason),
            finished_at=batch.c.finished_at,
            urgent=func.coalesce(batch.c.urgent, deliveries.c.urgent),
        )
        .returning(deliveries.c.id)
    )


def _tell(dialect: str) -> Any:
    batch = _batch(
        dialect,
        id=BigInteger(),
        position=Integer(),
        settles=Boolean(),
        state=Text(),
        message_id=Text(),
        reason=Text(),
        at=_INSTANT,
    )
    # settling twice, because the database's answer was lost, is the same as once
    same = and_(
        batch.c.settles,
        receipts.c.state == batch.c.state,
        receipts.c.message_id.is_not_distinct_from(batch.c.message_id),
    )
    return (
        update(receipts)
        .where(receipts.c.delivery_id == batch.c.id, receipts.c.position == batch.c.position, or_(IS_SENDING, same))
        .values(
            state=type_coerce(batch.c.state, receipts.c.state.type),
            message_id=batch.c.message_id,
            reason=batch.c.reason,
            at=batch.c.at,
        )
        .returning(receipts.c.delivery_id)
    )


def _withdraw(dialect: str) -> Any:
    batch = _batch(dialect, id=BigInteger())
    return delete(receipts).where(IS_SENDING, receipts.c.delivery_id.in_(select(batch.c.id)))
