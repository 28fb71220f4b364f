"""The catalogs, compiled by babel, read once a language."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_LOCALE = Path(__file__).parent / "locale"


def negotiate(code: str | None, default: Language) -> Language:
    """Return the language to use for a platform's code such as `zh-hans`, `en-GB`, `de` or None.

    Chinese of any script is zh; any other language is better served by English than by Chinese.
    """
    if not code:
        return default
    return "zh" if code.lower().replace("_", "-").split("-")[0] in ("zh", "yue", "wuu") else "en"


@cache
def translations(language: str) -> GNUTranslations:
    """Return the compiled catalog.

    Raises FileNotFoundError if the catalogs were not compiled, which installing the package does.
    """
    with (_LOCALE / language / "LC_MESSAGES" / "digestbot.mo").open("rb") as file:
        return GNUTranslations(file)
