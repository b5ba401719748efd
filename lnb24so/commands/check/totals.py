"""Check which prices Le New Black's orders hold, by which reading of them adds up.

Whether `unit_price` is before or after the line's own discount is not documented. The orders'
totals tell, as soon as one order has a line with a discount.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import get_args

from lnb24so.config.schema import Orders, UnitPrice
from lnb24so.lnb.types import Line, Order, is_canceled
from lnb24so.orders.prices import Priced, price_lines
from lnb24so.orders.total import Sum, exact, near
from lnb24so.texts import count

from .findings import Findings, Pair

READINGS: tuple[UnitPrice, ...] = get_args(UnitPrice)


def check_totals(orders: Iterable[Order], settings: Orders, findings: Findings) -> None:
    """Note whether the totals agree with orders.unit_price."""
    telling = [order for order in orders if _tells(order)]
    fitting = {
        reading: [order for order in telling if adds_up(order, reading)] for reading in READINGS
    }
    ours = settings.unit_price
    other: UnitPrice = "after_discount" if ours == "before_discount" else "before_discount"
    name = "orders.unit_price"
    if not telling:
        findings.ok(
            name,
            f"{ours} is assumed; no order of the last year has a line with a discount to tell.",
        )
    elif len(fitting[ours]) >= len(fitting[other]):
        agreeing = f"{len(fitting[ours])} of {count(len(telling), 'order')} with discounts"
        findings.ok(
            name,
            f"{agreeing} add up with {ours}{_rounding(fitting[ours], ours)}, "
            f"{len(fitting[other])} with {other}.",
        )
    else:
        findings.error(
            name,
            f"Of {count(len(telling), 'order')} with discounts, {len(fitting[ours])} add up with "
            f"{ours} and {len(fitting[other])} with {other}. Fix: set orders.unit_price: {other}",
            [Pair(order.reference, lnb=order.retailer_name) for order in fitting[other]],
        )


def adds_up(order: Order, meaning: UnitPrice) -> bool:
    """Return whether some reading of an order's prices comes to its total under a meaning."""
    return bool(_fitting(order, meaning))


def _fitting(order: Order, meaning: UnitPrice) -> list[Priced]:
    """Return the readings that come to an order's total, as `push-orders` finds them."""
    lines = [line for line in order.lines if line.quantity]
    shipping = order.amount_shipping or Decimal(0)
    amounts = Sum(order=order, lines=lines, sent=[True] * len(lines), shipping=shipping)
    every = price_lines(order, lines, meaning)
    return exact(every, amounts) or near(every, amounts)


def _rounding(orders: Iterable[Order], meaning: UnitPrice) -> str:
    """Return how the prices were rounded in the orders that add up: ` (40 per row, ...)`."""
    readings = Counter(
        str(found[0].reading) for order in orders if (found := _fitting(order, meaning))
    )
    named = "; ".join(f"{number} {reading}" for reading, number in readings.most_common(3))
    return f" ({named})" if named else ""


def _tells(order: Order) -> bool:
    """Return whether an order reads differently with and without its lines' discounts."""
    return (
        not is_canceled(order)
        and order.amount_total is not None
        and not order.unreadable
        and _sane(order.lines)
        and any(_has_discount(line) for line in order.lines)
    )


def _has_discount(line: Line) -> bool:
    return bool((line.discount_rate or line.discount_amount) and line.unit_price and line.quantity)


def _sane(lines: Sequence[Line]) -> bool:
    return all(
        line.unit_price is not None
        and line.quantity is not None
        and line.quantity >= 0
        and not line.unreadable
        for line in lines
    )
