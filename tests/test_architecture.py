"""The house: arrows point down and never back, and each library has its own room."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lnb24so

HOME = Path(lnb24so.__file__).parent
FILES = {
    ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (*HOME.glob("*.py"), *HOME.glob("check/*.py"))
    if path.parent != HOME or path.stem != "__init__"
}
COMMANDS = ("cli", "demo", "check", "resolve", "trial", "status_command")

ROOMS = {
    "errors": set[str](),
    "clock": set[str](),
    "texts": set[str](),
    "money": set[str](),
    "reasons": set[str](),
    "outcome": set[str](),
    "events": set[str](),
    "output": {"errors"},
    "log": {"errors", "events"},
    "lock": {"clock", "errors"},
    "stop": {"errors"},
    "retry": {"clock", "errors"},
    "http_connect": set[str](),
    "yaml_nodes": {"errors"},
    "yaml_values": set[str](),
    "yamlfile": {"errors", "yaml_nodes", "yaml_values"},
    "config_checks": set[str](),
    "config": {"config_checks", "errors", "yamlfile"},
    "ledger": {"clock", "errors", "ledger_file", "ledger_types"},
    "ledger_file": {"errors"},
    "ledger_types": {"clock", "reasons"},
    "lnb": {*("clock", "errors", "json_values", "lnb_answers", "lnb_types", "lnb_wire", "retry")},
    "lnb_answers": {"clock", "errors", "json_values"},
    "lnb_types": {"json_values"},
    "json_values": set[str](),
    "lnb_wire": {"errors", "http_connect"},
    "soap": {
        *("clock", "company", "errors", "outcome", "retry"),
        *("soap_order", "soap_session", "soap_types", "soap_wire"),
    },
    "soap_session": {"clock", "errors", "outcome", "soap_types", "soap_wire", "whole_file"},
    "whole_file": set[str](),
    "soap_wire": {"http_connect", "outcome"},
    "soap_types": {"company", "soap_wire"},
    "soap_order": {"soap_types"},
    "matching": {"lnb_types", "reasons", "soap_types", "texts"},
    "settle": {"ledger", "ledger_types", "soap_order"},
    "report": {"money", "output", "reasons", "texts"},
}
"""The rooms that know little: what else of ours each may import."""

CLIENTS = {"soap", "soap_session", "soap_wire", "lnb", "lnb_answers", "lnb_wire", "http_connect"}
PURE = (
    *("orders", "order_ready", "order_result", "order_types", "settle"),
    *("invoice", "invoice_rows", "matching", "money"),
    *("stock", "availability", "outcome", "summary"),
)
LIBRARIES = {
    "zeep": {"soap_wire"},
    "lxml": {"soap_wire", "check.services"},
    "requests": {"http_connect", "soap_wire", "lnb_wire", "ping"},
    "urllib3": {"http_connect"},
    "sqlite3": {"ledger", "ledger_file"},
    "structlog": {"log"},
    "yaml": {"yaml_nodes"},
    "rich": {"report", "progress", "check.report"},
}
"""The only modules that may know each library."""

HEAVY = set(LIBRARIES) - {"sqlite3"}


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imported(
    node: ast.AST, package: str = "", *, also_inside_functions: bool = True
) -> Iterator[str]:
    """Yield what is imported when the code runs, ours without the name of the whole package."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (name.name.removeprefix("lnb24so.") for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            module = (child.module or "").removeprefix("lnb24so").lstrip(".")
            inside = f"{package}." if package and child.level == 1 else ""
            yield from [inside + module] if module else (name.name for name in child.names)
        elif is_for_type_checkers(child):
            continue
        elif also_inside_functions or not isinstance(child, ast.FunctionDef):
            yield from imported(child, package, also_inside_functions=also_inside_functions)


def tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))


OURS = {
    name: set(imported(tree(path), "check" if path.parent != HOME else "")) & FILES.keys()
    for name, path in FILES.items()
}


def test_no_arrow_leads_back() -> None:
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


@pytest.mark.parametrize("room", ROOMS)
def test_a_low_room_knows_nothing_above_it(room: str) -> None:
    assert OURS[room] <= ROOMS[room]


@pytest.mark.parametrize("room", PURE)
def test_what_is_pure_knows_no_client(room: str) -> None:
    assert OURS[room].isdisjoint({*CLIENTS, "run", "tools", *COMMANDS})


def test_only_the_commands_know_a_run_and_nobody_knows_them() -> None:
    assert {name for name, ours in OURS.items() if "run" in ours} <= set(COMMANDS)
    assert {name for name, ours in OURS.items() if "cli" in ours} == {"__main__"}


def test_the_sandbox_knows_nothing_of_the_tool() -> None:
    for path in (HOME / "sandbox").rglob("*.py"):
        ours = {name for name in imported(tree(path)) if name.partition(".")[0] in FILES}
        inside = path.read_text("utf-8")
        assert not ours, f"{path.name} imports {ours}"
        assert "from .." not in inside
        assert "zeep" not in set(imported(tree(path)))


def test_only_the_demo_knows_the_sandbox() -> None:
    knowing = {name for name, path in FILES.items() if "sandbox" in set(imported(tree(path)))}
    assert knowing == {"demo"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_known_in_its_own_room_only(library: str) -> None:
    knowing = {
        name
        for name, path in FILES.items()
        if library in {found.partition(".")[0] for found in imported(tree(path))}
    }
    assert knowing <= LIBRARIES[library]


@pytest.mark.parametrize("name", FILES)
def test_no_slow_library_is_imported_with_a_module(name: str) -> None:
    found = imported(tree(FILES[name]), also_inside_functions=False)
    assert HEAVY.isdisjoint(module.partition(".")[0] for module in found)


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
        *("lnb24so.__main__", "lnb24so.cli", "lnb24so.errors", "lnb24so.output")
    }
