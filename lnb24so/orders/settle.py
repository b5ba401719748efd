"""What look-ups in 24SevenOffice say of an order: is it there, is it ours, what follows? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from lnb24so.clock import Zone
from lnb24so.ledger.types import Entry, Sent
from lnb24so.reasons import Reason
from lnb24so.soap.order import InvoiceOrder

from .hits import cargo_of, explained, explained_by, hits_of, ours, same_cargo, which
from .questions import created_late, duplicate, not_searchable, reference_taken
from .ready import made, status_after
from .types import Adopt, Case, Decide, Item, Reading, Wait


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
        return Settled("found" if explained(entry, hits, ids) else "taken", ids)
    if until is None:
        raise ValueError(f"{case.reference} has an attempt without a start")
    if looked_at < until:
        return Settled("wait", until=until)
    seen_missing = entry.not_found_at is not None and until <= entry.not_found_at
    return Settled("absent" if seen_missing else "missing")


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether an order that nobody sent yet is there already: `free`, `adopt` or `taken`."""

    what: Literal["free", "adopt", "taken"]
    order_ids: tuple[int, ...] = ()


def claim(
    invoice: InvoiceOrder, entry: Entry, hits: Sequence[InvoiceOrder], held: Mapping[int, str]
) -> Claim:
    """Return what a look-up before the create says.

    A hit is adopted without question where an attempt of ours explains it. Else it must have the
    order's customer, products, quantities and total, and belong to no other one; this survives
    a lost ledger.
    """
    foreign = [hit for hit in hits if hit.order_id not in entry.not_ours]
    if not foreign:
        return Claim("free")
    ids = ours(entry, foreign, held)
    if len(foreign) == 1 and ids:
        hit = foreign[0]
        same = hit.customer_id == invoice.customer_id
        same = same and same_cargo(cargo_of(invoice), cargo_of(hit))
        if same or explained_by(entry, hit):
            return Claim("adopt", ids)
    every = tuple(sorted(hit.order_id for hit in foreign if hit.order_id is not None))
    return Claim("taken", every)


# What follows for the order


def attempted(case: Case, entry: Entry, reading: Reading, zone: Zone) -> Item | None:
    """Return what a look-up says of an attempt without a clear answer; None: send it again."""
    hits, until = hits_of(case, reading, case.erp_reference), case.grace_ended
    settled = settle(case, hits, reading.looked_at, reading.held)
    found = explained(entry, hits, settled.order_ids)
    if settled.what == "found" and found is not None:
        return _found(case, *found)
    if settled.what == "taken":
        is_early = until is not None and reading.looked_at < until
        not_before = zone.text(until, reading.looked_at) if until and is_early else None
        there = which(case, reading, settled.order_ids)
        return _ask(case, reference_taken(case, case.erp_reference, there, not_before=not_before))
    if settled.what == "several":
        return _ask(case, duplicate(case.reference, which(case, reading, settled.order_ids)))
    if case.reference in reading.failed:
        return not_looked_for(case, reading)
    if case.reference in reading.partly:
        return _ask(case, not_searchable(case, _begun(entry, reading, zone)))
    if settled.what == "absent":
        return None
    next_look = (
        f"Next look after {zone.text(settled.until, reading.looked_at)}"
        if settled.until
        else "24SevenOffice does not show it so far; the next run looks once more"
    )
    reason = Reason(
        "order.unconfirmed",
        f"no answer from 24SevenOffice at {_begun(entry, reading, zone)}; it may exist. "
        f"{next_look}; do not type it in.",
    )
    return Wait(
        case=case,
        reasons=(reason,),
        died_at=case.attempt_ended if entry.state == "sending" else None,
        not_found_at=reading.looked_at if settled.what == "missing" else None,
    )


def _begun(entry: Entry, reading: Reading, zone: Zone) -> str:
    """Return when the last attempt began, as people read times."""
    begun = entry.attempt_started
    return "an unknown time" if begun is None else zone.text(begun, reading.looked_at)


def not_looked_for(case: Case, reading: Reading) -> Wait:
    """Return the item of an order that could not be looked for: so nothing is known of it."""
    why = f"was not looked for, and not sent: {reading.failed[case.reference]}"
    reason = Reason("order.not_sent", why)
    return Wait(case=case, reasons=(reason,), news=True, failed=True)


def second_look_is_due(entry: Entry, reading: Reading) -> bool:
    """Return whether an order that was once in doubt is to be looked for again, and was."""
    if entry.reference in reading.failed:
        return False
    return entry.looks_again(reading.looked_at)


def is_cleared(case: Case, reading: Reading, zone: Zone) -> bool:
    """Return whether an order passes its second look: nothing more is in doubt then."""
    entry = case.entry
    if entry is None or entry.state in ("sending", "unconfirmed", "needs_decision"):
        return False
    return second_look_is_due(entry, reading) and look_again(case, entry, reading, zone) is None


def look_again(case: Case, entry: Entry, reading: Reading, zone: Zone) -> Item | None:
    """Return what was created late or twice; None where all is as it should be."""
    hits = hits_of(case, reading, case.erp_reference)
    if entry.state == "skipped":
        # A person left this order out: what else carries its reference is no news.
        hits = [hit for hit in hits if explained_by(entry, hit)]
    ids = ours(entry, hits, reading.held)
    if ids and entry.order_id is not None:
        # The one that we hold counts too, even if it carries the reference no more.
        ids = tuple(sorted({*ids, entry.order_id}))
    if len(ids) > 1:
        return _ask(case, duplicate(case.reference, which(case, reading, ids)))
    if entry.in_erp:
        return None
    if not ids:
        unsure = entry.in_doubt and case.reference in reading.partly
        return _ask(case, not_searchable(case, _begun(entry, reading, zone))) if unsure else None
    found = explained(entry, hits, ids)
    if found is None:
        there = which(case, reading, ids)
        return _ask(case, reference_taken(case, case.erp_reference, there))
    if entry.state == "skipped":
        return _ask(case, created_late(case.reference, ids[0]))
    return _found(case, *found)


def _found(case: Case, hit: InvoiceOrder, sent: Sent) -> Adopt:
    """Return the item of an order that an attempt of ours made, and nobody saw the answer."""
    return Adopt(case=case, found_id=hit.order_id or 0, held_against=sent, news=True)


def _ask(case: Case, question: Reason) -> Decide:
    return Decide(case=case, reasons=(question,), news=case.known.reasons != (question,))


def today(
    case: Case, erp_reference: str, customer_id: int | None, *, total: Decimal | None
) -> Sent:
    """Return what an order is held against if it is sent or taken as it is now.

    `total` is what it is billed with there.
    """
    return Sent(
        erp_reference=erp_reference,
        customer_id=customer_id,
        content_hash=case.content_hash or case.known.content_hash,
        done_status=status_after(case),
        made=made(case),
        retailer=case.order.retailer_name if case.order else "",
        currency=case.order.currency if case.order else "",
        total=total,
    )
