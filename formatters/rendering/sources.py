"""An item's sources: a button for each address, a line for what cannot be one."""

from __future__ import annotations

from collections import Counter
from urllib.parse import unquote, urlsplit

from formatters.issue import Item, SourceLink
from formatters.rendering.buttons import LinkButton, Row
from formatters.rendering.limits import (
    BUTTON_CHARACTERS,
    SOURCE_BUTTONS,
    TELEGRAM_KEYBOARD_BYTES,
    URL_CHARACTERS,
    columns,
    utf8_bytes,
)
from formatters.rendering.lines import Form, Line
from formatters.rendering.runs import Run, clean, is_web_link
from formatters.words import Words

_SHORT_COLUMNS = 20
_FRAME_BYTES = 100
"""What a button's JSON takes beside its address, generously."""


def source_buttons(item: Item) -> tuple[Row, ...]:
    """Return one button per address, two short ones in a row."""
    sources = _offered(item)
    rows: list[Row] = []
    for label, source in zip(_labels(sources), sources, strict=True):
        button = LinkButton(label, source.url or "")
        if rows and len(rows[-1]) == 1 and max(columns(rows[-1][0].text), columns(label)) <= _SHORT_COLUMNS:
            rows[-1] = (rows[-1][0], button)
        else:
            rows.append((button,))
    return tuple(rows)


def source_lines(item: Item, words: Words) -> list[Line]:
    """Return the line that names the sources without a button, if there are any."""
    if not item.sources:
        return []
    offered = {source.url for source in _offered(item)}
    runs: list[Run] = []
    for source in item.sources:
        if source.url not in offered and (name := clean(source.label or source.url or "")):
            runs.append(Run(" · " if runs else words.sources + words.label_separator))
            runs.append(Run(name, 0, source.url if source.url and is_button_link(source.url) else ""))
    return [Line(Form.TEXT, runs)] if runs else []


def is_button_link(url: str) -> bool:
    """Tell whether a button may lead there."""
    return len(url) <= URL_CHARACTERS and is_web_link(url)


def _offered(item: Item) -> list[SourceLink]:
    """Return the sources that get a button: each address once, as many as a keyboard holds."""
    offered: dict[str, SourceLink] = {}
    left = TELEGRAM_KEYBOARD_BYTES // 2
    for source in item.sources:
        if source.url and source.url not in offered and is_button_link(source.url):
            left -= utf8_bytes(source.url) + _FRAME_BYTES
            if left < 0 or len(offered) == SOURCE_BUTTONS:
                break
            offered[source.url] = source
    return list(offered.values())


def _labels(sources: list[SourceLink]) -> list[str]:
    """Return the host of each, without `www.`; those of one host are told apart."""
    hosts = [host_of(source.url or "") for source in sources]
    if len(hosts) < 2:
        return [_short(host) for host in hosts]
    count = Counter(hosts)
    labels: list[str] = []
    for index, host in enumerate(hosts):
        if count[host] == 1:
            labels.append(_short(host))
            continue
        group = [source for source, other in zip(sources, hosts, strict=True) if other == host]
        place = hosts[:index].count(host)
        labels.append(_short(f"{host} · {_differences(group)[place]}"))
    return labels


def host_of(url: str) -> str:
    """Return the address's host as readers know it: lower case, without `www.` and port."""
    return clean((urlsplit(url).hostname or url).removeprefix("www."))


def _differences(group: list[SourceLink]) -> list[str]:
    """Return what tells sources of one host apart: a label, a piece of the path, else a number."""
    for pieces in ([source.label or "" for source in group], *_path_pieces(group)):
        found = [clean(piece).strip() for piece in pieces]
        if all(0 < len(piece) <= BUTTON_CHARACTERS // 2 for piece in found) and len(set(found)) == len(found):
            return found
    return [str(number) for number in range(1, len(group) + 1)]


def _path_pieces(group: list[SourceLink]) -> list[list[str]]:
    """Return the paths' pieces by position, the first of every path first."""
    paths = [[unquote(piece) for piece in urlsplit(source.url or "").path.split("/") if piece] for source in group]
    return [[path[index] for path in paths] for index in range(min(map(len, paths)))]


def _short(label: str) -> str:
    return label if len(label) <= BUTTON_CHARACTERS else label[: BUTTON_CHARACTERS - 1] + "…"
