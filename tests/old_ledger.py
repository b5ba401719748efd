"""A ledger as the first version of the tool left it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from lnb24so.ledger.steps import STEPS


def as_first_version(file: Path) -> None:
    """Take from a ledger all tables and columns that later versions brought."""
    with closing(sqlite3.connect(":memory:")) as first, closing(sqlite3.connect(file)) as ledger:
        first.executescript(STEPS[0])
        for kind, name in ledger.execute("SELECT type, name FROM sqlite_master").fetchall():
            if kind == "index" and name.startswith("sqlite_"):
                continue
            if not first.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone():
                ledger.execute(f"DROP {kind} IF EXISTS {name}")
        for (table,) in first.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for column in _columns(ledger, table) - _columns(first, table):
                ledger.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        ledger.execute("PRAGMA user_version = 1")
        ledger.commit()


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
