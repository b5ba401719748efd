"""One order that always fails keeps no other waiting, and mending the cause is enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import Fault
from small_brand import SHOPS, lnb_order

from lnb24so.config.schema import load_config
from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

from .helpers import World, configure, reference_of, small_world
from .stories import REFERENCE, change, state

pytestmark = pytest.mark.slow


def test_orders_that_never_get_an_answer_let_the_others_through(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=5) as world:

        def no_answer_for_three(exchange: Exchange) -> Reply:
            if reference_of(exchange) in ("70001", "70002", "70003"):
                return Fault.FAULT_BEFORE(exchange)
            return exchange.apply()

        world.box.faults.add("SaveInvoices", no_answer_for_three, times=100)
        for _ in range(3):
            world.push()
            world.wait(hours=1)
        assert {world.entries()[name].state for name in ("70004", "70005")} == {"done"}


def test_status_steps_that_always_fail_let_the_others_through(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=5) as world:

        def fail_for_three(exchange: Exchange) -> Reply:
            failing = any(name in exchange.call.body for name in (b"70001", b"70002", b"70003"))
            return Fault.STATUS(500)(exchange) if failing else exchange.apply()

        world.box.faults.add("POST /orders/status", fail_for_three, times=100)
        assert world.push() == 1
        assert {world.entries()[name].state for name in ("70004", "70005")} == {"done"}
        world.box.faults.clear()
        assert (world.push(), {one.state for one in world.entries().values()}) == (0, {"done"})


@pytest.mark.parametrize("status", [400, 410, 422, 500])
def test_an_order_that_cannot_be_read_lets_the_others_through(status: int, world: World) -> None:
    change(world, retailer_reference=None)
    assert (world.push(), state(world)) == (3, "blocked")
    world.wait(hours=3)
    change(world, status="confirmed", update_time="2026-01-01T00:00:00+00:00")
    made = world.time.now()
    world.box.lnb.orders["70099"] = lnb_order("70099", made, shop=1)

    def fail_for_one(exchange: Exchange) -> Reply:
        is_bad = exchange.call.path.endswith(REFERENCE)
        return Fault.STATUS(status)(exchange) if is_bad else exchange.apply()

    world.box.faults.add("GET /orders/{reference}", fail_for_one, times=100)
    world.push()
    assert (world.entries()["70099"].state, state(world)) == ("done", "blocked")


def test_a_mended_done_status_takes_the_step_that_was_refused(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        world.config = load_config(configure(world.box, tmp_path, done_status="shut"))
        world.push()
        assert state(world) == "exported"
        world.config = load_config(configure(world.box, tmp_path, done_status="closed"))
        assert (world.push(), state(world)) == (0, "done")
        assert world.box.lnb.orders[REFERENCE]["status"] == "closed"


def test_references_that_differ_in_case_take_one_order_once(world: World) -> None:
    world.box.lnb.orders.clear()
    for reference in ("70001a", "70001A"):
        world.box.lnb.orders[reference] = lnb_order(reference, world.time.now())
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    for _ in range(3):
        world.wait(minutes=20)
        world.push()
    states = sorted(entry.state for entry in world.entries().values())
    assert states == ["done", "needs_decision"]
    assert not any("damaged" in words for words in world.told)


def test_an_order_that_is_marked_as_blocked_costs_no_request_more(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        world.config = load_config(configure(world.box, tmp_path, blocked_status="blocked"))
        change(world, retailer_reference=None)
        assert world.push() == 3
        before = world.sent("GET /orders")
        assert world.push() == 0
        # Those in the export status, those in the blocked one, and those that changed.
        assert world.sent("GET /orders") - before == 3


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.HTML_503_AFTER, Fault.STATUS(500)])
def test_an_order_whose_mark_as_blocked_had_no_answer_is_not_forgotten(
    tmp_path: Path, fault: Behaviour
) -> None:
    with small_world(tmp_path, orders=1) as world:
        world.config = load_config(configure(world.box, tmp_path, blocked_status="blocked"))
        change(world, retailer_reference=None)
        world.box.faults.add("POST /orders/status", fault, times=9)
        world.push()
        world.box.faults.clear()
        world.push()
        assert state(world) == "blocked"
        assert world.box.lnb.orders[REFERENCE]["status"] == "blocked"
        world.box.lnb.orders[REFERENCE]["retailer_reference"] = SHOPS[0].reference
        world.push()
        assert (state(world), world.box.lnb.orders[REFERENCE]["status"]) == ("done", "closed")
