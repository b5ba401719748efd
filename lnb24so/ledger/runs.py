"""The runs that the ledger has seen: when each task ran, how it ended, and what held it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lnb24so.clock import utc_text

from .store import Ledger
from .types import Run, run_of

WENT_WELL = ("exit_code IN (0, 3)", "exit_code = 4 AND message IS NULL")
"""What is true in SQL of a run that did its work, one of the two; each has an index of its own.

With 4 it met an order that a person must decide about; where a guard held it it has a sentence.
"""

KEPT = timedelta(days=366)
MOST_FORGOTTEN = 100
"""So many of the oldest rows a run looks at; it adds one itself."""

_FORGET = """
    DELETE FROM runs WHERE id IN (SELECT id FROM runs ORDER BY id LIMIT ?) AND started < ?
        AND EXISTS (SELECT 1 FROM runs AS newer WHERE newer.task = runs.task
            AND newer.id > runs.id)
        AND (ifnull(exit_code, 1) NOT IN (0, 3) OR EXISTS (
            SELECT 1 FROM runs AS newer WHERE newer.task = runs.task
            AND newer.exit_code IN (0, 3) AND newer.id > runs.id))
"""


def new_run_id(now: datetime) -> str:
    """Return an id that no other run has: its time, its process and 64 random bits."""
    return f"{now:%Y%m%dT%H%M%S}-{os.getpid()}-{os.urandom(8).hex()}"


def start_run(ledger: Ledger, task: str, now: datetime) -> None:
    """Note that this run began, and let go of some that are older than KEPT.

    Not of all: a clock that is a year ahead for one run must not cost all of them. And neither of
    a task's last run nor of the last that went well, however old they are.
    """
    with ledger.transaction() as database:
        database.execute(_FORGET, (MOST_FORGOTTEN, utc_text(now - KEPT)))
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
    """Return the newest run of each task, or the newest that went `well`, by task.

    One look into an index for each task: after years there are a million runs.
    """
    every = "SELECT max(id) FROM runs WHERE task = tasks.task"
    parts = [f"{every} AND {part}" for part in WENT_WELL] if well else [every]
    ids = ", ".join(f"ifnull(({part}), 0)" for part in parts)
    query = f"""
        WITH RECURSIVE tasks (task) AS (
            SELECT min(task) FROM runs UNION ALL
            SELECT (SELECT min(task) FROM runs WHERE task > tasks.task) FROM tasks
            WHERE tasks.task IS NOT NULL)
        SELECT runs.* FROM tasks JOIN runs
            ON runs.id = max({ids}, 0)
        ORDER BY runs.task"""  # noqa: S608
    return {run.task: run for run in ledger.read(run_of, query)}


def failures(ledger: Ledger, task: str, most: int = 100) -> tuple[int, int]:
    """Return how many of a task's last ended runs failed, and how many runs those are."""
    query = (
        f"SELECT ({' OR '.join(WENT_WELL)}) AS well FROM runs"  # noqa: S608 - ours, above
        " WHERE task = ? AND exit_code IS NOT NULL ORDER BY id DESC LIMIT ?"
    )
    rows = ledger.rows(query, (task, most))
    return sum(not well for (well,) in rows), len(rows)
