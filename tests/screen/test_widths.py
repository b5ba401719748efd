"""What a command says on a terminal of 60, 80 and 120 columns: all that it says in a pipe."""

from __future__ import annotations

import re
from itertools import cycle

import pytest
from installation import Installation
from rich.cells import cell_len
from terminal import on_a_terminal

from .test_boards import NAMES, WIDTHS, words

pytestmark = pytest.mark.slow

COMMANDS = (
    ("status",),
    ("status", "70118"),
    ("status", "70101"),
    ("status", "--exported"),
    ("reconcile",),
    ("preview", "stock", "--code", "7040000010015"),
)


CURSOR_IS_BACK = "\x1b[?25h"  # after the progress
CONTROLS = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\r")


def give_names(office: Installation) -> None:
    """Give retailers and products names of each kind, in turn."""
    kinds = cycle(NAMES.values())
    for order in office.box.lnb.orders.values():
        order["retailer_name"] = next(kinds)
    for number in list(office.box.erp.products):
        office.box.erp.change_product(number, Name=next(kinds))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_narrow_terminal_loses_nothing(office: Installation, width: int) -> None:
    give_names(office)
    office.run("push-orders")
    for command in COMMANDS:
        shown = on_a_terminal(office, *command, columns=width)
        piped = office.run(*command)
        lines = CONTROLS.sub("", shown.out.rpartition(CURSOR_IS_BACK)[2]).splitlines()
        assert shown.code == piped.code
        assert max(map(cell_len, lines)) <= width, command
        assert words(lines) == words([piped.out, piped.err]), command


@pytest.mark.parametrize("width", WIDTHS)
def test_what_a_person_decided_is_said_whole(office: Installation, width: int) -> None:
    give_names(office)
    office.run("push-orders")
    office.run("resolve", "70119", "--skip")
    shown = on_a_terminal(office, "resolve", "70118", "--skip", columns=width)
    lines = CONTROLS.sub("", shown.out.rpartition(CURSOR_IS_BACK)[2]).splitlines()
    assert shown.code == 0
    assert max(map(cell_len, lines)) <= width
    piped = office.run("resolve", "70120", "--skip").out
    assert words(lines) == words([piped.replace("70120", "70118")])


@pytest.mark.parametrize("width", WIDTHS)
def test_check_says_each_finding_whole(office: Installation, width: int) -> None:
    give_names(office)
    shown = on_a_terminal(office, "check", columns=width)
    lines = CONTROLS.sub("", shown.out.rpartition(CURSOR_IS_BACK)[2]).splitlines()
    assert max(map(cell_len, lines)) <= width
    for finding in office.run("check").out.splitlines():
        fact, _, items = finding.partition(" First: ")  # on a terminal one line for each item
        for part in (fact, *items.split("; ")):
            assert words([part]) in words(lines)
