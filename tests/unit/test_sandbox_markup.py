"""The sandbox's HTML parser beside TDLib's own, which is the one Telegram runs."""

import json
import random
import re
from typing import Any

import pytest

from bot.sandbox.telegram_links import LinkError, checked_link
from bot.sandbox.telegram_markup import MarkupError, parse_html

tdjson = pytest.importorskip("tdjson", reason="TDLib has wheels for Linux only")

KINDS = {
    "textEntityTypeBold": "bold",
    "textEntityTypeItalic": "italic",
    "textEntityTypeUnderline": "underline",
    "textEntityTypeStrikethrough": "strikethrough",
    "textEntityTypeSpoiler": "spoiler",
    "textEntityTypeCode": "code",
    "textEntityTypePre": "pre",
    "textEntityTypePreCode": "pre",
    "textEntityTypeTextUrl": "text_link",
    "textEntityTypeMentionName": "text_link",
    "textEntityTypeBlockQuote": "blockquote",
    "textEntityTypeExpandableBlockQuote": "expandable_blockquote",
    "textEntityTypeCustomEmoji": "custom_emoji",
    "textEntityTypeDateTime": "date_time",
}

Parsed = tuple[str, list[tuple[str, int, int, str, str]]]


def tdlib(request: dict[str, Any]) -> Any:
    answer = tdjson.td_execute(json.dumps(request).encode())
    return json.loads(answer) if answer else None


@pytest.fixture(autouse=True, scope="module")
def quiet_tdlib() -> None:
    tdlib({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parsed_by_telegram(source: str) -> Parsed | str:
    answer = tdlib({"@type": "parseTextEntities", "text": source, "parse_mode": {"@type": "textParseModeHTML"}})
    if answer["@type"] == "error":
        message = str(answer["message"])
        return message[0].lower() + message[1:]
    entities = []
    for entity in answer["entities"]:
        kind = entity["type"]
        url = f"tg://user?id={kind['user_id']}" if "user_id" in kind else kind.get("url", "")
        entities.append((KINDS[kind["@type"]], entity["offset"], entity["length"], url, kind.get("language", "")))
    return answer["text"], sorted(entities)


def parsed_here(source: str) -> Parsed | str:
    try:
        markup = parse_html(source)
    except MarkupError as error:
        return str(error)
    return markup.text, sorted(
        (one.kind, one.offset, one.length, one.url, one.language if one.kind == "pre" else "")
        for one in markup.entities
    )


TABLE = [
    "plain",
    "",
    "<b>bold</b> <strong>bold</strong> <i>i</i> <em>i</em> <u>u</u> <ins>u</ins> <s>s</s> <strike>s</strike>",
    "<del>s</del> <tg-spoiler>x</tg-spoiler> <span class='tg-spoiler'>x</span>",
    "中文<b>粗体</b>😀<i>👩‍👩‍👧</i>",
    "<a href='https://example.com/a?b=1&amp;c=2#d'>link</a>",
    "<a>https://example.com</a>",
    "<a href='tg://user?id=42'>mention</a>",
    "<pre>x</pre><code>y</code>",
    '<pre><code class="language-python">print()</code></pre>',
    "<code class='language-x'>not pre</code>",
    "<blockquote>quote</blockquote><blockquote expandable>long</blockquote>",
    "<b>bold <i>both</i></b>",
    "<B>case</b>",
    "<b>short</>",
    "<b></b>",
    "&lt;&gt;&amp;&quot; &#60; &#x3c; &nbsp; &apos; &lt no semicolon",
    "<tg-emoji emoji-id='5368324170671202286'>👍</tg-emoji>",
    "<tg-time unix='1770000000'>today</tg-time>",
    # refusals
    "<p>no</p>",
    "line<br>break",
    "line<br/>break",
    "a < b",
    "<",
    "<>",
    "</b>",
    "<b>",
    "<b><i>",
    "<b>x</i>",
    "<b><i>x</b></i>",
    "中文<h1>x</h1>",
    "<b",
    "<b x",
    "<b x=",
    "<b x=y",
    "<b x='y",
    "<b =x>y</b>",
    "<b>x</b",
    "<a href=https://example.com>x</a>",
    "<span>x</span>",
    "<tg-emoji emoji-id='x'>x</tg-emoji>",
    "&#55296;",
]


@pytest.mark.parametrize("source", TABLE)
def test_html_is_read_as_telegram_reads_it(source: str) -> None:
    assert parsed_here(source) == parsed_by_telegram(source)


def test_the_error_names_tag_and_byte_offset_in_telegrams_words() -> None:
    with pytest.raises(MarkupError, match=r"^can't parse entities: Unsupported start tag \"h1\" at byte offset 6$"):
        parse_html("中文<h1>x</h1>")


FRAGMENTS = [
    *(
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<u>",
        "</u>",
        "<a href='x'>",
        '<a href="https://e.com/?a=1&amp;b=2">',
        "<a>",
        "</a>",
    ),
    *(
        "<pre>",
        "</pre>",
        "<code>",
        "</code>",
        '<code class="language-py">',
        "<code class=language-x>",
        "</>",
        "<",
        "</",
    ),
    *(
        "<blockquote>",
        "<blockquote expandable>",
        "</blockquote>",
        "<span class='tg-spoiler'>",
        "</span>",
        ">",
        "&",
        "&lt",
    ),
    *(
        "&lt;",
        "&#",
        "&#x41;",
        "&#65",
        "&#0;",
        "&#1114111;",
        "&#55296;",
        "&#x110000;",
        "&amp;amp;",
        "a",
        " ",
        "\n",
        "中",
    ),
    *(
        "😀",
        "e.com",
        "<U >",
        "</U\n>",
        "<s a=b c='d' e>",
        "</s>",
        '"',
        "'",
        "=",
        "<br/>",
        "<b a",
        "<b a=",
        "\t",
        "<b c<",
    ),
    *("<tg-emoji emoji-id='5'>", "</tg-emoji>", "<tg-time unix='1'>", "</tg-time>", "<a href='ftp://x.y'>"),
]


def closed(source: str) -> str:
    """Close what is open, so that half of the strings get through the parser."""
    stack: list[str] = []
    for match in re.finditer(r"<(/?)([a-zA-Z-]+)[^<>]*>", source):
        if not match[1]:
            stack.append(match[2])
        elif stack:
            stack.pop()
    return source + "".join(f"</{tag}>" for tag in reversed(stack))


@pytest.mark.parametrize("seed", range(4))
def test_random_strings_are_read_as_telegram_reads_them(seed: int) -> None:
    random_source = random.Random(seed)
    for _ in range(3000):
        source = "".join(random_source.choices(FRAGMENTS, k=random_source.randint(1, 7)))
        if random_source.random() < 0.5:
            source = closed(source)
        assert parsed_here(source) == parsed_by_telegram(source), source


LINKS = [
    *("https://e.com", "HTTP://E.COM/Aa", "https://e.com?x=1", "https://e.com#x", "https://e.com/a b", "e.com/a"),
    *(
        "http://e.com:80/",
        "http://e.com:0/",
        "http://e.com:99999",
        "http://e.com:x/",
        "http://e.com:/a",
        " https://e.com",
    ),
    *(
        "https://",
        "http://.com",
        "http://a_b.com",
        "http://u:p@e.com/",
        "http://a@b@c.com/",
        "http://[::1]/",
        "localhost",
    ),
    *(
        "http://1.2.3.4",
        "http://localhost",
        "http://localhost:8080/x",
        "http://localhost.localdomain",
        "//e.com/a",
        "/a/b",
    ),
    *(
        "#x",
        "?x",
        "ftp://e.com",
        "javascript:alert(1)",
        "javascript://e.com/%0aalert(1)",
        "data:text/html,x",
        "tel:+123",
    ),
    *("tg://x", "tg:x", "tg://resolve?domain=x", "TG://Resolve?X", "ton://transfer/x", "mailto:a@b.com", "https:e.com"),
    *(
        "https://中文.com/路径",
        "https://🎉.com/",
        "https://e%20.com/",
        "https://e.com\\a",
        "https://e.com/<>",
        "httpx://e.com",
    ),
]


@pytest.mark.parametrize("url", LINKS)
def test_links_are_kept_and_dropped_as_telegram_does(url: str) -> None:
    escaped = url.replace("&", "&amp;").replace('"', "&quot;")
    answer = tdlib(
        {
            "@type": "parseTextEntities",
            "text": f'<a href="{escaped}">x</a>',
            "parse_mode": {"@type": "textParseModeHTML"},
        }
    )
    kept = answer["entities"][0]["type"]["url"] if answer["entities"] else None
    try:
        here: str | None = checked_link(url)
    except LinkError:
        here = None
    assert here == kept


def test_a_dropped_link_is_reported() -> None:
    markup = parse_html('<a href="/about">about</a> and <a href="https://example.com">home</a>')
    assert markup.dropped_links == ("/about",)
    assert [entity.url for entity in markup.entities] == ["https://example.com/"]
