"""What a person needs to understand a broken promise: one line of time with everything that touched it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.delivery import DeliveryReport
from bot.sandbox.calls import Call
from tests.chaos.arena import Arena
from tests.chaos.record import part_named_by, sending_calls
from tests.chaos.verdict import Violation

_PLACES = 4
"""Stories told: the others are mostly the same."""
_LOG_LINES = 12


async def story(arena: Arena, violations: Sequence[Violation]) -> str:
    """Return the violations, and for the first places concerned what happened there in order."""
    reports = await arena.reports()
    told = [f"{len(violations)} promises were broken:", *(f"  {violation}" for violation in violations)]
    concerned = list(dict.fromkeys(violation.place for violation in violations if violation.place))
    for address in concerned[:_PLACES]:
        told += ["", f"=== {address} ===", *_timeline(arena, address)]
        told += ["--- the ledger", *(line for report in reports if str(report.destination) == address
                                     for line in _rows(report))]  # fmt: skip
        told += ["--- the bot's own log", *_log(arena, address)]
    if not concerned:
        told += ["", "=== everywhere ===", *_timeline(arena, None)]
    return "\n".join(told)


def _timeline(arena: Arena, address: str | None) -> list[str]:
    place = next((place for place in arena.places if place.address == address), None)
    calls = [call for call in sending_calls(arena.sandbox) if place is not None and place.is_at(call)]
    events = [(at, f"* {what}") for at, what in arena.diary] + [(call.at, _call(call)) for call in calls]
    first = arena.diary[0][0]
    return [f"{at - first:8.3f} {what}" for at, what in sorted(events)]


def _call(call: Call) -> str:
    name = part_named_by(call)
    if call.done is None:
        end = "never answered"
    else:
        end = f"{call.status or 'dropped'} after {(call.done - call.at) * 1000:.0f} ms"
    return f"    part {name}: {'accepted' if call.accepted else 'not accepted'}, {end}"


def _rows(report: DeliveryReport) -> list[str]:
    head = f"delivery {report.id} of {report.issue_key}, {report.occasion}: {report.state}"
    parts = ", ".join(
        f"{receipt.part} {receipt.state}" + (f" as {receipt.message_id}" if receipt.message_id else "")
        + (f" ({receipt.reason})" if receipt.reason else "")
        for receipt in report.receipts
    )  # fmt: skip
    return [f"  {head} {report.reason or ''}", f"    {parts}"]


def _log(arena: Arena, address: str) -> list[str]:
    return [f"  {member.name}: {line}" for member in arena.members for line in member.lines(address, _LOG_LINES)]
