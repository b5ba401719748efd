"""Read all that an order plan needs, in as few requests as will do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lnb24so.clock import utc_text
from lnb24so.errors import Rejected, Transient

from .types import Case, Reading

if TYPE_CHECKING:
    from lnb24so.config.schema import Config
    from lnb24so.ledger.store import Ledger
    from lnb24so.ledger.types import Entry
    from lnb24so.lnb.client import LnbClient
    from lnb24so.lnb.types import Order
    from lnb24so.tools import Tools

    from .types import Selection

CURSOR_NOTE = "orders_changed_until"
CURSOR_BACK = timedelta(hours=1)


def read_orders(tools: Tools, selection: Selection) -> Reading:
    """Return what Le New Black, the ledger and 24SevenOffice know of the orders of a run.

    With nothing to export and nothing unsettled, 24SevenOffice is not asked at all. Raises
    Transient where either system does not answer, and ConfigError where it refuses the login.
    """
    ledger, clock = tools.ledger, tools.clock
    tools.progress("Reading orders from Le New Black")
    lnb_now = tools.lnb.server_now()
    listed = _from_lnb(tools, selection)
    orders = listed.orders
    entries = _entries(ledger, orders, selection, clock.now())
    references = _oldest_first({*orders, *entries, *selection.references}, orders)
    reading = Reading(
        cases=tuple(
            case_of(
                reference,
                orders.get(reference),
                entries.get(reference),
                tools.config,
                unread=reference in listed.unread,
                is_twice=reference in listed.twice,
                found_blocked=reference in listed.found_blocked,
            )
            for reference in references
        ),
        looked_at=clock.now(),
        lnb_now=lnb_now,
        held=ledger.order_ids() if references else {},
        beside=listed.beside,
    )
    if not reading.cases:
        return reading
    # Imported here, for most runs end above.
    from .lookup import with_erp

    return with_erp(reading, tools, selection)


def case_of(
    reference: str,
    order: Order | None,
    entry: Entry | None,
    config: Config,
    *,
    unread: bool = False,
    is_twice: bool = False,
    found_blocked: bool = False,
) -> Case:
    """Return an order as a run meets it, with all that is derived from it; pure."""
    from lnb24so.lnb.types import content_hash

    from .draft import erp_reference
    from .ready import marked_anyway
    from .rehash import up_to_date

    ended = _attempt_ended(entry, timedelta(seconds=config.erp.timeout_seconds))
    grace = timedelta(minutes=config.orders.unknown_grace_minutes)
    return Case(
        reference=reference,
        order=order,
        entry=marked_anyway(up_to_date(entry, order), order, config),
        unread=unread,
        is_twice=is_twice,
        found_blocked=found_blocked,
        content_hash=content_hash(order) if order else None,
        mode=config.orders.for_mode(order.order_mode) if order else None,
        erp_reference=(entry and entry.erp_reference) or erp_reference(reference, config.orders),
        attempt_ended=ended,
        grace_ended=ended + grace if ended else None,
    )


def _attempt_ended(entry: Entry | None, timeout: timedelta) -> datetime | None:
    """Return when the last attempt had ended at the latest; a killed one by its own time-out."""
    if entry is None or entry.attempt_started is None:
        return None
    return entry.attempt_ended or entry.attempt_started + timeout


@dataclass(slots=True)
class Listed:
    """The orders to look at, of which some were not read, and what a `Case` tells of each."""

    orders: dict[str, Order] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    found_blocked: set[str] = field(default_factory=set)
    beside: Counter[str] | None = None


def _from_lnb(tools: Tools, selection: Selection) -> Listed:
    lnb, ledger, settings = tools.lnb, tools.ledger, tools.config.orders
    listed = Listed()
    orders = listed.orders
    if selection.references:
        asked = [(reference, lnb.order(reference)) for reference in selection.references]
        orders |= {reference: order for reference, order in asked if order is not None}
        return listed
    if selection.baseline and selection.any_status:
        from .ready import is_never_taken

        lists = [[order for order in lnb.orders() if not is_never_taken(order)]]
    else:
        lists = [lnb.orders(status=status) for status in settings.take_statuses()]
    none_taken = not any(lists)
    if settings.blocked_status:
        blocked = lnb.orders(status=settings.blocked_status)
        lists.append(_marked(blocked, ledger))
        if not selection.baseline:
            # A ledger that was lost, or restored, does not know what it has blocked.
            lists.append(
                [one for one in blocked if one.reference and not ledger.entry(one.reference)]
            )
            listed.found_blocked |= {order.reference for order in lists[-1]}
    changed = _changed(lnb, ledger)
    listed.beside = Counter(order.status for order in changed) if none_taken else None
    for some in (*lists, [order for order in changed if ledger.entry(order.reference)]):
        listed.twice |= _taken_in(orders, some)
    for entry in ledger.unsettled(tools.clock.now()):
        if entry.reference in orders or not entry.reference:
            continue
        if entry.in_erp and entry.final:
            # Its second look is due: Le New Black has nothing to say of that.
            continue
        try:
            unsettled = lnb.order(entry.reference)
        except (Rejected, Transient) as error:
            tools.event("order.unread", reference=entry.reference, message=str(error))
            listed.unread.add(entry.reference)
            continue
        if unsettled is not None:
            orders[entry.reference] = unsettled
    return listed


def _taken_in(orders: dict[str, Order], listed: Sequence[Order]) -> set[str]:
    """Add what a list shows to the orders, and return the references of two.

    Two records of one list are two orders, and so are those of two lists that were made at two
    times. What is no order yet or no more comes in the way of none.
    """
    if not listed:
        return set()
    from .ready import is_never_taken

    records: dict[str, list[Order]] = {}
    for order in listed:
        records.setdefault(order.reference, []).append(order)
    of_two = set()
    for reference, some in records.items():
        live = [order for order in some if not is_never_taken(order)] or some[-1:]
        other, order = orders.get(reference), live[-1]
        is_moved = other is None or other.create_time == order.create_time
        if other is not None and not is_moved and is_never_taken(order):
            continue
        if len(live) > 1 or not (is_moved or other is None or is_never_taken(other)):
            of_two.add(reference)
        orders[reference] = order
    return of_two - {""}


def _marked(listed: Sequence[Order], ledger: Ledger) -> list[Order]:
    """Return the orders whose status is the one that we gave them, or may have given them."""
    entries = [(order, ledger.entry(order.reference)) for order in listed]
    known = [(order, entry) for order, entry in entries if entry is not None]
    return [order for order, one in known if one.blocked_status or one.state == "blocked"]


def _changed(lnb: LnbClient, ledger: Ledger) -> list[Order]:
    """Return the orders that Le New Black changed since the last run."""
    since = ledger.note_time(CURSOR_NOTE)
    return [] if since is None else lnb.orders_changed_since(since - CURSOR_BACK)


def remember_changes_until(ledger: Ledger, moment: datetime) -> None:
    """Note from when the next run asks for changes; call it when a whole run went well."""
    ledger.write_note(CURSOR_NOTE, utc_text(moment))


def _entries(
    ledger: Ledger, orders: Mapping[str, Order], selection: Selection, now: datetime
) -> dict[str, Entry]:
    references = selection.references or (
        *orders,
        *(entry.reference for entry in ledger.unsettled(now)),
        *sorted(ledger.untold()),
    )
    entries = ((reference, ledger.entry(reference)) for reference in dict.fromkeys(references))
    return {reference: entry for reference, entry in entries if entry is not None}


def _oldest_first(references: Iterable[str], orders: Mapping[str, Order]) -> list[str]:
    def age(reference: str) -> tuple[str, str]:
        order = orders.get(reference)
        made = order.create_time if order else None
        return (utc_text(made) if made else "", reference)

    return sorted(references, key=age)
