"""Addresses of the digest's own site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import PurePath

import pytest

from bot.domain.issues import KnownIssue, ref_of
from bot.services.site import Site
from tests.integration.services.newsroom import TODAY, YESTERDAY, Newsroom, digest, essay


def named(key: str, path: str, *, day: date = TODAY, items: int = 3) -> KnownIssue:
    return replace(
        digest(day, items=items), key=key, ref=ref_of(key), content_hash=f"hash of {key}", path=PurePath(path)
    )


async def site(newsroom: Newsroom, *issues: KnownIssue, address: str = "https://digest.example/blog/") -> Site:
    newsroom.shelf.issues = list(issues)
    await newsroom.library.refresh()
    return Site(address, newsroom.library, newsroom.timetable, newsroom.clock)


async def meant(site: Site, url: str) -> tuple[str, int | None] | None:
    found = await site.meant(url)
    return (found.known.key, found.number) if found else None


GENERATORS = [
    ("2026-02-12", "2026-02-12.md", "https://digest.example/blog/2026-02-12/"),
    ("2026-02-12", "2026-02-12.md", "https://digest.example/blog/posts/2026-02-12.html"),
    ("my-slug", "2026-02-12-other-name.md", "https://digest.example/blog/my-slug/index.html"),
    ("2026/02/12", "2026/02/12.md", "https://digest.example/blog/2026/02/12/"),
    ("2026-02-12-日报", "2026-02-12-日报.md", "https://digest.example/blog/2026/02/12/%E6%97%A5%E6%8A%A5.html"),
    ("posts/Big News/index", "posts/Big News/index.md", "https://www.digest.example/blog/posts/big-news/"),
]


@pytest.mark.parametrize(("key", "path", "url"), GENERATORS)
async def test_an_issue_is_known_by_the_addresses_of_common_generators(
    newsroom: Newsroom, key: str, path: str, url: str
) -> None:
    own = await site(newsroom, named(key, path), essay(YESTERDAY))
    assert await meant(own, url) == (key, None)


@pytest.mark.parametrize(
    ("fragment", "number"),
    [
        ("2", 2),
        ("item-3", 3),
        ("3-第-3-条缓存把首字延迟降到-30-毫秒", 3),
        (
            "%E7%AC%AC-2-%E6%9D%A1%E7%BC%93%E5%AD%98%E6%8A%8A%E9%A6%96%E5%AD%97%E5%BB%B6%E8%BF%9F%E9%99%8D%E5%88%B0-20-%E6%AF%AB%E7%A7%92",
            2,
        ),
        ("4", None),
        ("top", None),
        ("2026", None),
        ("", None),
    ],
)
async def test_a_fragment_names_an_item_by_number_or_title(
    newsroom: Newsroom, fragment: str, number: int | None
) -> None:
    own = await site(newsroom, named("2026-02-12", "2026-02-12.md"))
    assert await meant(own, f"https://digest.example/blog/2026-02-12/#{fragment}") == ("2026-02-12", number)


async def test_of_two_posts_of_one_name_the_path_or_the_date_decides(newsroom: Newsroom) -> None:
    ours = (
        named("en/weekly", "en/weekly.md", day=YESTERDAY),
        named("zh/weekly", "zh/weekly.md"),
        named("a/2026-02-11-notes", "a/2026-02-11-notes.md", day=YESTERDAY),
        named("b/2026-02-12-notes", "b/2026-02-12-notes.md"),
    )
    own = await site(newsroom, *ours)
    assert await meant(own, "https://digest.example/blog/zh/weekly/") == ("zh/weekly", None)
    assert await meant(own, "https://digest.example/blog/2026/02/11/notes.html") == ("a/2026-02-11-notes", None)
    assert await meant(own, "https://digest.example/blog/weekly/") is None, "nobody knows which"


@pytest.mark.parametrize(
    "url",
    [
        "https://digest.example/blog/",
        "https://digest.example/2026-02-12/",
        "https://digest.example/blogs/2026-02-12/",
        "https://other.example/blog/2026-02-12/",
        "https://digest.example/blog/2026-02-12/comments/",
        "https://[::1",
        "",
        "https://digest.example/blog/" + "a" * 5000,
    ],
)
async def test_what_is_no_page_of_an_issue_means_nothing(newsroom: Newsroom, url: str) -> None:
    own = await site(newsroom, named("2026-02-12", "2026-02-12.md"))
    assert await meant(own, url) is None


async def test_drafts_and_issues_to_come_are_not_shown(newsroom: Newsroom) -> None:
    own = await site(newsroom, digest(draft=True), digest(date(2026, 2, 13)), address="https://digest.example")
    assert await meant(own, "https://digest.example/2026-02-12/") is None
    assert await meant(own, "https://digest.example/2026-02-13/") is None


async def test_what_the_archive_becomes_is_known_at_once(newsroom: Newsroom) -> None:
    own = await site(newsroom, named("2026-02-11", "2026-02-11.md", day=YESTERDAY))
    assert await meant(own, "https://digest.example/blog/2026-02-11/") == ("2026-02-11", None)
    newsroom.shelf.issues = [named("2026-02-12", "2026-02-12.md")]
    await newsroom.library.refresh()
    assert await meant(own, "https://digest.example/blog/2026-02-12/") == ("2026-02-12", None)
    assert await meant(own, "https://digest.example/blog/2026-02-11/") is None


async def test_an_issue_to_come_is_known_on_its_day(newsroom: Newsroom) -> None:
    own = await site(newsroom, named("2026-02-13", "2026-02-13.md", day=date(2026, 2, 13)))
    assert await meant(own, "https://digest.example/blog/2026-02-13/") is None
    newsroom.clock.advance(seconds=24 * 3600)
    assert await meant(own, "https://digest.example/blog/2026-02-13/") == ("2026-02-13", None)
