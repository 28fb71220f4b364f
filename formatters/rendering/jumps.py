"""Links from one message of an issue to another, whose address is known only once that one was sent.

Rendering writes a placeholder for each; `resolved` puts the addresses in. A placeholder is an address that can never
exist (https://www.rfc-editor.org/rfc/rfc2606#section-2), so that limits and escaping treat it as any other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace

from formatters.parts import Json, Part
from formatters.patterns import lazy

_PLACE = "https://message.invalid/"
_NAME = lazy(r"https://message\.invalid/([\w.-]+)")
_HTML = lazy(r'<a href="https://message\.invalid/([\w.-]+)">(.*?)</a>', re.DOTALL)


def jump_to(part: str) -> str:
    """Return the placeholder for the address of the message that shows `part`."""
    return _PLACE + part


def is_jump(url: str) -> bool:
    """Tell whether the address is a placeholder. Its text must be safe without a link, too."""
    return url.startswith(_PLACE)


def resolved(part: Part, addresses: Mapping[str, str]) -> Part:
    """Return the part with its jumps, those to parts without an address as mere text."""
    if part.linked is None:
        return part
    payload = {name: _resolved(value, addresses) for name, value in part.linked.items()}
    return replace(part, payload=payload, linked=None)


def _resolved(value: Json, addresses: Mapping[str, str]) -> Json:
    match value:
        case str():
            return _HTML.sub(lambda found: _anchor(found[2], addresses.get(found[1])), value)
        case Mapping():
            if value.get("type") == "link" and (name := _NAME.fullmatch(str(value.get("url")))) is not None:
                address = addresses.get(name[1])
                text = {key: inner for key, inner in value.items() if key != "url"}
                return {**text, "type": "text"} if address is None else {**value, "url": address}
            return {key: _resolved(inner, addresses) for key, inner in value.items()}
        case list() | tuple():
            return [_resolved(inner, addresses) for inner in value]
        case _:
            return value


def _anchor(text: str, address: str | None) -> str:
    return text if address is None else f'<a href="{html.escape(address)}">{text}</a>'
