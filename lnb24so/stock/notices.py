"""What a person should know of a stock run beside its levels. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lnb24so.config.schema import Config, Stock
from lnb24so.texts import first_of

from .available import StockReading
from .held import cannot_be_read, held_orders


class Notice(NamedTuple):
    """What a person should know beside the levels; `subject` is what it is about."""

    subject: str
    code: str
    message: str


def code_sentences(reading: StockReading, config: Config) -> Mapping[str, str]:
    """Return what a person is told of codes by their reason; `{}` stands for those it is about."""
    return {
        "code.conflict": "{}: two active products have the same code; the level may fall to their "
        "sum and never rises. Fix: remove the code from one of them in 24SevenOffice.",
        "product.unasked": "{}: the product is no longer listed, and there are more of those than "
        "one run asks for. The level stays until a later run has asked.",
        "code.without_product": "{}: Le New Black has stock, no product in 24SevenOffice has the "
        f"code, and this tool never set it{_what_becomes(reading, config)}",
    }


def _what_becomes(reading: StockReading, config: Config) -> str:
    """Return how the sentence about codes without a product ends."""
    by_hand = "Fix: set it to 0 in Le New Black."
    zeroes = config.stock.codes_without_product == "zero"
    if config.products.searched_by is None:
        field = config.products.sku_field
        why = f", and 24SevenOffice has no search by {field}: the level stays" if zeroes else ""
        return f"{why}. {by_hand}"
    if not zeroes:
        return f". {by_hand[:-1]}, or stock.codes_without_product: zero."
    if reading.codes_unasked:
        return f". The level stays: {reading.codes_unasked}. {by_hand}"
    return ". It becomes 0 once 24SevenOffice, asked for the code itself, has none."


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
