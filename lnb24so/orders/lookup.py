"""What 24SevenOffice knows of the orders of a run, asked only where it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lnb24so.ledger.store import Entry
from lnb24so.lnb.types import Order
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Customer
from lnb24so.tools import Tools

from .draft import fold_reference
from .matching import customer_number, index_customers, index_products, match_customer
from .ready import why_not_now
from .rows import Facts
from .settle import SEARCH_BACK
from .types import Reading, Selection

if TYPE_CHECKING:
    from lnb24so.config.schema import Config
    from lnb24so.soap.client import SoapClient

LOOK_UP_BACK = timedelta(hours=48)
"""A look-up begins this long before Le New Black made the order: never by our own clock."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""For an order without a time of its own."""

CUSTOMERS_A_LOOK_UP = 100
SETTLED = ("skipped", "done", "needs_decision")


def with_erp(reading: Reading, tools: Tools, selection: Selection) -> Reading:
    """Return the reading with what 24SevenOffice holds: the looked-up orders and the facts."""
    config, orders, entries = tools.config, reading.orders, reading.entries
    hits, by_id = _look_up_attempts(tools, entries.values(), reading.looked_at)
    facts = None
    if not selection.baseline:
        waiting = [
            orders[name]
            for name in reading.wanted
            if name in orders and _may_be_sent(orders[name], entries.get(name), config, selection)
        ]
        if waiting:
            tools.progress("Reading products, customers and orders from 24SevenOffice")
            facts = facts_for(tools.soap, config, waiting)
            hits += _look_up_candidates(
                tools.soap, config, facts, waiting, entries, reading.lnb_now
            )
    return replace(reading, hits=_by_reference(hits), hits_by_id=by_id, facts=facts)


def _look_up_attempts(
    tools: Tools, entries: Iterable[Entry], now: datetime
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
    hits = tools.soap.orders_changed_since(min(begun) - SEARCH_BACK)
    by_id = {hit.order_id: hit for hit in tools.soap.orders_by_id(seen_ids)} if seen_ids else {}
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
