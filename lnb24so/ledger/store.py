"""The ledger: what we know of each order, and every step that led there.

One SQLite file for each pair of company and Le New Black account. An order is committed here,
on disk, before the request that creates it leaves the machine.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from lnb24so.clock import Clock, utc_text
from lnb24so.errors import ConfigError
from lnb24so.process.whole_file import open_regular

from .file import as_our_errors, connect, migrate
from .rows import from_json
from .seen import Seen
from .types import FAR_OFF, STATES, Binding, Entry, State, Step, as_json, columns, entry_of, step_of

FILE_NAME = "ledger.sqlite3"

NOT_AT_REST = """(notice IS NOT NULL
    OR look_again_at IS NOT NULL OR state NOT IN ('exported', 'done', 'skipped', 'withdrawn')
    OR (state = 'exported' AND done_status IS NOT NULL))"""
"""Of which orders there may be something to do or to say: after years, a few of many.

There is an index of them, which SQLite takes where a query says it in the index's own words (its
manual, "Partial Indexes").
"""


class Ledger(Seen):
    """Open it with `Ledger.open` to write, or `Ledger.peek` to read and touch nothing."""

    copy_before_upgrade: Path | None = None
    """Where the file of an older version was copied to, in the run that upgraded it."""

    @classmethod
    def open(cls, folder: Path, run_id: str, clock: Clock) -> Ledger:
        """Open the folder's ledger to write, made or migrated where needed (hold the lock).

        Raises ConfigError where the file is damaged, newer than this program or not writable.
        """
        path = folder / FILE_NAME
        with as_our_errors(path), ExitStack() as on_failure:
            os.close(open_regular(path, os.O_RDWR | os.O_CREAT, 0o600))
            database = on_failure.enter_context(closing(connect(path, "rw")))
            # Rollback journal with EXTRA: a committed row survives a power cut (SQLite manual,
            # "PRAGMA synchronous"). WAL with NORMAL may lose it, and a lost row is a second order.
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("PRAGMA synchronous = EXTRA")
            copy = migrate(database, path, clock.now())
            on_failure.pop_all()
        ledger = cls(database, path, run_id, clock)
        ledger.copy_before_upgrade = copy
        return ledger

    @classmethod
    def peek(cls, folder: Path, clock: Clock) -> Ledger:
        """Open the folder's ledger to read only; one that does not exist yet is empty."""
        path = folder / FILE_NAME
        with as_our_errors(path), ExitStack() as on_failure:
            is_there = _holds_something(path)
            database = on_failure.enter_context(
                closing(connect(path, "rw" if is_there else "memory"))
            )
            migrate(database, path, clock.now(), only_check=is_there)
            database.execute("PRAGMA query_only = ON")
            on_failure.pop_all()
        return cls(database, path, "", clock)

    # Orders

    def entry(self, reference: str) -> Entry | None:
        """Return what is known of the order, or None."""
        return self._entry("SELECT * FROM orders WHERE reference = ?", reference)

    def entries(self, *states: State) -> list[Entry]:
        """Return the entries in the given states (all without any), oldest first."""
        # Not those in them, but those in no other: a state that is damaged must not hide an order.
        others = [state for state in STATES if states and state not in states]
        marks = ", ".join("?" * len(others))
        query = f"SELECT * FROM orders WHERE state NOT IN ({marks}) ORDER BY rowid"  # noqa: S608
        return self._entries(query, *others)

    def unsettled(self, now: datetime) -> list[Entry]:
        """Return the entries that a run must look after even if Le New Black no longer lists them.

        Those are attempts without a clear answer, exported orders whose status step or second
        look is due, and everything that is blocked or waits to be tried again.
        """
        query = (
            f"SELECT * FROM orders WHERE {NOT_AT_REST} AND (state NOT IN"  # noqa: S608
            " ('exported', 'done', 'needs_decision', 'skipped', 'withdrawn')"
            " OR (state = 'exported' AND done_status IS NOT NULL)"
            " OR look_again_at <= ? OR look_again_at > ?) ORDER BY +rowid"
        )
        return self._entries(query, utc_text(now), utc_text(now + FAR_OFF))

    def waiting(self) -> list[Entry]:
        """Return the entries that wait for something: what `status` shows."""
        entries = self._entries(f"SELECT * FROM orders WHERE {NOT_AT_REST} ORDER BY +rowid")  # noqa: S608
        return [
            entry
            for entry in entries
            if entry.notice or (not entry.final and entry.state != "withdrawn")
        ]

    def untold(self) -> set[str]:
        """Return the references that ask for a person, and of which no run has told yet.

        A run may die between noting what it found and telling it.
        """
        asks = "(notice IS NOT NULL OR state = 'needs_decision')"
        news = "SELECT 1 FROM news WHERE area = 'orders' AND subject = reference"
        return self._references(f"{NOT_AT_REST} AND {asks} AND NOT EXISTS ({news})")

    def by_order_id(self, order_id: int) -> Entry | None:
        """Return the entry that holds a 24SevenOffice order id, or None."""
        return self._entry("SELECT * FROM orders WHERE order_id = ?", order_id)

    def order_ids(self, newest: int = -1) -> dict[int, str]:
        """Return the 24SevenOffice order ids that the ledger holds, with their references.

        All of them, or so many of the `newest`; the last one first.
        """
        query = (
            "SELECT order_id, reference FROM orders WHERE order_id IS NOT NULL"
            " ORDER BY order_id DESC LIMIT ?"
        )
        rows = self._values(query, "orders", newest, reference=str, order_id=int)
        return {row["order_id"]: row["reference"] for row in rows}

    def save(self, entry: Entry, event: str, **detail: Any) -> Entry:
        """Commit the entry and a history row in one transaction, on disk; return the entry."""
        row = columns(entry)
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        updates = ", ".join(f"{name} = excluded.{name}" for name in row)
        with self.transaction():
            self._database.execute(
                f"INSERT INTO orders ({names}) VALUES ({marks}) "  # noqa: S608
                f"ON CONFLICT (reference) DO UPDATE SET {updates}",
                row,
            )
            self._database.execute(
                "INSERT INTO history (at, run_id, reference, event, state, detail)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    utc_text(self._clock.now()),
                    self._run_id,
                    entry.reference,
                    event,
                    entry.state,
                    as_json(detail),
                ),
            )
        return entry

    def history(self, reference: str | None = None) -> list[Step]:
        """Return the steps of one order, or of all, oldest first."""
        query = "SELECT * FROM history WHERE ? IS NULL OR reference = ? ORDER BY id"
        return self.read(step_of, query, reference, reference)

    # What belongs to the whole ledger

    @property
    def binding(self) -> Binding | None:
        """The company and account that this ledger is bound to, or None before the first write."""
        return self._note("binding", partial(from_json, Binding))

    def check_account(self, client_id: str) -> None:
        """Raise ConfigError where the ledger belongs to another Le New Black account."""
        bound = self.binding
        if bound and bound.client_id != client_id:
            raise ConfigError(
                f"This state folder belongs to the Le New Black account {bound.client_id}, and "
                f"lenewblack.client_id is {client_id}. "
                "Fix: correct it, or give each account its own paths.state."
            )

    def check_company(self, company_id: int, company: str) -> None:
        """Raise ConfigError where the ledger belongs to another 24SevenOffice company."""
        bound = self.binding
        if bound and bound.company_id != company_id:
            raise ConfigError(
                f"This state folder belongs to company {bound.company_id} ({bound.company}), and "
                f"24SevenOffice opened company {company_id} ({company}). "
                "Fix: set 24sevenoffice.identity_id, or give each company its own paths.state."
            )

    def bind(self, company_id: int, *, company: str, client_id: str) -> None:
        """Bind the ledger at its first write; the same pair again changes nothing."""
        self.check_account(client_id)
        self.check_company(company_id, company)
        binding = Binding(company_id, company, client_id)
        if binding != self.binding:
            self.write_note("binding", json.dumps(asdict(binding)))

    def _entry(self, query: str, *values: Any) -> Entry | None:
        return next(iter(self._entries(query, *values)), None)

    def _entries(self, query: str, *values: Any) -> list[Entry]:
        return self.read(entry_of, query, *values)


def _holds_something(path: Path) -> bool:
    """Return whether there is a ledger to read; raises OSError, for SQLite would not say why."""
    try:
        descriptor = open_regular(path)
    except FileNotFoundError:
        return False
    try:
        return os.fstat(descriptor).st_size > 0
    finally:
        os.close(descriptor)
