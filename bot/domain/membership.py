"""Who may do what with the bot: owners operate it, readers were let in by an invitation."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.person import Person

_SECRET_BYTES = 16
_ARGUMENT = re.compile(r"\d+-([jw])-([0-9a-f]{32})", re.ASCII)
"""Of /start: https://core.telegram.org/bots/features#deep-linking allows 64 of `A-Za-z0-9_-`."""


class Role(StrEnum):
    """What somebody is to the bot."""

    OWNER = "owner"
    READER = "reader"


_LETTERS = {Role.OWNER: "w", Role.READER: "j"}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role."""

    person: Person
    role: Role
    language: str | None
    """In which the link was followed; None for who is named by the settings."""
    since: datetime | None
    """None for who is named by the settings."""


class Redemption(StrEnum):
    """What becomes of following an invitation's link."""

    WELCOME = "welcome"
    ALREADY = "already"
    """Who follows it has the role, perhaps by this very link; nothing is used up."""
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InvitationKey:
    """What an invitation's link carries, and all that opens it. Whoever has it gets the role."""

    role: Role
    secret: str
    """32 hexadecimal digits."""

    @classmethod
    def fresh(cls, role: Role) -> InvitationKey:
        """Return one that nobody can guess."""
        return cls(role, secrets.token_hex(_SECRET_BYTES))

    @classmethod
    def parse(cls, argument: str) -> InvitationKey | None:
        """Return the key in an argument of /start, or None where there is none."""
        match = _ARGUMENT.fullmatch(argument)
        if match is None:
            return None
        role = next(role for role, letter in _LETTERS.items() if letter == match[1])
        return cls(role, match[2])

    @property
    def argument(self) -> str:
        """The argument of /start."""
        return f"1-{_LETTERS[self.role]}-{self.secret}"

    @property
    def digest(self) -> str:
        """What is kept of it: whoever reads the database finds no link."""
        return hashlib.sha256(self.argument.encode()).hexdigest()
