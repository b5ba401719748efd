"""Guards: a drop that looks wrong stops the run before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from faults import Fault
from installation import Answer, Installation

from lnb24so.sandbox.erp import Erp
from lnb24so.sandbox.exchange import Reply
from lnb24so.sandbox.faults import after
from lnb24so.stock.available import StockReading
from lnb24so.stock.plan import plan_stock

from .build import line, open_order, order, product, reading, stock_settings


def shop(codes: int, empty: int, **changes: Any) -> StockReading:
    """Return a shop in which so many codes have no stock any more."""
    pieces = [0] * empty + [5] * (codes - empty)
    products = [product(n, f"C{n}", stock=Decimal(left)) for n, left in enumerate(pieces, start=1)]
    return reading(products, {one.ean13: 5 for one in products}, **changes)


def guard(found: StockReading, **changes: Any) -> str | None:
    return plan_stock(found, stock_settings(**changes)).guard


@pytest.mark.parametrize(
    ("codes", "empty", "percent", "trips"),
    [
        (100, 30, 30, False),
        (100, 31, 30, True),
        (20, 7, 30, True),
        (19, 19, 30, False),
        (20, 20, 100, False),
        (20, 1, 0, True),
        (20, 0, 0, False),
        (1000, 306, 30.5, True),
        (1000, 305, 30.5, False),
    ],
)
def test_too_many_codes_going_to_zero_stop_the_run(
    codes: int, empty: int, percent: float, trips: bool
) -> None:
    assert (guard(shop(codes, empty), max_zeroed_percent=percent) is not None) is trips


def test_the_message_counts_and_says_how_to_look_and_how_to_pass() -> None:
    assert guard(shop(900, 412)) == (
        "Stock not sent: 412 of 900 codes would become 0 (limit 30 %). "
        "Check: lnb24so preview stock; if right: lnb24so pull-stock --accept-drop"
    )


def test_what_was_sold_out_before_does_not_count() -> None:
    found = shop(100, 50)
    sold_out = {code: 0 if number < 50 else 5 for number, code in enumerate(found.inventory)}
    assert guard(replace(found, inventory=sold_out)) is None


@pytest.mark.parametrize(("deleted", "trips"), [(25, False), (31, True)])
def test_deleted_products_count_as_going_to_zero_and_expired_ones_do_not(
    deleted: int, trips: bool
) -> None:
    products = [product(n, f"C{n}", stock=Decimal(5), active=n > 20) for n in range(1, 101)]
    kept = [one for one in products if one.id <= 100 - deleted]
    gone = {f"C{n}": (n, True) for n in range(101 - deleted, 101)}
    found = reading(kept, {f"C{n}": 5 for n in range(1, 101)}, codes_set=gone)
    assert (guard(found) is not None) is trips
    assert guard(found, deleted_products="keep") is None


@pytest.mark.parametrize(("stock", "buffer", "trips"), [(5, 0, False), (5, 5, True), (0, 0, True)])
def test_codes_that_orders_explain_do_not_count(stock: int, buffer: int, trips: bool) -> None:
    products = [product(n, f"C{n}", stock=Decimal(stock)) for n in range(1, 101)]
    sold = [open_order({n: 5}, order_id=n) for n in range(1, 51)]
    waits = [order(line(ean13=f"C{n}", quantity=5)) for n in range(51, 101)]
    waits = [replace(one, reference=str(number)) for number, one in enumerate(waits)]
    found = reading(products, {f"C{n}": 5 for n in range(1, 101)})
    found = replace(found, open_orders=sold, waiting_orders=waits)
    assert (guard(found, buffer=buffer) is not None) is trips


def test_no_products_at_all_stop_the_run() -> None:
    assert "24SevenOffice has no products" in (guard(reading([], {"C1": 5})) or "")
    assert guard(reading([product(1)], {"C1": 5})) is None


def test_accept_drop_passes_every_guard_but_an_empty_product_list() -> None:
    found = shop(100, 100)
    assert plan_stock(found, stock_settings()).guard is not None
    assert plan_stock(found, stock_settings(), accept_drop=True).guard is None
    empty = plan_stock(reading([], {}), stock_settings(), accept_drop=True)
    assert "has no products" in (empty.guard or "")
    assert "--accept-drop" not in (empty.guard or "")


def empty_the_shelves(erp: Erp) -> None:
    for number in list(erp.products):
        erp.change_product(number, Stock=Decimal(0))


def delete_the_products(erp: Erp) -> None:
    erp.products.clear()


@pytest.mark.parametrize(
    ("mishap", "words"),
    [
        (empty_the_shelves, "codes would become 0 (limit 30 %)"),
        (delete_the_products, "24SevenOffice has no products"),
    ],
)
def test_a_tripped_guard_sends_nothing_ends_with_4_and_stays_until_a_person_accepts_it(
    office: Installation, mishap: Any, words: str
) -> None:
    assert office.run("pull-stock").code == 0
    mishap(office.box.erp)
    untouched, seen = office.snapshot()["levels"], len(office.box.requests)
    answer = office.run("pull-stock")
    assert (answer.code, answer.out) == (4, "")
    assert words in answer.err
    assert ("--accept-drop" in answer.err) is (mishap is not delete_the_products)
    assert office.run("pull-stock") == Answer(4, "", ""), "one mail for a guard that stays"
    assert office.run("pull-stock", "--dry-run").code == 0
    assert office.writes(since=seen) == []
    assert office.snapshot()["levels"] == untouched
    assert len(office.log_lines("stock.guard")) == 2
    accepted = office.run("pull-stock", "--accept-drop").code
    if mishap is delete_the_products:
        assert accepted == 4
        assert office.snapshot()["levels"] == untouched
        return
    assert accepted == 0
    assert office.snapshot()["levels"] != untouched
    assert office.run("pull-stock").code == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault.TRUNCATED,
        Fault.TRUNCATED_CHUNKED,
        after(Reply(200, b"<Stock>NaN</Stock>", "text/xml")),
        Fault.HTML_200_AFTER,
    ],
)
def test_accept_drop_does_not_pass_an_answer_that_is_not_whole(
    office: Installation, fault: Any
) -> None:
    office.box.faults.add("GetProducts", fault, times=99)
    office.by_hand(office.box.erp.now())
    assert office.run("pull-stock", "--accept-drop").code == 1
    assert office.writes() == []
