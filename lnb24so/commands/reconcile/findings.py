"""What stands of an order, in words: both sides' figures, and the hand or command that helps."""

from __future__ import annotations

from collections.abc import Iterable

from lnb24so.lnb.types import content_hash
from lnb24so.money import amount_text
from lnb24so.reasons import Reason
from lnb24so.soap.booked import Booked
from lnb24so.texts import shown

from .amounts import currency_of
from .types import Finding, Trio


def twice(trio: Trio, own: str) -> Finding:
    """Return that 24SevenOffice has an order more than once."""
    return _finding(
        trio,
        "order.duplicate",
        f"is in 24SevenOffice {len(trio.parents)} times: {_there(trio.parents, own)}; "
        f"{_here(trio)}. Fix: delete all but one there, then: lnb24so resolve {trio.reference} "
        "--exported-as ID",
        *sorted(one.order_id for one in trio.parents),
    )


def reference_twice(trio: Trio) -> Finding:
    """Return that Le New Black has another order of the reference."""
    return _finding(
        trio,
        "order.reference_twice",
        f"Le New Black has two orders of this reference, and only one can be carried; of the "
        f"other {_here(trio)}. Fix: type it into 24SevenOffice, and cancel it in Le New Black.",
    )


def gone(trio: Trio) -> Finding:
    """Return that what was sent is no longer in 24SevenOffice."""
    order_id = trio.entry.order_id if trio.entry else None
    return _finding(
        trio,
        "order.gone",
        f"was sent, and 24SevenOffice has no order {order_id} any more; {_here(trio)}. "
        f"Fix: to send it anew: lnb24so resolve {trio.reference} --send-again; else cancel it in "
        "Le New Black.",
        order_id,
    )


def unknown(trio: Trio, own: str) -> Finding:
    """Return that 24SevenOffice has an order of the reference that the ledger does not know."""
    return _finding(
        trio,
        "order.not_in_ledger",
        f"24SevenOffice has {_there(trio.parents, own)} as {trio.our_reference}, and the ledger "
        f"does not know that; {_here(trio)}. Fix: {_is_it_this(trio)}give it another reference "
        "there.",
        *_ids(trio),
    )


def _is_it_this(trio: Trio) -> str:
    """Return the way of who finds that it is this order; another customer's is not taken as it.

    Nor is any where neither Le New Black nor the ledger has an order that it could be.
    """
    if trio.order is None and trio.entry is None:
        return ""
    there, sent = trio.parents[0], trio.entry.customer_id if trio.entry else None
    if not {trio.customer_id, sent} <= {None, there.customer_id}:
        return f"it is customer {there.customer_id}'s: "
    resolve = f"lnb24so resolve {trio.reference} --exported-as {there.order_id}"
    return f"is it this order? {resolve}; else "


def created_late(trio: Trio, own: str) -> Finding:
    """Return that an order that was left out is in 24SevenOffice all the same."""
    return _finding(
        trio,
        "order.created_late",
        f"is skipped, and 24SevenOffice has {_there(trio.parents, own)}; {_here(trio)}. "
        f"Fix: to keep it: lnb24so resolve {trio.reference} --exported-as "
        f"{trio.parents[0].order_id}; else delete it there.",
        *_ids(trio),
    )


def canceled(trio: Trio, own: str) -> Finding:
    """Return that Le New Black canceled an order that 24SevenOffice still has."""
    return _finding(
        trio,
        "order.canceled_after_export",
        f"is canceled in Le New Black, and 24SevenOffice has {_there(trio.parents, own)}. "
        f"Fix: cancel it there, then: lnb24so resolve {trio.reference} --acknowledge",
        *_ids(trio),
    )


def deleted(trio: Trio, own: str) -> Finding:
    """Return that Le New Black has no order of which 24SevenOffice has one."""
    return _finding(
        trio,
        "order.gone_from_lnb",
        f"24SevenOffice has {_there(trio.parents, own)} as {trio.our_reference}, and Le New Black "
        "has no order of that reference. Fix: delete it there; if it is right: lnb24so reconcile "
        "--acknowledge",
        *_ids(trio),
    )


def closed_unsent(trio: Trio) -> Finding:
    """Return that somebody gave an order the status of an exported one."""
    status = shown(trio.order.status if trio.order else "")
    return _finding(
        trio,
        "order.closed_unsent",
        f"stands as {status} in Le New Black, as if it were exported, and is no order in "
        f"24SevenOffice; {_here(trio)}. Fix: typed in under another reference? lnb24so resolve "
        f"{trio.reference} --skip. Else: lnb24so push-orders --order {trio.reference} --any-status",
    )


def overdue(trio: Trio) -> Finding:
    """Return that no run has touched an order that is up for export."""
    return _finding(
        trio,
        "order.overdue",
        f"is up for export for over a day, and no run has taken it; {_here(trio)}. "
        f"Fix: does cron run push-orders? See: lnb24so status {trio.reference}",
    )


def customer_differs(trio: Trio, expected: int) -> Finding:
    """Return that 24SevenOffice has an order for another customer."""
    there = trio.parents[0]
    return _finding(
        trio,
        "order.customer_differs",
        f"is for customer {expected}, and order {there.order_id} in 24SevenOffice for customer "
        f"{there.customer_id}; {_here(trio)}. Fix: correct the one that is wrong; if the customers "
        "were merged: lnb24so reconcile --acknowledge",
        expected,
        there.customer_id,
    )


def currency_differs(trio: Trio, own: str) -> Finding:
    """Return that 24SevenOffice has an order in another currency."""
    currency = currency_of(trio.parents[0], own)
    return _finding(
        trio,
        "order.currency_differs",
        f"{_here(trio)}, and 24SevenOffice has {_there(trio.parents, own)}. Fix: correct the "
        "currency there, or enter the order anew.",
        currency,
    )


def changed(trio: Trio, own: str) -> Finding:
    """Return that Le New Black changed an order after its export, and nobody did so there."""
    return _finding(
        trio,
        "order.changed_after_export",
        f"changed in Le New Black after export: {_here(trio)}, and 24SevenOffice has "
        f"{_there(trio.parents, own)}, which is not the same. Fix: change it there by hand, then: "
        f"lnb24so resolve {trio.reference} --acknowledge",
        content_hash(trio.order) if trio.order else None,
    )


def _finding(trio: Trio, code: str, message: str, *mark: object) -> Finding:
    return Finding(trio, Reason(code, message), " ".join(map(str, mark)))


def _ids(trio: Trio) -> list[int]:
    return sorted(one.order_id for one in trio.parents)


def _there(every: Iterable[Booked], own: str) -> str:
    """Return `orders 55001 (12,480.00 NOK) and 55009 (12,480.00 NOK)`."""
    named = []
    for one in every:
        money = amount_text(one.net, currency_of(one, own)) if one.net is not None else ""
        named.append(f"{one.order_id} ({money or 'without a total'})")
    few = " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
    return f"order{'' if len(named) == 1 else 's'} {few}"


def _here(trio: Trio) -> str:
    """Return `Le New Black has it as closed, 12,480.00 NOK`."""
    order = trio.order
    if order is None:
        return "Le New Black has no such order"
    money = "without a total"
    if order.amount_total is not None:
        money = amount_text(order.amount_total, order.currency)
    return f"Le New Black has it as {shown(order.status)}, {money}"
