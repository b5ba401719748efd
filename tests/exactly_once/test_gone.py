"""An order that Le New Black no longer has, before the status step: told, and never finished."""

from __future__ import annotations

import pytest
from faults import Fault

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

from .helpers import World
from .stories import REFERENCE, change, resolve, state

pytestmark = pytest.mark.slow


def goes(world: World, *, with_fault: Behaviour | None = None) -> dict[str, object]:
    """Let the order go from Le New Black while it is created; return it as it was."""
    kept: dict[str, object] = {}

    def create(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        kept.update(world.box.lnb.orders.pop(REFERENCE))
        if with_fault is not None:
            exchange.drop()
        return reply

    world.box.faults.add("SaveInvoices", create)
    return kept


def test_an_order_that_goes_while_it_is_created_is_told_with_what_to_do(world: World) -> None:
    goes(world)
    assert world.push() == 4
    (order_id,) = world.in_erp(REFERENCE)
    assert world.told == [
        f"70001: is gone from Le New Black after export. Cancel order {order_id} in 24SevenOffice "
        "if it is void, then: lnb24so resolve 70001 --acknowledge"
    ]
    assert (state(world), world.sent("POST /orders/status")) == ("exported", 0)
    for _ in range(2):
        assert (world.push(), len(world.told)) == (0, 1)


def test_no_status_is_counted_that_nobody_set(world: World) -> None:
    world.box.faults.add("POST /orders/status", Fault.STATUS(500))
    assert (world.push(), state(world)) == (1, "exported")
    del world.box.lnb.orders[REFERENCE]
    report = world.plan()
    assert [(one.item.action, one.outcome) for one in report.results] == [("decide", None)]
    told = len(world.told)
    assert (world.push(), len(world.told) - told) == (4, 1)
    assert "gone from Le New Black after export" in world.told[-1]


def test_an_order_that_goes_before_its_lost_reply_is_found_is_told(world: World) -> None:
    goes(world, with_fault=Fault.LOST_REPLY)
    assert world.push() == 1
    world.wait(minutes=20)
    assert world.push() == 4
    assert "gone from Le New Black after export" in world.told[-1]


def test_what_a_person_has_acknowledged_is_asked_for_no_more(world: World) -> None:
    goes(world)
    world.push()
    assert resolve(world, "acknowledge") == 0
    asked = world.sent("GET /orders/{reference}")
    assert (world.push(), len(world.told)) == (0, 1)
    assert world.sent("GET /orders/{reference}") == asked
    world.wait(hours=2)
    assert (world.push(), len(world.told)) == (0, 1)


def test_an_order_that_is_there_again_is_finished_and_nothing_stands(world: World) -> None:
    kept = goes(world)
    world.push()
    world.box.lnb.orders[REFERENCE] = kept
    assert (world.push(), state(world)) == (0, "done")
    assert kept["status"] == "closed"
    assert world.entries()[REFERENCE].notice is None


def test_an_order_that_is_there_again_and_changed_is_told_as_changed(world: World) -> None:
    kept = goes(world)
    world.push()
    world.box.lnb.orders[REFERENCE] = kept
    change(world, comment="Call first.")
    assert world.push() == 4
    assert "changed in Le New Black after export" in world.told[-1]
    assert (world.push(), state(world)) == (0, "done")


def test_one_that_was_canceled_and_then_went_is_told_once(world: World) -> None:
    world.box.faults.add("POST /orders/status", Fault.STATUS(500), times=2)
    world.push()
    change(world, status="canceled")
    assert world.push() == 4
    del world.box.lnb.orders[REFERENCE]
    assert (world.push(), world.push()) == (0, 0)
    assert sum("after export" in words for words in world.told) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_that_is_no_404_concludes_nothing(times: int, world: World) -> None:
    world.box.faults.add("GET /orders/{reference}", Fault.STATUS(500), times=times)
    assert world.push() == 1
    assert not any("gone" in words for words in world.told)
    while world.push():
        pass
    assert state(world) == "done"
