"""Read all that an order plan needs, in as few requests as will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .clock import from_utc_text, utc_text
from .errors import Transient
from .invoice import fold_reference
from .invoice_rows import Facts
from .ledger import Entry, Ledger
from .lnb import LnbClient
from .lnb_types import Order
from .matching import customer_number, index_customers, index_products, match_customer
from .order_types import Reading, Selection
from .orders import why_not_now
from .settle import SEARCH_BACK
from .soap import SoapClient
from .soap_order import InvoiceOrder
from .soap_types import Customer
from .tools import Tools

if TYPE_CHECKING:
    from .config import Config

LOOK_UP_BACK = timedelta(hours=48)
"""A look-up begins this long before Le New Black made the order: never by our own clock."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""For an order without a time of its own."""

CURSOR_NOTE = "orders_changed_until"
CURSOR_BACK = timedelta(hours=1)
CUSTOMERS_A_LOOK_UP = 100

SETTLED = ("skipped", "done", "needs_decision")


def read_orders(tools: Tools, selection: Selection) -> Reading:
    """Return what Le New Black, the ledger and 24SevenOffice know of the orders of a run.

    With nothing to export and nothing unsettled, 24SevenOffice is not asked at all.
    """
    config, ledger, clock = tools.config, tools.ledger, tools.clock
    tools.progress("Reading orders from Le New Black")
    lnb_now = tools.lnb.server_now()
    orders, unread = _from_lnb(tools, selection)
    entries = _entries(ledger, orders, selection, clock.now())
    wanted = _oldest_first({*orders, *entries, *selection.references}, orders)
    looked_at = clock.now()
    hits, by_id = _look_up_attempts(tools.soap, entries.values(), clock.now())
    facts = None
    if not selection.baseline:
        waiting = [
            orders[name]
            for name in wanted
            if name in orders and _may_be_sent(orders[name], entries.get(name), config, selection)
        ]
        if waiting:
            tools.progress("Reading products, customers and orders from 24SevenOffice")
            facts = facts_for(tools.soap, config, waiting)
            hits += _look_up_candidates(tools.soap, config, facts, waiting, entries, lnb_now)
    return Reading(
        wanted=tuple(wanted),
        orders=orders,
        entries=entries,
        unread=frozenset(unread),
        hits=_by_reference(hits),
        hits_by_id=by_id,
        looked_at=looked_at,
        lnb_now=lnb_now,
        held=ledger.order_ids(),
        facts=facts,
    )


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
        except Transient as error:
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
    begin = (from_utc_text(since) - CURSOR_BACK).isoformat(timespec="seconds")
    changed = lnb.orders(update_time_from=begin)
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


def _look_up_attempts(
    soap: SoapClient, entries: Iterable[Entry], now: datetime
) -> tuple[list[InvoiceOrder], dict[int, InvoiceOrder]]:
    """Look for attempts without an answer, and for second copies of orders once in doubt.

    No customer filter: the retailer may have been given another customer since.
    """
    begun: list[datetime] = []
    seen_ids: list[int] = []
    for entry in entries:
        again = entry.look_again_at is not None and entry.look_again_at <= now
        if (again or entry.state in ("sending", "unconfirmed")) and entry.attempt_started:
            begun.append(entry.attempt_started)
            seen_ids += [entry.seen_id] if entry.seen_id else []
    if not begun:
        return [], {}
    hits = soap.orders_changed_since(min(begun) - SEARCH_BACK)
    by_id = {hit.order_id: hit for hit in soap.orders_by_id(seen_ids)} if seen_ids else {}
    return hits, {number: hit for number, hit in by_id.items() if number is not None}


def _may_be_sent(order: Order, entry: Entry | None, config: Config, selection: Selection) -> bool:
    settled = entry is not None and (entry.state in SETTLED or entry.in_erp)
    return not settled and why_not_now(order, entry, config.orders, selection) is None


def facts_for(soap: SoapClient, config: Config, waiting: Sequence[Order]) -> Facts:
    """Return what 24SevenOffice holds that these orders need."""
    settings = config.orders
    products = soap.products(config.products.sku_field)
    if settings.customer_match == "id":
        numbers = {customer_number(order, settings) for order in waiting} - {None}
        customers = soap.customers_by_id(sorted(number for number in numbers if number))
    else:
        customers = soap.all_customers()
    own = soap.own_currency()
    foreign = any(order.currency != own.upper() for order in waiting)
    return Facts(
        products=index_products(products),
        customers=index_customers(customers),
        own_currency=own,
        currencies=soap.currencies() if foreign else {},
    )


def _look_up_candidates(
    soap: SoapClient,
    config: Config,
    facts: Facts,
    waiting: Sequence[Order],
    entries: Mapping[str, Entry],
    lnb_now: datetime,
) -> list[InvoiceOrder]:
    """Look for orders of the same customers since Le New Black made theirs.

    The customer of an earlier attempt counts too: the retailer may have another one since. An
    order that claims to be from the future is looked for from now on back.
    """
    since: dict[int, datetime] = {}
    for order in waiting:
        customer = match_customer(order, facts.customers, config.orders)
        made = min(order.create_time or LONG_AGO, lnb_now)
        entry = entries.get(order.reference)
        now_and_then = (
            customer.id if isinstance(customer, Customer) else None,
            entry.customer_id if entry else None,
        )
        for number in now_and_then:
            if number is not None:
                since[number] = min(made, since.get(number, made))
    oldest_first = sorted(since, key=lambda number: since[number])
    hits: list[InvoiceOrder] = []
    for at in range(0, len(oldest_first), CUSTOMERS_A_LOOK_UP):
        some = oldest_first[at : at + CUSTOMERS_A_LOOK_UP]
        hits += soap.orders_changed_since(since[some[0]] - LOOK_UP_BACK, some)
    return hits


def _by_reference(hits: Iterable[InvoiceOrder]) -> dict[str, list[InvoiceOrder]]:
    found: dict[str, dict[int, InvoiceOrder]] = {}
    for hit in hits:
        if hit.reference and hit.order_id is not None:
            found.setdefault(fold_reference(hit.reference), {})[hit.order_id] = hit
    return {reference: list(by_id.values()) for reference, by_id in found.items()}
