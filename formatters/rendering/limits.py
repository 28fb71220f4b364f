"""Every limit that a platform sets on a message, in the platform's own unit, and how to count it."""

from __future__ import annotations

import unicodedata

TELEGRAM_TEXT_UNITS = 4096
"""UTF-16 units of a message's text "after entities parsing".

https://core.telegram.org/bots/api#sendmessage. We hold the text with its markup to this bound, so
that it stands under any reading of the rule.
"""

TELEGRAM_ENTITIES = 100
"""Formatted spans in a message; further ones are dropped silently.

https://core.telegram.org/api/entities, https://limits.tginfo.me/en
"""

TELEGRAM_BUTTONS = 100
"""Inline buttons on a message; more are refused with "reply markup is too long".

https://limits.tginfo.me/en
"""

TELEGRAM_BUTTONS_IN_ROW = 8
"""Inline buttons side by side. https://limits.tginfo.me/en"""

TELEGRAM_KEYBOARD_BYTES = 10_000
"""An inline keyboard as JSON; observed, not documented.

https://github.com/tginfo/Telegram-Limits/issues/187
"""

TELEGRAM_CALLBACK_BYTES = 64
"""`callback_data`, in bytes. https://core.telegram.org/bots/api#inlinekeyboardbutton"""

TELEGRAM_MESSAGE_LINK_UNITS = 40
"""Our own: what the longest address of a message takes beyond its placeholder.

t.me/c/<chat>/<topic>/<message>, or a public name of 32: https://core.telegram.org/api/links#message-links
"""

RICH_TEXT_UNITS = 32_768
"""Characters of a rich message's text; held in UTF-16 units, the larger count.

https://core.telegram.org/bots/api#inputrichmessage
"""

RICH_BLOCKS = 500
"""Blocks with those within others; entries of lists and rows of tables are counted, too.

https://core.telegram.org/bots/api#inputrichmessage
"""

RICH_LEVELS = 16
"""Blocks within blocks. https://core.telegram.org/bots/api#inputrichmessage"""

RICH_COLUMNS = 20
"""Of a table. https://core.telegram.org/bots/api#inputrichmessage"""

RICH_BUTTONS_IN_ROW = 8
"""Of a block of buttons. https://core.telegram.org/bots/api#inputrichblockbuttons"""

SLACK_BLOCKS = 50
"""Blocks in a message. https://docs.slack.dev/reference/block-kit/blocks"""

SLACK_TEXT_CHARACTERS = 4000
"""The top-level `text` that notifications and screen readers use.

Slack advises 4 000 and cuts at 40 000: https://docs.slack.dev/reference/methods/chat.postMessage
"""

SLACK_BODY_CHARACTERS = 10_000
"""All text and addresses in the blocks of one message together.

Undocumented: `msg_blocks_too_long` was seen from about 13 000 on, so we stay clear of it.
https://github.com/slackapi/bolt-js/issues/2509
"""

SLACK_MESSAGE_LINK_CHARACTERS = 120
"""Our own: what the address of a message takes beyond its placeholder.

https://docs.slack.dev/reference/methods/chat.getPermalink
"""

SLACK_HEADER_CHARACTERS = 150
"""https://docs.slack.dev/reference/block-kit/blocks/header-block"""

SLACK_BUTTON_CHARACTERS = 75
"""A button's text. https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

SLACK_URL_CHARACTERS = 3000
"""A button's address. https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

SLACK_ACTIONS = 25
"""Elements of one actions block. https://docs.slack.dev/reference/block-kit/blocks/actions-block"""

SLACK_TABLE_ROWS = 100
"""Rows with the header. https://docs.slack.dev/reference/block-kit/blocks/table-block"""

SLACK_TABLE_COLUMNS = 20
"""https://docs.slack.dev/reference/block-kit/blocks/table-block"""

SLACK_TABLES = 1
"""Native tables in one message. https://docs.slack.dev/reference/block-kit/blocks/table-block"""

URL_CHARACTERS = 1024
"""Our own: a longer address is shown as text, so that a message always has room for more than its links."""

SOURCE_BUTTONS = 20
"""Our own: an item's further sources are listed in the text."""

BUTTON_CHARACTERS = 40
"""Our own: what a button shows legibly on a phone; stands under every platform's bound."""

TERMINAL_COLUMNS = 100
"""Our own: a wider table is printed as readable rows."""


def utf16_units(text: str) -> int:
    """Return the length that Telegram counts: a character beyond the basic plane is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def utf8_bytes(text: str) -> int:
    """Return the length in bytes, the unit of `callback_data`."""
    return len(text.encode())


def columns(text: str) -> int:
    """Return how many terminal columns the text takes: wide characters two, combining marks none.

    https://www.unicode.org/reports/tr11/
    """
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
