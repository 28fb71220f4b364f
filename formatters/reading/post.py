"""One post's bytes to an Issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo
from functools import cache
from typing import NamedTuple

from formatters.errors import Diagnostic
from formatters.issue import Issue
from formatters.patterns import lazy
from formatters.reading.dialect import ESSAY, Dialect, DialectError, built_in, dialect_named
from formatters.reading.fields import Field
from formatters.reading.findings import Findings
from formatters.reading.fitting import Fit
from formatters.reading.front_matter import split_front_matter
from formatters.reading.links import site_of
from formatters.reading.markdown import read_markdown
from formatters.reading.metadata import read_metadata
from formatters.reading.structure import Choice, LeftOut, read_structure

MAX_BYTES = 8 * 1024 * 1024
"""A larger post is refused: it would be thousands of messages. The one limit that there is; adapters ask for it."""
MAX_LINES = 200_000
"""A post with more is refused: each line may be a block, and blocks take their time."""

_LINE_END = lazy(r"\r\n?")
# Not to be seen, and refused or misread by YAML, TOML and both platforms; a space keeps words apart
_UNPRINTABLE = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


class Reading(NamedTuple):
    """A post that can be used."""

    issue: Issue
    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings, in line order."""
    dialect: str = ESSAY
    """The name of the dialect that fits, or "essay"."""
    fits: tuple[Fit, ...] = ()
    """How well each dialect that was tried fits, and why."""
    left_out: tuple[LeftOut, ...] = ()
    """Line and reason of what the issue does not show, but for rules and comments."""


def read_post(
    data: bytes,
    *,
    name: str,
    home: tzinfo,
    site_url: str | None = None,
    dialect: str | None = None,
    dialects: Sequence[Dialect] | None = None,
) -> Reading:
    """Return the issue that a post file holds.

    `name` stands in diagnostics, and gives the date where the front matter has none and it begins with one. `home`
    is the digest's time zone. Links that begin with / are taken from `site_url`; without it they are text. `dialect`
    names the only one that may fit, or "essay"; the post's own front matter comes first. `dialects` are all that
    there are: the built-in ones, unless given. Raises PostError for a post that cannot be used, and DialectError if
    nobody knows `dialect`; nothing else.
    """
    known = built_in() if dialects is None else tuple(dialects)
    chosen = None if dialect is None else (dialect_named(dialect, known),)
    findings = Findings(name)
    text = _decode(data, findings)
    front = split_front_matter(text, findings)
    metadata = read_metadata(front, findings, name=name, home=home)
    if not front.body.strip():
        line = max(front.body_line - 1, 1)
        findings.stop(line, "the post has no text", "write something below the front matter")
    document = read_markdown(front.body, first_line=front.body_line, own_line=_own_line(known), site=site_of(site_url))
    if document.open_comment is not None:
        findings.warn(
            document.open_comment, "a comment is opened here and never closed, so all that follows is hidden", "add -->"
        )
    choice = _choice(metadata.dialect, chosen, known, findings)
    found = read_structure(document, title=metadata.title, choice=choice, findings=findings)
    if found.title is None:
        given = front.fields.get("title")
        if given is None or given.value is None or isinstance(given.value, str):  # else told already
            advice = f'add one to the front matter, as in title{front.sign}"…", or begin with a # heading'
            findings.refuse(front.line, "the post has no title", advice)
    elif not (found.items or found.sections or found.intro or found.trends or found.watch):
        findings.refuse(front.body_line, "the post has nothing to show", "write something below the title")
    findings.raise_if_refused()
    issue = Issue(
        title=found.title or "",
        date=metadata.date,
        kind=found.kind,
        draft=metadata.draft,
        tags=metadata.tags,
        slug=metadata.slug,
        intro=found.intro,
        items=found.items,
        trends_title=found.trends_title,
        trends=found.trends,
        watch_title=found.watch_title,
        watch=found.watch,
        sections=found.sections,
        trends_line=found.trends_line,
        watch_line=found.watch_line,
    )
    return Reading(issue, findings.in_line_order(), found.dialect, found.fits, found.left_out)


@cache
def _own_line(known: tuple[Dialect, ...]) -> re.Pattern[str]:
    """Return what begins a paragraph of its own inside of one: a source line, or an item that is a line."""
    patterns = dict.fromkeys(dialect.keywords.source_line.pattern for dialect in known)
    lines = dict.fromkeys(dialect.line.pattern for dialect in known if dialect.line)
    unnamed = (re.sub(r"\(\?P<\w+>", "(?:", pattern) for pattern in (*patterns, *lines))
    return re.compile("|".join(unnamed), re.IGNORECASE)


def _choice(
    asked: Field | None, chosen: tuple[Dialect | None] | None, known: tuple[Dialect, ...], findings: Findings
) -> Choice:
    """Settle which dialects may fit: the front matter's, else the caller's, else all."""
    if asked is not None:
        try:
            named = dialect_named(str(asked.value), known)
        except DialectError as error:
            problem, _, advice = str(error).partition("; ")
            findings.refuse(asked.line, problem, advice)
        else:
            return Choice((named,) if named else (), known, named=True, line=asked.line)
    if chosen is not None:
        return Choice(tuple(dialect for dialect in chosen if dialect), known)
    return Choice(known, known)


def _decode(data: bytes, findings: Findings) -> str:
    if len(data) > MAX_BYTES:
        most = f"{MAX_BYTES // 2**20} MiB"
        findings.stop(1, f"the post is larger than {most}", "split it, and keep images out of the file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.stop(
            data.count(b"\n", 0, error.start) + 1,
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} cannot be read",
            "save it as UTF-8",
        )
    text = _LINE_END.sub("\n", text)
    if (lines := text.count("\n")) > MAX_LINES:
        findings.stop(MAX_LINES, f"the post has {lines} lines, more than {MAX_LINES}", "split it")
    return _UNPRINTABLE.sub(" ", text) if _UNPRINTABLE.search(text) else text
