"""The kinds of front matter, each a handler of python-frontmatter's: it detects its kind, splits and loads it.

The library's own handlers do not serve: there is none for `+++` without the `toml` package, then a post has *no
metadata at all*; the one for YAML turns a time with an offset into an instant, while the day that the author wrote
counts; and none tells on which line a field stands. https://github.com/eyeseast/python-frontmatter
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from frontmatter.default_handlers import BaseHandler

from formatters.patterns import lazy
from formatters.reading.fields import Fault, Field, Fields, shortened
from formatters.reading.front_matter import MAX_CHARACTERS, Unclosed
from formatters.reading.yaml_fields import read_yaml

_MOST_BITS = 64
"""Of a whole number in TOML: https://toml.io/en/v1.0.0#integer. Python takes more, and may refuse to write them out."""


class Kind(BaseHandler, ABC):
    """One way to write front matter; `split` and `load` raise Fault, and fields know their lines."""

    sign = ": "
    """What stands between key and value."""
    first = 1
    """On which line below the opening the fields begin: 1 below a fence, 0 without."""

    @abstractmethod
    def load(self, fm: str) -> Fields:
        """Return the fields; raise Fault."""


class _Yaml(Kind):
    """`---` to `---` or `...`."""

    FM_BOUNDARY = lazy(r"-{3,}[ \t]*$", re.MULTILINE)
    _closing = lazy(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)

    def split(self, text: str) -> tuple[str, str]:
        return _split(text, self._closing, "---")

    def load(self, fm: str) -> Fields:
        return read_yaml(fm)


class _Toml(Kind):
    """`+++` to `+++`, through the standard library's tomllib."""

    FM_BOUNDARY = lazy(r"\+{3,}[ \t]*$", re.MULTILINE)
    _closing = lazy(r"^\+{3,}[ \t]*$", re.MULTILINE)
    sign = " = "
    _where = lazy(r" \(at (?:line (\d+), column \d+|end of document)\)$")

    def split(self, text: str) -> tuple[str, str]:
        return _split(text, self._closing, "+++")

    def load(self, fm: str) -> Fields:
        """Return the fields; raise Fault."""
        import tomllib

        try:
            values = tomllib.loads(fm)
        except RecursionError as error:
            raise Fault(1, "the TOML front matter is nested too deeply", "flatten it") from error
        except ValueError as error:
            raise self._fault(fm, str(error)) from error
        fields: Fields = {}
        for key, value in values.items():
            line = _line_of(rf"[ \t]*\[*[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]", fm)
            if any(isinstance(one, int) and one.bit_length() > _MOST_BITS for one in _members(value)):
                raise Fault(line, f"{key} holds a number of more than {_MOST_BITS} bits", "put it in quotes")
            fields[key.casefold()] = Field(value, line)
        return fields

    def _fault(self, fm: str, message: str) -> Fault:
        found = self._where.search(message)
        end = fm.rstrip().count("\n") + 1
        line = int(found[1]) if found and found[1] else end
        problem = self._where.sub("", message)
        if "Cannot overwrite" in problem:
            advice = "keep each key once"
            line = _line_of_repetition(fm) or line
        elif "date" in problem:
            advice = "write a date that exists, as in date = 2026-02-12"
        else:
            key, equals, value = fm.split("\n")[min(line, end) - 1].partition("=")
            quoted = shortened(value.strip().strip("\"'"))
            advice = f'put text in quotes: {key.strip()} = "{quoted}"' if equals else 'write one `key = "value"` a line'
        return Fault(line, f"the TOML front matter cannot be read: {problem}", advice)


class _Json(Kind):
    """One object at the very start, as Hugo takes it."""

    FM_BOUNDARY = lazy(r"\{\s*[\"}]")
    first = 0

    def split(self, text: str) -> tuple[str, str]:
        import json

        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except RecursionError as error:
            raise Fault(1, "the JSON front matter is nested too deeply", "flatten it") from error
        except json.JSONDecodeError as error:
            raise Fault(
                error.lineno,
                f"the JSON front matter cannot be read: {error.msg}",
                "write an object of quoted keys and values",
            ) from error
        except ValueError as error:
            raise Fault(1, f"the JSON front matter cannot be read: {error}", "put long numbers in quotes") from error
        return text[:end], text[end:].removeprefix("\n")

    def load(self, fm: str) -> Fields:
        """Return the fields."""
        import json

        values: dict[str, object] = json.loads(fm)
        return {
            key.casefold(): Field(value, _line_of(rf"[^\n]*{re.escape(json.dumps(key, ensure_ascii=False))}\s*:", fm))
            for key, value in values.items()
        }


KINDS = (_Yaml(), _Toml(), _Json())


def _split(text: str, closing: re.Pattern[str], fence_to_add: str) -> tuple[str, str]:
    fence, _, rest = text.partition("\n")
    end = closing.search(rest)
    if end is None:
        other = next((line for line in _lines(rest) if re.fullmatch(r"\s*(?:-{2,}|\+{2,}|={3,}|;{3,})\s*", line)), None)
        hint = f" (the line {other.strip()!r} does not)" if other else ""
        raise Unclosed(
            1,
            f"the front matter that {fence.strip()!r} opens is never closed{hint}",
            f"add a line {fence_to_add} after its last field; a rule at the top of a text is written ***",
        )
    return rest[: end.start()], rest[end.end() + 1 :]


def _lines(text: str) -> Iterator[str]:
    return iter(text[:MAX_CHARACTERS].split("\n"))


def _members(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else (value,)


def _line_of(pattern: str, fm: str) -> int:
    """Return the line on which a key stands; tomllib and json tell no positions."""
    found = re.search(rf"^{pattern}", fm, re.MULTILINE)
    return fm.count("\n", 0, found.start()) + 1 if found else 1


def _line_of_repetition(fm: str) -> int | None:
    seen: set[str] = set()
    for number, line in enumerate(fm.split("\n"), 1):
        key, equals, _ = line.partition("=")
        if equals and key.strip() in seen:
            return number
        seen.add(key.strip())
    return None
