"""What is kept of an issue as text is read back whole, and nothing else is taken for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from formatters.editions import Added, Note, Subject, Updated, decoded, encoded
from formatters.stored_form import dump_issue, load_issue
from tests.unit.rendering.golden import POSTS, read
from tests.unit.rendering.makers import digest, item


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.stem)
def test_an_issue_is_read_back_whole(post: Path) -> None:
    issue = read(post)
    assert load_issue(dump_issue(issue)) == issue


def test_an_issue_without_a_date_has_none_afterwards() -> None:
    issue = digest(item(1), day=None)
    assert load_issue(dump_issue(issue)) == issue


@pytest.mark.parametrize("text", ["[]", "1", '{"a": 1}', '{"_": "Nothing"}', '{"_": "Text", "words": "x"}', "{"])
def test_any_other_text_is_no_issue(text: str) -> None:
    with pytest.raises(ValueError, match=r"stored issue|line 1"):
        load_issue(text)


@pytest.mark.parametrize("note", [None, Added(), Updated("09:12")])
def test_a_subject_is_read_back_with_its_note(note: Note | None) -> None:
    subject = Subject(3, "题", ("https://a.example/",), None, 2, note)
    assert decoded(json.loads(json.dumps(encoded(subject)))) == subject


def test_other_fields_are_no_subject() -> None:
    with pytest.raises(ValueError, match="is no subject"):
        decoded({"number": 1})
