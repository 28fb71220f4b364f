"""How the operator's posts are written: what the text alone does not tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import SettingsError

if TYPE_CHECKING:
    from formatters.reading.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Writing:
    """The site that the posts belong to, and their dialect."""

    site_url: str | None = None
    """Links that begin with / are taken from here; without it they are text."""
    dialect: str | None = None
    """The name of the one dialect that may fit, or "essay"; None for whichever fits best."""
    dialects: tuple[Dialect, ...] | None = None
    """All that there are; None for the built-in ones."""


AS_IT_COMES = Writing()
"""No site, and whichever dialect fits best."""


def writing_of(site_url: str | None, dialect: str | None) -> Writing:
    """Return what two settings mean; `dialect` is a name or the path of a TOML file that describes one.

    Raises SettingsError for a dialect that cannot be used.
    """
    if dialect is None:
        return Writing(site_url)
    from formatters.reading.dialect import DialectError, built_in, dialect_named, parse_dialect

    known = built_in()
    try:
        if not dialect.endswith(".toml"):
            dialect_named(dialect, known)
            return Writing(site_url, dialect)
        own = parse_dialect(Path(dialect).read_text("utf-8"))
    except DialectError as error:
        raise SettingsError(f"{error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the file {dialect!r} cannot be read: {error}; name a dialect or a TOML file") from error
    return Writing(site_url, own.name, (own, *(other for other in known if other.name != own.name)))
