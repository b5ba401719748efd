"""pyproject.toml declares what is imported, and its lower bounds are what .ci/run tries."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES_ON_PYPI = {"yaml": "pyyaml"}
"""Libraries that are imported by another name than they are installed by."""


@pytest.fixture(scope="session")
def project(project_root: Path) -> dict[str, Any]:
    text = (project_root / "pyproject.toml").read_text("utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def libraries(folder: Path) -> set[str]:
    """Return what the Python files below a folder import and Python does not bring along."""
    imported = {
        name.partition(".")[0]
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _imported(node)
    }
    others = imported - sys.stdlib_module_names - {"lnb24so"}
    return {NAMES_ON_PYPI.get(name, name) for name in others}


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def bounds(requirements: list[str]) -> dict[str, str]:
    """Return the lowest allowed version of each library; our own extras have none."""
    pairs = (one.partition(">=") for one in requirements if not one.startswith("lnb24so["))
    return {name: version for name, _, version in pairs}


def test_every_library_that_is_imported_is_declared(
    project: dict[str, Any], project_root: Path
) -> None:
    declared = bounds(project["dependencies"])
    extra = bounds(project["optional-dependencies"]["sandbox"])
    imported = libraries(project_root / "lnb24so")
    # zoneinfo reads tzdata by itself, where the machine has no time zones of its own.
    assert imported | {"tzdata"} == {*declared, *extra}
    assert imported - libraries(project_root / "lnb24so" / "sandbox") <= declared.keys()


def test_the_lowest_versions_that_are_tried_are_the_bounds(
    project: dict[str, Any], project_root: Path
) -> None:
    declared = bounds(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        declared |= bounds(extra)
    lines = (project_root / ".ci" / "lowest.txt").read_text("utf-8").splitlines()
    tried = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert tried == declared


def test_every_fix_begins_with_what_to_do(project_root: Path) -> None:
    sources = [path.read_text("utf-8") for path in (project_root / "lnb24so").rglob("*.py")]
    fixes = [fix for text in sources for fix in re.findall(r"Fix: ([^\"'\s{]+)", text)]
    assert len(fixes) > 80
    assert [fix for fix in fixes if not re.fullmatch(r"[a-z]+[.,:]?", fix)] == []
