"""A run on a terminal: tables whose order numbers, actions, amounts and reasons are whole.

What needs a person comes first and is shown, all of it; of the rest as much as one looks at.
"""

from __future__ import annotations

from collections.abc import Iterator

from lnb24so.money import amount_text
from lnb24so.orders.types import OrderReport, Result
from lnb24so.process.streams import fit
from lnb24so.run import Report
from lnb24so.stock.plan import StockItem, StockReport
from lnb24so.texts import shown

from .tables import Column, table_lines, wrap
from .words import (
    URGENT_LEVELS,
    is_urgent,
    level_text,
    order_closing,
    reason_lines,
    retailer_name,
    stock_closing,
    urgency,
)

ORDERS = (
    *(Column("Order"), Column("Retailer", is_name=True), Column("What")),
    *(Column("Lines", is_right=True), Column("Total", is_right=True)),
)
LEVELS = (
    *(Column("Code"), Column("Product", is_name=True), Column("Now", is_right=True)),
    *(Column("New", is_right=True), Column("Note")),
)


def board_lines(report: Report, most: int, width: int) -> Iterator[str]:
    """Yield a run in lines of at most `width` cells; `most` rows that need nobody are shown."""
    if report.company is not None:
        company = f"24SevenOffice company {report.company.id} {shown(report.company.name)}"
        yield from wrap(fit(company), width)
    if report.stock is not None:
        yield from _stock(report, report.stock, most, width)
    if report.orders is not None:
        yield from _orders(report, report.orders, most, width)


def _orders(report: Report, part: OrderReport, most: int, width: int) -> Iterator[str]:
    results = sorted(part.results, key=urgency)
    urgent = sum(map(is_urgent, results))
    seen, hidden = results[: max(urgent, most)], results[max(urgent, most) :]
    if seen:
        yield ""
        yield from table_lines(ORDERS, map(_order_row, seen), width)
        yield ""
    reasons_of_all = []
    for result in seen:
        # What a run says on stderr stands there already.
        is_told = result.news and not report.dry_run
        reasons = (*(() if is_told else result.reasons), *result.item.warnings)
        reasons_of_all += [(result.item, reason) for reason in reasons]
    for line in (*reason_lines(reasons_of_all), *order_closing(report, part, hidden)):
        yield from wrap(fit(line), width)


def _order_row(result: Result) -> list[str]:
    item, what = result.item, result.outcome or result.item.action
    total = "" if item.total is None else amount_text(item.total, item.currency)
    became = f"{what} {result.order_id}" if result.order_id else what
    return [item.reference, retailer_name(item), became, str(item.line_count), total]


def _stock(report: Report, part: StockReport, most: int, width: int) -> Iterator[str]:
    refused = part.refused or {}

    def rank(item: StockItem) -> int:
        return 0 if item.code in refused else 1 if item.reason in URGENT_LEVELS else 2

    items = sorted(part.plan.items, key=rank)
    urgent = sum(rank(item) < 2 for item in items)
    seen, hidden = items[: max(urgent, most)], items[max(urgent, most) :]
    if seen:
        notes = ["refused" if item.code in refused else item.reason or "" for item in seen]
        yield ""
        rows = [_level_row(item, note) for item, note in zip(seen, notes, strict=True)]
        yield from table_lines(LEVELS, rows, width)
        yield ""
    lines = [f"{code}: {why}" for code, why in refused.items()]
    for line in (*lines, *stock_closing(report, part, hidden)):
        yield from wrap(fit(line), width)


def _level_row(item: StockItem, note: str) -> list[str]:
    after = "" if item.after is None else str(item.after)
    return [item.code, item.name, level_text(item.before), after, note]
