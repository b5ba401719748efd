"""An order on its way: what is written before it is sent, and what a silence leads to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from faults import Fault

from lnb24so.ledger.store import FILE_NAME, Ledger
from lnb24so.sandbox import Exchange, Reply

from .helpers import (
    World,
    reference_of,
    small_world,
)
from .stories import (
    REFERENCE,
    SECOND_SHOP,
    an_empty_list,
    change,
    dies_in_create,
    planned,
    reason,
    state,
    withdrawn_in_doubt,
)

ORDER = "SELECT state, erp_reference, customer_id, attempts FROM orders WHERE reference = ?"
LAST_EVENT = "SELECT event FROM history WHERE reference = ? ORDER BY id DESC LIMIT 1"

# Before it is sent


def test_each_create_finds_its_attempt_committed_in_the_ledger(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=5) as world:
        seen: list[tuple[object, ...]] = []

        def look(exchange: Exchange) -> Reply:
            """Read the file from outside, at the moment when the create arrives."""
            file = f"file:{world.state / FILE_NAME}?mode=ro"
            ours = (reference_of(exchange),)
            with closing(sqlite3.connect(file, uri=True)) as outside:
                order = outside.execute(ORDER, ours).fetchone()
                seen.append((*order, *outside.execute(LAST_EVENT, ours).fetchone()))
            return exchange.apply()

        world.box.faults.add("SaveInvoices", look, times=5)
        assert world.push() == 0
        assert seen == [
            ("sending", made.reference, made.customer_id, 1, "order.sending")
            for made in world.box.erp.creates
        ]
        assert len(seen) == 5


def test_every_attempt_stands_in_the_history_before_its_request(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=5) as world:
        world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE, times=2)
        for _ in range(3):
            world.push()
            world.wait(minutes=20)
        ledger = Ledger.peek(world.state, world.time.clock)
        steps = [step for step in ledger.history() if step.event == "order.sending"]
        ledger.close()
        requests = [seen for seen in world.box.requests if seen.operation == "SaveInvoices"]
        assert len(steps) == len(requests) == 7
        assert all(step.at <= seen.at for step, seen in zip(steps, requests, strict=True))


def test_the_creating_request_goes_out_once_whatever_comes_back(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.HTML_503_BEFORE, times=9)
    world.push()
    assert world.sent() == 1


# A create without a clear answer


def test_one_list_without_the_order_does_not_end_a_doubt(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    world.wait(minutes=20)
    world.box.faults.add("GetInvoices", an_empty_list, times=2)
    assert (world.push(), state(world), world.sent()) == (0, "unconfirmed", 1)
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)
    assert world.entries()[REFERENCE].order_id == world.in_erp(REFERENCE)[0]


def test_only_a_second_run_that_does_not_find_it_sends_it_again(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.wait(minutes=16)
    for _ in range(2):
        plan = planned(world)
        assert (plan.action, plan.reasons[0].code) == ("wait", "order.unconfirmed")
        assert "the next run looks once more" in plan.reasons[0].message
    assert (world.push(), state(world), world.sent()) == (0, "unconfirmed", 1)
    assert planned(world).action == "create"
    assert (world.push(), state(world), world.sent()) == (0, "done", 2)


def test_a_look_up_during_the_grace_time_is_not_the_first_of_the_two(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.wait_in_doubt(minutes=14)
    world.wait_in_doubt(minutes=2)
    assert (state(world), world.sent()) == ("unconfirmed", 1)


def test_nothing_is_sent_again_before_the_grace_time_is_over(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    assert world.push() == 1
    assert "do not type it in" in world.told[0]
    world.wait(minutes=14)
    assert (world.push(), world.sent()) == (0, 1)
    world.wait_in_doubt(minutes=2)
    assert (world.push(), world.sent(), state(world)) == (0, 2, "done")


def test_an_order_created_after_our_look_up_is_found_and_not_sent_again(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait(minutes=14)
    world.push()
    world.box.release_late()
    world.wait(minutes=2)
    assert world.push() == 0
    assert world.entries()[REFERENCE].order_id == world.in_erp(REFERENCE)[0]
    assert (world.sent(), state(world)) == (1, "done")


def test_a_killed_attempt_gets_its_time_out_on_top_of_the_grace_time(world: World) -> None:
    dies_in_create(world)
    assert (state(world), world.sent()) == ("sending", 1)
    world.wait(minutes=16)
    world.push()
    assert (state(world), world.sent()) == ("unconfirmed", 1)
    world.wait_in_doubt(minutes=2)
    assert (state(world), world.sent()) == ("unconfirmed", 1)
    world.push()
    assert (state(world), world.sent()) == ("done", 2)


def test_an_order_given_to_another_customer_is_found_at_the_old_one(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    change(world, **SECOND_SHOP)
    world.wait(minutes=1)
    world.push()
    assert world.entries()[REFERENCE].order_id == world.in_erp(REFERENCE)[0]
    assert len(world.box.erp.creates) == 1


def test_the_second_look_names_a_creation_later_than_the_grace_time(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=16)
    world.push()
    assert state(world) == "done"
    world.box.release_late()
    world.wait(minutes=59)
    assert world.push() == 0
    world.wait(minutes=2)
    assert world.push() == 4
    assert (state(world), reason(world)) == ("needs_decision", "order.duplicate")
    assert all(str(order_id) in world.told[-1] for order_id in world.in_erp(REFERENCE))
    assert world.push() == 0


def test_the_second_look_names_a_late_creation_even_if_the_first_order_is_gone(
    world: World,
) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=16)
    world.push()
    (first,) = world.in_erp(REFERENCE)
    world.box.erp.orders[first]["ReferenceNumber"] = "changed by hand"
    world.box.release_late()
    world.wait(hours=2)
    assert world.push() == 4
    assert str(first) in world.told[-1]


@pytest.mark.parametrize("killed", [False, True], ids=["no answer", "killed"])
def test_an_order_blocked_after_a_doubt_is_still_found_at_the_customer_it_was_sent_for(
    killed: bool, world: World
) -> None:
    if killed:
        dies_in_create(world)
    else:
        world.box.faults.add("SaveInvoices", Fault.LATE)
        world.push()
    world.wait_in_doubt(minutes=20)
    change(world, retailer_reference=None)
    assert (world.push(), state(world)) == (3, "blocked")
    world.box.release_late()
    change(world, **SECOND_SHOP)
    assert (world.push(), state(world)) == (0, "done")
    assert world.entries()[REFERENCE].order_id == world.in_erp(REFERENCE)[0]
    assert len(world.box.erp.creates) == 1


def test_a_withdrawn_order_that_is_created_late_is_found(world: World) -> None:
    withdrawn_in_doubt(world, Fault.LATE, "canceled")
    world.box.release_late()
    world.wait(hours=2)
    assert world.push() == 4
    assert f"Cancel order {world.in_erp(REFERENCE)[0]} in 24SevenOffice" in world.told[-1]
    world.wait(hours=2)
    assert world.push() == 0


def test_the_second_look_is_an_hour_after_the_success(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.wait_in_doubt(minutes=20)
    world.push()
    assert world.entries()[REFERENCE].look_again_at == world.time.now() + timedelta(hours=1)
    world.wait(minutes=61)
    world.push()
    world.wait(minutes=15)
    world.push()
    assert world.entries()[REFERENCE].look_again_at is None
