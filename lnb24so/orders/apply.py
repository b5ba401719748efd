"""Do what an order plan says, item by item, each step committed before the next begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lnb24so.errors import Rejected, Transient
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.store import Entry
from lnb24so.lnb.types import Order, content_hash
from lnb24so.reasons import sentence
from lnb24so.tools import Tools

from .create import OrderCreate, read_back
from .ready import status_after, status_of_blocked
from .settle import attempt_end, may_be_sent_by, second_look
from .status_step import Step, finish, mark_blocked
from .types import Item, OrderPlan, Result, planned

FAILURES_IN_A_ROW = 3
"""So many creates, or status steps, without an answer, and the rest waits for a later run."""

CLOCKS_APART = timedelta(minutes=5)

NOTICES = ("order.changed_after_export", "order.canceled_after_export")


class OrderExport:
    """The run's tools, and the results so far: they are there even when a signal ends it.

    `stopped` says why the creates ended early, or is None.
    """

    def __init__(self, tools: Tools, read_at: datetime) -> None:
        """Hold the tools, and when the orders were read, by Le New Black's clock."""
        self._tools = tools
        self._read_at = read_at
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
        elif item.action == "blocked" and (item.news or _is_another(item, entry)):
            self._block(item, entry)
        elif item.action == "skip" and item.news:
            self._leave_out(item, entry)
        return planned(item)

    def _block(self, item: Item, entry: Entry) -> None:
        # Not as content_hash: that is what an attempt sent, and may still become an order.
        told = content_hash(item.order) if item.order else None
        self._journal.save(
            entry,
            "order.blocked",
            state="blocked",
            reasons=item.reasons,
            notice_hash=told,
            doubted=entry.in_doubt,
            asked_for=item.asked_for,
        )

    def _report(self, result: Result) -> None:
        """Keep a result, and tell what a person has not been told."""
        self._results[result.item.reference] = result
        if result.news and result.item.action != "skip":
            for reason in result.reasons:
                self._tools.tell(sentence(result.item.reference, reason))

    def _adopt(self, item: Item, entry: Entry) -> Result:
        holder = self._tools.ledger.by_order_id(item.order_id or 0)
        if holder is not None and holder.reference != item.reference:
            # Taken in this very run, by an order whose reference differs in case only.
            return Result(item)
        self._journal.save(
            entry,
            "order.adopted",
            state="exported",
            order_id=item.order_id,
            reasons=(),
            asked_for=None,
            notice_hash=None,
            look_again_at=second_look(entry.in_doubt, self._tools.clock.now()),
            doubted=entry.in_doubt,
            **self._held_against(item, entry),
        )
        self._journal.warn(item.reference, item.warnings)
        return Result(item, "adopted", item.order_id)

    def _held_against(self, item: Item, entry: Entry) -> dict[str, Any]:
        """Return what an adopted order is held against later, as far as the ledger lacks it.

        One that an attempt may have made: what that attempt sent. Any other: the order of today.
        """
        if entry.in_doubt and may_be_sent_by(entry, item):
            return {}
        return {
            "customer_id": item.customer_id,
            "erp_reference": item.invoice.reference if item.invoice else entry.erp_reference,
            "content_hash": content_hash(item.order) if item.order else None,
            "done_status": status_after(item.order, entry, self._settings),
        }

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
                entry,
                "order.decision_needed",
                state="needs_decision",
                reasons=(reason,),
                doubted=entry.in_doubt,
                look_again_at=None,
            )
            return
        canceled = reason.code == "order.canceled_after_export"
        told = "canceled" if canceled or item.order is None else content_hash(item.order)
        self._journal.save(entry, reason.code, notice=reason, notice_hash=told)

    def _leave_out(self, item: Item, entry: Entry) -> None:
        skipped = item.reasons[0].code == "order.skipped"
        # A late creation would still show: one that was in doubt is looked for once more.
        self._journal.save(
            entry,
            "order.skipped" if skipped else "order.withdrawn",
            state="skipped" if skipped else "withdrawn",
            asked_for=None,
            reasons=item.reasons,
            look_again_at=second_look(entry.in_doubt, self._tools.clock.now()),
            doubted=entry.in_doubt,
        )

    def _looked_again(self, reference: str) -> None:
        entry = self._journal.entry(reference)
        self._journal.save(entry, "order.looked_again", look_again_at=None, doubted=False)

    # The creates

    def _create_all(self, items: list[Item]) -> None:
        create = OrderCreate(self._tools, self._journal).create
        unanswered = 0
        # What failed before comes last: three that always fail must not keep the rest waiting.
        items = sorted(items, key=lambda item: item.entry.attempts if item.entry else 0)
        for number, item in enumerate(items, start=1):
            self._tools.progress(f"Order {number} of {len(items)}: {item.reference}")
            if self.stopped is not None:
                self._put_off(item)
                continue
            if item.invoice is None:
                continue
            with self._tools.stop.item():
                seen, result = create(item, item.invoice)
                self._report(result)
            unanswered = unanswered + 1 if result.outcome in ("retry", "unconfirmed") else 0
            if seen.spent or unanswered == FAILURES_IN_A_ROW:
                self.stopped = f"24SevenOffice: {seen.words}. No more orders sent in this run."
                self._tools.event("orders.stopped", message=self.stopped)
                self._tools.tell(self.stopped)

    def _put_off(self, item: Item) -> None:
        """Leave the order to the next run; one that a person named would be left out of it."""
        if item.asked_for is not None:
            entry = self._journal.entry(item.reference)
            self._journal.save(
                entry, "order.retry", state="retry", reasons=(), asked_for=item.asked_for
            )
        self._report(Result(item, "retry"))

    # What follows

    def _set_statuses(self) -> None:
        """Take the status steps; so many without an answer in a row, and the rest waits."""
        steps = [result for result in self.results if _is_exported(result) or self._marks(result)]
        if not steps:
            return
        try:
            today = self._changed_meanwhile()
        except (Rejected, Transient) as error:
            # Without knowing who canceled what meanwhile, no status is ours to set.
            for result in filter(_is_exported, steps):
                reference = result.item.reference
                self._tools.event("order.status_failed", reference=reference, message=str(error))
                self._report(_after_step(result, Step(False, silent=True)))
            return
        silent = 0
        for result in steps:
            if silent == FAILURES_IN_A_ROW:
                break
            moved = _is_exported(result)
            take = finish if moved else mark_blocked
            item = replace(result.item, order=today.get(result.item.reference, result.item.order))
            with self._tools.stop.item():
                step = take(item, self._tools.lnb, self._journal, self._settings)
                if moved:
                    self._report(_after_step(result, step))
            silent = silent + 1 if step.silent else 0

    def _marks(self, result: Result) -> bool:
        if result.outcome != "blocked":
            return False
        entry = self._journal.entry(result.item.reference)
        return status_of_blocked(result.item.order, entry, self._settings) is not None

    def _changed_meanwhile(self) -> dict[str, Order]:
        """Return the orders that Le New Black changed during this run: a person may cancel one."""
        changed = self._tools.lnb.orders_changed_since(self._read_at - CLOCKS_APART)
        return {order.reference: order for order in changed}

    def _read_back(self) -> None:
        created = {
            result.order_id: result.item
            for result in self.results
            if result.outcome == "created" and result.order_id is not None
        }
        read_back(created, self._tools.soap, self._tools.event)


def _is_another(item: Item, entry: Entry) -> bool:
    """Return whether an order that is still blocked holds something else, or is asked for now."""
    changed = item.order is not None and entry.notice_hash != content_hash(item.order)
    return changed or item.asked_for != entry.asked_for


def _is_exported(result: Result) -> bool:
    return result.outcome in ("created", "adopted") or result.item.action == "finish"


def _after_step(result: Result, step: Step) -> Result:
    if step.ok:
        return replace(result, outcome=result.outcome or "finished", news=False)
    reasons = (step.refused,) if step.refused else ()
    return replace(
        result,
        outcome=result.outcome or "failed",
        reasons=reasons,
        news=step.news,
        status_failed=step.refused is None,
    )
