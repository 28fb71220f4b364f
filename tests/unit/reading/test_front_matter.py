"""Front matter of every kind, and what is said about each fault."""

from __future__ import annotations

import pytest

from formatters.document import CodeBlock
from formatters.reading.fields import Fault
from formatters.reading.post import MAX_BYTES, MAX_LINES
from formatters.reading.yaml_fields import read_yaml
from tests.unit.reading.reader import findings, issue_of, reading, refusal


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: 日报\ndate: 2026-02-12\ntags: [AI, Agent]\nslug: daily\ndraft: true\n---\n",
        '+++\ntitle = "日报"\ndate = 2026-02-12\ntags = ["AI", "Agent"]\nslug = "daily"\ndraft = true\n+++\n',
        '{"title": "日报", "date": "2026-02-12", "tags": ["AI", "Agent"], "slug": "daily", "draft": true}\n',
        "---\ntitle: 日报\ndate: 2026-02-12\ntags:\n  - AI\n  - Agent\nslug: daily\ndraft: yes\n...\n",
        "----\nTitle: '日报'\nDate: '2026-02-12'\nTags: AI, Agent\nslug: daily\npublished: false\n----  \n",
    ],
    ids=["yaml", "toml", "json", "yaml ended by dots", "yaml in other words"],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no mark", "byte order mark"])
def test_every_kind_says_the_same(head: str, ends: str, mark: bytes) -> None:
    issue = issue_of(mark + (head + "\n正文。\n").replace("\n", ends).encode())
    assert (issue.title, str(issue.date), issue.tags, issue.slug, issue.draft) == (
        "日报",
        "2026-02-12",
        ("AI", "Agent"),
        "daily",
        True,
    )


def test_without_front_matter_the_leading_heading_is_the_title() -> None:
    result = reading("# 周报 **第三期**\n\n正文。\n")
    assert result.issue.title == "周报 第三期"
    assert [(finding.severity, finding.line) for finding in result.diagnostics] == [("warning", 1)]
    assert "no date" in result.diagnostics[0].problem
    assert [str(section.title) for section in result.issue.sections] == ["()"]


def test_lines_of_the_body_are_lines_of_the_file() -> None:
    issue = issue_of("\n\n---\ntitle: a\ndate: 2026-02-12\n---\n\n\n## One\n\ntext\n")
    assert issue.sections[0].line == 9
    assert issue.sections[0].blocks[0].line == 11


def test_a_body_that_begins_with_code_keeps_it_as_code() -> None:
    issue = issue_of("---\ntitle: a\ndate: 2026-02-12\n---\n\n    indented\n      more\n")
    assert issue.sections[0].blocks == (CodeBlock("indented\n  more", "", 6),)


def test_values_are_not_guessed_at() -> None:
    issue = issue_of("---\ntitle: 2026-02-12\ntags: [1.10, on, 007]\ndate: 2026-02-12\nslug: 1e3\n---\nx")
    assert issue.title == "2026-02-12"
    assert issue.tags == ("1.10", "on", "007")
    assert issue.slug == "1e3"


def test_numbers_may_be_titles_and_slugs() -> None:
    issue = issue_of("+++\ntitle = 404\nslug = 7\ndate = 2026-02-12\ntags = [2026]\n+++\nx")
    assert (issue.title, issue.slug, issue.tags) == ("404", "7", ("2026",))


def test_a_title_is_one_line_without_control_characters() -> None:
    issue = issue_of('---\ntitle: "a\\tb\\n c\\x07"\ndate: 2026-02-12\n---\nx')
    assert issue.title == "a b c"
    assert issue_of('{"title": "a\\ud800b", "date": "2026-02-12"}\nx').title == "a b"


def test_a_folded_title_and_an_alias_are_followed() -> None:
    head = "slug: &name daily\ntitle: >\n  one\n  two\nalias: *name\ntags: [*name]\ndate: 2026-02-12"
    issue = issue_of(f"---\n{head}\n---\nx")
    assert (issue.title, issue.tags) == ("one two", ("daily",))


def test_empty_values_are_missing_values() -> None:
    result = reading("---\ntitle: a\ntags:\nslug: ~\ndraft:\ndate:\n---\nx")
    assert (result.issue.tags, result.issue.slug, result.issue.draft, result.issue.date) == ((), None, False, None)
    assert [(finding.line, finding.severity) for finding in result.diagnostics] == [(6, "warning")]


def test_fields_that_nobody_asks_for_may_hold_anything() -> None:
    fields = "cover: {image: x.png, list: &x [1, [2], *x]}\nmore: &y {a: b}\n? [odd, key]\n: x"
    issue = issue_of(f"---\ntitle: a\ndate: 2026-02-12\n{fields}\n---\nx")
    assert issue.title == "a"


@pytest.mark.parametrize(
    ("post", "line", "problem", "advice"),
    [
        ("---\ndate: 2026-02-12\ntitle: AI: 日报\n---\nx", 3, "mapping values", 'title: "AI: 日报"'),
        ('---\ntitle: "AI\ndate: 2026-02-12\n---\nx', 2, "YAML", 'title: "AI"'),
        ("---\ntitle: [AI] 日报\ndate: 2026-02-12\n---\nx", 2, "YAML", 'title: "[AI] 日报"'),
        ("---\ntitle: @日报\n---\nx", 2, "cannot start", 'title: "@日报"'),
        ("---\ntitle: a\n\tdate: x\n---\nx", 3, "tab", "spaces"),
        ("---\ntitle: *x\n---\nx", 2, "alias", "quotes"),
        ("---\ntitle: !!python/object/apply:os.system [ls]\n---\nx", 2, "python/object", "remove the tag"),
        ("---\n- a\n---\nx", 2, "not a list of keys", "key: value"),
        ("---\nhello\n---\nx", 2, "not a list of keys", "key: value"),
        ("---\na: " + "[" * 100 + "\n---\nx", 2, "nested deeper", "flatten"),
        ('+++\ntitle = "a"\ndate = 0000-01-01\n+++\nx', 3, "date", "date = 2026-02-12"),
        ("+++\ntitle = AI 日报\n+++\nx", 2, "Invalid value", 'title = "AI 日报"'),
        ('+++\ntitle = "AI\ndate = 2026-02-12\n+++\nx', 2, "Illegal character", "quotes"),
        ('+++\ntitle = "a"\ndate = 2026-02-12\ntitle = "b"\n+++\nx', 4, "overwrite", "once"),
        ("+++\na = " + "[" * 5000 + "\n+++\nx", 2, "nested", "flatten"),
        ("+++\na = 1\n[a]\nb = 1\n+++\nx", 3, "overwrite", "once"),
        ("+++\ntitle\n+++\nx", 2, "TOML", 'key = "value"'),
        ("+++\ntitle = 'a'\nslug = 0x" + "f" * 5000 + "\n+++\nx", 3, "more than 64 bits", "quotes"),
        ("+++\ntitle = 'a'\ntags = ['a', 0x" + "f" * 5000 + "]\n+++\nx", 3, "more than 64 bits", "quotes"),
        ('{\n"title": "a",\n"date":\n}\nx', 4, "JSON", "quoted"),
        ('{"a": ' + "[" * 100_000 + "\nx", 1, "nested", "flatten"),
        ('{"a": ' + "1" * 5000 + "}\nx", 1, "JSON", "quotes"),
        ("---\ntitle: a\n\ntext\n", 1, "never closed", "add a line ---"),
        ('+++\ntitle = "a"\n---\n\ntext\n', 1, "the line '---' does not", "add a line +++"),
        ('---toml\ntitle = "a"\n---\nx', 1, "'---toml' is of an unknown kind", "+++ for TOML"),
        (";;;\n{}\n;;;\nx", 1, "unknown kind", "--- for YAML"),
        ("---\na: " + "x" * 30_000 + "\n---\nx", 1, "characters", "close it"),
    ],
)
def test_unreadable_front_matter_is_refused_with_its_line(post: str, line: int, problem: str, advice: str) -> None:
    error = refusal(post, "2026/daily.md")
    assert (error.name, error.line) == ("2026/daily.md", line)
    assert problem in error.problem
    assert advice in error.advice


@pytest.mark.parametrize(
    ("post", "line", "problem"),
    [
        ("---\ndate: 2026-02-12\ntitle: [a, b]\n---\nx", 3, "title is a list"),
        ("---\ntitle: {a: b}\n---\nx", 2, "title is a group of fields"),
        ("+++\ntitle = true\n+++\nx", 2, "title is a truth value"),
        ("+++\n\ntitle = 2026-02-12\n+++\nx", 3, "title is a date"),
        ("+++\n[title]\na = 1\n+++\nx", 2, "title is a group of fields"),
        ("---\ntitle: a\nslug: [b]\n---\nx", 3, "slug is a list"),
        ("---\ntitle: a\ndraft: perhaps\n---\nx", 3, "draft is neither true nor false"),
        ("---\ntitle: a\ndraft: [true]\n---\nx", 3, "draft is neither true nor false"),
        ("---\ntitle: a\ntags: {a: b}\n---\nx", 3, "tags are not a list"),
        ("---\ntitle: a\ntags: [[a]]\n---\nx", 3, "tags are not a list"),
        ("---\ntitle: a\ndate: 2026-02-30\n---\nx", 3, "'2026-02-30' is not a date that exists"),
        ("---\ntitle: a\ndate: tomorrow\n---\nx", 3, "'tomorrow' is not a date that exists"),
        ("---\ntitle: a\ndate: 0000-01-01\n---\nx", 3, "'0000-01-01' is not a date that exists"),
        ("---\ntitle: a\ndate: 2026-02-12T25:00:00\n---\nx", 3, "is not a date that exists"),
        ("---\ntitle: a\ndate: 2026-02-12T08:00:00+99:00\n---\nx", 3, "is not a date that exists"),
        ("+++\ntitle = 'a'\ndate = 08:00:00\n+++\nx", 3, "date is a time without a day"),
        ("+++\ntitle = 'a'\ndate = 20260212\n+++\nx", 3, "date is a number"),
        ("+++\ntitle = 'a'\ndate = [2026]\n+++\nx", 3, "date is a list"),
    ],
)
def test_fields_of_the_wrong_type_are_refused_with_their_line(post: str, line: int, problem: str) -> None:
    error = refusal(post)
    assert error.line == line
    assert problem in error.problem


def test_all_wrong_fields_are_told_together_in_line_order() -> None:
    told = findings("---\nslug: [a]\ndraft: perhaps\ntitle: [b]\ndate: never\n---\n\n")
    assert [finding.line for finding in told] == [2, 3, 4, 5, 6]


def test_a_repeated_key_is_a_warning_and_the_last_one_counts() -> None:
    result = reading("---\ntitle: a\ndate: 2026-02-12\nTitle: b\n---\nx")
    assert result.issue.title == "b"
    assert [(finding.line, finding.severity) for finding in result.diagnostics] == [(4, "warning")]
    assert str(result.diagnostics[0]).startswith("post.md:4: warning: the key 'Title' is given twice; ")


@pytest.mark.parametrize(
    ("post", "line", "problem"),
    [
        (b"", 1, "no text"),
        (b"---\ntitle: a\n---\n\n \n", 3, "no text"),
        (b"---\ntitle: a\n---\n<!-- later -->\n\n---\n", 4, "nothing to show"),
        (b"---\ntitle: a\n---\n# A\n", 4, "nothing to show"),
        (b"---\ndate: 2026-02-12\n---\ntext", 1, "no title"),
        (b"---\ntitle: ''\n---\ntext", 1, "no title"),
        (b"---\ntitle: ' '\n---\ntext", 1, "no title"),
        (b'{"title": "\\ud800"}\n\ntext', 1, "no title"),
        (b"## 1) One\n\n- text", 1, "no title"),
        ("## 今日趋势\n\n- text".encode(), 1, "no title"),
        (b"---\ntitle: a\n---\nx\n\xff\n", 5, "not UTF-8"),
        ("---\ntitle: a\n---\nx".encode("utf-16"), 1, "not UTF-8"),
        (b"---\ntitle: a\n---\n" + b"x" * MAX_BYTES, 1, "larger than 8 MiB"),
        (b"---\ntitle: a\n---\n" + b"x\n" * MAX_LINES, MAX_LINES, "more than 200000"),
    ],
)
def test_a_post_without_something_to_say_is_refused(post: bytes, line: int, problem: str) -> None:
    error = refusal(post)
    assert error.line == line
    assert problem in error.problem
    assert error.advice


def test_an_error_reads_as_file_line_problem_advice() -> None:
    error = refusal("---\ntitle: AI: 日报\n---\nx", "posts/a.md")
    assert str(error).startswith("posts/a.md:2: error: the YAML front matter cannot be read: ")
    assert str(error).endswith('; put the value in quotes: title: "AI: 日报"')


@pytest.mark.parametrize("opened", ["[日报", "{日报"])
def test_a_bracket_that_is_never_closed_is_told_where_it_opens(opened: str) -> None:
    error = refusal(f"---\ntitle: {opened}\ndate: 2026-02-12\n---\nx")
    assert error.line == 2
    assert error.advice == f'put the value in quotes: title: "{opened}"'


def test_a_comment_that_swallows_the_rest_is_told() -> None:
    result = reading("---\ntitle: a\ndate: 2026-02-12\n---\ntext\n\n<!-- draft\n\nmore\n")
    assert [(finding.line, finding.severity) for finding in result.diagnostics] == [(7, "warning")]
    assert "never closed" in result.diagnostics[0].problem


def test_a_character_that_yaml_refuses_is_told_to_who_reads_front_matter_alone() -> None:
    with pytest.raises(Fault, match="cannot be read") as refused:
        read_yaml("title: \x00")
    assert (refused.value.line, refused.value.advice) == (1, "remove unprintable characters")


def test_an_indented_first_line_is_code_and_no_fence() -> None:
    issue = issue_of("    ---\n\n# 题\n\n文")
    assert issue.title == "题"
    assert "---" in str(issue.sections) + str(issue.intro)


def test_a_line_that_is_no_field_is_told() -> None:
    error = refusal("---\ntitle: x\n}\n---\n文")
    assert error.line == 3
    assert error.advice == "write one `key: value` a line and put values with special characters in quotes"
