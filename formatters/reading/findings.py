"""Collects what is wrong with a post while it is read on."""

from __future__ import annotations

from typing import NoReturn

from formatters.errors import Diagnostic, PostError, Severity


class Findings:
    """The diagnostics of one post, so that all faults are told together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: list[Diagnostic] = []

    def warn(self, line: int, problem: str, advice: str) -> None:
        """Note something that does not stop the post from being used."""
        self._found.append(Diagnostic(Severity.WARNING, self._name, max(line, 1), problem, advice))

    def refuse(self, line: int, problem: str, advice: str) -> None:
        """Note something that makes the post unusable; reading may go on to find more."""
        self._found.append(Diagnostic(Severity.ERROR, self._name, max(line, 1), problem, advice))

    def stop(self, line: int, problem: str, advice: str) -> NoReturn:
        """Note something after which nothing further can be read; raise PostError."""
        self.refuse(line, problem, advice)
        raise PostError(self.in_line_order())

    def raise_if_refused(self) -> None:
        """Raise PostError if any finding so far is an error."""
        if any(finding.severity is Severity.ERROR for finding in self._found):
            raise PostError(self.in_line_order())

    def in_line_order(self) -> tuple[Diagnostic, ...]:
        """Return everything found, by line."""
        return tuple(sorted(self._found, key=lambda finding: finding.line))
