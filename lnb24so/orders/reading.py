"""Read all that an order plan needs, in as few requests as will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lnb24so.clock import from_utc_text, utc_text
from lnb24so.errors import Rejected, Transient
from lnb24so.ledger.store import Entry, Ledger
from lnb24so.lnb.client import LnbClient
from lnb24so.tools import Tools

from .types import Reading, Selection

if TYPE_CHECKING:
    from lnb24so.lnb.types import Order

CURSOR_NOTE = "orders_changed_until"
CURSOR_BACK = timedelta(hours=1)


def read_orders(tools: Tools, selection: Selection) -> Reading:
    """Return what Le New Black, the ledger and 24SevenOffice know of the orders of a run.

    With nothing to export and nothing unsettled, 24SevenOffice is not asked at all.
    """
    ledger, clock = tools.ledger, tools.clock
    tools.progress("Reading orders from Le New Black")
    lnb_now = tools.lnb.server_now()
    orders, unread = _from_lnb(tools, selection)
    entries = _entries(ledger, orders, selection, clock.now())
    wanted = _oldest_first({*orders, *entries, *selection.references}, orders)
    reading = Reading(
        wanted=tuple(wanted),
        orders=orders,
        entries=entries,
        unread=frozenset(unread),
        looked_at=clock.now(),
        lnb_now=lnb_now,
        held=ledger.order_ids(),
    )
    if not wanted:
        return reading
    # Imported here, for most runs end above.
    from .lookup import with_erp

    return with_erp(reading, tools, selection)


def _from_lnb(tools: Tools, selection: Selection) -> tuple[dict[str, Order], set[str]]:
    """Return the orders to look at, and the references that could not be read this time."""
    lnb, ledger, settings = tools.lnb, tools.ledger, tools.config.orders
    if selection.references:
        asked = [(reference, lnb.order(reference)) for reference in selection.references]
        return {reference: order for reference, order in asked if order is not None}, set()
    orders: dict[str, Order] = {}
    for status in settings.take_statuses():
        orders |= {order.reference: order for order in lnb.orders(status=status)}
    if settings.blocked_status:
        for order in lnb.orders(status=settings.blocked_status):
            entry = ledger.entry(order.reference)
            if entry is not None and entry.blocked_status is not None:
                orders[order.reference] = order
    orders |= _changed(lnb, ledger)
    unread = set()
    for entry in ledger.unsettled(tools.clock.now()):
        if entry.reference in orders or not entry.reference:
            continue
        try:
            found = lnb.order(entry.reference)
        except (Rejected, Transient) as error:
            tools.event("order.unread", reference=entry.reference, message=str(error))
            unread.add(entry.reference)
            continue
        if found is not None:
            orders[entry.reference] = found
    return orders, unread


def _changed(lnb: LnbClient, ledger: Ledger) -> dict[str, Order]:
    """Return the orders of ours that Le New Black changed since the last run."""
    since = ledger.note(CURSOR_NOTE)
    if since is None:
        return {}
    changed = lnb.orders_changed_since(from_utc_text(since) - CURSOR_BACK)
    return {order.reference: order for order in changed if ledger.entry(order.reference)}


def remember_changes_until(ledger: Ledger, moment: datetime) -> None:
    """Note from when the next run asks for changes; call it when a whole run went well."""
    ledger.write_note(CURSOR_NOTE, utc_text(moment))


def _entries(
    ledger: Ledger, orders: Mapping[str, Order], selection: Selection, now: datetime
) -> dict[str, Entry]:
    names = selection.references or (
        *orders,
        *(entry.reference for entry in ledger.unsettled(now)),
    )
    found = ((name, ledger.entry(name)) for name in dict.fromkeys(names))
    return {name: entry for name, entry in found if entry is not None}


def _oldest_first(references: Iterable[str], orders: Mapping[str, Order]) -> list[str]:
    def age(reference: str) -> tuple[str, str]:
        order = orders.get(reference)
        created = order.create_time if order else None
        return (utc_text(created) if created else "", reference)

    return sorted(references, key=age)
