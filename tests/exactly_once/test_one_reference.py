"""Two orders of Le New Black with one reference: a person decides, none is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from small_brand import SHOPS, lnb_order

from lnb24so.config.schema import load_config
from lnb24so.sandbox.portal import moment

from .helpers import World, configure, small_world
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


def test_two_records_that_differ_in_their_lines_alone_are_two_orders(world: World) -> None:
    first = world.box.lnb.orders[REFERENCE]
    lines = [first["items"][0] | {"quantity": 7}]
    world.box.lnb.orders["twin"] = first | {"items": lines}
    assert (world.push(), world.sent()) == (4, 0)
    assert reason(world) == "order.reference_twice"


def test_a_record_that_a_list_shows_twice_is_one_order(world: World) -> None:
    world.box.lnb.orders["again"] = dict(world.box.lnb.orders[REFERENCE])
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_two_orders_of_one_reference_in_two_statuses_wait_for_a_person(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        by_mode = {"preorder": {"take_status": "confirmed"}}
        world.config = load_config(configure(world.box, tmp_path, by_mode=by_mode))
        a_twin(world)
        world.box.lnb.orders["twin"]["status"] = "confirmed"
        assert (world.push(), world.sent()) == (4, 0)
        assert reason(world) == "order.reference_twice"


def test_the_way_out_of_two_orders_never_makes_the_one_pass_for_the_other(world: World) -> None:
    change(world, retailer_reference="")
    world.push()
    a_twin(world)
    world.push()
    said = world.told[-1]
    assert "None" not in said
    assert "type the other in by hand with another reference than LNB70001" in said
    assert said.endswith("then: lnb24so resolve 70001 --send-again")


def test_the_way_out_names_the_order_that_the_first_one_is(world: World) -> None:
    world.push()
    (number,) = world.in_erp(REFERENCE)
    a_twin(world)
    change(world, status="invoicing")
    world.push()
    assert f"the first is order {number} in 24SevenOffice" in world.told[-1]
    assert world.told[-1].endswith(f"--exported-as {number}")
