"""What the operator chooses: environment, `.env`, `digestbot.toml`, in this order of precedence.

Every fault is reported together, by the setting's own name, with what to do.
"""

from __future__ import annotations

import os
import re
from datetime import time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.domain.destination import Destination, slack_destination, telegram_destination
from bot.domain.errors import SettingsError
from bot.domain.timetable import Timetable

PREFIX = "DIGESTBOT_"

_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_TELEGRAM_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)


def _hour(value: object) -> time:
    if isinstance(value, time):
        return value
    if (match := _HOUR.fullmatch(str(value).strip())) is None:
        raise ValueError(f"{value!r} is not an hour of the day; write it as HH:MM, such as 08:00")
    return time(int(match[1]), int(match[2]))


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value).strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not an IANA time zone; use a name such as 'Asia/Shanghai'") from error


def _chats(value: object) -> tuple[Destination, ...]:
    if isinstance(value, str):
        value = value.split(",")
    chats = value if isinstance(value, list | tuple) else (value,)
    named = (str(chat).strip() for chat in chats)
    return tuple(dict.fromkeys(telegram_destination(chat) for chat in named if chat))


def _channel(value: object) -> Destination | None:
    if value is None or isinstance(value, Destination):
        return value
    return slack_destination(str(value)) if str(value).strip() else None


def _nothing_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


class Settings(BaseSettings):
    """All settings. Each field's description is its documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", toml_file="digestbot.toml", extra="ignore", frozen=True
    )

    posts: Annotated[Path | None, BeforeValidator(_nothing_if_blank)] = Field(
        None, description="The folder that holds your posts; searched recursively for .md files."
    )
    telegram_token: Annotated[SecretStr | None, BeforeValidator(_nothing_if_blank)] = Field(
        None, description="The Telegram bot's token, from @BotFather."
    )
    telegram_chats: Annotated[tuple[Destination, ...], NoDecode, BeforeValidator(_chats)] = Field(
        (), description="Chats that always get the digest: @channel, -100123 or -100123/45 (chat/topic), with commas."
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="The Bot API server's root; calls go to <root>/bot<token>/<method>."
    )
    slack_bot_token: Annotated[SecretStr | None, BeforeValidator(_nothing_if_blank)] = Field(
        None, description="The Slack app's bot token (xoxb-…)."
    )
    slack_app_token: Annotated[SecretStr | None, BeforeValidator(_nothing_if_blank)] = Field(
        None, description="The Slack app-level token for Socket Mode (xapp-…), with connections:write."
    )
    slack_channel: Annotated[Destination | None, NoDecode, BeforeValidator(_channel)] = Field(
        None, description="The id of the Slack channel that gets the digest, such as C0123456789."
    )
    slack_api_url: str = Field("https://slack.com/api/", description="The Slack Web API's base; ends in /api/.")
    deliver_at: Annotated[time, BeforeValidator(_hour)] = Field(
        time(8, 0), description="When the day's issue goes out, HH:MM."
    )
    wait_until: Annotated[time, BeforeValidator(_hour)] = Field(
        time(12, 0), description="How long a late post is watched for, HH:MM; after it nothing goes out by itself."
    )
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        ZoneInfo("Asia/Shanghai"), description="The digest's IANA time zone; it decides what 'today' is."
    )
    language: Annotated[str, Field(pattern="^(zh|en)$")] = Field(
        "zh", description="The language of fixed words where a reader's own is not known: zh or en."
    )
    database_url: Annotated[SecretStr, BeforeValidator(_nothing_if_blank)] = Field(
        SecretStr("sqlite:///digestbot.db"),
        description="Where the ledger is: sqlite:///path/to/file.db or postgresql://user:password@host/name.",
    )
    log_level: Annotated[str, Field(pattern="^(?i:debug|info|warning|error)$")] = Field(
        "info", description="The least severe log lines that are shown: debug, info, warning or error."
    )

    @field_validator("telegram_token")
    @classmethod
    def _looks_like_a_telegram_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _TELEGRAM_TOKEN.fullmatch(token.get_secret_value().strip()):
            raise ValueError("does not look like a bot token; copy it from @BotFather, such as 123456789:AAE…")
        return token and SecretStr(token.get_secret_value().strip())

    @field_validator("slack_bot_token")
    @classmethod
    def _looks_like_a_bot_token(cls, token: SecretStr | None) -> SecretStr | None:
        return _slack_token(token, "xoxb-", "the Bot User OAuth Token from 'OAuth & Permissions'")

    @field_validator("slack_app_token")
    @classmethod
    def _looks_like_an_app_token(cls, token: SecretStr | None) -> SecretStr | None:
        return _slack_token(token, "xapp-", "an app-level token with connections:write from 'Basic Information'")

    @field_validator("telegram_api_url")
    @classmethod
    def _is_a_root(cls, url: str) -> str:
        return _url(url).rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _is_a_base(cls, url: str) -> str:
        return _url(url).rstrip("/") + "/"

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        if self.wait_until < self.deliver_at:
            raise ValueError(
                f"DIGESTBOT_WAIT_UNTIL={self.wait_until:%H:%M} is before DIGESTBOT_DELIVER_AT={self.deliver_at:%H:%M};"
                " make it the same or later"
            )
        if (self.slack_bot_token is None) != (self.slack_app_token is None):
            missing = "DIGESTBOT_SLACK_APP_TOKEN" if self.slack_app_token is None else "DIGESTBOT_SLACK_BOT_TOKEN"
            raise ValueError(f"{missing} is missing; Slack needs both the bot token and the app-level token")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read from arguments, environment, `.env`, then `digestbot.toml`."""
        del file_secret_settings
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def timetable(self) -> Timetable:
        """The daily hours."""
        return Timetable(self.deliver_at, self.wait_until, self.timezone)

    @property
    def fixed_destinations(self) -> tuple[Destination, ...]:
        """The chats and the channel that always get the digest, of configured platforms only."""
        telegram = self.telegram_chats if self.telegram_token else ()
        slack = (self.slack_channel,) if self.slack_channel and self.slack_bot_token else ()
        return (*telegram, *slack)

    @property
    def posts_folder(self) -> Path:
        """The folder of posts; raises SettingsError if there is none."""
        if self.posts is None:
            raise SettingsError("DIGESTBOT_POSTS is not set; name the folder that holds your .md posts")
        return self.posts


def _url(text: str) -> str:
    if not re.match(r"https?://[^/\s]+", text):
        raise ValueError(f"{text!r} is not a URL; it must begin with http:// or https://")
    return text.strip()


def _slack_token(token: SecretStr | None, prefix: str, where: str) -> SecretStr | None:
    if token is None:
        return None
    text = token.get_secret_value().strip()
    if not text.startswith(prefix):
        raise ValueError(f"does not begin with {prefix}; copy {where} of your Slack app")
    return SecretStr(text)


def load_settings(**overrides: Any) -> Settings:
    """Return the settings in force. `overrides` come from the command line.

    Raises SettingsError that names every fault.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        faults = [_fault(dict(details)) for details in error.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join(faults)) from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"digestbot.toml or .env cannot be read: {error}; mend or remove the file") from error


def _fault(details: dict[str, Any]) -> str:
    message = str(details["msg"]).removeprefix("Value error, ")
    if not details["loc"]:
        return message
    name = PREFIX + str(details["loc"][0]).upper()
    if details["type"] == "string_pattern_mismatch":
        field = Settings.model_fields[str(details["loc"][0])]
        return f"{name} is not one of its values; {field.description}"
    return f"{name}: {message}"


def unknown_settings(environment: dict[str, str] | None = None) -> list[str]:
    """Return names in the environment that begin like a setting and are none: most likely misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    names = os.environ if environment is None else environment
    return sorted(name for name in names if name.startswith(PREFIX) and name not in known)
