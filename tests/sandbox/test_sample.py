"""The sample brand is believable, and holds every case that the tool must handle."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from lnb24so.sandbox.brand import Brand
from lnb24so.sandbox.sample import SHIPPING_NO, brand, catalogue

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def sample() -> Brand:
    return brand(today=TODAY)


def active_eans(sample: Brand) -> Counter[str]:
    return Counter(
        each["EAN1"] for each in sample.products if each["StatusId"] == 1 and "EAN1" in each
    )


def test_the_same_seed_and_day_make_the_same_brand(sample: Brand) -> None:
    assert brand(today=TODAY) == sample
    assert brand(seed=25, today=TODAY) != sample


def test_it_is_as_large_as_a_small_fashion_house(sample: Brand) -> None:
    codes = [
        code["ean13"]
        for product in sample.lnb_products
        for variant in product["variants"]
        for code in variant["skus"]
    ]
    assert len(sample.lnb_products) >= 60
    assert len(set(codes)) >= 600
    assert len(sample.customers) >= 25
    assert len(sample.retailers) >= 25
    assert len(sample.lnb_orders) == 30


def test_every_ean_has_its_check_digit_and_some_begin_with_zeros(sample: Brand) -> None:
    eans = [str(each["EAN1"]) for each in sample.products if "EAN1" in each]
    for ean in eans:
        digits = [int(digit) for digit in ean]
        assert len(digits) == 13
        assert (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0, ean
    assert any(ean.startswith("00") for ean in eans)


def test_skus_are_product_numbers(sample: Brand) -> None:
    numbers = {each["No"] for each in sample.products}
    unknown = [row["sku"] for row in sample.inventory if row["sku"] not in numbers]
    assert 0 < len(unknown) <= 3
    assert SHIPPING_NO in numbers


def test_retailers_carry_their_24sevenoffice_number(sample: Brand) -> None:
    customers = {str(each["Id"]) for each in sample.customers}
    matched = [each for each in sample.retailers if each["reference"] in customers]
    assert len(matched) >= 25


def test_every_kind_of_odd_product_is_there(sample: Brand) -> None:
    products = sample.products
    assert any(each["StatusId"] == 0 for each in products)
    assert any("EAN1" not in each for each in products)
    assert any(each.get("StockControlled") is False for each in products)
    assert any("StockControlled" not in each for each in products)
    assert any(each.get("Stock", 0) < 0 for each in products)
    assert any(each.get("Stock", 0) % 1 for each in products)
    assert 2 in active_eans(sample).values()
    expired = {each.get("EAN1") for each in products if each["StatusId"] == 0}
    assert expired & active_eans(sample).keys()
    in_lnb = {row["ean13"] for row in sample.inventory}
    assert active_eans(sample).keys() - in_lnb, "all codes are known to Le New Black"


def test_some_levels_differ_and_some_codes_have_none(sample: Brand) -> None:
    stock = {each["No"]: each.get("Stock") for each in sample.products}
    differing = [row for row in sample.inventory if stock.get(row["sku"]) != row["in_stock"]]
    assert 0.1 < len(differing) / len(sample.inventory) < 0.4
    known = [
        code["sku"]
        for product in sample.lnb_products
        for variant in product["variants"]
        for code in variant["skus"]
    ]
    assert set(known) > {row["sku"] for row in sample.inventory}


def test_open_orders_reserve_stock_and_some_are_partly_delivered(sample: Brand) -> None:
    states = {each["OrderStatus"] for each in sample.erp_orders}
    assert states >= {"Web", "Confirmed", "Rest", "Lending", "Invoiced", "Offer", "Draft"}
    rows = [row for each in sample.erp_orders for row in each["InvoiceRows"]]
    assert any(0 < row.get("QuantityDelivered", 0) < row["Quantity"] for row in rows[::4])
    assert any(row["Type"] == "Text" for row in rows)


def test_statuses_and_currencies_of_orders_are_mixed(sample: Brand) -> None:
    statuses = Counter(each["status"] for each in sample.lnb_orders)
    assert statuses == {
        "invoicing": 25, "confirmed": 2, "closed": 1, "draft": 1, "canceled": 1,
    }  # fmt: skip
    clean = sample.lnb_orders[:12]
    assert {each["currency"] for each in clean} == {"NOK", "EUR", "SEK", "DKK"}
    assert any(each["order_mode"] == "preorder" for each in clean)
    assert any(each["amount_shipping"] for each in clean)


def test_totals_of_clean_orders_add_up(sample: Brand) -> None:
    for each in sample.lnb_orders[:17]:
        rows = sum(row_total(item, each["discount_rate"]) for item in each["items"])
        assert each["amount_total"] == rows + (each["amount_shipping"] or 0), each["reference"]


def row_total(item: dict[str, Any], header: Decimal | None) -> Decimal:
    amount = item["unit_price"] * item["quantity"]
    for rate in (item["discount_rate"], item["promotion_rate"], header):
        amount *= 1 - (rate or Decimal(0)) / 100
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_every_kind_of_blocked_order_is_there(sample: Brand) -> None:
    customers = {str(each["Id"]): each for each in sample.customers}
    by_ean = {each.get("EAN1"): each for each in sample.products}
    blocked = sample.lnb_orders[17:]
    assert blocked[0]["retailer_reference"] is None
    assert blocked[1]["retailer_reference"] not in customers
    assert customers[blocked[2]["retailer_reference"]]["BlockInvoice"]
    assert blocked[3]["items"][1]["ean13"] is None
    assert blocked[4]["items"][1]["ean13"] not in by_ean
    assert active_eans(sample)[blocked[5]["items"][1]["ean13"]] == 2
    assert by_ean[blocked[6]["items"][0]["ean13"]]["StatusId"] == 0
    assert [item["quantity"] for item in blocked[7]["items"]] == [-2, Decimal("1.5"), 2]
    assert blocked[8]["items"][1]["unit_price"] is None
    assert blocked[9]["items"] == []
    rows = sum(row_total(item, None) for item in blocked[10]["items"])
    assert blocked[10]["amount_total"] == rows + 624
    assert blocked[11]["currency"] not in {each["Symbol"] for each in sample.currencies}
    rates = {each["Symbol"]: (each["Rate"], each["Unit"]) for each in sample.currencies}
    assert rates[blocked[12]["currency"]] == (1, 1), "a rate that nobody has entered"


def test_clean_orders_name_active_products_and_known_customers(sample: Brand) -> None:
    customers = {str(each["Id"]) for each in sample.customers if not each["BlockInvoice"]}
    for each in sample.lnb_orders[:12]:
        assert each["retailer_reference"] in customers
        assert all(active_eans(sample)[item["ean13"]] == 1 for item in each["items"])


def test_everything_lies_before_the_given_day(sample: Brand) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    for each in sample.lnb_orders:
        assert datetime.fromisoformat(each["update_time"]) < midnight
        assert each["create_time"] < each["update_time"]
    assert all(each["DateChanged"] < midnight for each in sample.products)


def test_a_catalogue_has_as_many_codes_as_asked() -> None:
    large = catalogue(2000, today=TODAY)
    assert len({each["EAN1"] for each in large.products}) == 2000
    assert len({each["No"] for each in large.products}) == 2000
    assert large.lnb_orders == ()
