"""Answer `lnb24so status --exported`: which order became which, and for how much, for finance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from lnb24so.clock import Zone, from_utc_text, utc_text
from lnb24so.config.schema import Config
from lnb24so.ledger.exports import Export, exports
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Step
from lnb24so.money import amount_text, to_minor
from lnb24so.run import Mode
from lnb24so.screen.report import json_lines, print_lines, print_plain
from lnb24so.screen.sheet import csv_lines
from lnb24so.texts import shown

COLUMNS = (
    *("reference", "order_id", "erp_reference", "customer_id", "exported", "retailer"),
    *("currency", "total", "state", "decision", "who", "decided", "note"),
)
"""Of the CSV; `exported` and `decided` are UTC, `total` is as it is billed."""


def show_exported(
    config: Config,
    mode: Mode,
    *,
    since: date | None,
    until: date | None,
    as_csv: bool,
    as_json: bool,
) -> int:
    """Print the orders that 24SevenOffice has, the first exported first, row by row; return 0.

    Days are days in `24sevenoffice.time_zone`, and `until` is the last one.
    """
    zone = config.erp.zone
    first = _midnight(since, zone) if since else None
    end = _midnight(until + timedelta(days=1), zone) if until else None
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        rows = (_row(order, decided) for order, decided in exports(ledger, first, end))
        if as_csv:
            print_plain(csv_lines(COLUMNS, rows))
        elif as_json:
            print_plain(json_lines("exported", rows))
        else:
            print_lines(_line(row, Zone(config.erp.time_zone)) for row in rows)
    return 0


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _row(order: Export, decided: Sequence[Step]) -> dict[str, Any]:
    """Return a row; several decisions on one order stand together, the first one first."""
    total = order.total
    return {
        "reference": order.reference,
        "order_id": order.order_id,
        "erp_reference": order.erp_reference,
        "customer_id": order.customer_id,
        "exported": utc_text(order.at),
        "retailer": order.retailer,
        "currency": order.currency,
        "total": None if total is None else to_minor(total, order.currency),
        "state": order.state,
        "decision": _joined(step.detail.get("decision") for step in decided),
        "who": _joined(step.detail.get("user") for step in decided),
        "decided": _joined(utc_text(step.at) for step in decided),
        "note": _joined(step.detail.get("note") for step in decided),
    }


def _joined(parts: Iterable[object]) -> str:
    return "; ".join(str(part) for part in parts if part)


def _line(row: Mapping[str, Any], zone: Zone) -> str:
    total = row["total"]
    facts = [
        f"{row['reference']} is order {row['order_id']}",
        f"customer {row['customer_id']}",
        f"retailer {shown(row['retailer'])}" if row["retailer"] else "",
        "" if total is None else amount_text(total, row["currency"]),
        f"exported {zone.stamp(from_utc_text(row['exported']))}",
    ]
    if row["decision"]:
        note = f": {row['note']}" if row["note"] else ""
        facts.append(f"{row['decision']} by {row['who']}{note}")
    return ", ".join(fact for fact in facts if fact)
