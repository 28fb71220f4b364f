"""What every ledger promises about issues, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.issues import KnownIssue, ref_of
from bot.storage.ledger import SqlLedger
from tests.contract.samples import HOUR, NOW, chat, for_one, post


async def test_an_issue_gets_the_ref_of_its_key(ledger: SqlLedger) -> None:
    assert await ledger.record_issues([post("a"), post("b", "另一期")], now=NOW) == {
        "a": ref_of("a"),
        "b": ref_of("b"),
    }
    assert await ledger.record_issues([], now=NOW) == {}


async def test_an_edited_issue_stays_the_same(ledger: SqlLedger) -> None:
    await ledger.record_issues([post("a")], now=NOW)
    await ledger.release("a", now=NOW)
    edited = post("a", "新的标题", date(2026, 2, 13), text="b")
    assert await ledger.record_issues([edited], now=NOW + HOUR) == {"a": ref_of("a")}
    assert await ledger.released_at("a") == NOW


async def test_a_renamed_issue_keeps_its_ref_its_release_and_its_deliveries(ledger: SqlLedger) -> None:
    await ledger.record_issues([post("draft")], now=NOW)
    await ledger.release("draft", now=NOW)
    await ledger.plan(for_one(chat(), issue="draft"), now=NOW)
    assert await ledger.record_issues([post("final", text="b")], now=NOW + HOUR) == {"final": ref_of("draft")}
    assert await ledger.released_at("final") == NOW
    assert await ledger.has_delivery("final", chat(), "daily")
    assert await ledger.plan(for_one(chat(), issue="final"), now=NOW) == 0


@pytest.mark.parametrize(
    "other",
    [post("b", "另一期"), post("b", day=date(2026, 2, 13)), post("b", day=None)],
    ids=["title", "date", "no date"],
)
async def test_another_title_or_date_makes_another_issue(ledger: SqlLedger, other: KnownIssue) -> None:
    await ledger.record_issues([post("a")], now=NOW)
    await ledger.release("a", now=NOW)
    assert await ledger.record_issues([other], now=NOW) == {"b": ref_of("b")}
    assert await ledger.released_at("b") is None


async def test_a_copy_beside_the_original_is_another_issue(ledger: SqlLedger) -> None:
    await ledger.record_issues([post("a")], now=NOW)
    assert await ledger.record_issues([post("a"), post("copy")], now=NOW) == {"a": ref_of("a"), "copy": ref_of("copy")}


async def test_one_lost_issue_is_found_again_only_once(ledger: SqlLedger) -> None:
    await ledger.record_issues([post("a")], now=NOW)
    refs = await ledger.record_issues([post("b"), post("c")], now=NOW)
    assert refs == {"b": ref_of("a"), "c": ref_of("c")}


async def test_a_key_that_is_used_again_after_a_rename_gets_a_ref_of_its_own(ledger: SqlLedger) -> None:
    await ledger.record_issues([post("today")], now=NOW)
    await ledger.record_issues([post("2026-02-12")], now=NOW)
    refs = await ledger.record_issues([post("2026-02-12"), post("today", "下一期", date(2026, 2, 13))], now=NOW)
    assert refs["2026-02-12"] == ref_of("today")
    assert len(set(refs.values())) == 2


async def test_the_first_release_counts(ledger: SqlLedger) -> None:
    await ledger.record_issues([post("a")], now=NOW)
    assert await ledger.released_at("a") is None
    assert await ledger.release("a", now=NOW) == NOW
    assert await ledger.release("a", now=NOW + HOUR) == NOW
    assert await ledger.released_at("a") == NOW


async def test_an_issue_that_was_never_recorded_cannot_be_released(ledger: SqlLedger) -> None:
    assert await ledger.released_at("nowhere") is None
    with pytest.raises(LookupError, match="nowhere"):
        await ledger.release("nowhere", now=NOW)
