"""The sample posts become exactly what the golden files hold; `make golden` writes these again."""

from __future__ import annotations

from pathlib import Path

import pytest

from formatters.rendering import slack_blocks, telegram_html, telegram_rich
from formatters.views import Style, delivered
from tests.unit.rendering.golden import FOLDER, POSTS, ROOT, files, read
from tests.unit.rendering.judges import judge_rich, judge_slack, judge_telegram
from tests.unit.rendering.makers import WORDS

EXPECTED = dict(files())


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_post_becomes_what_its_golden_file_holds(path: Path) -> None:
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing; run make golden"
    assert EXPECTED[path] == path.read_text("utf-8")


def test_there_is_no_golden_file_that_nothing_is_made_of() -> None:
    assert set(FOLDER.rglob("*.txt")) == set(EXPECTED)


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.stem)
def test_every_platform_takes_the_sample_posts_in_every_style(post: Path) -> None:
    issue = read(post)
    for style in Style:
        view = delivered(issue, style, ref="ref", bot="some_bot")
        for part in telegram_html.render(view, WORDS).parts:
            judge_telegram(part)
        for part in telegram_rich.render(view, WORDS).parts:
            judge_rich(part)
        for part in slack_blocks.render(view, WORDS).parts:
            judge_slack(part)
