"""How the values of settings are read: each says what was given, what is wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, SecretStr

from bot.domain.destination import Destination, Platform, slack_destination, telegram_destination
from bot.domain.person import Person
from bot.domain.subscription import place_of, styles_of
from bot.web.address import ListenAddress
from formatters.views import Style

_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_USER = re.compile(r"[1-9]\d{0,19}", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]+")


def hour(value: object) -> time:
    """Return an hour of the day; ValueError otherwise."""
    if isinstance(value, time):
        return value
    if (match := _HOUR.fullmatch(str(value).strip())) is None:
        raise ValueError(f"{value!r} is not an hour of the day; write it as HH:MM, such as 08:00")
    return time(int(match[1]), int(match[2]))


def zone(value: object) -> ZoneInfo:
    """Return a time zone; ValueError otherwise."""
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value).strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not an IANA time zone; use a name such as 'Asia/Shanghai'") from error


def chats(value: object) -> Mapping[Destination, Style | None]:
    """Return the Telegram chats of a list with commas, each with the style it names; ValueError otherwise."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, str):
        value = value.split(",")
    given = value if isinstance(value, list | tuple) else (value,)
    return dict(_styled(chat) for chat in map(str, given) if chat.strip())


def _styled(text: str) -> tuple[Destination, Style | None]:
    """Return what `@channel` or `@channel=rich` names."""
    address, separator, word = (piece.strip() for piece in text.partition("="))
    destination = telegram_destination(address)
    if not separator:
        return destination, None
    offered = styles_of(destination.platform, place_of(destination))
    if word not in offered:
        raise ValueError(f"{text.strip()!r} names no style of such a place; write {address}={' or ='.join(offered)}")
    return destination, Style(word)


def channel(value: object) -> Destination | None:
    """Return a Slack channel; ValueError otherwise."""
    if value is None or isinstance(value, Destination):
        return value
    return slack_destination(str(value)) if str(value).strip() else None


def owners(value: object) -> tuple[Person, ...]:
    """Return the Telegram users of a list of numbers with commas; ValueError otherwise."""
    given = value if isinstance(value, list | tuple) else str(value).split(",")
    return tuple(one if isinstance(one, Person) else _person(str(one)) for one in given if str(one).strip())


def _person(text: str) -> Person:
    number = text.strip()
    if not _USER.fullmatch(number):
        raise ValueError(
            f"{number!r} is not the numeric id of a Telegram user, such as 123456789; digestbot owner-link needs no id"
        )
    return Person(Platform.TELEGRAM, number)


def listen(value: object) -> ListenAddress:
    """Return an address to listen on; ValueError otherwise."""
    return value if isinstance(value, ListenAddress) else ListenAddress.parse(str(value))


def keys(value: object) -> tuple[SecretStr, ...]:
    """Return the keys of a list with commas; ValueError otherwise."""
    if isinstance(value, str):
        value = value.split(",")
    given = value if isinstance(value, list | tuple) else (value,)
    named = (key.get_secret_value() if isinstance(key, SecretStr) else str(key) for key in given)
    return tuple(SecretStr(key.strip()) for key in named if key.strip())


def rate(value: object, *, most: float) -> float | None:
    """Return a number of messages a second; None for None."""
    if value is None:
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise ValueError(f"{str(value)!r} is not a rate; write messages a second, more than 0 and at most {most}")
    return number


def nothing_if_blank(value: object) -> object:
    """Return None for a text without content."""
    return None if isinstance(value, str) and not value.strip() else value


def one_of(*values: str) -> BeforeValidator:
    """Return what accepts these words alone, in any case."""

    def chosen(value: object) -> str:
        text = str(value).strip().lower()
        if text not in values:
            raise ValueError(f"{value!r} is not one of its values; write {', '.join(values[:-1])} or {values[-1]}")
        return text

    return BeforeValidator(chosen)


def url(text: str) -> str:
    """Return an http or https address; ValueError otherwise."""
    if not re.match(r"https?://[^/\s]+", text):
        raise ValueError(f"{text!r} is not a URL; it must begin with http:// or https://")
    return text.strip()


def slack_token(token: SecretStr | None, prefix: str, where: str) -> SecretStr | None:
    """Return a token that begins as it must; ValueError, which says `where` to find it, otherwise."""
    stripped = secret(token)
    if stripped is not None and not stripped.get_secret_value().startswith(prefix):
        raise ValueError(f"does not begin with {prefix}; copy {where} of your Slack app")
    return stripped


def secret(secret: SecretStr | None) -> SecretStr | None:
    """Return the secret without space around it; ValueError if there is what no header could carry."""
    if secret is None:
        return None
    text = secret.get_secret_value().strip()
    if not _PRINTABLE.fullmatch(text):
        raise ValueError(
            "holds a line break, a space or another character that it cannot have; copy it again, as one line"
        )
    return SecretStr(text)


_COMMAND = re.compile(r"/[a-z0-9_-]{1,31}", re.ASCII)
_MEMBER = re.compile(r"[UW][0-9A-Z]+", re.ASCII)


def slack_command(value: object) -> str:
    """Return the slash command that takes every verb."""
    text = str(value).strip()
    if not _COMMAND.fullmatch(text) or text in {"/today", "/item"}:
        raise ValueError(
            f"{text!r} cannot take every verb; write a slash and up to 31 of a-z, 0-9, - and _, such as /news"
        )
    return text


def slack_member(value: object) -> str | None:
    """Return the id of a member of a Slack workspace."""
    text = str(value or "").strip()
    if not text:
        return None
    if not _MEMBER.fullmatch(text):
        raise ValueError(
            f"{text!r} is not a member's id; copy it from your profile in Slack, ⋮ → Copy member ID: U0123456789"
        )
    return text
