"""A ledger after years: so many orders, all but a few settled, and so many runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lnb24so.clock import Clock, utc_text
from lnb24so.ledger.store import Ledger

EVERY = timedelta(minutes=10)
"""A run of each of the two tasks."""
WAITING = 20


def fill(state: Path, *, orders: int, runs: int, now: datetime | None = None) -> None:
    """Write the ledger of a brand that cron has served for years into a new state folder."""
    now = now or datetime.now(UTC)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    ledger = Ledger.open(state, "", Clock())
    try:
        ledger.rows("PRAGMA synchronous = OFF")
        ledger.rows("PRAGMA cache_size = -200000")
        with ledger.transaction() as database:
            database.executemany(
                "INSERT INTO orders (reference, state, reasons, erp_reference, customer_id,"
                " content_hash, attempts, attempt_started, attempt_ended, doubted, order_id,"
                " done_status, not_ours, tried, retailer, currency, total)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _orders(orders, now),
            )
            database.executemany(
                "INSERT INTO history (at, run_id, reference, event, state, detail)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                _history(orders, now),
            )
            database.executemany(
                "INSERT INTO runs (run_id, task, started, finished, exit_code, counters)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                _runs(runs, now),
            )
    finally:
        ledger.close()


def _made(number: int, orders: int, now: datetime) -> datetime:
    """Return when an order was exported: they are spread over six years."""
    return now - timedelta(days=6 * 365) * ((orders - number) / orders)


def _orders(count: int, now: datetime) -> Iterator[tuple[object, ...]]:
    blocked = json.dumps(
        [
            {
                "code": "customer.missing_reference",
                "message": "retailer has no reference",
                "line": None,
            }
        ]
    )
    for number in range(count):
        at = utc_text(_made(number, count, now))
        common = (number % 900 + 500, f"3:{number:064x}")
        money = (f"Shop {number % 900}", "NOK", f"{number % 9000}.50")
        state: tuple[object, ...]
        if number < count - WAITING:
            reference = f"LNB{70_000 + number}"
            state = ("done", "[]", reference, *common, 1, at, at, 0, 100_000 + number, "closed")
        else:
            state = ("blocked", blocked, None, *common, 0, None, None, 0, None, None)
        yield (str(70_000 + number), *state, "[]", "[]", *money)


def _history(orders: int, now: datetime) -> Iterator[tuple[object, ...]]:
    for number in range(orders - WAITING):
        at, reference = utc_text(_made(number, orders, now)), str(70_000 + number)
        sending = json.dumps({"currency": "NOK", "total": f"{number % 9000}.50"})
        yield at, "", reference, "order.sending", "sending", sending
        yield at, "", reference, "order.created", "exported", json.dumps({"order_id": number})
        yield at, "", reference, "order.finished", "done", "{}"


def _runs(count: int, now: datetime) -> Iterator[tuple[object, ...]]:
    counters = json.dumps({"set": 12, "skip": 3, "unchanged": 41_000})
    for number in range(count):
        task = ("push-orders", "pull-stock")[number % 2]
        at = utc_text(now - EVERY * (count - number) / 2)
        yield f"{number:032x}", task, at, at, 1 if number % 97 == 0 else 0, counters
