"""Check messages as the platforms would: TDLib's parser for Telegram, slack_sdk and Slack's rules for Slack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from formatters.actions import decode
from formatters.parts import Part
from formatters.rendering.limits import utf16_units
from formatters.rendering.slack_blocks import PERMALINK

tdjson = pytest.importorskip("tdjson", reason="tdjson, Telegram's own parser, has no package for this system")


@dataclass(frozen=True)
class Entity:
    """A formatted span as Telegram understood it; `text` is what it covers."""

    kind: str
    text: str
    url: str
    start: int = 0
    """In UTF-16 units, as is `end`."""
    end: int = 0


@dataclass(frozen=True)
class Parsed:
    """A message's visible text and its entities."""

    text: str
    entities: tuple[Entity, ...]

    def texts(self, kind: str) -> list[str]:
        return [entity.text for entity in self.entities if entity.kind == kind]

    @property
    def links(self) -> list[tuple[str, str]]:
        return [(entity.text, entity.url) for entity in self.entities if entity.kind == "TextUrl"]


def _ask(request: Mapping[str, Any]) -> dict[str, Any]:
    answer = tdjson.td_execute(json.dumps(request).encode())
    assert answer is not None
    found: dict[str, Any] = json.loads(answer)
    return found


_ask({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parsed(markup: str) -> Parsed:
    """Return what Telegram makes of HTML; fails where it would refuse it."""
    mode = {"@type": "textParseModeHTML"}
    found = _ask({"@type": "parseTextEntities", "text": markup, "parse_mode": mode})
    assert found["@type"] == "formattedText", (found, markup)
    text = found["text"]
    units = text.encode("utf-16-le")
    entities = []
    for entity in found["entities"]:
        start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        kind = entity["type"]["@type"].removeprefix("textEntityType")
        shown = units[start:end].decode("utf-16-le")
        entities.append(Entity(kind, shown, entity["type"].get("url", ""), start // 2, end // 2))
    return Parsed(text, tuple(entities))


def found_by_telegram(text: str) -> list[tuple[str, str]]:
    """Return kind and text of what Telegram finds in plain text by itself: mentions, commands, tags, addresses."""
    units = text.encode("utf-16-le")
    return [
        (kind, units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le"))
        for entity in _ask({"@type": "getTextEntities", "text": text})["entities"]
        if (kind := entity["type"]["@type"].removeprefix("textEntityType")) != "MediaTimestamp"
    ]


def assert_nothing_comes_alive(shown: Parsed) -> None:
    """Fail where Telegram finds more than the renderer marked up; code and links are left alone by it."""
    units = shown.text.encode("utf-16-le")
    for entity in shown.entities:
        if entity.kind in {"Code", "Pre", "PreCode", "TextUrl"}:
            start, end = 2 * entity.start, 2 * entity.end
            units = units[:start] + "\u2060".encode("utf-16-le") * (entity.end - entity.start) + units[end:]
    ours = ("BotCommand", "/item")
    assert [found for found in found_by_telegram(units.decode("utf-16-le")) if found != ours] == []


def judge_telegram(part: Part) -> Parsed:
    """Fail where Telegram would refuse or quietly change the part; return what it shows."""
    payload: Mapping[str, Any] = part.payload
    assert set(payload) <= {"text", "parse_mode", "link_preview_options", "reply_markup"}
    assert payload["parse_mode"] == "HTML"
    assert payload["link_preview_options"] == {"is_disabled": True}
    shown = parsed(payload["text"])
    assert shown.text.replace("\u2060", "") == part.text.replace("\u2060", "")
    assert shown.text.strip()
    addresses = tuple(url for _, url in shown.links)
    for kind, found in found_by_telegram(part.text):  # the fallback, sent without markup
        assert (kind, found) == ("BotCommand", "/item") or (kind == "Url" and found.rstrip("/") in _stems(addresses))
    assert utf16_units(shown.text) <= 4096
    assert len(shown.entities) <= 100
    assert payload["text"].count("<a ") == len(shown.links), "a link was dropped"
    assert payload["text"].count("<blockquote") == sum("Quote" in entity.kind for entity in shown.entities)
    assert not any(entity.kind == "MentionName" for entity in shown.entities)
    assert_nothing_comes_alive(shown)
    if "reply_markup" in payload:
        _judge_keyboard(payload["reply_markup"])
    return shown


def _stems(addresses: tuple[str, ...]) -> set[str]:
    """Return the addresses as Telegram may find them in plain text: without punctuation at their ends."""
    return {address.rstrip(".,;:!?'\"()/~*_&") for address in addresses} | {url.rstrip("/") for url in addresses}


def _judge_keyboard(markup: Mapping[str, Any]) -> None:
    rows = markup["inline_keyboard"]
    assert all(0 < len(row) <= 8 for row in rows)
    assert 0 < sum(map(len, rows)) <= 100
    assert len(json.dumps(markup, ensure_ascii=False).encode()) <= 10_000
    for button in (button for row in rows for button in row):
        assert button["text"].strip()
        assert len(button) == 2
        if "url" in button:
            assert button["url"].startswith(("https://", "http://"))
        else:
            assert len(button["callback_data"].encode()) <= 64
            assert decode(button["callback_data"]) is not None


def judge_slack(part: Part) -> list[dict[str, Any]]:
    """Fail where Slack would refuse the part or parse its text; return its blocks."""
    payload: Mapping[str, Any] = part.payload
    assert set(payload) == {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert payload["unfurl_links"] is payload["unfurl_media"] is False
    assert 0 < len(payload["text"]) <= 4000
    assert "<" not in payload["text"]
    assert ">" not in payload["text"]
    blocks: list[dict[str, Any]] = list(payload["blocks"])
    assert 0 < len(blocks) <= 50
    for block in blocks:
        known = Block.parse(block)
        assert known is not None, block
        assert known.to_dict()["type"] == block["type"]
    objects = list(_objects(blocks))
    assert not [found for found in objects if found.get("type") == "mrkdwn"]
    ids = [found["action_id"] for found in objects if "action_id" in found]
    assert len(ids) == len(set(ids))
    assert (
        sum(len(found[key]) for found in objects for key in ("text", "url") if isinstance(found.get(key), str)) <= 1e4
    )
    assert sum(found.get("type") == "table" for found in objects) <= 1
    for found in objects:
        _judge_object(found)
    return blocks


def _judge_object(found: Mapping[str, Any]) -> None:
    kind = found.get("type")
    if kind in {"text", "link", "plain_text"}:
        assert found["text"]
    if kind == "plain_text":
        assert found["emoji"] is False
    if kind == "header":
        assert len(found["text"]["text"]) <= 150
    if kind in {"context", "actions"} or str(kind).startswith("rich_text"):
        assert found["elements"]
    if kind == "actions":
        assert len(found["elements"]) <= 25
    if kind == "button":
        assert len(found["text"]["text"]) <= 75
        if found["action_id"] != PERMALINK:
            assert found["action_id"].startswith("link:" if "url" in found else "digest:")
            assert "url" in found or decode(found["value"]) is not None
    if kind == "table":
        assert len(found["rows"]) <= 100
        assert {len(row) for row in found["rows"]} <= set(range(1, 21))


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _objects(inner)


def slack_text(value: Any) -> str:
    """Return the visible text of blocks, list marks aside."""
    return "".join(
        found["text"]
        for found in _objects(value)
        if found.get("type") in {"text", "link", "plain_text"} and isinstance(found.get("text"), str)
    )


def judge_rich(part: Part) -> list[dict[str, Any]]:
    """Fail where Telegram would refuse a rich message or find something in its text; return its blocks."""
    payload: Mapping[str, Any] = part.payload
    assert set(payload) <= {"rich_message", "reply_markup"}
    assert set(payload["rich_message"]) == {"blocks", "skip_entity_detection"}
    assert payload["rich_message"]["skip_entity_detection"] is True
    blocks: list[dict[str, Any]] = payload["rich_message"]["blocks"]
    assert utf16_units(rich_text_of(blocks)) <= 32_768
    assert sum("type" in found and found["type"] in RICH_KINDS for found in _objects(blocks)) <= 500
    assert rich_levels(blocks) <= 16
    allowed = {"text", "bold", "italic", "strikethrough", "code", "url", "1", None} | RICH_KINDS
    for found in _objects(blocks):
        assert found.get("type") in allowed, found
        assert found.get("text", "?") not in ("", [])
        assert found.get("summary", "?") not in ("", [])
        if found.get("type") == "table":
            assert {len(row) for row in found["cells"]} <= set(range(1, 21))
        if found.get("type") in {"list", "details", "blockquote"}:
            assert found.get("items") or found.get("blocks") is not None
    if "reply_markup" in payload:
        _judge_keyboard(payload["reply_markup"])
    return blocks


RICH_KINDS = {"paragraph", "heading", "pre", "list", "blockquote", "table", "details", "buttons"}


def rich_levels(value: Any) -> int:
    """Return how deep blocks and list entries stand in each other."""
    if isinstance(value, Mapping):
        inner = max((rich_levels(value.get(name, ())) for name in ("blocks", "items")), default=0)
        return 1 + inner
    return max(map(rich_levels, value), default=0)


def rich_text_of(value: Any) -> str:
    """Return the visible text of rich blocks, list numbers aside."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        names = ("summary", "text", "blocks", "items", "cells", "buttons")
        return "".join(rich_text_of(value[name]) for name in names if name in value)
    return "".join(map(rich_text_of, value))
