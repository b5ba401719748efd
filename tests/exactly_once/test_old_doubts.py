"""A doubt that is days old is looked for where it began, and not in all of 24SevenOffice."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from faults import Fault
from small_brand import CODES, lnb_order, typed_order

from lnb24so.ledger.types import Entry
from lnb24so.sandbox.sample_orders import line, totals

from .helpers import World, small_world
from .stories import REFERENCE, change, reason, resolve, state

pytestmark = pytest.mark.slow


def an_old_doubt(world: World, *, lost: bool = True) -> None:
    """Leave the order without an answer, and let cron stand still for a month."""
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY if lost else Fault.RESET_BEFORE)
    world.push()
    world.wait(days=30)


def searches(world: World, since: int = 0) -> list[bytes]:
    asked = world.box.requests[since:]
    return [seen.body for seen in asked if seen.operation == "GetInvoices"]


def test_an_old_attempt_is_found_among_the_ids_registered_around_it(world: World) -> None:
    an_old_doubt(world)
    world.box.erp.type_in(typed_order("70999"))
    (order_id,) = world.in_erp(REFERENCE)
    change(world, status="confirmed")
    asked = len(world.box.requests)
    assert world.push() == 0
    assert (state(world), world.entries()[REFERENCE].order_id) == ("done", order_id)
    looked, *_ = searches(world, asked)
    assert b"ChangedAfter" not in looked
    assert re.findall(rb"int>(\d+)<", looked) == [str(order_id).encode()]


def test_an_old_attempt_that_made_nothing_is_sent_again_by_the_second_run(world: World) -> None:
    an_old_doubt(world, lost=False)
    assert (world.push(), state(world), world.sent()) == (0, "unconfirmed", 1)
    assert (world.push(), state(world), world.sent()) == (0, "done", 2)


def test_where_no_ids_are_listed_a_customers_order_is_found_all_the_same(world: World) -> None:
    an_old_doubt(world)
    world.box.faults.add("GetOrderSyncList", Fault.FAULT_BEFORE, times=9)
    assert (world.push(), state(world)) == (0, "done")
    assert world.sent() == 1


def test_where_no_ids_are_listed_an_order_not_found_waits_for_a_person(world: World) -> None:
    an_old_doubt(world, lost=False)
    world.box.faults.add("GetOrderSyncList", Fault.FAULT_BEFORE, times=99)
    assert (world.push(), state(world), reason(world)) == (
        4,
        "needs_decision",
        "order.not_searchable",
    )
    assert "--send-again" in world.told[-1]
    assert (world.push(), world.sent()) == (0, 1)
    assert resolve(world, "send_again") == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 2)


def test_a_search_that_fails_costs_its_own_orders_and_not_the_run(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=2) as world:
        world.box.lnb.orders["70002"]["status"] = "confirmed"
        world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
        world.push()
        world.wait(minutes=20)
        world.box.lnb.orders["70002"]["status"] = "invoicing"
        world.box.faults.add("GetInvoices", Fault.FAULT_BEFORE)
        assert world.push() == 1
        assert "70001: was not looked for, and not sent" in world.told[-1]
        states = {reference: entry.state for reference, entry in world.entries().items()}
        assert states == {"70001": "unconfirmed", "70002": "done"}
        assert world.entries()["70001"].not_found_at is None


def test_an_order_without_a_time_does_not_search_from_long_ago(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=3) as world:
        timeless = world.box.lnb.orders["70002"]
        timeless |= {"create_time": None, "confirmation_time": None}
        assert world.push() == 0
        begun = [re.search(rb"ChangedAfter>(\d{4}-\d\d)", body) for body in searches(world)]
        assert sorted(found[1] for found in begun if found) == [b"2025-02", b"2026-02"]


def test_the_second_look_after_a_second_attempt_begins_at_the_first(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait(minutes=5)
    world.box.release_late()
    (first,) = world.in_erp(REFERENCE)
    hidden = world.box.erp.orders.pop(first)
    world.wait_in_doubt(days=5)
    assert (world.push(), state(world), world.sent()) == (0, "done", 2)
    world.box.erp.orders[first] = hidden
    world.wait(hours=2)
    assert (world.push(), reason(world)) == (4, "order.duplicate")


def tried(entry: Entry) -> int:
    return len(entry.tried)


def test_attempts_are_remembered_until_two_looks_agree_and_no_longer(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    assert tried(world.entries()[REFERENCE]) == 1
    world.wait_in_doubt(minutes=20)
    world.push()
    assert tried(world.entries()[REFERENCE]) == 2
    world.wait(hours=2)
    world.push()
    assert tried(world.entries()[REFERENCE]) == 2
    world.wait(minutes=15)
    world.push()
    assert tried(world.entries()[REFERENCE]) == 0


@pytest.mark.parametrize("typed", [{"pieces": 3}, {"price": 1}], ids=["quantity", "price"])
def test_an_order_typed_in_otherwise_than_ours_is_not_adopted(
    typed: dict[str, int], world: World
) -> None:
    order = typed_order(REFERENCE)
    row = order["InvoiceRows"][0]
    row["Quantity"] = typed.get("pieces", row["Quantity"])
    row["Price"] = typed.get("price", row["Price"])
    world.box.erp.type_in(order)
    assert (world.push(), world.sent()) == (4, 0)
    assert reason(world) == "order.reference_taken"
    assert "customer or rows are not those" in world.told[-1]


def test_in_doubt_the_customer_alone_does_not_make_an_order_ours(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.box.erp.type_in(typed_order(REFERENCE, code=3))
    world.wait(minutes=5)
    assert (world.push(), reason(world)) == (4, "order.reference_taken")


def test_an_order_that_an_earlier_attempt_sent_is_held_against_that_one(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    sent = world.entries()[REFERENCE].content_hash
    change(world, items=[line(CODES[0], 5)])
    change(world, **totals(world.box.lnb.orders[REFERENCE]))
    world.wait_in_doubt(minutes=20)
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.box.release_late()
    world.wait(minutes=5)
    assert world.push() == 0
    assert world.entries()[REFERENCE].content_hash == sent
    assert world.push() == 4
    assert "changed in Le New Black after export" in world.told[-1]


def test_an_old_order_of_le_new_black_is_searched_from_its_own_time(world: World) -> None:
    made = world.time.now() - timedelta(days=400)
    world.box.lnb.orders["70002"] = lnb_order("70002", made, shop=1)
    assert world.push() == 0
    assert world.entries()["70002"].state == "done"
