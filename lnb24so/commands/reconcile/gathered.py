"""What was read of the three places so far, and what of it belongs to one order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import Order
from lnb24so.soap.booked import Booked
from lnb24so.tools import Tools

from .books import Books
from .period import Period


@dataclass(slots=True)
class Gathered:
    """What was read so far, and what of it belongs to one order.

    `unread` are orders that Le New Black would not show, with why.
    """

    tools: Tools
    period: Period
    books: Books = field(default_factory=Books)
    orders: dict[str, list[Order]] = field(default_factory=dict)
    entries: dict[str, Entry | None] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def entry(self, reference: str) -> Entry | None:
        """Return what the ledger knows of an order, read once."""
        if reference not in self.entries:
            self.entries[reference] = self.tools.ledger.entry(reference)
        return self.entries[reference]

    def take(self, orders: Iterable[Order]) -> None:
        """Take in orders of Le New Black, each once; two of one reference are two."""
        for order in orders:
            if order.reference:
                every = self.orders.setdefault(order.reference, [])
                same = (order.create_time, order.retailer_reference)
                if all((one.create_time, one.retailer_reference) != same for one in every):
                    every.append(order)

    def references(self, reference: str) -> set[str]:
        """Return the ReferenceNumbers that an order has in 24SevenOffice, or may have."""
        entry = self.entry(reference)
        sent = entry.erp_reference if entry else None
        return {self.tools.config.orders.erp_reference(reference), sent or ""}

    def hits(self, reference: str) -> list[Booked]:
        """Return the orders of 24SevenOffice that are this one, as far as was read."""
        entry = self.entry(reference)
        by_id = {one.order_id: one for one in self.books.with_reference(self.references(reference))}
        known = (entry.order_id, entry.seen_id) if entry else ()
        for number in known:
            if number is not None and number in self.books.by_id:
                by_id[number] = self.books.by_id[number]
        others = entry.not_ours if entry else ()
        return [
            one
            for number, one in by_id.items()
            if number not in others and self._is_free(reference, number)
        ]

    def _is_free(self, reference: str, order_id: int) -> bool:
        """Return whether no other order of ours holds an order of 24SevenOffice."""
        entry = self.entry(reference)
        if entry is not None and entry.order_id == order_id:
            return True
        holder = self.tools.ledger.by_order_id(order_id)
        return holder is None or holder.reference == reference

    def split(self, reference: str) -> tuple[tuple[Booked, ...], tuple[Booked, ...]]:
        """Return an order's own records in 24SevenOffice, and those derived from them."""
        hits, entry = self.hits(reference), self.entry(reference)
        known = {entry.order_id, entry.seen_id} if entry else set()
        parents = [one for one in hits if one.order_id in known or not one.is_derived]
        if not parents and not (entry and entry.in_erp):
            parents = [one for one in hits if not one.takes_back]
        ids = {one.order_id for one in parents}
        derived = [*hits, *self.books.derived_from(parents)]
        by_id = {one.order_id: one for one in derived if one.order_id not in ids}
        return tuple(parents), tuple(by_id.values())
