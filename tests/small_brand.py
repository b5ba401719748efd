"""A brand of six codes and three shops, and its orders as each of the two systems holds them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from lnb24so.sandbox import Brand
from lnb24so.sandbox.fashion import Code, collection
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.retailers import good_shops
from lnb24so.sandbox.sample import catalogue
from lnb24so.sandbox.sample_orders import blank_order, line, totals

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CODES: tuple[Code, ...] = tuple(islice(collection(Random(24)), 6))
SHOPS = [shop for shop in good_shops() if shop.currency == "NOK"][:3]


def small_brand(orders: int = 0, today: date | None = None) -> Brand:
    """Return a brand with six codes and so many orders to export, in turn for three shops."""
    today = today or START.date()
    made = datetime.combine(today, START.time(), UTC) - timedelta(days=1)
    books = catalogue(len(CODES), today=today)
    waiting = [
        lnb_order(str(70001 + number), made, shop=number % 3, code=number % 6)
        for number in range(orders)
    ]
    return replace(books, lnb_orders=tuple(waiting))


def lnb_order(
    reference: str, made: datetime, *, shop: int = 0, code: int = 0, pieces: int = 1
) -> dict[str, Any]:
    """Return a Le New Black order of one line, ready for export."""
    order = blank_order(reference, SHOPS[shop], made)
    order["update_time"] = moment(made)
    order["items"] = [line(CODES[code], pieces)]
    return order | totals(order)


def typed_order(reference: str, *, shop: int = 0, code: int = 0) -> dict[str, Any]:
    """Return an order as a person types it into 24SevenOffice, with our reference."""
    row = {"ProductId": CODES[code].product_id, "Quantity": 1, "Price": CODES[code].price}
    return {
        "CustomerId": SHOPS[shop].customer_id,
        "ReferenceNumber": f" lnb{reference} ",
        "InvoiceRows": [row],
    }
