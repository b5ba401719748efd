"""What the tool says of each order: read from its ledger, as `status` does. Never the truth."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

FIELDS = "reference, state, reasons, notice, order_id"


@dataclass(frozen=True)
class Said:
    """What the ledger says of one order; `reasons` are codes."""

    reference: str
    state: str
    reasons: tuple[str, ...]
    notice: str | None
    order_id: int | None

    @property
    def asks(self) -> bool:
        """Whether a person has to do something."""
        return self.state in ("blocked", "needs_decision") or self.notice is not None


def read_book(state: Path, *, everything: bool = False) -> dict[str, Said]:
    """Return what the ledger says of the orders that are not simply done, or of all."""
    file = state / "ledger.sqlite3"
    if not file.exists():
        return {}
    where = "" if everything else " WHERE state <> 'done' OR notice IS NOT NULL"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as ledger:
        try:
            rows = ledger.execute(f"SELECT {FIELDS} FROM orders{where}").fetchall()
        except sqlite3.OperationalError:
            return {}  # a run that died before its first commit left no table
    return {
        reference: Said(
            reference,
            state,
            tuple(one["code"] for one in json.loads(reasons)),
            json.loads(notice)["code"] if notice else None,
            order_id,
        )
        for reference, state, reasons, notice, order_id in rows
    }


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(one.stat().st_size for one in folder.glob("*") if one.is_file())
