"""Read both systems and the ledger: each order of a period, as all three of them know it.

Le New Black is read first, then 24SevenOffice, then the ledger: an order that a run carries
meanwhile is in all that is read after it. What a list lacks is asked for before it counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lnb24so.clock import utc_text
from lnb24so.errors import Rejected, Transient
from lnb24so.ledger.acknowledged import acknowledged
from lnb24so.ledger.runs import last_runs
from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import Order, is_canceled, same_status
from lnb24so.orders.lookup import CUSTOMERS_A_LOOK_UP, LOOK_UP_BACK
from lnb24so.orders.matching import customer_number
from lnb24so.soap.booked import Booked
from lnb24so.tools import Tools, check_company

from .books import ask_for, read_books, reference_reader
from .gathered import Gathered
from .period import Period, day_of_booked, day_of_invoice, day_of_order, month_of
from .story import story_of
from .today import Today
from .types import Trio

MOST_ASKED = 500
"""So many orders are asked for one by one; more are a list that was not whole."""

WORTH_A_LIST = 20
"""From so many orders of one month on, Le New Black is asked for the month's list."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What was read: the orders of the period, and what holds for all of them.

    `knows_orders`: there is a ledger that runs have written, so what it lacks says something.
    """

    trios: Sequence[Trio]
    own_currency: str
    knows_orders: bool
    unread: Mapping[str, str]


def read_sides(tools: Tools, period: Period) -> Sides:
    """Return each order of a period as the three places know it.

    Raises Transient where a system does not answer or contradicts itself, and ConfigError where
    it refuses us or the ledger belongs to another pair.
    """
    gathered = Gathered(tools, period)
    if period.by == "confirmed":
        tools.progress("Reading orders from Le New Black")
        gathered.take(_orders_of(tools, period))
    tools.progress("Reading orders from 24SevenOffice")
    gathered.books = read_books(tools.soap, period.begins_at - LOOK_UP_BACK)
    check_company(tools)
    own_currency = tools.soap.own_currency().upper()
    if period.by == "invoiced":
        references = _invoiced(gathered)
    else:
        references = [*gathered.orders, *_only_there(gathered)]
    _ask_what_is_missing(gathered, references)
    tools.progress("Comparing")
    today = Today(tools, own_currency)
    trios = [trio for reference in references for trio in _trios(gathered, reference)]
    for trio in trios:
        for one in trio.parents:
            if one.unread:
                why = f"24SevenOffice: order {one.order_id}: {one.unread[0]}."
                gathered.unread[trio.reference] = why
    return Sides(
        trios=today.look_at(trios),
        own_currency=own_currency,
        knows_orders="push-orders" in last_runs(tools.ledger)
        or any(entry is not None for entry in gathered.entries.values()),
        unread=gathered.unread,
    )


def _orders_of(tools: Tools, period: Period) -> list[Order]:
    """Return the orders confirmed in a period, and those made in it that nobody confirmed."""
    begin, end = period.begins_at, period.ends_at
    confirmed = tools.lnb.orders_of("confirmation_time", begin, end)
    made = tools.lnb.orders_of("order_time", begin, end)
    made = [order for order in made if order.confirmation_time is None]
    every = [*confirmed, *made]
    return [order for order in every if period.holds(day_of_order(order, period.zone))]


def _only_there(gathered: Gathered) -> list[str]:
    """Return the references of the period's orders that 24SevenOffice has and the list lacks.

    Le New Black is asked for each. One that it has belongs where its own times say.
    """
    named = _named_there(gathered)
    return _asked_in_le_new_black(gathered, [name for name in named if name not in gathered.orders])


def _named_there(gathered: Gathered) -> list[str]:
    """Return Le New Black's references for which 24SevenOffice has an order of the period."""
    read = reference_reader(gathered.tools.config.orders.reference)
    known = {name.casefold(): name for name in gathered.orders}
    names: dict[str, None] = {}
    for one in gathered.books.by_id.values():
        if one.is_derived or not gathered.period.holds(_day_there(gathered.period, [one])):
            continue
        holder = gathered.tools.ledger.by_order_id(one.order_id)
        name = holder.reference if holder else read(one.reference)
        if name is not None:
            names[known.get(name.casefold(), name)] = None
    return list(names)


def _day_there(period: Period, every: Sequence[Booked]) -> date | None:
    if period.by == "invoiced":
        return day_of_invoice(every, period.zone)
    return day_of_booked(every, period.zone)


def _asked_in_le_new_black(gathered: Gathered, references: Sequence[str]) -> list[str]:
    """Ask for orders one by one; return those that belong to the period, gone ones too."""
    if len(references) > MOST_ASKED:
        raise Transient(
            f"Le New Black's list lacks {len(references):,} orders that 24SevenOffice has "
            f"({', '.join(references[:3])} ...). Nothing is concluded.",
            again=False,
        )
    kept, period = [], gathered.period
    for reference in references:
        try:
            order = _order_named(gathered.tools, reference)
        except Rejected as error:
            gathered.unread[reference] = str(error)
            continue
        day = day_of_order(order, period.zone) if order else None
        if order is not None and (period.by == "invoiced" or day is None or period.holds(day)):
            gathered.take([order])
        elif order is not None:
            continue
        kept.append(order.reference if order else reference)
    return kept


def _order_named(tools: Tools, reference: str) -> Order | None:
    """Return Le New Black's order of a reference as somebody may have typed it."""
    spellings = dict.fromkeys((reference, reference.upper()))
    return next(filter(None, map(tools.lnb.order, spellings)), None)


def _invoiced(gathered: Gathered) -> list[str]:
    """Return the references of what was invoiced in the period, once Le New Black was asked."""
    tools, zone = gathered.tools, gathered.period.zone
    named = _named_there(gathered)
    made_of = {name: day_of_booked(gathered.split(name)[0], zone) for name in named}
    months = Counter(day.replace(day=1) for day in made_of.values() if day)
    for month, count in months.items():
        if count >= WORTH_A_LIST:
            gathered.take(
                order
                for order in _orders_of(tools, month_of(month, zone))
                if order.reference in made_of
            )
    _asked_in_le_new_black(gathered, [name for name in named if name not in gathered.orders])
    named = [name for name in named if name not in gathered.unread]
    _ask_what_is_missing(gathered, named)
    # One whose first record was invoiced before belongs to that month.
    whole = {name: day_of_invoice(gathered.split(name)[0], zone) for name in named}
    return [name for name, day in whole.items() if gathered.period.holds(day)]


def _ask_what_is_missing(gathered: Gathered, references: Sequence[str]) -> None:
    """Ask 24SevenOffice for what its list lacks: by id what we know, else by the customers."""
    soap, books = gathered.tools.soap, gathered.books
    ids: set[int] = set()
    lacking: list[str] = []
    for reference in references:
        entry = gathered.entry(reference)
        known = {entry.order_id, entry.seen_id} - {None} if entry else set()
        ids |= {number for number in known if number is not None and number not in books.by_id}
        if not known and not gathered.hits(reference) and _is_expected(gathered, reference):
            lacking.append(reference)
    ask_for(soap, books, sorted(ids))
    if lacking:
        numbers = {_customer(gathered, reference) for reference in lacking}
        some = [] if None in numbers else sorted(number for number in numbers if number)
        for at in range(0, max(len(some), 1), CUSTOMERS_A_LOOK_UP):
            begin, chunk = (
                gathered.period.begins_at - LOOK_UP_BACK,
                some[at : at + CUSTOMERS_A_LOOK_UP],
            )
            books.add(soap.booked_since(begin, chunk))


def _customer(gathered: Gathered, reference: str) -> int | None:
    """Return the customer for whom an order would be there, None where that cannot be told."""
    settings, orders = gathered.tools.config.orders, gathered.orders.get(reference, ())
    return next((customer_number(one, settings) for one in orders), None)


def _is_expected(gathered: Gathered, reference: str) -> bool:
    """Return whether an order that 24SevenOffice lacks would be told of, most likely."""
    entry = gathered.entry(reference)
    settings = gathered.tools.config.orders
    orders = [one for one in gathered.orders.get(reference, ()) if not is_canceled(one)]
    if entry is not None and entry.state == "skipped":
        return False
    modes = [(one, settings.for_mode(one.order_mode)) for one in orders]
    return any(
        same_status(one.status, status)
        for one, mode in modes
        for status in (mode.take_status, mode.done_status)
        if status is not None
    )


def _trios(gathered: Gathered, reference: str) -> list[Trio]:
    """Return an order in its three places; two where Le New Black has two of its reference."""
    tools, zone, entry = gathered.tools, gathered.period.zone, gathered.entry(reference)
    orders = sorted(gathered.orders.get(reference, ()), key=lambda one: _is_other(one, entry))
    parents, derived = gathered.split(reference)
    our_reference = (entry and entry.erp_reference) or tools.config.orders.erp_reference(reference)
    there = day_of_invoice(parents, zone) if gathered.period.by == "invoiced" else None
    days = [there or day_of_order(order, zone) for order in orders]
    day = next(iter(days), None) or there or day_of_booked(parents, zone)
    if day is None:
        return []
    first = Trio(
        reference=reference,
        our_reference=our_reference,
        day=day,
        order=orders[0] if orders else None,
        entry=entry,
        parents=parents,
        derived=derived,
        story=story_of(tools.ledger, reference),
        known=tuple(acknowledged(tools.ledger, reference)),
    )
    rest = zip(orders[1:], days[1:], strict=True)
    seconds = [
        Trio(
            reference=reference,
            our_reference=our_reference,
            day=of or day,
            order=order,
            is_second=True,
            known=first.known,
        )
        for order, of in rest
    ]
    return [first, *seconds]


def _is_other(order: Order, entry: Entry | None) -> tuple[bool, str]:
    """Return what sorts the order that the ledger means before one of the same reference."""
    made = utc_text(order.create_time) if order.create_time else ""
    return (bool(entry and entry.made and not entry.made.startswith(made)), made)
