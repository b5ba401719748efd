"""Available to sell: how many pieces of a code Le New Black may offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lnb24so.lnb.types import Order
from lnb24so.soap.order import InvoiceRow
from lnb24so.stock.available import StockReading, index_eans_by_sku
from lnb24so.stock.plan import plan_stock
from lnb24so.stock.vanished import stands_in

from .build import (
    DRESS,
    EAN,
    NOW,
    OTHER_EAN,
    SCARF,
    line,
    open_order,
    order,
    product,
    reading,
    stock_settings,
)

D = Decimal


def level(found: StockReading, code: str = EAN, **changes: Any) -> int | None:
    """Return the level that a run would set, None where it leaves the code alone."""
    plan = plan_stock(found, stock_settings(**changes), send_all=True)
    return next((item.after for item in plan.items if item.code == code), None)


@pytest.mark.parametrize(
    ("stock", "ordered", "delivered", "buffer", "expected"),
    [
        ("10", 0, 0, 0, 10),
        ("10", 3, 0, 0, 7),
        ("10", 3, 1, 0, 8),
        ("10", 3, 3, 0, 10),
        ("10", 3, 5, 0, 10),
        ("10", 3, 0, 2, 5),
        ("10", 8, 0, 4, 0),
        ("10.9", 0, 0, 0, 10),
        ("10.5", 1, 0, 0, 9),
        ("-2", 0, 0, 0, 0),
        ("-0.5", 0, 0, 0, 0),
        ("0", 5, 0, 9, 0),
    ],
)
def test_stock_less_what_is_left_to_deliver_less_buffer_in_whole_pieces_never_below_zero(
    stock: str, ordered: int, delivered: int, buffer: int, expected: int
) -> None:
    found = reading(
        [DRESS._replace(stock=D(stock))],
        {EAN: 99},
        open_orders=[open_order({1001: ordered}, delivered=delivered)],
    )
    assert level(found, buffer=buffer) == expected


def test_only_product_rows_of_open_orders_hold_stock_back() -> None:
    taken = open_order({1001: 4})
    text = replace(taken.rows[0], kind="Text")
    nameless = replace(taken.rows[0], product_id=None)
    found = reading([DRESS], {EAN: 0}, open_orders=[replace(taken, rows=(text, nameless))])
    assert level(found) == 10


def test_on_hand_counts_no_open_order() -> None:
    found = reading([DRESS], {EAN: 0}, open_orders=[open_order({1001: 4})])
    assert level(found, quantity="on_hand") == 10
    assert level(found) == 6


@pytest.mark.parametrize(
    ("days", "in_days", "expected"),
    [
        (None, 400, 6),
        (30, 30, 6),
        (30, 31, 10),
        (0, 1, 10),
        (0, -5, 6),
        (30, None, 6),
    ],
)
def test_an_order_to_be_delivered_much_later_may_be_left_out(
    days: int | None, in_days: int | None, expected: int
) -> None:
    delivery = None if in_days is None else NOW + timedelta(days=in_days)
    found = reading([DRESS], {EAN: 0}, open_orders=[open_order({1001: 4}, delivery=delivery)])
    assert level(found, open_order_delivery_within_days=days) == expected


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        ("2026-12-23T00:00:00+00:00", 6),
        ("2026-12-22T23:00:00+00:00", 6),
        ("2026-12-23T22:59:59+00:00", 6),
        ("2026-12-23T23:00:00+00:00", 10),
        ("2026-12-24T00:00:00+00:00", 10),
        ("9999-12-31T23:59:59+00:00", 10),
    ],
)
def test_how_far_a_delivery_is_counts_in_days_of_the_time_zone(
    delivery: str, expected: int
) -> None:
    day = datetime.fromisoformat(delivery)
    one = open_order({1001: 4}, delivery=day)
    found = reading([DRESS], {EAN: 0}, open_orders=[one], zone=ZoneInfo("Europe/Oslo"))
    assert level(found, open_order_delivery_within_days=30) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (order(), 8),
        (order(line(), line()), 6),
        (order(line(quantity=0), line(quantity="-5"), line(quantity=None)), 10),
        (order(line(quantity="1.5")), 8),
        (order(line(ean13="")), 10),
        (order(retailer_reference="", currency=""), 8),
        (order(inventory_tracking=True), 8),
        (order(inventory_tracking=False), 10),
        (order(reference="IN-ERP"), 10),
    ],
)
def test_a_waiting_order_holds_its_pieces_back_until_24sevenoffice_has_it(
    wanted: Order, expected: int
) -> None:
    found = reading([DRESS], {EAN: 0}, waiting_orders=[wanted], in_erp=frozenset({"IN-ERP"}))
    assert level(found) == expected


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"status": "confirmed"}, True),
        ({"status": "Invoicing"}, True),
        ({"status": "closed"}, False),
        ({"status": "Open for brand"}, False),
        ({"status": "confirmed", "cancellation_time": NOW}, False),
    ],
)
def test_an_order_waits_in_the_named_statuses_only(changes: dict[str, Any], waits: bool) -> None:
    assert stands_in(order(**changes), ["confirmed", "invoicing"]) is waits


@pytest.mark.parametrize(
    ("ean13", "sku", "dress", "scarf"),
    [
        (EAN, "", 8, 20),
        ("", "ALMA-38", 8, 20),
        ("", "SAGA", 10, 18),
        (EAN, "SAGA", 8, 20),
        ("7049999999999", "SAGA", 10, 18),
        ("", "NO-SUCH", 10, 20),
    ],
)
def test_a_waiting_line_without_ean_holds_stock_back_where_orders_go_by_sku_too(
    ean13: str, sku: str, dress: int, scarf: int
) -> None:
    found = reading(
        [DRESS, SCARF],
        {EAN: 0, OTHER_EAN: 0},
        waiting_orders=[order(line(ean13=ean13, sku=sku))],
        eans_by_sku=index_eans_by_sku([DRESS, SCARF]),
    )
    assert (level(found), level(found, OTHER_EAN)) == (dress, scarf)


EXPIRED = DRESS._replace(id=1003, active=False, stock=D(3))


@pytest.mark.parametrize("products", [[DRESS, EXPIRED], [EXPIRED, DRESS]])
def test_a_code_on_an_active_and_an_expired_product_is_the_active_ones(products: list[Any]) -> None:
    found = reading(products, {EAN: 0}, open_orders=[open_order({1001: 1, 1003: 3})])
    assert level(found) == 9


def items(found: StockReading, **changes: Any) -> dict[str, tuple[str, int | None, str | None]]:
    plan = plan_stock(found, stock_settings(**changes))
    return {item.code: (item.action, item.after, item.reason) for item in plan.items}


TWIN = DRESS._replace(id=1004, stock=D(3))
STAYS, FALLS = ("skip", None, "code.conflict"), ("set", 13, "code.conflict")


@pytest.mark.parametrize(
    ("twin", "before", "expected"),
    [
        (TWIN, 5, STAYS),
        (TWIN, 13, STAYS),
        (TWIN, 40, FALLS),
        (TWIN, None, STAYS),
        (TWIN._replace(stock=D(-20)), 40, ("set", 0, "code.conflict")),
        (TWIN._replace(stock=None), 40, STAYS),
        (TWIN._replace(stock_controlled=False), 40, STAYS),
    ],
)
def test_a_code_on_two_active_products_may_fall_to_their_sum_and_never_rises(
    twin: Any, before: int | None, expected: object
) -> None:
    assert items(reading([DRESS, twin], {EAN: before})) == {EAN: expected}


def test_orders_of_both_products_hold_a_code_in_conflict_back() -> None:
    found = reading([DRESS, TWIN], {EAN: 40}, open_orders=[open_order({1001: 4, 1004: 2})])
    assert items(found, buffer=0) == {EAN: ("set", 7, "code.conflict")}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("zero", {EAN: ("set", 0, "product.expired")}), ("keep", {})],
)
def test_an_expired_product_is_sold_out_or_kept(setting: str, expected: object) -> None:
    assert items(reading([EXPIRED], {EAN: 5}), expired_products=setting) == expected


@pytest.mark.parametrize(
    ("setting", "codes_set", "before", "expected"),
    [
        ("zero", {EAN}, 5, {EAN: ("set", 0, "product.deleted")}),
        ("zero", {EAN}, 0, {}),
        ("zero", {EAN}, None, {}),
        ("zero", set(), 5, {EAN: ("skip", None, "code.without_product")}),
        ("keep", set(), 5, {EAN: ("skip", None, "code.without_product")}),
        ("keep", {EAN}, 5, {}),
    ],
)
def test_a_deleted_product_is_sold_out_only_where_we_have_set_its_code(
    setting: str, codes_set: set[str], before: int | None, expected: object
) -> None:
    inventory = {EAN: before, OTHER_EAN: 20}
    found = reading([SCARF], inventory, codes_set=dict.fromkeys(codes_set, (1001, True)))
    assert items(found, deleted_products=setting) == expected


@pytest.mark.parametrize(
    ("known", "absent", "unread", "expected"),
    [
        (None, False, False, ("skip", None, "code.without_product")),
        (None, True, False, ("set", 0, "code.without_product")),
        ((None, False), True, False, ("set", 0, "code.without_product")),
        (None, True, True, ("skip", None, "code.without_product")),
        ((1001, True), False, False, ("set", 0, "product.deleted")),
    ],
)
def test_a_code_that_no_product_has_becomes_zero_when_24sevenoffice_says_so(
    known: Any, absent: bool, unread: bool, expected: object
) -> None:
    found = reading([SCARF], {EAN: 5, OTHER_EAN: 20}, codes_set={EAN: known} if known else {})
    found = replace(found, absent_codes={EAN} if absent else set(), products_unread=unread)
    assert items(found, codes_without_product="zero") == {EAN: expected}


def test_a_product_that_changed_its_ean_leaves_the_old_one_sold_out() -> None:
    moved = DRESS._replace(ean13=OTHER_EAN)
    found = reading([moved], {EAN: 5, OTHER_EAN: 0}, codes_set={EAN: (1001, False)})
    assert items(found) == {
        EAN: ("set", 0, "product.deleted"),
        OTHER_EAN: ("set", 10, None),
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stock_controlled": False}, "product.not_stock_controlled"),
        ({"stock": None}, "product.no_stock_figure"),
    ],
)
def test_a_product_without_stock_to_count_is_left_alone(
    changes: dict[str, Any], reason: str
) -> None:
    found = reading([DRESS._replace(**changes)], {EAN: 5})
    assert items(found) == {EAN: ("skip", None, reason)}


@pytest.mark.parametrize(
    ("inventory", "known", "expected"),
    [
        ({}, {}, ("skip", None, "code.unknown")),
        ({}, {EAN: False}, ("skip", None, "code.unknown")),
        ({}, {EAN: True}, ("set", 10, None)),
        ({EAN: None}, {}, ("set", 10, None)),
    ],
)
def test_a_code_is_sent_only_where_le_new_black_knows_it(
    inventory: Mapping[str, int | None], known: Mapping[str, bool], expected: object
) -> None:
    assert items(reading([DRESS], inventory, known=known)) == {EAN: expected}


def test_a_product_without_a_code_is_counted_and_an_expired_one_is_not() -> None:
    found = reading([product(1), product(2), product(3, active=False)], {})
    assert plan_stock(found, stock_settings()).without_code == 2


@pytest.mark.parametrize(
    ("mode", "send_all", "sent"),
    [
        ("simple", False, []),
        ("advanced", False, []),
        ("advanced", True, [10]),
        ("time_based", False, [10]),
    ],
)
def test_an_unchanged_level_is_sent_only_with_all_and_in_time_based_mode(
    mode: str, send_all: bool, sent: list[int]
) -> None:
    plan = plan_stock(reading([DRESS], {EAN: 10}), stock_settings(mode), send_all=send_all)
    assert [item.after for item in plan.items] == sent
    assert plan.unchanged == 1 - len(sent)


def test_a_reason_is_news_once() -> None:
    found = reading([DRESS, DRESS._replace(id=1004)], {EAN: 5})
    told = replace(found, reported={EAN: "code.conflict"})
    other = replace(found, reported={EAN: "code.unknown"})
    assert [plan_stock(one, stock_settings()).items[0].news for one in (found, told, other)] == [
        True,
        False,
        True,
    ]


def test_fractions_that_are_left_to_deliver_hold_stock_back_too() -> None:
    row = InvoiceRow(1001, "", D("2.5"), D(0), D(0), delivered=D("0.5"))
    found = reading([DRESS], {EAN: 0}, open_orders=[replace(open_order({}), rows=(row,))])
    assert level(found) == 8
