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
    reserved,
)
from .guards import drop, fewer, no_products
from .held import cannot_be_read, held_orders, waiting_pieces


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


class Notice(NamedTuple):
    """What a person should know beside the levels; `subject` is what it is about."""

    subject: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class StockPlan:
    """What a stock run sends. With a `guard` sentence nothing is sent."""

    at: datetime
    code_field: CodeField
    items: tuple[StockItem, ...]
    unchanged: int
    without_code: int
    open_orders: int
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
    for code, product, after, reason, free in _levels(reading, settings):
        before = reading.inventory.get(code)
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
    guard = drop(zeroed, in_stock, settings) or fewer(reading, settings)
    return StockPlan(
        at=reading.at,
        code_field=reading.code_field,
        items=tuple(items),
        unchanged=unchanged,
        without_code=reading.catalogue.without_code,
        open_orders=len(reading.open_orders),
        guard=no_products(reading) or (None if accept_drop else guard),
        notices=tuple(_unread_orders(reading, settings)),
    )


class Level(NamedTuple):
    """The level that a code should have (None: leave it), and why; `free` is it without orders."""

    code: str
    product: Product | None
    after: int | None
    reason: str | None = None
    free: int = 0


def _levels(reading: StockReading, settings: Stock) -> Iterable[Level]:
    """Yield each code that the two systems share, or once shared, with its level.

    A code on an active and an expired product belongs to the active one.
    """
    taken = reserved(reading, settings)
    waiting = waiting_pieces(reading, settings)
    by_code, inventory = reading.catalogue.by_code, reading.inventory
    for code, products in by_code.items():
        active = [product for product in products if product.active]
        product = (active or products)[0]
        held = sum((taken.get(one.id, NOTHING) for one in active), waiting.get(code, NOTHING))
        if code not in inventory and not reading.known.get(code):
            if active:
                yield Level(code, product, None, "code.unknown")
        elif len(active) > 1:
            yield _conflict(Level(code, product, None, "code.conflict"), active, held, reading)
        elif not product.stock_controlled:
            yield Level(code, product, None, "product.not_stock_controlled")
        elif product.active and product.stock is None:
            yield Level(code, product, None, "product.no_stock_figure")
        elif product.active:
            stock = NOTHING + (product.stock or 0) - settings.buffer
            yield Level(code, product, available(stock - held), None, available(stock))
        elif settings.expired_products == "zero":
            yield Level(code, product, 0, "product.expired")
    if settings.deleted_products == "zero":
        for code in sorted(reading.codes_set.difference(by_code)):
            if inventory.get(code):
                yield Level(code, None, 0, "product.deleted")


def _conflict(
    level: Level, products: Sequence[Product], held: Decimal, reading: StockReading
) -> Level:
    """Return the level of a code on several active products: it may fall to their sum."""
    before = reading.inventory.get(level.code)
    counted = [product.stock for product in products if product.stock_controlled]
    stocks = [NOTHING + stock for stock in counted if stock is not None]
    if before is None or len(stocks) < len(products):
        return level
    together = sum(stocks, NOTHING)
    after = available(together - held)
    if after >= before:
        return level
    return level._replace(after=after, free=available(together))


def _unread_orders(reading: StockReading, settings: Stock) -> Iterable[Notice]:
    for order in held_orders(reading, settings):
        if cannot_be_read(order):
            known = order.reference in reading.lines_before
            holds = "it holds the pieces it had last" if known else "it holds what can be read"
            yield Notice(
                f"order {order.reference}",
                "hold.lines_unread",
                f"{order.reference}: Le New Black's lines cannot all be read; {holds}. "
                "Fix: correct its quantities in Le New Black.",
            )


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
    conflicts = sum(item.reason == "code.conflict" for item in plan.items)
    if conflicts:
        summary["conflict"] = conflicts
    if refused:
        summary["refused"] = len(refused)
    return StockReport(plan, refused, dict(summary))
