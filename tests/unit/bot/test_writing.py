"""What the operator says about how posts are written reaches the reader of posts."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import SettingsError
from bot.posts.loading import load
from bot.posts.writing import AS_IT_COMES, Writing, writing_of

HOME = ZoneInfo("Asia/Shanghai")
OWN = 'name = "arrows"\n[item]\nbegins = "heading"\nnumber = "(?P<number>[0-9]+)>"\n'
POST = "---\ntitle: t\ndate: 2026-03-01\n---\n\n## 1> a\n\nSource: [s](/s)\n\n## 2> b\n\nSource: https://b.com\n"


def test_nothing_said_is_whichever_fits_best() -> None:
    assert writing_of(None, None) == AS_IT_COMES
    assert writing_of("https://a.com", "numbered") == Writing("https://a.com", "numbered")


def test_a_file_describes_a_dialect_and_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "arrows.toml"
    own.write_text(OWN)
    writing = writing_of("https://site.example", str(own))
    assert writing.dialect == "arrows"
    assert [dialect.name for dialect in writing.dialects or ()][:2] == ["arrows", "parenthesis"]
    post = tmp_path / "post.md"
    post.write_text(POST)
    loaded = load(post, tmp_path, HOME, writing)
    assert loaded.known is not None
    assert loaded.reading is not None
    assert loaded.reading.dialect == "arrows"
    assert loaded.known.issue.items[0].first_url == "https://site.example/s"


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "cannot be read"), (b"\xff", "cannot be read"), (b"name = 1", "needs a name")]
)
def test_a_file_that_is_no_dialect_is_told(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=problem):
        writing_of(None, str(path))


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(SettingsError, match="no dialect is called 'klingon'; write one of"):
        writing_of(None, "klingon")
