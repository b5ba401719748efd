"""What stock once got wrong, told as stories: in each mode a buyer sees what can be sold.

What Le New Black shows is its own rule, written down in the sandbox. Each story returns the pieces
of the first code that a buyer should see at its end; each code has ten in 24SevenOffice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from faults import Fault
from hand_clock import HandClock
from installation import Installation
from small_brand import CODES, lnb_order, typed_order

from lnb24so.sandbox import Exchange, Reply

from .shops import lacking, ten_of_each

pytestmark = pytest.mark.slow

FIRST, OTHER = CODES[:2]
LEVELS = "POST /multi/inventory/ean"


class Shop:
    """An installation in one mode, with ten pieces of each code."""

    def __init__(self, office: Installation, hand: HandClock, mode: Any) -> None:
        self.office, self.box, self.hand, self.mode = office, office.box, hand, mode
        office.change("lnb_mode: simple", f"lnb_mode: {mode}")
        office.set("orders", blocked_status="blocked")

    def run(self, *flags: str, code: int = 0) -> str:
        """Run once; return what it told."""
        answer = self.office.run("pull-stock", *flags)
        assert answer.code == code, answer.err
        self.hand.move(900)
        return answer.err

    def waits(self, *references: str, pieces: int = 1, **changes: Any) -> None:
        made = self.hand.now() - timedelta(minutes=15)
        for reference in references:
            order = lnb_order(reference, made, pieces=pieces)
            self.box.lnb.orders[reference] = order | {"delivery_end_on": None} | changes

    def opens(self, *references: str, **changes: Any) -> list[int]:
        return [self.box.erp.type_in(typed_order(one) | changes) for one in references]

    @property
    def shown(self) -> int:
        return self.box.lnb.shown(self.mode)[FIRST.sku]


def a_confirmed_order_is_older_than_the_stamp(shop: Shop) -> int:
    shop.waits("70001", pieces=10, status="confirmed")
    shop.run()
    return 0


def the_tool_has_blocked_an_order(shop: Shop) -> int:
    shop.waits("70001", pieces=4, status="invoicing", retailer_reference=None)
    assert shop.office.run("push-orders").code == 3
    assert shop.box.lnb.orders["70001"]["status"] == "blocked"
    shop.run()
    return 6


def a_product_was_deleted_and_the_ledger_lost(shop: Shop) -> int:
    shop.run()
    shop.office.ledger_file.unlink()
    del shop.box.erp.products[FIRST.product_id]
    assert FIRST.ean13 in shop.run("--all")
    assert FIRST.ean13 not in shop.run("--all")
    assert FIRST.ean13 in shop.office.run("status").out
    return 10


def such_a_product_is_set_to_zero_where_that_is_chosen(shop: Shop) -> int:
    shop.office.set("stock", codes_without_product="zero")
    a_product_was_deleted_and_the_ledger_lost(shop)
    return 0


def a_list_lacks_a_third_of_the_products_once(shop: Shop) -> int:
    shop.run()
    lost = [code.product_id for code in CODES[:2]]
    shop.box.faults.add("GetProducts", lacking(shop.office, *lost, books="products"))
    shop.run()
    return 10


def a_list_lacks_two_fifths_of_the_open_orders_once(shop: Shop) -> int:
    ids = shop.opens(*"12345")
    shop.run()
    shop.box.faults.add("GetInvoices", lacking(shop.office, *ids[:2]))
    shop.run()
    return 5


def the_lists_of_waiting_orders_come_back_empty_once(shop: Shop) -> int:
    shop.waits("70001", "70002", status="blocked")
    shop.run()
    kept = shop.box.lnb.orders.copy()
    lists = {"simple": 3, "advanced": 1, "time_based": 5}[shop.mode]

    def behave(exchange: Exchange) -> Reply:
        shop.box.lnb.orders.clear()
        try:
            return exchange.apply()
        finally:
            shop.box.lnb.orders.update(kept)

    shop.box.faults.add("GET /orders", behave, times=lists)
    shop.run()
    return 8


def an_order_leaves_a_status_between_two_pages(shop: Shop) -> int:
    shop.box.lnb.page_size = 1
    shop.waits("70001", "70002", "70003", status="blocked")

    def leave(exchange: Exchange) -> Reply:
        query = exchange.call.query
        if query.get("status") == "blocked" and query.get("page") == "2":
            shop.box.lnb.set_status("70001", "canceled")
        return exchange.apply()

    shop.box.faults.add("GET /orders", leave, times=20)
    shop.run()
    return 8


def most_open_orders_are_invoiced_in_one_go(shop: Shop) -> int:
    ids = shop.opens(*map(str, range(8)))
    shop.run()
    for number in ids[1:]:
        shop.box.erp.orders[number]["OrderStatus"] = "Invoiced"
    shop.run()
    return 9


def the_last_open_order_is_invoiced(shop: Shop) -> int:
    (number,) = shop.opens("1")
    shop.run()
    shop.box.erp.orders[number]["OrderStatus"] = "Invoiced"
    shop.run()
    return 10


def a_season_expires(shop: Shop) -> int:
    shop.run()
    for code in CODES[:3]:
        shop.box.erp.change_product(code.product_id, StatusId=0)
    shop.run()
    return 0


def two_active_products_have_one_code(shop: Shop) -> int:
    shop.run()
    for number in (FIRST.product_id, OTHER.product_id):
        shop.box.erp.change_product(number, EAN1=FIRST.ean13, Stock=Decimal(0))
    assert "two active products" in shop.run()
    assert shop.run() == ""
    assert "two active products" in shop.office.run("status").out
    return 0


def the_product_list_is_empty_and_a_drop_accepted(shop: Shop) -> int:
    shop.run()
    shop.box.erp.products.clear()
    shop.run("--accept-drop", code=4)
    shop.run("--accept-drop", "--all", code=4)
    return 10


def nothing_changes_and_nothing_is_logged(shop: Shop) -> int:
    shop.run()
    logged = len(shop.office.log_lines("stock.batch_sent"))
    shop.run()
    later = shop.office.log_lines("stock.batch_sent")[logged:]
    assert all(line["levels"] == {} for line in later)
    return 10


def an_open_order_is_shown_twice(shop: Shop) -> int:
    shop.opens("1")

    def twice(exchange: Exchange) -> Reply:
        orders = shop.box.erp.orders
        (one,) = orders.values()
        orders[0] = one
        try:
            return exchange.apply()
        finally:
            del orders[0]

    shop.box.faults.add("GetInvoices", twice)
    shop.run()
    return 9


def an_order_was_typed_in_with_our_reference(shop: Shop) -> int:
    shop.waits("70001", status="blocked")
    shop.opens("70001")
    shop.run()
    return 9


def an_order_is_in_doubt_and_there(shop: Shop) -> int:
    shop.waits("70001", pieces=4, status="invoicing")
    shop.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    assert shop.office.run("push-orders").code == 1
    assert len(shop.box.erp.orders) == 1
    shop.box.lnb.set_status("70001", "blocked")
    shop.run()
    return 6


def far_deliveries_are_left_out_waiting_or_open(shop: Shop) -> int:
    shop.office.set("stock", open_order_delivery_within_days=30)
    far = shop.hand.now() + timedelta(days=60)
    shop.waits("70001", pieces=4, status="blocked", delivery_start_on=far.date().isoformat())
    shop.run()
    assert shop.shown == 10
    shop.opens("70001", DeliveryDate=far)
    shop.run()
    return 10


def an_order_is_older_than_since(shop: Shop) -> int:
    shop.office.set("orders", since=shop.hand.now().date().isoformat())
    made = (shop.hand.now() - timedelta(days=400)).isoformat()
    shop.waits("70001", pieces=4, status="blocked", create_time=made)
    shop.run()
    return 10


def an_order_is_confirmed_while_levels_go_out(shop: Shop) -> int:
    shop.waits("70001", pieces=3, status="open_for_brand", confirmation_time=None)
    shop.run()
    shop.box.erp.change_product(FIRST.product_id, Stock=Decimal(12))

    def confirm(exchange: Exchange) -> Reply:
        shop.box.lnb.confirm("70001", shop.mode)
        return exchange.apply()

    shop.box.faults.add(LEVELS, confirm)
    shop.run()
    return 9


def an_order_is_blocked_while_levels_go_out(shop: Shop) -> int:
    shop.waits("70001", pieces=3, status="confirmed")
    shop.run()
    shop.box.erp.change_product(FIRST.product_id, Stock=Decimal(12))

    def block(exchange: Exchange) -> Reply:
        shop.box.lnb.set_status("70001", "blocked")
        return exchange.apply()

    shop.box.faults.add(LEVELS, block)
    shop.run()
    return 9


STORIES: list[Callable[[Shop], int]] = [
    a_confirmed_order_is_older_than_the_stamp,
    the_tool_has_blocked_an_order,
    a_product_was_deleted_and_the_ledger_lost,
    such_a_product_is_set_to_zero_where_that_is_chosen,
    a_list_lacks_a_third_of_the_products_once,
    a_list_lacks_two_fifths_of_the_open_orders_once,
    the_lists_of_waiting_orders_come_back_empty_once,
    an_order_leaves_a_status_between_two_pages,
    most_open_orders_are_invoiced_in_one_go,
    the_last_open_order_is_invoiced,
    a_season_expires,
    two_active_products_have_one_code,
    the_product_list_is_empty_and_a_drop_accepted,
    nothing_changes_and_nothing_is_logged,
    an_open_order_is_shown_twice,
    an_order_was_typed_in_with_our_reference,
    an_order_is_in_doubt_and_there,
    far_deliveries_are_left_out_waiting_or_open,
    an_order_is_older_than_since,
    an_order_is_confirmed_while_levels_go_out,
    an_order_is_blocked_while_levels_go_out,
]


@pytest.fixture(params=["simple", "advanced", "time_based"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    with ten_of_each(tmp_path, monkeypatch) as (office, hand):
        yield Shop(office, hand, request.param)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_buyer_sees_what_can_be_sold(shop: Shop, story: Callable[[Shop], int]) -> None:
    assert story(shop) == shop.shown
