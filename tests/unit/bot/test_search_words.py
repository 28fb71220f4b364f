"""Text as words to be searched, and what is shown of what was found."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.passages import Passage, Snippet, snippet
from bot.domain.search_words import Phrase, found_words, phrases_of_query, words_of


def test_every_character_of_a_script_without_spaces_is_a_word() -> None:
    assert words_of("GPT-5.3 发布：推理 KV缓存 カメラ") == [
        *("gpt", "5", "3", "发", "布", "推", "理", "kv", "缓", "存", "カ", "メ", "ラ")
    ]


def test_case_and_width_do_not_matter() -> None:
    assert words_of("ＣＯＤＥＸ Straße ﬁn") == ["codex", "strasse", "fin"]


def test_a_query_is_a_phrase_for_each_stretch() -> None:
    assert phrases_of_query("推理  KV缓存 推理 code co 5.3") == (
        Phrase(("推", "理")),
        Phrase(("kv", "缓", "存")),
        Phrase(("code",), open=True),
        Phrase(("co",)),
        Phrase(("5", "3")),
    )


def test_a_query_without_words_is_empty() -> None:
    for query in ("", "  ", "!?…", "😀", "\x00", '"*"', "---"):
        assert phrases_of_query(query) == ()


def test_a_snippet_shows_the_first_match_with_what_stands_around_it() -> None:
    text = "前" * 40 + "加速推理服务" + "后" * 80
    shown = snippet(Passage(1, "", text), phrases_of_query("推理"))
    assert shown == Snippet("…" + "前" * 22 + "加速", "推理", "服务" + "后" * 54 + "…")


def test_a_snippet_without_a_match_is_the_beginning() -> None:
    assert snippet(Passage(1, "推理", "正文。"), phrases_of_query("推理")) == Snippet("", "", "正文。")


def test_a_snippet_keeps_the_texts_own_spelling() -> None:
    shown = snippet(Passage(1, "", "The Codex-Spark\nmodel"), phrases_of_query("codex SPA"))
    assert (shown.match, shown.before, shown.after) == ("Codex", "The ", "-Spark model")
    assert snippet(Passage(1, "", "a Spark!"), phrases_of_query("spa")).match == "Spark"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_words_hold_letters_digits_and_marks_only_and_stand_where_they_are_found(text: str) -> None:
    for found in found_words(text):
        assert found.word
        assert not any(character.isspace() or ord(character) < 48 for character in found.word)
        assert 0 <= found.start < found.end <= len(text)


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_what_stands_in_a_text_is_found_in_it(before: str, after: str, query: str) -> None:
    text = f"{before} {query} {after}"
    for phrase in phrases_of_query(query):
        assert phrase.is_in(words_of(text))
        assert Passage(1, "", text).holds([phrase])


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=20))
def test_a_snippet_is_a_piece_of_the_text(text: str, query: str) -> None:
    shown = snippet(Passage(1, "", text), phrases_of_query(query))
    whole = shown.before.removeprefix("…") + shown.match + shown.after.removesuffix("…")
    assert whole in " ".join(text.split()) or text.strip().startswith("…") or "…" in text
