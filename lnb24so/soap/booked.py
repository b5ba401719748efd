"""An order of 24SevenOffice as its books show it: who, how much, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .order import Currency, Fields, currency
from .types import BadRecordError, decimal, moment, name_text, tag, text, whole
from .wire import UnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, slots=True)
class Booked:
    """An order without its rows; times are aware UTC, money is in `currency` (None: the own).

    `net` is without VAT, None where 24SevenOffice names none. `from_order` and `from_invoice`
    are what it was made of. `unread` names what is there and cannot be read.
    """

    order_id: int
    customer_id: int | None
    reference: str
    status: str
    ordered: datetime | None = None
    invoiced: datetime | None = None
    paid: datetime | None = None
    invoice_id: int | None = None
    currency: Currency | None = None
    net: Decimal | None = None
    vat: Decimal | None = None
    from_order: int | None = None
    from_invoice: int | None = None
    unread: tuple[str, ...] = ()

    def with_net(self, net: Decimal | None) -> Booked:
        """Return it with what its rows add up to, where 24SevenOffice names no total."""
        return replace(self, net=net) if self.net is None else self

    @property
    def takes_back(self) -> bool:
        """Return whether it is a return or a credit."""
        return self.status == "Return" or (self.net is not None and self.net < 0)

    @property
    def is_derived(self) -> bool:
        """Return whether 24SevenOffice made it of another one: a rest order, a return, a credit."""
        made_of = self.from_order or self.from_invoice
        return made_of is not None or self.status == "Rest" or self.takes_back


_READ: Fields = {
    "customer_id": ("CustomerId", whole),
    "reference": ("ReferenceNumber", name_text),
    "ordered": ("DateOrdered", moment),
    "invoiced": ("DateInvoiced", moment),
    "paid": ("Paid", moment),
    "invoice_id": ("InvoiceId", whole),
    "vat": ("OrderTotalVat", decimal),
    "from_order": ("ReferenceOrderId", whole),
    "from_invoice": ("ReferenceInvoiceId", whole),
    "with_vat": ("OrderTotalIncVat", decimal),
}


def booked(element: _Element) -> Booked:
    """Read an order, as far as it can be read.

    UnreadableError where its id cannot: left out of a list, it would be taken for absent.
    """
    try:
        order_id = whole(element, "OrderId")
    except BadRecordError as error:
        raise UnreadableError(str(error)) from None
    if order_id is None:
        raise UnreadableError("an order has no OrderId")
    values: dict[str, Any] = {}
    unread: list[str] = []
    for field, (name, read) in _READ.items():
        try:
            values[field] = read(element, name)
        except BadRecordError as error:
            values[field] = None
            unread.append(str(error))
    with_vat = values.pop("with_vat")
    paid_in = None
    money = element.find(tag("Currency"))
    if money is not None and text(money, "Symbol"):
        try:
            paid_in = currency(money)
        except BadRecordError as error:
            unread.append(str(error))
    return Booked(
        order_id=order_id,
        status=text(element, "OrderStatus") or "Web",
        currency=paid_in,
        net=None if with_vat is None else with_vat - (values["vat"] or 0),
        unread=tuple(unread),
        **values,
    )
