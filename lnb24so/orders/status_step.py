"""The status step: tell Le New Black that an order is exported, or blocked.

It is separate from the export and can be repeated; its failure never stops a create.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lnb24so.errors import Rejected, Transient
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import same_status
from lnb24so.reasons import Reason
from lnb24so.tools import Tools

from . import life
from .reading import case_of
from .ready import is_ours_to_move, status_after, status_of_blocked
from .results import FAILURES_IN_A_ROW, Results
from .types import Case, Finish, Result

CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What became of one status: `ok`, or `refused` (and why), or else failed for now.

    `silent`: nobody answered, so the next one would hardly be answered either. `news`: a person
    was not told of the refusal yet.
    """

    ok: bool = False
    silent: bool = False
    refused: Reason | None = None
    news: bool = False


def take_status_steps(read_at: datetime, tools: Tools, journal: Journal, results: Results) -> None:
    """Take the status steps; so many without an answer in a row, and the rest waits.

    `read_at` is when the orders were read, by Le New Black's clock. Raises Interrupted between
    two orders, and what the ledger raises.
    """
    settings = tools.config.orders
    due = [
        result
        for result in results.all
        if _is_exported(result)
        or (result.outcome == "blocked" and status_of_blocked(result.item.case, settings))
    ]
    if not due:
        return
    try:
        changed = tools.lnb.orders_changed_since(read_at - CLOCKS_APART)
    except (Rejected, Transient) as error:
        # Without knowing who canceled what meanwhile, no status is ours to set.
        for result in filter(_is_exported, due):
            reference = result.item.reference
            journal.event("order.status_failed", reference=reference, message=str(error))
            results.add(_after_move(result, Move(silent=True)))
        tools.news.failed("Le New Black", "lnb.unreachable", str(error))
        return
    today = {order.reference: order for order in changed}
    silent = 0
    for result in due:
        if silent == FAILURES_IN_A_ROW:
            break
        reference = result.item.reference
        order = today.get(reference, result.item.order)
        case = case_of(reference, order, journal.entry(reference), tools.config)
        with tools.stop.item():
            if _is_exported(result):
                move = finish(case, tools, journal)
                results.add(_after_move(result, move))
            else:
                move = mark_blocked(case, tools, journal)
        silent = silent + 1 if move.silent else 0


def _is_exported(result: Result) -> bool:
    return result.outcome in ("created", "adopted") or isinstance(result.item, Finish)


def _after_move(result: Result, move: Move) -> Result:
    if move.ok:
        return replace(result, outcome=result.outcome or "finished", news=False)
    return replace(
        result,
        outcome=result.outcome or "failed",
        reasons=(move.refused,) if move.refused else (),
        news=move.news,
        status_failed=move.refused is None,
    )


def finish(case: Case, tools: Tools, journal: Journal) -> Move:
    """Move an exported order to its done status, where that is still ours to do.

    Raises what the ledger raises; what Le New Black does is in the answer.
    """
    entry = case.known
    if entry.state != "exported" or entry.done_status is None:
        return Move(ok=True)
    # By today's settings: a person may have mended them since the export.
    status = status_after(case) if is_ours_to_move(case) else None
    try:
        if status is not None:
            tools.lnb.set_status(case.reference, status=status)
    except Rejected as error:
        return _refused(entry, journal, error)
    except Transient as error:
        journal.event("order.status_failed", reference=case.reference, message=str(error))
        tools.news.failed("Le New Black", "lnb.unreachable", str(error))
        return Move(silent=error.again)
    journal.save(life.finished(entry))
    return Move(ok=True)


def _refused(entry: Entry, journal: Journal, error: Rejected) -> Move:
    reason = Reason(
        "order.status_refused",
        f"is order {entry.order_id} in 24SevenOffice, but its status stays: {error}. "
        "Fix: orders.done_status.",
    )
    news = entry.reasons != (reason,)
    if news:
        journal.save(life.status_refused(entry, reason))
    return Move(refused=reason, news=news)


def mark_blocked(case: Case, tools: Tools, journal: Journal) -> Move:
    """Write `blocked_status` to Le New Black, once, where it is set; errors as in `finish`."""
    status = status_of_blocked(case, tools.config.orders)
    if case.order is None or status is None:
        return Move(ok=True)
    try:
        if not same_status(case.order.status, status):
            tools.lnb.set_status(case.reference, status=status)
    except (Rejected, Transient) as error:
        journal.event("order.status_failed", reference=case.reference, message=str(error))
        return Move(silent=isinstance(error, Transient) and error.again)
    journal.save(life.marked_blocked(case.known, status))
    return Move(ok=True)
