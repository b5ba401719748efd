"""What a person is told, and asked, of an order that stands in 24SevenOffice. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lnb24so.ledger.store import Entry
from lnb24so.lnb.types import Order, content_hash, is_canceled
from lnb24so.reasons import Reason


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
