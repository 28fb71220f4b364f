"""Commands that read posts and send nothing: show, preview, check."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.output import did_you_mean, note, print_json, print_json_lines
from bot.domain.destination import Platform
from bot.domain.errors import PostsError
from formatters.views import Style

if TYPE_CHECKING:
    from bot.domain.issues import KnownIssue
    from bot.settings import Settings
    from formatters.errors import Diagnostic
    from formatters.parts import Part
    from formatters.reading import Reading

Post = Annotated[
    Path,
    typer.Argument(metavar="POST", help="A post: a path, or a file name below DIGESTBOT_POSTS.", show_default=False),
]

_SOME_BOT = "your_bot"
"""Stands in a preview's links for the bot's own name, which only Telegram knows."""

_LOUDNESS = {
    Platform.TELEGRAM: ("rings", "silent"),
    Platform.SLACK: ("in the channel", "in its thread"),
    Platform.CONSOLE: ("", ""),
}
"""What a preview tells of the first part and of all others."""


def show(
    post: Post, as_json: Annotated[bool, typer.Option("--json", help="Print the whole structure.")] = False
) -> None:
    """Show what was read from a post: kind, date, draft or not, identity, and its text."""
    from bot.settings import load_settings
    from formatters.json_view import issue_object

    settings = load_settings()
    known = load_post(post, settings)
    if as_json:
        print_json(issue_object(known.issue))
    else:
        typer.echo(f"{_summary(known)}\nidentity: {known.key}\ntags: {', '.join(known.issue.tags) or 'none'}\n")
        _print_parts(_parts(known, Platform.CONSOLE, settings.language), Platform.CONSOLE)


def preview(
    post: Post,
    platform: Annotated[Platform, typer.Option(help="Whose messages to show.")] = Platform.CONSOLE,
    style: Annotated[
        Style | None,
        typer.Option(help="How much to show at once. Without: as the platform gets it.", show_default=False),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the exact API calls, one JSON object {method, payload} a line.")
    ] = False,
) -> None:
    """Show the messages that a post becomes on a platform; nothing is sent."""
    from bot.settings import load_settings

    settings = load_settings()
    known = load_post(post, settings)
    parts = _parts(known, platform, settings.language, style)
    if as_json:
        print_json_lines(calls(parts, platform))
    else:
        _print_parts(parts, platform)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Posts or folders. Without any: DIGESTBOT_POSTS.", show_default=False),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also tell how each good post was understood, line by line.")
    ] = False,
) -> None:
    """Check posts: every error and warning with file, line and what to do. Exit code 1 if there is an error."""
    from bot.posts.loading import load, same_key
    from bot.settings import load_settings

    settings = load_settings()
    files = list(_files(paths or [settings.posts_folder]))
    refused = warnings = 0
    good: dict[str, KnownIssue] = {}
    for path, folder in _with_progress(files):
        loaded = load(path, _root_of(path, settings) or folder, settings.timezone, settings.writing)
        _print_diagnostics(loaded.diagnostics)
        warnings += sum(diagnostic.severity == "warning" for diagnostic in loaded.diagnostics)
        if loaded.known is None:
            refused += 1
        elif (other := good.setdefault(loaded.known.key, loaded.known)) is not loaded.known:
            refused += 1
            _print_diagnostics([same_key(path, other)])
        elif verbose and loaded.reading:
            typer.echo(f"{path}: {_summary(loaded.known)}")
            _explain(loaded.reading)
    warned = f", {_count(warnings, 'warning')}" if warnings else ""
    typer.echo(f"{_count(len(files), 'post')} checked, {refused} refused{warned}.")
    if refused:
        raise typer.Exit(1)


def load_post(post: Path, settings: Settings) -> KnownIssue:
    """Return the post that the command line names; PostsError with every diagnostic if it is refused."""
    from bot.posts.loading import load

    path = _found(post, settings)
    loaded = load(path, _root_of(path, settings) or path.parent, settings.timezone, settings.writing)
    errors = [str(diagnostic) for diagnostic in loaded.diagnostics if diagnostic.severity == "error"]
    _print_diagnostics(diagnostic for diagnostic in loaded.diagnostics if diagnostic.severity != "error")
    if loaded.known is None:
        raise PostsError("\n".join(errors))
    return loaded.known


def _found(post: Path, settings: Settings) -> Path:
    below = settings.posts / post if settings.posts else post
    for candidate in (post, below, below.parent / f"{below.name}.md"):
        with suppress(OSError):  # such as a name too long for any file
            if candidate.is_file():
                return candidate
    where = f" or below DIGESTBOT_POSTS={str(settings.posts)!r}" if settings.posts else ""
    advice = did_you_mean(str(post), _names(post, settings)) or "name a post such as posts/2026-02-12.md"
    raise PostsError(f"{str(post)!r} is not a file here{where}; {advice}")


def _names(post: Path, settings: Settings) -> Iterable[str]:
    """Yield the posts beside the one that was named, and those below the folder of the settings, as one types them."""
    from bot.posts.directory import post_files

    with suppress(OSError):
        yield from (str(file) for file in sorted(post.parent.glob("*.md")) if file.is_file())
    if settings.posts:
        files = post_files(settings.posts, closed=lambda _: None)
        yield from (file.relative_to(settings.posts).as_posix() for file in files)


def _root_of(path: Path, settings: Settings) -> Path | None:
    """Return the folder of the settings if the post is in it: a post's identity is its place below it."""
    from bot.posts.loading import place_below

    return settings.posts if settings.posts and place_below(settings.posts, path) else None


def _files(paths: Iterable[Path]) -> Iterable[tuple[Path, Path]]:
    """Yield each post with the folder that it was found through."""
    from bot.posts.directory import post_files

    for path in paths:
        try:
            is_folder, is_file = path.is_dir(), path.is_file()
        except OSError:
            is_folder = is_file = False
        if is_folder:
            yield from ((file, path) for file in post_files(path, closed=_cannot_be_read) if file.is_file())
        elif is_file:
            yield path, path.parent
        else:
            problem = "is neither a file nor a folder" if os.path.lexists(path) else "does not exist"
            raise PostsError(f"{str(path)!r} {problem}; name a post or a folder of posts")


def _cannot_be_read(error: OSError) -> None:
    raise PostsError(f"{error.filename!r} cannot be read ({error.strerror}); check its permissions") from error


def _with_progress(files: list[tuple[Path, Path]]) -> Iterable[tuple[Path, Path]]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(files, "Checking", console=console, transient=True, disable=len(files) < 50 or not console.is_terminal)


def _print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    for diagnostic in diagnostics:
        note(str(diagnostic))


def _summary(known: KnownIssue) -> str:
    issue = known.issue
    content = _count(len(issue.items), "item") if issue.items else _count(len(issue.sections), "section")
    draft = ", draft" if issue.draft else ""
    return f"{issue.kind} of {issue.date or 'no date'}{draft}: {issue.title} ({content})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _explain(reading: Reading) -> None:
    """Print which dialect it is, why, and what each line became."""
    from formatters.reading.explanation import lines_of, verdicts

    for verdict in verdicts(reading):
        typer.echo(f"  {verdict}")
    for line, told in lines_of(reading):
        typer.echo(f"  {line:>5}  {told}")


def _parts(known: KnownIssue, platform: Platform, language: str, style: Style | None = None) -> tuple[Part, ...]:
    from bot.domain.subscription import Place, default_style
    from bot.languages import words_of
    from bot.services.rendering import Renderer
    from formatters.views import delivered

    # as readers get it who subscribe by themselves; in Slack, as the channel of the settings does
    style = style or default_style(platform, Place.CHANNEL)
    view = delivered(known.issue, style, ref=known.ref, bot=_SOME_BOT)
    return Renderer(words_of).render(view, platform, language, style).parts


def calls(parts: tuple[Part, ...], platform: Platform) -> Iterable[dict[str, Any]]:
    """Yield the API call of each part, with placeholders for what only a real destination has."""
    for position, part in enumerate(parts):
        match platform:
            case Platform.TELEGRAM:
                from bot.platforms.telegram.sender import call_of as telegram_call

                yield telegram_call(part.payload, chat="{chat_id}", silent=position > 0)
            case Platform.SLACK:
                from bot.platforms.slack.sender import call_of as slack_call

                yield slack_call(part.payload, channel="{channel}", thread="{thread_ts}" if position else None)
            case Platform.CONSOLE:
                yield {"method": "print", "payload": dict(part.payload)}


def _print_parts(parts: Iterable[Part], platform: Platform) -> None:
    from itertools import chain, repeat

    from bot.platforms.console.printer import print_parts

    first, others = _LOUDNESS[platform]
    print_parts(parts, chain([first], repeat(others)))
