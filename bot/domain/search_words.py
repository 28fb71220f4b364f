"""Text as words to be searched: the same for what is indexed and for what is asked.

Chinese, Japanese and Korean write no spaces between words, and most Chinese words have two characters, which neither
trigrams nor whole runs find. So every such character is a word of its own, and several in a row are asked for as a
phrase.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

_ALONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}々〇"
_WORD = regex.compile(rf"[{_ALONE}]|(?:(?![{_ALONE}])[\p{{L}}\p{{M}}\p{{N}}])+")
_IS_ALONE = regex.compile(rf"[{_ALONE}]")
_LONGEST_WORD = 40
"""Characters of a word that count: a longer one is an address or a hash."""
_SHORTEST_START = 3
"""Letters from which on the last word of a query also finds words that begin so."""

MOST_CHARACTERS = 100
"""Of a query."""
_MOST_PHRASES = 8


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A word and where it stands in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other directly."""

    words: tuple[str, ...]
    open: bool = False
    """Whether the last word may go on."""

    def is_in(self, words: list[str]) -> bool:
        """Return whether the phrase stands anywhere in `words`."""
        return next(self.matches(words), None) is not None

    def matches(self, words: list[str]) -> Iterator[int]:
        """Yield every place in `words` where the phrase begins."""
        count = len(self.words)
        for start in range(len(words) - count + 1):
            if words[start] != self.words[0] and not (count == 1 and self.open):
                continue
            found = words[start : start + count]
            if found[:-1] == list(self.words[:-1]) and (
                found[-1].startswith(self.words[-1]) if self.open else found[-1] == self.words[-1]
            ):
                yield start


def found_words(text: str) -> Iterator[FoundWord]:
    """Yield the words of a text, in order, in the one form that case and width do not matter to."""
    for match in _WORD.finditer(text):
        # normal forms can put spaces and marks of their own in: only what belongs to words is kept
        form = "".join(_WORD.findall(unicodedata.normalize("NFKC", match.group()).casefold()))
        if form:
            yield FoundWord(form[:_LONGEST_WORD], match.start(), match.end())


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return [found.word for found in found_words(text)]


def phrases_of_query(query: str) -> tuple[Phrase, ...]:
    """Return what a text must hold to be found: a phrase for each stretch between spaces. Empty for no word at all.

    The last word of a stretch may be the beginning of one, if it is spelled with at least three letters.
    """
    phrases = dict.fromkeys(_phrase(words) for stretch in query.split() if (words := words_of(stretch)))
    return tuple(phrases)[:_MOST_PHRASES]


def _phrase(words: list[str]) -> Phrase:
    last = words[-1]
    return Phrase(tuple(words), open=last.isalpha() and len(last) >= _SHORTEST_START and not _IS_ALONE.search(last))
