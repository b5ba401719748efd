"""After the creates of a run: does 24SevenOffice hold what was sent?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from lnb24so.errors import Interrupted, Lnb24soError
from lnb24so.money import amount_text, differs
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import Currency, InvoiceOrder

from .types import Item


def read_back(created: Mapping[int, Item], soap: SoapClient, event: Callable[..., None]) -> None:
    """Read the new orders by their ids, and log what differs from the plan, with both figures.

    A difference is a warning: the order exists, and what it holds is finance's to judge.
    """
    if not created:
        return
    try:
        found = {hit.order_id: hit for hit in soap.orders_by_id(list(created))}
    except Interrupted:
        raise
    except Lnb24soError as error:
        event("order.not_read_back", message=str(error), count=len(created))
        return
    for order_id, item in created.items():
        for difference in differences(item, found.get(order_id)):
            event("order.differs", reference=item.reference, order_id=order_id, message=difference)


def differences(item: Item, found: InvoiceOrder | None) -> list[str]:
    """Return what 24SevenOffice holds otherwise than it was sent; pure."""
    sent = item.invoice
    if sent is None:
        return []
    if found is None:
        return ["24SevenOffice does not find the order by its id"]
    notes = []
    total = found.total_with_vat if sent.include_vat else found.total
    if item.total is not None and total is not None:
        notes += _total_differs(item.total, total, len(sent.rows), item.currency)
    pairs = (
        ("customer", sent.customer_id, found.customer_id),
        ("row count", len(sent.rows), len(found.rows)),
        ("currency", _foreign(sent.currency), _foreign(found.currency)),
    )
    notes += [f"{name}: sent {one}, found {other}" for name, one, other in pairs if one != other]
    return notes


def _total_differs(planned: Decimal, found: Decimal, rows: int, currency: str) -> list[str]:
    if not differs(planned, found, rows, currency):
        return []
    return [f"total: sent {amount_text(planned, currency)}, found {amount_text(found, currency)}"]


def _foreign(currency: Currency | None) -> str:
    """Return the symbol of a foreign currency; the company's own costs 1 for 1."""
    if currency is None or (currency.rate == 1 and currency.unit == 1):
        return "the company's own"
    return currency.symbol
