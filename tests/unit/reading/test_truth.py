"""The real posts give exactly what was counted by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from formatters.document import BulletList, Emphasis, OrderedList, Paragraph, Quote, Table, plain
from formatters.issue import Issue, Point
from formatters.json_view import issue_object
from tests.unit.reading.reader import reading

POSTS = (
    "2026-02-13-gpt-5-3-codex-spark",
    "ai-daily-2026-02-11",
    "ai-daily-2026-02-12",
    "ai-daily-2026-02-14",
    "ai-daily-2026-02-23",
)
DIGESTS = POSTS[1:]


@pytest.fixture(params=POSTS)
def post(request: pytest.FixtureRequest, shared: Path) -> tuple[Issue, dict[str, Any]]:
    return read_with_truth(shared, request.param)


@pytest.fixture(params=DIGESTS)
def digest(request: pytest.FixtureRequest, shared: Path) -> tuple[Issue, dict[str, Any]]:
    return read_with_truth(shared, request.param)


@pytest.fixture
def essay(shared: Path) -> tuple[Issue, dict[str, Any]]:
    return read_with_truth(shared, POSTS[0])


def read_with_truth(shared: Path, name: str) -> tuple[Issue, dict[str, Any]]:
    truth = json.loads((shared / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    result = reading((shared / "posts" / f"{name}.md").read_bytes(), truth["file"])
    assert result.diagnostics == ()
    return result.issue, truth


def without_marks(markdown: str) -> str:
    return re.sub(r"\*\*|`", "", markdown)


def text_of(point: Point) -> str:
    return plain(point.text)


def test_the_front_matter_is_read(post: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = post
    assert issue.title == truth["title"]
    assert issue.date is not None
    assert issue.date.isoformat() == truth["date"]
    assert issue.draft is truth["draft"]
    assert list(issue.tags) == truth["tags"]


def test_digests_and_essays_are_told_apart(post: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = post
    assert issue.kind == truth["kind"]
    assert len(issue.items) == truth["item_count"]


def test_the_intro_note_is_read(post: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = post
    assert issue_object(issue)["intro"] == truth["intro_note"]
    kinds = {None: [], "paragraph": [Paragraph], "blockquote": [Quote]}
    assert [type(block) for block in issue.intro] == kinds[truth["intro_kind"]]


def test_items_have_their_number_title_and_line(digest: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = digest
    assert [(item.number, plain(item.title), item.line) for item in issue.items] == [
        (item["number"], item["title"], item["line"]) for item in truth["items"]
    ]


def test_items_have_their_sources(digest: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = digest
    for item, expected in zip(issue.items, truth["items"], strict=True):
        assert [source.url for source in item.sources if source.url] == expected["source_urls"]
        prose = [source.label for source in item.sources if source.url is None]
        assert prose == ([expected["source_note"]] if "source_note" in expected else [])
        assert all(source.label is None for source in item.sources if source.url)


def test_points_have_their_label_text_and_sub_points(digest: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = digest
    for item, expected in zip(issue.items, truth["items"], strict=True):
        assert len(item.points) == expected["point_count"]
        assert [plain(point.label) for point in item.points] == expected["labels"]
        for point, counted in zip(item.points, expected["points"], strict=True):
            assert plain(point.label) == counted["label"]
            assert len(point.points) == counted["sub_points"]
            assert text_of(point).startswith(without_marks(counted["text_head"]))
            assert bool(text_of(point)) is bool(counted["text_head"])
            assert all(not sub.label and sub.text and not sub.points for sub in point.points)


def test_a_bracket_in_the_source_line_is_kept(shared: Path) -> None:
    issue, _ = read_with_truth(shared, "ai-daily-2026-02-11")
    assert issue.items[6].sources_note == "候选链接池示例"


def test_trends_are_read(digest: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = digest
    assert plain(issue.trends_title) == truth["trends_heading"]
    assert [plain(trend.label) for trend in issue.trends] == truth["trends"]
    assert len(issue.trends) == truth["trends_count"]
    assert all(trend.text and text_of(trend)[0] not in "：:" for trend in issue.trends)


def test_the_watch_list_is_read(digest: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = digest
    assert plain(issue.watch_title) == truth["watch_heading"]
    assert [plain(entry.label) for entry in issue.watch] == truth["watch"]
    assert len(issue.watch) == truth["watch_count"]
    assert all(entry.text and text_of(entry)[0] not in "：:" for entry in issue.watch)


def test_sections_after_the_watch_list_are_kept(digest: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = digest
    assert [plain(section.title) for section in issue.sections] == [
        extra["heading"] for extra in truth["extra_sections"]
    ]
    for section, extra in zip(issue.sections, truth["extra_sections"], strict=True):
        (bullets,) = section.blocks
        assert isinstance(bullets, BulletList)
        texts = [
            plain(block.content) for item in bullets.items for block in item.blocks if isinstance(block, Paragraph)
        ]
        assert texts == extra["bullets"]


def test_a_bracket_after_a_bold_lead_is_its_text(shared: Path) -> None:
    issue, _ = read_with_truth(shared, "ai-daily-2026-02-14")
    assert [text_of(entry) for entry in issue.watch] == [
        "（不仅是峰值能力）。",
        "（质量漂移与性能抖动）。",
        "（权限、审计、回滚、评测一体化）。",
    ]


def test_the_essay_keeps_its_sections(essay: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = essay
    assert [plain(section.title) for section in issue.sections] == truth["sections"]
    assert [issue.intro, issue.trends, issue.watch] == [(), (), ()]


def test_the_essay_keeps_table_quote_and_lists(essay: tuple[Issue, dict[str, Any]]) -> None:
    issue, truth = essay
    blocks = [block for section in issue.sections for block in section.blocks]
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert truth["tables"] == 1
    assert [plain(cell) for cell in table.header] == truth["table_shape"]["header"]
    assert len(table.rows) == truth["table_shape"]["body_rows"]
    assert [plain(cell) for cell in table.rows[1]] == ["速度", "标准推理", "1000+ tokens/s"]
    assert sum(isinstance(block, Quote) for block in blocks) == truth["blockquotes"]
    assert [len(block.items) for block in blocks if isinstance(block, OrderedList)] == truth["ordered_lists"]
    assert [len(block.items) for block in blocks if isinstance(block, BulletList)] == truth["unordered_lists"]


def test_the_essay_ends_in_italics(essay: tuple[Issue, dict[str, Any]]) -> None:
    issue, _ = essay
    last = issue.sections[-1].blocks[-1]
    assert isinstance(last, Paragraph)
    assert [type(inline) for inline in last.content] == [Emphasis]


def test_no_markdown_is_left_in_the_json_object(post: tuple[Issue, dict[str, Any]]) -> None:
    issue, _ = post
    text = json.dumps(issue_object(issue), ensure_ascii=False)
    assert "**" not in text
    assert "](" not in text
    assert "`" not in text
