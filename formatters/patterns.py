"""Regular expressions that are compiled when they are first used: importing this package stays quick."""

from __future__ import annotations

import re
from typing import cast

_METHODS = ("match", "fullmatch", "search", "sub", "findall", "finditer")


class _Lazy:
    """Stands for a pattern; its first use puts the compiled pattern's methods in its own place."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, name: str) -> object:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what behaves like the pattern, as far as it is used here, and is compiled when it is first used."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))
