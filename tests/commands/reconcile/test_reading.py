"""How `reconcile` reads: few requests, little memory, and nothing believed for being absent."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from faults import Fault
from seen import WRITES
from small_brand import SHOPS, lnb_order

from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import columns
from lnb24so.lnb.types import content_hash, read_order
from lnb24so.sandbox import Exchange, Reply

from .shop import Shop, open_shop

MONTH = 2000


@contextmanager
def big_shop(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, month: int, before: int = 0
) -> Iterator[Shop]:
    """Yield a shop with so many exported orders of February, and a ledger of more before them."""
    with open_shop(folder, monkeypatch, orders=1) as shop:
        assert shop.run("push-orders").code == 0
        with closing(Ledger.peek(shop.config.paths.state, shop.hand.clock)) as ledger:
            (first,) = ledger.entries()
        there, here = shop.there("70001"), shop.here("70001")
        rows = []
        for number in range(month):
            name, order_id = f"{1000001 + number}", 1000001 + number
            entry = replace(first, reference=name, order_id=order_id, erp_reference=f"LNB{name}")
            made = shop.hand.now() - timedelta(days=27 * (number + 1) / (month + 1))
            order = {**lnb_order(name, made), "items": here["items"], "status": "closed"}
            shop.box.lnb.orders[name] = order
            shop.box.erp.orders[order_id] = there | {
                "OrderId": order_id,
                "ReferenceNumber": f"LNB{name}",
                "DateOrdered": made.replace(hour=0, minute=0, second=0, microsecond=0),
            }
            entry = replace(entry, content_hash=content_hash(read_order(order)))
            rows.append(columns(entry))
        with closing(sqlite3.connect(shop.ledger_file)) as file:
            marks = ", ".join(f":{name}" for name in rows[0])
            names = ", ".join(rows[0])
            file.executemany(f"INSERT INTO orders ({names}) VALUES ({marks})", rows)
            copied = {name: name for name in rows[0]}
            copied |= {"reference": "'old' || i", "order_id": "2000000 + i", "erp_reference": "i"}
            file.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                f" INSERT INTO orders ({names}) SELECT {', '.join(copied.values())}"
                " FROM n, orders WHERE reference = '70001' AND ? > 0",
                (before, before),
            )
            file.commit()
        yield shop


@pytest.mark.slow
def test_a_month_of_2000_orders_costs_at_most_25_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with big_shop(tmp_path, monkeypatch, month=MONTH) as shop:
        for way in ((), ("--month", "2026-02"), ("--month", "2026-02", "--by", "invoiced")):
            before = len(shop.asked())
            answer = shop.run("reconcile", *way)
            assert answer.code == 0, answer.out[:500]
            assert len(shop.asked(before)) <= 25
        before = len(shop.asked())
        shop.box.faults.add("GetInvoices", Fault.FAULT_BEFORE)
        assert shop.run("reconcile").code == 0
        assert "GetOrderSyncList" in shop.asked(before)
        assert len(shop.asked(before)) <= 25
        for order in shop.box.erp.orders.values():
            order |= {"DateInvoiced": shop.hand.now(), "OrderStatus": "Invoiced"}
        before = len(shop.asked())
        (line,) = shop.proof("--month", "2026-03", "--by", "invoiced")
        assert f"({MONTH + 1:,} orders)" in line
        assert len(shop.asked(before)) <= 25


@pytest.mark.slow
def test_a_ledger_of_100000_orders_takes_no_more_memory_than_the_month_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peaks = []
    for before in (0, 100_000):
        folder = tmp_path / str(before)
        folder.mkdir()
        with big_shop(folder, monkeypatch, month=100, before=before) as shop:
            shop.run("reconcile")
            tracemalloc.start()
            assert shop.run("reconcile").code == 0
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_it_writes_to_neither_system_and_to_the_ledger_only_what_it_told(shop: Shop) -> None:
    shop.ordered("80001", status="closed")
    before, asked = shop.snapshot(), len(shop.asked())
    for options in (("--json",), ("--csv",), ("--month", "2026-02", "--json")):
        shop.run("reconcile", *options)
    assert shop.snapshot() == before
    shop.run("reconcile")
    after = shop.snapshot()
    assert after.pop("ledger") != before.pop("ledger")
    assert {name: after[name] for name in ("orders there", "orders here", "levels")} == {
        name: before[name] for name in ("orders there", "orders here", "levels")
    }
    assert not [name for name in shop.asked(asked) if name in WRITES]


@pytest.mark.slow
def test_it_works_without_a_ledger(shop: Shop) -> None:
    shop.exported("80001")
    shop.exported("80002")
    shutil.rmtree(shop.config.paths.state)
    assert shop.run("reconcile").code == 0
    shop.cancel("80001")
    shop.ordered("80003", status="closed")
    shop.type_in("80002")
    expected = {
        "80001": ["order.canceled_after_export"],
        "80002": ["order.duplicate"],
        "80003": ["order.closed_unsent"],
    }
    assert shop.found() == expected
    assert shop.run("reconcile").code == 3


@pytest.mark.slow
def test_what_a_lost_ledger_exported_is_named_as_soon_as_there_is_another(shop: Shop) -> None:
    shutil.rmtree(shop.config.paths.state)
    assert shop.run("push-orders").code == 0
    names = {name: ["order.not_in_ledger"] for name in ("70001", "70002", "70003")}
    assert shop.found() == names


def short(exchange: Exchange) -> Reply:
    """Leave the orders of our own out of a list."""
    erp = exchange.soap.erp
    with erp.lock:
        kept = dict(erp.orders)
        for order_id in [number for number, one in kept.items() if "LNB" in str(one)]:
            del erp.orders[order_id]
        try:
            return exchange.apply()
        finally:
            erp.orders.clear()
            erp.orders.update(kept)


@pytest.mark.slow
def test_an_order_that_a_list_lacks_is_asked_for_by_id(shop: Shop) -> None:
    shop.exported("80001")
    shop.box.faults.add("GetInvoices", short)
    assert shop.run("reconcile").code == 0


@pytest.mark.slow
def test_without_the_order_that_is_certainly_there_nothing_is_concluded(shop: Shop) -> None:
    shop.exported("80001")
    first, second = shop.order_id("70001"), shop.order_id("80001")

    def without(*names: int) -> Any:
        def behave(exchange: Exchange) -> Reply:
            erp = exchange.soap.erp
            with erp.lock:
                kept = dict(erp.orders)
                for number in names or list(kept):
                    del erp.orders[number]
                try:
                    return exchange.apply()
                finally:
                    erp.orders.clear()
                    erp.orders.update(kept)

        return behave

    shop.box.faults.add("GetInvoices", without(second))
    shop.box.faults.add("GetInvoices", without())
    answer = shop.run("reconcile")
    assert answer.code == 1
    assert str(first) in answer.err or "Nothing is concluded" in answer.err
    assert "80001" not in answer.out


@pytest.mark.slow
def test_where_a_plain_search_fails_24sevenoffice_is_read_by_ids(shop: Shop) -> None:
    shop.exported("80001")
    shop.type_in("80001")
    shop.box.faults.add("GetInvoices", Fault.FAULT_BEFORE)
    before = len(shop.asked())
    assert shop.found() == {"80001": ["order.duplicate"]}
    assert "GetOrderSyncList" in shop.asked(before)


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["GET /orders", "GetOrderSyncList"])
def test_a_system_that_does_not_answer_fails_the_run_and_names_nothing(
    shop: Shop, operation: str
) -> None:
    shop.exported("80001")
    shop.cancel("80001")
    if operation == "GetOrderSyncList":
        shop.box.faults.add("GetInvoices", Fault.FAULT_BEFORE)
    shop.box.faults.add(operation, Fault.STATUS(500), times=50)
    answer = shop.run("reconcile", "--json")
    assert answer.code == 1
    assert "error" in answer.document


def test_an_order_that_cannot_be_read_is_named_and_concludes_nothing(shop: Shop) -> None:
    shop.exported("80001")
    shop.exported("80002")
    shop.cancel("80002")

    def unreadable(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        customer = f"<CustomerId>{SHOPS[0].customer_id}</CustomerId>".encode()
        assert customer in reply.body
        return replace(reply, body=reply.body.replace(customer, b"<CustomerId>x</CustomerId>"))

    shop.box.faults.add("GetInvoices", unreadable)
    answer = shop.run("reconcile")
    assert answer.code == 3
    assert "80001: was not compared" in answer.out
    assert "order 55" in answer.out
