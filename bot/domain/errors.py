"""What stops the bot, each with a message for its operator.

DigestbotError           says what was given, what is wrong, and what to do
├── SettingsError        exit 2
├── PostsError           the posts folder or a post cannot be used: exit 1
├── PlatformError        a platform cannot be reached or refused the token: exit 3
└── DatabaseError        the database cannot be used: exit 4
    └── DatabaseInUse    another process drains it
"""

from __future__ import annotations


class DigestbotError(Exception):
    """The root; `exit_code` is what the command line ends with."""

    exit_code = 1


class SettingsError(DigestbotError):
    """A setting is missing or cannot be used."""

    exit_code = 2


class PostsError(DigestbotError):
    """The posts folder, or the post that was asked for, cannot be used."""


class PlatformError(DigestbotError):
    """A platform cannot be reached or does not accept the token."""

    exit_code = 3


class DatabaseError(DigestbotError):
    """The database cannot be opened, read or written."""

    exit_code = 4


class DatabaseInUse(DatabaseError):
    """Another process holds the database."""
