"""The guards: why nothing may be sent without a person's look, or None. Pure."""

from __future__ import annotations

from lnb24so.config.schema import Stock

from .available import StockReading

SMALL_SHOP = 20  # below so many codes in stock a drop in percent says nothing
FEW_ORDERS = 10  # fewer open orders than these come and go within one day
ACCEPT = "if right: lnb24so pull-stock --accept-drop"


def no_products(reading: StockReading) -> str | None:
    """Return why an empty product list stops the run; no flag passes it."""
    if reading.catalogue.count:
        return None
    return (
        "Stock not sent: 24SevenOffice has no products. "
        "Check: 24sevenoffice.identity_id and lnb24so check."
    )


def drop(zeroed: int, in_stock: int, settings: Stock) -> str | None:
    """Return why so many codes that go to zero without an explanation stop the run."""
    limit = settings.max_zeroed_percent
    if in_stock < SMALL_SHOP or zeroed * 100 <= in_stock * limit:
        return None
    return (
        f"Stock not sent: {zeroed} of {in_stock} codes would become 0 (limit {limit:g} %). "
        f"Check: lnb24so preview stock; {ACCEPT}"
    )


def fewer(reading: StockReading, settings: Stock) -> str | None:
    """Return why so few open orders stop the run."""
    before, now = reading.open_orders_before, len(reading.open_orders)
    # On hand: open orders hold nothing back and are not read.
    if settings.quantity == "on_hand" or not before or before < FEW_ORDERS or now * 2 > before:
        return None
    return (
        f"Stock not sent: {now} open orders in 24SevenOffice, {before} in the "
        f"run before, so stock may show what is sold. Check: lnb24so preview stock; {ACCEPT}"
    )
