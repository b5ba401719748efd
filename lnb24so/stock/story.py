"""The story of one level: each part of the sum, what is not held and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from decimal import Decimal

from lnb24so.config.schema import Stock
from lnb24so.lnb.statuses import HELD_THERE
from lnb24so.reasons import STOCK_REASONS
from lnb24so.soap.types import Product
from lnb24so.texts import shown

from .available import NOTHING, StockReading, counted_orders, open_rows
from .held import held_orders, waiting_rows, why_not_held
from .plan import plan_stock


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
    active = [product for product in products if product.active]
    if item.reason == "code.conflict":
        lines += _sum(code, active, reading, settings)
    if item.reason is not None:
        return [*lines, f"{code}: {shows}; {STOCK_REASONS[item.reason]}."]
    lines += _sum(code, active[:1], reading, settings)
    return [*lines, f"{item.after:>10}  available to sell; {shows}"]


def held_there(settings: Stock) -> str:
    """Return which orders' pieces Le New Black itself takes off the level that it is sent."""
    statuses = " or ".join(HELD_THERE[settings.lnb_mode])
    of = f"in {statuses}" if statuses else "made after the time that the levels carry"
    return f"{'':>10}  Le New Black itself takes off what is in orders {of}"


def _sum(
    code: str, products: Sequence[Product], reading: StockReading, settings: Stock
) -> list[str]:
    """Return the parts of the sum; those of two products that have one code count together."""
    ids = {product.id for product in products}
    parts = [
        (
            NOTHING + (product.stock or 0),
            "stock in 24SevenOffice" + (f" of product {product.id}" if len(ids) > 1 else ""),
        )
        for product in products
    ]
    for order in counted_orders(reading, settings):
        left = [pieces for number, pieces in open_rows(order) if number in ids]
        parts.append((-sum(left, NOTHING), f"open order {order.order_id}"))
    for waiting in held_orders(reading, settings):
        left = [pieces for other, pieces in waiting_rows(waiting, reading) if other == code]
        parts.append((-sum(left, NOTHING), f"waiting order {waiting.reference}"))
    parts.append((NOTHING - settings.buffer, "buffer"))
    first, *rest = parts
    summed = [f"{pieces:>+10f}  {what}" for pieces, what in (first, *(s for s in rest if s[0]))]
    return [*summed, *_not_held(code, ids, reading, settings)]


def _not_held(code: str, ids: Set[int], reading: StockReading, settings: Stock) -> Iterable[str]:
    """Yield each order of the code that holds none of its pieces back, and why."""
    counted = {id(order) for order in counted_orders(reading, settings)}
    for one in reading.open_orders if settings.quantity == "available" else ():
        pieces = sum((left for number, left in open_rows(one) if number in ids), NOTHING)
        if pieces and id(one) not in counted:
            yield _left_out(pieces, f"open order {one.order_id}", "hold.delivered_later")
    for order in reading.waiting_orders:
        why = why_not_held(order, reading, settings)
        rows = waiting_rows(order, reading)
        pieces = sum((left for other, left in rows if other == code), NOTHING)
        if why is not None and pieces:
            yield _left_out(pieces, f"order {order.reference}", why)


def _left_out(pieces: Decimal, what: str, why: str) -> str:
    return f"{f'({pieces:f})':>10}  {what}: not held, for {STOCK_REASONS[why]}"
