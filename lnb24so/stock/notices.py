"""What a person should know of a stock run beside its levels. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lnb24so.config.schema import Stock
from lnb24so.texts import first_of

from .available import StockReading
from .held import cannot_be_read, held_orders


class Notice(NamedTuple):
    """What a person should know beside the levels; `subject` is what it is about."""

    subject: str
    code: str
    message: str


def notices(reading: StockReading, settings: Stock) -> Iterable[Notice]:
    """Yield what is to be told while it lasts, once."""
    yield from _unread_orders(reading, settings)
    for kind, names in reading.hidden.items():
        if names:
            system = "Le New Black" if kind == "waiting order" else "24SevenOffice"
            yield Notice(
                f"hidden {kind}s",
                "list.incomplete",
                f"{system}'s list of {kind}s lacks {len(names):,} that are there when they are "
                f"asked for ({first_of(names)}). They are counted, and asked for in each run.",
            )


def _unread_orders(reading: StockReading, settings: Stock) -> Iterable[Notice]:
    for order in held_orders(reading, settings):
        if cannot_be_read(order, reading):
            known = order.reference in reading.lines_before
            holds = "it holds the pieces it had last" if known else "it holds what can be read"
            yield Notice(
                f"order {order.reference}",
                "hold.lines_unread",
                f"{order.reference}: Le New Black's lines cannot all be read; {holds}. "
                "Fix: correct its pieces and codes in Le New Black.",
            )
