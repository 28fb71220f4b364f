"""A few sentences that are no post: announcements to everybody, alerts to owners.

Its text is shown as it is: addresses, mentions and commands in it are meant, and come to life where the platform finds
them.
"""

from __future__ import annotations

from formatters.parts import Json, Part
from formatters.patterns import lazy
from formatters.rendering.slack_blocks import escape

NAME = "notice"

_ADDRESS = lazy(r"https?://[^\s<>\"'，。；：！？、（）【】《》“”]+")


def telegram(text: str) -> Part:
    """Return it as the parameters of `sendMessage`; at most 4096 UTF-16 units, which a message to the bot never has."""
    return Part(NAME, {"text": text, "link_preview_options": {"is_disabled": True}}, text)


def slack(text: str) -> Part:
    """Return it as the parameters of `chat.postMessage`; nothing in it is a mention, and addresses are links."""
    element = {"type": "rich_text_section", "elements": _elements(text)}
    return Part(
        NAME,
        {
            "text": escape(text),
            "blocks": [{"type": "rich_text", "elements": [element]}],
            "unfurl_links": False,
            "unfurl_media": False,
        },
        text,
    )


def console(text: str) -> Part:
    """Return it for a terminal."""
    return Part(NAME, {"text": text}, text)


def _elements(text: str) -> list[Json]:
    """Return the text as elements of Slack's rich text, where no address is found unless it is marked as one."""
    elements: list[Json] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        if match.start() > end:
            elements.append({"type": "text", "text": text[end : match.start()]})
        elements.append({"type": "link", "url": match[0]})
        end = match.end()
    if end < len(text):
        elements.append({"type": "text", "text": text[end:]})
    return elements
