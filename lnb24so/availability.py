"""Available to sell: how the level of one code comes about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Literal

from .lnb_types import Order, is_canceled, same_status
from .soap_order import InvoiceOrder
from .soap_types import Product
from .texts import shown

if TYPE_CHECKING:
    from .config import Stock


NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products by the code that Le New Black knows them by.

    `shared` holds the codes that several products have. `without_code` counts the active
    products that have none: they are not exported.
    """

    single: Mapping[str, Product]
    shared: Mapping[str, Sequence[Product]]
    without_code: int = 0

    def __contains__(self, code: str) -> bool:
        """Return whether any product has the code."""
        return code in self.single or code in self.shared


@dataclass(frozen=True, slots=True)
class StockReading:
    """All that was read for a stock plan.

    `inventory` is Le New Black's pieces by code, None where unknown. `known` says of codes that
    the inventory does not show whether Le New Black's product list has them; `asked_now`: it was
    read for this plan. `at` is the moment before the reads, by Le New Black's clock.
    """

    at: datetime
    code_field: Literal["ean13", "sku"]
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


def index_by_code(products: Iterable[Product], code_field: Literal["ean13", "sku"]) -> Catalogue:
    """Return the products by code; a code on several products keeps them all."""
    single: dict[str, Product] = {}
    shared: dict[str, list[Product]] = {}
    without_code = 0
    by_ean = code_field == "ean13"
    for product in products:
        code = product.ean13 if by_ean else product.sku
        if not code:
            without_code += product.active
        elif code in shared:
            shared[code].append(product)
        elif code in single:
            shared[code] = [single.pop(code), product]
        else:
            single[code] = product
    return Catalogue(single, shared, without_code)


def available(pieces: Decimal | int) -> int:
    """Return whole pieces available to sell: rounded down, never below zero."""
    return max(0, int(Decimal(pieces).to_integral_value(ROUND_FLOOR)))


def reserved(reading: StockReading, settings: Stock) -> dict[int, Decimal]:
    """Return the pieces that open orders still have to deliver, by product id."""
    pieces: dict[int, Decimal] = {}
    for order in counted_orders(reading, settings):
        for product_id, left in open_rows(order):
            pieces[product_id] = pieces.get(product_id, Decimal(0)) + left
    return pieces


def counted_orders(reading: StockReading, settings: Stock) -> list[InvoiceOrder]:
    """Return the open orders that hold stock back; far ones may be left out by a setting."""
    if settings.quantity == "on_hand":
        return []
    days = settings.open_order_delivery_within_days
    until = None if days is None else reading.at + timedelta(days=days)
    return [
        order
        for order in reading.open_orders
        if until is None or order.delivery is None or order.delivery <= until
    ]


def open_rows(order: InvoiceOrder) -> list[tuple[int, Decimal]]:
    """Return product id and pieces left to deliver of an order's product rows."""
    return [
        (row.product_id, row.quantity - row.delivered)
        for row in order.rows
        if row.product_id is not None and row.kind == "Normal" and row.quantity > row.delivered
    ]


def waiting_pieces(reading: StockReading) -> dict[str, Decimal]:
    """Return the pieces by code of Le New Black orders that 24SevenOffice does not have yet."""
    pieces: dict[str, Decimal] = {}
    for order in reading.waiting_orders:
        for code, quantity in waiting_rows(order, reading):
            pieces[code] = pieces.get(code, Decimal(0)) + quantity
    return pieces


def waiting_rows(order: Order, reading: StockReading) -> list[tuple[str, Decimal]]:
    """Return code and pieces of a waiting order's lines; nothing where it holds no stock."""
    if order.reference in reading.in_erp or order.inventory_tracking is False:
        return []
    return [
        (code, line.quantity)
        for line in order.lines
        if (code := line.ean13 if reading.code_field == "ean13" else line.sku)
        and line.quantity is not None
        and line.quantity > 0
    ]


def still_waiting(orders: Iterable[Order], statuses: Iterable[str]) -> list[Order]:
    """Return the orders that really are in one of the statuses, each once."""
    wanted = list(statuses)
    return list(
        {
            order.reference: order
            for order in orders
            if not is_canceled(order) and any(same_status(order.status, one) for one in wanted)
        }.values()
    )


def level_story(code: str, reading: StockReading, settings: Stock) -> list[str]:
    """Return, line by line, how the level of one code comes about."""
    single = reading.catalogue.single.get(code)
    found = [single] if single else list(reading.catalogue.shared.get(code, ()))
    active = [product for product in found if product.active]
    if len(active) != 1:
        why = "on no product" if not found else f"on {len(active)} active products"
        return [f"{code}: {why} in 24SevenOffice; its level is not computed from stock."]
    product = active[0]
    lines = [f"{code} {shown(product.name)}, product {product.id}"]
    steps: list[tuple[str, Decimal]] = [("stock in 24SevenOffice", product.stock or Decimal(0))]
    for order in counted_orders(reading, settings):
        left = sum((pieces for number, pieces in open_rows(order) if number == product.id), NOTHING)
        if left:
            steps.append((f"open order {order.order_id}", -left))
    for waiting in reading.waiting_orders:
        rows = waiting_rows(waiting, reading)
        left = sum((pieces for number, pieces in rows if number == code), NOTHING)
        if left:
            steps.append((f"waiting order {waiting.reference}", -left))
    if settings.buffer:
        steps.append(("buffer", Decimal(-settings.buffer)))
    lines += [f"{pieces:>+10f}  {what}" for what, pieces in steps]
    total = available(sum((pieces for _, pieces in steps), NOTHING))
    now = reading.inventory.get(code)
    lines.append(
        f"{total:>10}  available to sell; Le New Black shows {'?' if now is None else now}"
    )
    return lines
