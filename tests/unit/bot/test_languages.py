"""Everything that readers get, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.languages import LANGUAGES, Language, negotiate, phrases_of, words_of
from bot.languages.catalog import translations
from bot.languages.owner_phrases import owner_phrases_of
from bot.languages.slack_phrases import slack_phrases_of
from bot.platforms.slack.verbs import Verb
from bot.services import archive_answers as archive
from bot.services.answers import (
    Arrival,
    EssayHasNoItems,
    Extract,
    ItemNotFound,
    Lacking,
    NothingPublished,
    NumberMissing,
    NumberUnclear,
    OutdatedButton,
    OutdatedLink,
    Sentence,
    TodayNotYet,
)
from formatters.views import Style

BOT = Path(__file__).resolve().parents[3] / "bot"
DAY = date(2026, 2, 12)
EIGHT = datetime(2026, 2, 13, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SLACK_COMMANDS = {"today", "item"}
NAMED_COMMAND = re.compile(r"(?<![\w/.:])/([a-z_]+)")

NOT_YET = [
    TodayNotYet(DAY, arrival, EIGHT, subscribed, newest, "ref" if newest else None)
    for arrival in Arrival
    for subscribed in (True, False)
    for newest in (date(2026, 2, 11), None)
]
SENTENCES: list[Sentence] = [
    *NOT_YET,
    NothingPublished(),
    ItemNotFound(DAY, 8, 99, 8),
    ItemNotFound(DAY, 1, 2, 1),
    NumberMissing(DAY, 8),
    NumberMissing(DAY, 1),
    NumberUnclear("abc", DAY, 8),
    EssayHasNoItems(DAY),
    *(Lacking(what, DAY) for what in Extract),
    OutdatedButton(),
    OutdatedLink(),
    archive.NoIssueOn(DAY, date(2026, 2, 11), date(2026, 2, 13)),
    archive.NoIssueOn(DAY, None, None),
]
OF_THE_ARCHIVE: list[Sentence] = [
    archive.DayToCome(DAY),
    archive.DayMissing(DAY),
    archive.DayUnclear("someday", DAY),
    archive.DayHint(),
    archive.SearchMissing(),
    archive.SearchUnclear("!!"),
    archive.SearchTooLong(100),
    archive.NothingFound("abc"),
    archive.NothingSaved(),
    archive.PrivateOnly(),
    archive.Unavailable(),
    archive.AnsweredHere(),
    archive.TooFast(1),
    archive.TooFast(5),
]


def catalog(language: str) -> Catalog:
    with (BOT / "languages" / "locale" / language / "LC_MESSAGES" / "digestbot.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def in_the_code() -> set[str | tuple[str, ...]]:
    """The messages of a fresh extraction."""
    found = extract_from_dir(BOT, [("languages/**.py", "python")])
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def forms(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the code says and what the language says, each in all its plural forms."""
    return _each(message.id), _each(message.string)


def _each(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def replies(language: Language) -> Iterator[str]:
    """Yield every sentence and every word of a language."""
    phrases, words = phrases_of(language), words_of(language)
    yield from (phrases.sentence(answer) for answer in (*SENTENCES, *OF_THE_ARCHIVE))
    for style in Style:
        yield from (phrases.greeting(joined=joined, release=EIGHT, style=style) for joined in (True, False))
    own = slack_phrases_of(language)
    yield from (phrases.subscribe_hint(), own.help("/digest"), own.unknown("abc", "/digest"), own.no_permalink())
    yield from (own.which_style("/digest"), *(own.style(style) for style in (Style.ITEMS, Style.COMPACT, Style.THREAD)))
    yield from (own.share(), own.shared_by("Lin"), own.settings_by_command("/digest"))
    troubles = ("not_in_channel", "is_archived", "restricted_action", "missing_scope")
    told = [own.trouble(code, bot="digestbot", command="/digest") for code in troubles]
    yield from (f"{before}#daily{after}" for before, after in filter(None, told))
    yield from (phrases.farewell(was_subscribed=subscribed) for subscribed in (True, False))
    yield from (phrases.fixed_by_settings(), phrases.admins_only(), phrases.unknown_command(), phrases.not_a_command())
    yield from (phrases.sending_all(), phrases.already_sent_all(), phrases.open_newest(), phrases.apology("1a2b"))
    yield from phrases.everything().values()
    yield from (phrases.nothing_to_post(), *(phrases.saved(on=on) for on in (True, False)))
    yield from (phrases.voted(up=up) for up in (True, False, None))
    lists = words.lists
    yield from (lists.month(DAY), *lists.weekdays, lists.found("x"), lists.saved, lists.archive, lists.gone)
    yield from (lists.pick_a_day, lists.narrow, lists.save, lists.is_saved, lists.share, lists.all_headlines)
    yield from (lists.back, lists.on)
    yield phrases.help()
    yield from (words.weekday(DAY), words.day(DAY), words.items(1), words.items(8), words.reading_time(6))
    yield from (words.continued(2, 3), words.sources, words.trends, words.watch, words.previous, words.next)
    yield from (words.headlines, words.send_all, words.label_separator, words.ask_for_item)


@pytest.mark.parametrize("language", LANGUAGES)
class TestACatalog:
    def test_has_a_translation_of_everything_in_the_code(
        self, language: Language, in_the_code: set[str | tuple[str, ...]]
    ) -> None:
        translated = {message.id for message in catalog(language) if message.id and all(forms(message)[1])}
        assert len(in_the_code) > 40
        assert in_the_code - translated == set(), "run `make catalogs` and translate what is empty"

    def test_has_nothing_that_the_code_no_longer_says(
        self, language: Language, in_the_code: set[str | tuple[str, ...]]
    ) -> None:
        assert {message.id for message in catalog(language) if message.id} - in_the_code == set(), "run `make catalogs`"

    def test_is_unsure_of_nothing(self, language: Language) -> None:
        assert [message.id for message in catalog(language) if message.id and message.fuzzy] == []

    def test_fills_the_same_blanks_as_the_code(self, language: Language) -> None:
        for message in catalog(language):
            said, translated = forms(message)
            blanks = set().union(*map(placeholders, said))
            for form in translated:
                if message.id:
                    assert placeholders(form) <= blanks
            assert not message.id or set().union(*map(placeholders, translated)) == blanks

    def test_has_as_many_plural_forms_as_its_language(self, language: Language) -> None:
        read = catalog(language)
        for message in read:
            if message.pluralizable:
                assert len(forms(message)[1]) == read.num_plurals

    def test_is_compiled_as_it_stands(self, language: Language) -> None:
        compiled, read = translations(language), catalog(language)
        for message in read:
            said, translated = forms(message)
            if len(said) == 1 and said[0]:
                assert compiled.gettext(said[0]) == translated[0], "run `make catalogs`"
            for count in (1, 2, 8) if len(said) == 2 else ():
                expected = translated[0 if count == 1 else -1]
                assert compiled.ngettext(said[0], said[1], count) == expected, "run `make catalogs`"

    def test_names_only_commands_that_exist(self, language: Language) -> None:
        phrases = phrases_of(language)
        commands = set(phrases.everything() | owner_phrases_of(language).commands())
        texts = [form for message in catalog(language) for form in (*forms(message)[0], *forms(message)[1])]
        named = {name for text in texts for name in NAMED_COMMAND.findall(text)}
        assert {"today", "item", "start", "help"} <= named
        assert named <= commands | {"digest", "invite"}, "Slack has these two"


@pytest.mark.parametrize("language", LANGUAGES)
class TestReplies:
    def test_have_no_blank_left_open(self, language: Language) -> None:
        for text in replies(language):
            assert text.strip()
            assert not re.search(r"[{}]", text)

    def test_name_only_commands_that_exist(self, language: Language) -> None:
        named = {name for text in replies(language) for name in NAMED_COMMAND.findall(text)}
        assert named == set(phrases_of(language).everything()) | {"digest", "invite"}, "Slack has these two"

    def test_to_questions_name_only_commands_that_slack_has_too(self, language: Language) -> None:
        phrases = phrases_of(language)
        texts = [*(phrases.sentence(answer) for answer in SENTENCES), words_of(language).ask_for_item]
        texts += [phrases.sending_all(), phrases.already_sent_all(), phrases.apology("1a2b")]
        assert {name for text in texts for name in NAMED_COMMAND.findall(text)} == SLACK_COMMANDS

    def test_differ_where_the_situation_does(self, language: Language) -> None:
        texts = [phrases_of(language).sentence(answer) for answer in SENTENCES]
        without_choice = [
            one.arrival is not Arrival.NEXT_RELEASE or one.subscribed for one in NOT_YET
        ]  # after the deadline nothing depends on a subscription
        kept = texts[len(NOT_YET) :] + [text for text, kept in zip(texts, without_choice, strict=False) if kept]
        assert len(set(kept)) == len(kept)

    def test_are_of_one_line_but_for_the_list_of_commands(self, language: Language) -> None:
        several = [text for text in replies(language) if "\n" in text]
        phrases, own = phrases_of(language), slack_phrases_of(language)
        assert several == [own.help("/digest"), own.unknown("abc", "/digest"), phrases.help()]


def test_every_sentence_is_tried() -> None:
    assert {type(sentence) for sentence in (*SENTENCES, *OF_THE_ARCHIVE)} == set(get_args(Sentence))


def test_chinese_replies_are_chinese_and_english_ones_are_not() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    assert [text for text in replies("en") if han.search(text)] == []
    marks = {"‹", "›", "："}
    assert [text for text in replies("zh") if not han.search(text) and text not in marks] == []


@pytest.mark.parametrize(
    ("answer", "chinese", "english"),
    [
        (
            TodayNotYet(DAY, Arrival.WHEN_PUBLISHED, EIGHT, False, date(2026, 2, 11), "ref"),
            "今天（2月12日）的还没发布，晚些再来看看。最近一期：2月11日",
            "Today’s issue (Feb 12) is not out yet; look again later. The latest is from Feb 11.",
        ),
        (
            TodayNotYet(DAY, Arrival.AT_RELEASE, EIGHT, False, None, None),
            "今天（2月12日）的还没发布，08:00 后再来看看。",
            "Today’s issue (Feb 12) is not out yet; look again after 08:00.",
        ),
        (
            TodayNotYet(DAY, Arrival.NEXT_RELEASE, EIGHT, True, None, None),
            "今天（2月12日）没有发布，下一期预计明天 08:00。",
            "There has been no issue today (Feb 12); the next one is due at 08:00 tomorrow.",
        ),
        (
            ItemNotFound(DAY, 8, 99, 8),
            "2月12日这期有 8 条，没有第 99 条。试试 /item 8",
            "The Feb 12 issue has 8 items; there is no item 99. Try /item 8",
        ),
        (
            ItemNotFound(DAY, 1, 0, 1),
            "2月12日这期有 1 条，没有第 0 条。试试 /item 1",
            "The Feb 12 issue has 1 item; there is no item 0. Try /item 1",
        ),
    ],
)
def test_sentences_read_as_people_write(answer: Sentence, chinese: str, english: str) -> None:
    assert phrases_of("zh").sentence(answer) == chinese
    assert phrases_of("en").sentence(answer) == english


def test_the_greeting_says_what_comes_when_and_how_loudly() -> None:
    assert phrases_of("zh").greeting(joined=True, release=EIGHT, style=Style.ITEMS) == (
        "已订阅：每天 08:00（北京时间）起，当天的新一期会送到这里，每条一则消息，只有第一则会响铃。"
    )
    told = phrases_of("en").greeting(joined=True, release=EIGHT, style=Style.HEADLINES)
    assert "from 08:00 (Beijing time)" in told
    assert "headlines" in told


def test_a_readers_own_long_words_are_repeated_shortened_and_on_one_line() -> None:
    told = phrases_of("en").sentence(NumberUnclear("three\n" + "x" * 200, DAY, 8))
    assert told.startswith("“three xxxxxxxxxxxxxx…” is not a number.")


def test_the_list_of_commands_has_a_line_for_each() -> None:
    for language in LANGUAGES:
        _, *lines = phrases_of(language).help().splitlines()
        assert [line.split(" – ")[0] for line in lines] == [
            *("/today", "/item", "/trends", "/watch", "/sources", "/advice", "/start", "/stop", "/help"),
            *("/latest", "/date", "/archive", "/search", "/saved"),
            *("/settings", "/time", "/timezone", "/pause", "/resume", "/catchup", "/privacy", "/forget"),
        ]
        menu = ["today", "item", "trends", "search", "settings", "stop", "help"]
        assert list(phrases_of(language).menu()) == menu


def test_slacks_list_of_words_has_a_line_for_each() -> None:
    _, *lines, threads = slack_phrases_of("en").help("/news").splitlines()
    words = [
        *("today", "item 3", "trends", "watch", "sources", "advice", "date 2026-02-12", "search inference"),
        *("subscribe", "unsubscribe", "settings", "help"),
    ]
    assert [line.split(" – ")[0] for line in lines] == [f"/news {word}" for word in words]
    assert {word.split()[0] for word in words} == {*Verb} - {""}
    assert threads == "In threads, name the app instead: @digestbot 3"


def test_days_and_counts_are_written_as_the_language_does() -> None:
    zh, en = words_of("zh"), words_of("en")
    assert (zh.weekday(DAY), en.weekday(DAY)) == ("星期四", "Thursday")
    assert (zh.day(DAY), en.day(DAY)) == ("2026年2月12日", "February 12, 2026")
    assert (zh.items(1), en.items(1), en.items(2)) == ("1 条", "1 item", "2 items")
    assert (zh.continued(2, 3), en.continued(2, 3)) == ("（续 2/3）", " (continued 2/3)")


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh", "zh"), ("zh-hans", "zh"), ("zh-TW", "zh"), ("zh_CN", "zh"), ("ZH", "zh"), ("yue", "zh"),
        ("en", "en"), ("en-GB", "en"), ("de", "en"), ("zha", "en"), ("pt_BR", "en"),
    ],
)  # fmt: skip
def test_any_code_of_a_platform_leads_to_one_of_both_languages(code: str, language: Language) -> None:
    for default in LANGUAGES:
        assert negotiate(code, default) == language


def test_who_states_no_language_gets_the_operators() -> None:
    for default in LANGUAGES:
        assert negotiate(None, default) == negotiate("", default) == default
