"""The status step: tell Le New Black that an order is exported, or blocked.

It is separate from the export and can be repeated; its failure never stops a create.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lnb24so.errors import Rejected, Transient
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import is_canceled, same_status
from lnb24so.reasons import Reason, sentence
from lnb24so.texts import shown
from lnb24so.tools import Tools

from . import life
from .life import AfterExport
from .questions import canceled_after_export, gone_after_export
from .reading import case_of
from .ready import cannot_be_placed, is_ours_to_move, status_after, status_of_blocked
from .results import FAILURES_IN_A_ROW, Results
from .types import Announce, Case, Finish, Reading, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What became of one status: `ok`, or `refused` (and why), or else failed for now.

    `silent`: nobody answered, so the next one would hardly be answered either. `news`: a person
    was not told of the refusal yet. `told`: what became of it in Le New Black meanwhile, and why.
    """

    ok: bool = False
    silent: bool = False
    refused: Reason | None = None
    told: tuple[AfterExport, Reason] | None = None
    news: bool = False


def take_status_steps(tools: Tools, journal: Journal, results: Results) -> None:
    """Take the status steps; so many without an answer in a row, and the rest waits.

    Each order is read again right before: who canceled or moved it meanwhile is not overwritten.
    Raises Interrupted between two orders, and what the ledger raises.
    """
    settings = tools.config.orders
    silent = 0
    for result in results.all:
        is_exported = _is_exported(result)
        blocked = result.outcome == "blocked" and status_of_blocked(result.item.case, settings)
        if not (is_exported or blocked):
            continue
        if silent == FAILURES_IN_A_ROW:
            break
        with tools.stop.item():
            move = _take_step(result, tools, journal)
            if is_exported:
                results.add(_after_move(result, move))
        silent = silent + 1 if move.silent else 0


def _take_step(result: Result, tools: Tools, journal: Journal) -> Move:
    """Read the order again and set its status, where that is still ours to do."""
    reference = result.item.reference
    entry = journal.entry(reference)
    if _is_exported(result) and (entry.state != "exported" or entry.done_status is None):
        return Move(ok=True)
    try:
        order = tools.lnb.order(reference)
    except (Rejected, Transient) as error:
        journal.event("order.status_failed", reference=reference, message=str(error))
        tools.news.failed(error.system, error.code, str(error))
        return Move(silent=isinstance(error, Transient) and error.again)
    if order is not None and cannot_be_placed(order):
        why = "Le New Black's answer does not tell its status, or whether it was canceled."
        journal.event("order.status_failed", reference=reference, message=why)
        return Move()
    case = case_of(reference, order, entry, tools.config)
    return (finish if _is_exported(result) else mark_blocked)(case, tools, journal)


def _is_exported(result: Result) -> bool:
    return result.outcome in ("created", "adopted") or isinstance(result.item, Finish)


def _after_move(result: Result, move: Move) -> Result:
    if move.told is not None:
        item, (what, notice) = result.item, move.told
        told = Announce(case=item.case, draft=item.draft, what=what, reasons=(notice,), news=True)
        return replace(result, item=told, reasons=(notice,), news=True)
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
    if entry.notice_hash != life.CANCELED and (case.order is None or is_canceled(case.order)):
        return _tell_what_became_of_it(case, entry, journal)
    # By today's settings: a person may have mended them since the export.
    status = status_after(case) if is_ours_to_move(case) else None
    try:
        if status is not None:
            tools.lnb.set_status(case.reference, status=status)
    except Rejected as error:
        return _refused(entry, journal, error, status=status or "")
    except Transient as error:
        journal.event("order.status_failed", reference=case.reference, message=str(error))
        tools.news.failed("Le New Black", "lnb.unreachable", str(error))
        return Move(silent=error.again)
    if status is None:
        _tell_left(case, entry, tools, journal)
    journal.save(life.finished(entry))
    return Move(ok=True)


def _tell_what_became_of_it(case: Case, entry: Entry, journal: Journal) -> Move:
    """Note that Le New Black canceled the order, or has it no more: its status is nobody's."""
    if case.order is None:
        notice = gone_after_export(case.reference, entry.order_id)
        journal.save(life.announced(entry, notice, what="gone", content_hash=None))
        return Move(ok=True, told=("gone", notice))
    notice = canceled_after_export(case.reference, entry.order_id)
    step = life.announced(entry, notice, what="canceled", content_hash=None)
    journal.save(life.finished(journal.save(step)))
    return Move(ok=True, told=("canceled", notice))


def _tell_left(case: Case, entry: Entry, tools: Tools, journal: Journal) -> None:
    """Say that an order was moved by somebody else, unless it is where it belongs."""
    if case.order is None or is_canceled(case.order):
        return
    if same_status(case.order.status, entry.done_status):
        return
    left = Reason(
        "order.status",
        f"is order {entry.order_id} in 24SevenOffice. Somebody gave it the status "
        f"{shown(case.order.status)} in Le New Black, and so it was left.",
    )
    journal.warn(case.reference, (left,))
    tools.tell(sentence(case.reference, left))


def _refused(entry: Entry, journal: Journal, error: Rejected, *, status: str) -> Move:
    reason = Reason(
        "order.status_refused",
        f"is order {entry.order_id} in 24SevenOffice, but its status stays: {error}. "
        "Fix: correct orders.done_status.",
        cause=f"Le New Black refuses the status {shown(status)}",
    )
    news = entry.reasons != (reason,)
    if news:
        journal.save(life.status_refused(entry, reason))
    return Move(refused=reason, news=news)


def keep_marks(reading: Reading, tools: Tools) -> None:
    """Write down which orders Le New Black shows as blocked, where nobody saw that it took it."""
    journal = Journal(tools.ledger, tools.event)
    for case in reading.cases:
        status = case.known.blocked_status
        if status is None:
            continue
        stored = journal.entry(case.reference)
        if stored.blocked_status is None:
            journal.save(life.marked_blocked(stored, status))


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
