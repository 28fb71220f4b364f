"""How digests are written, as data.

A dialect says what begins an item; keywords say what the other parts are called, language by language. Both are TOML:
`dialects/NAME.toml` and `keywords/LANGUAGE.toml` beside this module, read when the first post is. No code here knows
a word. `README.md` in this folder tells how to add one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from formatters.errors import FormatError

Marker = Literal["heading", "linked heading", "linked bullet"]
ESSAY = "essay"
"""The name that stands for no dialect at all."""

_MARKERS = ("heading", "linked heading", "linked bullet")
_LISTS = ("sources", "trends", "watch", "references", "labels", "intro", "skip", "essay", "digest")
_MARKS = r"(?:[^\w\s（(\[【#]{1,8}\s*)?"
"""`{marks}` in a pattern: emoji and punctuation that may stand before a number."""
_NEVER = "(?!)"


class DialectError(FormatError):
    """A dialect cannot be used: what is wrong with its data, or that nobody knows its name."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Keywords:
    """Patterns, each tried on plain text without regard to case."""

    source_line: re.Pattern[str]
    """The start of a line that names sources, up to its colon; the group `note` is a bracket before the colon."""
    source_label: re.Pattern[str]
    """The whole of a label that does the same."""
    trends: re.Pattern[str]
    """The whole of a heading, without its number, marks and bracketed suffix; so are those that follow."""
    watch: re.Pattern[str]
    references: re.Pattern[str]
    """Headings over links that are background reading, not news."""
    item_label: re.Pattern[str]
    """Labels that only digests use."""
    intro: re.Pattern[str]
    """Headings of a note to readers before the first item."""
    skip: re.Pattern[str]
    """Headings over what repeats the post, such as a table of contents."""
    essay: re.Pattern[str]
    """Headings that essays have and news do not."""
    digest: re.Pattern[str]
    """Anywhere in a post's title: words that say that it gathers news."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Dialect:
    """One way to write items."""

    name: str
    marker: Marker
    """Where an item begins: at a heading that matches `number`, at one that is or has a link, at a linked bullet."""
    keywords: Keywords
    about: str = ""
    """One line for people."""
    weight: float = 1.0
    """How much a fit counts beside another dialect's: up to 1 for what can hardly be meant otherwise."""
    number: re.Pattern[str] | None = None
    """The start of an item's heading or bold line; the group `number` is what readers call it."""
    line: re.Pattern[str] | None = None
    """The start of a paragraph that begins an item without being a heading; has the group `number` too."""


def parse_dialect(text: str) -> Dialect:
    """Return the dialect that a TOML text describes, with the keywords of all languages and its own.

    Raises DialectError that says what to mend.
    """
    import tomllib

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DialectError(f"a dialect is TOML, but this is not: {error}; mend the file") from error
    name, item = data.get("name"), data.get("item")
    if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name) or name == ESSAY:
        raise DialectError(f'the dialect needs a name of letters, digits and dashes, other than {ESSAY}: name = "mine"')
    marker = item.get("begins") if isinstance(item, dict) else None
    if not isinstance(item, dict) or marker not in _MARKERS:
        raise DialectError(f"dialect {name!r} does not say what begins an item; write begins = one of {_MARKERS}")
    weight = data.get("weight", 1.0)
    if not isinstance(weight, int | float) or not 0 < weight <= 1:
        raise DialectError(f"the weight of dialect {name!r} is not a number above 0 and up to 1; write weight = 1.0")
    number, line = (_item_pattern(name, key, item.get(key)) for key in ("number", "line"))
    if marker == "heading" and number is None:
        raise DialectError(f"dialect {name!r} has headings without number; write number = '…(?P<number>\\d+)…'")
    own = data.get("keywords", {})
    words = _merged([_word_lists(own, f"dialect {name!r}"), *language_words()]) if own else None
    return Dialect(
        name,
        cast("Marker", marker),
        _compiled(words) if words else keywords(),
        str(data.get("about", "")),
        float(weight),
        number,
        line,
    )


@cache
def built_in() -> tuple[Dialect, ...]:
    """Return the dialects that come with this package, those that count most first."""
    return tuple(sorted((parse_dialect(text) for text in _texts("dialects")), key=lambda found: -found.weight))


@cache
def keywords() -> Keywords:
    """Return the keywords of all languages."""
    return _compiled(_merged(language_words()))


@cache
def language_words() -> tuple[Mapping[str, Sequence[str]], ...]:
    """Return the word lists of each language."""
    import tomllib

    return tuple(_word_lists(tomllib.loads(text), "keywords") for text in _texts("keywords"))


def dialect_named(name: str, dialects: Sequence[Dialect]) -> Dialect | None:
    """Return the dialect of this name, None for an essay; raise DialectError if there is neither."""
    if name == ESSAY:
        return None
    for dialect in dialects:
        if dialect.name == name:
            return dialect
    known = ", ".join(dialect.name for dialect in dialects)
    raise DialectError(f"no dialect is called {name!r}; write one of {known}, {ESSAY}")


def _texts(folder: str) -> list[str]:
    from importlib.resources import files

    found = [entry for entry in files(__package__).joinpath(folder).iterdir() if entry.name.endswith(".toml")]
    return [entry.read_text("utf-8") for entry in sorted(found, key=lambda entry: entry.name)]


def _item_pattern(name: str, key: str, pattern: object) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        compiled = re.compile(str(pattern).replace("{marks}", _MARKS), re.IGNORECASE)
    except re.error as error:
        raise DialectError(f"the {key} of dialect {name!r} is no regular expression: {error}; mend it") from error
    if "number" not in compiled.groupindex:
        raise DialectError(f"the {key} of dialect {name!r} has no group (?P<number>…); put one around the digits")
    return compiled


def _word_lists(data: object, where: str) -> Mapping[str, Sequence[str]]:
    lists: dict[str, Any] = data if isinstance(data, dict) else {"": None}
    for key, words in lists.items():
        if key not in _LISTS or not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise DialectError(
                f"{where}: {key!r} is not one of the lists of words {', '.join(_LISTS)}; mend or remove it"
            )
        for word in words:
            try:
                re.compile(word)
            except re.error as error:
                raise DialectError(f"{where}: {word!r} is no regular expression: {error}; mend it") from error
    return lists


def _merged(lists: Sequence[Mapping[str, Sequence[str]]]) -> Mapping[str, str]:
    return {key: "|".join(word for words in lists for word in words.get(key, ())) or _NEVER for key in _LISTS}


def _compiled(words: Mapping[str, str]) -> Keywords:
    noted = rf"\W{{0,8}}(?:{words['sources']})\s*(?:[（(](?P<note>[^（）()]{{0,80}})[)）])?\s*"
    patterns = {key: re.compile(words[key], re.IGNORECASE) for key in _LISTS}
    return Keywords(
        source_line=re.compile(rf"{noted}[：:]\s*", re.IGNORECASE),
        source_label=re.compile(noted, re.IGNORECASE),
        trends=patterns["trends"],
        watch=patterns["watch"],
        references=patterns["references"],
        item_label=patterns["labels"],
        intro=patterns["intro"],
        skip=patterns["skip"],
        essay=patterns["essay"],
        digest=patterns["digest"],
    )
