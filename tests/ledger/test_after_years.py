"""A ledger of many years: what is asked of it costs no more than in its first week."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from benchmarks.ledger import WAITING, fill

from lnb24so.clock import Clock
from lnb24so.ledger.runs import KEPT, MOST_FORGOTTEN, finish_run, last_runs, start_run
from lnb24so.ledger.store import FILE_NAME, Ledger

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


def opened(folder: Path, run_id: str = "now") -> Ledger:
    return Ledger.open(folder, run_id, Clock())


def work(folder: Path, ask: Callable[[Ledger], object]) -> int:
    """Return how much SQLite has to do for a question, in hundreds of its own steps."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with closing(opened(folder)) as ledger:
        ledger._database.set_progress_handler(count, 100)
        ask(ledger)
    return steps


QUESTIONS: dict[str, Callable[[Ledger], object]] = {
    "waiting": Ledger.waiting,
    "unsettled": lambda ledger: ledger.unsettled(NOW),
    "last runs": last_runs,
    "last that went well": lambda ledger: last_runs(ledger, well=True),
    "newest ids": lambda ledger: ledger.order_ids(newest=5),
    "in 24SevenOffice": lambda ledger: ledger.references_in_erp(["70001", "70002", "none"]),
    "a new run": lambda ledger: start_run(ledger, "push-orders", NOW),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a young and an old ledger with as much to do."""
    young, old = tmp_path_factory.mktemp("young"), tmp_path_factory.mktemp("old")
    fill(young, orders=2 * WAITING, runs=40, now=NOW)
    fill(old, orders=5_000, runs=5_000, now=NOW)
    return young, old


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_takes_no_longer_in_an_old_ledger(
    folders: tuple[Path, Path], question: str
) -> None:
    young, old = (work(folder, QUESTIONS[question]) for folder in folders)
    assert old <= 2 * young + 5


def test_what_waits_is_found_among_what_is_at_rest(folders: tuple[Path, Path]) -> None:
    with closing(opened(folders[1])) as ledger:
        waiting = [entry.reference for entry in ledger.waiting()]
    assert waiting == [str(70_000 + number) for number in range(5_000 - WAITING, 5_000)]


# Runs are kept a year


def note_runs(folder: Path, task: str, *ages: timedelta, exit_code: int | None = 0) -> None:
    for number, age in enumerate(ages):
        with closing(opened(folder, f"{task}-{number}-{exit_code}")) as ledger:
            start_run(ledger, task, NOW - age)
            if exit_code is not None:
                finish_run(ledger, exit_code, {}, None, NOW - age)


def kept(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        return [run_id for (run_id,) in database.execute("SELECT run_id FROM runs ORDER BY id")]


def test_runs_are_kept_a_year(tmp_path: Path) -> None:
    ages = [KEPT + timedelta(days=day) for day in (3, 2, 1, 0)]
    note_runs(tmp_path, "pull-stock", *ages, timedelta(days=364))
    note_runs(tmp_path, "push-orders", timedelta(0))
    assert kept(tmp_path) == ["pull-stock-3-0", "pull-stock-4-0", "push-orders-0-0"]


def test_the_last_run_of_a_task_and_the_last_that_went_well_are_kept_for_ever(
    tmp_path: Path,
) -> None:
    long_ago = KEPT + timedelta(days=100)
    note_runs(tmp_path, "resolve", long_ago, long_ago)
    note_runs(tmp_path, "pull-stock", long_ago, long_ago)
    note_runs(tmp_path, "pull-stock", long_ago, long_ago, exit_code=1)
    note_runs(tmp_path, "pull-stock", long_ago, exit_code=None)
    note_runs(tmp_path, "push-orders", timedelta(0))
    assert kept(tmp_path) == [
        "resolve-1-0",
        "pull-stock-1-0",
        "pull-stock-0-None",
        "push-orders-0-0",
    ]


def test_a_clock_that_is_years_ahead_for_a_run_costs_a_bounded_number(
    folders: tuple[Path, Path],
) -> None:
    before = len(kept(folders[1]))
    with closing(opened(folders[1], "ahead")) as ledger:
        start_run(ledger, "pull-stock", NOW + timedelta(days=4_000))
    assert before + 1 - MOST_FORGOTTEN <= len(kept(folders[1])) <= before
