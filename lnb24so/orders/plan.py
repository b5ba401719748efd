"""Orders: what a run would do with each, and why. Reading is elsewhere; nothing here acts.

Each order is looked at from the surest knowledge to the least: what the ledger knows, what is
gone, what is not up for export, and what is left is exported.
"""

from __future__ import annotations

from lnb24so.clock import Zone
from lnb24so.config.schema import Config
from lnb24so.ledger.types import AskedFor, Entry
from lnb24so.lnb.types import is_canceled
from lnb24so.reasons import Reason
from lnb24so.soap.order import InvoiceOrder
from lnb24so.texts import shown

from .draft import Draft, draft_order
from .guards import guarded
from .hits import cargo_of, explained_by, hits_of, which
from .life import CANCELED, VOID
from .questions import (
    canceled_after_export,
    changed_after_export,
    gone_after_export,
    reference_taken,
)
from .ready import cannot_be_placed, why_not_now
from .settle import (
    attempted,
    claim,
    is_cleared,
    look_again,
    not_looked_for,
    second_look_is_due,
    today,
)
from .total import Accepted
from .twice import asked_which, is_another
from .types import (
    Adopt,
    Announce,
    Block,
    Case,
    Create,
    Decide,
    Done,
    Finish,
    Item,
    Leave,
    OrderPlan,
    Reading,
    Selection,
    TooOld,
    Wait,
)


def plan_orders(reading: Reading, config: Config, selection: Selection) -> OrderPlan:
    """Return what to do with each order; pure. It raises nothing of its own."""
    items = [_plan(case, reading, config, selection) for case in reading.cases]
    zone = Zone(config.erp.time_zone)
    cleared = (case for case in reading.cases if is_cleared(case, reading, zone))
    if not selection.references:
        # Exported long ago and unchanged: nobody asked, and there are ever more of them.
        items = [item for item in items if not isinstance(item, Done) or item.case.known.notice]
    kept, guard = guarded(items, reading, config, selection.limit)
    return OrderPlan(
        items=tuple(kept),
        read_at=reading.lnb_now,
        looked_at=reading.looked_at,
        guard=guard,
        left=len(items) - len(kept),
        looked_again=tuple(case.reference for case in cleared),
    )


def _plan(case: Case, reading: Reading, config: Config, selection: Selection) -> Item:
    return (
        _known(case, reading, Zone(config.erp.time_zone))
        or asked_which(case)
        or _gone(case, reading, config)
        or _not_ready(case, reading, config, selection)
        or _export(case, reading, config, selection)
    )


# What the ledger knows


def _known(case: Case, reading: Reading, zone: Zone) -> Item | None:
    """Return the item of an order that was sent, decided or skipped; None: still to send."""
    entry = case.entry
    if entry is None:
        return None
    if entry.state in ("sending", "unconfirmed"):
        return attempted(case, entry, reading, zone)
    if entry.state == "needs_decision":
        return Decide(case=case, reasons=entry.reasons)
    if second_look_is_due(entry, reading):
        item = look_again(case, entry, reading, zone)
        if item is not None:
            return item
    if entry.state == "skipped":
        left = Leave(case=case, reasons=(_skipped("is skipped by a person's decision."),))
        return asked_which(case) or left
    return asked_which(case) or _exported(case, entry) if entry.in_erp else None


def _exported(case: Case, entry: Entry) -> Item:
    order = case.order
    reason = Reason("order.exported", f"is in 24SevenOffice as order {entry.order_id}.")
    if is_another(case):
        return Done(case=case, reasons=(reason,))
    if order is not None and is_canceled(order):
        if entry.notice_hash != CANCELED:
            notice = canceled_after_export(case.reference, entry.order_id)
            return Announce(case=case, what="canceled", reasons=(notice,), news=True)
    elif is_changed(case, entry) and case.content_hash != entry.notice_hash:
        notice = changed_after_export(case.reference, entry.order_id)
        return Announce(case=case, what="changed", reasons=(notice,), news=True)
    # Whether it was canceled must be readable before its status is set.
    unclear = order is not None and cannot_be_placed(order)
    to_finish = entry.state == "exported" and entry.done_status is not None
    if not to_finish or case.unread or unclear:
        return Done(case=case, reasons=(reason,))
    if order is None and entry.notice_hash not in VOID:
        notice = gone_after_export(case.reference, entry.order_id)
        return Announce(case=case, what="gone", reasons=(notice,), news=True)
    if order is not None or entry.notice_hash == CANCELED:
        return Finish(case=case, reasons=(reason,))
    return Done(case=case, reasons=(reason,))


def is_changed(case: Case, entry: Entry) -> bool:
    """Return whether Le New Black holds another content than was sent.

    What cannot be read is no change.
    """
    order = case.order
    if order is None or any(line.unreadable for line in order.lines):
        return False
    if any(not name.startswith("billing_") for name in order.unreadable):
        return False
    return case.content_hash != entry.content_hash


# What Le New Black says


def _gone(case: Case, reading: Reading, config: Config) -> Item | None:
    """Return the item of an order that Le New Black does not show; None where it does."""
    if case.order is not None:
        return None
    if case.unread:
        reason = Reason("order.unread", "could not be read from Le New Black this time.")
        return Wait(case=case, reasons=(reason,))
    if case.entry is None:
        reason = Reason("order.not_found", "Le New Black has no order with that reference.")
        return Leave(case=case, reasons=(reason,))
    if case.entry.state == "withdrawn":
        reason = Reason("order.withdrawn", "is gone from Le New Black.")
        return Leave(case=case, reasons=(reason,))
    return _withdrawn(case, "is gone from Le New Black", reading, config)


def _not_ready(case: Case, reading: Reading, config: Config, selection: Selection) -> Item | None:
    """Return the item of an order that is not up for export; None where it is."""
    reason = why_not_now(case, config.orders, selection)
    if reason is None:
        return None
    if reason.code == "order.unreadable":
        told = case.known.state == "blocked" and case.known.reasons == (reason,)
        return Block(case=case, reasons=(reason,), news=not told, changed=not told, asked_for=None)
    if reason.code == "order.before_since" and not case.found_blocked:
        told = case.known.state == "withdrawn" and case.known.reasons == (reason,)
        return TooOld(case=case, reasons=(reason,), news=not told)
    if case.entry is None or case.entry.state == "withdrawn":
        return Leave(case=case, reasons=(reason,))
    if case.order is not None and reason.code == "order.status":
        now = shown(case.order.status)
        return _withdrawn(case, f"now has the status {now}", reading, config)
    return Leave(case=case, reasons=(reason,), becomes="withdrawn", news=True)


def _withdrawn(case: Case, why: str, reading: Reading, config: Config) -> Item:
    """Return the item of an order that leaves: its end, or what 24SevenOffice has of it.

    That nothing was sent is said where each attempt that the ledger knows was turned away, and
    24SevenOffice, asked for what another one may have made, has none.
    """
    also = "; nothing was sent" if case.reference in reading.leaving else ""
    reason = Reason("order.withdrawn", f"{why}{also}.")
    there = look_again(case, case.known, reading, Zone(config.erp.time_zone))
    left = Leave(case=case, reasons=(reason,), becomes="withdrawn", news=True)
    return there or left


def _export(case: Case, reading: Reading, config: Config, selection: Selection) -> Item:
    order, mode, facts = case.order, case.mode, reading.facts
    if selection.baseline:
        alike = reading.alike.get(case.reference)
        also = f" {alike}" if alike else ""
        reason = _skipped(f"marked as not to be sent (--baseline).{also}")
        return Leave(case=case, reasons=(reason,), becomes="skipped", news=True)
    if order is None or mode is None or facts is None:
        raise ValueError("a plan that exports needs the order and the facts of 24SevenOffice")
    draft = draft_order(
        order,
        mode,
        facts,
        config,
        accepted=_accepted(case),
    )
    asked_for = _asked_for(case.known, selection)
    if draft.invoice is None:
        # What 24SevenOffice has already is not to be mended.
        there = look_again(case, case.known, reading, Zone(config.erp.time_zone))
        return there or _block(case, draft, asked_for)
    if case.found_blocked:
        # This tool has moved none that it could send.
        why = "stands as blocked in Le New Black, and nothing blocks it: a person moved it there."
        left = (Reason("order.status", why),)
        return Leave(case=case, reasons=left, becomes="withdrawn", news=True)
    return _claimed(case, draft, draft.invoice, asked_for, reading)


def _accepted(case: Case) -> Accepted | None:
    """Return a person's word on the total, where it was about today's content."""
    if case.content_hash is None or case.known.accept_total != case.content_hash:
        return None
    return Accepted(amount=case.known.accepted_amount)


def _block(case: Case, draft: Draft, asked_for: AskedFor | None) -> Block:
    entry = case.known
    news = entry.state != "blocked" or entry.reasons != draft.reasons
    # What is still blocked may hold something else by now, or be asked for by name.
    changed = entry.notice_hash != case.content_hash or entry.asked_for != asked_for
    return Block(
        case=case,
        draft=draft,
        reasons=draft.reasons,
        news=news,
        changed=news or changed,
        asked_for=asked_for,
    )


def _claimed(
    case: Case,
    draft: Draft,
    invoice: InvoiceOrder,
    asked_for: AskedFor | None,
    reading: Reading,
) -> Item:
    """Return the create of an order, or what to do with one that is there already."""
    if case.reference in reading.failed:
        return not_looked_for(case, reading)
    entry = case.known
    hits = hits_of(case, reading, invoice.reference)
    there = claim(invoice, entry, hits, reading.held)
    if there.what == "taken":
        found = which(case, reading, there.order_ids, invoice.customer_id)
        reason = reference_taken(case, invoice.reference, found)
        return Decide(case=case, draft=draft, reasons=(reason,), news=entry.reasons != (reason,))
    if there.what == "free":
        sent = today(case, invoice.reference, invoice.customer_id, total=draft.total)
        return Create(
            case=case,
            draft=draft,
            request=invoice,
            sent=sent,
            cargo=cargo_of(invoice),
            asked_for=asked_for,
        )
    hit = next(hit for hit in hits if hit.order_id == there.order_ids[0])
    held = explained_by(entry, hit) or today(
        case, invoice.reference, hit.customer_id, total=draft.total
    )
    return Adopt(case=case, draft=draft, found_id=there.order_ids[0], held_against=held, news=True)


# Helpers


def _skipped(why: str) -> Reason:
    return Reason("order.skipped", why)


def _asked_for(entry: Entry, selection: Selection) -> AskedFor | None:
    if selection.any_status:
        return "any_status"
    return entry.asked_for or ("order" if selection.references else None)
