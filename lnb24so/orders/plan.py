"""Orders: what a run would do with each, and why. Reading is elsewhere; nothing here acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lnb24so.ledger.store import AskedFor, Entry
from lnb24so.lnb.types import Order, content_hash
from lnb24so.reasons import Reason
from lnb24so.soap.order import InvoiceOrder
from lnb24so.texts import shown

from .draft import draft_order, erp_reference, fold_reference
from .ready import why_not_now
from .settle import (
    changed_after_export,
    claim,
    created_late,
    duplicate,
    explains,
    may_be_sent_by,
    ours,
    reference_taken,
    settle,
)
from .types import Action, Item, OrderPlan, Reading, Selection

if TYPE_CHECKING:
    from lnb24so.config.schema import Config, Orders

NO_PRODUCTS = (
    "Orders not sent: 24SevenOffice has no products. "
    "Check: 24sevenoffice.identity_id and lnb24so check."
)


def plan_orders(reading: Reading, config: Config, selection: Selection) -> OrderPlan:
    """Return what to do with each order; pure."""
    planner = _Planner(reading, config, selection)
    items = [planner.plan(reference) for reference in reading.wanted]
    if not selection.references:
        # Exported long ago and unchanged: nobody asked, and there are ever more of them.
        items = [item for item in items if item.action != "done"]
    if reading.facts is not None and reading.facts.products.is_empty:
        # Each order would be blocked, and a person sent to mend what is not broken.
        known = tuple(item for item in items if item.action not in ("create", "blocked"))
        return OrderPlan(known, NO_PRODUCTS, len(items) - len(known), planner.cleared)
    waiting = [item for item in items if item.action == "create"]
    limit = selection.limit
    if limit is not None:
        late = {item.reference for item in waiting[limit:]}
        kept = tuple(item for item in items if item.reference not in late)
        return OrderPlan(kept, None, len(late), planner.cleared)
    most = config.orders.max_per_run
    guard = None
    if len(waiting) > most:
        guard = (
            f"{len(waiting)} orders wait (limit {most}). Nothing sent. "
            f"Check: lnb24so preview orders; then: lnb24so push-orders --limit {len(waiting)}"
        )
    return OrderPlan(tuple(items), guard, 0, planner.cleared)


class _Planner:
    """The plan of one order at a time, from the surest knowledge to the least."""

    def __init__(self, reading: Reading, config: Config, selection: Selection) -> None:
        self._reading = reading
        self._config = config
        self._settings: Orders = config.orders
        self._selection = selection
        self._cleared: list[Entry] = []

    @property
    def cleared(self) -> tuple[Entry, ...]:
        return tuple(self._cleared)

    def plan(self, reference: str) -> Item:
        order = self._reading.orders.get(reference)
        entry = self._reading.entries.get(reference)
        if entry is not None:
            item = self._known(entry, order)
            if item is not None:
                return item
        if order is None:
            return self._gone(reference, entry)
        return self._not_ready(order, entry) or self._export(order, entry)

    # What the ledger knows

    def _known(self, entry: Entry, order: Order | None) -> Item | None:
        """Return the item of an order that was sent, decided or skipped; None: still to send."""
        if entry.state in ("sending", "unconfirmed"):
            return self._attempted(entry, order)
        if entry.state == "needs_decision":
            return self._item(entry, order, "decide", entry.reasons)
        doubled = self._second_look(entry, order)
        if doubled is not None:
            return doubled
        if entry.state == "skipped":
            reason = Reason("order.skipped", "is skipped by a person's decision.")
            return self._item(entry, order, "skip", (reason,))
        if entry.in_erp:
            return self._exported(entry, order)
        return None

    def _attempted(self, entry: Entry, order: Order | None) -> Item | None:
        settled = settle(
            entry,
            self._hits(entry),
            self._reading.looked_at,
            timedelta(seconds=self._config.erp.timeout_seconds),
            timedelta(minutes=self._settings.unknown_grace_minutes),
            self._reading.held,
        )
        if settled.what == "found":
            return self._item(entry, order, "adopt", order_id=settled.order_ids[0], news=True)
        if settled.what == "taken":
            reason = reference_taken(entry.reference, entry.erp_reference, settled.order_ids)
            return self._item(entry, order, "decide", (reason,), news=True)
        if settled.what == "several":
            return self._doubled(entry, order, settled.order_ids)
        if settled.until is not None:
            reason = Reason(
                "order.unconfirmed",
                f"no answer from 24SevenOffice at {entry.attempt_started:%H:%M} UTC; it may exist. "
                f"Next look after {settled.until:%H:%M} UTC; do not type it in.",
            )
            return self._item(entry, order, "wait", (reason,))
        return None

    def _second_look(self, entry: Entry, order: Order | None) -> Item | None:
        if entry.look_again_at is None or entry.look_again_at > self._reading.looked_at:
            return None
        hits = self._hits(entry)
        if entry.state == "skipped":
            # A person left this order out: what else carries its reference is no news.
            hits = [hit for hit in hits if may_be_sent_by(entry, hit)]
        ids = ours(entry, hits, self._reading.held)
        if ids and entry.order_id is not None:
            # The one that we hold counts too, even if it carries the reference no more.
            ids = tuple(sorted({*ids, entry.order_id}))
        if len(ids) > 1:
            return self._doubled(entry, order, ids)
        if ids and not entry.in_erp:
            return self._late(entry, order, ids[0], sent=explains(entry, hits, ids))
        self._cleared.append(entry)
        return None

    def _late(self, entry: Entry, order: Order | None, order_id: int, *, sent: bool) -> Item:
        """Return the item of an order that was found when nothing was in doubt any more."""
        if not sent:
            reason = reference_taken(entry.reference, entry.erp_reference, (order_id,))
            return self._item(entry, order, "decide", (reason,), news=True)
        if entry.state == "skipped":
            reason = created_late(entry.reference, order_id)
            return self._item(entry, order, "decide", (reason,), news=True)
        return self._item(entry, order, "adopt", order_id=order_id, news=True)

    def _doubled(self, entry: Entry, order: Order | None, ids: tuple[int, ...]) -> Item:
        reason = duplicate(entry.reference, ids)
        return self._item(entry, order, "decide", (reason,), news=entry.reasons != (reason,))

    def _exported(self, entry: Entry, order: Order | None) -> Item:
        notice = changed_after_export(entry, order) if order is not None else None
        if notice is not None:
            return self._item(entry, order, "decide", (notice,), news=True)
        reason = Reason("order.exported", f"is in 24SevenOffice as order {entry.order_id}.")
        unread = entry.reference in self._reading.unread
        if entry.state == "exported" and entry.done_status is not None and not unread:
            return self._item(entry, order, "finish", (reason,))
        return self._item(entry, order, "done", (reason,))

    # What Le New Black says

    def _gone(self, reference: str, entry: Entry | None) -> Item:
        if reference in self._reading.unread:
            reason = Reason("order.unread", "could not be read from Le New Black this time.")
            return Item(reference, "wait", entry=entry, reasons=(reason,))
        if entry is None:
            reason = Reason("order.not_found", "Le New Black has no order with that reference.")
            return Item(reference, "skip", reasons=(reason,))
        reason = Reason("order.withdrawn", "is gone from Le New Black; nothing was sent.")
        return self._item(entry, None, "skip", (reason,), news=True)

    def _not_ready(self, order: Order, entry: Entry | None) -> Item | None:
        """Return the item of an order that is not up for export; None where it is."""
        reason = why_not_now(order, entry, self._settings, self._selection)
        if reason is None:
            return None
        if entry is not None and entry.state != "withdrawn" and reason.code == "order.status":
            reason = Reason(
                "order.withdrawn", f"now has the status {shown(order.status)}; nothing was sent."
            )
        news = entry is not None and entry.state != "withdrawn"
        return self._item(entry, order, "skip", (reason,), news=news)

    def _export(self, order: Order, entry: Entry | None) -> Item:
        if self._selection.baseline:
            reason = Reason("order.skipped", "marked as not to be sent (--baseline).")
            return self._item(entry, order, "skip", (reason,), news=True)
        facts = self._reading.facts
        if facts is None:
            raise ValueError("a plan that exports needs the facts of 24SevenOffice")
        known = entry or Entry(order.reference)
        draft = draft_order(
            order,
            facts,
            self._settings,
            self._config.products.match_by,
            accept_total=known.accept_total == content_hash(order),
        )
        item = Item(
            order.reference,
            "create",
            order=order,
            entry=entry,
            invoice=draft.invoice,
            customer_id=draft.customer.id if draft.customer else None,
            customer=draft.customer.name if draft.customer else order.retailer_name,
            currency=draft.currency,
            total=draft.total if draft.total is not None else order.amount_total,
            line_count=len(draft.invoice.rows) if draft.invoice else len(order.lines),
            warnings=draft.warnings,
            asked_for=self._asked_for(entry),
        )
        if draft.invoice is None:
            news = known.state != "blocked" or known.reasons != draft.reasons
            return replace(item, action="blocked", reasons=draft.reasons, news=news)
        return self._claimed(item, draft.invoice, known)

    def _claimed(self, item: Item, invoice: InvoiceOrder, entry: Entry) -> Item:
        hits = self._reading.hits.get(fold_reference(invoice.reference), ())
        found = claim(invoice, entry, hits, self._reading.held)
        if found.what == "adopt":
            hit = next(hit for hit in hits if hit.order_id == found.order_ids[0])
            return replace(
                item,
                action="adopt",
                order_id=hit.order_id,
                customer_id=hit.customer_id,
                news=True,
            )
        if found.what == "taken":
            reason = reference_taken(item.reference, invoice.reference, found.order_ids)
            return replace(
                item, action="decide", reasons=(reason,), news=entry.reasons != (reason,)
            )
        return item

    # Helpers

    def _asked_for(self, entry: Entry | None) -> AskedFor | None:
        if self._selection.any_status:
            return "any_status"
        before = entry.asked_for if entry else None
        return before or ("order" if self._selection.references else None)

    def _hits(self, entry: Entry) -> list[InvoiceOrder]:
        reference = entry.erp_reference or erp_reference(entry.reference, self._settings)
        hits = list(self._reading.hits.get(fold_reference(reference), ()))
        seen = self._reading.hits_by_id.get(entry.seen_id) if entry.seen_id else None
        return [*hits, seen] if seen is not None else hits

    def _item(
        self,
        entry: Entry | None,
        order: Order | None,
        action: Action,
        reasons: tuple[Reason, ...] = (),
        *,
        order_id: int | None = None,
        news: bool = False,
    ) -> Item:
        reference = entry.reference if entry else order.reference if order else ""
        return Item(
            reference,
            action,
            order=order,
            entry=entry,
            customer_id=entry.customer_id if entry else None,
            customer=order.retailer_name if order else "",
            order_id=order_id or (entry.order_id if entry else None),
            currency=order.currency if order else "",
            total=order.amount_total if order else None,
            line_count=len(order.lines) if order else 0,
            reasons=reasons,
            news=news,
        )
