"""An order of 24SevenOffice: as it is sent, and as it reads back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .types import BadRecordError, decimal, moment, name_text, tag, text, whole

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and what `unit` of it cost in the company's own."""

    symbol: str
    rate: Decimal = Decimal(1)
    unit: int = 1

    @property
    def has_rate(self) -> bool:
        """Return whether a foreign currency's rate was ever entered: 1 for 1 is the default."""
        return self.rate > 0 and self.unit > 0 and not (self.rate == 1 and self.unit == 1)


@dataclass(frozen=True, slots=True)
class Address:
    """A delivery address; country as a two-letter ISO code."""

    name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One row: pieces, unit price in the order's currency, discount in percent.

    `unread` names what is there and cannot be read.
    """

    product_id: int | None
    name: str
    quantity: Decimal
    price: Decimal
    discount_rate: Decimal
    kind: str = "Normal"
    delivered: Decimal = Decimal(0)
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """An order as it is sent and as it reads back.

    `currency` None is the company's own. `order_id`, `total` (without VAT) and
    `total_with_vat` are 24SevenOffice's and never sent, nor is `derived_from`, the order or
    invoice that it was made of. `unread` names what is there and cannot be read, without its rows.
    """

    customer_id: int
    reference: str
    status: str
    rows: tuple[InvoiceRow, ...]
    your_reference: str = ""
    comment: str = ""
    ordered: datetime | None = None
    delivery: datetime | None = None
    delivery_name: str = ""
    delivery_phone: str = ""
    delivery_address: Address | None = None
    currency: Currency | None = None
    include_vat: bool | None = None
    department_id: int | None = None
    project_id: int | None = None
    our_reference_id: int | None = None
    order_id: int | None = None
    total: Decimal | None = None
    total_with_vat: Decimal | None = None
    unread: tuple[str, ...] = ()
    derived_from: int | None = None

    @property
    def is_derived(self) -> bool:
        """Return whether 24SevenOffice made it of another one: a rest order, a return, a credit."""
        takes_back = any(row.quantity < 0 for row in self.rows)
        return self.derived_from is not None or self.status in ("Rest", "Return") or takes_back


def _amount(element: _Element, name: str) -> Decimal:
    return decimal(element, name) or Decimal(0)


def _truth(element: _Element, name: str) -> bool | None:
    value = text(element, name)
    return value in ("true", "1") if value else None


# What a field is called in 24SevenOffice, and how it reads.
Fields = Mapping[str, tuple[str, Callable[["_Element", str], Any]]]
_CURRENCY: Fields = {"symbol": ("Symbol", text), "rate": ("Rate", decimal), "unit": ("Unit", whole)}

_ADDRESS: Fields = {
    **{
        "name": ("Name", name_text),
        "street": ("Street", name_text),
        "postal_code": ("PostalCode", name_text),
    },
    **{"city": ("City", name_text), "country": ("Country", name_text)},
}

_ROW: Fields = {
    "product_id": ("ProductId", whole),
    "name": ("Name", name_text),
    "quantity": ("Quantity", _amount),
    "price": ("Price", _amount),
    "discount_rate": ("DiscountRate", _amount),
}

_DELIVERED: Fields = {"delivered": ("QuantityDelivered", _amount)}
_THERE: Fields = {
    **{"order_id": ("OrderId", whole), "with_vat": ("OrderTotalIncVat", decimal)},
    "vat": ("OrderTotalVat", decimal),
    **{"from_order": ("ReferenceOrderId", whole), "from_invoice": ("ReferenceInvoiceId", whole)},
}
_LEFT_OUT: Mapping[str, Any] = {
    "customer_id": 0,
    **dict.fromkeys(("quantity", "price", "discount_rate", "delivered"), Decimal(0)),
}

# OrderId is not among them: sending it would update an order.
_ORDER: Fields = {
    "customer_id": ("CustomerId", lambda element, name: whole(element, name) or 0),
    "reference": ("ReferenceNumber", name_text),
    "status": ("OrderStatus", lambda element, name: text(element, name) or "Web"),
    "your_reference": ("YourReference", name_text),
    "comment": ("InvoiceTitle", name_text),
    "ordered": ("DateOrdered", moment),
    "delivery": ("DeliveryDate", moment),
    "delivery_name": ("CustomerDeliveryName", name_text),
    "delivery_phone": ("CustomerDeliveryPhone", name_text),
    "include_vat": ("IncludeVAT", _truth),
    "department_id": ("DepartmentId", whole),
    "project_id": ("ProjectId", whole),
    "our_reference_id": ("OurReference", whole),
}


def currency(element: _Element) -> Currency:
    """Read a Currency, Rate and Unit 1 where they are left out; raises BadRecordError."""
    unread: list[str] = []
    values = _read(_CURRENCY, element, unread)
    if unread:
        raise BadRecordError(f"currency {values['symbol']}: {unread[0]}")
    return Currency(**{name: value for name, value in values.items() if value is not None})


def invoice_order(element: _Element) -> InvoiceOrder:
    """Read an order, as far as it can be read; one without a status is Web (the WSDL's default).

    A reference with a letter that none can have is read without it: no order of ours is taken
    for absent because of it.
    """
    rows, money = element.find(tag("InvoiceRows")), element.find(tag("Currency"))
    address = element.find(f"{tag('Addresses')}/{tag('Delivery')}")
    unread: list[str] = []
    values = _read(_ORDER, element, unread)
    there = _read(_THERE, element, unread)
    if there["order_id"] is None and not unread:
        unread.append("it has no OrderId")
    paid_in = None
    if money is not None and text(money, "Symbol"):
        try:
            paid_in = currency(money)
        except BadRecordError as error:
            unread.append(str(error))
    with_vat = there["with_vat"]
    return InvoiceOrder(
        **values,
        order_id=there["order_id"],
        delivery_address=None if address is None else Address(**_read(_ADDRESS, address, unread)),
        currency=paid_in,
        rows=tuple(map(_invoice_row, () if rows is None else rows)),
        total=None if with_vat is None else with_vat - (there["vat"] or 0),
        total_with_vat=with_vat,
        derived_from=there["from_order"] or there["from_invoice"],
        unread=tuple(unread),
    )


def _invoice_row(element: _Element) -> InvoiceRow:
    unread: list[str] = []
    return InvoiceRow(
        **_read(_ROW, element, unread),
        kind=text(element, "Type") or "Normal",
        **_read(_DELIVERED, element, unread),
        unread=tuple(unread),
    )


def as_sent(order: InvoiceOrder) -> dict[str, Any]:
    """Return the InvoiceOrder for zeep; what is None or "" is not sent.

    Never sent: OrderId (that would update), PaymentAmount (that would register a payment).
    """
    address, money = order.delivery_address, order.currency
    rows = [_filled(_ROW, row) | {"Name": row.name} for row in order.rows]
    return {
        **_filled(_ORDER, order),
        "DateOrdered": _date_as_sent(order.ordered),
        "DeliveryDate": _date_as_sent(order.delivery),
        "Addresses": address
        and {"Delivery": {**_filled(_ADDRESS, address), "PostalArea": address.city or None}},
        "Currency": money and _filled(_CURRENCY, money),
        "InvoiceRows": {"InvoiceRow": rows},
    }


def _read(fields: Fields, element: _Element, unread: list[str]) -> dict[str, Any]:
    """Return the values of an element; what is none is named in `unread` and left out."""
    values = {}
    for field, (name, read) in fields.items():
        try:
            values[field] = read(element, name)
        except BadRecordError as error:
            unread.append(str(error))
            values[field] = _LEFT_OUT.get(field)
    return values


def _filled(fields: Fields, value: object) -> dict[str, Any]:
    given = ((name, getattr(value, field)) for field, (name, _) in fields.items())
    return {name: one for name, one in given if one not in (None, "")}


def _date_as_sent(day: datetime | None) -> datetime | None:
    """Return midnight of the day, without a zone: zeep renders a bare date wrongly."""
    return day and datetime(day.year, day.month, day.day)  # noqa: DTZ001
