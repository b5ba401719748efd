"""The ledger's file: how it is opened, its tables, and the copy before each migration."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lnb24so.errors import ConfigError, Lnb24soError

SMALLEST_FILE = 512
"""One page of the smallest size (SQLite's file format)."""

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE orders (
        reference TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('blocked', 'retry', 'sending', 'unconfirmed',
            'exported', 'done', 'needs_decision', 'skipped', 'withdrawn')),
        reasons TEXT NOT NULL,
        erp_reference TEXT,
        customer_id INTEGER,
        content_hash TEXT,
        attempts INTEGER NOT NULL,
        attempt_started TEXT,
        attempt_ended TEXT,
        seen_id INTEGER,
        doubted INTEGER NOT NULL,
        look_again_at TEXT,
        order_id INTEGER UNIQUE,
        done_status TEXT,
        blocked_status TEXT,
        notice TEXT,
        notice_hash TEXT,
        accept_total TEXT,
        not_ours TEXT NOT NULL,
        CHECK (state NOT IN ('exported', 'done') OR ifnull(order_id, 0) > 0)
    );
    CREATE INDEX orders_by_state ON orders (state);
    CREATE TABLE history (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        run_id TEXT NOT NULL,
        reference TEXT NOT NULL,
        event TEXT NOT NULL,
        state TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    CREATE INDEX history_by_reference ON history (reference);
    CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        task TEXT NOT NULL,
        started TEXT NOT NULL,
        finished TEXT,
        exit_code INTEGER,
        counters TEXT
    );
    CREATE TABLE codes_set (code TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE codes_asked (code TEXT PRIMARY KEY, known INTEGER NOT NULL, at TEXT NOT NULL);
    CREATE TABLE codes_reported (code TEXT PRIMARY KEY, reason TEXT NOT NULL);
    """,
    "ALTER TABLE orders ADD COLUMN asked_for TEXT",
    """
    ALTER TABLE codes_set ADD COLUMN product_id INTEGER;
    ALTER TABLE codes_set ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE open_orders (order_id INTEGER PRIMARY KEY);
    CREATE TABLE waiting_orders (reference TEXT PRIMARY KEY, lines TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE hidden (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name))
        WITHOUT ROWID;
    INSERT INTO notes SELECT 'stock_held_less', 'yes'
        WHERE EXISTS (SELECT 1 FROM runs WHERE task = 'pull-stock');
    """,
)


def migrate(
    database: sqlite3.Connection, path: Path, now: datetime, *, only_check: bool = False
) -> None:
    """Bring the tables to this program's version, after a copy beside the file.

    Raises ConfigError for a file of a newer program, and, with `only_check`, for one that a
    real run must migrate first.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise ConfigError(
            f"The ledger {path} has version {version}; this lnb24so knows up to {len(STEPS)}. "
            "Fix: install the newer lnb24so again."
        )
    if version == len(STEPS):
        return
    if only_check:
        raise ConfigError(
            f"The ledger {path} has the older version {version}. "
            "Fix: let a real run update it first: lnb24so push-orders"
        )
    if version:
        _copy(database, path.with_name(f"{path.stem}-v{version}-{now:%Y%m%dT%H%M%SZ}.sqlite3"))
    for number, step in enumerate(STEPS[version:], start=version + 1):
        database.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;")


def _copy(database: sqlite3.Connection, target: Path) -> None:
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    copy = sqlite3.connect(target)
    try:
        database.backup(copy)
    finally:
        copy.close()


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file; `mode` is rw, or memory for a ledger that does not exist yet."""
    if mode != "memory" and 0 < path.stat().st_size < SMALLEST_FILE:
        # SQLite would take the rest of a ledger for a new, empty one.
        raise sqlite3.DatabaseError("it is cut short")
    target = "file::memory:" if mode == "memory" else f"{path.resolve().as_uri()}?mode={mode}"
    database = sqlite3.connect(target, uri=True, isolation_level=None, timeout=30)
    database.row_factory = sqlite3.Row
    return database


@contextmanager
def as_our_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say into our errors."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"The ledger {path} cannot be opened ({error.strerror}). "
            "Fix: give this user the file and its folder, or change paths.state."
        ) from None
    except sqlite3.OperationalError as error:
        raise Lnb24soError(
            f"The ledger {path} cannot be read or written ({error}). Nothing more was sent. "
            "Fix: look at the disk's space and at the rights of paths.state."
        ) from None
    except sqlite3.DatabaseError as error:
        raise ConfigError(
            f"The ledger {path} is damaged ({error}). "
            "Fix: restore it from a backup, or move it away and start with: "
            "lnb24so push-orders --dry-run"
        ) from None
