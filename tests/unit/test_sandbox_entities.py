"""What Telegram makes of entities between request and reader."""

from bot.sandbox.telegram_entities import MAX_ENTITIES, FormattedText, settle
from bot.sandbox.telegram_markup import parse_html


def finished(source: str) -> FormattedText:
    markup = parse_html(source)
    return settle(markup.text, markup.entities)


def kinds(source: str) -> list[tuple[str, int, int]]:
    return [(entity.kind, entity.offset, entity.length) for entity in finished(source).entities]


def test_space_around_a_message_goes_and_entities_move_along() -> None:
    text = finished("\n  <b>title</b>  \n")
    assert text.text == "title"
    assert [(entity.offset, entity.length) for entity in text.entities] == [(0, 5)]


def test_a_quote_within_a_quote_is_dropped() -> None:
    assert kinds("<blockquote>a <blockquote>b</blockquote></blockquote>") == [("blockquote", 0, 3)]


def test_nothing_shares_its_place_with_code() -> None:
    assert kinds("<b>x<code>a</code>y</b>") == [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]
    assert kinds("<code><a href='https://example.com'>a</a></code>") == [("code", 0, 1)]


def test_equal_styles_that_touch_become_one() -> None:
    assert kinds("<b>a</b><b>b</b>") == [("bold", 0, 2)]


def test_an_entity_of_nothing_but_space_goes() -> None:
    assert kinds("a<b> </b>b") == []


def test_links_commands_mentions_and_tags_are_found_in_plain_text() -> None:
    assert kinds("see https://example.com/a, /today or @digest_bot #AI日报 a/b") == [
        ("url", 4, 21),
        ("bot_command", 27, 6),
        ("mention", 37, 11),
        ("hashtag", 49, 5),
    ]


def test_a_link_ends_before_chinese_punctuation() -> None:
    assert kinds("见 https://example.com/a。下一条") == [("url", 2, 21)]


def test_nothing_is_found_inside_code_and_links() -> None:
    assert kinds("<code>/today https://example.com</code>") == [("code", 0, 26)]


def test_entities_beyond_a_hundred_are_ignored_silently() -> None:
    text = finished(" ".join("<b>a</b>" for _ in range(MAX_ENTITIES + 7)))
    assert len(text.entities) == MAX_ENTITIES
    assert text.ignored_entities == 7


def test_offsets_count_utf16_units() -> None:
    assert kinds("😀<b>😀</b>") == [("bold", 2, 2)]
