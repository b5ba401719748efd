"""Stock: what Le New Black should show as available, and what differs from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from lnb24so.config.schema import CodeField, Stock
from lnb24so.reasons import STOCK_REASONS
from lnb24so.soap.types import Product
from lnb24so.texts import shown

from .available import (
    NOTHING,
    StockReading,
    available,
    counted_orders,
    open_rows,
    reserved,
)
from .held import cannot_be_read, held_orders, waiting_pieces, waiting_rows

SMALL_SHOP = 20  # below so many codes in stock a drop in percent says nothing
FEW_ORDERS = 10  # fewer open orders than these come and go within one day
ACCEPT = "if right: lnb24so pull-stock --accept-drop"


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
    """Return what differs, or every level with `send_all` or in time-based mode; pure."""
    every = send_all or settings.lnb_mode == "time_based"
    items: list[StockItem] = []
    unchanged = in_stock = zeroed = 0
    for code, product, after, reason in _levels(reading, settings):
        before = reading.inventory.get(code)
        shows_stock = before is not None and before > 0
        in_stock += shows_stock
        if after is not None and after == before and not every:
            unchanged += 1
            continue
        zeroed += shows_stock and after == 0
        product_id, name = (product.id, product.name) if product else (None, "")
        news = reason is not None and reading.reported.get(code) != reason
        action: Literal["set", "skip"] = "skip" if after is None else "set"
        items.append(StockItem(code, action, before, after, product_id, name, reason, news))
    guard = _no_products(reading) or _drop(zeroed, in_stock, settings) or _fewer(reading, settings)
    return StockPlan(
        at=reading.at,
        code_field=reading.code_field,
        items=tuple(items),
        unchanged=unchanged,
        without_code=reading.catalogue.without_code,
        open_orders=len(reading.open_orders),
        guard=None if accept_drop else guard,
        notices=tuple(_unread_orders(reading, settings)),
    )


def _levels(
    reading: StockReading, settings: Stock
) -> Iterable[tuple[str, Product | None, int | None, str | None]]:
    """Yield each code with its product, the level it should have (None: leave it), and why.

    A code on an active and an expired product belongs to the active one.
    """
    taken = reserved(reading, settings)
    waiting = waiting_pieces(reading, settings)
    by_code, inventory = reading.catalogue.by_code, reading.inventory
    for code, products in by_code.items():
        active = [product for product in products if product.active]
        product = (active or products)[0]
        if code not in inventory and not reading.known.get(code):
            if active:
                yield code, product, None, "code.unknown"
        elif len(active) > 1:
            yield code, product, None, "code.conflict"
        elif not product.stock_controlled:
            yield code, product, None, "product.not_stock_controlled"
        elif product.active and product.stock is None:
            yield code, product, None, "product.no_stock_figure"
        elif product.active:
            held = taken.get(product.id, 0) + waiting.get(code, 0) + settings.buffer
            yield code, product, available((product.stock or 0) - held), None
        elif settings.expired_products == "zero":
            yield code, product, 0, "product.expired"
    if settings.deleted_products == "zero":
        for code in sorted(reading.codes_set.difference(by_code)):
            if inventory.get(code):
                yield code, None, 0, "product.deleted"


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


# The guards: why nothing may be sent without a person's look, or None


def _no_products(reading: StockReading) -> str | None:
    catalogue = reading.catalogue
    if catalogue.by_code or catalogue.without_code:
        return None
    check = "24sevenoffice.identity_id and lnb24so check"
    return f"Stock not sent: 24SevenOffice has no products. Check: {check}; {ACCEPT}"


def _drop(zeroed: int, in_stock: int, settings: Stock) -> str | None:
    limit = settings.max_zeroed_percent
    if in_stock < SMALL_SHOP or zeroed * 100 <= in_stock * limit:
        return None
    return (
        f"Stock not sent: {zeroed} of {in_stock} codes would become 0 (limit {limit:g} %). "
        f"Check: lnb24so preview stock; {ACCEPT}"
    )


def _fewer(reading: StockReading, settings: Stock) -> str | None:
    before, now = reading.open_orders_before, len(reading.open_orders)
    # On hand: open orders hold nothing back and are not read.
    if settings.quantity == "on_hand" or not before or before < FEW_ORDERS or now * 2 > before:
        return None
    return (
        f"Stock not sent: {now} open orders in 24SevenOffice, {before} in the "
        f"run before, so stock may show what is sold. Check: lnb24so preview stock; {ACCEPT}"
    )


def level_story(code: str, reading: StockReading, settings: Stock) -> list[str]:
    """Return the code's products, the sum that makes its level, and what a run does with it."""
    products = reading.catalogue.by_code.get(code, ())
    kinds = ((one, "product" if one.active else "expired product") for one in products)
    lines = [f"{code} {shown(one.name)}, {kind} {one.id}" for one, kind in kinds]
    now = reading.inventory.get(code)
    shows = f"Le New Black shows {'?' if now is None else now}"
    plan = plan_stock(reading, settings, send_all=True, accept_drop=True)
    item = next((item for item in plan.items if item.code == code), None)
    if item is None:
        why = "a run leaves it alone" if products else "no product in 24SevenOffice has the code"
        return [*lines, f"{code}: {shows}; {why}."]
    if item.reason is not None:
        return [*lines, f"{code}: {shows}; {STOCK_REASONS[item.reason]}."]
    product = next(product for product in products if product.id == item.product_id)
    lines += _sum(code, product, reading, settings)
    return [*lines, f"{item.after:>10}  available to sell; {shows}"]


def _sum(code: str, product: Product, reading: StockReading, settings: Stock) -> list[str]:
    parts = [(NOTHING + (product.stock or 0), "stock in 24SevenOffice")]
    for order in counted_orders(reading, settings):
        left = [pieces for number, pieces in open_rows(order) if number == product.id]
        parts.append((-sum(left, NOTHING), f"open order {order.order_id}"))
    for waiting in held_orders(reading, settings):
        left = [pieces for other, pieces in waiting_rows(waiting, reading) if other == code]
        parts.append((-sum(left, NOTHING), f"waiting order {waiting.reference}"))
    parts.append((NOTHING - settings.buffer, "buffer"))
    first, *rest = parts
    return [f"{pieces:>+10f}  {what}" for pieces, what in (first, *(s for s in rest if s[0]))]


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
    if refused:
        summary["refused"] = len(refused)
    return StockReport(plan, refused, dict(summary))
