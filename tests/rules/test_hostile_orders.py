"""A sheet of hostile orders: each is exported and reads back right, or is blocked with its reason.

All of them wait at once in Le New Black, and one real run takes them over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from installation import Answer, Installation

from lnb24so.orders.types import Item
from lnb24so.sandbox import Brand, Sandbox
from lnb24so.soap.order import InvoiceOrder

from .hostile_sheet import LINE, SHEET, Hostile, Numbered
from .round_trip import as_planned, planned, read_back

pytestmark = pytest.mark.slow

NAMES = [hostile.name for hostile in SHEET]


def test_the_sheet_is_long_and_names_no_order_twice() -> None:
    assert len(SHEET) >= 40
    assert len(set(NAMES)) == len(SHEET)


def reference_of(number: int, hostile: Hostile) -> str:
    """Return the reference as the ledger knows the order."""
    given = hostile.header.get("reference", f"H{number}")
    return str(given or "").replace("\ud800", "\ufffd")


def as_json(number: int, hostile: Hostile, good: dict[str, Any]) -> dict[str, Any]:
    """Return the order as Le New Black sends it."""
    order = deepcopy(good) | {"reference": f"H{number}", "amount_total": 200} | hostile.header
    line = order["items"][0] | LINE
    items = hostile.lines
    if isinstance(items, Numbered):
        items = {key: line | item for key, item in items.items()}
    if isinstance(items, list | tuple):
        items = [line | item if isinstance(item, dict) else item for item in items]
    return order | {"items": items}


@dataclass(frozen=True)
class Outcome:
    """Everything that the run left behind."""

    first: Answer
    second: Answer
    items: dict[str, dict[str, Any]]
    plan: dict[str, Item]
    found: dict[str, InvoiceOrder]
    log: str


@pytest.fixture(scope="module")
def outcome(
    sample: Brand, best_wsdl_dir: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outcome]:
    """Return what became of the whole sheet in one run, and what a second run said."""
    with (
        pytest.MonkeyPatch.context() as patch,
        Sandbox(sample, wsdl_dir=best_wsdl_dir) as box,
    ):
        office = Installation(box, tmp_path_factory.mktemp("hostile"), patch)
        office.set("orders", max_per_run=1000)
        good = box.lnb.orders["70101"]
        good["items"][0]["ean13"] = box.erp.products[1011]["EAN1"]
        box.lnb.orders = {
            reference_of(number, hostile) or "none": as_json(number, hostile, good)
            for number, hostile in enumerate(SHEET)
        }
        plan = planned(office)
        first = office.run("push-orders", "--json")
        items = {item["reference"]: item for item in first.document["items"]}
        yield Outcome(
            first, office.run("push-orders"), items, plan, read_back(office), office.log_text()
        )


@pytest.mark.parametrize(
    ("number", "hostile"), list(enumerate(SHEET)), ids=[each.name for each in SHEET]
)
def test_it_is_exported_right_or_blocked_with_the_right_reason(
    outcome: Outcome, number: int, hostile: Hostile
) -> None:
    reference = reference_of(number, hostile)
    item = outcome.items[reference]
    assert tuple(reason["code"] for reason in item["reasons"]) == hostile.reasons
    for reason in item["reasons"]:
        assert "Fix: " in reason["message"]
        assert reason["message"].isprintable()
    if hostile.reasons:
        assert item["outcome"] == "blocked"
        assert f"LNB{reference}" not in outcome.found
        return
    assert item["outcome"] == "created"
    found = outcome.found[f"LNB{reference}"]
    invoice = outcome.plan[reference].invoice
    assert invoice is not None
    if invoice.ordered is None:  # then 24SevenOffice takes the day of its arrival
        found = replace(found, ordered=None)
    assert as_planned(found) == invoice
    assert found.total == Decimal(hostile.total) == Decimal(item["total"])


def test_the_run_ends_as_runs_do_and_the_next_one_has_nothing_to_say(outcome: Outcome) -> None:
    assert outcome.first.code == 3
    assert len(outcome.items) == len(SHEET)
    assert outcome.second == Answer(0, "", "")


def test_nothing_of_it_became_a_traceback_or_a_sign_of_one(outcome: Outcome) -> None:
    everything = outcome.first.out + outcome.first.err + outcome.log
    assert "Traceback" not in everything
    assert "run.crashed" not in everything
    assert "\x1b" not in outcome.first.err
