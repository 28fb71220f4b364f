"""The ground: locked requirements, the Makefile, sample posts, the picture of which module may import which."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.requirements.lock import FILES, RequirementFile, fingerprint, header, read_pyproject

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "bot" / "sandbox" / "posts"

_PIN = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+\])?==(\S+)", re.MULTILINE)


def pins(file: RequirementFile) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in _PIN.findall(file.path.read_text("utf-8"))}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
class TestRequirementFile:
    def test_is_as_fresh_as_pyproject(self, file: RequirementFile) -> None:
        expected = header(file, read_pyproject())
        assert file.path.read_text("utf-8").startswith(expected), f"{file.name} is stale: run `make lock`"

    def test_pins_every_stated_requirement_within_its_bounds(self, file: RequirementFile) -> None:
        pinned = pins(file)
        for stated in map(Requirement, file.sources(read_pyproject())):
            assert stated.specifier.contains(pinned[canonicalize_name(stated.name)]), str(stated)

    def test_gives_every_pin_a_hash_and_names_no_place_to_fetch_from(self, file: RequirementFile) -> None:
        blocks = re.split(r"^(?=[A-Za-z])", file.path.read_text("utf-8"), flags=re.MULTILINE)[1:]
        assert len(blocks) == len(_PIN.findall(file.path.read_text("utf-8")))
        assert [block for block in blocks if "--hash=sha256:" not in block] == []
        assert [line for line in file.path.read_text("utf-8").splitlines() if "://" in line] == []


def test_a_fingerprint_changes_with_a_stated_requirement_and_not_with_its_place() -> None:
    run, before = FILES[0], read_pyproject()
    reordered = before | {"project": before["project"] | {"dependencies": before["project"]["dependencies"][::-1]}}
    grown = before | {"project": before["project"] | {"dependencies": [*before["project"]["dependencies"], "x"]}}
    assert fingerprint(run, reordered) == fingerprint(run, before)
    assert fingerprint(run, grown) != fingerprint(run, before)


def test_what_runs_is_what_was_tested() -> None:
    run, dev = (pins(file) for file in FILES[:2])
    assert {name: dev.get(name) for name in run} == run


def test_every_target_that_the_readme_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"setup", "demo", "test", "check", "bench", "lock", "catalogs"} <= targets
    named = set(re.findall(r"(?:`|\$ )make ([a-z]+)", (PROJECT / "README.md").read_text("utf-8")))
    assert named
    assert named <= targets


def test_every_makefile_target_is_explained_and_phony() -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE)) == targets
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == targets


def test_ci_runs_what_a_contributor_types() -> None:
    script = (PROJECT / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"^make (\w+)$", script, re.MULTILINE) == ["setup", "check", "test"]
    assert "set -euo pipefail" in script


def test_every_link_within_the_readme_leads_somewhere() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", readme)
    local = [target for target in targets if "://" not in target]
    assert local
    assert [target for target in local if not (PROJECT / target).exists()] == []


def test_the_layout_names_every_package_of_the_bot_once() -> None:
    layout = (PROJECT / "bot" / "README.md").read_text("utf-8").partition("\n## 2.")[2].partition("```\n")[2]
    bot = layout.partition("\nbot/\n")[2].partition("\ndeploy/")[0]
    named = re.findall(r"^  ([a-z]+(?:/[a-z]+)?)/ ", bot, re.MULTILINE)
    packages = {path.parent.relative_to(PROJECT / "bot").as_posix() for path in (PROJECT / "bot").rglob("__init__.py")}
    deepest = {name for name in packages if name.count("/") < 1 or name.startswith("platforms/")}
    assert sorted(named) == sorted(deepest - {".", "platforms"})


def test_the_layers_are_those_of_the_import_rules() -> None:
    contract = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    told = (PROJECT / "bot" / "README.md").read_text("utf-8").partition("**Imports point down**")[2].split("```")[1]
    layers = [re.findall(r"\w+", layer) for layer in re.split(r">", told)]
    assert layers == [re.findall(r"\w+", layer) for layer in contract["layers"]]


def front_matter(post: Path) -> dict[str, Any]:
    text = post.read_text("utf-8")
    fence = text[:3]
    block = text.split(fence)[1]
    stated = tomllib.loads(block) if fence == "+++" else yaml.safe_load(block)
    assert isinstance(stated, dict)
    return stated


def day_of(stated: dict[str, Any]) -> date:
    value = stated["date"]
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.date() if isinstance(value, datetime) else value


def test_the_newest_sample_that_is_no_draft_is_a_digest_of_several_items() -> None:
    published = [post for post in SAMPLES.glob("*.md") if not front_matter(post).get("draft", False)]
    newest = max(published, key=lambda post: day_of(front_matter(post)))
    assert day_of(front_matter(newest)) == date(2026, 3, 6)
    assert len(re.findall(r"^## \d+\)", newest.read_text("utf-8"), re.MULTILINE)) == 8


def test_samples_show_every_kind_of_post() -> None:
    posts = {post: post.read_text("utf-8") for post in SAMPLES.glob("*.md")}
    assert {text[:3] for text in posts.values()} == {"+++", "---"}
    assert any(front_matter(post).get("draft", False) for post in posts), "a draft"
    assert any("\n|---" in text for text in posts.values()), "an essay with a table"
    assert any(re.search(r"^来源[^\n]*：\n- ", text, re.MULTILINE) for text in posts.values()), "several sources"
    assert any(re.search(r"^来源：[^h\n]", text, re.MULTILINE) for text in posts.values()), "prose as a source"
    assert any(re.search(r"^## \d+\)[^\n]*\n\n- ", text, re.MULTILINE) for text in posts.values()), "no source"
    assert any(re.search(r"关注什么.*^## ", text, re.MULTILINE | re.DOTALL) for text in posts.values()), (
        "a late section"
    )


def test_samples_link_to_reserved_names_only() -> None:
    for post in SAMPLES.glob("*.md"):
        for host in re.findall(r"https?://([^/\s)]+)", post.read_text("utf-8")):
            assert re.search(r"(^|\.)example(\.com|\.org|\.net)?$", host), f"{post.name}: {host}"
