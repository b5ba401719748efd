"""The house: arrows point down and never back, and each library has its own room."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import lnb24so
from lnb24so.ledger.types import Entry

HOME = Path(lnb24so.__file__).parent
FILES = {
    ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__"): path
    for path in HOME.rglob("*.py")
    if path.parent.name != "sandbox" and path != HOME / "__init__.py"
}
"""Every module of the tool, by its name without the name of the whole package."""

PACKAGES = [name for name, path in FILES.items() if path.name == "__init__.py"]

GROUND = {"clock", "errors", "money", "network", "reasons", "texts"}
"""Small files that know nothing of the rooms; every room may use them."""

ARROWS = (
    *(("__main__", "cli"), ("cli", "commands"), ("commands", "screen"), ("screen", "run")),
    *(("run", "orders"), ("run", "stock"), ("orders", "tools"), ("stock", "tools")),
    *(
        ("tools", "soap"),
        ("tools", "lnb"),
        ("tools", "news"),
        ("news", "ledger"),
        ("ledger", "process"),
    ),
    *(("soap", "process"), ("soap", "config"), ("lnb", "process"), ("lnb", "config")),
    ("config", "process"),
)
"""How the rooms lie: each may use those that these arrows lead to, and all below them."""

LIBRARIES = {
    "zeep": {"soap.wire"},
    "lxml": {"soap.wire", "soap.stream", "commands.check.services"},
    "requests": {"network.http", "network.line"},
    "urllib3": {"network.http", "network.line"},
    "msgspec": {"lnb.levels"},
    "sqlite3": {"ledger.file"},
    "structlog": {"process.log"},
    "yaml": {"config.nodes"},
    "rich": {"process.streams"},
}
"""The only modules that may know each library."""

HEAVY = set(LIBRARIES) - {"sqlite3", "msgspec"}

PURE = (
    *("orders.plan", "orders.ready", "orders.types", "orders.settle", "orders.draft"),
    *("orders.hits", "orders.twice", "orders.life", "orders.questions"),
    *(
        "orders.rows",
        "orders.matching",
        "orders.prices",
        "orders.total",
        "stock.plan",
        "stock.available",
        "soap.outcome",
    ),
    *("commands.reconcile.compare", "commands.reconcile.proof", "commands.reconcile.period"),
)
"""Modules that plan: they know no client and no run."""


Leave = Callable[[ast.AST], bool]


def is_nothing(_: ast.AST) -> bool:
    return False


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def is_put_off(node: ast.AST) -> bool:
    """Return whether a part of a module does not run when the module is imported."""
    return is_for_type_checkers(node) or isinstance(node, ast.FunctionDef)


def imported(name: str, leave: Leave = is_nothing) -> Iterator[str]:
    """Yield what a module imports, ours without the whole package's name.

    Type hints and functions count, except in the parts of the module that `leave` names.
    """
    path = FILES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]

    def found(node: ast.AST) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (one.name.removeprefix("lnb24so.") for one in child.names)
            elif isinstance(child, ast.ImportFrom):
                module = (child.module or "").removeprefix("lnb24so").removeprefix(".")
                if child.level:
                    module = ".".join(part for part in (package, child.module) if part)
                names = (f"{module}.{one.name}".removeprefix(".") for one in child.names)
                yield from (one if one in FILES else module for one in names)
            elif not leave(child):
                yield from found(child)

    return found(tree(name))


def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text("utf-8"))


def room(name: str) -> str:
    """Return the package of a module, or the module itself where it lies in none."""
    return name.partition(".")[0]


OURS = {name: set(imported(name)) & FILES.keys() for name in FILES}


def test_no_circle_leads_from_a_file_back_to_it() -> None:
    above: list[str] = []
    below: set[str] = set()

    def visit(name: str) -> None:
        assert name not in above, f"a circle: {' -> '.join((*above, name))}"
        if name in below:
            return
        above.append(name)
        for other in sorted(OURS[name]):
            visit(other)
        below.add(above.pop())

    for name in OURS:
        visit(name)


def below(name: str) -> set[str]:
    """Return the rooms that a room may use."""
    direct = {lower for upper, lower in ARROWS if upper == name}
    return direct.union(GROUND, *map(below, direct)) if name not in GROUND else GROUND


@pytest.mark.parametrize("name", FILES)
def test_arrows_between_rooms_point_down(name: str) -> None:
    assert {room(other) for other in OURS[name]} - {room(name)} <= below(room(name))


def test_every_arrow_that_is_allowed_is_there() -> None:
    there = {(room(name), room(other)) for name, ours in OURS.items() for other in ours}
    assert set(ARROWS) <= there


def shown(package: str) -> set[str]:
    """Return the modules that a package's `__init__` lets others import."""
    for node in ast.parse(FILES[package].read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_room_shows_exactly_what_others_import(package: str) -> None:
    inside = f"{package}."
    imported_outside = {
        other.removeprefix(inside).partition(".")[0]
        for name, ours in OURS.items()
        if not name.startswith(inside)
        for other in ours
        if other.startswith(inside)
    }
    assert imported_outside == shown(package)


@pytest.mark.parametrize("name", PURE)
def test_what_is_pure_knows_no_client(name: str) -> None:
    seen: set[str] = set()
    to_see = [name]
    while to_see:
        new = OURS[to_see.pop()] - seen
        seen |= new
        to_see += new
    assert seen.isdisjoint({"soap.client", "soap.session", "lnb.client", "lnb.wire", "tools"})


def test_the_sandbox_knows_nothing_of_the_tool() -> None:
    for path in (HOME / "sandbox").rglob("*.py"):
        inside = path.read_text("utf-8")
        assert "from .." not in inside
        assert "lnb24so.sandbox" not in inside.replace("from lnb24so.sandbox", "")
        for node in ast.walk(ast.parse(inside)):
            if isinstance(node, ast.ImportFrom) and not node.level:
                module = node.module or ""
                assert not module.startswith("lnb24so") or module.startswith("lnb24so.sandbox")
                assert module.partition(".")[0] != "zeep"


def test_only_the_demo_knows_the_sandbox() -> None:
    knowing = {name for name in FILES if any(room(other) == "sandbox" for other in imported(name))}
    assert knowing == {"commands.demo"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_known_in_its_own_room_only(library: str) -> None:
    knowing = {name for name in FILES if library in map(room, imported(name, is_for_type_checkers))}
    assert knowing == LIBRARIES[library]


@pytest.mark.parametrize("name", FILES)
def test_no_slow_library_is_imported_with_a_module(name: str) -> None:
    assert HEAVY.isdisjoint(map(room, imported(name, is_put_off)))


BUILDERS_OF_ENTRIES = {"orders.life", "ledger.types"}
ENTRY_FIELDS = {field.name for field in fields(Entry)}


def builds_an_entry(call: ast.Call) -> bool:
    """Return whether a call makes an entry of the ledger, or another of one."""
    name = ast.unparse(call.func).rpartition(".")[2]
    given = {keyword.arg for keyword in call.keywords}
    return name == "Entry" or (name == "replace" and bool(given) and given <= ENTRY_FIELDS)


@pytest.mark.parametrize("name", FILES)
def test_entries_are_built_and_replaced_in_one_place(name: str) -> None:
    calls = (node for node in ast.walk(tree(name)) if isinstance(node, ast.Call))
    building = [ast.unparse(call) for call in calls if builds_an_entry(call)]
    assert bool(building) == (name in BUILDERS_OF_ENTRIES)


@pytest.mark.parametrize("name", FILES)
def test_no_check_of_types_is_switched_off(name: str) -> None:
    assert "type: ignore" not in FILES[name].read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_in_one_sitting(name: str) -> None:
    assert FILES[name].read_text("utf-8").count("\n") <= 300


def test_the_house_is_taken_in_at_a_glance(project_root: Path) -> None:
    names = {path.name for path in (project_root / "lnb24so").iterdir()} - {"__pycache__"}
    assert len(names) <= 24


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["push-orders", "-h"]])
def test_help_imports_nothing_that_it_does_not_need(arguments: list[str]) -> None:
    code = (
        "import json, sys; from lnb24so.__main__ import main; main(sys.argv[1:]);"
        "print(json.dumps(list(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stderr))
    assert HEAVY.isdisjoint(loaded)
    assert {name for name in loaded if name.startswith("lnb24so.")} == {
        *("lnb24so.__main__", "lnb24so.cli", "lnb24so.errors"),
        *("lnb24so.commands", "lnb24so.commands.reconcile", "lnb24so.commands.reconcile.options"),
        *("lnb24so.process", "lnb24so.process.streams"),
        *("lnb24so.screen", "lnb24so.screen.terminal"),
    }
