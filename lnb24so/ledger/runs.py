"""The runs that the ledger has seen: when each task ran, how it ended, and what held it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lnb24so.clock import utc_text

from .store import Ledger
from .types import Run, run_of

WENT_WELL = "(exit_code IN (0, 3) OR (exit_code = 4 AND message IS NULL))"
"""What is true in SQL of a run that did its work. With 4 it met an order that a person must
decide about; only where a guard held it, too, has it a sentence."""


def new_run_id(now: datetime) -> str:
    """Return an id that no other run has: its time, its process and 64 random bits."""
    return f"{now:%Y%m%dT%H%M%S}-{os.getpid()}-{os.urandom(8).hex()}"


def start_run(ledger: Ledger, task: str, now: datetime) -> None:
    """Note that this run began."""
    with ledger.transaction() as database:
        database.execute(
            "INSERT INTO runs (run_id, task, started) VALUES (?, ?, ?)",
            (ledger.run_id, task, utc_text(now)),
        )


def finish_run(
    ledger: Ledger, exit_code: int, counters: Mapping[str, Any], message: str | None, now: datetime
) -> None:
    """Note how this run ended, with the sentence of a failure or of a guard that holds it."""
    counted = json.dumps(counters, default=str)
    with ledger.transaction() as database:
        database.execute(
            "UPDATE runs SET finished = ?, exit_code = ?, counters = ?, message = ?"
            " WHERE run_id = ?",
            (utc_text(now), exit_code, counted, message, ledger.run_id),
        )


def last_runs(ledger: Ledger, *, well: bool = False) -> dict[str, Run]:
    """Return the newest run of each task, or the newest that went `well`, by task."""
    only = f"WHERE {WENT_WELL}" if well else ""
    newest = f"SELECT max(id) FROM runs {only} GROUP BY task"  # noqa: S608
    query = f"SELECT * FROM runs WHERE id IN ({newest}) ORDER BY task"  # noqa: S608
    return {run.task: run for run in ledger.read(run_of, query)}


def failures(ledger: Ledger, task: str, most: int = 100) -> tuple[int, int]:
    """Return how many of a task's last ended runs failed, and how many runs those are."""
    query = (
        f"SELECT {WENT_WELL} AS well FROM runs"  # noqa: S608 - ours, above
        " WHERE task = ? AND exit_code IS NOT NULL ORDER BY id DESC LIMIT ?"
    )
    rows = ledger.rows(query, (task, most))
    return sum(not row["well"] for row in rows), len(rows)
