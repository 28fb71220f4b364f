"""Posts in a folder: what counts, when, and what is told of the rest."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.errors import PostsError
from bot.ports.posts import Scan
from bot.posts.directory import PostDirectory
from bot.posts.loading import load
from formatters.reading import MAX_BYTES
from tests import written_posts
from tests.unit.bot.post_folder import DAY, HOME, Folder, problems


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    root = tmp_path / "posts"
    root.mkdir()
    return Folder(root)


class TestWhatCounts:
    def test_is_every_markdown_file_at_any_depth(self, folder: Folder) -> None:
        for name in ("b.md", "a.MD", "2026/02/c.md", "no.txt", "noted", "md", "d.markdown", "e.md.bak"):
            folder.write(name)
        assert folder.keys() == ["2026/02/c", "a", "b"]

    def test_is_nothing_hidden(self, folder: Folder) -> None:
        for name in (".a.md", ".obsidian/b.md", "2026/.trash/c.md", "d.md"):
            folder.write(name)
        assert folder.keys() == ["d"]

    def test_is_no_folder_that_is_named_like_a_post(self, folder: Folder) -> None:
        folder.write("folder.md/real.md")
        assert folder.keys() == ["folder.md/real"]

    def test_is_no_link_in_a_circle_or_to_nowhere(self, folder: Folder) -> None:
        folder.write("a.md")
        (folder.root / "circle.md").symlink_to(folder.root / "circle.md")
        (folder.root / "nowhere.md").symlink_to(folder.root / "gone.md")
        (folder.root / "again").symlink_to(folder.root)
        scan = folder.scan()
        assert [known.key for known in scan.issues] == ["a"]
        assert scan.refused == ()

    def test_is_a_link_to_a_file_elsewhere(self, folder: Folder, tmp_path: Path) -> None:
        elsewhere = written_posts.write(tmp_path, "elsewhere.md", written_posts.digest(DAY))
        (folder.root / "linked.md").symlink_to(elsewhere)
        assert folder.keys() == ["linked"]

    def test_is_no_pipe(self, folder: Folder) -> None:
        os.mkfifo(folder.root / "pipe.md")
        assert folder.scan().issues == ()

    def test_may_be_nothing(self, folder: Folder) -> None:
        assert folder.scan() == Scan(issues=(), refused=(), settling=0, changed=True)

    async def test_is_the_same_when_asked_without_blocking(self, folder: Folder) -> None:
        folder.write("a.md")
        assert [known.key for known in (await folder.directory.scan()).issues] == ["a"]


class TestIdentity:
    def test_is_the_slug_where_there_is_one(self, folder: Folder) -> None:
        folder.write("a.md", written_posts.essay(DAY).replace("title:", 'slug: "slow"\ntitle:'))
        assert folder.keys() == ["slow"]

    def test_is_the_same_however_the_file_system_spells_a_name(self, folder: Folder) -> None:
        folder.write(unicodedata.normalize("NFD", "2026/Überblick.md"))
        assert folder.keys() == [unicodedata.normalize("NFC", "2026/Überblick")]

    def test_keeps_other_points_of_a_name(self, folder: Folder) -> None:
        folder.write("v1.2.md")
        assert folder.keys() == ["v1.2"]

    def test_belongs_to_the_first_of_two_posts_and_the_other_is_refused(self, folder: Folder) -> None:
        slugged = written_posts.essay(DAY).replace("title:", 'slug: "slow"\ntitle:')
        first, second = folder.write("a.md", slugged), folder.write("b.md", slugged)
        scan = folder.scan()
        assert [known.path for known in scan.issues] == [first]
        ((path, (diagnostic,)),) = scan.refused
        assert path == second
        assert str(diagnostic) == (
            f"{second}:1: error: its identity 'slow' is that of {first} too;"
            " give one of them a slug of its own in the front matter"
        )

    def test_passes_to_the_other_post_once_the_first_is_gone(self, folder: Folder) -> None:
        slugged = written_posts.essay(DAY).replace("title:", 'slug: "slow"\ntitle:')
        first, second = folder.write("a.md", slugged), folder.write("b.md", slugged)
        folder.scan()
        first.unlink()
        assert [known.path for known in folder.scan().issues] == [second]

    @pytest.mark.parametrize("spelling", [Path, Path.absolute, Path.resolve])
    @pytest.mark.parametrize("spelling_of_root", [Path, Path.absolute, Path.resolve])
    def test_does_not_depend_on_how_post_and_folder_are_named(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        spelling: Callable[[Path], Path],
        spelling_of_root: Callable[[Path], Path],
    ) -> None:
        written_posts.write(tmp_path, "real/2026/daily.md", written_posts.digest(DAY))
        (tmp_path / "posts").symlink_to("real")
        monkeypatch.chdir(tmp_path)
        loaded = load(spelling(Path("posts/2026/daily.md")), spelling_of_root(Path("posts")), HOME)
        assert loaded.known
        assert loaded.known.key == "2026/daily"

    def test_of_a_post_elsewhere_is_its_name(self, tmp_path: Path) -> None:
        path = written_posts.write(tmp_path, "else/daily.md", written_posts.digest(DAY))
        loaded = load(path, tmp_path / "posts", HOME)
        assert loaded.known
        assert loaded.known.key == "daily"


class TestAFile:
    def test_that_was_at_rest_before_the_start_counts_at_once(self, folder: Folder) -> None:
        folder.write("a.md")
        scan = folder.scan()
        assert (len(scan.issues), scan.settling) == (1, 0)

    def test_that_is_fresh_at_the_start_counts_after_five_seconds(self, folder: Folder) -> None:
        folder.write("a.md", settled=False)
        assert (folder.scan().issues, folder.scan().settling) == ((), 1)
        assert folder.keys(after=4.9) == []
        assert folder.keys(after=0.1) == ["a"]
        assert folder.scan().settling == 0

    def test_that_appears_later_counts_after_five_seconds_however_old_it_says_it_is(self, folder: Folder) -> None:
        folder.scan()
        folder.write("a.md")
        assert folder.keys() == []
        assert folder.keys(after=4.9) == []
        assert folder.keys(after=0.1) == ["a"]

    def test_that_is_still_being_written_waits_anew(self, folder: Folder) -> None:
        folder.scan()
        path = folder.write("a.md", "+++\n")
        folder.scan()
        folder.seconds += 4
        path.write_text(written_posts.digest(DAY))
        assert folder.keys() == []
        assert folder.keys(after=4) == []
        assert folder.keys(after=1) == ["a"]

    def test_from_the_future_counts_after_five_seconds(self, folder: Folder) -> None:
        path = folder.write("a.md")
        future = path.stat().st_mtime + 86_400
        os.utime(path, (future, future))
        assert folder.keys() == []
        assert folder.keys(after=5) == ["a"]

    def test_that_is_edited_stays_as_it_was_until_the_edit_is_at_rest(self, folder: Folder) -> None:
        path = folder.write("a.md", written_posts.digest(DAY, title="before"))
        folder.scan()
        path.write_text(written_posts.digest(DAY, title="after"))
        for after, title, changed in (
            (1, "before", False),
            (4, "before", False),
            (1, "after", True),
            (9, "after", False),
        ):
            scan = folder.scan(after=after)
            assert ([known.title for known in scan.issues], scan.changed) == ([title], changed)

    def test_that_is_replaced_in_one_stroke_is_noticed(self, folder: Folder, tmp_path: Path) -> None:
        path = folder.write("a.md", written_posts.digest(DAY, title="before"))
        folder.scan()
        status = path.stat()
        new = written_posts.write(tmp_path, "new", written_posts.digest(DAY, title="afterx"))
        os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
        new.rename(path)
        folder.scan()
        assert [known.title for known in folder.scan(after=5).issues] == ["afterx"]

    def test_that_is_deleted_is_gone(self, folder: Folder) -> None:
        path = folder.write("a.md")
        folder.write("b.md")
        assert folder.keys() == ["a", "b"]
        path.unlink()
        scan = folder.scan()
        assert ([known.key for known in scan.issues], scan.changed) == (["b"], True)

    def test_that_is_renamed_goes_and_comes(self, folder: Folder) -> None:
        path = folder.write("a.md")
        assert folder.keys() == ["a"]
        path.rename(folder.root / "b.md")
        assert folder.keys() == []
        assert folder.keys(after=5) == ["b"]

    def test_keeps_its_hash_while_it_keeps_its_content(self, folder: Folder) -> None:
        path = folder.write("a.md")
        (before,) = folder.scan().issues
        path.touch()
        folder.scan()
        (after,) = folder.scan(after=5).issues
        assert after.content_hash == before.content_hash


class TestARefusedPost:
    def test_is_told_with_its_line_and_does_not_hide_the_others(self, folder: Folder) -> None:
        folder.write("bad.md", "---\ntitle: a: b\n---\n\ntext\n")
        folder.write("good.md")
        scan = folder.scan()
        assert [known.key for known in scan.issues] == ["good"]
        ((path, (diagnostic, *_)),) = scan.refused
        assert (path.name, diagnostic.line) == ("bad.md", 2)

    def test_counts_once_it_is_mended(self, folder: Folder) -> None:
        path = folder.write("a.md", "---\ntitle: a: b\n---\n\ntext\n")
        assert "a.md" in problems(folder.scan())
        path.write_text(written_posts.digest(DAY))
        folder.scan()
        scan = folder.scan(after=5)
        assert (len(scan.issues), scan.refused, scan.changed) == (1, (), True)

    def test_may_be_larger_than_any_text(self, folder: Folder) -> None:
        path = folder.root / "film.md"
        with path.open("wb") as file:
            file.truncate(MAX_BYTES + 1)
        folder.scan()
        assert problems(folder.scan(after=5)) == {"film.md": "the file is larger than 8 MiB"}

    def test_is_none_that_is_merely_long(self, folder: Folder) -> None:
        folder.write("a.md", written_posts.digest(DAY) + "\n\n" + "长文。" * 50_000)
        assert folder.keys() == ["a"]

    def test_may_be_no_text_at_all(self, folder: Folder) -> None:
        (folder.root / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe" * 10)
        folder.scan()
        assert list(problems(folder.scan(after=5))) == ["picture.md"]


class TestAFolderThatIsNotThere:
    def test_is_told_by_the_settings_name(self, tmp_path: Path) -> None:
        with pytest.raises(
            PostsError, match=r"DIGESTBOT_POSTS: .*missing' is not a folder; name the folder that holds"
        ):
            PostDirectory(tmp_path / "missing", HOME).scan_now()

    def test_may_be_a_file(self, tmp_path: Path) -> None:
        path = written_posts.write(tmp_path, "a.md", written_posts.digest(DAY))
        with pytest.raises(PostsError, match="is not a folder"):
            PostDirectory(path, HOME).scan_now()

    def test_may_come_back_and_nothing_is_lost(self, folder: Folder, tmp_path: Path) -> None:
        folder.write("a.md")
        assert folder.keys() == ["a"]
        folder.root.rename(tmp_path / "away")
        with pytest.raises(PostsError):
            folder.scan()
        (tmp_path / "away").rename(folder.root)
        scan = folder.scan()
        assert ([known.key for known in scan.issues], scan.changed) == (["a"], False)


class TestALargeFolder:
    def test_is_read_once_and_only_its_changes_later(self, folder: Folder) -> None:
        text = "---\ntitle: t\ndate: 2026-02-12\n---\n\ntext\n"
        for number in range(2_000):
            folder.write(f"{number // 100:02}/{number}.md", text)
        first = folder.scan()
        assert (len(first.issues), first.changed) == (2_000, True)
        second = folder.scan()
        assert not second.changed
        assert all(before is after for before, after in zip(first.issues, second.issues, strict=True))
        (folder.root / "00" / "7.md").write_text(text.replace("title: t", "title: changed"))
        folder.scan()
        third = folder.scan(after=5)
        read_again = [after for before, after in zip(first.issues, third.issues, strict=True) if before is not after]
        assert [known.title for known in read_again] == ["changed"]


def test_a_scan_does_not_hold_up_the_bot(folder: Folder) -> None:
    folder.write("a.md")

    async def look_while_busy() -> list[str]:
        order: list[str] = []

        async def look() -> None:
            await folder.directory.scan()
            order.append("scanned")

        looking = asyncio.create_task(look())
        await asyncio.sleep(0)
        order.append("answered")
        await looking
        return order

    assert asyncio.run(look_while_busy()) == ["answered", "scanned"]
