"""Two orders of Le New Black with one reference: a person decides, none is lost."""

from __future__ import annotations

from datetime import timedelta

from small_brand import SHOPS, lnb_order

from lnb24so.sandbox.portal import moment

from .helpers import World
from .stories import REFERENCE, change, reason, resolve, state


def a_twin(world: World) -> None:
    """Put a second order of the same reference beside the first."""
    twin = lnb_order(REFERENCE, world.time.now() - timedelta(hours=5), shop=1, code=2)
    world.box.lnb.orders["twin"] = twin


def test_two_orders_of_one_reference_wait_for_a_person(world: World) -> None:
    a_twin(world)
    assert (world.push(), world.sent()) == (4, 0)
    assert (state(world), reason(world)) == ("needs_decision", "order.reference_twice")
    assert (world.push(), world.sent()) == (0, 0)


def test_after_the_other_one_is_canceled_the_order_is_sent(world: World) -> None:
    a_twin(world)
    world.push()
    del world.box.lnb.orders["twin"]
    assert resolve(world, "send_again") == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_a_reference_used_again_by_another_retailer_is_no_change_of_the_first(
    world: World,
) -> None:
    assert (world.push(), state(world)) == (0, "done")
    world.wait(days=3)
    change(
        world,
        status="invoicing",
        create_time=moment(world.time.now()),
        retailer_reference=SHOPS[1].reference,
    )
    assert (world.push(), reason(world)) == (4, "order.reference_twice")
    assert "changed in Le New Black" not in world.told[-1]
    assert (world.push(), world.sent()) == (0, 1)


def test_an_order_given_to_another_retailer_is_still_the_same_order(world: World) -> None:
    world.push()
    world.wait(minutes=5)
    change(world, retailer_reference=SHOPS[1].reference)
    assert world.push() == 4
    assert "changed in Le New Black after export" in world.told[-1]
