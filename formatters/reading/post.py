"""One post's bytes to an Issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from formatters.errors import Diagnostic
from formatters.issue import Issue
from formatters.reading.dialect import BUILT_IN, KEYWORDS, Dialect, Keywords
from formatters.reading.findings import Findings
from formatters.reading.front_matter import split_front_matter
from formatters.reading.markdown import read_markdown
from formatters.reading.metadata import read_metadata
from formatters.reading.structure import read_structure

MAX_BYTES = 1024 * 1024
"""A larger post is refused: it would be hundreds of messages, and more than a reader's patience."""

_LINE_END = re.compile(r"\r\n?")
# Not to be seen, and refused or misread by YAML, TOML and both platforms; a space keeps words apart
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A post that can be used."""

    issue: Issue
    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings, in line order."""
    dialect: str = "essay"
    """The name of the dialect that fits, or "essay"."""


def read_post(
    data: bytes,
    *,
    name: str,
    home: tzinfo,
    dialects: Sequence[Dialect] = BUILT_IN,
    keywords: Keywords = KEYWORDS,
) -> Reading:
    """Return the issue that a post file holds.

    `name` stands in diagnostics, and gives the date where the front matter has none and it begins with one. `home`
    is the digest's time zone. Raises PostError, and nothing else, for a post that cannot be used.
    """
    findings = Findings(name)
    text = _decode(data, findings)
    front = split_front_matter(text, findings)
    metadata = read_metadata(front, findings, name=name, home=home)
    if not front.body.strip():
        line = max(front.body_line - 1, 1)
        findings.stop(line, "the post has no text", "write something below the front matter")
    document = read_markdown(front.body, first_line=front.body_line, own_line=keywords.source_line)
    if document.open_comment is not None:
        findings.warn(
            document.open_comment, "a comment is opened here and never closed, so all that follows is hidden", "add -->"
        )
    found = read_structure(document, title=metadata.title, dialects=dialects, keywords=keywords, findings=findings)
    if found.title is None:
        if "title" not in front.fields or front.fields["title"].value in (None, ""):
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
    )
    return Reading(issue, findings.in_line_order(), found.dialect)


def _decode(data: bytes, findings: Findings) -> str:
    if len(data) > MAX_BYTES:
        findings.stop(
            1, f"the post has {len(data)} bytes, more than {MAX_BYTES}", "split it, and keep images out of the file"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.stop(
            data.count(b"\n", 0, error.start) + 1,
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} cannot be read",
            "save it as UTF-8",
        )
    text = _LINE_END.sub("\n", text)
    return _UNPRINTABLE.sub(" ", text) if _UNPRINTABLE.search(text) else text
