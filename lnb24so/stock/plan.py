"""Stock: what Le New Black should show as available, and what differs from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from lnb24so.config.schema import CodeField, Stock
from lnb24so.soap.types import Product

from .available import (
    NOTHING,
    StockReading,
    available,
    lacking,
    reserved,
    unsure,
)
from .guards import drop, no_products
from .held import waiting_pieces
from .notices import Notice, notices


class StockItem(NamedTuple):
    """One code whose level, in whole pieces, is set or left alone; `news`: for a new reason."""

    code: str
    action: Literal["set", "skip"]
    before: int | None
    after: int | None
    product_id: int | None = None
    name: str = ""
    reason: str | None = None
    news: bool = False


@dataclass(frozen=True, slots=True)
class StockPlan:
    """What a stock run sends. With a `guard` sentence nothing is sent."""

    at: datetime
    code_field: CodeField
    items: tuple[StockItem, ...]
    unchanged: int
    without_code: int
    guard: str | None = None
    notices: tuple[Notice, ...] = ()


def plan_stock(
    reading: StockReading, settings: Stock, *, send_all: bool = False, accept_drop: bool = False
) -> StockPlan:
    """Return what differs, or every level with `send_all` or in time-based mode; pure.

    `accept_drop` passes every guard but the one of an empty product list.
    """
    every = send_all or settings.lnb_mode == "time_based"
    items: list[StockItem] = []
    unchanged = in_stock = zeroed = 0
    for code, product, before, after, reason, free in _levels(reading, settings):
        shows_stock = before is not None and before > 0
        in_stock += shows_stock
        if after is not None and after == before and not every:
            unchanged += 1
            continue
        explained = reason == "product.expired" or free > 0
        zeroed += shows_stock and after == 0 and not explained
        product_id, name = (product.id, product.name) if product else (None, "")
        news = reason is not None and reading.reported.get(code) != reason
        action: Literal["set", "skip"] = "skip" if after is None else "set"
        items.append(StockItem(code, action, before, after, product_id, name, reason, news))
    guard = drop(settings, zeroed=zeroed, in_stock=in_stock)
    return StockPlan(
        at=reading.at,
        code_field=reading.code_field,
        items=tuple(items),
        unchanged=unchanged,
        without_code=reading.catalogue.without_code,
        guard=no_products(reading) or (None if accept_drop else guard),
        notices=tuple(notices(reading, settings)),
    )


Level = tuple[str, Product | None, int | None, int | None, str | None, int]
"""A code and its product, the level that it shows and the one that it should have (None: leave it),
the reason for that, and what the second would be without orders. No class, for nearly all of a
hundred thousand are only counted.
"""


def _levels(reading: StockReading, settings: Stock) -> Iterable[Level]:
    """Yield each code that the two systems share, or once shared, with its level.

    A code on an active and an expired product belongs to the active one.
    """
    taken = reserved(reading, settings)
    waiting = waiting_pieces(reading, settings)
    held_unread = unsure(reading)
    by_code, inventory, buffer = reading.catalogue.by_code, reading.inventory, settings.buffer
    for code, products in by_code.items():
        product, before = products[0], inventory.get(code)
        stock = product.stock
        if (
            before is not None
            and type(stock) is int
            and len(products) == 1
            and product.active
            and product.stock_controlled
            and code not in waiting
            and product.id not in taken
            and product.id not in held_unread
        ):
            # As nearly all are; the rest of this loop says the same of them.
            free = stock - buffer if stock > buffer else 0
            yield code, product, before, free, None, free
            continue
        active = [product for product in products if product.active]
        product = (active or products)[0]
        held = waiting.get(code, 0) + sum(taken.get(one.id, 0) for one in active)
        if code not in inventory and not reading.known.get(code):
            if active:
                yield code, product, before, None, "code.unknown", 0
        elif len(active) > 1:
            after, free = _of_both(before, active, held, settings)
            yield code, product, before, after, "code.conflict", free
        elif not product.stock_controlled:
            yield code, product, before, None, "product.not_stock_controlled", 0
        elif product.active and product.stock is None:
            yield code, product, before, None, "product.no_stock_figure", 0
        elif product.active and product.id in held_unread:
            yield code, product, before, None, "product.open_order_unread", 0
        elif product.active:
            pieces = (product.stock or 0) - buffer
            yield code, product, before, available(pieces - held), None, available(pieces)
        elif settings.expired_products == "zero":
            yield code, product, before, 0, "product.expired", 0
    for code in sorted(lacking(inventory, by_code)):
        if (inventory[code] or 0) > 0:
            yield from _without_product(code, reading, settings)


def _without_product(code: str, reading: StockReading, settings: Stock) -> Iterable[Level]:
    """Yield the level of a code with stock in Le New Black that no product has.

    A code that this tool never set was asked for by itself, after two runs had found no product.
    """
    number, _ = reading.codes_set.get(code, (None, False))
    before = reading.inventory[code]
    if number in reading.unasked_products:
        yield code, None, before, None, "product.unasked", 0
        return
    if number is not None:
        # A product that could not be read may only seem to be gone.
        if settings.deleted_products == "zero" and not reading.products_unread:
            yield code, None, before, 0, "product.deleted", 0
        return
    absent = code in reading.absent_codes and not reading.products_unread
    yield code, None, before, 0 if absent else None, "code.without_product", 0


def _of_both(
    before: int | None, products: Sequence[Product], held: Decimal | int, settings: Stock
) -> tuple[int | None, int]:
    """Return the level of a code on several active products, and without orders.

    It may fall to their sum; else it stays (None). In time-based mode a level that is right is
    stamped anew, as every other.
    """
    counted = [product.stock for product in products if product.stock_controlled]
    stocks = [NOTHING + stock for stock in counted if stock is not None]
    if before is None or len(stocks) < len(products):
        return None, 0
    together = sum(stocks, NOTHING) - settings.buffer
    after = available(together - held)
    if after > before or (after == before and settings.lnb_mode != "time_based"):
        return None, 0
    return after, available(together)


@dataclass(frozen=True, slots=True)
class StockReport:
    """What a run did, or would do; `refused` says why codes were not taken, None: nothing sent."""

    plan: StockPlan
    refused: Mapping[str, str] | None
    summary: Mapping[str, int]
    exit_code: int = 0


def stock_report(plan: StockPlan, refused: Mapping[str, str] | None = None) -> StockReport:
    """Return the report of a stock run, counted."""
    summary = Counter[str](set=0, skip=0, unchanged=plan.unchanged)
    summary.update(item.action for item in plan.items)
    if plan.without_code:
        summary["without_code"] = plan.without_code
    lacking = sum(item.reason == "code.without_product" for item in plan.items)
    if lacking:
        summary["without_product"] = lacking
    conflicts = sum(item.reason == "code.conflict" for item in plan.items)
    if conflicts:
        summary["conflict"] = conflicts
    if refused:
        summary["refused"] = len(refused)
    return StockReport(plan, refused, dict(summary))
