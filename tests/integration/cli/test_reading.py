"""show, preview and check: what posts hold, and what is wrong with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests import written_posts
from tests.conftest import PROJECT
from tests.integration.cli.conftest import Digestbot

DAY = date(2026, 2, 12)

BAD = [
    ("---\ntitle: AI: what now\n---\n\ntext\n", 2, "quote"),
    ("---\ntitle: [never closed\n---\n\ntext\n", 2, ""),
    ("---\ntitle: x\n\ntext that goes on\n", 1, "---"),
    ('+++\ntitle = "x"\ndate = 0000-01-01\n+++\n\ntext\n', 3, "date"),
    ('+++\ntitle = unquoted\n+++\n\ntext\n', 2, ""),
    ("---\ndate: 2026-02-12\n---\n\ntext\n", 1, "title"),
    ("---\ntitle: x\ndate: 2026-02-12\n---\n", 5, "text"),
    ("", 1, ""),
]  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize("bad", BAD)
    @pytest.mark.parametrize("command", ["show", "preview", "check"])
    def test_is_told_with_file_line_and_what_to_do(
        self, digestbot: Digestbot, posts: Path, command: str, bad: tuple[str, int, str]
    ) -> None:
        text, line, named = bad
        written_posts.write(posts, "bad.md", text)
        result = digestbot(command, "posts/bad.md")
        assert result.code == 1
        told, *_ = [one for one in result.err.splitlines() if "error:" in one.lower() and "bad.md" in one]
        place, _, problem = told.removeprefix("Error: ").partition(": error: ")
        assert place.rpartition(":")[0] == "posts/bad.md"
        assert abs(int(place.rpartition(":")[2]) - line) <= 1
        assert named in problem
        assert "; " in problem, "it says what to do"

    def test_does_not_hide_the_good_posts_beside_it(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "bad.md", BAD[0][0])
        written_posts.write(posts, "good.md", written_posts.digest(DAY))
        result = digestbot("check", "--verbose", POSTS="posts")
        assert result.code == 1
        assert "posts/good.md: digest of 2026-02-12" in result.out
        assert "2 posts checked, 1 refused." in result.out

    def test_may_be_no_text(self, digestbot: Digestbot, posts: Path) -> None:
        (posts / "picture.md").write_bytes(b"\x89PNG\xff\xfe\x00")
        result = digestbot("show", "posts/picture.md")
        assert result.code == 1
        assert "posts/picture.md:1: error: " in result.err

    @pytest.mark.parametrize("name", ["", ".", "..", "/", "missing.md", "posts", "x" * 300, "posts/../missing"])
    @pytest.mark.parametrize("command", ["show", "preview"])
    def test_may_be_no_file(self, digestbot: Digestbot, posts: Path, command: str, name: str) -> None:
        result = digestbot(command, name)
        assert result.code == 1
        assert "is not a file here; name a post such as posts/2026-02-12.md" in result.err

    def test_may_be_a_name_much_like_that_of_a_post(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "2026/ai-daily.md", written_posts.digest(DAY))
        for given, meant in (
            ("posts/2026/ai-dayli.md", "posts/2026/ai-daily.md"),
            ("2026/ai-dail", "2026/ai-daily.md"),
        ):
            assert f"; did you mean {meant!r}?" in digestbot("show", given, POSTS="posts").err

    def test_is_never_taken_for_another_of_the_very_same_name(self, digestbot: Digestbot, posts: Path) -> None:
        (posts / "folder.md").mkdir()
        assert "did you mean" not in digestbot("show", "posts/folder.md").err

    def test_may_be_neither_file_nor_folder(self, digestbot: Digestbot, posts: Path) -> None:
        (posts / "lost.md").symlink_to("nowhere")
        assert "'posts/lost.md' is neither a file nor a folder; " in digestbot("check", "posts/lost.md").err

    def test_may_be_a_folder_that_is_missing(self, digestbot: Digestbot) -> None:
        result = digestbot("check", "missing")
        assert (result.code, result.err) == (
            1,
            "Error: 'missing' does not exist; name a post or a folder of posts\n",
        )


class TestShow:
    def test_prints_the_whole_structure(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "a.md", written_posts.digest(DAY, items=3))
        result = digestbot("show", "posts/a.md", "--json")
        assert (result.code, result.err) == (0, "")
        issue = json.loads(result.out)
        assert list(issue) == [
            "title", "date", "kind", "draft", "tags", "intro", "items", "trends", "watch", "sections",
        ]  # fmt: skip
        assert (issue["date"], issue["kind"], issue["draft"]) == ("2026-02-12", "digest", False)
        assert [item["number"] for item in issue["items"]] == [1, 2, 3]
        assert issue["items"][0]["sources"] == [{"url": "https://news.example/posts/1", "label": None}]
        assert "推理日报" in result.out, "Chinese is written as it is, not as \\u escapes"

    def test_finds_a_post_below_the_folder_with_or_without_its_suffix(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "2026/a.md", written_posts.digest(DAY))
        for name in ("2026/a.md", "2026/a", "posts/2026/a.md", str(posts / "2026/a.md")):
            assert digestbot("show", name, "--json", POSTS="posts").code == 0

    def test_reads_aloud_in_the_operators_language(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "a.md", written_posts.digest(DAY))
        assert "星期四" in digestbot("show", "posts/a.md").out
        assert "Thursday" in digestbot("show", "posts/a.md", LANGUAGE="en").out

    def test_shows_drafts_and_the_future_too(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "a.md", written_posts.digest(date(2999, 1, 1), draft=True))
        issue = json.loads(digestbot("show", "posts/a.md", "--json").out)
        assert (issue["draft"], issue["date"]) == (True, "2999-01-01")


class TestPreview:
    @pytest.fixture
    def post(self, posts: Path) -> str:
        written_posts.write(posts, "a.md", written_posts.digest(DAY, items=2))
        return "posts/a.md"

    def test_prints_the_exact_calls_to_telegram(self, digestbot: Digestbot, post: str) -> None:
        result = digestbot("preview", post, "--platform", "telegram", "--json")
        calls = [json.loads(line) for line in result.out.splitlines()]
        assert [set(call) for call in calls] == [{"method", "payload"}] * 4
        assert {call["method"] for call in calls} == {"sendMessage"}
        for position, call in enumerate(calls):
            payload = call["payload"]
            assert payload["chat_id"] == "{chat_id}"
            assert payload["parse_mode"] == "HTML"
            assert payload["link_preview_options"] == {"is_disabled": True}
            assert payload.get("disable_notification") is (True if position else None)
        (button,) = calls[1]["payload"]["reply_markup"]["inline_keyboard"][0]
        assert button == {"text": "news.example", "url": "https://news.example/posts/1"}

    def test_prints_the_exact_calls_to_slack(self, digestbot: Digestbot, post: str) -> None:
        result = digestbot("preview", post, "--platform", "slack", "--json")
        calls = [json.loads(line) for line in result.out.splitlines()]
        assert {call["method"] for call in calls} == {"chat.postMessage"}
        assert {call["payload"]["channel"] for call in calls} == {"{channel}"}
        assert [call["payload"].get("thread_ts") for call in calls] == [None] + ["{thread_ts}"] * 3
        for call in calls:
            assert isinstance(call["payload"]["blocks"], list)
            assert (call["payload"]["unfurl_links"], call["payload"]["unfurl_media"]) == (False, False)

    def test_prints_one_object_a_line_for_the_console_too(self, digestbot: Digestbot, post: str) -> None:
        result = digestbot("preview", post, "--json")
        calls = [json.loads(line) for line in result.out.splitlines()]
        assert [(call["method"], list(call["payload"])) for call in calls] == [("print", ["text", "entities"])] * 4

    @pytest.mark.parametrize("platform", ["telegram", "slack", "console"])
    def test_is_readable_without_json(self, digestbot: Digestbot, post: str, platform: str) -> None:
        result = digestbot("preview", post, "--platform", platform)
        assert result.code == 0
        assert "第 1 条：缓存把首字延迟降到 10 毫秒" in result.out
        assert "<b>" not in result.out

    @pytest.mark.parametrize("platform", ["telegram", "slack", "console"])
    def test_writes_addresses_out(self, digestbot: Digestbot, post: str, platform: str) -> None:
        result = digestbot("preview", post, "--platform", platform)
        assert "https://news.example/posts/1" in result.out

    @pytest.mark.parametrize(
        ("platform", "first", "others"),
        [("telegram", "rings", "silent"), ("slack", "in the channel", "in its thread")],
    )
    def test_tells_which_message_rings(
        self, digestbot: Digestbot, post: str, platform: str, first: str, others: str
    ) -> None:
        result = digestbot("preview", post, "--platform", platform)
        rules = [line.rstrip("─ ") for line in result.out.splitlines() if line.endswith("──")]
        assert rules == [
            f"{name} · {others if index else first}"
            for index, name in enumerate(("overview", "item-1", "item-2", "closing"))
        ]

    @pytest.mark.parametrize("arguments", [["preview"], ["preview", "--json"], ["show", "--json"]])
    def test_ends_well_where_its_reader_leaves(self, posts: Path, arguments: list[str]) -> None:
        written_posts.write(posts, "a.md", written_posts.digest(DAY, items=400))
        with subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments, "posts/a.md"],
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert (process.stderr.read(), process.wait()) == (b"", 0)

    def test_refuses_a_platform_that_there_is_not(self, digestbot: Digestbot, post: str) -> None:
        result = digestbot("preview", post, "--platform", "mail")
        assert result.code == 2
        assert "telegram" in result.err
        assert "slack" in result.err


class TestCheck:
    def test_of_good_posts_ends_well(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "a.md", written_posts.digest(DAY))
        assert digestbot("check", "posts/a.md").out == "1 post checked, 0 refused.\n"
        written_posts.write(posts, "b/c.md", written_posts.essay(DAY))
        result = digestbot("check", POSTS="posts")
        assert (result.code, result.out) == (0, "2 posts checked, 0 refused.\n")

    def test_takes_the_same_files_as_the_bot(self, digestbot: Digestbot, posts: Path) -> None:
        for name in ("a.md", "B.MD", ".hidden.md", ".trash/c.md", "notes.txt"):
            written_posts.write(posts, name, written_posts.digest(DAY, title=name))
        assert digestbot("check", "posts").out == "2 posts checked, 0 refused.\n"

    def test_finds_two_posts_of_one_identity(self, digestbot: Digestbot, posts: Path) -> None:
        for name in ("a.md", "b.md"):
            written_posts.write(posts, name, written_posts.essay(DAY).replace("title:", "slug: same\ntitle:"))
        result = digestbot("check", "posts")
        assert result.code == 1
        assert "posts/b.md:1: error: its identity 'same' is that of posts/a.md too" in result.err

    def test_tells_posts_of_one_name_in_two_folders_apart(self, digestbot: Digestbot, posts: Path) -> None:
        for name in ("01/a.md", "02/a.md"):
            written_posts.write(posts, name, written_posts.digest(DAY))
        assert digestbot("check", "posts").code == 0
        assert digestbot("check", POSTS="posts").code == 0

    def test_without_a_folder_names_the_setting(self, digestbot: Digestbot) -> None:
        result = digestbot("check")
        assert result.code == 2
        assert result.err == "Error: DIGESTBOT_POSTS is not set; name the folder that holds your .md posts\n"

    def test_tells_warnings_and_ends_well(self, digestbot: Digestbot, posts: Path) -> None:
        written_posts.write(posts, "a.md", "---\ntitle: x\n---\n\ntext\n")
        result = digestbot("check", "posts")
        assert result.code == 0
        assert "posts/a.md:" in result.err
        assert "warning" in result.err
        assert result.out == "1 post checked, 0 refused, 1 warning.\n"
