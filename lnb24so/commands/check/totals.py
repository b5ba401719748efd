"""Check which prices Le New Black's orders hold, by which reading of them adds up.

Whether `unit_price` is before or after the line's own discount is not documented. The orders'
totals tell, as soon as one order has a line with a discount.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import get_args

from lnb24so.config.schema import Orders, UnitPrice
from lnb24so.lnb.types import Line, Order, is_canceled
from lnb24so.money import differs, row_total

from .findings import Findings, Pair, count

READINGS = get_args(UnitPrice)


def check_totals(orders: Iterable[Order], settings: Orders, findings: Findings) -> None:
    """Note whether the totals agree with orders.unit_price."""
    telling = [order for order in orders if _tells(order)]
    fitting = {
        reading: [order for order in telling if adds_up(order, reading)] for reading in READINGS
    }
    ours = settings.unit_price
    [other] = set(READINGS) - {ours}
    name = "orders.unit_price"
    if not telling:
        findings.add(
            "ok",
            name,
            f"{ours} is assumed; no order of the last year has a line with a discount to tell.",
        )
    elif len(fitting[ours]) >= len(fitting[other]):
        agreeing = f"{len(fitting[ours])} of {count(len(telling), 'order')} with discounts"
        findings.add(
            "ok", name, f"{agreeing} add up with {ours}, {len(fitting[other])} with {other}."
        )
    else:
        findings.add(
            "error",
            name,
            f"Of {count(len(telling), 'order')} with discounts, {len(fitting[ours])} add up with "
            f"{ours} and {len(fitting[other])} with {other}. Fix: orders.unit_price: {other}",
            [Pair(order.reference, lnb=order.retailer_name) for order in fitting[other]],
        )


def adds_up(order: Order, reading: str) -> bool:
    """Return whether an order's lines and shipping come to its total under a reading."""
    total = sum((_line_total(line, order, reading) for line in order.lines), Decimal(0))
    total += order.amount_shipping or 0
    rows = len(order.lines) + 1
    return order.amount_total is not None and not differs(
        total, order.amount_total, rows, order.currency
    )


def _line_total(line: Line, order: Order, reading: str) -> Decimal:
    own = line.discount_rate if reading == "before_discount" else None
    rates = [rate or Decimal(0) for rate in (own, line.promotion_rate, order.discount_rate)]
    price, quantity = line.unit_price or Decimal(0), line.quantity or Decimal(0)
    return row_total(price, rates, quantity, order.currency)


def _tells(order: Order) -> bool:
    """Return whether an order reads differently with and without its lines' discounts."""
    return (
        not is_canceled(order)
        and order.amount_total is not None
        and not order.unreadable
        and _sane(order.lines)
        and any(line.discount_rate and line.unit_price and line.quantity for line in order.lines)
    )


def _sane(lines: Sequence[Line]) -> bool:
    return all(
        line.unit_price is not None and line.quantity is not None and not line.unreadable
        for line in lines
    )
