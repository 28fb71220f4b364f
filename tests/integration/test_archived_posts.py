"""A folder of posts over a real archive: each post is read once, whatever happens to the process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import DatabaseError
from bot.ports.archive import ReadPost
from bot.ports.posts import Scan
from bot.posts.directory import PostDirectory
from bot.posts.writing import AS_IT_COMES, Writing
from bot.storage.archive import SqlArchive
from bot.storage.engine import Database, open_database
from bot.storage.migrations import migrate
from tests import written_posts

DAY = date(2026, 2, 12)
HOME = ZoneInfo("Asia/Shanghai")


class WatchedArchive(SqlArchive):
    """Notes what is read, and fails when it is told to."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.read: list[str] = []
        self.forgotten: list[str] = []
        self.failures = 0

    async def keep(self, read: Sequence[ReadPost], reader: str) -> None:
        if self.failures:
            self.failures -= 1
            raise DatabaseError("the disk is full")
        self.read += [one.archived.place for one in read]
        await super().keep(read, reader)

    async def forget(self, places: Collection[str]) -> None:
        self.forgotten += places
        await super().forget(places)


class Folder:
    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self.database = database
        self.seconds = 1000.0
        self.start()

    def start(self, writing: Writing = AS_IT_COMES) -> None:
        """Begin as a new process does."""
        self.archive = WatchedArchive(self.database)
        self.directory = PostDirectory(
            self.root, HOME, writing=writing, archive=self.archive, monotonic=lambda: self.seconds
        )

    def write(self, name: str, day: date = DAY, **content: Any) -> Path:
        return written_posts.write(self.root, name, written_posts.digest(day, **content))

    async def scan(self, *, after: float = 0) -> Scan:
        self.seconds += after
        return await self.directory.scan()

    async def titles(self, *, after: float = 0) -> list[str]:
        return [one.title for one in (await self.scan(after=after)).issues]


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Folder]:
    root = tmp_path / "posts"
    root.mkdir()
    async with open_database(f"sqlite:///{tmp_path / 'archive.db'}") as database:
        await migrate(database)
        yield Folder(root, database)


async def test_a_second_start_reads_nothing(folder: Folder) -> None:
    for number in range(3):
        folder.write(f"{number}.md", DAY - timedelta(days=number))
    first = await folder.scan()
    assert folder.archive.read == ["0.md", "1.md", "2.md"]
    folder.start()
    second = await folder.scan()
    assert folder.archive.read == []
    assert (second.issues, second.changed) == (first.issues, True)
    assert not (await folder.scan()).changed


async def test_a_file_that_was_only_touched_or_moved_to_another_disk_is_not_read_as_a_post_again(
    folder: Folder,
) -> None:
    path = folder.write("a.md")
    await folder.scan()
    folder.start()
    os.utime(path, (1, 1))
    assert len((await folder.scan()).issues) == 1
    folder.start()
    await folder.scan()
    assert folder.archive.read == []


async def test_an_edit_while_the_bot_was_down_is_read_once(folder: Folder) -> None:
    folder.write("a.md", title="before")
    folder.write("b.md", DAY - timedelta(days=1))
    await folder.scan()
    folder.write("a.md", title="after")
    folder.start()
    assert await folder.titles() == ["after", f"推理日报｜{DAY - timedelta(days=1)}"]
    assert folder.archive.read == ["a.md"]


async def test_an_edit_under_way_at_the_start_shows_what_was_before_with_its_content(folder: Folder) -> None:
    path = folder.write("a.md", title="before")
    await folder.scan()
    path.write_text(written_posts.digest(DAY, title="half of it"))
    folder.start()
    scan = await folder.scan()
    assert ([one.title for one in scan.issues], scan.settling) == (["before"], 1)
    issue = await folder.directory.load(scan.issues[0])
    assert issue
    assert issue.title == "before"
    assert await folder.titles(after=5) == ["half of it"]


async def test_content_is_loaded_when_it_is_asked_for(folder: Folder) -> None:
    folder.write("a.md")
    (listed,) = (await folder.scan()).issues
    issue = await folder.directory.load(listed)
    assert issue
    assert [item.number for item in issue.items] == [1, 2]
    folder.root.joinpath("a.md").unlink()
    await folder.scan()
    assert await folder.directory.load(listed) is None
    assert folder.archive.forgotten == ["a.md"]


async def test_a_file_that_went_while_the_bot_was_down_is_forgotten(folder: Folder) -> None:
    folder.write("b.md")
    path = folder.write("a.md")
    await folder.scan()
    path.unlink()
    folder.start()
    assert len((await folder.scan()).issues) == 1
    assert folder.archive.forgotten == ["a.md"]


async def test_a_post_that_was_refused_stays_refused_with_its_reasons(folder: Folder) -> None:
    written_posts.write(folder.root, "bad.md", "---\ntitle: a: b\n---\n\ntext\n")
    first = await folder.scan()
    folder.start()
    assert (await folder.scan()).refused == first.refused != ()


async def test_another_way_to_read_reads_everything_again(folder: Folder) -> None:
    folder.write("a.md")
    await folder.scan()
    folder.start(Writing(site_url="https://site.example"))
    assert len((await folder.scan()).issues) == 1
    assert folder.archive.read == ["a.md"]


async def test_what_the_archive_could_not_keep_is_read_again(folder: Folder) -> None:
    folder.write("a.md")
    folder.archive.failures = 1
    with pytest.raises(DatabaseError):
        await folder.scan()
    assert len((await folder.scan()).issues) == 1


async def test_a_name_that_is_no_text_is_no_obstacle(folder: Folder) -> None:
    folder.write(os.fsdecode(b"\xff.md"))
    (listed,) = (await folder.scan()).issues
    assert listed.key == "\\xff"
    assert await folder.directory.load(listed)
    folder.start()
    assert len((await folder.scan()).issues) == 1


async def test_a_long_reading_tells_how_far_it_is(folder: Folder) -> None:
    for number in range(250):
        folder.write(f"{number:03}.md", DAY - timedelta(days=number))
    ticking = iter(range(0, 10_000, 6))
    folder.directory = PostDirectory(folder.root, HOME, archive=folder.archive, monotonic=lambda: next(ticking))
    with capture_logs() as logs:
        await folder.scan()
    assert [(line["event"], line["read"], line["of"]) for line in logs] == [
        ("reading posts", 0, 250),
        ("reading posts", 100, 250),
        ("reading posts", 200, 250),
        ("reading posts", 250, 250),
    ]


async def test_reading_can_be_given_up_and_goes_on_where_it_was(folder: Folder) -> None:
    for number in range(300):
        folder.write(f"{number:03}.md", DAY - timedelta(days=number))
    scanning = asyncio.create_task(folder.scan())
    while not folder.archive.read:
        await asyncio.sleep(0.001)
    scanning.cancel()
    await asyncio.wait({scanning})
    read = len(folder.archive.read)
    assert read < 300
    folder.start()
    assert len((await folder.scan()).issues) == 300
    assert len(folder.archive.read) <= 300 - read + 100
