"""What stock costs in requests: a quiet run in each mode, and thousands that vanish at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import Installation
from small_brand import typed_order

from lnb24so.sandbox import Sandbox
from lnb24so.sandbox.sample import catalogue

from .shops import ten_of_each

pytestmark = pytest.mark.slow

MANY = 3000
READS = {
    *("POST /auth/token", "GET /inventory"),
    *("HasSession", "GetIdentity", "GetInvoices", "GetProducts"),
}


@pytest.mark.parametrize(
    ("mode", "blocked", "statuses"),
    [
        ("simple", None, 2),
        ("simple", "blocked", 3),
        ("advanced", None, 0),
        ("advanced", "blocked", 1),
        ("time_based", None, 4),
        ("time_based", "blocked", 5),
    ],
)
def test_a_quiet_run_asks_for_a_list_of_each_status_that_is_held_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, blocked: str | None, statuses: int
) -> None:
    with ten_of_each(tmp_path, monkeypatch) as (office, _):
        office.change("lnb_mode: simple", f"lnb_mode: {mode}")
        if blocked:
            office.set("orders", blocked_status=blocked)
        assert office.run("pull-stock").code == 0
        seen = len(office.box.requests)
        assert office.run("pull-stock").code == 0
        asked = Counter(office.asked(since=seen))
    # Each level is stamped anew in time-based mode, and what changed meanwhile looked at once.
    stamps = {"POST /multi/inventory/ean": 1} if mode == "time_based" else {}
    lists = {"GET /orders": statuses + (mode == "time_based")} if statuses else {}
    assert asked == Counter(dict.fromkeys(READS, 1) | lists | stamps)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return an installation with thousands of codes whose levels it has set."""
    with Sandbox(catalogue(MANY + 100)) as box:
        for row in box.lnb.inventory.values():
            row["in_stock"] = 999
        place = Installation(box, tmp_path, monkeypatch)
        assert place.run("pull-stock", "--accept-drop").code == 0
        yield place


def test_thousands_of_products_deleted_at_once_take_ten_requests_more_at_most(
    shop: Installation,
) -> None:
    products = shop.box.erp.products
    gone = list(products)[-MANY:]
    for number in gone:
        del products[number]
    seen = len(shop.box.requests)
    assert shop.run("pull-stock", "--accept-drop").code == 0
    asked = shop.asked(since=seen)
    assert asked.count("GetProducts") - 1 <= 10
    assert sum(one["in_stock"] > 0 for one in shop.box.lnb.inventory.values()) <= len(products)
    seen = len(shop.box.requests)
    assert shop.run("pull-stock").code == 0
    assert len(shop.asked(since=seen)) == 8


def test_thousands_of_orders_invoiced_at_once_take_ten_requests_more_at_most(
    shop: Installation,
) -> None:
    for number in range(MANY):
        shop.box.erp.type_in(typed_order(f"X{number}"))
    assert shop.run("pull-stock").code == 0
    for order in shop.box.erp.orders.values():
        order["OrderStatus"] = "Invoiced"
    shop.box.erp.type_in(typed_order("1"))
    seen = len(shop.box.requests)
    assert shop.run("pull-stock").code == 0
    assert shop.asked(since=seen).count("GetInvoices") - 1 <= 10
