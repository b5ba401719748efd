"""What 24SevenOffice shows, and how an order of ours is known there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lnb24so.errors import Transient
from lnb24so.orders.draft import fold_reference
from lnb24so.soap.booked import Booked
from lnb24so.soap.client import SoapClient


@dataclass(slots=True)
class Books:
    """The orders of 24SevenOffice that were read, by id and by folded reference."""

    by_id: dict[int, Booked] = field(default_factory=dict)
    by_reference: dict[str, list[int]] = field(default_factory=dict)
    made_of: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def add(self, every: Iterable[Booked]) -> None:
        """Take orders in; what was read before is read anew."""
        for one in every:
            is_new = one.order_id not in self.by_id
            self.by_id[one.order_id] = one
            if not is_new:
                continue
            if one.reference:
                folded = fold_reference(one.reference)
                self.by_reference.setdefault(folded, []).append(one.order_id)
            for kind, number in (("order", one.from_order), ("invoice", one.from_invoice)):
                if number is not None:
                    self.made_of.setdefault((kind, number), []).append(one.order_id)

    def with_reference(self, references: Iterable[str]) -> list[Booked]:
        """Return the orders that carry one of the references."""
        ids = (self.by_reference.get(fold_reference(one), ()) for one in references if one)
        return [self.by_id[number] for numbers in ids for number in numbers]

    def derived_from(self, parents: Sequence[Booked]) -> list[Booked]:
        """Return what was made of some orders, and what was made of that."""
        found: dict[int, Booked] = {}
        theirs = {one.order_id for one in parents}
        waiting = list(parents)
        while waiting:
            one = waiting.pop()
            numbers = [*self.made_of.get(("order", one.order_id), ())]
            if one.invoice_id is not None:
                numbers += self.made_of.get(("invoice", one.invoice_id), ())
            new = [self.by_id[number] for number in numbers if number not in {*found, *theirs}]
            found |= {child.order_id: child for child in new}
            waiting += new
        return list(found.values())


def read_books(soap: SoapClient, since: datetime) -> Books:
    """Return all orders changed since then; by portions of ids where that search fails."""
    books = Books()
    try:
        books.add(soap.booked_since(since))
    except Transient:
        books.add(soap.booked_by_id(soap.order_ids_registered_since(since)))
    return books


def ask_for(soap: SoapClient, books: Books, order_ids: Sequence[int]) -> None:
    """Take in the orders with these ids that are there; the rest is gone.

    Absence is believed beside an order that is certainly there, else only when asked twice.
    Raises Transient where that one is absent too.
    """
    if not order_ids:
        return
    control = next(iter(books.by_id), None)
    asked = [*order_ids, *([] if control is None else [control])]
    found = soap.booked_by_id(asked)
    there = {one.order_id for one in found}
    missing = [number for number in order_ids if number not in there]
    if missing and control is None:
        found += soap.booked_by_id(missing)
    elif control not in there and control is not None:
        raise Transient(
            f"24SevenOffice: asked for orders by id it did not show {control}, which is there. "
            "Nothing is concluded.",
            again=False,
        )
    books.add(found)


Reads = Callable[[str], str | None]


def reference_reader(template: str) -> Reads:
    """Return what reads Le New Black's reference in a ReferenceNumber that `template` made.

    A template without a word of its own would read each number as one of ours: then none is.
    """
    before, _, after = template.partition("{reference}")

    def read(text: str) -> str | None:
        text = text.strip()
        end = len(text) - len(after)
        fits = text[: len(before)].casefold() == before.casefold()
        fits = fits and text[max(end, 0) :].casefold() == after.casefold()
        inner = text[len(before) : end].strip() if end > len(before) else ""
        return inner if fits and inner and (before or after) else None

    return read
