"""What operators read: one event a line, and never a secret."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr

import httpx
import pytest
import structlog

from bot.logs import configure_logs, redact

TELEGRAM_TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
BOT_TOKEN, APP_TOKEN = "xoxb-111-222-botsecret", "xapp-1-A0-333-appsecret"
PASSWORD = "correct horse"
SECRETS = (TELEGRAM_TOKEN, BOT_TOKEN, APP_TOKEN, PASSWORD)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Logs:
    """What one process writes, from the moment its logs are configured."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def configure(self, level: str, secrets: Iterable[str]) -> None:
        with redirect_stderr(self._stream):
            configure_logs(level, secrets=secrets)

    def __call__(self) -> str:
        return self._stream.getvalue()


@pytest.fixture(params=[io.StringIO, Terminal], ids=["file", "terminal"])
def written(request: pytest.FixtureRequest) -> Iterator[Logs]:
    """Logs go to a file or to a terminal; afterwards the machinery is as it was."""
    root, structure = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    logs = Logs(request.param())
    logs.configure("debug", SECRETS)
    yield logs
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**structure)


def log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger("test")
    return logger


@pytest.mark.parametrize("secret", SECRETS)
class TestASecretStaysOut:
    def test_of_the_event_and_its_values(self, written: Logs, secret: str) -> None:
        log().warning(
            f"told {secret}", value=secret, several=[secret, 1], nested={"token": secret}, raw=secret.encode()
        )
        assert secret not in written()
        assert written().count("[secret]") == 5

    def test_of_an_exception_and_what_led_to_it(self, written: Logs, secret: str) -> None:
        error = RuntimeError(f"while using {secret}")
        error.__cause__ = ValueError(secret)
        log().error("failed", exc_info=error, problem=error)
        assert "RuntimeError" in written()
        assert secret not in written()

    def test_of_other_peoples_loggers(self, written: Logs, secret: str) -> None:
        other = logging.getLogger("some.library")
        other.warning("POST https://api.example/bot%s/sendMessage", secret)
        other.error("failed with %s", secret, exc_info=httpx.ConnectError(f"no route for {secret}"))
        assert "no route" in written()
        assert secret not in written()


def test_the_library_that_logs_each_url_is_kept_quiet(written: Logs) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TELEGRAM_TOKEN)
    assert written() == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"https://api.telegram.org/bot{TELEGRAM_TOKEN}/getMe", "https://api.telegram.org/bot[secret]/getMe"),
        (f"token={TELEGRAM_TOKEN}", "token=[secret]"),
        (f"Bearer {BOT_TOKEN}", "Bearer [secret]"),
        (f"({APP_TOKEN})", "([secret])"),
        ("xoxp-1-2-3 xoxe-1-2", "[secret] [secret]"),
        ("wss://wss.slack.com/link/?ticket=ab12-cd&app_id=A1", "wss://wss.slack.com/link/?ticket=[secret]&app_id=A1"),
        ("postgresql://digest:hunter2@db/x", "postgresql://[secret]@db/x"),
        ("postgresql://digest:p@ss@db/x", "postgresql://[secret]@db/x"),
        ("postgresql://digest:p/s?s@db/x", "postgresql://[secret]@db/x"),
        ("postgresql+psycopg://:hunter2@db:5432/x", "postgresql+psycopg://[secret]@db:5432/x"),
        ("http://proxy:hunter2@127.0.0.1:3128", "http://[secret]@127.0.0.1:3128"),
    ],
)
def test_what_looks_like_a_secret_is_known_by_its_form(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "posts/2026-02-12.md:12: error: no title",
        "2026-02-12T08:00:00+08:00",
        "http://127.0.0.1:8080/telegram",
        "sqlite:////var/lib/digestbot/digestbot.db",
        "telegram:-1001234567890/45 at 08:00:00",
        "postgresql://digest@db:5432/x",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("written", [io.StringIO], indirect=True)
class TestAFile:
    def test_gets_one_line_an_event(self, written: Logs) -> None:
        log().warning("one\ntwo", reason="three\nfour")
        log().error("seven", exc_info=ValueError("five\nsix"))
        logging.getLogger("some.library").error("eight\nnine", exc_info=ValueError("ten\neleven"))
        assert len(written().splitlines()) == 3

    def test_gets_time_level_and_event_first(self, written: Logs) -> None:
        log().info("delivered", issue="2026-02-12", destination="slack:C1")
        first, *rest = written().split()
        assert first.startswith("timestamp=")
        assert first.endswith("Z")
        assert rest == ["level=info", "event=delivered", "issue=2026-02-12", "destination=slack:C1"]

    def test_gets_no_colours(self, written: Logs) -> None:
        log().error("failed")
        assert "\x1b" not in written()


def test_less_severe_lines_than_asked_for_are_left_out(written: Logs) -> None:
    written.configure("warning", ())
    log().info("quiet")
    logging.getLogger("some.library").info("quiet, too")
    log().warning("loud")
    assert "quiet" not in written()
    assert "loud" in written()


def test_a_secret_too_short_to_be_one_does_not_blot_out_words(written: Logs) -> None:
    written.configure("info", ["", "a", "ed"])
    log().info("delivered")
    assert "delivered" in written()
