"""What the digest said about a message."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain.issues import KnownIssue, listed
from bot.ports.archive import ArchivedPost, ReadPost
from bot.services.related import Relating
from bot.storage.archive import SqlArchive
from bot.storage.passages import SqlSearch
from tests.integration.services.newsroom import TODAY, Newsroom, known


def post(day: date, *items: tuple[str, str, str]) -> KnownIssue:
    """Return a digest whose items have a title, an address and a text each."""
    lines = ["---", f"title: 日报 {day}", f"date: {day}", "---", ""]
    for number, (title, url, text) in enumerate(items, 1):
        lines += [f"## {number}) {title}", "", f"来源：{url}", "", f"- **是什么**：{text}", ""]
    return known("\n".join(lines), str(day))


async def relating(newsroom: Newsroom, *posts: KnownIssue) -> Relating:
    newsroom.shelf.issues = list(posts)
    await newsroom.library.refresh()
    kept = [ReadPost(ArchivedPost(str(one.path), one.key, one.content_hash, listed(one)), one.issue) for one in posts]
    await SqlArchive(newsroom.database).keep(kept, "this way")
    return Relating(newsroom.library, SqlSearch(newsroom.database), newsroom.timetable, newsroom.clock)


NEWS = post(
    TODAY,
    ("推理缓存上线", "https://lab.example/cache", "命中率提升，Kubernetes 上部署。"),
    ("模型开源", "https://lab.example/open", "权重可下载，许可证宽松。"),
    ("芯片降价", "https://news.example/chips", "供应充足，Kubernetes 集群成本下降。"),
)
OLD = post(
    TODAY - timedelta(days=40),
    ("旧缓存方案", "https://lab.example/cache", "命中率一般。"),
    ("会议纪要", "https://other.example/", "没有新闻。"),
)


async def titles(found: Relating, text: str, *links: str) -> list[str] | None:
    related = await found.to(text, links)
    return None if related is None else [one.finding.title for one in related]


async def test_the_same_link_comes_first_the_newest_before_older(newsroom: Newsroom) -> None:
    found = await relating(newsroom, NEWS, OLD)
    link = "http://www.lab.example/cache/?utm_source=chat#top"
    related = await found.to("芯片降价了，供应充足", [link])
    assert related is not None
    assert [(one.finding.title, one.linked) for one in related] == [
        ("推理缓存上线", True),
        ("旧缓存方案", True),
        ("芯片降价", False),
    ]


async def test_an_address_that_only_begins_the_same_is_another(newsroom: Newsroom) -> None:
    found = await relating(newsroom, NEWS, OLD)
    assert await titles(found, "", "https://lab.example/cache/more") == []
    assert await titles(found, "", "https://lab.example/") == []


async def test_who_shares_more_and_rarer_words_comes_first(newsroom: Newsroom) -> None:
    found = await relating(newsroom, NEWS, OLD)
    assert await titles(found, "我们的 Kubernetes 集群成本太高了，缓存命中率呢？") == [
        "芯片降价",
        "推理缓存上线",
        "旧缓存方案",
    ]


async def test_one_shared_word_among_many_is_chance(newsroom: Newsroom) -> None:
    found = await relating(newsroom, NEWS, OLD)
    assert await titles(found, "明天的团队午餐之后再开 Kubernetes 例会") == []
    assert await titles(found, "Kubernetes") == ["推理缓存上线", "芯片降价"], "unless there is only one"


async def test_without_words_there_is_nothing_to_look_for(newsroom: Newsroom) -> None:
    found = await relating(newsroom, NEWS)
    for text in ("", "…", "的 了 是", "the and of", "12 345", "mailto:a"):
        assert await titles(found, text, "mailto:a@b.example") in (None, [])
    assert await titles(found, "…") is None


async def test_issues_to_come_are_not_told(newsroom: Newsroom) -> None:
    found = await relating(
        newsroom, post(TODAY + timedelta(days=1), ("推理缓存上线", "https://lab.example/c", "明天。"))
    )
    assert await titles(found, "推理缓存上线", "https://lab.example/c") == []
