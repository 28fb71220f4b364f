"""Message entities: what Telegram does with them between a bot's request and a reader's screen.

Sources: https://core.telegram.org/bots/api#messageentity, https://core.telegram.org/api/entities.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.sandbox.json_types import Json

MAX_ENTITIES = 100  # further ones are ignored silently: https://limits.tginfo.me
QUOTES = ("blockquote", "expandable_blockquote")
VERBATIM = ("pre", "code")
LINKS = ("text_link", "text_mention", "custom_emoji", "date_time")
STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
# Order of entities that start at one place and are equally long, outermost first.
PRECEDENCE = (*QUOTES, *VERBATIM, *LINKS, *STYLES)

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"，。；：！？、（）【】《》「」『』“”‘’]+[^\s<>\".,;:!?'()，。；：！？、（）【】《》「」『』“”‘’])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?!\w)"
    r"|(?<!\w)(?P<hashtag>#(?=\w*[^\W\d])\w{1,256})"
)


@dataclass(frozen=True, slots=True)
class Entity:
    """One formatted stretch; `offset` and `length` count UTF-16 units."""

    kind: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    custom_emoji_id: str = ""
    unix_time: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length

    def as_json(self) -> Json:
        """Return a Bot API MessageEntity."""
        found: Json = {"type": self.kind, "offset": self.offset, "length": self.length}
        for name in ("url", "language", "custom_emoji_id"):
            if value := getattr(self, name):
                found[name] = value
        if self.unix_time:
            found["unix_time"] = int(self.unix_time)
        return found

    @staticmethod
    def from_json(found: Json) -> "Entity":
        """Read a MessageEntity of a request."""
        return Entity(
            str(found["type"]),
            int(found["offset"]),
            int(found["length"]),
            url=str(found.get("url", "")),
            language=str(found.get("language", "")),
            custom_emoji_id=str(found.get("custom_emoji_id", "")),
            unix_time=str(found.get("unix_time", "")),
        )


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text as a reader has it: trimmed, entities in order, at most 100 of them."""

    text: str
    entities: tuple[Entity, ...] = ()
    ignored_entities: int = 0


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units, which Telegram counts everywhere."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def settle(text: str, entities: Sequence[Entity]) -> FormattedText:
    """Apply the rules of a finished message.

    Space around the text goes; entities that cover nothing but space go; a quote within a quote goes; nothing
    shares its place with code; equal styles that touch become one; links, commands and mentions in plain text
    are found; what exceeds 100 entities is ignored.
    """
    lead = len(text) - len(text.lstrip())
    trimmed = text.strip()
    length = utf16_length(trimmed)
    shifted = [_clip(entity, utf16_length(text[:lead]), length) for entity in entities]
    units = trimmed.encode("utf-16-le", "surrogatepass")
    visible = [e for e in shifted if units[e.offset * 2 : e.end * 2].decode("utf-16-le", "ignore").strip()]
    settled = _arrange(visible)
    closed = [entity for entity in settled if entity.kind in VERBATIM + LINKS]
    found = [entity for entity in detect(trimmed) if not any(_overlap(entity, other) for other in closed)]
    everything = _sorted([*settled, *found])
    return FormattedText(trimmed, tuple(everything[:MAX_ENTITIES]), max(0, len(everything) - MAX_ENTITIES))


def detect(text: str) -> list[Entity]:
    """Return the links, addresses, commands, mentions and hashtags in plain text."""
    found = []
    for match in _FOUND.finditer(text):
        offset = utf16_length(text[: match.start()])
        found.append(Entity(str(match.lastgroup), offset, utf16_length(match.group())))
    return found


def _clip(entity: Entity, lead: int, length: int) -> Entity:
    start = min(max(0, entity.offset - lead), length)
    return replace(entity, offset=start, length=max(0, min(length, entity.end - lead) - start))


def _arrange(entities: Iterable[Entity]) -> list[Entity]:
    ordered = _sorted(entities)
    quotes = _without_overlaps(entity for entity in ordered if entity.kind in QUOTES)
    verbatim = _without_overlaps(entity for entity in ordered if entity.kind in VERBATIM)
    spoken_for = (*QUOTES, *VERBATIM, *STYLES)
    links = _without_overlaps(entity for entity in ordered if entity.kind not in spoken_for)
    links = [link for link in links if not any(_overlap(link, code) for code in verbatim)]
    styles = [
        piece
        for kind in STYLES
        for whole in _united([entity for entity in ordered if entity.kind == kind])
        for piece in _around(whole, verbatim)
    ]
    return [*quotes, *verbatim, *links, *styles]


def _sorted(entities: Iterable[Entity]) -> list[Entity]:
    def place(entity: Entity) -> tuple[int, int, int]:
        rank = PRECEDENCE.index(entity.kind) if entity.kind in PRECEDENCE else len(PRECEDENCE)
        return entity.offset, -entity.length, rank

    return sorted(entities, key=place)


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end


def _without_overlaps(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _united(entities: Iterable[Entity]) -> list[Entity]:
    united: list[Entity] = []
    for entity in entities:
        if united and entity.offset <= united[-1].end:
            last = united[-1]
            united[-1] = replace(last, length=max(last.end, entity.end) - last.offset)
        else:
            united.append(entity)
    return united


def _around(whole: Entity, holes: Sequence[Entity]) -> list[Entity]:
    pieces, start = [], whole.offset
    for hole in holes:
        if hole.end <= start or hole.offset >= whole.end:
            continue
        if hole.offset > start:
            pieces.append(replace(whole, offset=start, length=hole.offset - start))
        start = hole.end
    if start < whole.end:
        pieces.append(replace(whole, offset=start, length=whole.end - start))
    return pieces
