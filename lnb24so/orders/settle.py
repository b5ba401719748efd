"""What look-ups in 24SevenOffice say of an order: is it there, is it ours, what follows? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lnb24so.ledger.types import Entry, Sent
from lnb24so.reasons import Reason
from lnb24so.soap.order import InvoiceOrder

from .draft import fold_reference
from .ready import status_after
from .types import Adopt, Case, Decide, Item, Reading, Wait

SEARCH_BACK = timedelta(hours=24)
"""How far before an attempt its look-up begins; more than any two clocks differ."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt: `found` (one id), `several`, `wait` (until) or `absent`.

    `taken`: one id carries its reference, and it cannot be what the attempt sent. `missing`: it
    was not found for the first time; only a second look-up that does not find it means `absent`.
    """

    what: Literal["found", "taken", "several", "wait", "missing", "absent"]
    order_ids: tuple[int, ...] = ()
    until: datetime | None = None


def settle(
    case: Case, hits: Sequence[InvoiceOrder], looked_at: datetime, held: Mapping[int, str]
) -> Settled:
    """Return what became of an attempt without a clear answer.

    `hits` carry its reference or the id that was seen; `held` are the ids that the ledger has
    for other orders. That nothing was found counts only in look-ups begun after the grace time,
    for 24SevenOffice may still be creating the order, and only in two of them: one list may be
    short.
    """
    entry, until = case.known, case.grace_ended
    ids = ours(entry, hits, held)
    if len(ids) > 1:
        return Settled("several", ids)
    if ids:
        return Settled("found" if explains(entry, hits, ids) else "taken", ids)
    if until is None:
        raise ValueError(f"{case.reference} has an attempt without a start")
    if looked_at < until:
        return Settled("wait", until=until)
    seen_missing = entry.not_found_at is not None and until <= entry.not_found_at
    return Settled("absent" if seen_missing else "missing")


def may_be_sent_by(entry: Entry, hit: InvoiceOrder) -> bool:
    """Return whether the last attempt explains a hit: it has its customer, or the id it showed."""
    return hit.customer_id == entry.customer_id or hit.order_id == entry.seen_id


def explains(entry: Entry, hits: Sequence[InvoiceOrder], ids: Sequence[int]) -> bool:
    """Return whether the last attempt explains one of the hits that have these ids."""
    return any(may_be_sent_by(entry, hit) for hit in hits if hit.order_id in ids)


def ours(entry: Entry, hits: Sequence[InvoiceOrder], held: Mapping[int, str]) -> tuple[int, ...]:
    """Return the ids among the hits that may be this order, each once, in order."""
    ids = {
        hit.order_id
        for hit in hits
        if hit.order_id is not None
        and held.get(hit.order_id, entry.reference) == entry.reference
        and hit.order_id not in entry.not_ours
    }
    return tuple(sorted(ids))


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether an order that nobody sent yet is there already: `free`, `adopt` or `taken`."""

    what: Literal["free", "adopt", "taken"]
    order_ids: tuple[int, ...] = ()


def claim(
    invoice: InvoiceOrder, entry: Entry, hits: Sequence[InvoiceOrder], held: Mapping[int, str]
) -> Claim:
    """Return what a look-up before the create says.

    A hit is adopted without question where an attempt of ours explains it. Else it must share
    customer and a product with the order and belong to no other one; this survives a lost
    ledger.
    """
    foreign = [hit for hit in hits if hit.order_id not in entry.not_ours]
    if not foreign:
        return Claim("free")
    ids = ours(entry, foreign, held)
    if len(foreign) == 1 and ids:
        hit = foreign[0]
        shared = {row.product_id for row in invoice.rows} & {row.product_id for row in hit.rows}
        explained = entry.in_doubt and may_be_sent_by(entry, hit)
        if explained or (shared and hit.customer_id == invoice.customer_id):
            return Claim("adopt", ids)
    every = tuple(sorted(hit.order_id for hit in foreign if hit.order_id is not None))
    return Claim("taken", every)


def canceled_after_export(reference: str, order_id: int | None) -> Reason:
    """Return what a person does about an order that Le New Black canceled after its export."""
    return Reason(
        "order.canceled_after_export",
        f"canceled in Le New Black after export. Cancel order {order_id} in 24SevenOffice, "
        f"then: lnb24so resolve {reference} --acknowledge",
    )


def changed_after_export(reference: str, order_id: int | None) -> Reason:
    """Return what a person does about an order that Le New Black changed after its export."""
    return Reason(
        "order.changed_after_export",
        f"changed in Le New Black after export. Change order {order_id} in 24SevenOffice by hand, "
        f"then: lnb24so resolve {reference} --acknowledge",
    )


def reference_taken(reference: str, erp_reference: str | None, order_ids: Sequence[int]) -> Reason:
    """Return the question about orders that no attempt of ours explains."""
    ids = ", ".join(map(str, order_ids))
    return Reason(
        "order.reference_taken",
        f"{erp_reference} already stands on 24SevenOffice order {ids}, which this tool did not "
        f"send. Is it this order? lnb24so resolve {reference} --exported-as {order_ids[0]}; "
        f"is it not? lnb24so resolve {reference} --send-again",
    )


def duplicate(reference: str, order_ids: Sequence[int]) -> Reason:
    """Return the question which of several orders is the one."""
    ids = ", ".join(map(str, order_ids))
    return Reason(
        "order.duplicate",
        f"is in 24SevenOffice {len(order_ids)} times: orders {ids}. Cancel all but one there, "
        f"then: lnb24so resolve {reference} --exported-as ID",
    )


def created_late(reference: str, order_id: int) -> Reason:
    """Return the question about an order that a person had skipped before it turned up."""
    return Reason(
        "order.created_late",
        f"is skipped, but 24SevenOffice created it late, as order {order_id}. To keep it: lnb24so "
        f"resolve {reference} --exported-as {order_id}; else cancel it there, then: "
        f"lnb24so resolve {reference} --skip",
    )


# What follows for the order


def attempted(case: Case, entry: Entry, reading: Reading) -> Item | None:
    """Return what a look-up says of an attempt without a clear answer; None: send it again."""
    settled = settle(case, _hits(case, reading), reading.looked_at, reading.held)
    if settled.what == "found":
        return _found(case, entry, settled.order_ids[0])
    if settled.what == "taken":
        return _ask(case, reference_taken(case.reference, case.erp_reference, settled.order_ids))
    if settled.what == "several":
        return _ask(case, duplicate(case.reference, settled.order_ids))
    if settled.what == "absent":
        return None
    next_look = (
        f"Next look after {settled.until:%H:%M} UTC"
        if settled.until
        else "24SevenOffice does not show it so far; the next run looks once more"
    )
    reason = Reason(
        "order.unconfirmed",
        f"no answer from 24SevenOffice at {entry.attempt_started:%H:%M} UTC; it may exist. "
        f"{next_look}; do not type it in.",
    )
    return Wait(
        case=case,
        reasons=(reason,),
        died_at=case.attempt_ended if entry.state == "sending" else None,
        not_found_at=reading.looked_at if settled.what == "missing" else None,
    )


def second_look_is_due(entry: Entry, reading: Reading) -> bool:
    """Return whether an order that was once in doubt is to be looked for again."""
    return entry.look_again_at is not None and entry.look_again_at <= reading.looked_at


def is_cleared(case: Case, reading: Reading) -> bool:
    """Return whether an order passes its second look: nothing more is in doubt then."""
    entry = case.entry
    if entry is None or entry.state in ("sending", "unconfirmed", "needs_decision"):
        return False
    return second_look_is_due(entry, reading) and look_again(case, entry, reading) is None


def look_again(case: Case, entry: Entry, reading: Reading) -> Item | None:
    """Return what was created late or twice; None where all is as it should be."""
    hits = _hits(case, reading)
    if entry.state == "skipped":
        # A person left this order out: what else carries its reference is no news.
        hits = [hit for hit in hits if may_be_sent_by(entry, hit)]
    ids = ours(entry, hits, reading.held)
    if ids and entry.order_id is not None:
        # The one that we hold counts too, even if it carries the reference no more.
        ids = tuple(sorted({*ids, entry.order_id}))
    if len(ids) > 1:
        return _ask(case, duplicate(case.reference, ids))
    if not ids or entry.in_erp:
        return None
    if not explains(entry, hits, ids):
        return _ask(case, reference_taken(case.reference, case.erp_reference, ids))
    if entry.state == "skipped":
        return _ask(case, created_late(case.reference, ids[0]))
    return _found(case, entry, ids[0])


def _found(case: Case, entry: Entry, order_id: int) -> Adopt:
    """Return the item of an order that an attempt of ours made, and nobody saw the answer."""
    sent = None if entry.in_doubt else today(case, case.erp_reference, entry.customer_id)
    return Adopt(case=case, found_id=order_id, held_against=sent, news=True)


def _ask(case: Case, question: Reason) -> Decide:
    return Decide(case=case, reasons=(question,), news=case.known.reasons != (question,))


def today(case: Case, erp_reference: str, customer_id: int | None) -> Sent:
    """Return what an order is held against if it is sent or taken as it is now."""
    return Sent(
        erp_reference=erp_reference,
        customer_id=customer_id,
        content_hash=case.content_hash,
        done_status=status_after(case),
    )


def _hits(case: Case, reading: Reading) -> list[InvoiceOrder]:
    """Return the orders of 24SevenOffice that carry the reference, and the one that was seen."""
    hits = list(reading.hits.get(fold_reference(case.erp_reference), ()))
    seen = reading.hits_by_id.get(case.known.seen_id) if case.known.seen_id else None
    return [*hits, seen] if seen is not None else hits
