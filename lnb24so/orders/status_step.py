"""The status step: tell Le New Black that an order is exported, or blocked.

It is separate from the export and can be repeated; its failure never stops a create.
"""

from __future__ import annotations

from dataclasses import dataclass

from lnb24so.config.schema import Orders
from lnb24so.errors import Rejected, Transient
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.store import Entry
from lnb24so.lnb.client import LnbClient
from lnb24so.lnb.types import same_status
from lnb24so.reasons import Reason

from .ready import is_ours_to_move, status_after, status_of_blocked
from .types import Item


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a status step: `ok`, or `refused` (and why), or else failed for now.

    `silent`: nobody answered, so the next step would hardly be answered either.
    """

    ok: bool
    silent: bool = False
    refused: Reason | None = None
    news: bool = False


def finish(item: Item, lnb: LnbClient, journal: Journal, settings: Orders) -> Step:
    """Move an exported order to its done status, where that is still ours to do."""
    entry = journal.entry(item.reference)
    if entry.state != "exported" or entry.done_status is None:
        return Step(True)
    if is_ours_to_move(item.order, entry, settings):
        # By today's settings: a person may have mended them since the export.
        wanted = status_after(item.order, entry, settings)
        try:
            if wanted is not None:
                lnb.set_status(item.reference, status=wanted)
        except Rejected as error:
            return _refused(entry, journal, error)
        except Transient as error:
            journal.event("order.status_failed", reference=item.reference, message=str(error))
            return Step(False, silent=error.again)
    journal.save(entry, "order.finished", state="done", reasons=())
    return Step(True)


def _refused(entry: Entry, journal: Journal, error: Rejected) -> Step:
    reason = Reason(
        "order.status_refused",
        f"is order {entry.order_id} in 24SevenOffice, but its status stays: {error}. "
        "Fix: orders.done_status.",
    )
    news = entry.reasons != (reason,)
    if news:
        journal.save(entry, "order.status_failed", reasons=(reason,))
    return Step(False, refused=reason, news=news)


def mark_blocked(item: Item, lnb: LnbClient, journal: Journal, settings: Orders) -> Step:
    """Write `blocked_status` to Le New Black, once, where it is set."""
    order, entry = item.order, journal.entry(item.reference)
    status = status_of_blocked(order, entry, settings)
    if order is None or status is None:
        return Step(True)
    try:
        if not same_status(order.status, status):
            lnb.set_status(item.reference, status=status)
    except (Rejected, Transient) as error:
        journal.event("order.status_failed", reference=item.reference, message=str(error))
        return Step(False, silent=isinstance(error, Transient) and error.again)
    journal.save(entry, "order.marked_blocked", blocked_status=status)
    return Step(True)
