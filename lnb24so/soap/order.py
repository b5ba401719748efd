"""An order of 24SevenOffice: as it is sent, and as it reads back."""

from __future__ import annotations

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


def currency(element: _Element) -> Currency:
    """Read a Currency; Rate and Unit are 1 where they are left out."""
    rate, unit = decimal(element, "Rate"), whole(element, "Unit")
    return Currency(
        symbol=text(element, "Symbol"),
        rate=Decimal(1) if rate is None else rate,
        unit=1 if unit is None else unit,
    )


def invoice_row(element: _Element) -> InvoiceRow:
    """Read a row; a row without a Type is Normal."""
    return InvoiceRow(
        product_id=whole(element, "ProductId"),
        name=text(element, "Name"),
        quantity=decimal(element, "Quantity") or Decimal(0),
        price=decimal(element, "Price") or Decimal(0),
        discount_rate=decimal(element, "DiscountRate") or Decimal(0),
        kind=text(element, "Type") or "Normal",
        delivered=decimal(element, "QuantityDelivered") or Decimal(0),
    )


def invoice_order(element: _Element) -> InvoiceOrder:
    """Read an order; one without a status is Web (the WSDL's default)."""
    rows = element.find(tag("InvoiceRows"))
    money = element.find(tag("Currency"))
    with_vat, vat = decimal(element, "OrderTotalIncVat"), decimal(element, "OrderTotalVat")
    included = text(element, "IncludeVAT")
    return InvoiceOrder(
        order_id=whole(element, "OrderId"),
        customer_id=whole(element, "CustomerId") or 0,
        reference=text(element, "ReferenceNumber"),
        status=text(element, "OrderStatus") or "Web",
        your_reference=text(element, "YourReference"),
        comment=text(element, "InvoiceTitle"),
        ordered=moment(element, "DateOrdered"),
        delivery=moment(element, "DeliveryDate"),
        delivery_name=text(element, "CustomerDeliveryName"),
        delivery_phone=text(element, "CustomerDeliveryPhone"),
        delivery_address=_delivery_address(element),
        currency=currency(money) if money is not None and text(money, "Symbol") else None,
        include_vat=included in ("true", "1") if included else None,
        department_id=whole(element, "DepartmentId"),
        project_id=whole(element, "ProjectId"),
        our_reference_id=whole(element, "OurReference"),
        rows=tuple(invoice_row(row) for row in rows) if rows is not None else (),
        total=None if with_vat is None else with_vat - (vat or 0),
        total_with_vat=with_vat,
        derived_from=whole(element, "ReferenceOrderId") or whole(element, "ReferenceInvoiceId"),
    )


def _delivery_address(element: _Element) -> Address | None:
    delivery = element.find(f"{tag('Addresses')}/{tag('Delivery')}")
    if delivery is None:
        return None
    return Address(
        name=text(delivery, "Name"),
        street=text(delivery, "Street"),
        postal_code=text(delivery, "PostalCode"),
        city=text(delivery, "City"),
        country=text(delivery, "Country"),
    )


def as_sent(order: InvoiceOrder) -> dict[str, Any]:
    """Return the InvoiceOrder for zeep; what is None or "" is not sent.

    Never sent: OrderId (that would update), PaymentAmount (that would register a payment).
    """
    address = order.delivery_address
    rows = [
        {
            "ProductId": row.product_id,
            "Price": row.price,
            "Name": row.name,
            "DiscountRate": row.discount_rate,
            "Quantity": row.quantity,
        }
        for row in order.rows
    ]
    return {
        "CustomerId": order.customer_id,
        "CustomerDeliveryName": order.delivery_name or None,
        "CustomerDeliveryPhone": order.delivery_phone or None,
        "Addresses": address and {"Delivery": _address_as_sent(address)},
        "OrderStatus": order.status,
        "DateOrdered": _date_as_sent(order.ordered),
        "ProjectId": order.project_id,
        "OurReference": order.our_reference_id,
        "IncludeVAT": order.include_vat,
        "YourReference": order.your_reference or None,
        "InvoiceTitle": order.comment or None,
        "Currency": order.currency
        and {
            "Rate": order.currency.rate,
            "Unit": order.currency.unit,
            "Symbol": order.currency.symbol,
        },
        "DepartmentId": order.department_id,
        "InvoiceRows": {"InvoiceRow": rows},
        "DeliveryDate": _date_as_sent(order.delivery),
        "ReferenceNumber": order.reference,
    }


def _address_as_sent(address: Address) -> dict[str, str | None]:
    return {
        "Street": address.street or None,
        "PostalCode": address.postal_code or None,
        "PostalArea": address.city or None,
        "Name": address.name or None,
        "City": address.city or None,
        "Country": address.country or None,
    }


def _date_as_sent(day: datetime | None) -> datetime | None:
    """Return midnight of the day, without a zone: zeep renders a bare date wrongly."""
    return day and datetime(day.year, day.month, day.day)  # noqa: DTZ001
