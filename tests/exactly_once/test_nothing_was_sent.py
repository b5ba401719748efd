"""That nothing was sent is said of an order only after 24SevenOffice was asked for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from faults import Fault
from small_brand import typed_order

from .helpers import World
from .stories import REFERENCE, change, reason, resolve, restored_after, state

pytestmark = pytest.mark.slow

WORDS = "nothing was sent"


def cancels(world: World) -> None:
    change(world, status="canceled")


def moves(world: World) -> None:
    change(world, status="confirmed")


def deletes(world: World) -> None:
    del world.box.lnb.orders[REFERENCE]


LEAVES = pytest.mark.parametrize("leaves", [cancels, moves, deletes])
Leaves = Callable[[World], None]


def refused(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.API_EXCEPTION)
    assert (world.push(), state(world)) == (3, "blocked")


def message(world: World) -> str:
    return world.entries()[REFERENCE].reasons[0].message


@LEAVES
def test_it_is_said_where_24sevenoffice_has_none(leaves: Leaves, world: World) -> None:
    refused(world)
    leaves(world)
    assert (world.push(), state(world)) == (0, "withdrawn")
    assert WORDS in message(world)


@LEAVES
def test_it_is_not_said_of_an_order_that_a_lost_run_made(leaves: Leaves, world: World) -> None:
    refused(world)
    with restored_after(world):
        assert (world.push(), state(world)) == (0, "done")
    leaves(world)
    assert (world.push(), reason(world)) == (4, "order.reference_taken")
    (order_id,) = world.in_erp(REFERENCE)
    assert resolve(world, "exported_as", order_id) == 0
    world.push()
    assert (state(world), world.sent()) == ("exported", 2)


def test_a_canceled_one_that_a_lost_run_made_is_to_be_canceled(world: World) -> None:
    refused(world)
    with restored_after(world):
        world.push()
    cancels(world)
    world.push()
    assert resolve(world, "exported_as", world.in_erp(REFERENCE)[0]) == 0
    notice = world.entries()[REFERENCE].notice
    assert notice is not None
    assert notice.code == "order.canceled_after_export"


@LEAVES
def test_it_is_not_said_where_24sevenoffice_does_not_answer(leaves: Leaves, world: World) -> None:
    refused(world)
    leaves(world)
    world.box.faults.add("GetInvoices", Fault.FAULT_BEFORE, times=9)
    assert (world.push(), state(world)) == (0, "withdrawn")
    assert WORDS not in message(world)


@LEAVES
def test_it_is_not_said_of_what_was_sent_long_ago(leaves: Leaves, world: World) -> None:
    refused(world)
    for _ in range(4):
        world.wait(hours=25)
        world.box.faults.add("Authenticate", Fault.FAULT_BEFORE)
    leaves(world)
    world.box.faults.clear()
    assert (world.push(), state(world)) == (0, "withdrawn")
    assert WORDS not in message(world)


def test_a_blocked_order_that_24sevenoffice_has_is_no_order_to_mend(world: World) -> None:
    world.box.erp.type_in(typed_order(REFERENCE))
    change(world, amount_total=1)
    assert (world.push(), reason(world)) == (4, "order.reference_taken")
    assert resolve(world, "exported_as", world.in_erp(REFERENCE)[0]) == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 0)


def test_a_blocked_order_whose_late_one_turns_up_is_taken_at_once(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=20)
    change(world, amount_total=1)
    assert (world.push(), state(world)) == (3, "blocked")
    world.box.release_late()
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)
