"""The test order of the first day: a Draft in 24SevenOffice, read back beside what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from lnb24so.config.schema import Config
from lnb24so.errors import Rejected, Transient
from lnb24so.money import amount_text, differs, to_minor
from lnb24so.orders.draft import REFERENCE_LENGTH, Draft, draft_order
from lnb24so.orders.lookup import facts_for
from lnb24so.reasons import sentence
from lnb24so.run import Mode, Parts, Report, run
from lnb24so.screen.tables import Column, shorten, table_lines, table_width
from lnb24so.soap.order import InvoiceOrder, InvoiceRow
from lnb24so.soap.outcome import create_outcome
from lnb24so.texts import cut
from lnb24so.tools import Tools, check_company


def test_order(config: Config, mode: Mode, reference: str) -> Report:
    """Create a Draft of one order, and tell both sides of it, with a verdict.

    It touches neither the ledger nor Le New Black. Exit code 3 says that the order is blocked, or
    that there is none.
    """
    return run(config, mode, lambda tools: _try(tools, reference))


def _try(tools: Tools, reference: str) -> Parts:
    order = tools.lnb.order(reference)
    if order is None:
        missing = f"{reference}: Le New Black has no order with that reference."
        return Parts(lines=[missing], exit_code=3)
    config = tools.config
    facts = facts_for(tools, [order])
    check_company(tools)
    mode = config.orders.for_mode(order.order_mode)
    draft = draft_order(
        order,
        mode,
        facts,
        config,
    )
    if draft.invoice is None:
        reasons = [sentence(reference, reason) for reason in draft.reasons]
        return Parts(lines=reasons, exit_code=3)
    tools.soap.require_one_company()
    name = cut(f"TEST-{draft.invoice.reference}", REFERENCE_LENGTH)
    invoice = replace(draft.invoice, status="Draft", reference=name)
    seen = tools.soap.create(invoice)
    outcome = create_outcome(seen)
    if outcome == "blocked":
        raise Rejected(f"{reference}: 24SevenOffice refused the test order ({seen.answer}).")
    if outcome != "exported" or seen.order_id is None:
        raise Transient(
            f"{reference}: no clear answer ({seen.answer}). Look in 24SevenOffice for a Draft "
            f"with the reference {name} and delete it."
        )
    orders = tools.soap.orders_by_id([seen.order_id])
    where = f"company {tools.soap.company.id}, status Draft, reference {name}"
    lines = [f"Test order {seen.order_id} in {where}, currency: {draft.currency}."]
    if orders:
        lines += both_sides(invoice, orders[0], draft, table_width())
    else:
        lines.append("Verdict: 24SevenOffice does not show it by its id.")
    lines += [sentence(reference, warning) for warning in draft.warnings]
    lines.append(f"Look at it in 24SevenOffice, then delete order {seen.order_id} there.")
    return Parts(lines=lines)


HEADER = (
    *("customer_id", "reference", "status", "your_reference", "comment", "ordered"),
    *("delivery", "delivery_name", "delivery_phone", "delivery_address", "currency"),
    *("include_vat", "department_id", "project_id", "our_reference_id"),
)

COLUMNS = (Column("What"), Column("Sent", is_name=True), Column("In 24SevenOffice"))

MOST_OF_OTHERS = 30
"""So much of what 24SevenOffice holds otherwise stands in the table; all of it stands below."""


def both_sides(sent: InvoiceOrder, held: InvoiceOrder, draft: Draft, width: int) -> Iterator[str]:
    """Yield a table of what was sent and what 24SevenOffice holds, the sums, and the verdict."""
    rows, differences = [], []
    pairs = [(name.replace("_", " "), getattr(sent, name), getattr(held, name)) for name in HEADER]
    for number, (row, there) in enumerate(zip_longest(sent.rows, held.rows), 1):
        one, other = (_row_text(each, draft.currency) for each in (row, there))
        pairs.append((f"row {number}", one, other))
    for name, one, other in pairs:
        if one == other and one:
            rows.append([name, _text(one), "the same"])
        elif one or other:
            rows.append([f"! {name}", _text(one), shorten(_text(other), MOST_OF_OTHERS)])
            differences.append(f"! {name}: sent {_text(one)}, found {_text(other)}")
    sums = list(_sums(sent, held, draft))
    rows += [[name, one, other] for name, one, other, _ in sums]
    differences += [
        f"! {name}: sent {one}, found {other}" for name, one, other, fits in sums if not fits
    ]
    yield from table_lines(COLUMNS, rows, width)
    if differences:
        things = "1 thing" if len(differences) == 1 else f"{len(differences)} things"
        yield f"Verdict: 24SevenOffice holds {things} otherwise than it was sent."
        yield from differences
    else:
        yield "Verdict: 24SevenOffice holds what was sent, in every field and to the cent."


def _sums(
    sent: InvoiceOrder, held: InvoiceOrder, draft: Draft
) -> Iterator[tuple[str, str, str, bool]]:
    """Yield net, VAT and total: name, what was sent, what is there, and whether they agree.

    Of net and total the one is sent that the prices are; 24SevenOffice works out the rest.
    """
    vat = None
    if held.total is not None and held.total_with_vat is not None:
        vat = held.total_with_vat - held.total
    with_vat = bool(sent.include_vat)
    for name, is_sent, there in (
        ("net", not with_vat, held.total),
        ("VAT", False, vat),
        ("total with VAT", with_vat, held.total_with_vat),
    ):
        here = draft.total if is_sent else None
        fits = here is None or (
            there is not None and not differs(here, there, len(sent.rows), draft.currency)
        )
        yield name, _money(here, draft), _money(there, draft) or "unknown", fits


def _money(amount: Decimal | None, draft: Draft) -> str:
    return "" if amount is None else amount_text(amount, draft.currency)


def _row_text(row: InvoiceRow | None, currency: str) -> str:
    if row is None:
        return ""
    less = f" less {_number(row.discount_rate)} %" if row.discount_rate else ""
    rounded = to_minor(row.price, currency)
    price = f"{rounded:,}" if rounded == row.price else _number(row.price)
    pieces = f"{_number(row.quantity)} x {price}{less}"
    return f"{pieces}, product {row.product_id} {row.name}"


def _number(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _text(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if hasattr(value, "symbol"):
        return f"{value.symbol}, {value.unit} for {value.rate}"
    if hasattr(value, "street"):
        parts = (value.name, value.street, value.postal_code, value.city, value.country)
        return ", ".join(part for part in parts if part)
    return str(value)
