"""Tokens at rest: Fernet, with the first of several keys; the others still open what they closed.

https://cryptography.io/en/latest/fernet/#cryptography.fernet.MultiFernet
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from bot.domain.errors import SettingsError


def new_key() -> str:
    """Return a fresh random key."""
    return Fernet.generate_key().decode()


def cipher_of(keys: Iterable[str]) -> MultiFernet:
    """Return what closes with the first key and opens with each; ValueError if one is not a key, or there is none."""
    return MultiFernet([Fernet(key) for key in keys])


class Encrypted(TypeDecorator[str]):
    """A text that the database sees only encrypted."""

    impl = Text
    cache_ok = False  # two ciphers are two types

    def __init__(self, cipher: MultiFernet) -> None:
        super().__init__()
        self.cipher = cipher

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return what is stored."""
        return None if value is None else self.cipher.encrypt(value.encode()).decode()

    def process_result_value(self, value: Any, _dialect: Dialect) -> str | None:
        """Return the text; SettingsError if no key opens it."""
        if value is None:
            return None
        try:
            return self.cipher.decrypt(str(value)).decode()
        except InvalidToken:
            raise SettingsError(
                "DIGESTBOT_ENCRYPTION_KEYS: none of these keys opens a stored Slack token; put the key back under which"
                " it was stored, after the new one"
            ) from None
