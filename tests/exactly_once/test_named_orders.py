"""An order that a person asked for by name is tried until it is sent, not forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import Fault
from small_brand import SHOPS

from lnb24so.config.schema import load_config
from lnb24so.sandbox.faults import Behaviour

from .helpers import World, configure, small_world
from .stories import REFERENCE, change, state

pytestmark = pytest.mark.slow

NAMED = {"references": (REFERENCE,), "any_status": True}


@pytest.mark.parametrize("fault", [Fault.QUARANTINE, Fault.RESET_BEFORE, Fault.API_EXCEPTION])
def test_an_order_in_any_status_is_tried_again_by_each_run(fault: Behaviour, world: World) -> None:
    change(world, status="confirmed")
    world.box.faults.add("SaveInvoices", fault)
    world.push(**NAMED)
    world.wait_in_doubt(hours=2)
    assert (world.push(), state(world)) == (0, "exported")
    assert world.box.lnb.orders[REFERENCE]["status"] == "confirmed"


def test_a_blocked_order_in_any_status_stays_blocked_until_it_is_mended(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        world.config = load_config(configure(world.box, tmp_path, blocked_status="blocked"))
        change(world, status="confirmed", retailer_reference=None)
        assert world.push(**NAMED) == 3
        assert (world.push(), state(world)) == (0, "blocked")
        change(world, retailer_reference=SHOPS[0].reference)
        assert (world.push(), state(world)) == (0, "exported")
        assert world.box.lnb.orders[REFERENCE]["status"] == "confirmed"


def test_an_order_that_was_blocked_before_it_was_named_is_tried_by_each_run(world: World) -> None:
    change(world, retailer_reference=None)
    assert (world.push(), state(world)) == (3, "blocked")
    change(world, status="confirmed")
    world.push(**NAMED)
    assert (world.push(), state(world)) == (0, "blocked")
    change(world, retailer_reference=SHOPS[0].reference)
    assert (world.push(), state(world)) == (0, "exported")


def test_an_order_that_was_named_in_a_run_that_stopped_is_tried_by_the_next(
    tmp_path: Path,
) -> None:
    with small_world(tmp_path, orders=2) as world:
        for order in world.box.lnb.orders.values():
            order["status"] = "confirmed"
        world.box.faults.add("SaveInvoices", Fault.QUARANTINE)
        assert world.push(references=("70001", "70002"), any_status=True) == 1
        world.wait(hours=2)
        assert world.push() == 0
        assert {entry.state for entry in world.entries().values()} == {"exported"}


def test_what_was_asked_for_is_forgotten_once_it_is_sent(world: World) -> None:
    change(world, status="confirmed")
    assert (world.push(**NAMED), state(world)) == (0, "exported")
    assert world.entries()[REFERENCE].asked_for is None


def test_an_order_from_before_orders_since_is_tried_again_by_each_run(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        world.config = load_config(configure(world.box, tmp_path, since="2026-03-02"))
        world.box.faults.add("SaveInvoices", Fault.QUARANTINE)
        world.push(references=(REFERENCE,))
        world.wait(hours=2)
        assert (world.push(), state(world)) == (0, "done")


@pytest.mark.parametrize("status", ["canceled", "draft"])
def test_an_order_that_was_named_is_withdrawn_like_any_other(status: str, world: World) -> None:
    change(world, status="confirmed")
    world.box.faults.add("SaveInvoices", Fault.QUARANTINE)
    world.push(**NAMED)
    change(world, status=status)
    world.wait(hours=2)
    assert (world.push(), state(world)) == (0, "withdrawn")
    change(world, status="confirmed")
    assert (world.push(), world.sent()) == (0, 1)
