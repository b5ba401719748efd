"""Orders of 24SevenOffice that carry our reference: which of them may be this order? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lnb24so.ledger.types import Cargo, Entry, Sent
from lnb24so.money import differs, row_total
from lnb24so.soap.order import InvoiceOrder

from .draft import fold_reference
from .questions import There
from .types import Case, Reading


def hits_of(case: Case, reading: Reading, erp_reference: str) -> list[InvoiceOrder]:
    """Return the orders of 24SevenOffice that carry the reference, and the one that was seen.

    What 24SevenOffice derived from one of them belongs to it, and counts only where none of them
    shows: then its parent is there under another reference.
    """
    entry = case.known
    hits = list(reading.hits.get(fold_reference(erp_reference), ()))
    seen = reading.hits_by_id.get(entry.seen_id) if entry.seen_id else None
    if seen is not None:
        hits.append(seen)
    known = {entry.order_id, entry.seen_id} - {None}
    parents = [hit for hit in hits if hit.order_id in known or not hit.is_derived]
    return parents if parents or entry.in_erp else hits


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


def explained(
    entry: Entry, hits: Sequence[InvoiceOrder], ids: Sequence[int]
) -> tuple[InvoiceOrder, Sent] | None:
    """Return the first of the hits with these ids that an attempt explains, and as what."""
    for hit in hits:
        sent = explained_by(entry, hit) if hit.order_id in ids else None
        if sent is not None:
            return hit, sent
    return None


def explained_by(entry: Entry, hit: InvoiceOrder) -> Sent | None:
    """Return what an attempt of ours sent that explains a hit, or None where none does.

    It does where it saw the hit's id, or sent these rows for this customer.
    """
    if entry.seen_id is not None and hit.order_id == entry.seen_id:
        return entry.sent
    there = cargo_of(hit)
    for attempt in reversed(entry.tried):
        if attempt.sent.customer_id == hit.customer_id and same_cargo(attempt.cargo, there):
            return attempt.sent
    return None


def cargo_of(order: InvoiceOrder) -> Cargo:
    """Return products, pieces, currency and total of an order; rows of text count for nothing."""
    rows = [row for row in order.rows if row.product_id is not None and row.kind == "Normal"]
    pieces = ((row.product_id or 0, row.quantity.normalize()) for row in rows)
    sums = (row_total(row.price, (row.discount_rate,), row.quantity, "") for row in rows)
    money = order.currency
    return Cargo(
        rows=tuple(sorted(pieces)),
        currency=money.symbol if money is not None and money.has_rate else "",
        total=sum(sums, Decimal(0)),
    )


def same_cargo(sent: Cargo, there: Cargo) -> bool:
    """Return whether two orders hold the same, as far as is known of what was sent."""
    if sent.rows is not None and sent.rows != there.rows:
        return False
    if sent.currency is not None and sent.currency != there.currency:
        return False
    if sent.total is None or there.total is None:
        return False
    return not differs(sent.total, there.total, len(there.rows or ()), "")


def which(
    case: Case, reading: Reading, order_ids: Sequence[int], customer_id: int | None = None
) -> There:
    """Return the orders with these ids, and which of them a person can name as this order.

    That are those of its customers, of earlier attempts too; `customer_id` is today's.
    """
    entry = case.known
    hits = hits_of(case, reading, case.erp_reference)
    whose: dict[int | None, int | None] = {entry.order_id: entry.customer_id}
    whose |= {hit.order_id: hit.customer_id for hit in hits}
    attempts = (attempt.sent.customer_id for attempt in entry.tried)
    customers = {customer_id, entry.customer_id, *attempts} - {None}
    may_be = [
        number
        for number in ours(entry, hits, reading.held)
        if number in order_ids and (not customers or whose[number] in customers)
    ]
    held = entry.order_id
    if held is not None and held in order_ids and held not in may_be:
        may_be = sorted((*may_be, held))
    return There({number: whose.get(number) for number in order_ids}, may_be)
