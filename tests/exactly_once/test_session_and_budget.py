"""A dead session, a spent budget, a failing system: the run stops cleanly and repeats no create."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import Fault

from lnb24so.orders.results import FAILURES_IN_A_ROW
from lnb24so.sandbox.faults import Behaviour

from .helpers import World, small_world

pytestmark = pytest.mark.slow

ORDERS = 6


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Yield a world with six orders to export."""
    with small_world(tmp_path, orders=ORDERS) as started:
        yield started


def states(world: World) -> list[str]:
    return [entry.state for entry in world.entries().values()]


def all_is_well_later(world: World) -> bool:
    """Return whether, without faults and after the grace time, each order is there once."""
    world.box.faults.clear()
    world.wait_in_doubt(minutes=20)
    code = world.push()
    created = [create.reference for create in world.box.erp.creates]
    return code == 0 and len(created) == len(set(created)) == ORDERS


# The session


@pytest.mark.parametrize("fault", [Fault.DEAD_SESSION, Fault.LOST_IDENTITY])
def test_a_create_that_meets_a_dead_session_is_not_repeated_in_this_run(
    fault: Behaviour, world: World
) -> None:
    world.box.faults.add("SaveInvoices", fault, skip=2)
    assert world.push() == 1
    assert states(world) == ["done", "done", "retry", "done", "done", "done"]
    assert (world.sent(), world.sent("Login")) == (ORDERS, 2)
    # Turned away at the door is a clear answer: no grace time.
    assert (world.push(), states(world)) == (0, ["done"] * ORDERS)


@pytest.mark.parametrize("fault", [Fault.DEAD_SESSION, Fault.LOST_IDENTITY])
@pytest.mark.parametrize("operation", ["GetProducts", "GetCompanies", "GetInvoices"])
def test_a_read_that_meets_a_dead_session_is_repeated_in_a_new_one(
    operation: str, fault: Behaviour, world: World
) -> None:
    world.box.faults.add(operation, fault)
    assert world.push() == 0
    assert world.sent("Login") == 2


def test_a_session_that_dies_again_and_again_ends_the_creates(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.DEAD_SESSION, times=100)
    assert world.push() == 1
    assert world.sent("Login") == 2
    assert world.box.erp.creates == []
    assert all_is_well_later(world)


def test_a_session_that_died_between_two_runs_is_replaced(world: World) -> None:
    world.push()
    world.box.erp.end_sessions()
    order = world.box.lnb.orders["70001"]
    world.box.lnb.orders["80001"] = {**order, "reference": "80001", "status": "invoicing"}
    assert world.push() == 0
    assert len(world.box.erp.creates) == ORDERS + 1


# The budget


def test_a_quarantine_in_a_create_stops_the_creates_and_says_when_it_ends(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.QUARANTINE, skip=2)
    assert world.push() == 1
    assert world.sent() == 3
    assert any("Quarantine ends at 2026-11-23 12:00:00" in words for words in world.told)
    # The two that were created are closed in Le New Black all the same.
    assert states(world) == ["done", "done", "retry"]
    assert b"Quarantine ends" not in (world.state / "session.json").read_bytes()
    assert all_is_well_later(world)


def test_a_spent_budget_in_a_create_stops_the_creates_and_says_how_long(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.TOO_MANY(600), skip=1)
    assert world.push() == 1
    assert world.sent() == 2
    assert any("it asks to wait 600 seconds" in words for words in world.told)
    assert states(world) == ["done", "unconfirmed"]
    assert all_is_well_later(world)


def test_a_real_quarantine_ends_the_run_and_the_next_hour_goes_on(world: World) -> None:
    world.push()
    for order in world.box.lnb.orders.values():
        order["status"] = "invoicing"
    world.box.lnb.orders["80001"] = {**world.box.lnb.orders["70001"], "reference": "80001"}
    world.box.erp.budget = 0
    assert world.push() == 1
    assert f"Quarantine ends at {world.box.erp.next_hour():%Y-%m-%d %H:%M:%S}" in world.told[-1]
    assert len(world.box.erp.creates) == ORDERS
    world.box.erp.budget = 7200
    assert world.push() == 0
    assert len(world.box.erp.creates) == ORDERS + 1


def test_a_read_waits_for_a_budget_that_is_back_soon(world: World) -> None:
    world.box.faults.add("GetProducts", Fault.TOO_MANY(20))
    began = world.time.now()
    assert world.push() == 0
    assert 20 <= (world.time.now() - began).total_seconds() < 45


def test_a_read_does_not_wait_for_a_budget_that_is_back_late(world: World) -> None:
    world.box.faults.add("GetProducts", Fault.TOO_MANY(600))
    began = world.time.now()
    assert world.push() == 1
    assert (world.time.now() - began).total_seconds() == 0
    assert "too many requests" in world.told[-1]
    assert "08:10" in world.told[-1], "it says when it can go on"


# A system that fails


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.HTML_503_AFTER, Fault.LATE])
def test_three_creates_in_a_row_without_an_answer_are_the_last_of_the_run(
    fault: Behaviour, world: World
) -> None:
    world.box.faults.add("SaveInvoices", fault, skip=1, times=100)
    assert world.push() == 1
    assert world.sent() == 1 + FAILURES_IN_A_ROW
    assert "No more orders sent in this run." in world.told[-1]
    assert states(world) == ["done", *["unconfirmed"] * FAILURES_IN_A_ROW]
    world.box.release_late()
    assert all_is_well_later(world)


def test_an_answer_in_between_lets_the_creates_go_on(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE, times=2)
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE, skip=1, times=2)
    assert world.push() == 1
    assert world.sent() == ORDERS
    assert all_is_well_later(world)


def test_refused_orders_do_not_stop_the_creates(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.API_EXCEPTION, times=5)
    assert world.push() == 3
    assert states(world) == ["blocked"] * 5 + ["done"]
    assert all_is_well_later(world)


@pytest.mark.parametrize("fault", [Fault.STATUS(500), Fault.STATUS(422), Fault.RESET_BEFORE])
def test_failing_status_steps_never_stop_a_create(fault: Behaviour, world: World) -> None:
    world.box.faults.add("POST /orders/status", fault, times=100)
    world.push()
    assert states(world) == ["exported"] * ORDERS
    assert all_is_well_later(world)
    assert states(world) == ["done"] * ORDERS


def test_le_new_black_is_not_asked_for_ever_when_it_does_not_answer(world: World) -> None:
    world.box.faults.add("POST /orders/status", Fault.STATUS(503), times=100)
    assert world.push() == 1
    steps = [seen.body for seen in world.box.requests if seen.operation == "POST /orders/status"]
    assert len(set(steps)) == FAILURES_IN_A_ROW
