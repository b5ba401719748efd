"""An order that was sent, blocked or accepted before an upgrade is the same order after it."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from typing import Any

import pytest
from installation import Installation
from old_ledger import as_first_version

from lnb24so.ledger.old_hash import hash_of_version_1
from lnb24so.lnb.types import Order, content_hash, read_order

pytestmark = pytest.mark.slow

ADDRESS = {"company": "B", "zipcode": "5003", "city": "Bergen", "country": "NO"}
LINE = {"name": "Alma", "color": "Navy", "size": "38", "ean13": "7041234567890", "sku": "A-38"}
ITEMS: list[dict[str, Any]] = [
    LINE | {"quantity": 2, "unit_price": 100.50, "discount_rate": 12.50, "discount_amount": None},
    {"name": "Saga", "ean13": "", "sku": "S", "quantity": 0, "unit_price": "10"}
    | {"discount_rate": -0.0, "promotion_rate": 0},
]
FULL: dict[str, Any] = {
    "reference": "70101",
    "status": "invoicing",
    "order_mode": "preorder",
    "create_time": "2026-01-02T03:04:05+00:00",
    "delivery_start_on": "2026-12-01T00:00:00+02:00",
    "purchase_order_reference": "PO 1/å",
    "retailer_reference": "501",
    "retailer_name": "Bergen Strikk",
    "currency": "nok",
    "discount_rate": "10.0",
    "amount_shipping": 149.50,
    "amount_total": 1234.10,
    "inventory_tracking": True,
    "comment": "Ring først",
    "amount_discount": 55,
    "delivery_end_on": "2027-01-31",
    "billing_address": {"company": "B", "zipcode": "5003", "vat_number": "NO1"},
    "delivery_address": ADDRESS
    | {"contact_name": "C", "tel": "1", "address_1": "a", "address_2": "b"},
    "items": ITEMS,
}
ODD: dict[str, Any] = {"reference": "2", "amount_total": "x", "discount_rate": []}
ODD |= {"items": [{"discount_rate": "ten", "quantity": 1.5}]}


def as_read(record: dict[str, Any]) -> Order:
    """Return an order as it reads from the JSON of Le New Black."""
    return read_order(json.loads(json.dumps(record, default=float), parse_float=Decimal))


@pytest.mark.parametrize(
    ("record", "written"),
    [
        (FULL, "6a252963956b422ed81aa73c06923e3e"),
        (ODD, "90d9fc2000f1a4a6fc160bc08c3e40fb"),
        ({"reference": "3"}, "402faaf2c495ce4faefd74693a494e0c"),
    ],
)
def test_the_hash_of_the_first_version_comes_out_as_that_one_wrote_it(
    record: dict[str, Any], written: str
) -> None:
    assert hash_of_version_1(as_read(record)) == written


SAME: list[dict[str, Any]] = [
    {"retailer_name": "Another"},
    {"inventory_tracking": False},
    {"billing_address": {"company": "X", "zipcode": "1", "vat_number": "NO1"}},
    {"items": [*reversed(ITEMS)]},
    {"discount_rate": 10},
    {"amount_shipping": "149.5000"},
    {"status": "closed"},
    {"update_time": "2026-12-24T00:00:00"},
    {"amount_promotion": 0},
]
OTHER: list[dict[str, Any]] = [
    {"comment": "Ring ikke"},
    {"purchase_order_reference": "PO 2"},
    {"retailer_reference": "502"},
    {"currency": "EUR"},
    {"order_mode": "immediate"},
    {"delivery_start_on": "2026-12-02"},
    {"delivery_end_on": "2027-02-28"},
    {"auto_cancel_on": "2027-02-28"},
    {"discount_rate": 11},
    {"amount_shipping": None},
    {"amount_total": 1},
    {"amount_total": None},
    {"amount_discount": 56},
    {"billing_address": {"vat_number": "NO2"}},
    {"delivery_address": ADDRESS},
    {"items": [LINE | {"quantity": 2, "unit_price": 100.50, "discount_rate": 12.51}]},
    {"items": [LINE | {"quantity": 3, "unit_price": 100.50, "discount_rate": 12.50}]},
    {"items": [LINE | {"quantity": 2, "unit_price": 100, "discount_rate": 12.50}]},
    {"items": []},
]


@pytest.mark.parametrize("edit", SAME)
def test_what_is_never_sent_is_no_change(edit: dict[str, Any]) -> None:
    assert content_hash(as_read(FULL | edit)) == content_hash(as_read(FULL))


@pytest.mark.parametrize("edit", OTHER)
def test_what_is_sent_is_a_change(edit: dict[str, Any]) -> None:
    assert content_hash(as_read(FULL | edit)) != content_hash(as_read(FULL))


def downgrade(office: Installation) -> None:
    """Turn the ledger into one of the first version: its table and its hashes."""
    old = {
        reference: hash_of_version_1(as_read(record))
        for reference, record in office.box.lnb.orders.items()
    }
    database = sqlite3.connect(office.ledger_file)
    for reference, written in old.items():
        for column in ("content_hash", "notice_hash", "accept_total"):
            database.execute(
                f"UPDATE orders SET {column} = ? WHERE reference = ? AND {column} LIKE '2:%'",
                (written, reference),
            )
    database.commit()
    database.close()
    as_first_version(office.ledger_file)


def test_a_ledger_of_the_first_version_upgrades_without_one_false_change(
    office: Installation,
) -> None:
    office.set("orders", done_status="null")
    office.run("push-orders")
    told = office.run("push-orders", "-n", "--json").document["items"]
    (item,) = (item for item in told if item["reference"] == "70128")
    amount = item["reasons"][0]["message"].rpartition("--accept-total ")[2]
    assert office.run("resolve", "70128", "--accept-total", amount).code == 0
    downgrade(office)
    for order in office.box.lnb.orders.values():
        order["update_time"] = "2099-01-01T00:00:00+00:00"
    created = len(office.created)
    answer = office.run("push-orders")
    assert answer.code == 0
    assert answer.err.startswith("The ledger was upgraded;")
    assert answer.err.count("\n") == 1
    assert office.created[created:] == ["LNB70128"]
    assert office.log_lines("order.changed_after_export") == []
    office.box.lnb.orders["70101"]["billing_address"] = {"zipcode": "1"}
    office.box.lnb.orders["70101"]["items"].reverse()
    assert office.run("push-orders").code == 0
    renewed = len(office.log_lines("order.rehashed"))
    assert renewed > 10
    office.run("push-orders")
    assert len(office.log_lines("order.rehashed")) == renewed


def test_what_was_edited_before_the_upgrade_is_still_told(office: Installation) -> None:
    office.run("push-orders", "--order", "70101")
    downgrade(office)
    office.box.lnb.orders["70101"]["comment"] = "Please hurry"
    answer = office.run("push-orders", "--order", "70101")
    assert answer.code == 4
    assert "changed in Le New Black after export" in answer.err
