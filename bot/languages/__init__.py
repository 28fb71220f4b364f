"""The readers' languages: babel catalogs, the words that rendering needs, and the sentences of replies."""

from bot.languages.catalog import LANGUAGES, Language, negotiate
from bot.languages.phrases import Phrases, phrases_of
from bot.languages.words import words_of

__all__ = ["LANGUAGES", "Language", "Phrases", "negotiate", "phrases_of", "words_of"]
