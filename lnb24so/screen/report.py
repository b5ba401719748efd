"""How a run looks: a table on a terminal, one plain line for each item elsewhere, or JSON.

What comes from the two systems is text here, never markup.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import click

from lnb24so.money import to_minor
from lnb24so.orders.types import Result
from lnb24so.process.redact import REDACTOR
from lnb24so.process.streams import fit, printing
from lnb24so.run import Report
from lnb24so.stock.plan import StockItem
from lnb24so.texts import harmless_json

from .tables import screen_width, wrap
from .words import plain_lines

ROWS_ON_A_SCREEN = 50
"""More rows than this are counted on a terminal, where they need nobody; a pipe gets them all."""


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
    """Print lines that hold remote text, each fit for a screen; a terminal gets whole words."""
    width = screen_width() if sys.stdout.isatty() else None
    fitting = map(fit, lines)
    print_plain(
        fitting if width is None else (part for one in fitting for part in wrap(one, width))
    )


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

    `most` limits the rows of each that need nobody; without it a terminal shows 50 of them, and a
    pipe everything.
    """
    if sys.stdout.isatty():
        from .boards import board_lines

        rows = ROWS_ON_A_SCREEN if most is None else most
        print_plain(board_lines(report, rows, screen_width()))
    else:
        print_plain(map(fit, plain_lines(report, most)))
