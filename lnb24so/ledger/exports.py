"""The orders that 24SevenOffice has, for finance: in constant memory, however many they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from lnb24so.clock import utc_text

from .rows import values_of
from .store import Ledger
from .types import State, Step, step_of

PORTION = 500
"""So many orders are read at once; a run may write between two portions."""

# An order that was sent again counts from then on.
_QUERY = """
    SELECT orders.reference, orders.state, order_id, erp_reference, customer_id, retailer,
        currency, total, exported.at, exported.id
    FROM history AS exported JOIN orders ON orders.reference = exported.reference
    WHERE exported.id > ? AND exported.at >= ? AND exported.at < ?
        AND exported.state IN ('exported', 'done') AND orders.order_id IS NOT NULL
        AND exported.id = (SELECT min(id) FROM history
            WHERE reference = orders.reference AND state IN ('exported', 'done')
            AND id > (SELECT ifnull(max(id), 0) FROM history
                WHERE reference = orders.reference
                AND event = 'order.resolved' AND state = 'retry'))
    ORDER BY exported.id LIMIT ?
"""
_NEVER = "9"


@dataclass(frozen=True, slots=True)
class Export:
    """One order that 24SevenOffice has; `total` is as it is billed, None where nobody noted it.

    `at` is when it was exported, and `id` counts in that order.
    """

    reference: str
    state: State
    order_id: int
    erp_reference: str | None
    customer_id: int | None
    retailer: str
    currency: str
    total: Decimal | None
    at: datetime
    id: int


def exports(
    ledger: Ledger, since: datetime | None = None, until: datetime | None = None
) -> Iterator[tuple[Export, Sequence[Step]]]:
    """Yield each order that was exported from `since` to before `until`, the first one first.

    With each come the decisions that persons took on it. Raises as every reading of the ledger.
    """
    first, end = utc_text(since) if since else "", utc_text(until) if until else _NEVER
    last = 0
    while portion := ledger.read(_export, _QUERY, last, first, end, PORTION):
        decided: dict[str, list[Step]] = {each.reference: [] for each in portion}
        for step in _decisions(ledger, list(decided)):
            decided[step.reference].append(step)
        for each in portion:
            yield each, decided[each.reference]
        last = portion[-1].id


def _export(row: Any) -> Export:
    return Export(**values_of(Export, row, "orders"))


def _decisions(ledger: Ledger, references: Sequence[str]) -> list[Step]:
    marks = ", ".join("?" * len(references))
    which = f"event = 'order.resolved' AND reference IN ({marks})"
    query = f"SELECT * FROM history WHERE {which} ORDER BY id"  # noqa: S608
    return ledger.read(step_of, query, *references)
