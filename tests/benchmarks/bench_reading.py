"""How long reading a post takes beside markdown-it-py's bare parse of the same text, and importing beside importing.

Reading is everything from the file's bytes to the Issue: front matter, Markdown, structure. The bare parse is
markdown-it-py's own, with tables, strikethrough and the same plugins. Both take turns, with the garbage collector
off while a turn is timed, as `timeit` has it; what is told is the median of the rounds' ratios, so that a machine
that is slow for a while slows both.

Importing is that of reading and of every renderer. python-frontmatter and PyYAML are loaded with the first post that
has front matter; a line without a bound tells the cost with them.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from formatters.reading import read_post
from formatters.reading.findings import Findings
from formatters.reading.front_matter import split_front_matter
from tests.fixtures.posts import FOLDER as SAMPLES

ROUNDS = 15
TURNS = 6
READING_BOUND = 1.4
IMPORT_BOUND = 1.3
SHARED = Path(__file__).resolve().parents[3] / "shared" / "posts"
HOME = ZoneInfo("Asia/Shanghai")

LIBRARIES = "import markdown_it, frontmatter, mdit_py_plugins.footnote, mdit_py_plugins.tasklists, mdit_py_cjk_friendly"
RENDERERS = ", ".join(
    f"formatters.rendering.{name}" for name in ("telegram_html", "telegram_rich", "slack_blocks", "plain_text")
)
OURS = f"import formatters.reading, {RENDERERS}"
WITH_FRONT_MATTER = f"{OURS}, formatters.reading.front_matter_kinds"


def main() -> bool:
    """Print both tables; return whether the bounds hold for every post in ../shared, and for importing."""
    posts = sorted(SHARED.glob("*.md")) or sorted(SAMPLES.glob("*.md"))
    print(f"reading a post, median of {ROUNDS} interleaved rounds of {TURNS}, in µs")
    print(f"  {'post':<36} {'bare parse':>10} {'reading':>10} {'ratio':>6}  (at most {READING_BOUND})")
    ratios = [_reading(path) for path in posts]
    print(f"importing, median of {ROUNDS} interleaved rounds, in ms of CPU")
    taken = _importing()
    libraries = taken.pop("libraries")
    print(f"  {'libraries':<36} {statistics.median(libraries) * 1000:>10.0f}")
    for name, times in taken.items():
        imported = _ratio(times, libraries)
        bound = f"(at most {IMPORT_BOUND})" if name == "formatters" else ""
        print(f"  {name:<36} {'':>10} {statistics.median(times) * 1000:>10.0f} {imported:>6.2f}  {bound}")
    return max(ratios) <= READING_BOUND and _ratio(taken["formatters"], libraries) <= IMPORT_BOUND


def _ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(one / other for one, other in zip(ours, others, strict=True))


def _reading(path: Path) -> float:
    data = path.read_bytes()
    body = split_front_matter(data.decode("utf-8-sig").replace("\r\n", "\n"), Findings(path.name)).body
    parser = bare_parser()
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(ROUNDS + 1):
        bare.append(_seconds(lambda: parser(body)))
        ours.append(_seconds(lambda: read_post(data, name=path.name, home=HOME)))
    # the first round compiles patterns and reads the dialects
    ratio = _ratio(ours[1:], bare[1:])
    one, other = statistics.median(bare[1:]), statistics.median(ours[1:])
    print(f"  {path.stem:<36} {one * 1e6:>10.0f} {other * 1e6:>10.0f} {ratio:>6.2f}")
    return ratio


def bare_parser() -> Callable[[str], object]:
    from markdown_it import MarkdownIt
    from mdit_py_cjk_friendly import cjk_friendly
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.tasklists import tasklists_plugin

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return parser.use(cjk_friendly).use(footnote_plugin).use(tasklists_plugin).parse


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        for _ in range(TURNS):
            run()
        return (time.process_time() - started) / TURNS
    finally:
        gc.enable()


def _importing() -> dict[str, list[float]]:
    programs = {"libraries": LIBRARIES, "formatters": OURS, "formatters and front matter": WITH_FRONT_MATTER}
    taken: dict[str, list[float]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as folder:
        # all from compiled files, as an installed program has them; the first round writes these
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = folder
        for _ in range(ROUNDS + 1):
            for name, statement in programs.items():
                taken[name].append(_import_seconds(statement, environment))
    return {name: times[1:] for name, times in taken.items()}


def _import_seconds(statement: str, environment: Mapping[str, str]) -> float:
    program = f"import time; started = time.process_time(); {statement}; print(time.process_time() - started)"
    command = [sys.executable, "-c", program]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)
