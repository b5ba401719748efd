"""How a run looks: a table on a terminal, one plain line for each item elsewhere, or JSON.

What comes from the two systems is text here, never markup.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from .money import amount_text, to_minor
from .reasons import sentence
from .texts import shown

if TYPE_CHECKING:
    from .order_apply import Result
    from .outcomes import OrderReport, StockReport
    from .run import Report
    from .stock import StockItem

ROWS_ON_A_SCREEN = 50
"""More rows than this are counted on a terminal, not shown; a pipe gets them all."""


def document(report: Report) -> dict[str, Any]:
    """Return one task's run for `--json`; money and quantities are strings."""
    part = report.orders or report.stock
    return {
        "task": report.task,
        "dry_run": report.dry_run,
        "run_id": report.run_id,
        "company": asdict(report.company) if report.company else None,
        "items": _items(report),
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


def print_json(found: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))


def _items(report: Report) -> list[dict[str, Any]]:
    if report.orders is not None:
        return [_order_item(result) for result in report.orders.results]
    if report.stock is not None:
        outcomes = report.stock.outcomes
        return [_stock_item(item, outcomes) for item in report.stock.plan.items]
    return []


def _order_item(result: Result) -> dict[str, Any]:
    item = result.item
    return {
        "reference": item.reference,
        "action": item.action,
        "customer_id": item.customer_id,
        "customer": item.customer,
        "order_id": result.order_id,
        "currency": item.currency,
        "total": _money(item.total, item.currency),
        "line_count": item.line_count,
        "reasons": [asdict(reason) for reason in result.reasons],
        "warnings": [asdict(reason) for reason in item.warnings],
        "outcome": result.outcome,
    }


def _money(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else str(to_minor(amount, currency))


def _stock_item(item: StockItem, outcomes: Mapping[str, str | None]) -> dict[str, Any]:
    outcome = None
    if item.code in outcomes:
        outcome = "set" if outcomes[item.code] is None else "refused"
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


def show(report: Report) -> None:
    """Print a run for people: tables on a terminal, plain lines in a pipe."""
    if sys.stdout.isatty():
        _show_tables(report)
        return
    for line in plain_lines(report):
        click.echo(line)


def plain_lines(report: Report) -> Iterable[str]:
    """Yield one line for each item, and one with the counts."""
    if report.stock is not None:
        for item in report.stock.plan.items:
            yield _stock_line(item, report.stock.outcomes)
        yield from _closing("Stock", report.stock)
    if report.orders is not None:
        for result in report.orders.results:
            yield _order_line(result)
        yield from _closing("Orders", report.orders)


def _closing(name: str, part: OrderReport | StockReport) -> Iterable[str]:
    if part.plan.guard is not None:
        yield part.plan.guard
    yield f"{name}: {summary_text(part.summary)}."


def summary_text(summary: Mapping[str, int]) -> str:
    """Return `12 create, 3 blocked`, or `nothing to do`."""
    counted = [f"{count:,} {name.replace('_', ' ')}" for name, count in summary.items() if count]
    return ", ".join(counted) or "nothing to do"


def _order_line(result: Result) -> str:
    item = result.item
    if result.reasons:
        said = " ".join(reason.message for reason in result.reasons)
        return f"{item.reference} {result.outcome or item.action}: {said}"
    became = f" as order {result.order_id}" if result.order_id else ""
    total = amount_text(item.total, item.currency) if item.total is not None else "no total"
    return (
        f"{item.reference} {result.outcome or item.action}{became}: {_lines(item.line_count)}, "
        f"{total}, customer {item.customer_id} {shown(item.customer)}"
    )


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _stock_line(item: StockItem, outcomes: Mapping[str, str | None]) -> str:
    refused = outcomes.get(item.code)
    if refused is not None:
        return f"{item.code} refused: {refused}"
    why = f" ({item.reason})" if item.reason else ""
    if item.action == "skip":
        return f"{item.code} skip{why} {shown(item.name)}"
    return f"{item.code} set {_level(item.before)} -> {item.after}{why} {shown(item.name)}"


def _level(level: int | None) -> str:
    return "?" if level is None else str(level)


def _show_tables(report: Report) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if report.company is not None:
        console.print(f"24SevenOffice company {report.company.id} {shown(report.company.name)}")
    if report.stock is not None:
        _show_stock(console, report.stock)
    if report.orders is not None:
        _show_orders(console, report.orders)


def _show_stock(console: Any, part: StockReport) -> None:
    items = part.plan.items
    if items:
        table = _table("Code", "Product", "Now", "New", "Note")
        for item in items[:ROWS_ON_A_SCREEN]:
            note = part.outcomes.get(item.code) or item.reason or ""
            after = "" if item.after is None else str(item.after)
            _add(table, item.code, item.name, _level(item.before), after, note)
        console.print(table)
    _show_closing(console, "Stock", part, len(items))


def _show_orders(console: Any, part: OrderReport) -> None:
    if part.results:
        table = _table("Order", "Retailer", "What", "Lines", "Total")
        for result in part.results[:ROWS_ON_A_SCREEN]:
            item = result.item
            total = amount_text(item.total, item.currency) if item.total is not None else ""
            what = result.outcome or item.action
            became = f"{what} {result.order_id}" if result.order_id else what
            _add(table, item.reference, item.customer, became, str(item.line_count), total)
        console.print(table)
    for result in part.results[:ROWS_ON_A_SCREEN]:
        for reason in (*result.reasons, *result.item.warnings):
            console.print(sentence(result.item.reference, reason), soft_wrap=False)
    _show_closing(console, "Orders", part, len(part.results))


def _show_closing(console: Any, name: str, part: OrderReport | StockReport, rows: int) -> None:
    if rows > ROWS_ON_A_SCREEN:
        console.print(f"... and {rows - ROWS_ON_A_SCREEN:,} more; --json shows them all.")
    for line in _closing(name, part):
        console.print(line)


def _table(*titles: str) -> Any:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False)
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

    table.add_row(*(Text(" ".join(cell.split())) for cell in cells))
