"""Which item of a newer edition is which of the delivered one, and what readers are told about it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from formatters.editions import Added, Subject, Updated, decoded, encoded, matched, revised, subjects_of
from formatters.issue import Issue, Item
from formatters.parts import Part
from formatters.rendering import slack_blocks, telegram_html
from formatters.views import IssueView
from tests.unit.rendering.makers import WORDS, digest, item, point

A, B, C = "https://a.example/1", "https://b.example/2", "https://c.example/3"


def delivered(*items: Item) -> tuple[Subject, ...]:
    return subjects_of(digest(*items))


def shown(issue: Issue, notes: Sequence[object] = ()) -> list[str]:
    """Return each message's first lines."""
    return [part.text.split("\n\n")[0] for part in telegram_html.render(IssueView(issue), WORDS).parts]


def titles(issue: Issue) -> list[tuple[int, str]]:
    return [(one.number, "".join(getattr(piece, "text", "") for piece in one.title)) for one in issue.items]


def test_an_inserted_item_comes_last_and_the_others_keep_number_and_place() -> None:
    before = delivered(item(1, "甲", urls=(A,)), item(2, "乙", urls=(B,)))
    after = digest(item(1, "新", urls=(C,)), item(2, "甲", urls=(A,)), item(3, "乙", urls=(B,)))
    found = revised(before, after, at="09:12", keep_numbers=True)
    assert titles(found.issue) == [(1, "甲"), (2, "乙"), (3, "新")]
    assert found.notes == ((3, Added()),)
    assert found.added == (3,)
    assert found.removed == ()
    assert dict(found.renumbered) == {1: 2, 2: 3, 3: 1}, "what a button must ask the post for"


def test_a_removed_item_leaves_its_number_free() -> None:
    before = delivered(item(1, "甲"), item(2, "乙"), item(3, "丙"))
    found = revised(before, digest(item(1, "甲"), item(2, "丙")), at="09:12", keep_numbers=True)
    assert titles(found.issue) == [(1, "甲"), (3, "丙")]
    assert found.removed == (2,)
    assert found.notes == ()


def test_reordered_items_change_nothing() -> None:
    items = (item(1, "甲", urls=(A,)), item(2, "乙", urls=(B,)), item(3, "丙"))
    swapped = (item(1, "丙"), item(2, "乙", urls=(B,)), item(3, "甲", urls=(A,)))
    found = revised(delivered(*items), digest(*swapped), at="09:12", keep_numbers=True)
    assert found.issue.items == items
    assert found.notes == ()


def test_a_changed_title_is_recognised_by_its_address_and_marked() -> None:
    found = revised(delivered(item(1, "甲", urls=(A,))), digest(item(1, "乙", urls=(A,))), at="9:12", keep_numbers=True)
    assert found.notes == ((1, Updated("9:12")),)
    assert (found.added, found.removed) == ((), ())


def test_a_changed_address_is_recognised_by_its_title_and_marked() -> None:
    found = revised(delivered(item(1, "甲", urls=(A,))), digest(item(1, "甲", urls=(B,))), at="9:12", keep_numbers=True)
    assert found.notes == ((1, Updated("9:12")),)


def test_another_number_of_points_is_marked_and_a_mended_typo_is_not() -> None:
    before = delivered(item(1, "甲", point("是什么", "错字")), item(2, "乙", point("是什么", "文")))
    after = digest(item(1, "甲", point("是什么", "改好")), item(2, "乙", point("是什么", "文"), point("建议", "做")))
    assert revised(before, after, at="9:12", keep_numbers=True).notes == ((2, Updated("9:12")),)


def test_a_mark_stays_through_later_corrections_until_a_newer_one_takes_its_place() -> None:
    first = revised(delivered(item(1, "甲", urls=(A,))), digest(item(1, "乙", urls=(A,))), at="9:12", keep_numbers=True)
    second = revised(first.subjects, digest(item(1, "乙", urls=(A,)), item(2, "丙")), at="9:30", keep_numbers=True)
    assert second.notes == ((1, Updated("9:12")), (2, Added()))
    third = revised(second.subjects, digest(item(1, "甲", urls=(A,)), item(2, "丙")), at="9:40", keep_numbers=True)
    assert third.notes == ((1, Updated("9:40")), (2, Added()))


def test_where_all_stands_in_one_message_order_and_numbers_are_the_posts_own() -> None:
    before = delivered(item(1, "甲"), item(2, "乙"))
    found = revised(before, digest(item(1, "新"), item(2, "甲"), item(3, "乙")), at="9:12", keep_numbers=False)
    assert titles(found.issue) == [(1, "新"), (2, "甲"), (3, "乙")]
    assert (found.notes, found.renumbered) == (((1, Added()),), ())


def test_a_mark_stands_under_the_title_on_every_platform() -> None:
    view = IssueView(digest(item(1, "甲"), item(2, "乙")), ((1, Updated("09:12")), (2, Added())))
    for module in (telegram_html, slack_blocks):
        parts: tuple[Part, ...] = module.render(view, WORDS).parts
        assert parts[1].text.startswith("1. 甲\n09:12 更新\n\n")
        assert parts[2].text.startswith("2. 乙\n补充\n\n")


def test_two_items_of_one_address_are_told_apart_by_their_titles() -> None:
    before = delivered(item(1, "甲", urls=(A,)), item(2, "乙", urls=(A,)))
    after = subjects_of(digest(item(1, "乙", urls=(A,)), item(2, "甲", urls=(A,))))
    assert matched(before, after) == {0: 1, 1: 0}


@st.composite
def _items(draw: st.DrawFn) -> tuple[Item, ...]:
    number = draw(st.integers(0, 6))
    return tuple(
        item(
            index,
            draw(st.sampled_from("甲乙丙丁戊")),
            *[point("是什么", "文")] * draw(st.integers(1, 2)),
            urls=tuple(draw(st.lists(st.sampled_from([A, B, C]), max_size=2))),
        )
        for index in range(1, number + 1)
    )


@given(_items(), _items())
def test_whatever_changed_each_item_has_one_number_and_each_number_one_item(
    old: tuple[Item, ...], new: tuple[Item, ...]
) -> None:
    before = delivered(*old)
    found = revised(before, digest(*new), at="9:12", keep_numbers=True)
    numbers = [one.number for one in found.issue.items]
    assert numbers == sorted(set(numbers))
    assert len(found.issue.items) == len(new)
    kept = {subject.number for subject in before} - set(found.removed)
    assert set(numbers) == kept | set(found.added)
    assert all(number > max(kept, default=0) for number in found.added)
    again = revised(found.subjects, digest(*new), at="9:59", keep_numbers=True)
    assert (again.issue, again.notes) == (found.issue, found.notes)


@given(_items())
def test_subjects_travel_as_json(items: tuple[Item, ...]) -> None:
    notes = tuple((one.number, Added() if one.number % 2 else Updated("09:12")) for one in items)
    subjects = subjects_of(digest(*items), notes)
    assert tuple(decoded(encoded(subject)) for subject in subjects) == subjects
