"""The ledger's file: how it is opened, its tables, and the copy before each migration."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from lnb24so.errors import ConfigError, Lnb24soError

from .rows import DamagedError
from .steps import APPLICATION_ID as APPLICATION_ID
from .steps import STEPS as STEPS

BUSY_SECONDS = 30
"""So long a commit waits for another program that has the file open."""


SMALLEST_FILE = 512
"""One page of the smallest size (SQLite's file format)."""


def migrate(
    database: sqlite3.Connection, path: Path, now: datetime, *, only_check: bool = False
) -> Path | None:
    """Bring the tables to this program's version; return the copy of an older file, or None.

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
        return None
    if only_check:
        raise ConfigError(
            f"The ledger {path} has the older version {version}. "
            "Fix: let a real run update it first: lnb24so push-orders"
        )
    copy = path.with_name(f"{path.stem}-v{version}-{now:%Y%m%dT%H%M%SZ}.sqlite3")
    if version:
        _copy(database, copy)
    for number, step in enumerate(STEPS[version:], start=version + 1):
        database.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;")
    return copy if version else None


def _copy(database: sqlite3.Connection, target: Path) -> None:
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    copy = sqlite3.connect(target)
    try:
        database.backup(copy)
    finally:
        copy.close()


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file; `mode` is rw, or memory for a ledger that does not exist yet.

    Raises ConfigError for another program's file, which is left as it is.
    """
    if mode == "memory":
        return _opened("file::memory:")
    if 0 < path.stat().st_size < SMALLEST_FILE:
        # SQLite would take the rest of a ledger for a new, empty one.
        raise DamagedError("it is cut short")
    database = _opened(f"{path.absolute().as_uri()}?mode={mode}")
    try:
        _refuse_foreign(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _opened(target: str) -> sqlite3.Connection:
    database = sqlite3.connect(target, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    database.row_factory = sqlite3.Row
    return database


def _refuse_foreign(database: sqlite3.Connection, path: Path) -> None:
    """Raise ConfigError where another program made the file."""
    ((owner,), (version,)) = (
        database.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    tables = {table for table, _ in _columns(database)}
    is_ours = owner == APPLICATION_ID or (not owner and (not tables or "orders" in tables))
    if not is_ours or version < 0 or (tables and not version):
        names = ", ".join(sorted(tables)[:3])
        raise ConfigError(
            f"{path} is no ledger of lnb24so but another program's file (tables: {names}). "
            "Fix: give lnb24so a folder of its own: paths.state."
        )


def _columns(database: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return the columns of all tables, each with the table's name."""
    query = (
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    )
    return {(table, column) for table, column in database.execute(query)}


def _lost_columns(path: Path) -> list[str]:
    """Return what the file lacks of this program's tables."""
    with closing(_opened("file::memory:")) as fresh, closing(connect(path, "ro")) as there:
        for step in STEPS:
            fresh.executescript(step)
        return sorted(map(".".join, _columns(fresh) - _columns(there)))


def fetch(
    database: sqlite3.Connection, query: str, values: Iterable[Any] = (), *, named: bool
) -> list[Any]:
    """Return the rows, with `named` columns or as tuples, which take half as long to make.

    A text that is no UTF-8 comes as bytes, so that its row can be named.
    """
    values, cursor = tuple(values), database.cursor()
    cursor.row_factory = sqlite3.Row if named else None
    try:
        return cursor.execute(query, values).fetchall()
    except sqlite3.OperationalError as error:
        if not str(error).startswith("Could not decode"):
            raise
        database.text_factory = _text_or_bytes
        return cursor.execute(query, values).fetchall()


def _text_or_bytes(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


@contextmanager
def as_our_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say into our errors; a fault of ours stays what it is."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"The ledger {path} cannot be opened ({error.strerror}). "
            "Fix: give this user the file and its folder, or change paths.state."
        ) from None
    except DamagedError as error:
        raise _damaged(path, str(error)) from None
    except sqlite3.DatabaseError as error:
        ours = _meaning(error, path)
        if ours is None:
            raise
        raise ours from None


def _damaged(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"The ledger {path} is damaged ({what}). "
        "Fix: restore it from a backup, or move it away and start with: "
        "lnb24so push-orders --dry-run"
    )


def _meaning(error: sqlite3.DatabaseError, path: Path) -> Lnb24soError | None:
    """Return what an error of SQLite says of the file or the disk, or None for a fault of ours."""
    said = str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what SQLite adds to it
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path, said)
    if said.startswith(("no such table", "no such column")) and path.exists():
        lost = _lost_columns(path)
        return _damaged(path, f"it lacks {', '.join(lost[:3])}") if lost else None
    if not isinstance(error, sqlite3.OperationalError):
        return None
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Lnb24soError(
            f"Another program has the ledger {path} open ({said}), for more than {BUSY_SECONDS} "
            "seconds. Nothing more was sent. Fix: close it there; a later run goes on."
        )
    if code == sqlite3.SQLITE_FULL or "disk is full" in said:
        return Lnb24soError(
            f"The ledger {path} has no room ({said}). Nothing more was sent. "
            "Fix: free space on the disk of paths.state; a later run goes on."
        )
    if code in (0, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE):
        return None
    return Lnb24soError(
        f"The ledger {path} cannot be read or written ({said}). Nothing more was sent. "
        "Fix: look at the disk, and at the rights of paths.state."
    )
