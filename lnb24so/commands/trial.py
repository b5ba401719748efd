"""The test order of the first day: a Draft in 24SevenOffice, read back beside what was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from lnb24so.config.schema import Config
from lnb24so.errors import ConfigError, Rejected, Transient
from lnb24so.orders.draft import REFERENCE_LENGTH, draft_order
from lnb24so.orders.lookup import facts_for
from lnb24so.reasons import sentence
from lnb24so.run import Mode, Parts, Report, run
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.outcome import create_outcome
from lnb24so.texts import cut
from lnb24so.tools import Tools


def test_order(config: Config, mode: Mode, reference: str) -> Report:
    """Create a Draft of one order, and tell both sides of it."""

    def attempt(tools: Tools) -> Parts:
        lines, exit_code = try_order(tools, reference)
        return Parts(lines=tuple(lines), exit_code=exit_code)

    return run(config, mode, attempt)


def try_order(tools: Tools, reference: str) -> tuple[list[str], int]:
    """Create a Draft of one order, and return both sides line by line, with the exit code.

    It touches neither the ledger nor Le New Black. Exit code 3 says that the order is blocked.
    """
    order = tools.lnb.order(reference)
    if order is None:
        raise ConfigError(f"{reference}: Le New Black has no order with that reference.")
    config = tools.config
    facts = facts_for(tools.soap, config, [order])
    company = tools.soap.company
    tools.ledger.check_company(company.id, company.name)
    mode = config.orders.for_mode(order.order_mode)
    draft = draft_order(
        order,
        mode,
        facts,
        config.orders,
        match_by=config.products.match_by,
        zone=config.erp.zone,
    )
    if draft.invoice is None:
        return [sentence(reference, reason) for reason in draft.reasons], 3
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
    lines = [f"Test order {seen.order_id} in company {company.id}, status Draft, reference {name}."]
    lines += side_by_side(invoice, orders[0]) if orders else ["It does not read back by its id."]
    lines += [sentence(reference, warning) for warning in draft.warnings]
    lines.append(f"Look at it in 24SevenOffice, then delete order {seen.order_id} there.")
    return lines, 0


HEADER = (
    *("customer_id", "reference", "status", "your_reference", "comment", "ordered"),
    *("delivery", "delivery_name", "delivery_phone", "delivery_address", "currency"),
    *("include_vat", "department_id", "project_id", "our_reference_id"),
)


def side_by_side(sent: InvoiceOrder, held: InvoiceOrder) -> list[str]:
    """Return one line for each field: name, what was sent, and what 24SevenOffice holds."""
    lines = []
    for name in HEADER:
        lines.append(_compared(name, getattr(sent, name), getattr(held, name)))
    for number in range(max(len(sent.rows), len(held.rows))):
        for name in ("product_id", "name", "quantity", "price", "discount_rate"):
            one, other = (
                getattr(rows[number], name) if number < len(rows) else None
                for rows in (sent.rows, held.rows)
            )
            lines.append(_compared(f"row {number + 1} {name}", one, other))
    lines.append(f"  total without VAT: {held.total}; with VAT: {held.total_with_vat}")
    return lines


def _compared(name: str, sent: Any, held: Any) -> str:
    same = sent == held or (not sent and not held)
    name = name.replace("_", " ")
    if same:
        return f"  {name}: {_text(sent)}"
    return f"! {name}: sent {_text(sent)}, found {_text(held)}"


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
