"""What 24SevenOffice knows of the orders of a run, asked only where it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lnb24so.config.schema import Config
from lnb24so.errors import Rejected, Transient
from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import Order
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Customer, Product
from lnb24so.tools import Tools

from .attempts import OLD, Search, search_attempts
from .draft import fold_reference
from .matching import (
    CustomerIndex,
    customer_number,
    index_customers,
    index_products,
    match_customer,
)
from .ready import why_not_now
from .rows import Facts
from .types import Case, Reading, Selection

LOOK_UP_BACK = timedelta(hours=48)
"""A look-up begins this long before Le New Black made the order: never by our own clock."""

WITHOUT_A_TIME = timedelta(days=366)
"""How old an order may be that does not say when it was made."""

CUSTOMERS_A_LOOK_UP = 100
SETTLED = ("skipped", "done", "needs_decision")


def with_erp(reading: Reading, tools: Tools, selection: Selection) -> Reading:
    """Return the reading with what 24SevenOffice holds: the looked-up orders and the facts.

    Raises Transient where 24SevenOffice does not answer, and ConfigError where it refuses us.
    """
    config = tools.config
    leaving = [case for case in reading.cases if _leaves(case, config, selection, reading)]
    due = [case.known for case in reading.cases if is_looked_for(case.known, reading.looked_at)]
    due += [case.known for case in leaving]
    # No customer filter: the retailer may have been given another customer since.
    found = search_attempts(tools.soap, due, reading.looked_at) if due else Search()
    hits, failed = found.hits, found.failed
    facts = None
    if not selection.baseline:
        waiting = [case for case in reading.cases if _may_be_sent(case, config, selection)]
        if waiting:
            tools.progress("Reading products, customers and orders from 24SevenOffice")
            orders = [case.order for case in waiting if case.order is not None]
            facts = facts_for(tools, orders)
            hits += look_up_candidates(
                tools.soap, config, facts, waiting, lnb_now=reading.lnb_now, failed=failed
            )
    return replace(
        reading,
        hits=by_reference(hits),
        hits_by_id=found.by_id,
        facts=facts,
        failed=failed,
        partly=frozenset(found.partly),
        leaving=frozenset(case.reference for case in leaving) - failed.keys(),
    )


def is_looked_for(entry: Entry, looked_at: datetime) -> bool:
    """Return whether a run looks for what the order's attempts made, whatever else it does."""
    return entry.looks_again(looked_at) or entry.state in ("sending", "unconfirmed")


def _leaves(case: Case, config: Config, selection: Selection, reading: Reading) -> bool:
    """Return whether an order that was sent lately, and turned away, is up for export no more.

    A run that the ledger does not know of may have sent it since.
    """
    entry = case.known
    turned_away = entry.state in ("blocked", "retry") and entry.attempts and not entry.in_doubt
    if case.unread or not turned_away or entry.attempt_started is None:
        return False
    if reading.looked_at - entry.attempt_started > OLD:
        return False
    return case.order is None or why_not_now(case, config.orders, selection) is not None


def _may_be_sent(case: Case, config: Config, selection: Selection) -> bool:
    settled = case.known.state in SETTLED or case.known.in_erp
    if case.order is None or settled:
        return False
    return why_not_now(case, config.orders, selection) is None


def facts_for(tools: Tools, waiting: Sequence[Order]) -> Facts:
    """Return what 24SevenOffice holds that these orders need."""
    soap, config = tools.soap, tools.config
    products = soap.products(config.products.sku_field)
    products += _unlisted(products, waiting, tools)
    customers = customers_for(soap, config, waiting)
    own = soap.own_currency()
    foreign = any(order.currency != own.upper() for order in waiting)
    return Facts(
        products=index_products(products),
        customers=customers,
        own_currency=own,
        currencies=soap.currencies() if foreign else {},
    )


def _unlisted(
    listed: Sequence[Product], waiting: Sequence[Order], tools: Tools
) -> Sequence[Product]:
    """Return the products that these orders need and a short list lacks, asked for by their ids.

    The ledger knows the id of each code that stock has set; without any product nothing is asked.
    """
    field = tools.config.products.code_field
    codes = {getattr(line, field) for order in waiting for line in order.lines}
    missing = codes - {getattr(product, field) for product in listed if product.active}
    if not missing or not listed:
        return ()
    known = tools.ledger.products_of_codes(missing)
    there = {product.id for product in listed}
    ids = {number for number, gone in known.values() if not gone} - there
    numbers = sorted(number for number in ids if number is not None)
    return tools.soap.products_by_id(numbers, tools.config.products.sku_field) if numbers else ()


def customers_for(soap: SoapClient, config: Config, waiting: Sequence[Order]) -> CustomerIndex:
    """Return the customers that these orders may be for."""
    settings = config.orders
    if settings.customer_match != "id":
        return index_customers(soap.all_customers())
    numbers = {customer_number(order, settings) for order in waiting} - {None}
    return index_customers(soap.customers_by_id(sorted(number for number in numbers if number)))


def look_up_candidates(
    soap: SoapClient,
    config: Config,
    facts: Facts,
    waiting: Sequence[Case],
    *,
    lnb_now: datetime,
    failed: dict[str, str],
) -> list[InvoiceOrder]:
    """Look for orders of the same customers since Le New Black made theirs.

    The customer of an earlier attempt counts too: the retailer may have another one since. An
    order that claims to be from the future is looked for from now on back, and one without a
    time does not make the others be searched from its age on. A search that fails is noted in
    `failed`, for its own orders.
    """
    since: dict[int, datetime] = {}
    timeless: dict[int, datetime] = {}
    of: dict[int, set[str]] = {}
    for case in waiting:
        if case.order is None:
            continue
        made = case.order.create_time or case.order.confirmation_time
        oldest = timeless if made is None else since
        made = min(made or lnb_now - WITHOUT_A_TIME, lnb_now)
        for number in customers_of(case, facts, config):
            oldest[number] = min(made, oldest.get(number, made))
            of.setdefault(number, set()).add(case.reference)
    hits: list[InvoiceOrder] = []
    for some in (*_chunks(since), *_chunks(timeless)):
        try:
            begin = min(some.values()) - LOOK_UP_BACK
            hits += soap.orders_changed_since(begin, list(some))
        except (Rejected, Transient) as error:
            failed |= {reference: str(error) for number in some for reference in of[number]}
    return hits


def customers_of(case: Case, facts: Facts, config: Config) -> set[int]:
    """Return the customers for whom the order may be in 24SevenOffice: today's, and earlier."""
    tried = {attempt.sent.customer_id for attempt in case.known.tried}
    numbers = {case.known.customer_id, *tried}
    if case.order is not None:
        customer = match_customer(case.order, facts.customers, config.orders)
        numbers.add(customer.id if isinstance(customer, Customer) else None)
    return {number for number in numbers if number is not None}


def _chunks(since: Mapping[int, datetime]) -> Iterable[dict[int, datetime]]:
    oldest_first = sorted(since, key=lambda number: since[number])
    for at in range(0, len(oldest_first), CUSTOMERS_A_LOOK_UP):
        yield {number: since[number] for number in oldest_first[at : at + CUSTOMERS_A_LOOK_UP]}


def by_reference(hits: Iterable[InvoiceOrder]) -> dict[str, list[InvoiceOrder]]:
    """Return the orders by folded reference, each once."""
    orders: dict[str, dict[int, InvoiceOrder]] = {}
    for hit in hits:
        if hit.reference and hit.order_id is not None:
            orders.setdefault(fold_reference(hit.reference), {})[hit.order_id] = hit
    return {reference: list(by_id.values()) for reference, by_id in orders.items()}
