"""Answer `lnb24so status`: from the ledger alone, or live for an order that it does not know."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from lnb24so.clock import utc_text
from lnb24so.config.schema import Config
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Run
from lnb24so.process.streams import printing
from lnb24so.reasons import sentence
from lnb24so.run import Mode, Parts, run
from lnb24so.screen.report import print_json, print_lines
from lnb24so.screen.sheet import csv_text

from .story import ask_live, entry_document, find_entry, story_document, story_lines, why_waiting

EXPORTED = ("reference", "order_id", "erp_reference", "customer_id", "exported")


def show_overview(config: Config, mode: Mode, *, only_open: bool, as_json: bool) -> int:
    """Print the last runs and each waiting order; return 3 where `only_open` is asked and one is.

    With `only_open`, and nothing that waits, print nothing and return 0.
    """
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        runs, waiting = ledger.last_runs(), ledger.waiting()
    if only_open and not waiting:
        return 0
    if as_json:
        entries = [entry_document(entry) for entry in waiting]
        print_json({"runs": [_run_document(run) for run in runs], "waiting": entries})
    else:
        lines = [_run_line(run, mode.clock.now()) for run in runs] or ["No run yet."]
        for entry in waiting:
            lines += [sentence(entry.reference, reason) for reason in why_waiting(entry)]
        orders = "1 order is" if len(waiting) == 1 else f"{len(waiting)} orders are"
        lines.append(f"{orders} waiting." if waiting else "Nothing waits.")
        print_lines(lines)
    return 3 if only_open else 0


def show_story(config: Config, mode: Mode, reference: str, *, as_json: bool) -> int:
    """Print the story of one order, from 24SevenOffice and Le New Black where we have none."""
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        entry = find_entry(ledger, reference)
        steps = ledger.history(entry.reference) if entry else []
    if entry is None:
        lines = run(config, mode, lambda tools: Parts(lines=ask_live(tools, reference))).lines
        document = {"reference": reference, "state": None, "lines": list(lines)}
    else:
        lines, document = story_lines(entry, steps), story_document(entry, steps)
    if as_json:
        print_json(document)
    else:
        print_lines(lines)
    return 0


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


def _age(seconds: timedelta) -> str:
    """Return `12 minutes`, in the largest unit that fits."""
    total = max(0, int(seconds.total_seconds()))
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if total >= size:
            count = total // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{total} second{'' if total == 1 else 's'}"


def _run_document(run: Run) -> dict[str, Any]:
    return {
        "task": run.task,
        "run_id": run.run_id,
        "started": utc_text(run.started),
        "finished": utc_text(run.finished) if run.finished else None,
        "exit_code": run.exit_code,
        "summary": dict(run.counters),
    }


def _run_line(run: Run, now: datetime) -> str:
    counted = ", ".join(f"{count} {name}" for name, count in run.counters.items() if count)
    if run.exit_code is None:
        return f"{run.task}: began {_age(now - run.started)} ago and has not ended ({run.run_id})."
    ended = "well" if run.exit_code == 0 else f"with exit code {run.exit_code}"
    return (
        f"{run.task}: ended {ended} {_age(now - (run.finished or run.started))} ago "
        f"({run.run_id}){': ' if counted else ''}{counted}."
    )
