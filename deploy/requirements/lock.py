"""Refresh the hashed requirement files beside this one: `make lock`.

Each file begins with a fingerprint of what it was resolved from, so that a test can tell without network when
pyproject.toml has moved on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]


@dataclass(frozen=True, slots=True)
class RequirementFile:
    """One file of this folder and what it is resolved from."""

    name: str
    purpose: str
    project: bool
    """Whether it holds the dependencies of the project itself."""
    group: str | None
    constraint: str | None = None
    """A file whose versions this one repeats."""

    @property
    def path(self) -> Path:
        """Where the file is."""
        return HERE / self.name

    def sources(self, pyproject: dict[str, Any]) -> list[str]:
        """Return the requirements, as pyproject.toml states them."""
        stated: list[str] = list(pyproject["project"]["dependencies"]) if self.project else []
        return stated + (list(pyproject["dependency-groups"][self.group]) if self.group else [])


FILES = (
    RequirementFile("run.txt", "what a running bot needs", project=True, group=None),
    RequirementFile("dev.txt", "what `make setup` installs", project=True, group="dev", constraint="run.txt"),
    RequirementFile("uv.txt", "what `make setup` begins with", project=False, group="setup"),
)


def read_pyproject() -> dict[str, Any]:
    """Return the project's pyproject.toml."""
    return tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))


def fingerprint(file: RequirementFile, pyproject: dict[str, Any]) -> str:
    """Return what changes when, and only when, the requirements stated for `file` change."""
    stated = {"python": pyproject["project"]["requires-python"], "requirements": sorted(file.sources(pyproject))}
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def header(file: RequirementFile, pyproject: dict[str, Any]) -> str:
    """Return the lines with which `file` has to begin."""
    return (
        f"# {file.name}: {file.purpose}. Made from pyproject.toml by `make lock`; not edited by hand.\n"
        f"# stated requirements: {fingerprint(file, pyproject)}\n"
    )


def resolve(file: RequirementFile, pyproject: dict[str, Any], *, uv: Path, upgrade: bool) -> None:
    """Resolve `file` for every platform and every supported Python; versions stay where nothing asks for new ones."""
    oldest = pyproject["project"]["requires-python"].removeprefix(">=")
    command = [str(uv), "pip", "compile", "--quiet", "--universal", "--python-version", oldest, "--generate-hashes"]
    command += ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--output-file", str(file.path)]
    command += ["pyproject.toml"] if file.project else []
    command += ["--group", file.group] if file.group else []
    command += ["--constraint", str((HERE / file.constraint).relative_to(PROJECT))] if file.constraint else []
    command += ["--upgrade"] if upgrade else []
    subprocess.run(command, cwd=PROJECT, check=True)
    resolved = file.path.read_text("utf-8")
    file.path.write_text(header(file, pyproject) + resolved, "utf-8")


def main() -> None:
    """Refresh every file, in order."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--uv", type=Path, default=Path("uv"), help="the uv to resolve with")
    arguments.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    given = arguments.parse_args()
    uv = given.uv.resolve() if given.uv.parent != Path() else given.uv
    pyproject = read_pyproject()
    for file in FILES:
        resolve(file, pyproject, uv=uv, upgrade=given.upgrade)
        print(f"{file.path.relative_to(PROJECT)} is up to date")


if __name__ == "__main__":
    main()
