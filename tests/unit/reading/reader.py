"""Reads posts that are written in a test."""

from __future__ import annotations

from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from formatters.errors import Diagnostic, PostError
from formatters.issue import Issue
from formatters.reading import Reading, read_post

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEAD = '+++\ntitle = "日报"\ndate = 2026-02-12\n+++\n'
"""Four lines: a body written after it begins on line 5."""


def reading(text: str | bytes, name: str = "post.md") -> Reading:
    data = text if isinstance(text, bytes) else text.encode()
    return read_post(data, name=name, home=SHANGHAI)


def issue_of(text: str | bytes, name: str = "post.md") -> Issue:
    return reading(text, name).issue


def body(text: str) -> Issue:
    """Read `text` below front matter with a title and a date."""
    return issue_of(HEAD + dedent(text))


def findings(text: str | bytes, name: str = "post.md") -> tuple[Diagnostic, ...]:
    """Return the diagnostics of a post that must be refused."""
    with pytest.raises(PostError) as refused:
        reading(text, name)
    return refused.value.diagnostics


def refusal(text: str | bytes, name: str = "post.md") -> Diagnostic:
    """Return the one error of a post that must be refused."""
    (error,) = [finding for finding in findings(text, name) if finding.severity == "error"]
    return error


def attempt(text: str | bytes) -> Reading | PostError:
    """Return the reading or the refusal; anything else that is raised fails the test."""
    try:
        return reading(text)
    except PostError as refusal:
        return refusal
