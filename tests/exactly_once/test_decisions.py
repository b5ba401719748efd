"""What a person decides holds: for the right company and customer, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import Fault
from small_brand import SHOPS, typed_order

from lnb24so.commands.resolve import Way
from lnb24so.errors import ConfigError
from lnb24so.sandbox import Exchange, Reply

from .helpers import World
from .stories import (
    REFERENCE,
    SECOND_SHOP,
    change,
    dies_in_create,
    reason,
    resolve,
    restored_after,
    state,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("way", ["send_again", "exported_as"])
def test_nothing_is_decided_in_another_company(way: Way, world: World) -> None:
    assert (world.push(), state(world)) == (0, "done")
    before = world.entries()
    erp = world.box.erp
    other = erp.companies[erp.default_identity_id]
    foreign = erp.store(other, {"CustomerId": SHOPS[0].customer_id, "InvoiceRows": []})
    settings = replace(world.config.erp, identity_id=erp.default_identity_id)
    world.config = replace(world.config, erp=settings)
    with pytest.raises(ConfigError, match="belongs to company"):
        resolve(world, way, foreign)
    assert world.entries() == before


def test_a_killed_attempt_is_still_in_doubt_while_a_person_decides(world: World) -> None:
    dies_in_create(world)
    world.box.erp.type_in(typed_order(REFERENCE, shop=1))
    world.wait(minutes=1)
    assert (world.push(), state(world)) == (4, "needs_decision")
    assert resolve(world, "send_again") == 3
    world.wait(minutes=20)
    assert resolve(world, "send_again") == 0


@pytest.mark.parametrize("number", [2**31, 2**70])
def test_no_order_has_a_number_beyond_32_bits(number: int, world: World) -> None:
    world.push()
    assert resolve(world, "exported_as", number) == 3
    assert f"24SevenOffice has no order {number}." in world.told[-1]


# Whose order it is


def test_a_person_names_the_order_of_todays_customer(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    change(world, **SECOND_SHOP)
    typed, strange = (world.box.erp.type_in(typed_order(REFERENCE, shop=shop)) for shop in (1, 2))
    world.wait(minutes=5)
    world.push()
    assert resolve(world, "exported_as", strange) == 3
    assert resolve(world, "exported_as", typed) == 0
    assert world.entries()[REFERENCE].customer_id == SHOPS[1].customer_id


def test_the_order_of_an_earlier_attempt_is_adopted_for_its_customer(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=20)
    change(world, **SECOND_SHOP)
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.box.release_late()
    (late,) = world.in_erp(REFERENCE)
    world.wait(minutes=20)
    assert (world.push(), world.entries()[REFERENCE].order_id) == (0, late)
    assert world.entries()[REFERENCE].customer_id == SHOPS[0].customer_id


def test_a_person_names_our_own_order_after_the_state_was_restored(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.DEAD_SESSION)
    world.push()
    with restored_after(world):
        assert (world.push(), state(world)) == (0, "done")
    change(world, status="invoicing", **SECOND_SHOP)
    assert (world.push(), reason(world)) == (4, "order.reference_taken")
    assert resolve(world, "exported_as", world.in_erp(REFERENCE)[0]) == 0


def test_an_order_adopted_for_todays_customer_is_held_against_today(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.wait_in_doubt(minutes=20)
    change(world, retailer_reference=None)
    assert (world.push(), state(world)) == (3, "blocked")
    change(world, **SECOND_SHOP)
    world.box.erp.type_in(typed_order(REFERENCE, shop=1))
    assert (world.push(), state(world)) == (0, "done")
    assert world.entries()[REFERENCE].customer_id == SHOPS[1].customer_id
    world.wait(minutes=15)
    assert world.push() == 0


# Cancellations


def test_an_order_canceled_before_it_is_named_is_to_be_canceled(world: World) -> None:
    typed = world.box.erp.type_in(typed_order(REFERENCE, code=1))
    assert world.push() == 4
    change(world, status="canceled")
    world.wait(hours=3)
    world.push()
    assert resolve(world, "exported_as", typed) == 0
    notice = world.entries()[REFERENCE].notice
    assert notice is not None
    assert notice.code == "order.canceled_after_export"
    assert resolve(world, "acknowledge") == 0
    world.wait(hours=1)
    assert (world.push(), state(world)) == (0, "exported")


def test_a_cancellation_during_the_run_is_kept_and_told(world: World) -> None:
    def cancel(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        change(world, status="canceled")
        return reply

    world.box.faults.add("SaveInvoices", cancel)
    assert world.push() == 4
    assert world.box.lnb.orders[REFERENCE]["status"] == "canceled"
    assert "canceled in Le New Black after export" in world.told[-1]
    assert world.push() == 0


def test_no_status_is_set_while_cancellations_cannot_be_read(world: World) -> None:
    world.box.faults.add("GET /orders/{reference}", Fault.STATUS(500))
    assert (world.push(), state(world)) == (1, "exported")
    assert world.box.lnb.orders[REFERENCE]["status"] == "invoicing"
    assert (world.push(), state(world)) == (0, "done")


# A way out that is one


def test_a_total_is_accepted_after_the_order_was_edited(world: World) -> None:
    billed = world.box.lnb.orders[REFERENCE]["amount_total"]
    change(world, amount_total=billed - 100)
    assert world.push() == 3
    change(world, comment="Please call first.")
    assert world.push() == 0
    assert resolve(world, "accept_total", amount=billed - 100) == 3
    assert resolve(world, "accept_total", amount=billed) == 0
    assert (world.push(), state(world)) == (0, "done")
