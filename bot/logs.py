"""Log lines for operators: one event a line, without secrets and without tracebacks on the console."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

_SECRETS = re.compile(
    r"(?<!\d)\d{3,}:[A-Za-z0-9_-]{10,}"  # a Telegram bot token; in a URL it follows the word "bot" at once
    r"|\bx(?:ox[a-z]|app|wfp)-[A-Za-z0-9-]+"  # Slack tokens
    r"|(?<=://)[^/@\s:]*:\S+(?=@)"  # user:password of a URL, up to the last @
    r"|(?<=ticket=)[\w-]+"  # a Socket Mode address
)
_SHORTEST = 4
"""Characters of a secret that is looked for by value: a shorter one would blot out ordinary words."""
_SDKS = frozenset({"aiohttp", "httpcore", "httpx", "slack_bolt", "slack_sdk", "telegram", "uvicorn"})
_CHATTY = (
    "httpx",
    "httpcore",
    "telegram",
    "slack_sdk",
    "slack_bolt",
    "apscheduler",
    "aiohttp",
    "asyncio",
    "alembic",
    "aiosqlite",
    "sqlalchemy",
    "uvicorn",
)


def redact(text: str) -> str:
    """Return `text` with everything that looks like a token or password replaced."""
    return _SECRETS.sub("[secret]", text)


class _Redaction:
    """Redacts known secrets by value and unknown ones by form, in every value of an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= _SHORTEST)

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if value is None or key.startswith("_") or isinstance(value, int | float):
                continue
            text = str(value)
            cleaned = self._clean(text)
            if isinstance(value, BaseException) or cleaned != text:
                event[key] = cleaned
        return event

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return redact(text)


def _without_traceback(record: logging.LogRecord) -> bool:
    """Let SDKs tell of lost connections in one line; tracebacks of our own faults stay."""
    if record.name.split(".")[0] in _SDKS:
        record.exc_info = record.exc_text = record.stack_info = None
    return True


def configure_logs(level: str, *, secrets: Iterable[str] = ()) -> None:
    """Send this process's log lines, the libraries' warnings included, to standard error.

    On a terminal they are coloured for people, elsewhere logfmt for machines.
    """
    terminal = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _Redaction(secrets),
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_without_traceback)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        # httpx logs each URL, and Telegram's hold the token.
        logging.getLogger(name).setLevel(logging.ERROR if name in {"slack_bolt", "uvicorn"} else logging.WARNING)
