"""What stands and was told, on disk: so that a person hears of it once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from lnb24so.clock import utc_text
from lnb24so.process.redact import REDACTOR

from .rows import values_of
from .store import Ledger

PIECES = "pieces"
"""In place of a currency: the amount is that of goods."""

Key = tuple[str, str]
"""A subject and the code of what is to be said of it: together they are told once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that stands, until a run that looked no longer finds it.

    `message` is the whole sentence. What has the same `cause` is told in one line: the cause,
    how many, and the `fix`; with several causes, each is a line of both. `amount` is without VAT
    in `currency`. `since` is when it was first found, `told` when a run told it and `mailed`
    when the morning mail did.
    """

    subject: str
    code: str
    message: str
    cause: str = ""
    fix: str = ""
    amount: Decimal | None = None
    currency: str = ""
    since: datetime | None = None
    told: datetime | None = None
    mailed: datetime | None = None

    @property
    def key(self) -> Key:
        """What it is told once by."""
        return self.subject, self.code

    @property
    def causes(self) -> Mapping[str, str]:
        """The fix of each cause; nothing where it has none."""
        pairs = zip_longest(self.cause.split("\n"), self.fix.split("\n"), fillvalue="")
        return {cause: fix for cause, fix in pairs if cause}


def standing(ledger: Ledger, area: str | None = None) -> list[Standing]:
    """Return what stands in an area (`orders`, `stock`, `failures` ...), or everywhere, by age."""
    query = "SELECT * FROM news WHERE ? IS NULL OR area = ? ORDER BY since, subject, code"
    return ledger.read(_standing, query, area, area)


def _standing(row: Any) -> Standing:
    return Standing(**values_of(Standing, row, "news"))


def write_standing(
    ledger: Ledger, area: str, changed: Iterable[Standing], ended: Iterable[Key]
) -> None:
    """Keep what was found in an area, and forget what ended there, in one transaction."""
    rows = [_row(area, one) for one in changed]
    gone = [(area, subject, code) for subject, code in ended]
    if not rows and not gone:
        return
    with ledger.transaction() as database:
        database.executemany("DELETE FROM news WHERE area = ? AND subject = ? AND code = ?", gone)
        database.executemany(
            "INSERT OR REPLACE INTO news (area, subject, code, message, cause, fix, amount, "
            "currency, since, told, mailed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def forget(ledger: Ledger, area: str, subject: str) -> None:
    """Forget what stands of a subject: what a run finds of it from now on is news."""
    keys = [one.key for one in standing(ledger, area) if one.subject == subject]
    write_standing(ledger, area, (), keys)


def _row(area: str, one: Standing) -> tuple[object, ...]:
    times = (utc_text(time) if time else None for time in (one.since, one.told, one.mailed))
    amount = None if one.amount is None else str(one.amount)
    return (
        *(area, one.subject, one.code, REDACTOR(one.message), REDACTOR(one.cause), one.fix),
        *(amount, one.currency, *times),
    )
