"""An order that was once in doubt is looked up again; one that never was is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from faults import Fault
from small_brand import lnb_order, typed_order

from .helpers import World
from .stories import (
    REFERENCE,
    SECOND_SHOP,
    change,
    reason,
    resolve,
    state,
    withdrawn_in_doubt,
)

pytestmark = pytest.mark.slow


def created_late(world: World) -> None:
    """Export the order twice: the first attempt's order comes after the second's."""
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=16)
    assert (world.push(), state(world)) == (0, "done")
    world.box.release_late()
    assert len(world.in_erp(REFERENCE)) == 2


def test_a_date_of_an_earlier_doubt_does_not_end_a_later_one(world: World) -> None:
    withdrawn_in_doubt(world)
    world.wait(minutes=50)
    change(world, status="invoicing")
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=16)
    world.box.faults.add("SaveInvoices", Fault.QUARANTINE)
    world.push()
    world.wait(minutes=1)
    assert (world.push(), state(world)) == (0, "done")
    world.box.release_late()
    world.wait(minutes=61)
    assert (world.push(), reason(world)) == (4, "order.duplicate")


def test_a_short_list_at_the_second_look_hides_no_second_order(world: World) -> None:
    created_late(world)
    second = max(world.in_erp(REFERENCE))
    hidden = world.box.erp.orders.pop(second)
    world.wait(minutes=61)
    assert (world.push(), state(world)) == (0, "done")
    world.box.erp.orders[second] = hidden
    world.wait(minutes=15)
    assert (world.push(), reason(world)) == (4, "order.duplicate")


def test_an_order_withdrawn_in_doubt_and_gone_is_looked_for_twice_and_no_more(
    world: World,
) -> None:
    withdrawn_in_doubt(world)
    del world.box.lnb.orders[REFERENCE]
    for _ in range(4):
        world.wait(minutes=61)
        assert world.push() == 0
    assert not world.entries()[REFERENCE].in_doubt
    assert world.entries()[REFERENCE].look_again_at is None


def test_a_doubt_that_an_earlier_version_left_withdrawn_needs_two_looks(world: World) -> None:
    withdrawn_in_doubt(world, Fault.LATE)
    # Until this version an order that left kept the date of the look-up after its grace time.
    with closing(sqlite3.connect(world.state / "ledger.sqlite3")) as ledger:
        ledger.execute("UPDATE orders SET not_found_at = '2026-03-02T08:20:00.000000Z'")
        ledger.commit()
    world.box.release_late()
    (late,) = world.in_erp(REFERENCE)
    hidden = world.box.erp.orders.pop(late)
    world.wait(minutes=61)
    assert world.push() == 0
    world.box.erp.orders[late] = hidden
    world.wait(minutes=15)
    world.push()
    assert world.entries()[REFERENCE].order_id == late


def test_two_looks_that_show_one_order_end_the_doubt(world: World) -> None:
    created_late(world)
    del world.box.erp.orders[max(world.in_erp(REFERENCE))]
    for minutes in (61, 15):
        assert world.entries()[REFERENCE].in_doubt
        world.wait(minutes=minutes)
        assert world.push() == 0
    assert not world.entries()[REFERENCE].in_doubt
    asked = len(world.box.requests)
    world.wait(minutes=15)
    assert world.push() == 0
    assert {seen.system for seen in world.box.requests[asked:]} == {"lnb"}


def test_what_waits_for_a_person_is_not_looked_up_in_each_run(world: World) -> None:
    created_late(world)
    world.wait(minutes=61)
    assert (world.push(), reason(world)) == (4, "order.duplicate")
    asked = len(world.box.requests)
    world.wait(minutes=15)
    assert world.push() == 0
    assert {seen.system for seen in world.box.requests[asked:]} == {"lnb"}


def test_orders_that_others_typed_in_do_not_undo_a_skip(world: World) -> None:
    withdrawn_in_doubt(world)
    assert resolve(world, "skip") == 0
    for code in (2, 3):
        world.box.erp.type_in(typed_order(REFERENCE, shop=1, code=code))
    world.wait(minutes=61)
    assert (world.push(), state(world)) == (0, "skipped")


def test_a_second_look_that_falls_due_while_reading_is_still_taken(world: World) -> None:
    created_late(world)
    due = world.entries()[REFERENCE].look_again_at
    assert due is not None
    world.wait(minutes=30)
    world.push()
    world.box.lnb.orders["70099"] = lnb_order("70099", world.time.now() - timedelta(days=1), shop=1)
    world.time.sleep((due - world.time.now()).total_seconds() - 0.2)
    # The products are read again after a second: the look-up began before the look was due.
    world.box.faults.add("GetProducts", Fault.HTML_503_BEFORE)
    world.push()
    world.wait(hours=1)
    assert (world.push(), state(world)) == (4, "needs_decision")


def test_a_second_look_adopts_nothing_that_no_attempt_explains(world: World) -> None:
    withdrawn_in_doubt(world)
    world.box.erp.type_in(typed_order(REFERENCE, shop=1, code=3))
    world.wait(minutes=70)
    assert world.push() == 4
    assert (state(world), reason(world)) == ("needs_decision", "order.reference_taken")


def test_a_second_look_decides_nothing_that_waits_for_a_person(world: World) -> None:
    withdrawn_in_doubt(world)
    change(world, status="invoicing", **SECOND_SHOP)
    world.box.erp.type_in(typed_order(REFERENCE, shop=1, code=3))
    world.wait(minutes=10)
    assert (world.push(), state(world)) == (4, "needs_decision")
    world.wait(minutes=70)
    assert (world.push(), state(world)) == (0, "needs_decision")


@pytest.mark.parametrize("by", ["skip", "baseline"])
def test_an_order_skipped_in_doubt_and_created_late_is_put_before_a_person(
    by: str, world: World
) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=20)
    if by == "skip":
        change(world, retailer_reference=None)
        assert (world.push(), state(world)) == (3, "blocked")
        assert resolve(world, "skip") == 0
    else:
        world.push(baseline=True)
    assert state(world) == "skipped"
    world.box.release_late()
    world.wait(minutes=61)
    assert (world.push(), reason(world)) == (4, "order.created_late")
    assert resolve(world, "skip") == 0
    world.wait(hours=2)
    assert (world.push(), state(world)) == (0, "skipped")


def test_a_late_order_that_had_been_skipped_can_be_kept(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=20)
    world.push(baseline=True)
    world.box.release_late()
    world.wait(minutes=61)
    world.push()
    assert resolve(world, "exported_as", world.in_erp(REFERENCE)[0]) == 0
    world.wait(hours=2)
    assert (world.push(), state(world)) == (0, "done")
