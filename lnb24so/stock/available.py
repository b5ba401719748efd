"""Available to sell: how the level of one code comes about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import floor
from typing import TypeVar

from lnb24so.config.schema import CodeField, Stock
from lnb24so.lnb.types import Line, Order, is_canceled, same_status
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Product, products_by

K = TypeVar("K", int, str)

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products by their code; `without_code` counts the active ones that have none."""

    by_code: Mapping[str, Sequence[Product]]
    without_code: int = 0


@dataclass(frozen=True, slots=True)
class StockReading:
    """All that was read for a stock plan.

    `inventory` is Le New Black's pieces by code, None where unknown. `known` says of codes that
    the inventory does not show whether Le New Black's product list has them; `asked_now`: it was
    read for this plan. `at` is the moment before the reads, by Le New Black's clock.
    `eans_by_sku` is filled where orders without a known EAN are matched by SKU. `products_unread`:
    a product or its code could not be read, so that one may only seem to be gone.
    """

    at: datetime
    code_field: CodeField
    catalogue: Catalogue
    inventory: Mapping[str, int | None]
    open_orders: Sequence[InvoiceOrder] = ()
    waiting_orders: Sequence[Order] = ()
    in_erp: frozenset[str] = frozenset()
    known: Mapping[str, bool] = field(default_factory=dict)
    codes_set: frozenset[str] = frozenset()
    reported: Mapping[str, str] = field(default_factory=dict)
    open_orders_before: int | None = None
    asked_now: bool = False
    eans_by_sku: Mapping[str, Sequence[str]] = field(default_factory=dict)
    products_unread: bool = False


def index_by_code(products: Sequence[Product], code_field: CodeField) -> Catalogue:
    """Return the products by code; a code on several products keeps them all."""
    without = sum(product.active and not getattr(product, code_field) for product in products)
    return Catalogue(products_by(code_field, products), without)


def index_eans_by_sku(products: Iterable[Product]) -> dict[str, list[str]]:
    """Return the EANs of the active products by SKU."""
    active = products_by("sku", (one for one in products if one.active and one.ean13))
    return {sku: [product.ean13 for product in twins] for sku, twins in active.items()}


def available(pieces: Decimal | int) -> int:
    """Return whole pieces available to sell: rounded down, never below zero."""
    return max(0, floor(pieces))


def reserved(reading: StockReading, settings: Stock) -> dict[int, Decimal]:
    """Return the pieces that open orders still have to deliver, by product id."""
    orders = counted_orders(reading, settings)
    return _summed(row for order in orders for row in open_rows(order))


def counted_orders(reading: StockReading, settings: Stock) -> list[InvoiceOrder]:
    """Return the open orders that hold stock back; far ones may be left out by a setting."""
    if settings.quantity == "on_hand":
        return []
    days = settings.open_order_delivery_within_days
    if days is None:
        return list(reading.open_orders)
    until = reading.at + timedelta(days=days)
    return [one for one in reading.open_orders if one.delivery is None or one.delivery <= until]


def open_rows(order: InvoiceOrder) -> list[tuple[int, Decimal]]:
    """Return product id and pieces left to deliver of an order's product rows."""
    return [
        (row.product_id, row.quantity - row.delivered)
        for row in order.rows
        if row.product_id is not None and row.kind == "Normal" and row.quantity > row.delivered
    ]


def unsure(reading: StockReading) -> set[int]:
    """Return the products of which an open order holds pieces that could not be read."""
    rows = (row for order in reading.open_orders for row in order.rows if row.unread)
    return {row.product_id for row in rows if row.product_id is not None}


def waiting_pieces(reading: StockReading) -> dict[str, Decimal]:
    """Return the pieces by code of Le New Black orders that 24SevenOffice does not have yet."""
    return _summed(row for order in reading.waiting_orders for row in waiting_rows(order, reading))


def _summed(rows: Iterable[tuple[K, Decimal]]) -> dict[K, Decimal]:
    pieces: dict[K, Decimal] = {}
    for key, quantity in rows:
        pieces[key] = pieces.get(key, NOTHING) + quantity
    return pieces


def waiting_rows(order: Order, reading: StockReading) -> list[tuple[str, Decimal]]:
    """Return code and pieces of a waiting order's lines; nothing where it holds no stock."""
    if order.reference in reading.in_erp or order.inventory_tracking is False:
        return []
    return [
        (code, line.quantity)
        for line in order.lines
        if line.quantity is not None and line.quantity > 0
        for code in _codes(line, reading)
    ]


def _codes(line: Line, reading: StockReading) -> Sequence[str]:
    """Return the code of a line; several where its SKU is on several products."""
    code = line.ean13 if reading.code_field == "ean13" else line.sku
    return (code,) if code in reading.catalogue.by_code else reading.eans_by_sku.get(line.sku, ())


def still_waiting(orders: Iterable[Order], statuses: Sequence[str]) -> list[Order]:
    """Return the orders that really are in one of the statuses, each once."""
    waiting = (
        order
        for order in orders
        if not is_canceled(order) and any(same_status(order.status, one) for one in statuses)
    )
    # Two without a reference are still two.
    return list({order.reference or object(): order for order in waiting}.values())
