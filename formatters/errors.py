"""What can go wrong while reading or rendering.

FormatError
├── PostError        a post that cannot be read; carries diagnostics with file and line
└── ViewError        a view asks for something that the issue does not hold
    ├── NoSuchItem
    └── NothingToShow
"""

from __future__ import annotations

from enum import StrEnum

from formatters.values import value


class Severity(StrEnum):
    """An error refuses the post; a warning is told and the post is used."""

    ERROR = "error"
    WARNING = "warning"


@value
class Diagnostic:
    """One finding about a post: where, what is wrong, and how to mend it."""

    severity: Severity
    name: str
    """The post's file as the caller named it."""
    line: int
    """Counted from 1 in the whole file, front matter included; 1 where no line fits better."""
    problem: str
    advice: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.severity}: {self.problem}; {self.advice}"


class FormatError(Exception):
    """The root of this package's errors."""


class PostError(FormatError):
    """The post cannot be used. `diagnostics` holds at least one error, in line order."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))


class ViewError(FormatError):
    """The issue does not hold what the view asks for."""


class NoSuchItem(ViewError):
    """The issue has items, but none of this number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"the issue has no item {number}")


class NothingToShow(ViewError):
    """The issue lacks the whole section, such as an essay asked for its trends."""
