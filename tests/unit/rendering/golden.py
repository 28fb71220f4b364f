"""Golden files: what each sample post becomes on each platform and in each style.

`make golden` (or `python -m tests.unit.rendering.golden`) writes them again; read the difference before you commit it.
A file holds the post that it is made from, then every part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from formatters.issue import Issue
from formatters.parts import Json, Part, Rendition
from formatters.reading import read_post
from formatters.rendering import plain_text, slack_blocks, telegram_html, telegram_rich
from formatters.views import (
    AdviceView,
    SourcesView,
    Style,
    TitlesView,
    TrendsView,
    View,
    WatchView,
    delivered,
)
from formatters.words import Words
from tests.fixtures.posts import SITE
from tests.unit.rendering.makers import WORDS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "fixtures" / "renderings"
POSTS = [
    post
    for folder in (ROOT / "bot" / "sandbox" / "posts", ROOT / "tests" / "fixtures" / "posts")
    for post in sorted(folder.glob("*.md"))
]
_WIDTH = 160
VARIED = "ai-daily-2026-03-05"
"""The post whose every view is kept; of the others only what is delivered."""

Render = Callable[[View, Words], Rendition]
FORMS: Mapping[str, tuple[Style, Render]] = {
    "telegram-items": (Style.ITEMS, telegram_html.render),
    "telegram-compact": (Style.COMPACT, telegram_html.render),
    "telegram-headlines": (Style.HEADLINES, telegram_html.render),
    "telegram-rich": (Style.RICH, telegram_rich.render),
    "slack-thread": (Style.THREAD, slack_blocks.render),
    "slack-compact": (Style.COMPACT, slack_blocks.render),
    "console-items": (Style.ITEMS, plain_text.render),
}
VIEWS: Mapping[str, Callable[[Issue], View]] = {
    "titles": TitlesView,
    "sources": SourcesView,
    "advice": AdviceView,
    "watch": WatchView,
    "trends": TrendsView,
}


def read(post: Path) -> Issue:
    """Return the sample post's issue."""
    return read_post(post.read_bytes(), name=post.name, home=ZoneInfo("Asia/Shanghai"), site_url=SITE).issue


def files() -> Iterator[tuple[Path, str]]:
    """Yield the path of every golden file and what it should hold."""
    for post in POSTS:
        issue = read(post)
        for name, (style, render) in FORMS.items():
            view = delivered(issue, style, ref="ref", bot="some_bot")
            yield FOLDER / post.stem / f"{name}.txt", written(post, render(view, WORDS))
        if post.stem == VARIED:
            for name, view_of in VIEWS.items():
                yield (
                    FOLDER / post.stem / f"telegram-view-{name}.txt",
                    written(post, telegram_html.render(view_of(issue), WORDS)),
                )


def written(post: Path, rendition: Rendition) -> str:
    """Return a file's text."""
    source = post.relative_to(ROOT).as_posix()
    return "\n".join([f"from {source}", *(_part(part) for part in rendition.parts)])


def _part(part: Part) -> str:
    text = part.payload.get("text")
    rest = {name: value for name, value in part.payload.items() if name != "text"}
    shown = [f"=== {part.name}"]
    if isinstance(text, str):
        shown.append(text.replace("\u2060", "\\u2060"))
    if rest:
        shown += ["---", *_laid_out("", rest)]
    return "\n".join([*shown, ""])


def _laid_out(name: str, value: Json, margin: str = "") -> Iterator[str]:
    """Yield lines of JSON without its commas: what is short stands on one line, what is long is one entry a line."""
    lead = f"{margin}{name}: " if name else margin
    short = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str | int | float | None) or len(short) <= _WIDTH:
        yield lead + short
        return
    if name:
        yield f"{margin}{name}:"
    entries = value.items() if isinstance(value, Mapping) else [("-", entry) for entry in value]
    for key, entry in entries:
        yield from _laid_out(key, entry, margin + " " if name else margin)


def main() -> None:
    """Write every file, and remove those that nothing is made of any more."""
    expected = dict(files())
    for path in FOLDER.rglob("*.txt"):
        if path not in expected:
            path.unlink()
    for path, text in expected.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
