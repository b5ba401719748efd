"""Stories of many chapters: what was lost, restored, merged, edited, and when clocks are wrong."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from faults import Fault
from old_ledger import as_first_version
from small_brand import CODES, SHOPS, typed_order

from lnb24so.sandbox.sample_orders import line, totals

from .helpers import World
from .stories import (
    REFERENCE,
    SECOND_SHOP,
    change,
    reason,
    resolve,
    restored_after,
    state,
)

pytestmark = pytest.mark.slow


def edit(world: World, pieces: int = 5) -> None:
    change(world, items=[line(CODES[0], pieces)])
    change(world, **totals(world.box.lnb.orders[REFERENCE]))


def in_erp(world: World) -> int:
    (order_id,) = world.in_erp(REFERENCE)
    return order_id


# A lost ledger


def lost_then_edited(world: World) -> None:
    """Export the order, lose the ledger, and edit the order: the next run asks about it."""
    world.push()
    shutil.rmtree(world.state)
    change(world, status="invoicing")
    edit(world)
    assert (world.push(), reason(world), world.sent()) == (4, "order.reference_taken", 1)


def test_lost_then_edited_the_one_that_is_there_is_asked_about_and_not_sent_again(
    world: World,
) -> None:
    lost_then_edited(world)
    assert resolve(world, "exported_as", in_erp(world)) == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_lost_then_given_to_another_retailer_then_edited_a_second_one_is_named(
    world: World,
) -> None:
    world.push()
    shutil.rmtree(world.state)
    change(world, status="invoicing", **SECOND_SHOP)
    edit(world)
    world.push()
    world.wait(minutes=61)
    assert (world.push(), reason(world)) == (4, "order.duplicate")
    assert all(str(order_id) in world.told[-1] for order_id in world.in_erp(REFERENCE))


def test_lost_in_doubt_then_canceled_nothing_is_said_of_24sevenoffice(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    shutil.rmtree(world.state)
    change(world, status="canceled")
    told = len(world.told)
    assert (world.push(), world.told[told:], dict(world.entries())) == (0, [], {})


# A restored one


def test_restored_in_doubt_then_canceled_the_one_that_is_there_is_to_be_canceled(
    world: World,
) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    with restored_after(world):
        world.wait(minutes=20)
        assert (world.push(), state(world)) == (0, "done")
    change(world, status="canceled")
    codes = [world.push() for _ in range(3)]
    assert sorted(codes) == [0, 0, 4]
    assert f"Cancel order {in_erp(world)} in 24SevenOffice" in world.told[-1]


def test_restored_before_a_decision_the_same_question_takes_the_same_answer(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    typed = world.box.erp.type_in(typed_order(REFERENCE, code=3))
    world.push()
    with restored_after(world):
        assert resolve(world, "exported_as", typed) == 0
        world.push()
    assert resolve(world, "exported_as", typed) == 0
    world.wait(hours=2)
    world.push()
    assert (world.entries()[REFERENCE].order_id, world.sent()) == (typed, 1)


def test_restored_from_before_the_cancellation_was_told_it_is_told_again(world: World) -> None:
    world.push()
    with restored_after(world):
        world.wait(minutes=5)
        change(world, status="canceled")
        assert world.push() == 4
        assert resolve(world, "acknowledge") == 0
    assert world.push() == 4
    assert "canceled in Le New Black after export" in world.told[-1]


# A doubt that is a month old


@pytest.mark.parametrize("edited", [False, True])
def test_a_month_old_then_merged_in_24sevenoffice_it_is_asked_about_and_not_sent_again(
    edited: bool, world: World
) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    world.box.erp.orders[in_erp(world)]["CustomerId"] = SHOPS[1].customer_id
    world.wait(days=30)
    if edited:
        edit(world)
    change(world, **SECOND_SHOP)
    world.push()
    assert (reason(world), world.sent()) == ("order.reference_taken", 1)
    assert resolve(world, "exported_as", in_erp(world)) == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_a_month_old_then_edited_it_is_held_against_what_was_sent(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    world.wait(days=30)
    edit(world)
    codes = [world.push() for _ in range(3)]
    assert (sorted(codes), world.sent()) == ([0, 0, 4], 1)
    assert f"Change order {in_erp(world)} in 24SevenOffice" in world.told[-1]


# Clocks that are wrong


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_of_le_new_black_that_is_wrong_for_one_run_hides_no_cancellation(
    ahead: timedelta, world: World
) -> None:
    world.push()
    world.wait(minutes=15)
    world.box.lnb.clock_ahead = ahead
    assert world.push() == 0
    world.box.lnb.clock_ahead = timedelta(0)
    world.wait(hours=1)
    change(world, status="canceled")
    world.wait(hours=3)
    assert world.push() == 4
    assert any("canceled in Le New Black after export" in words for words in world.told)


@pytest.mark.parametrize("days", [-2, 2, 400])
def test_our_clock_that_jumps_in_doubt_makes_no_second_order(days: int, world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    world.time.time += timedelta(days=days)
    for _ in range(3):
        world.push()
        world.wait(minutes=20)
    assert (len(world.in_erp(REFERENCE)), world.sent()) == (1, 1)
    assert state(world) in ("done", "exported")


def test_our_clock_that_was_ahead_puts_no_second_look_off_for_ever(world: World) -> None:
    right = world.time.time
    world.time.time += timedelta(days=400)
    world.push()
    world.time.time = right + timedelta(minutes=5)
    world.box.erp.type_in(typed_order(REFERENCE))
    world.wait(hours=2)
    world.push()
    assert reason(world) == "order.duplicate"


# An upgrade


def test_a_doubt_of_the_first_version_is_found_after_the_upgrade(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    as_first_version(world.state / "ledger.sqlite3")
    world.wait(days=5)
    assert (world.push(), world.sent()) == (0, 1)
    assert (state(world), world.entries()[REFERENCE].order_id) == ("done", in_erp(world))


def test_a_skipped_order_of_the_first_version_stays_so_without_a_word(world: World) -> None:
    assert resolve(world, "skip") == 0
    as_first_version(world.state / "ledger.sqlite3")
    edit(world)
    for _ in range(2):
        world.push()
        assert (state(world), world.sent()) == ("skipped", 0)
    assert not any(REFERENCE in words for words in world.told)
