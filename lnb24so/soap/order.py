"""An order of 24SevenOffice: as it is sent, and as it reads back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .types import decimal, moment, tag, text, whole

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
    """One row: pieces, unit price in the order's currency, discount in percent."""

    product_id: int | None
    name: str
    quantity: Decimal
    price: Decimal
    discount_rate: Decimal
    kind: str = "Normal"
    delivered: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """An order as it is sent and as it reads back.

    `currency` None is the company's own. `order_id`, `total` (without VAT) and
    `total_with_vat` are 24SevenOffice's and never sent, nor is `derived_from`, the order or
    invoice that it was made of.
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
    **{"name": ("Name", text), "street": ("Street", text), "postal_code": ("PostalCode", text)},
    **{"city": ("City", text), "country": ("Country", text)},
}

_ROW: Fields = {
    "product_id": ("ProductId", whole),
    "name": ("Name", text),
    "quantity": ("Quantity", _amount),
    "price": ("Price", _amount),
    "discount_rate": ("DiscountRate", _amount),
}

# OrderId is not among them: sending it would update an order.
_ORDER: Fields = {
    "customer_id": ("CustomerId", lambda element, name: whole(element, name) or 0),
    "reference": ("ReferenceNumber", text),
    "status": ("OrderStatus", lambda element, name: text(element, name) or "Web"),
    "your_reference": ("YourReference", text),
    "comment": ("InvoiceTitle", text),
    "ordered": ("DateOrdered", moment),
    "delivery": ("DeliveryDate", moment),
    "delivery_name": ("CustomerDeliveryName", text),
    "delivery_phone": ("CustomerDeliveryPhone", text),
    "include_vat": ("IncludeVAT", _truth),
    "department_id": ("DepartmentId", whole),
    "project_id": ("ProjectId", whole),
    "our_reference_id": ("OurReference", whole),
}


def currency(element: _Element) -> Currency:
    """Read a Currency; Rate and Unit are 1 where they are left out."""
    found = _read(_CURRENCY, element)
    return Currency(**{name: value for name, value in found.items() if value is not None})


def invoice_order(element: _Element) -> InvoiceOrder:
    """Read an order; one without a status is Web (the WSDL's default)."""
    rows, money = element.find(tag("InvoiceRows")), element.find(tag("Currency"))
    address = element.find(f"{tag('Addresses')}/{tag('Delivery')}")
    with_vat, vat = decimal(element, "OrderTotalIncVat"), decimal(element, "OrderTotalVat")
    return InvoiceOrder(
        **_read(_ORDER, element),
        order_id=whole(element, "OrderId"),
        delivery_address=None if address is None else Address(**_read(_ADDRESS, address)),
        currency=currency(money) if money is not None and text(money, "Symbol") else None,
        rows=tuple(map(_invoice_row, () if rows is None else rows)),
        total=None if with_vat is None else with_vat - (vat or 0),
        total_with_vat=with_vat,
        derived_from=whole(element, "ReferenceOrderId") or whole(element, "ReferenceInvoiceId"),
    )


def _invoice_row(element: _Element) -> InvoiceRow:
    return InvoiceRow(
        **_read(_ROW, element),
        kind=text(element, "Type") or "Normal",
        delivered=_amount(element, "QuantityDelivered"),
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


def _read(fields: Fields, element: _Element) -> dict[str, Any]:
    return {field: read(element, name) for field, (name, read) in fields.items()}


def _filled(fields: Fields, value: object) -> dict[str, Any]:
    given = ((name, getattr(value, field)) for field, (name, _) in fields.items())
    return {name: one for name, one in given if one not in (None, "")}


def _date_as_sent(day: datetime | None) -> datetime | None:
    """Return midnight of the day, without a zone: zeep renders a bare date wrongly."""
    return day and datetime(day.year, day.month, day.day)  # noqa: DTZ001
