"""Parts of a page that are text and nothing else: what came from the two systems is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from lnb24so.money import amount_text, sums_by_currency
from lnb24so.orders.types import Item, Result
from lnb24so.process.streams import fit
from lnb24so.texts import clean

from .words import retailer_name

NONE = '<p class="soft">None.</p>'


def text(remote: str) -> str:
    """Return a text for a page: one line, no secret, nothing invisible, no markup."""
    return escape(" ".join(fit(clean(remote)).split()))


def sums(results: Iterable[Result]) -> str:
    """Return what orders come to, a line for each currency; each order counts once."""
    items = {result.item.reference: result.item for result in results}
    amounts = sums_by_currency((item.total, item.currency) for item in items.values())
    return "<br>".join(map(text, amounts))


def total(item: Item) -> str:
    """Return what an order comes to, or nothing where nobody knows it."""
    return "" if item.total is None else text(amount_text(item.total, item.currency))


def name(item: Item) -> str:
    """Return the retailer's name as in Le New Black."""
    return text(retailer_name(item))
