"""Posts and folders that may not be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.domain.errors import PostsError
from tests.unit.bot.post_folder import Folder, problems


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    root = tmp_path / "posts"
    root.mkdir()
    return Folder(root)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while, if this is the superuser, who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


class TestPermissions:
    @pytest.fixture
    def folder(self) -> Iterator[Folder]:
        """A folder that everybody may read, with a post that was read."""
        with TemporaryDirectory() as place:
            Path(place).chmod(0o755)
            root = Path(place, "posts")
            root.mkdir()
            (Path(place) / "now").touch()
            (Path(place) / "now").chmod(0o666)
            folder = Folder(root)
            folder.write("a.md")
            yield folder

    def test_that_are_lacking_are_told_and_mended_without_touching_the_text(self, folder: Folder) -> None:
        assert folder.keys() == ["a"]
        path = folder.write("b.md")
        path.chmod(0)
        with unprivileged():
            folder.scan()
            scan = folder.scan(after=5)
        assert [known.key for known in scan.issues] == ["a"]
        assert problems(scan) == {"b.md": "the file cannot be read (Permission denied)"}
        path.chmod(0o644)
        with unprivileged():
            folder.scan()
            assert folder.keys(after=5) == ["a", "b"]

    def test_that_a_folder_lacks_close_that_folder_alone(self, folder: Folder) -> None:
        assert folder.keys() == ["a"]
        closed = folder.root / "lost+found"
        closed.mkdir(0)
        with unprivileged():
            scan = folder.scan()
        assert [known.key for known in scan.issues] == ["a"]
        assert problems(scan) == {"lost+found": "the folder cannot be read (Permission denied)"}
        closed.chmod(0o755)

    def test_that_the_whole_folder_lacks_are_told_by_the_settings_name(self, folder: Folder) -> None:
        assert folder.keys() == ["a"]
        folder.root.chmod(0)
        with (
            unprivileged(),
            pytest.raises(PostsError, match=r"cannot be read \(Permission denied\); check its permissions"),
        ):
            folder.scan()
        folder.root.chmod(0o755)


def test_new_permissions_make_a_file_read_again(folder: Folder) -> None:
    path = folder.write("a.md")
    assert folder.scan().changed
    path.chmod(0o600)
    assert not folder.scan().changed
    assert folder.scan(after=5).changed


def test_a_subfolder_that_cannot_be_listed_is_told_and_does_not_hide_the_rest(folder: Folder) -> None:
    folder.write("a.md")
    too_deep = _dig_deeper_than_any_path(folder.root)
    scan = folder.scan()
    assert [known.key for known in scan.issues] == ["a"]
    ((path, (diagnostic,)),) = scan.refused
    assert len(str(path)) >= too_deep
    assert diagnostic.problem == "the folder cannot be read (File name too long)"
    assert not folder.scan().changed


def _dig_deeper_than_any_path(root: Path) -> int:
    """Make folders in folders until their path is longer than the system takes; return that length."""
    longest = os.pathconf(root, "PC_PATH_MAX")
    name, place = "x" * 200, os.open(root, os.O_RDONLY)
    for _ in range(longest // len(name) + 1):
        os.mkdir(name, dir_fd=place)
        deeper = os.open(name, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = deeper
    os.close(place)
    return longest
