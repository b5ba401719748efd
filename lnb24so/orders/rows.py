"""The rows of an order: its lines with their products, pieces and prices, and shipping. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lnb24so.config.schema import Orders
from lnb24so.lnb.types import CODES, Line, Order
from lnb24so.money import amount_text, price_row, to_minor
from lnb24so.reasons import Reason
from lnb24so.soap.order import Currency, InvoiceRow
from lnb24so.soap.types import Product
from lnb24so.texts import clean, shown

from .matching import CustomerIndex, ProductIndex, line_name, match_product
from .notes import Notes, fit
from .prices import Priced

MOST_PIECES = Decimal(1_000_000)
MOST_MONEY = Decimal(10) ** 12
"""Beyond these a number is a mistake, not an order."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What 24SevenOffice holds that an order needs."""

    products: ProductIndex
    customers: CustomerIndex
    own_currency: str
    currencies: Mapping[str, Currency]


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line that makes sense, and its product; None for one that is left out."""

    number: int
    line: Line
    product: Product | None


def match_lines(
    order: Order, facts: Facts, settings: Orders, match_by: str, notes: Notes
) -> list[MatchedLine]:
    """Return the lines that can be exported or are left out, without those of no pieces."""
    lines = []
    for number, line in enumerate(order.lines, start=1):
        if line.quantity == 0 or not _makes_sense(number, line, order, settings, notes):
            continue
        product = match_product(number, line, facts.products, match_by)
        if not isinstance(product, Reason):
            lines.append(MatchedLine(number, line, product))
        elif can_be_left_out(line, product, settings):
            lines.append(MatchedLine(number, line, None))
            notes.skipped.append(line_name(number, line))
            notes.warn("order.line_skipped", f"{product.message} Left out.", number)
        else:
            notes.reasons.append(product)
    return lines


def order_rows(
    order: Order, lines: Sequence[MatchedLine], priced: Priced, settings: Orders, notes: Notes
) -> list[InvoiceRow]:
    """Return the rows of the lines that are sent, each of what it comes to."""
    rows = []
    for each, total in zip(lines, priced.totals, strict=True):
        line, product = each.line, each.product
        if product is None or line.quantity is None or line.unit_price is None:
            continue
        rates = line_rates(line, order, settings)
        price = price_row(line.unit_price, rates, line.quantity, order.currency, total)
        name = fit(clean(line.title or product.name), 300, "name", notes, each.number)
        rows.append(InvoiceRow(product.id, name, line.quantity, price.price, price.discount_rate))
    return rows


def line_rates(line: Line, order: Order, settings: Orders) -> tuple[Decimal, ...]:
    """Return the rates that are taken off a line, in percent."""
    own = line.discount_rate if settings.unit_price == "before_discount" else None
    rates = (own, line.promotion_rate, order.discount_rate)
    return tuple(rate or Decimal(0) for rate in rates)


def can_be_left_out(line: Line, reason: Reason, settings: Orders) -> bool:
    """Return whether a line without a code is left out; not one whose code cannot be read."""
    skips = reason.code == "line.missing_code" and settings.missing_code == "skip_line"
    return skips and not set(CODES) & set(line.unreadable)


def _makes_sense(number: int, line: Line, order: Order, settings: Orders, notes: Notes) -> bool:
    """Return whether pieces, price and discounts of a line can be exported; note what cannot."""
    who, before = line_name(number, line), len(notes.reasons)
    for rate in line.unreadable:
        if rate not in CODES:
            notes.block(
                "line.bad_discount",
                f"{who}: {rate} is no number. Fix: correct it in Le New Black.",
                number,
            )
    pieces, price = line.quantity, line.unit_price
    if pieces is None or pieces < 0 or pieces != int(pieces) or pieces > MOST_PIECES:
        given = "missing or no number" if pieces is None else f"{pieces:f}"
        notes.block(
            "line.bad_quantity",
            f"{who}: the quantity is {given}. Fix: enter whole pieces in Le New Black.",
            number,
        )
    if price is None:
        notes.block(
            "line.missing_price",
            f"{who}: the unit price is missing or no number. Fix: enter it in Le New Black.",
            number,
        )
    elif not 0 <= price <= MOST_MONEY:
        notes.block(
            "line.bad_price",
            f"{who}: the unit price is {price:f}. Fix: correct it in Le New Black.",
            number,
        )
    rates = line_rates(line, order, settings)
    wrong = [f"{rate:f} %" for rate in rates if not 0 <= rate <= 100]
    if wrong:
        notes.block(
            "line.bad_discount",
            f"{who}: a discount of {', '.join(wrong)}. Fix: correct it in Le New Black.",
            number,
        )
    return len(notes.reasons) == before


def shipping_row(order: Order, facts: Facts, settings: Orders, notes: Notes) -> InvoiceRow | None:
    """Return the row of the shipping fee, or None where there is none or it cannot be sent."""
    fee = order.amount_shipping or Decimal(0)
    if fee == 0:
        return None
    if not 0 < fee <= MOST_MONEY:
        notes.block(
            "order.bad_shipping",
            f"the shipping fee is {fee:f}. Fix: correct it in Le New Black.",
        )
        return None
    if settings.shipping_product is None:
        notes.block(
            "order.shipping_without_product",
            f"a shipping fee of {amount_text(fee, order.currency)} has no product. "
            "Fix: set orders.shipping_product to the number of one in 24SevenOffice.",
            cause="orders.shipping_product is not set",
            remedy="set it to the number of a product in 24SevenOffice.",
        )
        return None
    products = facts.products.by_number.get(settings.shipping_product, ())
    active = [product for product in products if product.active]
    if len(active) != 1:
        notes.block(
            "order.shipping_product_unknown",
            f"{len(active)} active products have the No {shown(settings.shipping_product)}. "
            "Fix: set orders.shipping_product to the number of exactly one.",
            cause=f"orders.shipping_product is {shown(settings.shipping_product)}, on "
            f"{len(active)} active products",
        )
        return None
    price = to_minor(fee, order.currency)
    name = fit(clean(active[0].name), 300, "name", None)
    return InvoiceRow(active[0].id, name, Decimal(1), price, Decimal(0))
