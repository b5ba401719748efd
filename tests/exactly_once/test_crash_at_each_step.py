"""A run that dies before its n-th step towards the world, for every n, is made good by the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import Fault
from small_brand import lnb_order

from lnb24so.sandbox.faults import Behaviour
from lnb24so.sandbox.portal import moment

from .helpers import Crash, World, crash_before, empty_world

pytestmark = pytest.mark.slow

REFERENCES = ("70001", "70002")
MOST_STEPS = 100


def two_orders(folder: Path) -> World:
    folder.mkdir()
    world = empty_world(folder)
    for number, reference in enumerate(REFERENCES):
        order = lnb_order(reference, world.time.now(), shop=number)
        world.box.lnb.orders[reference] = order
    return world


def dies(world: World, effect: int) -> bool:
    """Run once; return whether the run died before that effect, or came to its own end."""
    try:
        with crash_before(effect):
            world.push()
    except Crash:
        return True
    return False


def check_recovery(world: World) -> None:
    """Two runs bring each order across, once; the one after them has nothing to do."""
    world.wait_in_doubt(hours=2)
    world.push()
    assert sorted(create.reference for create in world.box.erp.creates) == ["LNB70001", "LNB70002"]
    assert {entry.state for entry in world.entries().values()} == {"done"}
    assert {order["status"] for order in world.box.lnb.orders.values()} == {"closed"}
    world.wait(hours=2)
    assert (world.push(), len(world.box.erp.creates)) == (0, 2)


@pytest.mark.parametrize("fault", [None, Fault.LOST_REPLY], ids=["all well", "a lost reply"])
def test_every_step_at_which_a_run_can_die_is_recovered_from(
    fault: Behaviour | None, tmp_path: Path
) -> None:
    for effect in range(1, MOST_STEPS):
        world = two_orders(tmp_path / str(effect))
        if fault is not None:
            world.box.faults.add("SaveInvoices", fault)
        died = dies(world, effect)
        world.box.faults.clear()
        check_recovery(world)
        if not died:
            break
    # Logging in, reading, and for each order at least two commits, its create and its status.
    assert 20 < effect < MOST_STEPS


def test_the_recovery_may_die_at_every_step_too(tmp_path: Path) -> None:
    for effect in range(1, MOST_STEPS):
        world = two_orders(tmp_path / str(effect))
        world.box.faults.add("SaveInvoices", Fault.LOST_REPLY, times=2)
        world.push()
        world.wait(minutes=20)
        died = dies(world, effect)
        check_recovery(world)
        if not died:
            break
    assert 10 < effect < MOST_STEPS


@pytest.mark.parametrize("change", ["edited", "canceled"])
def test_what_a_dying_run_found_is_told_by_the_next_one(change: str, tmp_path: Path) -> None:
    for effect in range(1, MOST_STEPS):
        world = two_orders(tmp_path / str(effect))
        world.push()
        world.wait(hours=2)
        world.push()
        order = world.box.lnb.orders[REFERENCES[0]]
        now = {"update_time": moment(world.time.now())}
        edits = {"edited": {"comment": "Ring!"}, "canceled": {"status": "canceled"}}
        order |= now | edits[change]
        died = dies(world, effect)
        for _ in range(2):
            world.wait(hours=2)
            world.push()
        told = [words for words in world.told if words.startswith(REFERENCES[0])]
        assert told, f"died before step {effect}, and nobody was told"
        assert "in Le New Black after export" in told[0]
        # A run that died after it told may have to tell again; one that ended well never.
        assert len(told) == 1 or died
        if not died:
            break
    assert 5 < effect < MOST_STEPS
