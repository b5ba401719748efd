"""What a person took as known of what `reconcile` found: it is told no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lnb24so.clock import utc_text
from lnb24so.process.redact import REDACTOR

from .rows import values_of
from .store import Ledger


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One finding that somebody took as known; `mark` says in which shape it was known."""

    reference: str
    code: str
    mark: str
    at: datetime
    who: str
    note: str


def acknowledged(ledger: Ledger, reference: str) -> list[Acknowledged]:
    """Return what is taken as known of an order."""
    query = "SELECT * FROM acknowledged WHERE reference = ? ORDER BY at"
    return ledger.read(
        lambda row: Acknowledged(**values_of(Acknowledged, row, "acknowledged")), query, reference
    )


def acknowledge(ledger: Ledger, every: Iterable[Acknowledged]) -> None:
    """Take findings as known, all of them in one transaction."""
    rows = [
        (
            *(one.reference, one.code, one.mark, utc_text(one.at)),
            *(ledger.run_id, one.who, REDACTOR(one.note)),
        )
        for one in every
    ]
    with ledger.transaction() as database:
        database.executemany(
            "INSERT OR REPLACE INTO acknowledged VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )
