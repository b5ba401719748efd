"""While a long run creates: what was typed in, changed or canceled since it looked last?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lnb24so.clock import CLOCKS_APART
from lnb24so.reasons import Reason
from lnb24so.tools import Tools

from .attempts import SEARCH_BACK
from .draft import fold_reference
from .types import Create, Wait

FRESH_FOR = timedelta(seconds=60)
"""So long a look-up before a create is believed."""


class Freshness:
    """When both systems were asked last, and what that said of the creates to come."""

    def __init__(self, *, looked_at: datetime, read_at: datetime) -> None:
        """Begin with the plan's own look-up; `read_at` is by Le New Black's clock."""
        self._looked_at = looked_at
        self._read_at = read_at
        self._waits: dict[str, str] = {}

    def renew(self, creates: Sequence[Create], tools: Tools) -> None:
        """Ask both systems about the creates that remain, once a minute, one request each.

        Raises Rejected, Transient and ConfigError where one does not answer.
        """
        now = tools.clock.now()
        if abs(now - self._looked_at) <= FRESH_FOR:
            return
        changed = {
            order.reference: order
            for order in tools.lnb.orders_changed_since(self._read_at - CLOCKS_APART)
        }
        customers = sorted({item.request.customer_id for item in creates})
        since = min(self._looked_at, now) - SEARCH_BACK
        hits: dict[str, set[int | None]] = {}
        for hit in tools.soap.orders_changed_since(since, customers):
            hits.setdefault(fold_reference(hit.reference), set()).add(hit.order_id)
        for item in creates:
            there = hits.get(fold_reference(item.request.reference), set())
            if there - set(item.case.known.not_ours):
                self._waits[item.reference] = "came into 24SevenOffice during this run"
            elif changed.get(item.reference, item.order) != item.order:
                self._waits[item.reference] = "was changed in Le New Black during this run"
        self._looked_at = now

    def waits(self, item: Create) -> Wait | None:
        """Return the item of an order that is no longer what was planned; None: create it."""
        why = self._waits.get(item.reference)
        if why is None:
            return None
        reason = Reason("order.not_sent", f"{why}; the next run looks at it again.")
        return Wait(case=item.case, draft=item.draft, reasons=(reason,))
