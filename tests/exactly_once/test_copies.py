"""Every order of ours is looked for once more, and what is derived from it is no copy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from faults import Fault
from small_brand import typed_order

from .helpers import World, small_world
from .stories import REFERENCE, change, reason, state

pytestmark = pytest.mark.slow


def test_a_copy_of_an_order_with_a_clear_answer_is_named_an_hour_later(world: World) -> None:
    assert (world.push(), state(world)) == (0, "done")
    world.box.erp.type_in(typed_order(REFERENCE))
    world.wait(minutes=59)
    assert world.push() == 0
    world.wait(minutes=2)
    assert (world.push(), reason(world)) == (4, "order.duplicate")
    assert all(str(order_id) in world.told[-1] for order_id in world.in_erp(REFERENCE))


def test_all_orders_of_a_run_get_their_second_look_in_one_search(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=5) as world:
        world.push()
        world.wait(minutes=61)
        asked = len(world.box.requests)
        assert world.push() == 0
        seen = [(one.system, one.operation) for one in world.box.requests[asked:]]
        of_erp = [operation for system, operation in seen if system != "lnb"]
        assert sorted(of_erp) == ["GetIdentity", "GetInvoices", "HasSession"]
        assert ("lnb", "GET /orders/{reference}") not in seen
        asked = len(world.box.requests)
        world.wait(hours=3)
        assert world.push() == 0
        assert {one.system for one in world.box.requests[asked:]} == {"lnb"}


def test_an_order_adopted_after_the_ledger_was_lost_is_looked_for_once_more(world: World) -> None:
    world.push()
    shutil.rmtree(world.state)
    change(world, status="invoicing")
    world.wait(days=30)
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)
    world.box.erp.type_in(typed_order(REFERENCE))
    world.wait(hours=2)
    assert (world.push(), reason(world)) == (4, "order.duplicate")


def derived(parent: int, what: dict[str, Any]) -> dict[str, Any]:
    order = typed_order(REFERENCE)
    row = order["InvoiceRows"][0]
    row["Quantity"] = what.get("pieces", row["Quantity"])
    named = dict.fromkeys(what.get("names", ()), parent)
    return order | named | ({"OrderStatus": what["status"]} if "status" in what else {})


DERIVED = pytest.mark.parametrize(
    "what",
    [
        {"names": ["ReferenceOrderId"]},
        {"names": ["ReferenceInvoiceId"]},
        {"status": "Rest"},
        {"status": "Return"},
        {"pieces": -1},
    ],
    ids=["of an order", "of an invoice", "rest order", "return", "negative row"],
)


@DERIVED
def test_what_24sevenoffice_derives_from_an_order_is_no_copy_of_it(
    what: dict[str, Any], world: World
) -> None:
    world.push()
    (parent,) = world.in_erp(REFERENCE)
    world.box.erp.type_in(derived(parent, what))
    world.wait(hours=2)
    assert (world.push(), state(world)) == (0, "done")
    assert world.entries()[REFERENCE].order_id == parent


@DERIVED
def test_after_a_lost_ledger_the_parent_is_adopted_and_not_what_is_derived(
    what: dict[str, Any], world: World
) -> None:
    world.push()
    (parent,) = world.in_erp(REFERENCE)
    world.box.erp.type_in(derived(parent, what))
    shutil.rmtree(world.state)
    change(world, status="invoicing")
    assert (world.push(), world.sent()) == (0, 1)
    assert world.entries()[REFERENCE].order_id == parent


def test_a_derived_order_alone_still_shows_that_ours_was_made(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    (parent,) = world.in_erp(REFERENCE)
    world.box.erp.type_in(derived(parent, {"names": ["ReferenceOrderId"], "pieces": 2}))
    del world.box.erp.orders[parent]
    world.wait_in_doubt(minutes=20)
    world.push()
    assert (state(world), world.sent()) == ("needs_decision", 1)


def test_nothing_is_said_of_24sevenoffice_by_a_ledger_that_may_have_been_lost(
    world: World,
) -> None:
    world.push()
    shutil.rmtree(world.state)
    change(world, status="invoicing", retailer_reference=None)
    assert (world.push(), state(world)) == (3, "blocked")
    change(world, status="canceled")
    assert (world.push(), state(world)) == (0, "withdrawn")
    assert "nothing was sent" not in world.entries()[REFERENCE].reasons[0].message


def test_that_nothing_was_sent_is_said_where_each_attempt_was_turned_away(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.API_EXCEPTION)
    assert (world.push(), state(world)) == (3, "blocked")
    change(world, status="canceled")
    world.push()
    assert "nothing was sent" in world.entries()[REFERENCE].reasons[0].message
