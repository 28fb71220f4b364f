"""The wheel carries everything that runs, and runs where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from bot.settings import PREFIX

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built by the backend that is installed here: no isolation, no network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel holds; a wheel is a zip file made for being unpacked on the path."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run_elsewhere(installed: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the third parties of this environment and our code from `installed` only.

    `-S` leaves out site-packages with its link to this checkout; the path brings the third parties back.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "COV"))}
    path = os.pathsep.join([str(installed), sysconfig.get_path("purelib")])
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=installed.parent,
        env=environment | {"PYTHONPATH": path} | settings,
        check=False,
        capture_output=True,
        text=True,
    )


def files_of_the_project(folder: str, pattern: str) -> set[str]:
    return {str(path.relative_to(PROJECT)) for path in (PROJECT / folder).glob(pattern)}


@pytest.mark.parametrize(
    ("what", "folder", "pattern"),
    [
        ("code", "bot", "**/*.py"),
        ("formatters", "formatters", "**/*.py"),
        ("migrations", "bot/storage/migrations", "versions/*.py"),
        ("sample posts", "bot/sandbox/posts", "*.md"),
        ("templates", "bot/sandbox/templates", "**/*.html"),
    ],
)
def test_the_wheel_holds_all(names: set[str], what: str, folder: str, pattern: str) -> None:
    expected = files_of_the_project(folder, pattern)
    assert expected, f"the project has no {what}"
    assert expected <= names


def test_the_wheel_holds_a_compiled_catalog_for_every_source(names: set[str]) -> None:
    sources = files_of_the_project("bot/languages/locale", "**/*.po")
    assert sources
    assert {source.removesuffix(".po") + ".mo" for source in sources} <= names


def test_the_wheel_holds_nothing_but_the_two_packages_and_its_own_papers(names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} == {"bot", "formatters", "digestbot"}
    assert not any("__pycache__" in name for name in names)


def test_the_wheel_brings_the_console_script_and_the_licence(wheel: Path, names: set[str]) -> None:
    papers = {name.rsplit("/", 1)[1]: name for name in names if ".dist-info/" in name}
    assert "LICENSE" in papers
    with zipfile.ZipFile(wheel) as archive:
        assert "digestbot = bot.__main__:main" in archive.read(papers["entry_points.txt"]).decode()


def test_installed_elsewhere_our_code_comes_from_there(installed: Path) -> None:
    found = run_elsewhere(installed, "-c", "import bot, formatters; print(bot.__file__, formatters.__file__)")
    assert found.stdout.split() == [str(installed / name / "__init__.py") for name in ("bot", "formatters")]


def test_installed_elsewhere_it_tells_its_version(installed: Path) -> None:
    told = run_elsewhere(installed, "-m", "bot", "--version")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("digestbot 0.")


def test_installed_elsewhere_it_delivers_the_sample_posts(installed: Path) -> None:
    delivered = run_elsewhere(installed, "-m", "bot", "demo", "--once")
    assert delivered.returncode == 0, delivered.stderr
    assert "Lantern 2.0" in delivered.stdout


def test_installed_elsewhere_it_makes_a_database(installed: Path, tmp_path: Path) -> None:
    database = tmp_path / "digestbot.db"
    made = run_elsewhere(installed, "-m", "bot", "migrate", DIGESTBOT_DATABASE_URL=f"sqlite:///{database}")
    assert made.returncode == 0, made.stderr
    assert database.stat().st_size > 0
