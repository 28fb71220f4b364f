"""The issues that there are, in step with posts and ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import DatabaseError
from bot.domain.issues import Listed
from bot.ports.posts import Scan
from bot.services.library import Library
from bot.storage.ledger import SqlLedger
from formatters.errors import Diagnostic, Severity
from formatters.issue import Issue
from tests.integration.services.newsroom import KEY, TODAY, YESTERDAY, Newsroom, digest, essay


class FailingOnce(SqlLedger):
    failures = 1

    async def record_issues(self, issues: Sequence[Listed], *, now: datetime) -> dict[str, str]:
        if self.failures:
            self.failures -= 1
            raise DatabaseError("the disk is full")
        return await super().record_issues(issues, now=now)


async def test_a_change_is_taken_over_once(newsroom: Newsroom) -> None:
    newsroom.shelf.issues = [digest(), digest(YESTERDAY)]
    assert await newsroom.library.refresh()
    assert not await newsroom.library.refresh()
    assert len(newsroom.library) == 2
    assert [known.key for known in await newsroom.library.of_day(TODAY)] == [KEY]


async def test_a_change_that_the_ledger_could_not_take_is_not_forgotten(newsroom: Newsroom) -> None:
    newsroom.ledger = FailingOnce(newsroom.database)
    newsroom.restart()
    newsroom.shelf.issues = [digest()]
    with pytest.raises(DatabaseError):
        await newsroom.library.refresh()
    assert await newsroom.library.refresh()
    assert [known.key for known in await newsroom.library.of_day(TODAY)] == [KEY]


async def test_a_reference_survives_a_rename(newsroom: Newsroom) -> None:
    newsroom.shelf.issues = [digest()]
    await newsroom.library.refresh()
    (before,) = await newsroom.library.of_day(TODAY)
    newsroom.shelf.issues = [replace(digest(), key="renamed", ref="other", path=PurePath("renamed.md"))]
    await newsroom.library.refresh()
    found = await newsroom.library.by_ref(before.ref, TODAY)
    assert found is not None
    assert found.key == "renamed"


async def test_a_post_from_elsewhere_can_be_adopted_without_taking_anothers_place(newsroom: Newsroom) -> None:
    newsroom.shelf.issues = [digest()]
    await newsroom.library.refresh()
    adopted = await newsroom.library.adopt(replace(digest(), key="elsewhere"))
    (own,) = await newsroom.library.of_day(TODAY)
    assert adopted.ref != own.ref


async def test_a_refused_post_is_logged_with_its_line_and_advice(newsroom: Newsroom) -> None:
    finding = Diagnostic(Severity.ERROR, "posts/bad.md", 3, "no title", "add one")

    class Refusing:
        async def scan(self) -> Scan:
            return Scan((essay(),), ((PurePath("posts/bad.md"), (finding,)),), 0, changed=True)

        async def load(self, listed: Listed) -> Issue | None:
            return None

    with capture_logs() as logs:
        await Library(Refusing(), newsroom.ledger, newsroom.clock).refresh()
    assert logs == [
        {
            "event": "post refused",
            "log_level": "error",
            "post": "posts/bad.md",
            "line": 3,
            "problem": "no title",
            "advice": "add one",
        }
    ]
