"""One order of Le New Black as an order of 24SevenOffice, or all the reasons why not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from lnb24so.clock import day_in
from lnb24so.config.schema import Config, Orders, ResolvedMode
from lnb24so.lnb import types as lnb_types
from lnb24so.lnb.types import Order
from lnb24so.lnb.values import LOST_LETTER
from lnb24so.money import amount_text
from lnb24so.reasons import Reason
from lnb24so.soap.order import Address, Currency, InvoiceOrder, InvoiceRow
from lnb24so.soap.types import Customer
from lnb24so.texts import clean, length, shown

from .countries import country_code
from .matching import match_customer, names_differ
from .notes import Notes, fit
from .rows import Facts, MatchedLine, match_lines, order_rows, shipping_row
from .total import Accepted, Sum, choose_reading

REFERENCE_LENGTH = 50
COMMENT_LENGTH = 300
"""Lengths here and below: 24SevenOffice's documentation of InvoiceOrder and of addresses."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order ready to be sent (`invoice`), or `reasons` why it is not; never both.

    `total` is the sum of the rows without VAT, in `currency`; `reading` says how its prices
    were read.
    """

    invoice: InvoiceOrder | None
    customer: Customer | None
    currency: str
    total: Decimal | None
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    reading: str = ""


def draft_order(
    order: Order,
    mode: ResolvedMode,
    facts: Facts,
    config: Config,
    *,
    accepted: Accepted | None = None,
) -> Draft:
    """Return the order as it would be sent, or every reason why it is not; pure.

    `accepted`: a person has looked at a total that differs and lets it pass.
    """
    settings, notes = config.orders, Notes()
    _check_readable(order, settings, notes)
    customer = _customer(order, facts, settings, notes)
    currency = _currency(order, facts, notes)
    lines = match_lines(order, facts, settings, config.products.match_by, notes)
    if not any(each.product for each in lines) and not notes.reasons:
        _no_lines(order, notes)
    shipping = shipping_row(order, facts, settings, notes)
    reference = erp_reference(order.reference, settings)
    _check_references(order, reference, notes)
    amounts = _sum(order, lines, shipping)
    priced = None if notes.reasons else choose_reading(amounts, settings, accepted, notes)
    if notes.reasons or customer is None or priced is None:
        return Draft(
            None, customer, order.currency, None, tuple(notes.reasons), tuple(notes.warnings)
        )
    rows = order_rows(order, lines, priced, settings, notes)
    rows += [shipping] if shipping else []
    invoice = _invoice(
        order, mode, customer, currency, rows, reference, settings, config.erp.zone, notes
    )
    return Draft(
        invoice,
        customer,
        order.currency,
        amounts.billed(priced),
        warnings=tuple(notes.warnings),
        reading=str(priced.reading),
    )


def _sum(order: Order, lines: Sequence[MatchedLine], shipping: InvoiceRow | None) -> Sum:
    return Sum(
        order=order,
        lines=[each.line for each in lines],
        sent=[each.product is not None for each in lines],
        shipping=shipping.price if shipping else Decimal(0),
    )


def _check_readable(order: Order, settings: Orders, notes: Notes) -> None:
    """Note what holds something that cannot be read, and decides something of this order."""
    for name in order.unreadable:
        if name in lnb_types.AMOUNTS:
            notes.block(
                "order.bad_number", f"{name} is no number. Fix: correct it in Le New Black."
            )
    by_billing = settings.customer_match == "organization_number"
    status = ("status",) if lnb_types.has_no_place(order) else ()
    names = [
        name
        for name in dict.fromkeys((*order.unreadable, *status))
        if name not in lnb_types.AMOUNTS and (by_billing or not name.startswith("billing_"))
    ]
    if names:
        notes.block(
            "order.unreadable",
            f"{' and '.join(names)} cannot be read. Nothing sent, and nothing concluded. "
            "Fix: save it anew in Le New Black, or show it to Le New Black's support.",
        )


def _no_lines(order: Order, notes: Notes) -> None:
    if notes.skipped:
        fix = "Fix: enter the codes of its lines in Le New Black."
        notes.block("order.no_lines", f"no line has a code, and so nothing is to export. {fix}")
    elif order.amount_total:
        total = amount_text(order.amount_total, order.currency)
        notes.block(
            "order.no_lines",
            f"Le New Black shows no line with pieces, and a total of {total}. Nothing sent. "
            "Fix: look at it in Le New Black; if its lines are there, show it to their support.",
        )
    else:
        notes.block("order.no_lines", "nothing to export. Fix: cancel it in Le New Black.")


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
            cause=f"Currency {shown(order.currency)} is not set up in 24SevenOffice",
        )
    elif not currency.has_rate:
        notes.block(
            "order.unknown_currency",
            f"currency {order.currency} has no rate in 24SevenOffice (rate {currency.rate}, unit "
            f"{currency.unit}). Fix: enter the rate there.",
            cause=f"Currency {order.currency} has no rate in 24SevenOffice",
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
    zone: tzinfo,
    notes: Notes,
) -> InvoiceOrder:
    to, confirmed = order.delivery_address, order.confirmation_time or order.create_time
    return InvoiceOrder(
        customer_id=customer.id,
        reference=reference,
        status=mode.create_as,
        rows=tuple(rows),
        your_reference=clean(order.purchase_order_reference),
        comment=fit(_comment(order, notes), COMMENT_LENGTH, "comment", notes),
        ordered=_midnight(day_in(zone, confirmed) if confirmed else None),
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
    country = country_code(clean(to.country))
    if clean(to.country) and not country:
        notes.warn(
            "order.country_unknown",
            f"the delivery country {shown(to.country)} is none that is known here, and was left "
            "out. Check the address in 24SevenOffice.",
        )
    address = Address(
        name=fit(clean(to.company or to.contact_name), 250, "delivery name", None),
        street=fit(street, 250, "street", notes),
        postal_code=fit(clean(to.zipcode), 16, "postal code", notes),
        city=fit(clean(to.city), 50, "city", notes),
        country=country,
    )
    return address if address != Address() else None


def _comment(order: Order, notes: Notes) -> str:
    """Return the comment; what must not be cut off stands before the retailer's own words."""
    parts = [f"Not exported: {'; '.join(notes.skipped)}."] if notes.skipped else []
    if order.delivery_end_on:
        parts.append(f"Latest delivery {order.delivery_end_on}.")
    if order.auto_cancel_on and order.auto_cancel_on != order.delivery_end_on:
        parts.append(f"Canceled if not delivered by {order.auto_cancel_on}.")
    return " ".join((*parts, clean(order.comment))).strip()


def _midnight(day: date | None) -> datetime | None:
    """Return the day's midnight, as 24SevenOffice is told of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
