"""How things stand: each task with its last success, and what waits, by cause.

The morning mail (`status -q`) says first what is new since it last spoke.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lnb24so.clock import Zone, utc_text
from lnb24so.config.schema import Config
from lnb24so.errors import Lnb24soError
from lnb24so.ledger.runs import failures, last_runs
from lnb24so.ledger.standing import PIECES, Standing, standing, write_standing
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Entry, Run
from lnb24so.news import line_of_cause, lines, money
from lnb24so.process.lock import run_lock
from lnb24so.reasons import sentence
from lnb24so.run import TASKS, Mode
from lnb24so.screen.report import print_json, print_lines
from lnb24so.texts import count

from .story import entry_document, why_waiting

MAILED_NOTE = "standing_mailed"
"""What the last morning mail said of what stands."""

AREAS = ("orders", "stock", "statuses", "lists")
"""The areas of the ledger's news of which the tasks themselves say nothing."""

MONDAY = 0


@dataclass(frozen=True, slots=True)
class TaskState:
    """How one task goes: `held` says what is wrong with it now, in sentences."""

    task: str
    last: Run | None
    success: Run | None
    failed: int
    of: int
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """How things stand: the tasks, the orders that wait, and what is known of each thing."""

    now: datetime
    tasks: Sequence[TaskState]
    waiting: Sequence[Entry]
    things: Sequence[Standing]


def read_state(ledger: Ledger, config: Config, now: datetime) -> State:
    """Return how things stand, from the ledger alone."""
    tasks = [_task(ledger, task, config, now) for task in TASKS]
    waiting = ledger.waiting()
    references = {entry.reference for entry in waiting}
    things = [one for one in standing(ledger, "orders") if one.subject in references]
    others = [one for area in AREAS[1:] for one in standing(ledger, area)]
    return State(now, tasks, waiting, [*things, *others])


def _task(ledger: Ledger, task: str, config: Config, now: datetime) -> TaskState:
    last, success = last_runs(ledger).get(task), last_runs(ledger, well=True).get(task)
    failed, of = failures(ledger, task)
    held = []
    ended = last is not None and last.exit_code is not None
    went_well = success is not None and last is not None and success.run_id == last.run_id
    if last is not None and ended and not went_well:
        held.append(last.message or f"ended with exit code {last.exit_code}.")
    silent = timedelta(hours=config.monitoring.silent_after_hours)
    if last is not None and (success is None or now - success.started > silent):
        zone = Zone(config.erp.time_zone)
        since = "never" if success is None else f"not since {zone.text(success.started, now)}"
        if success is not None or now - last.started > silent:
            held.append(f"It went well {since}. Check: cron, and lnb24so check.")
    return TaskState(task, last, success, failed, of, tuple(held))


def show_overview(config: Config, mode: Mode, *, as_json: bool) -> int:
    """Print how things stand, and return 0."""
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        state = read_state(ledger, config, mode.clock.now())
    if as_json:
        print_json(document(state))
    else:
        print_lines(_each(overview_lines(state)))
    return 0


def _each(lines: Iterable[str]) -> Iterator[str]:
    """Yield each line by itself: what stands of one order may be several."""
    return (part for line in lines for part in line.split("\n"))


def overview_lines(state: State) -> list[str]:
    """Return how each task goes, then what waits, by cause, with count, money and age."""
    shown = [line for task in state.tasks for line in _task_lines(task, state.now)]
    result = shown or ["No run yet."]
    known = {one.subject for one in state.things}
    result += waiting_lines(state)
    for entry in state.waiting:
        if entry.reference not in known:
            result += [sentence(entry.reference, reason) for reason in why_waiting(entry)]
    orders = "1 order is" if len(state.waiting) == 1 else f"{len(state.waiting):,} orders are"
    if state.waiting:
        result.append(f"{orders} waiting{_sums(state)}.")
    elif any(task.held for task in state.tasks) or state.things:
        result.append("No order waits.")
    else:
        result.append("Nothing waits.")
    return result


def waiting_lines(state: State) -> list[str]:
    """Return a line for each cause of what stands, and for each thing without one."""
    by_cause: dict[str, list[Standing]] = {}
    for one in state.things:
        for cause in one.causes or (one.message,):
            by_cause.setdefault(cause, []).append(one)
    oldest = {
        cause: f"the oldest for {age(state.now - _oldest(every, state.now))}"
        for cause, every in by_cause.items()
    }
    told = (line_of_cause(cause, every, oldest=oldest[cause]) for cause, every in by_cause.items())
    # What is alone with two causes is one sentence about both.
    return list(dict.fromkeys(told))


def standing_line(state: State) -> tuple[str, str]:
    """Return what stands in one line, and the same without its age: what is compared."""
    of_codes = (one for one in state.things if one.code.startswith(("code.", "level.", "product.")))
    codes = len({one.subject for one in of_codes})
    orders = len(state.waiting)
    parts = [f"{count(orders, 'order')}{_sums(state)}"] if orders else []
    if codes:
        parts.append(count(codes, "code"))
    if not parts:
        return "", ""
    content = ", ".join(parts)
    oldest = age(state.now - _oldest(state.things, state.now))
    return f"Standing: {content}, the oldest for {oldest}", content


def _sums(state: State) -> str:
    by_order = {one.subject: one for one in state.things if one.currency != PIECES}
    sums = money(by_order.values())
    return f", {sums}" if sums else ""


def _oldest(every: Iterable[Standing], now: datetime) -> datetime:
    return min((one.since for one in every if one.since is not None), default=now)


def morning_mail(config: Config, mode: Mode, *, as_json: bool) -> int:
    """Print what a person should know this morning; return 3 where anything was printed.

    Off a terminal it notes under the lock what it told. Without the lock it tells everything.
    """
    with ExitStack() as stack:
        ledger = None
        if not sys.stdout.isatty():
            try:
                stack.enter_context(run_lock(config.paths.state, "status -q", mode.clock))
                ledger = Ledger.open(config.paths.state, "", mode.clock)
            except Lnb24soError:
                stack.pop_all().close()
        notes = ledger is not None
        ledger = ledger or Ledger.peek(config.paths.state, mode.clock)
        stack.callback(ledger.close)
        state = read_state(ledger, config, mode.clock.now())
        printed, content = mail_lines(state, None if not notes else ledger.note(MAILED_NOTE))
        if notes:
            _note_mailed(ledger, state, content)
    if printed and as_json:
        print_json(document(state) | {"lines": printed})
    elif printed:
        print_lines(_each(printed))
    return 3 if printed else 0


def mail_lines(state: State, mailed: str | None) -> tuple[list[str], str]:
    """Return the lines of the mail, and what it says of what stands; pure."""
    new = [one for one in state.things if one.mailed is None]
    printed = [line for task in state.tasks if task.held for line in _task_lines(task, state.now)]
    printed += lines(new, state.things)
    line, content = standing_line(state)
    if line and (content != mailed or state.now.weekday() == MONDAY or new):
        printed.append(line)
    return printed, content


def _note_mailed(ledger: Ledger, state: State, content: str) -> None:
    new = [replace(one, mailed=state.now) for one in state.things if one.mailed is None]
    for area in AREAS:
        keys = {one.key for one in standing(ledger, area)}
        write_standing(ledger, area, [one for one in new if one.key in keys], ())
    if ledger.note(MAILED_NOTE) != content:
        ledger.write_note(MAILED_NOTE, content)


def document(state: State) -> dict[str, Any]:
    """Return how things stand for `--json`."""
    return {
        "tasks": [_task_document(task) for task in state.tasks],
        "runs": [_run_document(task.last) for task in state.tasks if task.last is not None],
        "waiting": [entry_document(entry) for entry in state.waiting],
    }


def _task_document(task: TaskState) -> dict[str, Any]:
    return {
        "task": task.task,
        "last_run": _run_document(task.last) if task.last else None,
        "last_success": utc_text(task.success.started) if task.success else None,
        "failed": task.failed,
        "of": task.of,
        "held": list(task.held),
    }


def _run_document(run: Run) -> dict[str, Any]:
    return {
        "task": run.task,
        "run_id": run.run_id,
        "started": utc_text(run.started),
        "finished": utc_text(run.finished) if run.finished else None,
        "exit_code": run.exit_code,
        "message": run.message,
        "summary": dict(run.counters),
    }


def _task_lines(state: TaskState, now: datetime) -> list[str]:
    run = state.last
    if run is None:
        return []
    counts = ", ".join(f"{count} {name}" for name, count in run.counters.items() if count)
    if run.exit_code is None:
        line = f"{run.task}: began {age(now - run.started)} ago and has not ended ({run.run_id})."
    else:
        ended = "well" if run.exit_code == 0 else f"with exit code {run.exit_code}"
        line = (
            f"{run.task}: ended {ended} {age(now - (run.finished or run.started))} ago "
            f"({run.run_id}){': ' if counts else ''}{counts}."
        )
    if state.failed:
        good = age(now - state.success.started) + " ago" if state.success else "never"
        line += f" Last success: {good}; {state.failed} of the last {state.of} runs failed."
    return [line, *(f"{run.task}: {held}" for held in state.held)]


def age(span: timedelta) -> str:
    """Return `12 minutes`, in the largest unit that fits."""
    total = max(0, int(span.total_seconds()))
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if total >= size:
            count = total // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{total} second{'' if total == 1 else 's'}"
