"""Whose an order of 24SevenOffice is that a person names: its customer may have been merged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import Fault
from small_brand import SHOPS, typed_order

from lnb24so.sandbox import Exchange, Reply

from .helpers import World
from .stories import REFERENCE, SECOND_SHOP, an_empty_list, change, reason, resolve, state
from .test_long_stories import in_erp, lost_then_edited

pytestmark = pytest.mark.slow


def are_merged(world: World) -> None:
    """Merge the first shop's customer into the second's, whom Le New Black does not know yet."""
    del world.box.erp.customers[SHOPS[0].customer_id]
    world.box.erp.orders[in_erp(world)]["CustomerId"] = SHOPS[1].customer_id


def test_lost_and_asked_about_then_merged_the_way_that_was_offered_is_still_taken(
    world: World,
) -> None:
    lost_then_edited(world)
    are_merged(world)
    assert resolve(world, "exported_as", in_erp(world)) == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_asked_about_then_merged_another_shop_s_order_is_still_refused(world: World) -> None:
    lost_then_edited(world)
    world.box.erp.orders[in_erp(world)]["CustomerId"] = SHOPS[1].customer_id
    assert resolve(world, "exported_as", in_erp(world)) == 3
    are_merged(world)
    world.box.faults.add("GetCompanies", an_empty_list)
    assert resolve(world, "exported_as", in_erp(world)) == 3
    assert "belongs to customer" in world.told[-1]


def test_another_shop_s_order_is_refused_where_the_customer_reference_is_mistyped(
    world: World,
) -> None:
    change(world, retailer_reference="999999")
    assert world.push() == 3
    other = world.box.erp.type_in(typed_order("70002", shop=2))
    assert resolve(world, "exported_as", other) == 3


def test_another_shop_s_order_of_another_reference_is_refused_after_a_merge(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    del world.box.erp.customers[SHOPS[0].customer_id]
    other = world.box.erp.type_in(typed_order("70002", shop=2))
    assert resolve(world, "exported_as", other) == 3


def an_unreadable_number(exchange: Exchange) -> Reply:
    """Answer with the first shop's record, whose number cannot be read."""
    reply = exchange.apply()
    return replace(reply, body=reply.body.replace(b">501<", b">?<"))


def test_a_customer_whose_number_cannot_be_read_is_not_gone(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    other = world.box.erp.type_in(typed_order(REFERENCE, shop=2))
    world.box.faults.add("GetCompanies", an_unreadable_number)
    assert resolve(world, "exported_as", other) == 3


def test_the_way_that_was_offered_is_taken_where_the_shop_moved_and_its_customer_was_merged(
    world: World,
) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    typed = world.box.erp.type_in(typed_order(REFERENCE, code=3))
    world.wait(minutes=5)
    world.push()
    assert f"--exported-as {typed}" in world.told[-1]
    change(world, **SECOND_SHOP)
    world.box.erp.orders[typed]["CustomerId"] = SHOPS[2].customer_id
    del world.box.erp.customers[SHOPS[0].customer_id]
    assert resolve(world, "exported_as", typed) == 0, world.told[-1]


def test_the_copy_of_an_adopted_order_can_be_named(world: World) -> None:
    world.box.erp.type_in(typed_order(REFERENCE))
    assert (world.push(), state(world)) == (0, "done")
    change(world, **SECOND_SHOP)
    world.push()
    second = world.box.erp.type_in(typed_order(REFERENCE))
    world.wait(minutes=61)
    assert (world.push(), reason(world)) == (4, "order.duplicate")
    assert resolve(world, "exported_as", second) == 0, world.told[-1]


@pytest.mark.parametrize("days", [0, 5])
def test_the_only_one_that_is_not_there_after_a_merge_can_be_named(days: int, world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    typed = world.box.erp.type_in(typed_order(REFERENCE, code=3))
    world.wait(minutes=5)
    world.push()
    world.box.erp.orders[typed]["CustomerId"] = SHOPS[1].customer_id
    del world.box.erp.customers[SHOPS[0].customer_id]
    world.wait(days=days)
    assert resolve(world, "exported_as") == 3
    way = f"but order {typed} of customer 502. Is it that one? --exported-as {typed}"
    assert world.told[-1].endswith(way)
    assert resolve(world, "exported_as", typed) == 0
