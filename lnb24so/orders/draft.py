"""One order of Le New Black as an order of 24SevenOffice, or all the reasons why not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from lnb24so.config.schema import Orders, ResolvedMode
from lnb24so.lnb import types as lnb_types
from lnb24so.lnb.types import Order
from lnb24so.lnb.values import LOST_LETTER
from lnb24so.reasons import Reason
from lnb24so.soap.order import Address, Currency, InvoiceOrder, InvoiceRow
from lnb24so.soap.types import Customer
from lnb24so.texts import clean, length, shown

from .matching import match_customer, names_differ
from .rows import Facts, Notes, check_total, fit, order_rows, shipping_row

REFERENCE_LENGTH = 50
COMMENT_LENGTH = 300
"""Lengths here and below: 24SevenOffice's documentation of InvoiceOrder and of addresses."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order ready to be sent (`invoice`), or `reasons` why it is not; never both.

    `total` is the sum of the rows without VAT, in `currency`.
    """

    invoice: InvoiceOrder | None
    customer: Customer | None
    currency: str
    total: Decimal | None
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()


def draft_order(
    order: Order,
    mode: ResolvedMode,
    facts: Facts,
    settings: Orders,
    *,
    match_by: str,
    accept_total: bool = False,
) -> Draft:
    """Return the order as it would be sent, or every reason why it is not; pure.

    `accept_total`: a person has looked at a total that differs and lets it pass.
    """
    notes = Notes()
    for name in order.unreadable:
        notes.block("order.bad_number", f"{name} is no number. Fix: correct it in Le New Black.")
    customer = _customer(order, facts, settings, notes)
    currency = _currency(order, facts, notes)
    rows, total, left_out = order_rows(order, facts, settings, match_by, notes)
    if not rows and not notes.reasons:
        notes.block("order.no_lines", "nothing to export. Fix: cancel it in Le New Black.")
    shipping = shipping_row(order, facts, settings, notes)
    if shipping is not None:
        rows.append(shipping)
        total += shipping.price
    if not notes.reasons and not accept_total:
        check_total(order, total, left_out, len(rows) + len(notes.skipped), settings, notes)
    reference = erp_reference(order.reference, settings)
    _check_references(order, reference, notes)
    if notes.reasons or customer is None:
        return Draft(
            None, customer, order.currency, None, tuple(notes.reasons), tuple(notes.warnings)
        )
    invoice = _invoice(order, mode, customer, currency, rows, reference, settings, notes)
    return Draft(invoice, customer, order.currency, total, (), tuple(notes.warnings))


def erp_reference(reference: str, settings: Orders) -> str:
    """Return the ReferenceNumber of an order in 24SevenOffice."""
    return settings.erp_reference(reference)


def fold_reference(reference: str) -> str:
    """Return a ReferenceNumber as it is compared: stripped and case-folded."""
    return reference.strip().casefold()


def _customer(order: Order, facts: Facts, settings: Orders, notes: Notes) -> Customer | None:
    customer = match_customer(order, facts.customers, settings)
    if isinstance(customer, Reason):
        notes.reasons.append(customer)
        return None
    if names_differ(order.retailer_name, customer.name):
        notes.warn(
            "customer.name_differs",
            f"retailer {shown(order.retailer_name)} goes to customer {customer.id} "
            f"{shown(customer.name)}. Check the customer reference in Le New Black.",
        )
    return customer


def _currency(order: Order, facts: Facts, notes: Notes) -> Currency | None:
    """Return the foreign currency with its rate, or None for the company's own."""
    if not order.currency:
        notes.block(
            "order.missing_currency", "has no currency. Fix: enter it on the order in Le New Black."
        )
        return None
    if order.currency == facts.own_currency.upper():
        return None
    currency = facts.currencies.get(order.currency)
    if currency is None:
        notes.block(
            "order.unknown_currency",
            f"currency {shown(order.currency)} is not set up in 24SevenOffice. Fix: add it there.",
        )
    elif not currency.has_rate:
        notes.block(
            "order.unknown_currency",
            f"currency {order.currency} has no rate in 24SevenOffice (rate {currency.rate}, unit "
            f"{currency.unit}). Fix: enter the rate there.",
        )
    return currency


def _check_references(order: Order, reference: str, notes: Notes) -> None:
    if not order.reference:
        notes.block(
            "order.no_reference",
            f"an order of retailer {shown(order.retailer_name)} has no reference. "
            "Fix: ask Le New Black for one.",
        )
    elif clean(order.reference) != order.reference or LOST_LETTER in order.reference:
        notes.block(
            "order.bad_reference",
            f"the reference {shown(order.reference)} holds characters that 24SevenOffice cannot "
            "keep. Fix: type the order in by hand, and cancel it in Le New Black.",
        )
    for text, name, fix in (
        (reference, "the reference", _shorter(order.reference)),
        (order.purchase_order_reference, "the purchase order reference", "shorten it"),
    ):
        if length(clean(text)) > REFERENCE_LENGTH:
            notes.block(
                "order.reference_too_long",
                f"{name} {shown(text)} has more than {REFERENCE_LENGTH} characters, and a cut "
                f"reference finds nothing. Fix: {fix}.",
            )


def _shorter(reference: str) -> str:
    if length(clean(reference)) > REFERENCE_LENGTH:
        return "type the order in by hand, and cancel it in Le New Black"
    return "shorten orders.reference"


def _invoice(
    order: Order,
    mode: ResolvedMode,
    customer: Customer,
    currency: Currency | None,
    rows: Sequence[InvoiceRow],
    reference: str,
    settings: Orders,
    notes: Notes,
) -> InvoiceOrder:
    to = order.delivery_address
    comment = clean(order.comment)
    if notes.skipped:
        comment = f"Not exported: {'; '.join(notes.skipped)}. {comment}".strip()
    return InvoiceOrder(
        customer_id=customer.id,
        reference=reference,
        status=mode.create_as,
        rows=tuple(rows),
        your_reference=clean(order.purchase_order_reference),
        comment=fit(comment, COMMENT_LENGTH, "comment", notes),
        ordered=_midnight(order.confirmation_time or order.create_time),
        delivery=_midnight(order.delivery_start_on),
        delivery_name=fit(clean(to.company or to.contact_name), 250, "delivery name", notes),
        delivery_phone=fit(clean(to.tel), 25, "delivery phone", notes),
        delivery_address=_delivery_address(to, notes),
        currency=currency,
        include_vat=True if settings.prices_include_vat else None,
        department_id=mode.department_id,
        project_id=mode.project_id,
        our_reference_id=settings.our_reference_id,
    )


def _delivery_address(to: lnb_types.Address, notes: Notes) -> Address | None:
    street = clean(f"{to.address_1}, {to.address_2}".strip(", "))
    country = clean(to.country).upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        notes.warn(
            "order.country_unknown",
            f"the delivery country {shown(to.country)} is no two-letter code and was left out. "
            "Check the address in 24SevenOffice.",
        )
        country = ""
    address = Address(
        name=fit(clean(to.company or to.contact_name), 250, "delivery name", None),
        street=fit(street, 250, "street", notes),
        postal_code=fit(clean(to.zipcode), 16, "postal code", notes),
        city=fit(clean(to.city), 50, "city", notes),
        country=country,
    )
    return address if address != Address() else None


def _midnight(day: date | None) -> datetime | None:
    """Return the day's midnight; a time counts by its day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
