"""The test order of the first day: a Draft in 24SevenOffice, read back beside what was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
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
from lnb24so.tools import Tools, check_company


def test_order(config: Config, mode: Mode, reference: str) -> Report:
    """Create a Draft of one order, and tell both sides of it line by line.

    It touches neither the ledger nor Le New Black. Exit code 3 says that the order is blocked.
    """
    return run(config, mode, lambda tools: _try(tools, reference))


def _try(tools: Tools, reference: str) -> Parts:
    order = tools.lnb.order(reference)
    if order is None:
        raise ConfigError(f"{reference}: Le New Black has no order with that reference.")
    config = tools.config
    facts = facts_for(tools, [order])
    check_company(tools)
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
    lines = [f"Test order {seen.order_id} in {where}."]
    lines += side_by_side(invoice, orders[0]) if orders else ["It does not read back by its id."]
    lines += [sentence(reference, warning) for warning in draft.warnings]
    lines.append(f"Look at it in 24SevenOffice, then delete order {seen.order_id} there.")
    return Parts(lines=lines)


HEADER = (
    *("customer_id", "reference", "status", "your_reference", "comment", "ordered"),
    *("delivery", "delivery_name", "delivery_phone", "delivery_address", "currency"),
    *("include_vat", "department_id", "project_id", "our_reference_id"),
)


def side_by_side(sent: InvoiceOrder, held: InvoiceOrder) -> list[str]:
    """Return one line for each field: name, what was sent, and what 24SevenOffice holds."""
    lines = [_compared(name, getattr(sent, name), getattr(held, name)) for name in HEADER]
    for number, rows in enumerate(zip_longest(sent.rows, held.rows), 1):
        for name in ("product_id", "name", "quantity", "price", "discount_rate"):
            one, other = (getattr(row, name, None) for row in rows)
            lines.append(_compared(f"row {number} {name}", one, other))
    lines.append(f"  total without VAT: {held.total}; with VAT: {held.total_with_vat}")
    return lines


def _compared(name: str, sent: Any, held: Any) -> str:
    name = name.replace("_", " ")
    if sent == held or (not sent and not held):
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
