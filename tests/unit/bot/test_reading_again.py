"""When a post is read again, and when what is known of it serves."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.posts.loading import load
from bot.posts.reader_version import code_version, reader_version
from bot.posts.writing import AS_IT_COMES, Writing
from tests import written_posts

HOME = ZoneInfo("Asia/Shanghai")


def test_a_file_whose_content_is_known_is_not_read_as_a_post_again(tmp_path: Path) -> None:
    path = written_posts.write(tmp_path, "a.md", written_posts.digest(date(2026, 2, 12)))
    first = load(path, tmp_path, HOME)
    assert first.known is not None
    again = load(path, tmp_path, HOME, known_hash=first.content_hash)
    assert (again.known, again.reading, again.content_hash) == (None, None, first.content_hash)
    assert load(path, tmp_path, HOME, known_hash="another").known is not None


def test_a_reader_of_other_code_or_data_is_another_reader(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    code, data, other = tmp_path / "a.py", tmp_path / "words" / "b.toml", tmp_path / "words" / "notes.txt"
    seen: list[str] = []
    for file in (code, data, code, other):
        file.write_text(str(len(seen)))
        seen.append(code_version([tmp_path]))
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[2], "what is neither decides nothing"


def test_a_reader_with_other_settings_is_another_reader() -> None:
    versions = {
        reader_version(writing, home)
        for writing in (AS_IT_COMES, Writing("https://site.example"), Writing(None, "numbered"))
        for home in (HOME, ZoneInfo("UTC"))
    }
    assert len(versions) == 6
    assert reader_version(Writing(), HOME) == reader_version(AS_IT_COMES, HOME)
