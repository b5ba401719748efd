"""What a run no longer finds in a list, asked for in the system that it vanished from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import timedelta

from lnb24so.clock import CLOCKS_APART, from_utc_text, utc_text
from lnb24so.errors import NotThatOrder, Rejected, Transient
from lnb24so.lnb.types import Order, has_no_place, is_canceled, same_status
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import HIGHEST_ID, Product
from lnb24so.tools import Tools

from .absence import ControlMissingError, Question, Settled, settle
from .available import each_once
from .held import recalled

SEEN_AT_NOTE = "stock_waiting_seen_at"
"""From when on the next run asks for the changes of waiting orders, by Le New Black's clock."""
STATUSES_NOTE = "stock_waiting_statuses"
UNSURE_NOTE = "stock_open_orders_absent_once"
GONE = "gone order"
"""What the ledger calls the orders of ours that 24SevenOffice no longer has: no controls."""
ABSENT_NOTE = "stock_controls_absent"
BELIEVED_AFTER = timedelta(days=1)


def can_be_asked_for(number: int | None) -> bool:
    """Return whether 24SevenOffice, whose ids have 32 bits, can be asked for this one."""
    return number is not None and 0 < number <= HIGHEST_ID


def by_id(products: Sequence[Product]) -> dict[int, Product]:
    """Return the products by their id: one that is listed twice is one."""
    return {product.id: product for product in products}


def settle_products(
    listed: Mapping[int, Product],
    codes_set: Mapping[str, tuple[int | None, bool]],
    tools: Tools,
    *,
    found: Set[int],
) -> Settled[int, Product]:
    """Return all products, and which of those whose codes were set are gone.

    `found` are ids that a question for a code brought; the list should show them too.

    Without any product nothing is asked: a guard stops that run.
    """
    soap, ledger, sku_field = tools.soap, tools.ledger, tools.config.products.sku_field
    if not listed:
        return Settled(listed)
    # Those that are listed are left out at once: a set of them all is eight megabytes.
    remembered = {
        number
        for number, gone in codes_set.values()
        if number is not None and not gone and number not in listed
    }
    hidden = set(map(int, ledger.hidden("product")))
    question: Question[int, Product] = Question(
        "products of 24SevenOffice",
        ask=lambda ids: by_id(soap.products_by_id(ids, sku_field)),
        list_again=lambda: by_id(soap.products(sku_field)),
        inside=lambda _: True,
        can_ask=can_be_asked_for,
    )
    return settle(
        listed,
        question,
        remembered=remembered | hidden | found,
        hidden_before=hidden,
    )


def settle_open_orders(
    listed: Sequence[InvoiceOrder], tools: Tools, *, writes: bool
) -> Settled[int, InvoiceOrder]:
    """Return all open orders, and which are gone; one without an id is counted, not asked for.

    Raises Transient where all are gone, nothing proves it, and no run before this one found so.
    """
    soap, ledger, states = tools.soap, tools.ledger, tools.config.stock.open_order_states
    remembered = ledger.open_order_ids()
    gone = set(map(int, ledger.hidden(GONE)))
    ours = ledger.order_ids(newest=len(remembered) + len(gone) + 5)
    question: Question[int, InvoiceOrder] = Question(
        "open orders of 24SevenOffice",
        ask=lambda ids: _by_order_id(soap.open_orders_by_id(ids)),
        list_again=lambda: _by_order_id(soap.open_orders(states)),
        inside=lambda order: order.status in states,
        can_ask=can_be_asked_for,
        controls=[number for number in ours if number not in gone],
    )
    hidden = set(map(int, ledger.hidden("open order")))
    try:
        settled = settle(
            _by_order_id(listed), question, remembered=remembered, hidden_before=hidden
        )
    except ControlMissingError as error:
        if writes:
            _doubt_controls(set(map(str, error.known)), gone, tools)
        raise
    if writes:
        _doubt_controls(set(), gone | (settled.gone & ours.keys()), tools)
    before = set(json.loads(ledger.note(UNSURE_NOTE) or "[]"))
    if writes and (settled.unsure or before):
        ledger.write_note(UNSURE_NOTE, json.dumps(sorted(settled.unsure)))
    if settled.unasked:
        # How many pieces they hold is not known: without them levels would be too high.
        if writes:
            there = filter(can_be_asked_for, settled.records)
            ledger.write_open_order_ids({*there, *settled.unasked, *(settled.unsure - before)})
        raise _failed(
            f"{len(settled.unasked):,} open orders of 24SevenOffice are no longer listed and wait "
            "to be asked for. Nothing was sent; the next runs ask for them."
        )
    if settled.unsure - before:
        raise _failed(
            f"24SevenOffice shows none of its {len(settled.unsure):,} open orders any more, "
            "and nothing proves that answer. Nothing was sent; the next run believes it if it "
            "is told the same."
        )
    nameless = {-number: one for number, one in enumerate(listed, 1) if one.order_id is None}
    hidden_ones = [settled.records[number] for number in settled.hidden]
    records = {
        number: one
        for number, one in {**settled.records, **nameless}.items()
        if can_be_asked_for(number) or not _is_among(hidden_ones, one)
    }
    return replace(settled, records=records)


def _is_among(orders: Sequence[InvoiceOrder], one: InvoiceOrder) -> bool:
    """Return whether an order that is listed without an id that can be is one of these."""
    same = (other for other in orders if other.reference and other.reference == one.reference)
    return any(other.rows == one.rows for other in same)


def _failed(message: str) -> Transient:
    error = Transient(message)
    error.system = "24SevenOffice"
    return error


def _doubt_controls(absent: set[str], gone: Set[int], tools: Tools) -> None:
    """Note which orders of ours are gone; for a control that is absent a whole day is, too.

    Without that, orders that people deleted would stop all stock once none is open.
    """
    ledger, now = tools.ledger, tools.clock.now()
    known = json.loads(ledger.note(ABSENT_NOTE) or "{}")
    since = {one: known.get(one, utc_text(now)) for one in sorted(absent)}
    if since != known:
        ledger.write_note(ABSENT_NOTE, json.dumps(since))
    old = {one for one, at in since.items() if now - from_utc_text(at) >= BELIEVED_AFTER}
    ledger.write_hidden(GONE, {*map(str, gone), *old})


def _by_order_id(orders: Sequence[InvoiceOrder]) -> dict[int, InvoiceOrder]:
    return {one.order_id: one for one in each_once(orders) if one.order_id is not None}


def settle_waiting(
    listed: Sequence[Order], statuses: Sequence[str], tools: Tools
) -> Settled[str, Order]:
    """Return the orders that are in one of the statuses, those that a list hides too.

    One that we exported, or that a person skipped, is not asked for; nor are those of a mode or a
    list of statuses that was another in the last run: they did not vanish.
    """
    ledger = tools.ledger
    before = json.loads(ledger.note(STATUSES_NOTE) or "[]")
    remembered = set(ledger.waiting_lines()) if {*before} <= {*statuses} else set()
    remembered -= ledger.references_in_erp(remembered)
    remembered -= ledger.references_skipped()
    question: Question[str, Order] = Question(
        "waiting orders of Le New Black",
        ask=lambda references: _orders_by_reference(references, statuses, tools),
        list_again=lambda: {one.reference: one for one in read_waiting(statuses, tools)},
        inside=lambda order: stands_in(order, statuses),
        needs_control=False,
        system="Le New Black",
    )
    by_reference = {one.reference: one for one in listed if one.reference}
    first = set(map(id, by_reference.values()))
    nameless = {f"\n{number}": one for number, one in enumerate(listed) if id(one) not in first}
    settled = settle(
        by_reference, question, remembered=remembered, hidden_before=ledger.hidden("waiting order")
    )
    # Those that another run asks for hold what they held.
    lines = recalled({one: ledger.waiting_lines()[one] for one in settled.unasked})
    kept = {one: Order(one, status=statuses[0], lines=lines[one]) for one in settled.unasked}
    return replace(settled, records={**settled.records, **nameless, **kept})


def read_waiting(statuses: Sequence[str], tools: Tools) -> list[Order]:
    """Return what the lists of the statuses show, each order as it was read last.

    Two of one reference in one list are two orders, and so are two that were made at other times
    or for other retailers, and two without one.
    """
    last: dict[object, list[Order]] = {}
    for status in statuses:
        read: dict[object, list[Order]] = {}
        for order in tools.lnb.orders(status=status):
            made = (order.reference, order.create_time, order.retailer_reference)
            read.setdefault(made if order.reference else object(), []).append(order)
        last |= read
    return [one for orders in last.values() for one in orders if stands_in(one, statuses)]


def stands_in(order: Order, statuses: Sequence[str]) -> bool:
    """Return whether an order is in one of the statuses, and not canceled.

    One whose status cannot be read stands where it stood, or where a list showed it.
    """
    if is_canceled(order):
        return False
    if has_no_place(order):
        return bool(order.reference or order.lines)
    return any(same_status(order.status, one) for one in statuses)


def _orders_by_reference(
    references: Sequence[str], statuses: Sequence[str], tools: Tools
) -> dict[str, Order]:
    """Return the orders of these references: from one list of changes, else each by itself.

    One whose answer holds no order stands where it stood, with lines that cannot be read.
    """
    seen_at = tools.ledger.note(SEEN_AT_NOTE)
    since = from_utc_text(seen_at) - CLOCKS_APART if seen_at else None
    changed = tools.lnb.orders_changed_since(since) if since else []
    found = {one.reference: one for one in changed if one.reference in set(references)}
    for reference in references:
        if reference in found:
            continue
        try:
            order = tools.lnb.order(reference)
        except (Rejected, NotThatOrder):
            status = statuses[0] if statuses else ""
            order = Order(reference, status=status, unreadable=("items",))
        if order is not None:
            found[reference] = order
    return found
