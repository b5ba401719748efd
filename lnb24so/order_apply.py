"""Do what an order plan says, item by item, each step committed before the next begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from .journal import Journal, fields_of
from .ledger import Entry
from .lnb_types import content_hash
from .order_status import Step, finish, mark_blocked, status_after
from .order_types import Item, OrderPlan
from .outcome import Seen, create_outcome
from .read_back import read_back
from .reasons import Reason, sentence
from .settle import SECOND_LOOK_AFTER, attempt_end
from .soap_order import InvoiceOrder
from .tools import Tools

Outcome = Literal["created", "adopted", "finished", "blocked", "retry", "unconfirmed", "failed"]

FAILURES_IN_A_ROW = 3
"""So many creates, or status steps, without an answer, and the rest waits for a later run."""

NOTICES = ("order.changed_after_export", "order.canceled_after_export")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item; `news` marks reasons that a person has not been told yet.

    `status_failed`: the status step had no answer and is taken again by the next run.
    """

    item: Item
    outcome: Outcome | None = None
    order_id: int | None = None
    reasons: tuple[Reason, ...] = ()
    news: bool = False
    status_failed: bool = False


class OrderExport:
    """The run's tools, and the results so far: they are there even when a signal ends it.

    `stopped` says why the creates ended early, or is None.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._settings = tools.config.orders
        self._journal = Journal(tools.ledger, tools.event)
        self._results: dict[str, Result] = {}
        self.stopped: str | None = None

    @property
    def results(self) -> list[Result]:
        """Return the results in the order of the plan."""
        return list(self._results.values())

    def apply(self, plan: OrderPlan) -> None:
        """Carry the plan out: what is known first, then creates, statuses and a read-back."""
        self._results = {item.reference: planned(item) for item in plan.items}
        for entry in plan.cleared:
            self._looked_again(entry.reference)
        for item in plan.items:
            if item.action not in ("create", "finish"):
                with self._tools.stop.item():
                    self._report(self._note(item))
        if plan.guard is None:
            self._create_all([item for item in plan.items if item.action == "create"])
        self._set_statuses()
        self._read_back()

    # What needs no request

    def _note(self, item: Item) -> Result:
        entry = self._journal.entry(item.reference)
        if item.action == "adopt":
            return self._adopt(item, entry)
        if item.action == "wait" and entry.state == "sending":
            return self._found_unfinished(item, entry)
        if item.action == "decide" and item.news:
            self._ask_a_person(item, entry)
        elif item.action == "blocked" and item.news:
            self._block(item, entry)
        elif item.action == "skip" and item.news:
            self._leave_out(item, entry)
        return planned(item)

    def _block(self, item: Item, entry: Entry) -> None:
        content = content_hash(item.order) if item.order else None
        self._journal.save(
            entry,
            "order.blocked",
            state="blocked",
            reasons=item.reasons,
            content_hash=content,
            doubted=entry.in_doubt,
        )

    def _report(self, result: Result) -> None:
        """Keep a result, and tell what a person has not been told."""
        self._results[result.item.reference] = result
        if result.news and result.item.action != "skip":
            for reason in result.reasons:
                self._tools.tell(sentence(result.item.reference, reason))

    def _warn(self, item: Item) -> None:
        for warning in item.warnings:
            self._tools.event("order.warning", reference=item.reference, **fields_of(warning))

    def _adopt(self, item: Item, entry: Entry) -> Result:
        order, invoice = item.order, item.invoice
        # What an attempt sent is what later changes are held against; else what is there now.
        sent = entry.attempts > 0
        content = content_hash(order) if order else entry.content_hash
        self._journal.save(
            entry,
            "order.adopted",
            state="exported",
            order_id=item.order_id,
            reasons=(),
            customer_id=entry.customer_id or item.customer_id,
            erp_reference=entry.erp_reference or (invoice.reference if invoice else None),
            content_hash=entry.content_hash if sent else content,
            done_status=entry.done_status if sent else status_after(order, entry, self._settings),
            look_again_at=self._second_look(entry),
            doubted=entry.in_doubt,
        )
        self._warn(item)
        return Result(item, "adopted", item.order_id)

    def _found_unfinished(self, item: Item, entry: Entry) -> Result:
        """An earlier run died during the request: nobody saw the answer."""
        ended = attempt_end(entry, timedelta(seconds=self._tools.config.erp.timeout_seconds))
        self._journal.save(
            entry,
            "order.unconfirmed",
            state="unconfirmed",
            attempt_ended=ended,
            doubted=True,
            reasons=item.reasons,
        )
        return Result(item, "unconfirmed", None, item.reasons, True)

    def _ask_a_person(self, item: Item, entry: Entry) -> None:
        reason = item.reasons[0]
        if reason.code not in NOTICES:
            self._journal.save(
                entry, "order.decision_needed", state="needs_decision", reasons=(reason,)
            )
            return
        canceled = reason.code == "order.canceled_after_export"
        told = "canceled" if canceled or item.order is None else content_hash(item.order)
        self._journal.save(entry, reason.code, notice=reason, notice_hash=told)

    def _leave_out(self, item: Item, entry: Entry) -> None:
        if item.reasons[0].code == "order.skipped":
            self._journal.save(entry, "order.skipped", state="skipped", reasons=item.reasons)
            return
        # A late creation would still show: one that was in doubt is looked for once more.
        self._journal.save(
            entry,
            "order.withdrawn",
            state="withdrawn",
            reasons=item.reasons,
            look_again_at=self._second_look(entry),
            doubted=entry.in_doubt,
        )

    def _looked_again(self, reference: str) -> None:
        entry = self._journal.entry(reference)
        self._journal.save(entry, "order.looked_again", look_again_at=None, doubted=False)

    # The one request that creates

    def _create_all(self, items: list[Item]) -> None:
        unanswered = 0
        for number, item in enumerate(items, start=1):
            self._tools.progress(f"Order {number} of {len(items)}: {item.reference}")
            if self.stopped is not None:
                self._report(Result(item, "retry"))
                continue
            if item.invoice is None:
                continue
            with self._tools.stop.item():
                seen, result = self._create(item, item.invoice)
                self._report(result)
            unanswered = unanswered + 1 if result.outcome in ("retry", "unconfirmed") else 0
            if seen.spent or unanswered == FAILURES_IN_A_ROW:
                self.stopped = f"24SevenOffice: {seen.words}. No more orders sent in this run."
                self._tools.event("orders.stopped", message=self.stopped)
                self._tools.tell(self.stopped)

    def _create(self, item: Item, invoice: InvoiceOrder) -> tuple[Seen, Result]:
        order = item.order
        before = self._journal.entry(item.reference)
        sending = self._journal.save(
            before,
            "order.sending",
            told={"rows": len(invoice.rows), "total": item.total, "currency": item.currency},
            state="sending",
            reasons=(),
            erp_reference=invoice.reference,
            customer_id=invoice.customer_id,
            content_hash=content_hash(order) if order else None,
            attempts=before.attempts + 1,
            attempt_started=self._tools.clock.now(),
            attempt_ended=None,
            seen_id=None,
            doubted=before.in_doubt,
            done_status=self._status_after(item, before),
        )
        seen = self._tools.soap.create(invoice)
        outcome = create_outcome(seen)
        held = seen.order_id is not None and self._tools.ledger.by_order_id(seen.order_id)
        if outcome == "exported" and not held:
            return seen, self._created(item, sending, seen)
        if outcome == "blocked":
            return seen, self._refused(item, before, sending, seen)
        if outcome == "retry":
            words = f"was not sent: {seen.words}. The next run tries again."
            reasons = (Reason("order.not_sent", words),)
            self._journal.save(
                sending, "order.retry", told={"answer": seen.words}, state="retry", reasons=reasons
            )
            return seen, Result(item, "retry", None, reasons, before.reasons != reasons)
        return seen, self._unconfirmed(item, sending, seen)

    def _created(self, item: Item, entry: Entry, seen: Seen) -> Result:
        self._journal.save(
            entry,
            "order.created",
            told={"answer": seen.words},
            state="exported",
            order_id=seen.order_id,
            attempt_ended=self._tools.clock.now(),
            look_again_at=self._second_look(entry),
        )
        self._warn(item)
        return Result(item, "created", seen.order_id)

    def _refused(self, item: Item, before: Entry, entry: Entry, seen: Seen) -> Result:
        reason = Reason(
            "order.refused",
            f"24SevenOffice refused it ({seen.words}). "
            "Fix: correct the order or 24SevenOffice; each run tries again.",
        )
        self._journal.save(
            entry, "order.refused", told={"answer": seen.words}, state="blocked", reasons=(reason,)
        )
        return Result(item, "blocked", None, (reason,), before.reasons != (reason,))

    def _unconfirmed(self, item: Item, entry: Entry, seen: Seen) -> Result:
        ended = self._tools.clock.now()
        until = ended + timedelta(minutes=self._settings.unknown_grace_minutes)
        reason = Reason(
            "order.unconfirmed",
            f"no answer from 24SevenOffice at {entry.attempt_started:%H:%M} UTC ({seen.words}); "
            f"it may exist. Next look after {until:%H:%M} UTC; do not type it in.",
        )
        self._journal.save(
            entry,
            "order.unconfirmed",
            told={"answer": seen.words},
            state="unconfirmed",
            attempt_ended=ended,
            seen_id=seen.order_id,
            doubted=True,
            reasons=(reason,),
        )
        return Result(item, "unconfirmed", None, (reason,), True)

    # What follows

    def _set_statuses(self) -> None:
        """Take the status steps; so many without an answer in a row, and the rest waits."""
        silent = 0
        for result in self.results:
            moved = result.outcome in ("created", "adopted") or result.item.action == "finish"
            if silent == FAILURES_IN_A_ROW or not (moved or result.outcome == "blocked"):
                continue
            take = finish if moved else mark_blocked
            with self._tools.stop.item():
                step = take(result.item, self._tools.lnb, self._journal, self._settings)
                if moved:
                    self._report(_after_step(result, step))
            silent = silent + 1 if step.silent else 0

    def _read_back(self) -> None:
        created = {
            result.order_id: result.item
            for result in self.results
            if result.outcome == "created" and result.order_id is not None
        }
        read_back(created, self._tools.soap, self._tools.event)

    def _status_after(self, item: Item, entry: Entry) -> str | None:
        return status_after(item.order, entry, self._settings)

    def _second_look(self, entry: Entry) -> object:
        return self._tools.clock.now() + SECOND_LOOK_AFTER if entry.in_doubt else None


def planned(item: Item) -> Result:
    """Return the result of an item that needs nothing done, or is only shown."""
    outcome: Outcome | None = "blocked" if item.action == "blocked" else None
    return Result(item, outcome, item.order_id, item.reasons, item.news)


def _after_step(result: Result, step: Step) -> Result:
    if step.ok:
        return replace(result, outcome=result.outcome or "finished", news=False)
    reasons = (step.refused,) if step.refused else ()
    return replace(
        result,
        outcome=result.outcome or "failed",
        reasons=reasons,
        news=step.news,
        status_failed=step.silent,
    )
