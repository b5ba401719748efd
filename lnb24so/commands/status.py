"""Answer `lnb24so status`: from the ledger alone, or live for an order that it does not know."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from lnb24so.clock import utc_text
from lnb24so.config.schema import Config
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Entry, Run
from lnb24so.process.streams import printing
from lnb24so.reasons import sentence
from lnb24so.run import Mode, Parts, run
from lnb24so.screen.report import print_json, print_lines

from .story import _entry_document, ask_live, find_entry, story_document, story_lines, why_waiting


@dataclass(frozen=True, slots=True)
class Question:
    """The options of `status`."""

    reference: str | None
    only_open: bool
    exported: bool
    since: datetime | None
    as_csv: bool
    as_json: bool


def answer(config: Config, mode: Mode, ask: Question) -> int:
    """Print the answer; return 3 where `only_open` is asked and something waits."""
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        if ask.exported:
            return _exported(ledger, ask)
        if ask.reference is not None:
            return _story(config, mode, ledger, ask, ask.reference)
        state = overview(ledger, mode.clock.now())
        if ask.only_open and not state.waiting:
            return 0
        if ask.as_json:
            print_json(overview_document(state))
        else:
            print_lines(overview_lines(state))
        return 3 if ask.only_open else 0


def _exported(ledger: Ledger, ask: Question) -> int:
    rows = exported(ledger, ask.since.replace(tzinfo=UTC) if ask.since else None)
    if ask.as_json:
        print_json({"exported": rows})
    elif ask.as_csv:
        with printing():
            click.echo(exported_csv(rows), nl=False)
    else:
        print_lines(
            f"{row['reference']} is order {row['order_id']}, customer {row['customer_id']}, "
            f"exported {row['exported'][:16].replace('T', ' ')} UTC"
            for row in rows
        )
    return 0


def _story(config: Config, mode: Mode, ledger: Ledger, ask: Question, reference: str) -> int:
    entry = find_entry(ledger, reference)
    if entry is None:
        report = run(config, mode, lambda tools: Parts(lines=tuple(ask_live(tools, reference))))
        if ask.as_json:
            print_json({"reference": reference, "state": None, "lines": list(report.lines)})
        else:
            print_lines(report.lines)
        return 0
    steps = ledger.history(entry.reference)
    if ask.as_json:
        print_json(story_document(entry, steps))
    else:
        print_lines(story_lines(entry, steps))
    return 0


@dataclass(frozen=True, slots=True)
class Overview:
    """The last run of each task, and every order that waits for something."""

    now: datetime
    runs: Sequence[Run]
    waiting: Sequence[Entry]


def overview(ledger: Ledger, now: datetime) -> Overview:
    """Return the state of things for `status`."""
    return Overview(now, ledger.last_runs(), ledger.waiting())


def overview_lines(state: Overview) -> list[str]:
    """Return the last runs with their age, then each waiting order with its reasons."""
    lines = [_run_line(run, state.now) for run in state.runs]
    if not lines:
        lines.append("No run yet.")
    for entry in state.waiting:
        lines += [sentence(entry.reference, reason) for reason in why_waiting(entry)]
    lines.append(f"{_orders(len(state.waiting))} waiting." if state.waiting else "Nothing waits.")
    return lines


def overview_document(state: Overview) -> dict[str, Any]:
    """Return the same for `--json`."""
    return {
        "runs": [
            {
                "task": run.task,
                "run_id": run.run_id,
                "started": utc_text(run.started),
                "finished": utc_text(run.finished) if run.finished else None,
                "exit_code": run.exit_code,
                "summary": dict(run.counters),
            }
            for run in state.runs
        ],
        "waiting": [_entry_document(entry) for entry in state.waiting],
    }


def exported(ledger: Ledger, since: datetime | None) -> list[dict[str, Any]]:
    """Return which order became which, oldest first: for reconciliation."""
    entries = {entry.reference: entry for entry in ledger.entries() if entry.in_erp}
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
        for entry in entries.values()
        if entry.reference in when and (since is None or when[entry.reference] >= since)
    ]
    return sorted(rows, key=lambda row: (str(row["exported"]), str(row["reference"])))


def exported_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as CSV with a header line."""
    names = ("reference", "order_id", "erp_reference", "customer_id", "exported")
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(row[name]) for name in names} for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def age(seconds: timedelta) -> str:
    """Return `12 minutes`, in the largest unit that fits."""
    total = max(0, int(seconds.total_seconds()))
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if total >= size:
            count = total // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{total} second{'' if total == 1 else 's'}"


def _run_line(run: Run, now: datetime) -> str:
    counted = ", ".join(f"{count} {name}" for name, count in run.counters.items() if count)
    if run.exit_code is None:
        return f"{run.task}: began {age(now - run.started)} ago and has not ended ({run.run_id})."
    ended = "well" if run.exit_code == 0 else f"with exit code {run.exit_code}"
    return (
        f"{run.task}: ended {ended} {age(now - (run.finished or run.started))} ago "
        f"({run.run_id}){': ' if counted else ''}{counted}."
    )


def _orders(count: int) -> str:
    return "1 order is" if count == 1 else f"{count} orders are"
