"""An open ledger: how its rows are read, its transactions, and its notes."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lnb24so.clock import Clock

from .file import as_our_errors, fetch
from .rows import moment_of, read_note, readers_of, values_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

T = TypeVar("T")


class Access:
    """What every part of the ledger reads and writes with; raises what `as_our_errors` says."""

    def __init__(self, database: sqlite3.Connection, path: Path, run_id: str, clock: Clock) -> None:
        self._database = database
        self._path = path
        self._run_id = run_id
        self._clock = clock

    @property
    def run_id(self) -> str:
        """The run that writes here."""
        return self._run_id

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def note(self, name: str) -> str | None:
        """Return a remembered text, or None."""
        return self._note(name, str)

    def note_time(self, name: str) -> datetime | None:
        """Return a remembered time (`utc_text`), or None."""
        return self._note(name, moment_of)

    def _note(self, name: str, read: Callable[[str], T]) -> T | None:
        query = "SELECT name, value FROM notes WHERE name = ?"
        texts = self._values(query, "notes", name, name=str, value=str)
        with as_our_errors(self._path):
            return next((read_note(name, row["value"], read) for row in texts), None)

    def write_note(self, name: str, value: str) -> None:
        """Remember a value under a name."""
        with self.transaction():
            self._database.execute(
                "INSERT INTO notes VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def _values(self, query: str, table: str, *values: Any, **kinds: Any) -> list[dict[str, Any]]:
        readers = readers_of(kinds)
        return self.read(lambda row: values_of(readers, row, table), query, *values)

    def read(self, convert: Callable[[Any], T], query: str, *values: Any) -> list[T]:
        """Return what a query finds, each row converted; for the modules of this room."""
        with as_our_errors(self._path):
            return [convert(row) for row in fetch(self._database, query, values, named=True)]

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds, as tuples; for the modules of this room."""
        with as_our_errors(self._path):
            return fetch(self._database, query, values, named=False)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block does to the database it is given; for the modules of this room."""
        with as_our_errors(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                if self._database.in_transaction:  # A full disk has rolled back already.
                    self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
