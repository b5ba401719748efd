"""What people do while a run is creating: typed in, canceled, changed, moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import Fault
from small_brand import typed_order

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.portal import moment

from .helpers import World, reference_of, small_world
from .stories import REFERENCE, change, state

pytestmark = pytest.mark.slow

LAST = "70004"


def slow_creates(world: World, seconds: float, meanwhile: Callable[[], object]) -> None:
    """Let each create take so long, and something happen during the first."""
    happened: list[str] = []

    def create(exchange: Exchange) -> Reply:
        if not happened:
            happened.append(reference_of(exchange))
            meanwhile()
        world.wait(seconds=seconds)
        return exchange.apply()

    world.box.faults.add("SaveInvoices", create, times=99)


def touch(world: World, **changes: object) -> None:
    world.box.lnb.orders[LAST] |= {"update_time": moment(world.time.now()), **changes}


def test_an_order_that_is_typed_in_during_a_long_run_is_not_created(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=4) as world:
        slow_creates(world, 61, lambda: world.box.erp.type_in(typed_order(LAST, code=3)))
        assert world.push() == 0
        assert (world.sent(), LAST in world.entries()) == (3, False)
        assert world.push() == 0
        assert (world.sent(), world.entries()[LAST].state) == (3, "done")


@pytest.mark.parametrize(
    "changes",
    [{"status": "canceled"}, {"comment": "Call first."}, {"status": "confirmed"}],
    ids=["canceled", "edited", "moved"],
)
def test_an_order_that_le_new_black_changes_during_a_long_run_waits_for_the_next(
    changes: dict[str, object], tmp_path: Path
) -> None:
    with small_world(tmp_path, orders=4) as world:
        slow_creates(world, 61, lambda: touch(world, **changes))
        assert world.push() == 0
        assert (world.sent(), world.in_erp(LAST)) == (3, [])


def test_a_short_run_looks_up_once(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=4) as world:
        slow_creates(world, 10, lambda: None)
        assert world.push() == 0
        # The candidates' look-up and the read-back.
        assert (world.sent(), world.sent("GetInvoices")) == (4, 2)


def test_a_long_run_asks_each_system_once_a_minute(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=12) as world:
        slow_creates(world, 31, lambda: None)
        lists = world.sent("GET /orders")
        assert world.push() == 0
        assert world.sent("GetInvoices") - 2 == 5
        assert world.sent("GET /orders") - lists - 5 == 1


@pytest.mark.parametrize("seconds", [0, 11])
def test_fifty_creates_cost_one_reading_more_for_each_order_and_two_requests_a_minute(
    seconds: int, tmp_path: Path
) -> None:
    with small_world(tmp_path, orders=50) as world:
        slow_creates(world, seconds, lambda: None)
        assert world.push() == 0
        of_each = ("SaveInvoices", "GET /orders/{reference}", "POST /orders/status")
        asked = Counter(seen.operation for seen in world.box.requests)
        assert [asked.pop(operation) for operation in of_each] == [50, 50, 50]
        minutes = 50 * seconds // 60
        # Two logins and who we are, one list, products, customers, currency, look-up, read-back.
        assert sum(asked.values()) <= 12 + 2 * minutes, asked


def test_where_the_look_up_cannot_be_made_again_nothing_more_is_sent(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=4) as world:
        slow_creates(world, 61, lambda: None)
        world.box.faults.add("GetInvoices", Fault.FAULT_BEFORE, skip=1)
        assert world.push() == 1
        assert world.sent() == 1
        assert "No more orders sent in this run" in " ".join(world.told)
        assert (world.push(), world.sent()) == (0, 4)


def test_an_order_canceled_while_it_is_created_is_told_and_not_closed(world: World) -> None:
    def cancel() -> None:
        # Without an update_time no list of changes shows it.
        world.box.lnb.orders[REFERENCE] |= {"status": "canceled", "update_time": None}

    slow_creates(world, 1, cancel)
    assert world.push() == 4
    assert world.box.lnb.orders[REFERENCE]["status"] == "canceled"
    (order_id,) = world.in_erp(REFERENCE)
    assert f"Cancel order {order_id} in 24SevenOffice" in world.told[-1]
    assert world.push() == 0


def test_an_order_moved_while_it_is_created_is_told_and_left(world: World) -> None:
    slow_creates(world, 1, lambda: change(world, status="confirmed", update_time=None))
    assert world.push() == 0
    assert world.box.lnb.orders[REFERENCE]["status"] == "confirmed"
    assert "and so it was left" in world.told[-1]
    told = len(world.told)
    assert (world.push(), state(world), len(world.told)) == (0, "done", told)
