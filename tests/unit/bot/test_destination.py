"""How operators write where a digest goes."""

from __future__ import annotations

import pytest

from bot.domain.destination import Destination, Platform, slack_destination, telegram_destination

TELEGRAM, SLACK = Platform.TELEGRAM, Platform.SLACK


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("telegram:@mychannel", Destination(TELEGRAM, "@mychannel")),
        ("telegram:500000001", Destination(TELEGRAM, "500000001")),
        ("telegram:-1001234567890", Destination(TELEGRAM, "-1001234567890")),
        ("telegram:-1001234567890/45", Destination(TELEGRAM, "-1001234567890", "45")),
        ("telegram:@forum/7", Destination(TELEGRAM, "@forum", "7")),
        ("slack:C0123456789", Destination(SLACK, "C0123456789")),
        ("slack:G0123456789", Destination(SLACK, "G0123456789")),
        ("slack:D0123456789", Destination(SLACK, "D0123456789")),
        ("slack:U0123456789", Destination(SLACK, "U0123456789")),
        ("slack:C0123456789/1770854400.000100", Destination(SLACK, "C0123456789", "1770854400.000100")),
    ],
)
def test_what_is_written_is_read_and_written_again(text: str, destination: Destination) -> None:
    assert Destination.parse(text) == destination
    assert str(destination) == text


def test_space_around_a_destination_does_not_matter() -> None:
    assert Destination.parse("  slack:C0123456789 \n") == Destination(SLACK, "C0123456789")
    assert telegram_destination(" @mychannel ") == Destination(TELEGRAM, "@mychannel")


@pytest.mark.parametrize(
    "text", ["", "@mychannel", "-100123", "C0123456789", "console:x", "Telegram:@x", "mail:a@b", ":"]
)
def test_what_names_no_platform_is_refused_with_every_form(text: str) -> None:
    with pytest.raises(ValueError, match="is not a destination") as refused:
        Destination.parse(text)
    assert repr(text) in str(refused.value)
    assert "telegram:-1001234567890/45 or slack:C0123456789" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mychannel",
        "@a",
        "@1channel",
        "@频道频道频道",
        "@channel频道",
        "@my channel",
        "https://t.me/mychannel",
        "-100123/",
        "-100123/x",
        "-100123/-4",
        "-100123/4/5",
        "/45",
        "-１００１２３",
        "-100123/４５",
        "-100123/²",
        "--100",
        "12.5",
    ],
)
def test_a_bad_telegram_chat_is_refused_with_the_forms_to_use(text: str) -> None:
    with pytest.raises(ValueError, match="is not a Telegram chat; write @channelname, a numeric chat id") as refused:
        telegram_destination(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "#daily", "daily", "c0123456789", "C", "X0123456789", "C0123 456", "C0123456789/", "C0123456789/x", "C01２３"],
)
def test_a_bad_slack_channel_is_refused_with_where_to_find_its_id(text: str) -> None:
    with pytest.raises(ValueError, match="is not a Slack channel id; open the channel's details") as refused:
        slack_destination(text)
    assert repr(text) in str(refused.value)


def test_a_destination_names_its_platform_in_the_refusal_of_its_place() -> None:
    with pytest.raises(ValueError, match="'#daily' is not a Slack channel id"):
        Destination.parse("slack:#daily")
    with pytest.raises(ValueError, match="'daily' is not a Telegram chat"):
        Destination.parse("telegram:daily")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@mychannel", "telegram:@mychannel"),
        ("-100123/45", "telegram:-100123/45"),
        ("C0123456789", "slack:C0123456789"),
        ("Telegram:@mychannel", "telegram:@mychannel"),
        ("telegramm:-100123", "telegram:-100123"),
        ("slak:C0123456789", "slack:C0123456789"),
    ],
)
def test_a_destination_that_was_perhaps_meant_is_named(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"did you mean {meant!r}"):
        Destination.parse(text)


@pytest.mark.parametrize("text", ["somewhere", "mail:a@b", "slak:general", "telegramm:x"])
def test_nothing_is_named_where_nothing_is_like_it(text: str) -> None:
    with pytest.raises(ValueError, match="is not a destination; write telegram:CHAT"):
        Destination.parse(text)
