"""What each view and style shows."""

from __future__ import annotations

import pytest

from bot.domain.destination import Platform
from bot.domain.subscription import Place, default_style
from formatters.actions import (
    AnswerWithHeadlines,
    AnswerWithItem,
    SendAll,
    TurnToHeadlines,
    TurnToItem,
    as_link,
    decode_start,
    encode,
    start_link,
)
from formatters.errors import NothingToShow
from formatters.issue import Issue, Item, Point, SourceLink
from formatters.parts import Part
from formatters.patterns import lazy
from formatters.rendering import telegram_html
from formatters.views import (
    AdviceView,
    HeadlinesView,
    IssueView,
    LinkedHeadlinesView,
    SourcesView,
    Style,
    TitlesView,
    View,
    WatchView,
    delivered,
)
from tests.unit.rendering.judges import judge_telegram
from tests.unit.rendering.makers import WORDS, digest, essay, inline, item, point, section


def text_of(view: View) -> str:
    (part,) = telegram_html.render(view, WORDS).parts
    judge_telegram(part)
    return str(part.payload["text"])


def folded(*points: Point) -> list[str]:
    part = telegram_html.render(IssueView(digest(item(1, "题", *points))), WORDS).parts[1]
    return judge_telegram(part).texts("ExpandableBlockQuote")


LONG = "字" * 300 + "。"


@pytest.mark.parametrize("label", ["建议", "落地建议", "实践建议", "Recommendation", "Next steps", "제안"])
def test_advice_stays_open_wherever_it_stands(label: str) -> None:
    assert folded(point("甲", LONG), point("乙", LONG), point(label, LONG), point("丙", LONG)) == [f"丙：{LONG}"]
    assert folded(point("甲", LONG), point("乙", LONG), point("丙", LONG), point(label, LONG)) == [f"丙：{LONG}"]


def test_one_stretch_is_folded_and_that_is_the_longest() -> None:
    points = [
        point("甲", LONG),
        point("乙", LONG),
        point("丙", "短。"),
        point("建议", LONG),
        point("丁", LONG),
        point("戊", LONG),
    ]
    assert folded(*points) == [f"丁：{LONG}\n\n戊：{LONG}"]


def test_where_all_the_rest_is_advice_nothing_is_folded() -> None:
    assert folded(point("甲", LONG), point("乙", LONG), point("建议", LONG)) == []


def test_titles_link_to_their_first_sources() -> None:
    issue = digest(item(1, "甲", urls=("https://a.example/",)), item(2, "乙"), title="日报")
    assert text_of(TitlesView(issue)) == '<b>日报</b>\n\n1. <a href="https://a.example/">甲</a>\n2. 乙'


def test_sources_stand_under_their_items() -> None:
    named = (
        SourceLink("https://www.a.example/x"),
        SourceLink("https://b.example/", "乙报"),
        SourceLink(None, "丙"),
        SourceLink("ftp://x.example/"),
        SourceLink(None, "\u200b"),
    )
    issue = digest(Item(1, inline("甲"), named), item(2, "无"), title="日报")
    assert text_of(SourcesView(issue)).replace("\u2060", "") == (
        "<b>日报</b>\n\n<b>1. </b><b>甲</b>\n"
        '– <a href="https://www.a.example/x">a.example</a>\n– <a href="https://b.example/">乙报</a>\n– 丙\n– ftp://x.example/'
    )


def test_advice_stands_under_its_items() -> None:
    hollow = Item(3, inline("丙"), points=(Point(inline("建议"), ()), Point((), inline("x"))))
    issue = digest(item(1, "甲", point("是什么", "一"), point("建议", "二", "三")), item(2, "乙"), hollow, title="日报")
    assert (
        text_of(AdviceView(issue))
        == "<b>日报</b>\n\n<b>1. </b><b>甲</b>\n<b>建议</b>：二\n– 三\n\n<b>3. </b><b>丙</b>\n<b>建议</b>："
    )


def test_the_watch_list_stands_alone() -> None:
    issue = digest(item(1), trends=(point("", "势"),), watch=(point("", "看"),), title="日报")
    assert text_of(WatchView(issue)) == "<b>日报</b>\n\n<b>接下来关注</b>\n\n1. 看"


@pytest.mark.parametrize("view", [TitlesView, SourcesView, AdviceView, WatchView])
def test_an_essay_has_none_of_them(view: type[TitlesView | SourcesView | AdviceView | WatchView]) -> None:
    with pytest.raises(NothingToShow):
        telegram_html.render(view(essay(section("", "文"))), WORDS)


def test_a_groups_headlines_lead_into_the_private_chat() -> None:
    (part,) = telegram_html.render(LinkedHeadlinesView(digest(item(3, "甲")), "ref", "some_bot"), WORDS).parts
    assert judge_telegram(part).links == [("甲", "https://t.me/some_bot?start=1-a-ref-3")]
    assert "https://t.me/some_bot?start=1-o-ref" in str(part.payload["reply_markup"])
    (part,) = telegram_html.render(LinkedHeadlinesView(essay(section("节", "文")), "ref", "some_bot"), WORDS).parts
    assert "• 节" in part.text


def test_a_start_argument_carries_only_what_answers() -> None:
    for action in (AnswerWithItem("r3f", 12), AnswerWithHeadlines("r3f")):
        argument = start_link("some_bot", action).partition("?start=")[2]
        assert decode_start(argument) == action
    for argument in ("", "1-a-r3f", encode(SendAll("r3f")).replace(":", "-"), "hello", "0-o-r3f"):
        assert decode_start(argument) is None


def test_a_style_says_what_is_delivered() -> None:
    issue: Issue = digest(item(1))
    assert {style: delivered(issue, style, ref="r", bot="b") for style in Style} == {
        Style.ITEMS: IssueView(issue),
        Style.THREAD: IssueView(issue, ref="r"),
        Style.RICH: IssueView(issue),
        Style.COMPACT: HeadlinesView(issue, "r"),
        Style.HEADLINES: LinkedHeadlinesView(issue, "r", "b"),
    }


def test_the_place_decides_the_style() -> None:
    found = {(platform, place): default_style(platform, place) for platform in Platform for place in Place}
    assert found.pop((Platform.TELEGRAM, Place.GROUP)) is Style.HEADLINES
    assert {found.pop((Platform.SLACK, place)) for place in Place if place is not Place.PRIVATE} == {Style.THREAD}
    assert set(found.values()) == {Style.ITEMS}


def test_a_button_that_turns_a_page_has_a_link_that_answers_with_it() -> None:
    assert as_link(TurnToItem("ab", 3)) == AnswerWithItem("ab", 3)
    assert as_link(TurnToHeadlines("ab")) == AnswerWithHeadlines("ab")
    assert as_link(AnswerWithItem("ab", 3)) == AnswerWithItem("ab", 3)


def test_a_parts_digest_tells_a_change_and_nothing_else() -> None:
    assert Part("a", {"text": "x", "n": 1}, "x").digest == Part("b", {"n": 1, "text": "x"}, "y").digest
    assert Part("a", {"text": "x"}, "x").digest != Part("a", {"text": "y"}, "x").digest


def test_a_pattern_that_is_compiled_later_offers_what_is_used_here() -> None:
    pattern = lazy("a+")
    assert pattern.sub("b", "caa") == "cb"
    assert not hasattr(pattern, "scanner")


def test_values_are_compared_hashed_and_shown_by_what_they_hold() -> None:
    assert SourceLink("https://a.example/", "甲") == SourceLink("https://a.example/", "甲")
    assert len({SourceLink("https://a.example/", "甲"), SourceLink("https://a.example/", "甲")}) == 1
    address: object = "https://a.example/"
    assert SourceLink("https://a.example/") != address
    assert repr(SourceLink("https://a.example/", "甲")).startswith("SourceLink(url='https://a.example/', label='甲'")
