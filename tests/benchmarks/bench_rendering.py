"""How long reading and rendering take, beside the bare parse and the libraries that turn Markdown into messages.

All of them get the same posts: those of ../shared/posts where they are, else the sandbox's samples. They take turns,
so that a busy machine slows all. Each rendering of a read issue may take 0.2 of the parse, of every post.
"""

from __future__ import annotations

import statistics
import time
import timeit
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.benchmarks.bench_reading import bare_parser

ROUNDS = 15
CALLS = 3
BOUND = 0.2
PARSE = "markdown-it-py with the same plugins"
ROOT = Path(__file__).parents[2]


def main() -> bool:
    """Print µs per post and the ratios to the parse; return whether each rendering is within the bound."""
    posts = sorted((ROOT.parent / "shared" / "posts").glob("*.md")) or sorted((ROOT / "bot/sandbox/posts").glob("*.md"))
    print(f"µs per post and share of the parse, medians of {ROUNDS} interleaved rounds; a rendering at most {BOUND}")
    shares: list[float] = []
    for post in posts:
        taken = rounds(contenders(post))
        print(f"\n  {post.name}")
        for name, times in taken.items():
            share = statistics.median(one / other for one, other in zip(times, taken[PARSE], strict=True))
            print(f"    {name:<40} {statistics.median(times) * 1e6:8.0f} {share:7.2f}")
            if name.startswith("render"):
                shares.append(share)
    return max(shares) <= BOUND


def contenders(post: Path) -> dict[str, Callable[[], object]]:
    """Return what is to be timed on one post."""
    import telegramify_markdown
    from markdown_to_mrkdwn import SlackMarkdownConverter

    from bot.languages import words_of
    from formatters.reading import read_post
    from formatters.reading.findings import Findings
    from formatters.reading.front_matter import split_front_matter
    from formatters.rendering import plain_text, slack_blocks, telegram_html, telegram_rich
    from formatters.views import IssueView

    data, home, words = post.read_bytes(), ZoneInfo("Asia/Shanghai"), words_of("zh")
    body = split_front_matter(data.decode("utf-8-sig").replace("\r\n", "\n"), Findings(post.name)).body
    view = IssueView(read_post(data, name=post.name, home=home).issue)
    parse, converter = bare_parser(), SlackMarkdownConverter()
    return {
        PARSE: lambda: parse(body),
        "read the post": lambda: read_post(data, name=post.name, home=home),
        "render for Telegram, classic": lambda: telegram_html.render(view, words),
        "render for Telegram, rich": lambda: telegram_rich.render(view, words),
        "render for Slack": lambda: slack_blocks.render(view, words),
        "render for a terminal": lambda: plain_text.render(view, words),
        "telegramify-markdown, parse and render": lambda: telegramify_markdown.convert(body),
        "markdown-to-mrkdwn, parse and render": lambda: converter.convert(body),
    }


def rounds(programs: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return the seconds that each took in every round, but for the first, which fills caches."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS + 1):
        for name, program in programs.items():
            # timeit keeps the garbage of one from being collected at another's expense
            taken[name].append(timeit.timeit(program, timer=time.process_time, number=CALLS) / CALLS)
    return {name: times[1:] for name, times in taken.items()}
