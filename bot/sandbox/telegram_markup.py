"""Telegram's HTML parse mode: text in, plain text and entities out.

Follows https://core.telegram.org/bots/api#html-style and, where that page is silent, TDLib's own parser, whose
errors and byte offsets it reproduces; a test compares both over a table and over random strings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.sandbox.telegram_entities import Entity, utf16_length
from bot.sandbox.telegram_links import LinkError, checked_link

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
OTHER_TAGS = ("a", "pre", "code", "blockquote", "tg-emoji", "tg-time")
NAMED_CHARACTERS = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
MAX_CODE_POINT = 0x10FFFF
MAX_REFERENCE = 10
LANGUAGE = "language-"

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = b" \t\r\n\0\v"
_DIGITS = b"0123456789"
_HEX = b"0123456789abcdefABCDEF"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NAME_TOKEN = _LETTERS + _DIGITS + b".-"


class MarkupError(ValueError):
    """Text that Telegram cannot parse; the message is Telegram's own, without its "Bad Request" prefix."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"can't parse entities: {reason}")


@dataclass(frozen=True, slots=True)
class Markup:
    """Plain text, its entities as written, and the links Telegram dropped."""

    text: str
    entities: tuple[Entity, ...]
    dropped_links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    characters: int


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: str
    value: str | None


def parse_html(source: str) -> Markup:
    """Return the text and entities of HTML; offsets and lengths count UTF-16 units.

    Raises MarkupError exactly where Telegram answers "can't parse entities".
    """
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        # A closing NUL lets every look-ahead read one byte past the end, as NUL counts as space.
        self.source = source.encode("utf-8", "surrogatepass") + b"\0"
        self.end = len(self.source) - 1
        self.at = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.dropped: list[str] = []

    def parse(self) -> Markup:
        while self.at < self.end:
            byte = self.source[self.at]
            if byte == ord("<"):
                if self.source[self.at + 1] == ord("/"):
                    self._close_tag()
                else:
                    self._open_tag()
            elif byte == ord("&"):
                self._append(self._character_reference() or self._take_while_plain())
            else:
                self._append(self._take_while_plain())
        if self.open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        text = "".join(self.text)
        if _SURROGATE.search(text):
            raise MarkupError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return Markup(text, tuple(self.entities), tuple(self.dropped))

    def _append(self, text: str) -> None:
        self.text.append(text)
        self.offset += utf16_length(text)

    def _take_while_plain(self) -> str:
        start = self.at
        self.at += 1
        while self.at < self.end and self.source[self.at] not in b"<&":
            self.at += 1
        return self.source[start : self.at].decode("utf-8", "surrogatepass")

    def _take_while(self, allowed: bytes) -> bytes:
        start = self.at
        while self.source[self.at] in allowed and self.at < self.end:
            self.at += 1
        return self.source[start : self.at]

    def _take_until(self, stops: bytes) -> bytes:
        start = self.at
        while self.at < self.end and self.source[self.at] not in stops:
            self.at += 1
        return self.source[start : self.at]

    def _character_reference(self) -> str | None:
        """Read `&lt;` or `&#1234;`; the semicolon is optional. Leave the position alone if it is neither."""
        start = self.at
        if self.source[start + 1] == ord("#"):
            hexadecimal = self.source[start + 2] == ord("x")
            self.at = start + (3 if hexadecimal else 2)
            digits = self._take_while(_HEX if hexadecimal else _DIGITS)
            code = int(digits or b"0", 16 if hexadecimal else 10)
            known = 0 < code < MAX_CODE_POINT and self.at - start < MAX_REFERENCE
            character = chr(code) if known else None
        else:
            self.at = start + 1
            character = NAMED_CHARACTERS.get(self._take_while(_LETTERS))
        if character is None:
            self.at = start
            return None
        if self.source[self.at] == ord(";"):
            self.at += 1
        return character

    def _open_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = _lower(self._take_until(_SPACE + b">"))
        if self.at >= self.end:
            raise MarkupError(f"Unclosed start tag at byte offset {begin}")
        if tag not in SIMPLE_TAGS and tag not in OTHER_TAGS:
            raise MarkupError(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        for attribute in self._attributes(tag, begin):
            argument = _argument(tag, attribute) or argument
        if tag == "span" and argument != "tg-spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.at += 1
        self.open.append(_Open(tag, argument, self.offset, len(self.text)))

    def _attributes(self, tag: str, begin: int) -> Iterator[_Attribute]:
        while True:
            self._take_while(_SPACE)
            if self.source[self.at] == ord(">") and self.at < self.end:
                return
            name = self._take_until(_SPACE + b"=>/\"'")
            if not name:
                raise MarkupError(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
            self._take_while(_SPACE)
            if self.at >= self.end:
                raise MarkupError(f'Unclosed start tag "{tag}" at byte offset {begin}')
            if self.source[self.at] != ord("="):
                yield _Attribute(_lower(name), None)
                continue
            self.at += 1
            self._take_while(_SPACE)
            if self.at >= self.end:
                raise MarkupError(f'Unclosed start tag "{tag}" at byte offset {begin}')
            value = self._attribute_value()
            if self.at >= self.end:
                raise MarkupError(f"Unclosed start tag at byte offset {begin}")
            yield _Attribute(_lower(name), value)

    def _attribute_value(self) -> str:
        quote = self.source[self.at]
        if quote not in b"'\"":
            start = self.at
            token = self._take_while(_NAME_TOKEN)
            if self.source[self.at] not in _SPACE + b">":
                raise MarkupError(f"Unexpected end of name token at byte offset {start}")
            return _lower(token)
        self.at += 1
        value: list[str] = []
        while self.at < self.end and self.source[self.at] != quote:
            if self.source[self.at] == ord("&") and (character := self._character_reference()):
                value.append(character)
                continue
            start = self.at
            self.at += 1
            while self.at < self.end and self.source[self.at] not in (quote, ord("&")):
                self.at += 1
            value.append(self.source[start : self.at].decode("utf-8", "surrogatepass"))
        if self.at < self.end:
            self.at += 1
        return "".join(value)

    def _close_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise MarkupError(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        name = _lower(self._take_until(_SPACE + b">"))
        self._take_while(_SPACE)
        if self.source[self.at] != ord(">"):
            raise MarkupError(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            expected, found = f'"</{opened.tag}>"', f'"</{name}>"'
            raise MarkupError(f"Unmatched end tag at byte offset {begin}, expected {expected}, found {found}")
        length = self.offset - opened.offset
        if length:
            self._close(opened, length)

    def _close(self, opened: _Open, length: int) -> None:
        def entity(kind: str, **details: str) -> Entity:
            return Entity(kind, opened.offset, length, **details)

        match opened.tag:
            case "a":
                self._close_link(opened, length)
            case "pre":
                self._close_code(entity("pre"))
            case "code":
                self._close_code(entity("code", language=opened.argument))
            case "blockquote":
                self.entities.append(entity("expandable_blockquote" if opened.argument else "blockquote"))
            case "tg-emoji":
                if not opened.argument.isdecimal() or not int(opened.argument):
                    raise MarkupError("Invalid custom emoji identifier specified")
                self.entities.append(entity("custom_emoji", custom_emoji_id=opened.argument))
            case "tg-time":
                if opened.argument.isdecimal() and int(opened.argument):
                    self.entities.append(entity("date_time", unix_time=opened.argument))
            case tag:
                self.entities.append(entity(SIMPLE_TAGS[tag]))

    def _close_code(self, outer: Entity) -> None:
        """`<pre><code class="language-x">` is one entity with a language when both cover the same text."""
        inner = self.entities[-1] if self.entities else None
        if (
            inner
            and {inner.kind, outer.kind} == {"pre", "code"}
            and (inner.offset, inner.length)
            == (
                outer.offset,
                outer.length,
            )
        ):
            code = inner if inner.kind == "code" else outer
            pre = outer if inner.kind == "code" else inner
            if code.language and not pre.language:
                self.entities[-1] = replace(pre, language=code.language)
                return
        self.entities.append(outer)

    def _close_link(self, opened: _Open, length: int) -> None:
        url = opened.argument or "".join(self.text[opened.characters :])
        try:
            checked = checked_link(url)
        except LinkError:
            self.dropped.append(url)
            return
        self.entities.append(Entity("text_link", opened.offset, length, url=checked))


def _argument(tag: str, attribute: _Attribute) -> str | None:
    name, value = attribute.name, attribute.value
    match tag, name:
        case "a", "href":
            return value
        case "code", "class" if value and value.startswith(LANGUAGE):
            return value.removeprefix(LANGUAGE)
        case "span", "class":
            return value
        case "tg-emoji", "emoji-id":
            return value
        case "tg-time", "unix":
            return value
        case "blockquote", "expandable":
            return "1"
        case _:
            return None


def _lower(name: bytes) -> str:
    """Lower ASCII letters only, as the tag and attribute names of Telegram are ASCII."""
    return name.lower().decode("utf-8", "replace")
