"""What both systems hold of one order today: whose it is, and which orders may be it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lnb24so.errors import Rejected
from lnb24so.ledger.types import Entry
from lnb24so.orders import life
from lnb24so.orders.attempts import OLD, SEARCH_BACK, Search, search_attempts
from lnb24so.orders.draft import fold_reference
from lnb24so.orders.lookup import LOOK_UP_BACK, WITHOUT_A_TIME
from lnb24so.orders.matching import customer_number, index_customers, match_customer
from lnb24so.orders.plan import plan_orders
from lnb24so.orders.reading import case_of, read_orders
from lnb24so.orders.types import Announce, Block, Case, Decide, Item, Selection
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Customer
from lnb24so.tools import Tools


def case_today(entry: Entry, tools: Tools) -> Case:
    """Return the order as Le New Black shows it now; raises Transient where it does not answer."""
    return case_of(entry.reference, tools.lnb.order(entry.reference), entry, tools.config)


def planned_alone(tools: Tools, reference: str) -> Item | None:
    """Return what a run does with an order that a person names, by its own plan; or None."""
    selection = Selection(references=(reference,))
    reading = read_orders(tools, selection)
    return next(iter(plan_orders(reading, tools.config, selection).items), None)


def as_a_run_would_leave(tools: Tools, entry: Entry) -> Entry:
    """Return the entry of an order as a run would leave it that only asks."""
    item = planned_alone(tools, entry.reference)
    match item:
        case Block():
            told_of = item.case.content_hash
            return life.blocked(entry, item.reasons, content_hash=told_of, asked_for=None).entry
        case Decide():
            return life.asked(entry, item.reasons[0]).entry
        case Announce(what=what):
            told_of, notice = item.case.content_hash, item.reasons[0]
            return life.announced(entry, notice, what=what, content_hash=told_of).entry
    return entry


def the_only_one(case: Case, tools: Tools) -> int:
    """Return the id of the only order with this one's reference and customer, or raise Rejected."""
    customers = {*customers_before(case.known, tools), customer_today(case, tools)} - {None}
    if not customers:
        raise Rejected("Its customer is not known. Fix: name the order: --exported-as ID")
    every = with_its_reference(case, tools)
    theirs = [hit for hit in every if hit.customer_id in customers]
    # What 24SevenOffice derived from an order belongs to it.
    hits = [hit for hit in theirs if not hit.is_derived] or theirs
    ids = sorted(hit.order_id for hit in hits if hit.order_id is not None)
    if not ids:
        whose = " or ".join(str(number) for number in sorted(filter(None, customers)))
        none = (
            f"24SevenOffice shows no order with the reference {case.erp_reference} of customer "
            f"{whose}"
        )
        if every:
            others = ", ".join(f"{hit.order_id} of customer {hit.customer_id}" for hit in every)
            name = every[0].order_id if len(every) == 1 else "ID"
            raise Rejected(f"{none}, but order {others}. Is it that one? --exported-as {name}")
        raise Rejected(f"{none}. If that was merged into another, name the order: --exported-as ID")
    if len(ids) > 1:
        raise Rejected(
            f"24SevenOffice has several orders with the reference {case.erp_reference}: "
            f"{', '.join(map(str, ids))}. Fix: name the one: --exported-as ID"
        )
    return ids[0]


def with_its_reference(case: Case, tools: Tools) -> Sequence[InvoiceOrder]:
    """Return the orders of 24SevenOffice that carry this order's reference.

    Those of a young order are looked for whoever the customer is; those of an old one around
    its attempts, and among the orders of its customers. Raises Rejected where a search fails.
    """
    entry, now = case.known, tools.clock.now()
    search = search_attempts(tools.soap, [entry], now) if entry.in_doubt else Search()
    if entry.reference in search.failed:
        raise Rejected(search.failed[entry.reference])
    begun = entry.attempt_started
    made = (case.order.create_time if case.order else None) or begun or now - WITHOUT_A_TIME
    since = min(made, begun or made, now)
    customers: Collection[int | None] = set()
    if now - since > OLD:
        customers = {*customers_before(entry, tools), customer_today(case, tools)}
    hits = [*search.hits, *search.by_id.values()]
    numbers = sorted(number for number in customers if number is not None)
    if numbers or not customers:
        back = max(LOOK_UP_BACK, SEARCH_BACK)
        hits += tools.soap.orders_changed_since(since - back, numbers)
    reference = fold_reference(case.erp_reference)
    by_id = {
        hit.order_id: hit
        for hit in hits
        if fold_reference(hit.reference) == reference and hit.order_id not in entry.not_ours
    }
    return list(by_id.values())


def customers_before(entry: Entry, tools: Tools) -> set[int]:
    """Return every customer that the order was sent or taken for: it may have moved since."""
    steps = tools.ledger.history(entry.reference)
    sent = {step.detail["customer_id"] for step in steps if step.event == "order.sending"}
    return {number for number in (*sent, entry.customer_id) if number is not None}


def customer_today(case: Case, tools: Tools) -> int | None:
    """Return the order's customer by today's references, or None where there is none."""
    if case.order is None:
        return None
    settings = tools.config.orders
    number = customer_number(case.order, settings)
    if number is not None:
        return number
    customers = index_customers(tools.soap.all_customers())
    customer = match_customer(case.order, customers, settings)
    return customer.id if isinstance(customer, Customer) else None
