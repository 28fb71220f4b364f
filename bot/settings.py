"""What the operator chooses: environment, `.env`, `digestbot.toml`, in this order of precedence.

Every fault is reported together, by the setting's own name, with what to do.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot import setting_values as values
from bot.domain.delivery import UnknownPolicy
from bot.domain.destination import Destination
from bot.domain.errors import SettingsError
from bot.domain.person import Person
from bot.domain.timetable import Timetable
from bot.posts.writing import Writing, writing_of
from bot.web.address import ListenAddress, public_url
from formatters.views import Style

PREFIX = "DIGESTBOT_"
NO_POSTS = "DIGESTBOT_POSTS is not set; name the folder that holds your .md posts"

_DATABASE_URL = re.compile(r"(sqlite|postgres(ql)?)(\+\w+)?://")
_CLIENT_ID = re.compile(r"\d+\.\d+", re.ASCII)
_TELEGRAM_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)


class Settings(BaseSettings):
    """All settings. Each field's description is its documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,  # compose passes what is not set as an empty text
        toml_file="digestbot.toml",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # it may be a token
    )

    posts: Annotated[Path | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None, description="The folder that holds your posts; searched recursively for .md files."
    )
    site_url: Annotated[str | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None,
        description="The address of the site that the posts belong to: links that begin with / are taken from it; Slack"
        " shows what links to it lead to.",
    )
    dialect: Annotated[str | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None,
        description="How the posts are written: parenthesis, numbered, list, headings, essay, or the path of a TOML"
        " file; without it, whichever fits best.",
    )
    telegram_token: Annotated[SecretStr | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None, description="The Telegram bot's token, from @BotFather."
    )
    telegram_chats: Annotated[Mapping[Destination, Style | None], NoDecode, BeforeValidator(values.chats)] = Field(
        {},
        description="Chats that always get the digest: @channel, -100123 or -100123/45 (chat/topic), with commas. A"
        " style may follow, as in @channel=rich: items, headlines or rich.",
    )
    owners: Annotated[tuple[Person, ...], NoDecode, BeforeValidator(values.owners)] = Field(
        (),
        description="The numeric ids of those who operate the bot from Telegram, with commas; or become one by the link"
        " of `digestbot owner-link`.",
    )
    access: Annotated[str, values.one_of("open", "invite")] = Field(
        "open",
        description="Who may use the bot in Telegram: open, or invite: only who was let in by an owner's link.",
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="The Bot API server's root; calls go to <root>/bot<token>/<method>."
    )
    telegram_rate: Annotated[float, BeforeValidator(partial(values.rate, most=30))] = Field(
        28.0,
        description="Messages a second that the Telegram bot sends, answers included; Telegram allows about 30.",
    )
    telegram_paid_rate: Annotated[
        float | None,
        BeforeValidator(partial(values.rate, most=1000)),
        BeforeValidator(values.nothing_if_blank),
    ] = Field(
        None,
        description="Messages a second if you let Telegram charge Stars for each delivered message"
        " (allow_paid_broadcast), at most 1000; without it nothing is charged.",
    )
    public_url: Annotated[str | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None,
        description="The https address under which Telegram and Slack reach this bot, such as"
        " https://digest.example.com; without it the bot calls them.",
    )
    listen: Annotated[ListenAddress, NoDecode, BeforeValidator(values.listen)] = Field(
        ListenAddress("127.0.0.1", 8080),
        description="Where the bot listens when DIGESTBOT_PUBLIC_URL is set, HOST:PORT; a reverse proxy brings https.",
    )
    slack_bot_token: Annotated[SecretStr | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None, description="The Slack app's bot token (xoxb-…), for one workspace."
    )
    slack_signing_secret: Annotated[SecretStr | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None, description="The Slack app's signing secret: Slack then calls DIGESTBOT_PUBLIC_URL/slack/events."
    )
    slack_client_id: Annotated[str | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None, description="The Slack app's client id: any workspace can then install it at /slack/install."
    )
    slack_client_secret: Annotated[SecretStr | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None, description="The Slack app's client secret; goes with DIGESTBOT_SLACK_CLIENT_ID.", validate_default=True
    )
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(values.keys)] = Field(
        (),
        description="What the tokens of installed workspaces are encrypted with, from `digestbot keys new`; the first"
        " encrypts, each decrypts, with commas.",
        validate_default=True,
    )
    slack_app_token: Annotated[SecretStr | None, BeforeValidator(values.nothing_if_blank)] = Field(
        None,
        description="The Slack app-level token for Socket Mode (xapp-…), with connections:write.",
        validate_default=True,
    )
    slack_channel: Annotated[Destination | None, NoDecode, BeforeValidator(values.channel)] = Field(
        None, description="The id of the Slack channel that gets the digest, such as C0123456789."
    )
    slack_command: Annotated[str, BeforeValidator(values.slack_command)] = Field(
        "/digest", description="The Slack slash command that takes every verb, as it stands in the app's manifest."
    )
    slack_installer: Annotated[str | None, BeforeValidator(values.slack_member)] = Field(
        None,
        description="The id of the member who is told what goes wrong in the Slack workspace of"
        " DIGESTBOT_SLACK_BOT_TOKEN, such as U0123456789; elsewhere that is who installed the app.",
    )
    slack_api_url: str = Field("https://slack.com/api/", description="The Slack Web API's base; ends in /api/.")
    deliver_at: Annotated[time, BeforeValidator(values.hour)] = Field(
        time(8, 0), description="When the day's issue goes out, HH:MM."
    )
    wait_until: Annotated[time, BeforeValidator(values.hour)] = Field(
        time(12, 0),
        description="How long a late post is watched for, HH:MM; after it nothing goes out by itself.",
        validate_default=True,
    )
    timezone: Annotated[ZoneInfo, BeforeValidator(values.zone)] = Field(
        ZoneInfo("Asia/Shanghai"), description="The digest's IANA time zone; it decides what 'today' is."
    )
    language: Annotated[str, values.one_of("zh", "en")] = Field(
        "zh", description="The language of fixed words where a reader's own is not known: zh or en."
    )
    database_url: SecretStr = Field(
        SecretStr("sqlite:///digestbot.db"),
        description="Where the ledger is: sqlite:///path/to/file.db or postgresql://user:password@host/name.",
    )
    unknown: Annotated[UnknownPolicy, values.one_of(*UnknownPolicy)] = Field(
        UnknownPolicy.SKIP,
        description="What becomes of a message that may have arrived, as its answer was lost: skip (at most once) or"
        " resend (at least once).",
    )
    log_level: Annotated[str, values.one_of("debug", "info", "warning", "error")] = Field(
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
        return values.slack_token(token, "xoxb-", "the Bot User OAuth Token from 'OAuth & Permissions'")

    @field_validator("public_url")
    @classmethod
    def _is_public(cls, url: str | None) -> str | None:
        return url and public_url(url)

    @field_validator("slack_signing_secret")
    @classmethod
    def _can_be_called(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is not None and info.data.get("public_url", "") is None:
            raise ValueError("is set, but DIGESTBOT_PUBLIC_URL is missing; Slack has to know where to call")
        return values.secret(secret)

    @field_validator("slack_client_id")
    @classmethod
    def _can_be_installed(cls, client_id: str | None, info: ValidationInfo) -> str | None:
        if client_id is not None and info.data.get("public_url", "") is None:
            raise ValueError("is set, but DIGESTBOT_PUBLIC_URL is missing; Slack sends people there to install the app")
        if client_id is not None and not _CLIENT_ID.fullmatch(client_id.strip()):
            raise ValueError(f"{client_id!r} is not a client id; copy it from 'Basic Information', such as 1234.5678")
        return client_id and client_id.strip()

    @field_validator("slack_client_secret")
    @classmethod
    def _goes_with_the_client_id(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None and info.data.get("slack_client_id") is not None:
            raise ValueError("is missing; Slack needs it beside DIGESTBOT_SLACK_CLIENT_ID")
        if secret is not None and info.data.get("slack_client_id", "") is None:
            raise ValueError("is set, but DIGESTBOT_SLACK_CLIENT_ID is missing; Slack needs both")
        return values.secret(secret)

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, keys: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        if not keys and info.data.get("slack_client_id") is not None:
            raise ValueError(
                "is missing; tokens of installed workspaces are kept encrypted. Make a key: digestbot keys new"
            )
        if keys:
            from bot.platforms.slack.encryption import cipher_of

            try:
                cipher_of(key.get_secret_value() for key in keys)
            except ValueError:
                raise ValueError("holds what is not a key; make one with: digestbot keys new") from None
        return keys

    @field_validator("slack_app_token")
    @classmethod
    def _looks_like_an_app_token(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        faulty = "set, with a fault of its own"
        bot_token, client_id = info.data.get("slack_bot_token", faulty), info.data.get("slack_client_id", faulty)
        if bot_token is None and client_id is None:
            if token is not None:
                raise ValueError("is set, but DIGESTBOT_SLACK_BOT_TOKEN is missing; Slack needs both")
        elif token is None and info.data.get("slack_signing_secret", faulty) is None:
            beside = "DIGESTBOT_SLACK_BOT_TOKEN" if bot_token is not None else "DIGESTBOT_SLACK_CLIENT_ID"
            raise ValueError(
                f"is missing; Slack needs it beside {beside}, or DIGESTBOT_SLACK_SIGNING_SECRET if it is to call"
            )
        return values.slack_token(token, "xapp-", "an app-level token with connections:write from 'Basic Information'")

    @field_validator("wait_until")
    @classmethod
    def _is_not_before_the_delivery(cls, wait_until: time, info: ValidationInfo) -> time:
        deliver_at: time = info.data.get("deliver_at", wait_until)
        if wait_until < deliver_at:
            raise ValueError(
                f"{wait_until:%H:%M} is before DIGESTBOT_DELIVER_AT={deliver_at:%H:%M}; make it the same or later"
            )
        return wait_until

    @field_validator("database_url")
    @classmethod
    def _names_a_database_that_is_supported(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value().strip()
        try:
            understood = _DATABASE_URL.match(text) and urlsplit(text)
        except ValueError:
            understood = None
        if not understood:
            raise ValueError(
                "is not a URL of SQLite or PostgreSQL; write sqlite:///path/to/file.db or"
                " postgresql://user:password@host/name"
            ) from None
        return SecretStr(text)

    @field_validator("site_url")
    @classmethod
    def _is_a_site(cls, url: str | None) -> str | None:
        from formatters.reading.links import site_of

        if url is not None:
            site_of(url.strip())
        return url and url.strip()

    @field_validator("dialect")
    @classmethod
    def _is_a_dialect(cls, dialect: str | None) -> str | None:
        try:
            writing_of(None, dialect)
        except SettingsError as error:
            raise ValueError(str(error)) from error
        return dialect

    @field_validator("telegram_api_url")
    @classmethod
    def _is_a_root(cls, url: str) -> str:
        return values.url(url).rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _is_a_base(cls, url: str) -> str:
        base = values.url(url).rstrip("/") + "/"
        if not base.endswith("/api/"):
            raise ValueError(f"{url!r} does not end in /api/; it is the Web API's base, such as https://slack.com/api/")
        return base

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
    def writing(self) -> Writing:
        """How the posts are written."""
        return writing_of(self.site_url, self.dialect)

    @property
    def timetable(self) -> Timetable:
        """The daily hours."""
        return Timetable(self.deliver_at, self.wait_until, self.timezone)

    @property
    def fixed_destinations(self) -> tuple[Destination, ...]:
        """The chats and the channel that always get the digest, of configured platforms only."""
        telegram = self.telegram_chats if self.telegram_token else ()
        slack = (self.slack_channel,) if self.slack_channel and self.uses_slack else ()
        return (*telegram, *slack)

    @property
    def uses_slack(self) -> bool:
        """Whether there is a workspace, or may be one."""
        return self.slack_bot_token is not None or self.slack_client_id is not None

    @property
    def fixed_styles(self) -> dict[Destination, Style]:
        """The styles that the settings name for them."""
        return {destination: style for destination, style in self.telegram_chats.items() if style}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown: the tokens, and the database's password in both its spellings."""
        password = urlsplit(self.database_url.get_secret_value()).password or ""
        tokens = (
            self.telegram_token, self.slack_bot_token, self.slack_app_token, self.slack_signing_secret,
            self.slack_client_secret, *self.encryption_keys,
        )  # fmt: skip
        given = (*(token.get_secret_value() for token in tokens if token), password, unquote(password))
        return tuple(dict.fromkeys(secret for secret in given if secret))

    @property
    def posts_folder(self) -> Path:
        """The folder of posts; raises SettingsError if there is none."""
        if self.posts is None:
            raise SettingsError(NO_POSTS)
        return self.posts


def load_settings(**overrides: Any) -> Settings:
    """Return the settings in force. `overrides` come from the command line.

    Raises SettingsError that names every fault.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        faults = [_fault(dict(details)) for details in error.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join(faults)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"digestbot.toml is not valid TOML: {error}; mend or remove the file") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"digestbot.toml or .env cannot be read: {error}; mend or remove the file") from error


def _fault(details: dict[str, Any]) -> str:
    message = str(details["msg"]).removeprefix("Value error, ")
    name = PREFIX + str(details["loc"][0]).upper()
    if details["type"] != "value_error":
        message += f". {Settings.model_fields[_field(name)].description}"
    return f"{name}: {message}"


def unknown_settings() -> list[str]:
    """Return names in the environment, `.env` and `digestbot.toml` that are no settings: most likely misspelt.

    To be called once `load_settings` found both files readable.
    """
    variables = {name.upper() for name in (*os.environ, *DotEnvSettingsSource(Settings).env_vars)}
    keys = TomlConfigSettingsSource(Settings).toml_data
    return sorted(
        {name for name in variables if name.startswith(PREFIX) and _field(name) not in Settings.model_fields}
        | {f"{key} (in digestbot.toml)" for key in keys if key not in Settings.model_fields}
    )


def _field(name: str) -> str:
    return name.removeprefix(PREFIX).lower()
