"""The guards: why nothing may be sent without a person's look, or None. Pure."""

from __future__ import annotations

from lnb24so.config.schema import Stock

from .available import StockReading

SMALL_SHOP = 20  # below so many codes in stock a drop in percent says nothing
ACCEPT = "if right: lnb24so pull-stock --accept-drop"


def no_products(reading: StockReading) -> str | None:
    """Return why an empty product list stops the run; no flag passes it."""
    if reading.catalogue.count:
        return None
    return (
        "Stock not sent: 24SevenOffice has no products. "
        "Check: 24sevenoffice.identity_id and lnb24so check."
    )


def drop(settings: Stock, *, zeroed: int, in_stock: int) -> str | None:
    """Return why so many codes that go to zero without an explanation stop the run."""
    limit = settings.max_zeroed_percent
    if in_stock < SMALL_SHOP or zeroed * 100 <= in_stock * limit:
        return None
    return (
        f"Stock not sent: {zeroed} of {in_stock} codes would become 0 (limit {limit:g} %). "
        f"Check: lnb24so preview stock; {ACCEPT}"
    )
