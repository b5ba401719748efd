"""The month for finance, order by order: as rows of a CSV file, and for `--json`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from lnb24so.money import to_minor

from .amounts import credited
from .period import written_day
from .types import Finding, Line, Trio

COLUMNS = (
    *("reference", "our_reference", "retailer", "customer_number", "confirmed", "exported"),
    *("currency", "rate", "net_in_le_new_black", "net_in_24sevenoffice", "vat_in_24sevenoffice"),
    *("gross_in_24sevenoffice", "difference", "changed_in_24sevenoffice", "order_ids", "status"),
    *("invoice_numbers", "invoiced", "paid", "credited", "state", "reading_of_prices"),
    *("decision", "who", "when", "note", "accepted_total"),
)


def rows(lines: Iterable[Line], own: str, zone: tzinfo) -> list[dict[str, Any]]:
    """Return a row for each order that counts; what is not due yet is not among them."""
    return [_row(line, own, zone) for line in lines if not line.not_due]


def _row(line: Line, own: str, zone: tzinfo) -> dict[str, Any]:
    trio = line.trio
    order, entry, story = trio.order, trio.entry, trio.story
    every = (*trio.parents, *trio.derived)
    first = trio.parents[0] if trio.parents else None
    known = trio.known[-1] if trio.known else None
    both = line.lnb_orders and line.erp_orders
    sent = to_minor(trio.sent, line.currency) if both and trio.sent is not None else None
    return {
        "reference": trio.reference,
        "our_reference": trio.our_reference,
        "retailer": order.retailer_name if order else "",
        "customer_number": first.customer_id if first else entry.customer_id if entry else None,
        "confirmed": _moment(order.confirmation_time if order else None, zone),
        "exported": _moment(story.exported, zone),
        "currency": line.currency,
        "rate": _rate(trio),
        "net_in_le_new_black": to_minor(line.lnb, line.currency),
        "net_in_24sevenoffice": to_minor(line.erp, line.currency),
        "vat_in_24sevenoffice": to_minor(line.vat, line.currency),
        "gross_in_24sevenoffice": to_minor(line.erp + line.vat, line.currency),
        "difference": to_minor(line.difference, line.currency),
        "changed_in_24sevenoffice": None if sent is None else line.erp - sent,
        "order_ids": _joined(one.order_id for one in every),
        "status": _joined(one.status for one in trio.parents),
        "invoice_numbers": _joined(one.invoice_id for one in every if one.invoice_id),
        "invoiced": _joined(_day(one.invoiced, zone) for one in every if one.invoiced),
        "paid": _joined(_day(one.paid, zone) for one in every if one.paid),
        "credited": to_minor(credited(trio, line.currency, own), line.currency),
        "state": entry.state if entry else "",
        "reading_of_prices": story.reading,
        "decision": story.decision or ("acknowledge" if known else ""),
        "who": story.who or (known.who if known else ""),
        "when": _moment(story.when or (known.at if known else None), zone),
        "note": story.note or (known.note if known else ""),
        "accepted_total": entry.accepted_amount if entry else None,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return what stands of an order, for `--json`."""
    trio = finding.trio
    order = trio.order
    return {
        "reference": finding.reference,
        "our_reference": trio.our_reference,
        **finding.reason.document(),
        "month": f"{trio.day:%Y-%m}",
        "le_new_black": None
        if order is None
        else {
            "status": order.status,
            "currency": order.currency,
            "net": None if order.amount_total is None else str(order.amount_total),
        },
        "24sevenoffice": [
            {"order_id": one.order_id, "net": None if one.net is None else str(one.net)}
            for one in trio.parents
        ],
        "state": trio.entry.state if trio.entry else None,
    }


def row_document(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row for `--json`: money as strings."""
    return {name: str(one) if isinstance(one, Decimal) else one for name, one in row.items()}


def _rate(trio: Trio) -> Decimal | None:
    """Return what one of the order's currency costs in the company's own."""
    if not trio.parents:
        return None
    money = trio.parents[0].currency
    return Decimal(1) if money is None else money.rate / money.unit


def _joined(values: Iterable[object]) -> str:
    return " ".join(dict.fromkeys(map(str, values)))


def _day(moment: datetime | None, zone: tzinfo) -> str:
    return written_day(moment, zone).isoformat() if moment else ""


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
