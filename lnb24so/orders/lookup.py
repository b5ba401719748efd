"""What 24SevenOffice knows of the orders of a run, asked only where it matters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lnb24so.config.schema import Config
from lnb24so.lnb.types import Order
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Customer
from lnb24so.tools import Tools

from .draft import fold_reference
from .matching import customer_number, index_customers, index_products, match_customer
from .ready import why_not_now
from .rows import Facts
from .settle import SEARCH_BACK
from .types import Case, Reading, Selection

LOOK_UP_BACK = timedelta(hours=48)
"""A look-up begins this long before Le New Black made the order: never by our own clock."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""For an order without a time of its own."""

CUSTOMERS_A_LOOK_UP = 100
SETTLED = ("skipped", "done", "needs_decision")


def with_erp(reading: Reading, tools: Tools, selection: Selection) -> Reading:
    """Return the reading with what 24SevenOffice holds: the looked-up orders and the facts.

    Raises Transient where 24SevenOffice does not answer, and ConfigError where it refuses us.
    """
    config = tools.config
    hits, by_id = _look_up_attempts(tools, reading)
    facts = None
    if not selection.baseline:
        waiting = [case for case in reading.cases if _may_be_sent(case, config, selection)]
        if waiting:
            tools.progress("Reading products, customers and orders from 24SevenOffice")
            orders = [case.order for case in waiting if case.order is not None]
            facts = facts_for(tools.soap, config, orders)
            hits += _look_up_candidates(tools.soap, config, facts, waiting, reading.lnb_now)
    return replace(reading, hits=_by_reference(hits), hits_by_id=by_id, facts=facts)


def _look_up_attempts(
    tools: Tools, reading: Reading
) -> tuple[list[InvoiceOrder], dict[int, InvoiceOrder]]:
    """Look for attempts without an answer, and for second copies of orders once in doubt.

    No customer filter: the retailer may have been given another customer since.
    """
    begun: list[datetime] = []
    seen_ids: list[int] = []
    for entry in (case.known for case in reading.cases):
        again = entry.look_again_at is not None and entry.look_again_at <= reading.looked_at
        if (again or entry.state in ("sending", "unconfirmed")) and entry.attempt_started:
            begun.append(entry.attempt_started)
            seen_ids += [entry.seen_id] if entry.seen_id else []
    if not begun:
        return [], {}
    hits = tools.soap.orders_changed_since(min(begun) - SEARCH_BACK)
    seen = tools.soap.orders_by_id(seen_ids) if seen_ids else []
    return hits, {hit.order_id: hit for hit in seen if hit.order_id is not None}


def _may_be_sent(case: Case, config: Config, selection: Selection) -> bool:
    settled = case.known.state in SETTLED or case.known.in_erp
    if case.order is None or settled:
        return False
    return why_not_now(case, config.orders, selection) is None


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
    soap: SoapClient, config: Config, facts: Facts, waiting: Sequence[Case], lnb_now: datetime
) -> list[InvoiceOrder]:
    """Look for orders of the same customers since Le New Black made theirs.

    The customer of an earlier attempt counts too: the retailer may have another one since. An
    order that claims to be from the future is looked for from now on back.
    """
    since: dict[int, datetime] = {}
    for case in waiting:
        if case.order is None:
            continue
        customer = match_customer(case.order, facts.customers, config.orders)
        made = min(case.order.create_time or LONG_AGO, lnb_now)
        now_and_then = (
            customer.id if isinstance(customer, Customer) else None,
            case.known.customer_id,
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
    """Return the orders by folded reference, each once."""
    orders: dict[str, dict[int, InvoiceOrder]] = {}
    for hit in hits:
        if hit.reference and hit.order_id is not None:
            orders.setdefault(fold_reference(hit.reference), {})[hit.order_id] = hit
    return {reference: list(by_id.values()) for reference, by_id in orders.items()}
