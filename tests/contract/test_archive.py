"""What every archive promises: posts are kept as they were read, and found by their words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.issues import ListedIssue, ref_of
from bot.domain.passages import passages_of
from bot.domain.search_words import phrases_of_query
from bot.ports.archive import ArchivedPost, ReadPost
from bot.storage.archive import SqlArchive
from bot.storage.engine import Database, open_database
from bot.storage.passages import SqlSearch
from formatters.errors import Diagnostic, Severity
from formatters.issue import Issue
from formatters.reading import read_post
from tests import written_posts

DAY = date(2026, 2, 12)
HOME = ZoneInfo("Asia/Shanghai")
READER = "this way"


def issue(text: str) -> Issue:
    return read_post(text.encode(), name="post.md", home=HOME).issue


def post(day: date = DAY, *titles: str, body: str = "正文。", draft: bool = False, place: str = "") -> ReadPost:
    """Return a digest whose items have these titles, each with the same body."""
    lines = ["---", f'title: "日报 {day}"', f"date: {day}", f"draft: {str(draft).lower()}", "---", ""]
    for number, title in enumerate(titles or ("甲", "乙"), 1):
        lines += [f"## {number}) {title}", "", "来源：https://a.example/", "", f"- **是什么**：{body}", ""]
    return read("\n".join(lines), place or f"{day}.md")


def read(text: str, place: str) -> ReadPost:
    found = issue(text)
    key = place.removesuffix(".md")
    listed = ListedIssue(
        key, ref_of(key), found.title, found.date, found.kind, found.draft, f"hash of {text}", PurePosixPath(place)
    )
    return ReadPost(ArchivedPost(place, "1:2:3", listed.content_hash, listed), found)


@pytest.fixture
def archive(database: Database) -> SqlArchive:
    return SqlArchive(database)


@pytest.fixture
def search(database: Database) -> SqlSearch:
    return SqlSearch(database)


async def found(search: SqlSearch, query: str, *, until: date = DAY, offset: int = 0, limit: int = 50) -> list[str]:
    """Return what is found, as the issue's key and the place in it."""
    hits = await search.find(phrases_of_query(query), until=until, offset=offset, limit=limit)
    return [f"{hit.key}#{hit.place}" for hit in hits]


class TestAPost:
    async def test_is_kept_as_it_was_read(self, archive: SqlArchive) -> None:
        kept = read(written_posts.digest(DAY, items=3), "2026/02/日报.md")
        await archive.keep([kept], READER)
        assert await archive.posts(READER) == [kept.archived]
        assert kept.archived.listed
        assert await archive.issue("2026/02/日报.md", kept.archived.content_hash) == kept.issue

    async def test_that_several_processes_read_at_once_is_kept_once(
        self, archive: SqlArchive, search: SqlSearch, database_url: str
    ) -> None:
        some = [post(DAY - timedelta(days=n), "甲乙") for n in range(10)]
        async with open_database(database_url) as other:
            await asyncio.gather(*(one.keep(some, READER) for one in (archive, SqlArchive(other)) for _ in range(4)))
        assert len(await archive.posts(READER)) == len(await found(search, "甲乙")) == 10

    async def test_of_another_content_is_not_there(self, archive: SqlArchive) -> None:
        await archive.keep([post()], READER)
        assert await archive.issue(f"{DAY}.md", "another hash") is None
        assert await archive.issue("nowhere.md", "a") is None

    async def test_that_was_refused_is_kept_with_its_reasons(self, archive: SqlArchive) -> None:
        why = Diagnostic(Severity.ERROR, "bad.md", 3, "no title", "add one")
        refused = ArchivedPost("bad.md", "1", "abc", None, (why,))
        await archive.keep([ReadPost(refused, None)], READER)
        assert await archive.posts(READER) == [refused]

    async def test_gives_way_to_what_the_file_holds_now(self, archive: SqlArchive, search: SqlSearch) -> None:
        before, after = post(DAY, "旧闻"), post(DAY + timedelta(days=1), "新闻", place=f"{DAY}.md")
        await archive.keep([before], READER)
        await archive.keep([after], READER)
        assert await archive.posts(READER) == [after.archived]
        assert await archive.issue(f"{DAY}.md", before.archived.content_hash) is None
        assert await found(search, "旧闻") == []
        assert await found(search, "新闻", until=date.max - timedelta(days=1)) == [f"{DAY}#1"]

    async def test_that_turns_out_unreadable_is_no_longer_found(self, archive: SqlArchive, search: SqlSearch) -> None:
        await archive.keep([post(DAY, "旧闻")], READER)
        await archive.keep([ReadPost(ArchivedPost(f"{DAY}.md", "2", "", None), None)], READER)
        assert await found(search, "旧闻") == []

    async def test_can_be_signed_anew_without_being_read(self, archive: SqlArchive) -> None:
        await archive.keep([post()], READER)
        await archive.sign({f"{DAY}.md": "4:5:6"})
        await archive.sign({})
        assert [kept.signature for kept in await archive.posts(READER)] == ["4:5:6"]

    async def test_is_forgotten_with_its_file(self, archive: SqlArchive, search: SqlSearch) -> None:
        kept = [post(DAY - timedelta(days=number), "甲") for number in range(3)]
        await archive.keep(kept, READER)
        await archive.forget([one.archived.place for one in kept[:2]])
        assert await archive.posts(READER) == [kept[2].archived]
        assert await found(search, "甲") == [f"{DAY - timedelta(days=2)}#1"]

    async def test_that_another_reader_kept_is_forgotten(self, archive: SqlArchive, search: SqlSearch) -> None:
        await archive.keep([post()], "another way")
        assert await archive.posts(READER) == []
        assert await archive.posts("another way") == []
        assert await found(search, "甲") == []


class TestASearch:
    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ("推理", ["1"]),  # two characters
            ("理", ["1"]),  # one of them
            ("理推", []),  # not in this order
            ("加速推理", ["1"]),
            ("推理 KV", ["1"]),
            ("推理 codex", []),
            ("codex", ["2"]),
            ("CODEX", ["2"]),
            ("ｃｏｄｅｘ", ["2"]),  # full width
            ("code", ["2"]),  # a word that goes on
            ("co", []),  # too little to guess from
            ("ode", []),  # not the beginning
            ("GPT-5.3", ["2"]),
            ("5.3 codex", ["2"]),
            ("5.35", []),
            ("spark发布", ["2"]),
            ("ÉTÉ", ["3"]),
            ("カメラ", ["3"]),
            ("상표", ["3"]),
            ("日报", ["0"]),  # the issue's own title
            ("正文", ["1", "2", "3"]),
        ],
    )
    async def test_finds_words_of_any_script(
        self, archive: SqlArchive, search: SqlSearch, query: str, places: list[str]
    ) -> None:
        await archive.keep([post(DAY, "加速推理的KV缓存", "GPT-5.3-Codex-Spark 发布", "Été、カメラ、상표")], READER)
        assert await found(search, query) == [f"{DAY}#{place}" for place in places]

    async def test_puts_titles_first_and_then_the_newest(self, archive: SqlArchive, search: SqlSearch) -> None:
        days = [DAY - timedelta(days=number) for number in range(4)]
        await archive.keep([post(days[0], "甲", body="推理"), post(days[3], "推理")], READER)
        await archive.keep([post(days[1], "推理"), post(days[2], "甲", "推理", body="推理")], READER)
        assert await found(search, "推理") == [
            *(f"{days[1]}#1", f"{days[2]}#2", f"{days[3]}#1"),
            *(f"{days[0]}#1", f"{days[2]}#1"),
        ]

    async def test_can_be_paged_without_gap_or_overlap(self, archive: SqlArchive, search: SqlSearch) -> None:
        posts = [
            post(DAY - timedelta(days=n), *(["推理"] if n % 3 else ["甲", "乙"]), body="谈推理") for n in range(12)
        ]
        await archive.keep(posts, READER)
        everything = await found(search, "推理")
        assert len(everything) == 16
        for size in (1, 3, 5, 16):
            pages = [await found(search, "推理", offset=start, limit=size) for start in range(0, 16, size)]
            assert [hit for page in pages for hit in page] == everything
        assert await found(search, "推理", offset=99) == []

    async def test_leaves_out_drafts_what_is_to_come_and_what_has_no_date(
        self, archive: SqlArchive, search: SqlSearch
    ) -> None:
        tomorrow = DAY + timedelta(days=1)
        undated = read(
            '---\ntitle: "日报"\n---\n\n## 1) 推理\n\n来源：https://a.example/\n\n- **是什么**：甲\n', "undated.md"
        )
        assert undated.issue
        assert undated.issue.date is None
        await archive.keep([post(DAY, "推理", draft=True), post(tomorrow, "推理"), undated], READER)
        assert await found(search, "推理") == []
        assert await found(search, "推理", until=tomorrow) == [f"{tomorrow}#1"]

    async def test_never_joins_title_and_text(self, archive: SqlArchive, search: SqlSearch) -> None:
        await archive.keep([post(DAY, "末尾是推", body="理论在前")], READER)
        assert await found(search, "推理") == []
        assert await found(search, "推 理论") == [f"{DAY}#1"]

    async def test_for_nothing_finds_nothing(self, search: SqlSearch) -> None:
        assert await found(search, "!!!") == []

    async def test_finds_essays_by_their_sections(self, archive: SqlArchive, search: SqlSearch) -> None:
        await archive.keep([read(written_posts.essay(DAY), "essay.md")], READER)
        assert await found(search, "返工") == ["essay#0"]


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="\"'*^:(){}[]-+&|!<>~?\\%_@#$,.;=/ \x00\n推理ab1 NEAR AND OR NOT", max_size=40),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(queries=st.lists(HOSTILE, min_size=1, max_size=8))
async def test_no_query_is_an_error(search: SqlSearch, queries: list[str]) -> None:
    for query in queries:
        await found(search, query)


SAID = st.text(alphabet="推理缓存的ab 5é", max_size=12)
DIGESTS = st.lists(st.tuples(st.lists(SAID, min_size=1, max_size=3), SAID), min_size=1, max_size=4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(digests=DIGESTS, queries=st.lists(SAID, min_size=1, max_size=5))
async def test_exactly_that_is_found_which_holds_the_words(
    archive: SqlArchive, search: SqlSearch, digests: list[tuple[list[str], str]], queries: list[str]
) -> None:
    """Judged by looking through every passage, word for word."""
    await archive.forget([kept.place for kept in await archive.posts(READER)])
    made = [
        post(DAY - timedelta(days=age), *(f"题 {title} 。" for title in titles), body=f"文 {body} 。")
        for age, (titles, body) in enumerate(digests)
    ]
    await archive.keep(made, READER)
    for query in queries:
        phrases = phrases_of_query(query)
        named = [
            (f"{one.archived.listed.key}#{place}", passage)
            for one in made
            if one.issue and one.archived.listed
            for place, passage in enumerate(passages_of(one.issue))
            if phrases and passage.holds(phrases)
        ]
        in_title = [name for name, passage in named if replace(passage, text="", addresses=()).holds(phrases)]
        assert await found(search, query) == in_title + [name for name, _ in named if name not in in_title]
