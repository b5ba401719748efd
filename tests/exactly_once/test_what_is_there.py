"""What stands in 24SevenOffice already: found, adopted, or put before a person."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from faults import Fault
from log_files import log_text
from small_brand import CODES, SHOPS, typed_order

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour
from lnb24so.sandbox.sample_orders import line, totals

from .helpers import World, small_world
from .stories import REFERENCE, SECOND_SHOP, change, reason, resolve, restored_after, state

pytestmark = pytest.mark.slow

# Orders that a person typed in with our reference


def test_a_typed_order_with_the_same_customer_and_product_is_adopted(world: World) -> None:
    typed = world.box.erp.type_in(typed_order(REFERENCE))
    assert world.push() == 0
    assert (world.sent(), world.entries()[REFERENCE].order_id) == (0, typed)


@pytest.mark.parametrize(
    "other", [{"code": 1}, {"shop": 1}], ids=["other product", "other customer"]
)
def test_a_typed_order_that_is_not_this_one_is_not_adopted(
    other: dict[str, int], world: World
) -> None:
    world.box.erp.type_in(typed_order(REFERENCE, **other))
    if "shop" in other:
        # The look-up asks for the customer's orders only: nobody else's are in the way.
        assert (world.push(), state(world)) == (0, "done")
        return
    assert (world.push(), state(world)) == (4, "needs_decision")
    assert (reason(world), world.sent()) == ("order.reference_taken", 0)


def test_an_attempt_does_not_explain_an_order_of_another_customer(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.box.erp.type_in(typed_order(REFERENCE, shop=1))
    world.wait(minutes=20)
    assert world.push() == 4
    assert (state(world), reason(world)) == ("needs_decision", "order.reference_taken")
    assert resolve(world, "send_again") == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 2)


def test_two_orders_with_our_reference_need_a_decision(world: World) -> None:
    for _ in range(2):
        world.box.erp.type_in(typed_order(REFERENCE))
    assert (world.push(), world.sent()) == (4, 0)
    assert (world.push(), world.sent()) == (0, 0)


def test_one_24sevenoffice_order_never_stands_for_two_of_ours(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        world.push()
        twin = {**world.box.lnb.orders[REFERENCE], "reference": f"{REFERENCE} ", "status": "x"}
        twin |= {"reference": "70001a", "status": "invoicing"}
        world.box.lnb.orders["70001A"] = {**twin, "reference": "70001A"}
        world.push()
        world.box.lnb.orders["70001a"] = twin
        world.push()
        held = [entry.order_id for entry in world.entries().values() if entry.order_id]
        assert len(held) == len(set(held))
        assert world.entries()["70001a"].state == "needs_decision"


def test_an_answer_with_the_id_of_another_order_is_no_clear_answer(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=2) as world:

        def answer_with_the_first_id(exchange: Exchange) -> Reply:
            reply = exchange.apply()
            first, second = (str(create.order_id).encode() for create in world.box.erp.creates)
            return replace(reply, body=reply.body.replace(second, first))

        world.box.faults.add("SaveInvoices", answer_with_the_first_id, skip=1)
        assert world.push() == 1
        assert world.entries()["70002"].state == "unconfirmed"
        assert world.push() == 0
        assert world.entries()["70002"].order_id == world.in_erp("70002")[0]


@pytest.mark.parametrize(
    "fault", [Fault.API_EXCEPTION, Fault.QUARANTINE], ids=["refused", "quarantined"]
)
def test_what_was_mended_after_a_refusal_is_no_change_after_the_adoption(
    fault: Behaviour, world: World
) -> None:
    world.box.faults.add("SaveInvoices", fault)
    world.push()
    world.wait(hours=2)
    change(world, comment="Please call first.")
    world.box.erp.type_in(typed_order(REFERENCE))
    assert (world.push(), state(world)) == (0, "done")
    world.wait(minutes=15)
    assert world.push() == 0


def test_an_order_adopted_after_a_refusal_is_that_of_today(world: World) -> None:
    change(world, status="confirmed")
    world.box.faults.add("SaveInvoices", Fault.QUARANTINE)
    world.push(references=(REFERENCE,), any_status=True)
    world.wait(hours=2)
    change(world, status="invoicing", **SECOND_SHOP)
    world.box.erp.type_in(typed_order(REFERENCE, shop=1))
    assert (world.push(), state(world)) == (0, "done")
    assert world.box.lnb.orders[REFERENCE]["status"] == "closed"
    assert world.entries()[REFERENCE].customer_id == SHOPS[1].customer_id


def test_a_change_before_a_late_order_is_adopted_is_told(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=20)
    change(world, items=[line(CODES[0], 5)])
    change(world, **totals(world.box.lnb.orders[REFERENCE]))
    customer = world.box.erp.customers[SHOPS[0].customer_id]
    customer["BlockInvoice"] = True
    assert (world.push(), state(world)) == (3, "blocked")
    world.box.release_late()
    customer["BlockInvoice"] = False
    world.wait(minutes=15)
    codes = [world.push() for _ in range(3)]
    assert sorted(codes) == [0, 0, 4]
    assert "changed in Le New Black after export" in world.told[-1]


@pytest.mark.parametrize(
    "fault", [Fault.API_EXCEPTION, Fault.QUARANTINE], ids=["refused", "quarantined"]
)
@pytest.mark.parametrize("mended", [{"comment": "Call first."}, SECOND_SHOP], ids=["text", "shop"])
def test_an_attempt_that_made_no_order_hides_none_of_an_earlier_one(
    mended: dict[str, str], fault: Behaviour, world: World
) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=20)
    change(world, **mended)
    world.box.faults.add("SaveInvoices", fault)
    world.push()
    assert (world.sent(), state(world)) == (2, "retry" if fault is Fault.QUARANTINE else "blocked")
    world.box.release_late()
    world.wait(hours=2)
    assert sorted(world.push() for _ in range(2)) == [0, 4]
    assert (world.sent(), len(world.in_erp(REFERENCE))) == (2, 1)
    assert world.entries()[REFERENCE].customer_id == SHOPS[0].customer_id
    assert "changed in Le New Black after export" in world.told[-1]


# A lost state folder


@pytest.mark.parametrize("fault", [None, Fault.LOST_REPLY], ids=["exported", "without answer"])
def test_a_lost_state_folder_makes_no_second_order(fault: Behaviour | None, world: World) -> None:
    if fault is not None:
        world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    change(world, status="invoicing")
    shutil.rmtree(world.state)
    world.wait(days=40)
    assert world.push() == 0
    assert len(world.box.erp.creates) == 1
    assert world.entries()[REFERENCE].order_id == world.in_erp(REFERENCE)[0]


def test_an_invoiced_order_is_found_after_the_state_folder_is_lost(world: World) -> None:
    world.push()
    (order_id,) = world.in_erp(REFERENCE)
    world.box.erp.orders[order_id]["OrderStatus"] = "Invoiced"
    change(world, status="invoicing")
    shutil.rmtree(world.state)
    world.push()
    assert len(world.box.erp.creates) == 1


def test_a_restored_copy_of_the_state_makes_no_second_order(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    with restored_after(world):
        world.wait_in_doubt(minutes=20)
        world.push()
    world.wait(days=3)
    change(world, **SECOND_SHOP)
    world.push()
    assert len(world.box.erp.creates) == 1
    assert world.entries()[REFERENCE].order_id == world.in_erp(REFERENCE)[0]


def test_a_restored_copy_knows_the_customer_of_an_earlier_attempt(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.DEAD_SESSION)
    world.push()
    with restored_after(world):
        world.push()
        assert state(world) == "done"
    change(world, status="invoicing", **SECOND_SHOP)
    assert (world.push(), reason(world)) == (4, "order.reference_taken")
    assert len(world.box.erp.creates) == 1


# After the export


def test_a_reopened_order_is_not_sent_again(world: World) -> None:
    world.push()
    change(world, status="invoicing")
    assert (world.push(), world.sent()) == (0, 1)


def test_a_change_after_the_export_is_told_once_and_never_sent(world: World) -> None:
    world.push()
    world.wait(minutes=5)
    change(world, items=[line(CODES[2], 3)])
    change(world, **totals(world.box.lnb.orders[REFERENCE]))
    assert world.push() == 4
    assert "changed in Le New Black after export" in world.told[-1]
    assert (world.push(), world.sent()) == (0, 1)


def test_a_status_step_without_an_answer_is_repeated_alone(world: World) -> None:
    world.box.faults.add("POST /orders/status", Fault.STATUS(500))
    assert (world.push(), state(world)) == (1, "exported")
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_a_difference_read_back_is_told_once_with_both_figures(world: World) -> None:
    def halve_the_price(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        order = world.box.erp.orders[world.box.erp.creates[-1].order_id]
        order["OrderTotalIncVat"] -= 100
        return reply

    world.box.faults.add("SaveInvoices", halve_the_price)
    assert world.push() == 0
    assert '"order.differs"' in log_text(world.config.paths.logs)
    (words,) = world.told
    assert re.search(r"70001: order \d+ .* \(total: sent [\d,.]+ NOK, found [\d,.]+ NOK\)", words)
    assert (world.push(), world.told) == (0, [words])


# A person's decision


def test_nothing_is_sent_again_by_decision_while_24sevenoffice_may_still_create_it(
    world: World,
) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    typed = [world.box.erp.type_in(typed_order(REFERENCE)) for _ in range(2)]
    world.wait(minutes=1)
    assert (world.push(), state(world)) == (4, "needs_decision")
    for order_id in typed:
        del world.box.erp.orders[order_id]
    assert resolve(world, "send_again") == 3
    world.wait(minutes=20)
    assert resolve(world, "send_again") == 0


def test_a_person_names_the_order_of_todays_customer_after_a_refusal(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.API_EXCEPTION)
    assert (world.push(), state(world)) == (3, "blocked")
    typed = world.box.erp.type_in(typed_order(REFERENCE, shop=1, code=1))
    change(world, **SECOND_SHOP)
    assert resolve(world, "exported_as", typed) == 0
    assert world.entries()[REFERENCE].customer_id == SHOPS[1].customer_id


def test_a_person_names_another_order_of_the_customer_that_it_was_exported_for(
    world: World,
) -> None:
    assert (world.push(), state(world)) == (0, "done")
    other = world.box.erp.type_in(typed_order(REFERENCE))
    change(world, **SECOND_SHOP)
    assert resolve(world, "exported_as", other) == 0
    assert world.entries()[REFERENCE].order_id == other


def test_an_order_decided_while_in_doubt_gets_its_second_look(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    typed = world.box.erp.type_in(typed_order(REFERENCE))
    assert resolve(world, "exported_as", typed) == 0
    world.wait(minutes=5)
    world.box.release_late()
    world.wait(hours=2)
    assert world.push() == 4
    assert reason(world) == "order.duplicate"
