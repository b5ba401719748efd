"""How a run looks: a table on a terminal, one plain line for each item elsewhere, or JSON.

What comes from the two systems is text here, never markup.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import click

from lnb24so.money import amount_text, to_minor
from lnb24so.orders.types import OrderReport, Result
from lnb24so.process.redact import REDACTOR
from lnb24so.process.streams import fit, printing
from lnb24so.reasons import sentence
from lnb24so.run import Report
from lnb24so.stock.plan import StockItem, StockReport
from lnb24so.texts import harmless_json, shown

ROWS_ON_A_SCREEN = 50
"""More rows than this are counted on a terminal, not shown; a pipe gets them all."""

BESIDE_NAME_AND_NOTE = 30
"""Columns that code and levels take in a table of stock."""


def document(report: Report) -> dict[str, Any]:
    """Return one task's run for `--json`; money and quantities are strings."""
    part, items = report.orders or report.stock, []
    if report.orders is not None:
        items = [_order_item(result) for result in report.orders.results]
    elif report.stock is not None:
        refused = report.stock.refused
        items = [_stock_item(item, refused) for item in report.stock.plan.items]
    return {
        "task": report.task,
        "dry_run": report.dry_run,
        "run_id": report.run_id,
        "company": asdict(report.company) if report.company else None,
        "items": items,
        "summary": dict(part.summary) if part else {},
        "guard": part.plan.guard if part else None,
        "exit_code": report.exit_code,
    }


def preview_document(report: Report) -> dict[str, Any]:
    """Return the plans of a preview, each as its own task's document."""
    plans = {}
    if report.stock is not None:
        plans["stock"] = document(replace(report, task="pull-stock", orders=None))
    if report.orders is not None:
        plans["orders"] = document(replace(report, task="push-orders", stock=None))
    return plans


@printing()
def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON document, with no secret and nothing that a terminal would obey."""
    document = REDACTOR.document(content)
    click.echo(harmless_json(json.dumps(document, indent=1, ensure_ascii=False)))


def json_lines(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one JSON document with a list of rows, a line for each, as `print_json` prints it."""
    yield f'{{"{name}": ['
    before = ""
    for row in rows:
        text = json.dumps(REDACTOR.row(row), default=str, ensure_ascii=False)
        yield f"{before}{harmless_json(text)}"
        before = ","
    yield "]}"


@printing()
def print_lines(lines: Iterable[str]) -> None:
    """Print lines that hold remote text, each fit for a screen."""
    print_plain(map(fit, lines))


@printing()
def print_plain(lines: Iterable[str]) -> None:
    """Print lines that are fit already, one by one as they come."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def _order_item(result: Result) -> dict[str, Any]:
    item = result.item
    return {
        "reference": item.reference,
        "action": item.action,
        "customer_id": item.customer_id,
        "customer": item.customer,
        "retailer": item.order.retailer_name if item.order else "",
        "order_id": result.order_id,
        "currency": item.currency,
        "total": None if item.total is None else str(to_minor(item.total, item.currency)),
        "line_count": item.line_count,
        "reasons": [reason.document() for reason in result.reasons],
        "warnings": [reason.document() for reason in item.warnings],
        "outcome": result.outcome,
    }


def _stock_item(item: StockItem, refused: Mapping[str, str] | None) -> dict[str, Any]:
    outcome = None
    if refused is not None and item.action == "set":
        outcome = "refused" if item.code in refused else "set"
    return {
        "code": item.code,
        "product_id": item.product_id,
        "name": item.name,
        "action": item.action,
        "before": None if item.before is None else str(item.before),
        "after": None if item.after is None else str(item.after),
        "reason": item.reason,
        "outcome": outcome,
    }


@printing()
def show(report: Report, most: int | None = None) -> None:
    """Print a run for people: tables on a terminal, plain lines in a pipe.

    `most` limits the rows of each; a terminal shows 50 without it, a pipe everything.
    """
    if sys.stdout.isatty():
        _show_tables(report, ROWS_ON_A_SCREEN if most is None else most)
    else:
        print_lines(plain_lines(report, most))


def plain_lines(report: Report, most: int | None = None) -> Iterable[str]:
    """Yield one line for each item, and one with the counts."""
    if report.stock is not None:
        refused = report.stock.refused or {}
        yield from (_stock_line(item, refused) for item in report.stock.plan.items[:most])
        yield from _stock_closing(report.stock, most)
    if report.orders is not None:
        yield from (_order_line(result) for result in report.orders.results[:most])
        yield from _order_closing(report.orders, most)


def _closing(
    name: str, counts: Mapping[str, int], guard: str | None, *, rows: int, most: int | None
) -> Iterable[str]:
    if most is not None and rows > most:
        yield f"... and {rows - most:,} more; --json shows them all."
    if guard is not None:
        yield guard
    counted = [f"{count:,} {label}" for label, count in counts.items() if count]
    yield f"{name}: {', '.join(counted) or 'nothing to do'}."


PLANNED_WORDS = {
    "create": "to create",
    "adopt": "found in 24SevenOffice",
    "finish": "to finish",
    "wait": "waiting",
    "decide": "for a person to decide",
    "skip": "skipped",
}


def _order_closing(part: OrderReport, most: int | None) -> Iterable[str]:
    """Yield the orders counted: by outcome, or by what is planned."""
    counts = Counter[str]()
    for result in part.results:
        planned = PLANNED_WORDS.get(result.item.action, result.item.action)
        counts[result.outcome or planned] += 1
    counts["left for a later run"] = part.plan.left
    return _closing("Orders", counts, part.plan.guard, rows=len(part.results), most=most)


def _stock_closing(part: StockReport, most: int | None) -> Iterable[str]:
    plan, refused = part.plan, part.refused
    left = sum(item.action == "skip" for item in plan.items)
    counts = {
        "to set" if refused is None else "set": len(plan.items) - left - len(refused or ()),
        "refused": len(refused or ()),
        "left alone": left,
        "unchanged": plan.unchanged,
        "products without a code": plan.without_code,
    }
    return _closing("Stock", counts, plan.guard, rows=len(plan.items), most=most)


def _order_line(result: Result) -> str:
    item = result.item
    if result.reasons:
        said = " ".join(reason.message for reason in result.reasons)
        return f"{item.reference} {result.outcome or item.action}: {said}"
    became = f" as order {result.order_id}" if result.order_id else ""
    total = amount_text(item.total, item.currency) if item.total is not None else "no total"
    retailer = item.order.retailer_name if item.order else ""
    whose = f" for retailer {shown(retailer)}" if retailer not in ("", item.customer) else ""
    lines = "1 line" if item.line_count == 1 else f"{item.line_count} lines"
    warned = "".join(f". Warning: {warning.message}" for warning in item.warnings)
    return (
        f"{item.reference} {result.outcome or item.action}{became}: {lines}, "
        f"{total}, customer {item.customer_id} {shown(item.customer)}{whose}{warned}"
    )


def _stock_line(item: StockItem, refused: Mapping[str, str]) -> str:
    if item.code in refused:
        return f"{item.code} refused: {refused[item.code]}"
    why = f" ({item.reason})" if item.reason else ""
    if item.action == "skip":
        return f"{item.code} skip{why} {shown(item.name)}"
    return f"{item.code} set {_level(item.before)} -> {item.after}{why} {shown(item.name)}"


def _level(level: int | None) -> str:
    return "?" if level is None else str(level)


def _show_tables(report: Report, most: int) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if report.company is not None:
        company = f"24SevenOffice company {report.company.id} {shown(report.company.name)}"
        console.print(fit(company))
    if report.stock is not None:
        _show_stock(console, report.stock, most)
    if report.orders is not None:
        _show_orders(console, report.orders, most, dry_run=report.dry_run)


def _show_stock(console: Any, part: StockReport, most: int) -> None:
    items = part.plan.items
    if items:
        table = _table("Code", "Product", "Now", "New", "Note")
        notes = [(part.refused or {}).get(item.code) or item.reason or "" for item in items[:most]]
        # A reason stays in one piece; rather a name is cut.
        longest = max((len(word) for note in notes for word in note.split()), default=0)
        table.columns[1].max_width = max(8, console.width - BESIDE_NAME_AND_NOTE - longest)
        for item, note in zip(items, notes, strict=False):
            after = "" if item.after is None else str(item.after)
            _add(table, item.code, item.name, _level(item.before), after, note)
        console.print(table)
    for line in _stock_closing(part, most):
        console.print(fit(line))


def _show_orders(console: Any, part: OrderReport, most: int, *, dry_run: bool) -> None:
    if part.results:
        table = _table("Order", "Retailer", "What", "Lines", "Total")
        for result in part.results[:most]:
            item = result.item
            total = amount_text(item.total, item.currency) if item.total is not None else ""
            what = result.outcome or item.action
            became = f"{what} {result.order_id}" if result.order_id else what
            _add(table, item.reference, item.customer, became, str(item.line_count), total)
        console.print(table)
    for result in part.results[:most]:
        is_told = result.news and not dry_run
        for reason in (*(() if is_told else result.reasons), *result.item.warnings):
            console.print(fit(sentence(result.item.reference, reason)))
    for line in _order_closing(part, most):
        console.print(fit(line))


def _table(*titles: str) -> Any:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    for title in titles:
        right = title in ("Now", "New", "Lines", "Total")
        wide = title in ("Product", "Retailer")
        table.add_column(
            title,
            justify="right" if right else "left",
            no_wrap=title != "Note",
            overflow="ellipsis" if wide else "fold",
            min_width=8 if wide else None,
        )
    return table


def _add(table: Any, *cells: str) -> None:
    from rich.text import Text

    table.add_row(*(Text(" ".join(fit(cell).split())) for cell in cells))
