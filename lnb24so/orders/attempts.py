"""Search 24SevenOffice for what attempts may have made, in the time around each attempt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lnb24so.errors import ConfigError, Interrupted, Lnb24soError
from lnb24so.ledger.types import Entry
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import InvoiceOrder

from .life import SECOND_LOOK_AFTER

SEARCH_BACK = timedelta(hours=24)
"""How far before an attempt its look-up begins; more than any two clocks differ."""

SEARCH_ON = timedelta(hours=48)
"""How long after an old attempt an order may have been registered that it made."""

OLD = timedelta(days=2)
"""From this age on an attempt is looked for among the ids registered around it: a search for
all that changed since then takes 24SevenOffice too long (its documentation)."""


@dataclass(slots=True)
class Search:
    """What was found, of which orders nothing can be said, and why.

    `failed` could not be searched this time, `partly` only by customer: what was found there
    exists, and what was not may exist all the same.
    """

    hits: list[InvoiceOrder] = field(default_factory=list)
    by_id: dict[int, InvoiceOrder] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    partly: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Window:
    """The attempts of some orders that one search answers for, from the first to the last."""

    begin: datetime
    end: datetime
    entries: tuple[Entry, ...]


def search_attempts(soap: SoapClient, entries: Iterable[Entry], now: datetime) -> Search:
    """Return what 24SevenOffice shows of these orders, in any state and for any customer.

    A search that fails costs the orders that it was for. Raises ConfigError and Interrupted.
    """
    found = Search()
    recent: list[tuple[datetime, Entry]] = []
    old: list[tuple[datetime, Entry]] = []
    seen: dict[int, Entry] = {}
    for entry in entries:
        for started in (min(start, now) for start in _starts(entry)):
            (old if now - started > OLD else recent).append((started, entry))
        if entry.seen_id is not None:
            seen[entry.seen_id] = entry
    if recent:
        begin = min(started for started, _ in recent) - SEARCH_BACK
        of_recent = [entry for _, entry in recent]
        found.hits += _or_failed(lambda: soap.orders_changed_since(begin), of_recent, found)
    for window in _windows(old):
        _search_old(soap, window, found)
    if seen:
        orders = _or_failed(lambda: soap.orders_by_id(list(seen)), list(seen.values()), found)
        found.by_id = {order.order_id: order for order in orders if order.order_id is not None}
    return found


def _starts(entry: Entry) -> list[datetime]:
    """Return when each attempt began that may have made the order.

    Without any it was adopted: from then on a copy may have come.
    """
    starts = [attempt.started for attempt in entry.tried]
    if not starts and entry.look_again_at is not None:
        starts = [entry.look_again_at - SECOND_LOOK_AFTER]
    if not starts and entry.attempt_started is not None:
        starts = [entry.attempt_started]
    return starts


def _windows(attempts: list[tuple[datetime, Entry]]) -> list[Window]:
    """Return the attempts grouped: what overlaps is asked for together."""
    windows: list[Window] = []
    for started, entry in sorted(attempts, key=lambda attempt: attempt[0]):
        begin, end = started - SEARCH_BACK, started + SEARCH_ON
        if windows and begin <= windows[-1].end:
            last = windows.pop()
            windows.append(Window(last.begin, end, (*last.entries, entry)))
        else:
            windows.append(Window(begin, end, (entry,)))
    return windows


def _search_old(soap: SoapClient, window: Window, found: Search) -> None:
    """Ask for the orders registered in a window, by their ids; else by customer."""

    def registered() -> list[InvoiceOrder]:
        ids = soap.order_ids_registered_since(window.begin)
        later = set(soap.order_ids_registered_since(window.end)) if ids else set()
        return soap.orders_by_id([number for number in ids if number not in later])

    failed = Search()
    found.hits += _or_failed(registered, window.entries, failed)
    if not failed.failed:
        return
    customers = {
        attempt.sent.customer_id
        for entry in window.entries
        for attempt in entry.tried
        if attempt.sent.customer_id is not None
    } | {entry.customer_id for entry in window.entries if entry.customer_id is not None}
    found.hits += _or_failed(
        lambda: soap.orders_changed_since(window.begin, sorted(customers)), window.entries, found
    )
    found.partly |= {entry.reference for entry in window.entries}


def _or_failed(
    ask: Callable[[], list[InvoiceOrder]], entries: Sequence[Entry], found: Search
) -> list[InvoiceOrder]:
    """Return what was asked for, or note of whom nothing is known."""
    try:
        return ask()
    except (ConfigError, Interrupted):
        raise
    except Lnb24soError as error:
        found.failed |= {entry.reference: str(error) for entry in entries}
        return []
