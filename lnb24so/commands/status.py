"""Answer `lnb24so status REF` and `status --exported`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import click

from lnb24so.clock import Zone, utc_text
from lnb24so.config.schema import Config
from lnb24so.errors import Lnb24soError
from lnb24so.ledger.store import Ledger
from lnb24so.process.streams import printing
from lnb24so.run import Mode, run
from lnb24so.screen.report import print_json, print_lines
from lnb24so.screen.sheet import csv_text

from .story import find_entry, next_run, story_document, story_lines

EXPORTED = ("reference", "order_id", "erp_reference", "customer_id", "exported")


def show_story(config: Config, mode: Mode, reference: str, *, as_json: bool) -> int:
    """Print the story of one order and what the next run does; return 3 where nobody knows it."""
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        entry = find_entry(ledger, reference)
        steps = ledger.history(entry.reference) if entry else []
    name = entry.reference if entry else reference
    try:
        report = run(config, mode, lambda tools: next_run(tools, name))
        following, exit_code = list(report.lines), report.exit_code
    except Lnb24soError as error:
        following, exit_code = [f"What the next run does cannot be told now: {error}"], 0
    if entry is None:
        lines = [f"{reference} is not in the ledger: no run has touched it.", *following]
        document: dict[str, Any] = {"reference": reference, "state": None, "lines": lines}
    else:
        told = story_lines(entry, steps, Zone(config.erp.time_zone))
        lines = [*told, *(line for line in following if line not in told)]
        document = story_document(entry, steps) | {"next": " ".join(following)}
        exit_code = 0
    if as_json:
        print_json(document)
    else:
        print_lines(lines)
    return exit_code


def show_exported(
    config: Config, mode: Mode, since: datetime | None, *, as_csv: bool, as_json: bool
) -> int:
    """Print which order became which, oldest first: for reconciliation."""
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        rows = _exported(ledger, since.replace(tzinfo=UTC) if since else None)
    if as_json:
        print_json({"exported": rows})
    elif as_csv:
        with printing():
            click.echo(csv_text(EXPORTED, rows), nl=False)
    else:
        print_lines(
            f"{row['reference']} is order {row['order_id']}, customer {row['customer_id']}, "
            f"exported {row['exported'][:16].replace('T', ' ')} UTC"
            for row in rows
        )
    return 0


def _exported(ledger: Ledger, since: datetime | None) -> list[dict[str, Any]]:
    when: dict[str, datetime] = {}
    for step in ledger.history():
        if step.state in ("exported", "done"):
            when.setdefault(step.reference, step.at)
    rows = [
        {
            "reference": entry.reference,
            "order_id": entry.order_id,
            "erp_reference": entry.erp_reference,
            "customer_id": entry.customer_id,
            "exported": utc_text(when[entry.reference]),
        }
        for entry in ledger.entries()
        if entry.in_erp and entry.reference in when
        if since is None or when[entry.reference] >= since
    ]
    return sorted(rows, key=lambda row: (str(row["exported"]), str(row["reference"])))
