"""Formulas are shown as they are written; links of the site are taken from its address."""

from __future__ import annotations

import pytest

from formatters.document import Code, CodeBlock, Link, Paragraph, Text, plain_blocks
from formatters.reading.links import safe_url, site_of
from formatters.reading.markdown import read_markdown

SITE = site_of("https://site.example/blog/")


@pytest.mark.parametrize("formula", ["x_i", "a^2 + b^2 = c^2", r"\alpha", "n", "O(n)", "f'"])
def test_a_formula_is_code(formula: str) -> None:
    (paragraph,) = read_markdown(f"see ${formula}$ here").blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.content == (Text("see "), Code(formula), Text(" here"))


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6",
        "$100，比$80便宜",
        "涨到$100，$AAPL 大涨",
        "a $ b = c $",
        "$HOME/bin",
        "cost $x",
        "$x = 价格$",
        r"\$x\$",
    ],
)
def test_a_price_is_no_formula(text: str) -> None:
    assert plain_blocks(read_markdown(text).blocks) == text.replace("\\", "")


@pytest.mark.parametrize(
    ("markdown", "code"),
    [
        ("$$\na_1 * b_2 * c\n$$", "a_1 * b_2 * c"),
        ("$$ a * b * c $$", "a * b * c"),
        ("text\n$$x\n = y$$\ntext", "x\n= y"),
        ("- item\n\n  $$\n  x\n  $$", "x"),
    ],
)
def test_a_block_of_math_is_a_block_of_code(markdown: str, code: str) -> None:
    def found(blocks: object) -> list[CodeBlock]:
        assert isinstance(blocks, tuple)
        below = [block for outer in blocks for item in getattr(outer, "items", ()) for block in found(item.blocks)]
        return [*(block for block in blocks if isinstance(block, CodeBlock)), *below]

    (block,) = found(read_markdown(markdown).blocks)
    assert (block.text, block.language) == (code, "math")


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("$$\nnever closed", "$$ never closed"),
        ("$$ a $ b $$", "$$ a $ b $$"),
        ("- $$\n\nx $$", "$$\nx $$"),
        ("$x", "$x"),
        ("> a\n$$", "a $$"),
        ("$$\n" * 3 + "x", "$$ x"),
        ("    $$\n    x\n    $$", "$$\nx\n$$"),
        ("$$\n" + "x\n" * 100 + "$$", "$$" + " x" * 100 + " $$"),
    ],
)
def test_what_is_no_block_of_math_keeps_its_text(markdown: str, shown: str) -> None:
    blocks = read_markdown(markdown).blocks
    assert plain_blocks(blocks) == shown
    assert not any(isinstance(block, CodeBlock) and block.language for block in blocks)


def test_a_formula_inside_a_link_label_is_skipped_over() -> None:
    (paragraph,) = read_markdown("[see $x_i$](https://a.com)").blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.content == (Link("https://a.com", (Text("see "), Code("x_i"))),)


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("/posts/1/", "https://site.example/posts/1/"),
        ("/", "https://site.example/"),
        ("//cdn.example/x.png", "https://cdn.example/x.png"),
        ("../x.md", None),
        ("x.md", None),
        ("#top", None),
        ("/a b", None),
        ("//", None),
        ("https://a.com/x", "https://a.com/x"),
    ],
)
def test_links_from_the_root_are_taken_from_the_site(url: str, absolute: str | None) -> None:
    assert safe_url(url, SITE) == absolute
    if not url.startswith("https"):
        assert safe_url(url) is None


def test_links_images_and_html_are_taken_from_the_site() -> None:
    document = read_markdown(
        "[a](/a) ![b](/b.png) <a href='/c'>c</a> [d][1]\n\n[1]: /d\n\n<p><a href='/e'>e</a></p>", site=SITE
    )
    contents = [block.content for block in document.blocks if isinstance(block, Paragraph)]
    found = [inline.url for content in contents for inline in content if isinstance(inline, Link)]
    assert found == [f"https://site.example/{name}" for name in ("a", "b.png", "c", "d", "e")]
    assert plain_blocks(read_markdown("[a](/a)").blocks) == "a"


def test_there_may_be_no_site() -> None:
    assert site_of(None) is None


@pytest.mark.parametrize("url", ["site.example", "ftp://site.example", "https://", "tg://x"])
def test_a_site_needs_an_address(url: str) -> None:
    with pytest.raises(ValueError, match="not the address of a site"):
        site_of(url)
