"""The rows of an order: products, pieces, prices, shipping, and whether they add up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lnb24so.config.schema import Orders
from lnb24so.lnb.types import CODES, Line, Order
from lnb24so.money import amount_text, differs, price_row, row_total, to_minor
from lnb24so.reasons import Reason
from lnb24so.soap.order import Currency, InvoiceRow
from lnb24so.texts import clean, cut, shown

from .matching import CustomerIndex, ProductIndex, line_name, match_product

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


@dataclass(slots=True)
class Notes:
    """What was noticed on the way through one order."""

    reasons: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def block(self, code: str, message: str, line: int | None = None) -> None:
        """Note why the order is not exported."""
        self.reasons.append(Reason(code, message, line))

    def warn(self, code: str, message: str, line: int | None = None) -> None:
        """Note what a person should know, and go on."""
        self.warnings.append(Reason(code, message, line))


def order_rows(
    order: Order, facts: Facts, settings: Orders, match_by: str, notes: Notes
) -> tuple[list[InvoiceRow], Decimal, Decimal]:
    """Return the rows, what they come to, and what the skipped lines would have come to."""
    rows: list[InvoiceRow] = []
    total = left_out = Decimal(0)
    for number, line in enumerate(order.lines, start=1):
        if line.quantity == 0:
            continue
        rates = _checked_rates(number, line, order, settings, notes)
        if rates is None or line.quantity is None or line.unit_price is None:
            continue
        product = match_product(number, line, facts.products, match_by)
        if isinstance(product, Reason):
            if can_be_left_out(line, product, settings):
                left_out += row_total(line.unit_price, rates, line.quantity, order.currency)
                notes.skipped.append(line_name(number, line))
                notes.warn("order.line_skipped", f"{product.message} Left out.", number)
            else:
                notes.reasons.append(product)
            continue
        price = price_row(line.unit_price, rates, line.quantity, order.currency)
        name = fit(clean(line.title or product.name), 300, "name", notes, number)
        rows.append(InvoiceRow(product.id, name, line.quantity, price.price, price.discount_rate))
        total += price.total
    return rows, total, left_out


def can_be_left_out(line: Line, reason: Reason, settings: Orders) -> bool:
    """Return whether a line without a code is left out; not one whose code cannot be read."""
    skips = reason.code == "line.missing_code" and settings.missing_code == "skip_line"
    return skips and not set(CODES) & set(line.unreadable)


def _checked_rates(
    number: int, line: Line, order: Order, settings: Orders, notes: Notes
) -> tuple[Decimal, ...] | None:
    """Return the discounts of a line that can be exported, in percent, or None."""
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
    own = line.discount_rate if settings.unit_price == "before_discount" else None
    rates = tuple(rate or Decimal(0) for rate in (own, line.promotion_rate, order.discount_rate))
    if any(not 0 <= rate <= 100 for rate in rates):
        wrong = ", ".join(f"{rate:f} %" for rate in rates if not 0 <= rate <= 100)
        notes.block(
            "line.bad_discount",
            f"{who}: a discount of {wrong}. Fix: correct it in Le New Black.",
            number,
        )
    return rates if len(notes.reasons) == before else None


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
        )
        return None
    products = facts.products.by_number.get(settings.shipping_product, ())
    active = [product for product in products if product.active]
    if len(active) != 1:
        notes.block(
            "order.shipping_product_unknown",
            f"{len(active)} active products have the No {shown(settings.shipping_product)}. "
            "Fix: set orders.shipping_product to the number of exactly one.",
        )
        return None
    price = to_minor(fee, order.currency)
    name = fit(clean(active[0].name), 300, "name", None)
    return InvoiceRow(active[0].id, name, Decimal(1), price, Decimal(0))


def check_total(
    order: Order, total: Decimal, left_out: Decimal, rows: int, settings: Orders, notes: Notes
) -> None:
    """Note a planned total that differs from the order's own by more than rounding can."""
    if order.amount_total is None:
        notes.warn("order.no_total", "has no total in Le New Black to compare with.")
        return
    if abs(order.amount_total) <= MOST_MONEY and not differs(
        total, order.amount_total - left_out, rows, order.currency
    ):
        return
    less = f" (of which {amount_text(left_out, order.currency)} left out)" if left_out else ""
    given = f"{order.amount_total:,f} {order.currency}"
    if abs(order.amount_total) <= MOST_MONEY:
        given = amount_text(order.amount_total, order.currency)
    figures = f"rows {amount_text(total, order.currency)}, order {given}{less}."
    if settings.total_check == "warn":
        notes.warn("order.total_mismatch", f"{figures} Sent all the same (orders.total_check).")
    else:
        notes.block(
            "order.total_mismatch",
            f"{figures} Nothing sent. Fix: check orders.unit_price, or: "
            f"lnb24so resolve {order.reference} --accept-total",
        )


def fit(text: str, limit: int, name: str, notes: Notes | None, line: int | None = None) -> str:
    """Return the text cut to what 24SevenOffice keeps, with a warning where it was."""
    kept = cut(text, limit)
    if notes is not None and kept != text:
        where = f"line {line}: " if line else ""
        notes.warn("order.text_cut", f"{where}the {name} was cut to {limit} characters.", line)
    return kept
