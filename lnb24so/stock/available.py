"""Available to sell: how the level of one code comes about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from math import floor
from operator import attrgetter
from typing import TypeVar

from lnb24so.clock import day_in
from lnb24so.config.schema import CodeField, Stock
from lnb24so.lnb.types import Line, Order
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Product, products_by

K = TypeVar("K", int, str)

NOTHING = Decimal(0)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products by their code; `without_code` counts the active ones that have none.

    `count` is that of all products, whatever they are. `odd` are the codes of Le New Black that
    hold what nobody can see, by what can be seen of them.
    """

    by_code: Mapping[str, Sequence[Product]]
    without_code: int = 0
    count: int = 0
    odd: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StockReading:
    """All that was read for a stock plan.

    `inventory` is Le New Black's pieces by code, None where unknown. `known` says of codes that
    the inventory does not show whether Le New Black's product list has them; `asked_now`: it was
    read for this plan. `at` is the moment before the reads, `read_until` the one after them, by Le
    New Black's clock. `eans_by_sku` is filled where orders without a known EAN are matched by SKU.

    Of `waiting_orders`: `in_erp` and `skipped` are those that the ledger says so of, `asked_for`
    those that a person named, `carried` those that an open order of that id carries already, and
    `lines_before` what each had in the last run. Orders made before `since` are not sent.

    `codes_set` are the codes that this tool has set, each with its product's id (None: not known)
    and whether that was gone before; `gone_products` were asked for and are gone now, nothing is
    known of `unasked_products`. `absent_codes`, whose product was never known, were asked for and
    are gone too; `codes_unasked` is why such codes could not be asked for. `hidden` is
    there and in none of the lists, by its kind. `products_unread`: a
    product or its code could not be read, so that one may only seem to be gone.
    """

    at: datetime
    code_field: CodeField
    catalogue: Catalogue
    inventory: Mapping[str, int | None]
    open_orders: Sequence[InvoiceOrder] = ()
    waiting_orders: Sequence[Order] = ()
    read_until: datetime = LAST_MOMENT
    since: datetime | None = None
    in_erp: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    asked_for: frozenset[str] = frozenset()
    carried: Mapping[str, int] = field(default_factory=dict)
    lines_before: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    known: Mapping[str, bool] = field(default_factory=dict)
    codes_set: Mapping[str, tuple[int | None, bool]] = field(default_factory=dict)
    gone_products: Set[int] = frozenset()
    unasked_products: Set[int] = frozenset()
    absent_codes: Set[str] = frozenset()
    codes_unasked: str = ""
    hidden: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reported: Mapping[str, str] = field(default_factory=dict)
    asked_now: bool = False
    eans_by_sku: Mapping[str, Sequence[str]] = field(default_factory=dict)
    products_unread: bool = False
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        """The day that it is in the time zone in which days are days."""
        return day_in(self.zone, self.at)


def index_by_code(products: Sequence[Product], code_field: CodeField) -> Catalogue:
    """Return the products by code; a code on several products keeps them all."""
    codes = map(attrgetter(code_field), products)
    without = sum(product.active for code, product in zip(codes, products, strict=True) if not code)
    return Catalogue(products_by(code_field, products), without, len(products))


def plain(code: str) -> str:
    """Return a code without spaces and what nobody can see in it."""
    if _is_plain(code):
        return code
    return "".join(char for char in code if char.isprintable() and not char.isspace())


def _is_plain(code: str) -> bool:
    """Return whether a code is plain for certain: nearly all are, and it is quickly seen."""
    return code.isascii() and code.isprintable() and " " not in code


def as_le_new_black_writes(catalogue: Catalogue, inventory: Mapping[str, object]) -> Catalogue:
    """Return the catalogue with codes that differ only in what is invisible as Le New Black's.

    They are one article: to leave it alone would sell what is gone, and 0 what is there.
    """
    odd: dict[str, str] = {}
    if not _is_plain("".join(inventory)):
        odd = {plain(code): code for code in inventory if not _is_plain(code)}
    written: dict[str, str] = {}
    for code in lacking(catalogue.by_code, inventory):
        bare = plain(code)
        written[code] = bare if bare in inventory else odd.get(bare, code)
    if all(code == as_written for code, as_written in written.items()):
        return replace(catalogue, odd=odd)
    by_code: dict[str, list[Product]] = {}
    for code, products in catalogue.by_code.items():
        by_code.setdefault(written.get(code, code), []).extend(products)
    return replace(catalogue, by_code=by_code, odd=odd)


def lacking(codes: Mapping[str, object], among: Mapping[str, object]) -> list[str]:
    """Return the codes that are not among the others: nearly always none."""
    return [] if codes.keys() <= among.keys() else [code for code in codes if code not in among]


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
    return summed(row for order in orders for row in open_rows(order))


def counted_orders(reading: StockReading, settings: Stock) -> list[InvoiceOrder]:
    """Return the open orders that hold stock back; far ones may be left out by a setting."""
    if settings.quantity == "on_hand":
        return []
    days = settings.open_order_delivery_within_days
    if days is None:
        return list(reading.open_orders)
    until = reading.today + timedelta(days=days)
    return [
        one
        for one in reading.open_orders
        if one.delivery is None or day_in(reading.zone, one.delivery) <= until
    ]


def each_once(orders: Iterable[InvoiceOrder]) -> list[InvoiceOrder]:
    """Return each order once; of two that differ the one with more pieces to deliver."""
    found: dict[object, InvoiceOrder] = {}
    for order in orders:
        key = object() if order.order_id is None else order.order_id
        found[key] = max(found.get(key, order), order, key=_left)
    return list(found.values())


def _left(order: InvoiceOrder) -> Decimal:
    return sum((pieces for _, pieces in open_rows(order)), NOTHING)


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


def summed(rows: Iterable[tuple[K, Decimal]]) -> dict[K, Decimal]:
    """Return the pieces of each key together."""
    pieces: dict[K, Decimal] = {}
    for key, quantity in rows:
        pieces[key] = pieces.get(key, NOTHING) + quantity
    return pieces
