"""An order's life in the ledger: each way from one state to the next. Pure.

    blocked         something must be mended first; each run looks again
    retry           to be sent by the next run
    sending         the request that creates it is out; only a killed run leaves this behind
    unconfirmed     no clear answer: it may exist, and only a look-up can tell
    exported        24SevenOffice has it; its Le New Black status is still to be set
    done            24SevenOffice has it, and nothing is left to do
    needs_decision  a person decides
    skipped         a person decided not to send it
    withdrawn       not up for export: it left the status, or is older than orders.since

Each function takes what the ledger holds and returns what it holds afterwards, with the event
that tells of it, and names every field that it sets or clears. Nothing else builds or replaces
an entry; the journal commits what it is given. `sending` is on disk before the request leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from lnb24so.ledger.types import AskedFor, Attempt, Entry, Sent, Transition, held_against
from lnb24so.process.events import EventName
from lnb24so.reasons import Reason

SECOND_LOOK_AFTER = timedelta(hours=1)
"""When an order is looked up once more: a late creation, or somebody's copy, shows by then."""

Facts = Mapping[str, object]
AfterExport = Literal["changed", "canceled", "gone"]

VOID = CANCELED, GONE = "canceled", "gone"
"""The hash of an order that Le New Black canceled after its export, or has no more."""

AFTER_EXPORT: Mapping[AfterExport, EventName] = {
    "changed": "order.changed_after_export",
    "canceled": "order.canceled_after_export",
    "gone": "order.gone_from_lnb",
}


def _looked_for(entry: Entry, *, doubted: bool, now: datetime) -> Entry:
    """Return the entry, to be looked for once more where it was ever in doubt."""
    again = now + SECOND_LOOK_AFTER if doubted else None
    return replace(entry, look_again_at=again, doubted=doubted, not_found_at=None)


def sending(entry: Entry, attempt: Attempt, asked_for: AskedFor | None, facts: Facts) -> Transition:
    """Write an attempt down, before its request leaves; `facts` tell rows, total and currency."""
    earlier = entry.tried if entry.in_doubt else ()
    after = replace(
        held_against(entry, attempt.sent),
        state="sending",
        reasons=(),
        attempts=entry.attempts + 1,
        attempt_started=attempt.started,
        attempt_ended=None,
        seen_id=None,
        not_found_at=None,
        tried=(*earlier, attempt),
        notice_hash=None,
        doubted=entry.in_doubt,
        look_again_at=None,
        asked_for=asked_for,
    )
    return Transition(after, "order.sending", facts)


def created(entry: Entry, order_id: int, now: datetime, answer: str) -> Transition:
    """Note a clear answer: the order exists under this id."""
    after = replace(
        entry,
        state="exported",
        order_id=order_id,
        asked_for=None,
        attempt_ended=now,
        look_again_at=now + SECOND_LOOK_AFTER,
    )
    return Transition(after, "order.created", {"answer": answer})


def refused(attempt: Entry, *, before: Entry, reason: Reason, answer: str) -> Transition:
    """Note that 24SevenOffice rejected an attempt; `before` is the entry as it was until then."""
    after = replace(_with_earlier_doubt(attempt, before=before), state="blocked", reasons=(reason,))
    return Transition(after, "order.refused", _answered(attempt, answer))


def retry(attempt: Entry, *, before: Entry, reason: Reason, answer: str) -> Transition:
    """Note that an attempt was certainly not processed; `before` is as in `refused`."""
    after = replace(_with_earlier_doubt(attempt, before=before), state="retry", reasons=(reason,))
    return Transition(after, "order.retry", _answered(attempt, answer))


def _with_earlier_doubt(attempt: Entry, *, before: Entry) -> Entry:
    """Return the attempt, held against what an earlier one sent that may still make an order."""
    if not before.in_doubt:
        return replace(attempt, tried=())
    held = held_against(attempt, before.sent)
    return replace(held, seen_id=before.seen_id, tried=before.tried)


def _answered(attempt: Entry, answer: str) -> Facts:
    """Return the facts of an attempt; the entry may hold those of an earlier one."""
    sent = {"customer_id": attempt.customer_id, "erp_reference": attempt.erp_reference}
    return {"answer": answer, **sent}


def unconfirmed(
    entry: Entry, reason: Reason, *, ended: datetime, seen_id: int | None, answer: str | None
) -> Transition:
    """Note that an attempt had no clear answer, or that the run died before it (no `answer`)."""
    ended_so = replace(entry, attempt_ended=ended, seen_id=seen_id, doubted=True)
    after = replace(ended_so, state="unconfirmed", reasons=(reason,))
    return Transition(after, "order.unconfirmed", {} if answer is None else {"answer": answer})


def not_found(entry: Entry, looked_at: datetime) -> Transition:
    """Note that a look-up after the grace time did not find it; one more has to say so."""
    return Transition(replace(entry, not_found_at=looked_at), "order.not_found")


def put_off(entry: Entry, asked_for: AskedFor) -> Transition:
    """Keep an order that a person named for the next run."""
    return Transition(replace(entry, state="retry", reasons=(), asked_for=asked_for), "order.retry")


def adopted(entry: Entry, order_id: int, sent: Sent, now: datetime) -> Transition:
    """Take an order of 24SevenOffice as this one."""
    there = _there(held_against(entry, sent), order_id, doubted=entry.in_doubt, now=now)
    again = now + SECOND_LOOK_AFTER
    return Transition(replace(there, look_again_at=again, notice_hash=None), "order.adopted")


def _there(entry: Entry, order_id: int, *, doubted: bool, now: datetime) -> Entry:
    """Return the entry of an order that 24SevenOffice turned out to have."""
    there = replace(entry, state="exported", order_id=order_id, reasons=(), asked_for=None)
    return _looked_for(there, doubted=doubted, now=now)


def looked_again(entry: Entry, looked_at: datetime) -> Transition:
    """Note that the second look found what it should.

    Where an attempt may still make an order, one list that shows none may be a short one: the
    next run has to say so too. That it is the next one shows in two dates that are the same.
    """
    is_first = entry.not_found_at is None or entry.not_found_at != entry.look_again_at
    if entry.in_doubt and is_first:
        unsure = replace(entry, not_found_at=looked_at, look_again_at=looked_at)
        return Transition(unsure, "order.looked_again")
    after = replace(entry, look_again_at=None, doubted=False, not_found_at=None, tried=())
    return Transition(after, "order.looked_again")


def blocked(
    entry: Entry,
    reasons: tuple[Reason, ...],
    *,
    content_hash: str | None,
    asked_for: AskedFor | None,
) -> Transition:
    """Note what must be mended first; `notice_hash` says of which content a person is told."""
    after = replace(entry, reasons=reasons, notice_hash=content_hash, asked_for=asked_for)
    after = replace(after, state="blocked", doubted=entry.in_doubt)
    return Transition(after, "order.blocked")


def asked(entry: Entry, question: Reason, *, other_made: str | None = None) -> Transition:
    """Let a person decide; until then no run touches the order.

    `other_made` is of the other order of its reference that the question is about.
    """
    other = other_made or entry.other_made
    after = replace(entry, state="needs_decision", reasons=(question,), other_made=other)
    after = replace(after, doubted=entry.in_doubt, look_again_at=None)
    return Transition(after, "order.decision_needed")


def skipped(entry: Entry, reason: Reason, now: datetime) -> Transition:
    """Note that an order is not to be sent."""
    after = replace(_left_out(entry, now), state="skipped", reasons=(reason,))
    return Transition(after, "order.skipped")


def withdrawn(entry: Entry, reason: Reason, now: datetime) -> Transition:
    """Note that an order left the export status before it was sent."""
    after = replace(_left_out(entry, now), state="withdrawn", reasons=(reason,))
    return Transition(after, "order.withdrawn")


def too_old(entry: Entry, reason: Reason, now: datetime) -> Transition:
    """Note that a person is told of an order older than `orders.since`; `withdrawn` as it is."""
    return replace(withdrawn(entry, reason, now), event="order.before_since")


def _left_out(entry: Entry, now: datetime) -> Entry:
    """Return the entry; one that was in doubt is looked for once more: it may be made late."""
    return _looked_for(replace(entry, asked_for=None), doubted=entry.in_doubt, now=now)


# After the export


def announced(
    entry: Entry, notice: Reason, *, what: AfterExport, content_hash: str | None
) -> Transition:
    """Note what a person is told of an order in Le New Black; the state stays."""
    told_of = content_hash if what == "changed" else what
    return Transition(replace(entry, notice=notice, notice_hash=told_of), AFTER_EXPORT[what])


def finished(entry: Entry) -> Transition:
    """Note that the Le New Black status is as it should be; so the order is there."""
    notice = None if entry.notice_hash == GONE else entry.notice
    return Transition(replace(entry, state="done", reasons=(), notice=notice), "order.finished")


def status_refused(entry: Entry, reason: Reason) -> Transition:
    """Note why Le New Black will not take the status; the state stays, for the step to come."""
    return Transition(replace(entry, reasons=(reason,)), "order.status_failed")


def marked_blocked(entry: Entry, status: str) -> Transition:
    """Note the status that a blocked order has in Le New Black; the state stays."""
    return Transition(replace(entry, blocked_status=status), "order.marked_blocked")


# A person's decisions; `who` tells which one, by whom and why


def resolved_as(
    entry: Entry,
    order_id: int,
    sent: Sent,
    notice: Reason | None,
    *,
    doubted: bool,
    now: datetime,
    who: Facts,
) -> Transition:
    """Take an order of 24SevenOffice as this one; `notice` tells of a cancellation before that.

    What else changed before a person decided, the person has seen.
    """
    there = _there(held_against(entry, sent), order_id, doubted=doubted, now=now)
    notice_hash = CANCELED if notice else None
    after = replace(there, notice=notice or entry.notice, notice_hash=notice_hash)
    return Transition(after, "order.resolved", who)


def resolved_to_send(
    entry: Entry, not_ours: frozenset[int], made: str | None, who: Facts
) -> Transition:
    """Send it again as `made` tells; `not_ours` carry its reference and are no copy of it."""
    after = replace(
        entry,
        made=made or entry.made,
        state="retry",
        order_id=None,
        seen_id=None,
        reasons=(),
        notice=None,
        notice_hash=None,
        doubted=entry.in_doubt,
        not_ours=tuple(sorted(not_ours.union(entry.not_ours))),
    )
    return Transition(after, "order.resolved", who)


def resolved_to_skip(entry: Entry, *, doubted: bool, now: datetime, who: Facts) -> Transition:
    """Never send it; one in doubt is looked for once more."""
    after = replace(entry, state="skipped", reasons=(), notice=None)
    return Transition(_looked_for(after, doubted=doubted, now=now), "order.resolved", who)


def resolved_total(
    entry: Entry, content_hash: str | None, amount: Decimal, who: Facts
) -> Transition:
    """Let this content pass with its total, to be billed with `amount`; the state stays."""
    after = replace(entry, accept_total=content_hash, accepted_amount=amount)
    return Transition(after, "order.resolved", who)


def resolved_notice(entry: Entry, who: Facts) -> Transition:
    """Note that a change after the export is dealt with; what is gone gets no status any more."""
    status = None if entry.notice_hash == GONE else entry.done_status
    return Transition(replace(entry, notice=None, done_status=status), "order.resolved", who)
