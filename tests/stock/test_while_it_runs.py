"""What happens between the reads and the last batch, and what a stamp of every level costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from faults import Fault
from hand_clock import MORNING, HandClock
from installation import Installation
from seen import batches
from small_brand import CODES, lnb_order

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.portal import moment

from .shops import ten_of_each

pytestmark = pytest.mark.slow

LEVELS = "POST /multi/inventory/ean"
FIRST, OTHER = CODES[:2]
Place = tuple[Installation, HandClock]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return an installation with ten pieces of each code, whose next run has one to send."""
    with ten_of_each(tmp_path, monkeypatch) as (office, hand):
        order = lnb_order("70001", hand.now() - timedelta(hours=1), pieces=3)
        office.box.lnb.orders["70001"] = order | {
            "status": "open_for_brand",
            "confirmation_time": None,
        }
        assert office.run("pull-stock").code == 0
        hand.move(900)
        office.box.erp.change_product(FIRST.product_id, Stock=Decimal(12))
        yield office, hand


def while_sending(office: Installation, act: Callable[[], object]) -> None:
    def behave(exchange: Exchange) -> Reply:
        act()
        return exchange.apply()

    office.box.faults.add(LEVELS, behave)


def levels(office: Installation) -> list[int]:
    return [office.box.lnb.inventory[code.sku]["in_stock"] for code in (FIRST, OTHER)]


def test_an_order_confirmed_before_the_levels_go_out_is_not_sold_again(place: Place) -> None:
    office, _ = place
    while_sending(office, lambda: office.box.lnb.confirm("70001", "simple"))
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert levels(office) == [9, 10]
    assert office.box.lnb.shown("simple")[FIRST.sku] == 9
    sent = [
        [(one["ean13"], one["in_stock"]) for one in batch] for batch in batches(office.box, seen)
    ]
    assert sent == [[(FIRST.ean13, 12)], [(FIRST.ean13, 9)]]
    assert office.asked(since=seen).count("GET /orders") == 3
    (_, first, again) = office.log_lines("stock.batch_sent")
    assert (first["levels"], again["levels"]) == (
        {FIRST.ean13: [10, 12]},
        {FIRST.ean13: [12, 9]},
    )
    assert office.run("pull-stock").code == 0
    assert levels(office) == [9, 10]


def test_an_order_of_a_code_that_was_not_sent_is_left_to_le_new_black(place: Place) -> None:
    office, _ = place
    office.box.lnb.orders["70001"]["items"][0] |= {"ean13": OTHER.ean13, "sku": OTHER.sku}
    while_sending(office, lambda: office.box.lnb.confirm("70001", "simple"))
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert levels(office) == [12, 7]
    assert len(batches(office.box, seen)) == 1


def test_an_order_that_is_canceled_meanwhile_gives_its_pieces_back(place: Place) -> None:
    office, _ = place
    office.box.lnb.confirm("70001", "simple")
    while_sending(office, lambda: office.box.lnb.set_status("70001", "canceled"))
    assert office.run("pull-stock").code == 0
    assert levels(office) == [12, 10]


def test_levels_that_went_out_count_where_the_last_question_fails(place: Place) -> None:
    office, _ = place
    office.box.faults.add("GET /orders", Fault.STATUS(500), skip=2, times=9)
    assert office.run("pull-stock").code == 1
    assert office.log_lines("run.finished")[-1]["summary"]["set"] == 1


def test_in_advanced_mode_nothing_is_asked_after_the_last_batch(place: Place) -> None:
    office, _ = place
    office.change("lnb_mode: simple", "lnb_mode: advanced")
    assert office.run("pull-stock").code == 0
    assert office.asked()[-1] == LEVELS


def change(office: Installation, reference: str = "70001", **changes: Any) -> None:
    """Change an order as a person does in Le New Black."""
    order = office.box.lnb.orders[reference]
    pieces = changes.pop("pieces", None)
    if pieces is not None:
        order["items"][0]["quantity"] = pieces
    office.box.lnb.orders[reference] = order | changes
    office.box.lnb.set_status(reference, str(changes.get("status", order["status"])))


OLDER = {"create_time": moment(MORNING - timedelta(days=3))}


@pytest.mark.parametrize(
    ("mode", "before", "after", "shown"),
    [
        ("time_based", {}, {"pieces": 5}, 7),
        ("time_based", {}, {"pieces": 1}, 11),
        ("time_based", {}, {"pieces": 1, "status": "confirmed"}, 11),
        ("time_based", {"status": "draft"}, {"status": "open_for_buyer"}, 9),
        ("time_based", {}, {"status": "canceled"}, 12),
        ("time_based", {"create_time": moment(MORNING + timedelta(days=3))}, OLDER, 9),
        ("time_based", {"inventory_tracking": False}, {"inventory_tracking": True}, 9),
        ("advanced", {"status": "confirmed"}, {"status": "blocked"}, 9),
        ("advanced", {"status": "blocked"}, {"pieces": 5}, 7),
        ("advanced", {"status": "blocked"}, {"status": "invoicing"}, 9),
        ("simple", {"status": "confirmed"}, {"pieces": 5}, 7),
        ("simple", {"status": "confirmed"}, {"status": "blocked"}, 9),
    ],
)
def test_an_order_that_changes_while_levels_go_out_is_held_as_it_is(
    place: Place, mode: Any, before: dict[str, Any], after: dict[str, Any], shown: int
) -> None:
    office, hand = place
    office.change("lnb_mode: simple", f"lnb_mode: {mode}")
    office.set("orders", blocked_status="blocked")
    change(office, **before)
    hand.move(900)

    def act() -> None:
        hand.move(2)
        change(office, **after)

    while_sending(office, act)
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert office.box.lnb.shown(mode)[FIRST.sku] == shown
    assert office.asked(since=seen).count("GET /orders") <= 6
    stamps = {one["in_stock_update_time"] for batch in batches(office.box, seen) for one in batch}
    assert len(stamps) == 1
    assert office.run("pull-stock").code == 0
    assert office.box.lnb.shown(mode)[FIRST.sku] == shown


@pytest.mark.parametrize("mode", ["advanced", "time_based"])
def test_a_code_that_was_not_sent_is_lowered_too_where_nobody_else_holds_it(
    place: Place, mode: Any
) -> None:
    office, hand = place
    office.change("lnb_mode: simple", f"lnb_mode: {mode}")
    office.set("orders", blocked_status="blocked")
    office.box.lnb.orders["70001"]["items"][0] |= {"ean13": OTHER.ean13, "sku": OTHER.sku}
    change(office, status="confirmed")
    assert office.run("pull-stock").code == 0
    hand.move(900)
    office.box.erp.change_product(FIRST.product_id, Stock=Decimal(13))
    while_sending(office, lambda: change(office, status="blocked", pieces=4))
    assert (
        office.run("pull-stock", "--json").document["summary"]
        == {
            "advanced": {"set": 2, "unchanged": 4, "skip": 0},
            "time_based": {"set": 6, "unchanged": 0, "skip": 0},
        }[mode]
    )
    assert office.box.lnb.shown(mode)[OTHER.sku] == 6


@pytest.mark.parametrize("mode", ["advanced", "time_based"])
def test_an_order_that_is_made_while_levels_go_out_is_held_once(place: Place, mode: Any) -> None:
    office, hand = place
    office.change("lnb_mode: simple", f"lnb_mode: {mode}")
    office.set("orders", blocked_status="blocked")

    def make() -> None:
        hand.move(30)
        office.box.lnb.orders["70002"] = lnb_order("70002", hand.now(), pieces=2)
        change(office, "70002", status="confirmed")

    while_sending(office, make)
    assert office.run("pull-stock").code == 0
    assert office.box.lnb.shown(mode)[FIRST.sku] == 7


def test_an_exported_order_that_changes_meanwhile_is_not_held_twice(place: Place) -> None:
    office, hand = place
    office.change("lnb_mode: simple", "lnb_mode: time_based")
    change(office, status="invoicing", confirmation_time=moment(hand.now()))
    assert office.run("push-orders").code == 0
    (order,) = office.box.erp.orders.values()
    order["OrderStatus"] = "Invoiced"
    office.box.erp.change_product(FIRST.product_id, Stock=Decimal(9))
    while_sending(office, lambda: change(office, status="confirmed"))
    assert office.run("pull-stock").code == 0
    assert office.box.lnb.shown("time_based")[FIRST.sku] == 9


def test_a_run_that_sends_nothing_asks_nothing_more(place: Place) -> None:
    office, _ = place
    assert office.run("pull-stock").code == 0
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert len(office.asked(since=seen)) == 8


def test_time_based_mode_stamps_every_level_and_logs_only_what_changed(place: Place) -> None:
    office, hand = place
    office.change("lnb_mode: simple", "lnb_mode: time_based")
    assert office.run("pull-stock").code == 0
    hand.move(900)
    office.box.erp.change_product(OTHER.product_id, Stock=Decimal(11))
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert [len(batch) for batch in batches(office.box, seen)] == [len(CODES)]
    line = office.log_lines("stock.batch_sent")[-1]
    assert (line["count"], line["levels"]) == (len(CODES), {OTHER.ean13: [10, 11]})
