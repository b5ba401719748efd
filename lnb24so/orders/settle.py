"""What look-ups in 24SevenOffice say of an order: is it there, and is it ours? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from lnb24so.ledger.store import Entry
from lnb24so.lnb.types import Order, content_hash, is_canceled
from lnb24so.reasons import Reason
from lnb24so.soap.order import InvoiceOrder

if TYPE_CHECKING:
    from .types import Item

SEARCH_BACK = timedelta(hours=24)
"""How far before an attempt its look-up begins; more than any two clocks differ."""

SECOND_LOOK_AFTER = timedelta(hours=1)
"""When an order that was once in doubt is looked up again: a late creation shows by then."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt: `found` (one id), `several`, `wait` (until) or `absent`.

    `taken`: one id carries its reference, and it cannot be what the attempt sent.
    """

    what: Literal["found", "taken", "several", "wait", "absent"]
    order_ids: tuple[int, ...] = ()
    until: datetime | None = None


def second_look(doubted: bool, now: datetime) -> datetime | None:
    """Return when to look an order up once more, or None where nothing was ever in doubt."""
    return now + SECOND_LOOK_AFTER if doubted else None


def attempt_end(entry: Entry, timeout: timedelta) -> datetime:
    """Return when an attempt had ended at the latest; a killed one by its own time-out."""
    if entry.attempt_ended is not None:
        return entry.attempt_ended
    if entry.attempt_started is None:
        raise ValueError(f"{entry.reference} has an attempt without a start")
    return entry.attempt_started + timeout


def settle(
    entry: Entry,
    hits: Sequence[InvoiceOrder],
    looked_at: datetime,
    timeout: timedelta,
    grace: timedelta,
    held: Mapping[int, str],
) -> Settled:
    """Return what became of an attempt without a clear answer.

    `hits` carry its reference or the id that was seen; `held` are the ids that the ledger has
    for other orders. That nothing was found counts only in a look-up begun after the grace
    time: 24SevenOffice may still be creating the order.
    """
    ids = ours(entry, hits, held)
    if len(ids) > 1:
        return Settled("several", ids)
    if ids:
        return Settled("found" if explains(entry, hits, ids) else "taken", ids)
    until = attempt_end(entry, timeout) + grace
    return Settled("wait", until=until) if looked_at < until else Settled("absent")


def may_be_sent_by(entry: Entry, hit: InvoiceOrder | Item) -> bool:
    """Return whether the last attempt explains a hit: it has its customer, or the id it showed.

    An item that adopts an order speaks for that order.
    """
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
    wanted: InvoiceOrder, entry: Entry, hits: Sequence[InvoiceOrder], held: Mapping[int, str]
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
        shared = {row.product_id for row in wanted.rows} & {row.product_id for row in hit.rows}
        explained = entry.in_doubt and may_be_sent_by(entry, hit)
        if explained or (shared and hit.customer_id == wanted.customer_id):
            return Claim("adopt", ids)
    every = tuple(sorted(hit.order_id for hit in foreign if hit.order_id is not None))
    return Claim("taken", every)


def changed_after_export(entry: Entry, order: Order) -> Reason | None:
    """Return what Le New Black changed after the export and nobody was told yet."""
    settle_it = f"then: lnb24so resolve {entry.reference} --acknowledge"
    if is_canceled(order):
        if entry.notice_hash == "canceled":
            return None
        return Reason(
            "order.canceled_after_export",
            "canceled in Le New Black after export. "
            f"Cancel order {entry.order_id} in 24SevenOffice, {settle_it}",
        )
    if content_hash(order) in (entry.content_hash, entry.notice_hash):
        return None
    return Reason(
        "order.changed_after_export",
        "changed in Le New Black after export. "
        f"Change order {entry.order_id} in 24SevenOffice by hand, {settle_it}",
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
