"""What 24SevenOffice holds, as plain data, and how it reads from a reply's XML.

Sentinels that mean "no value" and left-out defaults are those of the 24SevenOffice WSDLs. The
readers raise BadRecordError for what is there and is no such value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from .stream import MARK
from .wire import NAMESPACE, UnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element

    from .plain import Plain, Texts

PRODUCT_FIELDS = ("Id", "No", "Name", "EAN1", "Stock", "StatusId", "StockControlled")
_WRITTEN = (
    *("Id", "Name", "Stock", "StatusId", "EAN1", "No", "SupplierProductCode", "ProductCode"),
    "StockControlled",
)
"""Our fields of a Product in the order in which they are written (24SevenOffice WSDL)."""
CUSTOMER_FIELDS = ("Id", "Name", "ExternalId", "OrganizationNumber", "BlockInvoice")
ORDER_FIELDS = (
    *("OrderId", "CustomerId", "OrderStatus", "ReferenceNumber", "YourReference", "InvoiceTitle"),
    *("DateOrdered", "DeliveryDate", "CustomerDeliveryName", "CustomerDeliveryPhone", "Addresses"),
    *("Currency", "IncludeVAT", "DepartmentId", "ProjectId", "OurReference", "OrderTotalIncVat"),
    *("OrderTotalVat", "InvoiceRows", "ReferenceOrderId", "ReferenceInvoiceId"),
)
BOOKED_FIELDS = (
    *("OrderId", "CustomerId", "OrderStatus", "ReferenceNumber", "DateOrdered", "DateInvoiced"),
    *("Paid", "InvoiceId", "Currency", "OrderTotalIncVat", "OrderTotalVat"),
    *("ReferenceOrderId", "ReferenceInvoiceId"),
)
OPEN_ORDER_FIELDS = (
    *("OrderId", "CustomerId", "OrderStatus", "DeliveryDate", "ReferenceNumber", "InvoiceRows"),
)
OPEN_ROW_FIELDS = ("ProductId", "Quantity", "QuantityDelivered", "Type")
ROW_FIELDS = ("ProductId", "Name", "Quantity", "Price", "DiscountRate", "Type")

# The fields that we send or read, by their type; of other types we use all or nothing.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "Credential": ("ApplicationId", "IdentityId", "Password", "Username"),
    "Identity": ("Id", "Client"),
    "Client": ("Id", "Name", "DefaultCurrency"),
    "Currency": ("Symbol", "Rate", "Unit"),
    "ProductSearchParameters": ("DateChanged", "ProductIds", "EAN1", "No"),
    "Product": (*PRODUCT_FIELDS, "ProductCode", "SupplierProductCode"),
    "CompanySearchParameters": ("CompanyIds", "ChangedAfter"),
    "Company": CUSTOMER_FIELDS,
    "InvoiceSearchParameters": ("CustomerIds", "ChangedAfter", "OrderStates", "OrderIds"),
    "InvoiceSyncParameters": ("RegisteredAfter",),
    "InvoiceOrder": (*ORDER_FIELDS, "DateInvoiced", "Paid", "InvoiceId", "APIException"),
    "InvoiceRow": (*ROW_FIELDS, "QuantityDelivered"),
    "Addresses": ("Delivery",),
    "Address": ("Name", "Street", "PostalCode", "PostalArea", "City", "Country"),
    "APIException": ("Type", "Message"),
}

HIGHEST_ID = 2_147_483_647
NO_INT = (-2147483648, -32768)
NO_DECIMAL = Decimal("-79228162514264337593543950335")
NO_DAY = "0001-01-01"
# What a decimal of .NET has at most on either side of its point (Microsoft's documentation).
_PLACES_OF_A_DECIMAL = 28
_WHOLE = re.compile("[+-]?[0-9]{1,18}")
_DIGITS_OF_AN_ID = 18
_NUMBER = re.compile(r"[+-]?([0-9]{1,60}(\.[0-9]{0,60})?|\.[0-9]{1,60})([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Company:
    """The company (24SevenOffice: client) that a session works in."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Identity:
    """One company that a login can reach."""

    id: str
    company: Company


class Product(NamedTuple):
    """A product; `stock` is the pieces on hand, None where none was sent.

    A tuple, and whole pieces an int, because a catalogue has a hundred thousand of them.
    """

    id: int
    name: str
    ean13: str
    sku: str
    number: str
    stock: Decimal | int | None
    active: bool
    stock_controlled: bool


class Customer(NamedTuple):
    """A customer; `blocked` is BlockInvoice."""

    id: int
    name: str
    external_id: str
    organization_number: str
    blocked: bool


def products_by(
    code: Literal["ean13", "sku", "number"], products: Iterable[Product]
) -> dict[str, Sequence[Product]]:
    """Return the products by one of their codes; a code may be on several, and "" is none."""
    index: dict[str, Sequence[Product]] = {}
    twins: dict[str, list[Product]] = {}
    read = attrgetter(code)
    for product in products:
        if text := read(product):
            if text in index:
                twins.setdefault(text, [*index[text]]).append(product)
            else:  # With room for one, as nearly all are.
                index[text] = (product,)
    index.update(twins)
    return index


def tag(name: str) -> str:
    """Return the qualified name of an element of 24SevenOffice."""
    return f"{{{NAMESPACE}}}{name}"


class BadRecordError(UnreadableError):
    """One record of a list that cannot be told from others, or be counted; the rest is sound."""


def text(element: _Element, name: str) -> str:
    """Return a child's text, stripped; "" where it is absent."""
    return (element.findtext(tag(name)) or "").strip()


def name_text(element: _Element, name: str) -> str:
    """Return a child's text without the letters that were none: enough where people read it."""
    return text(element, name).replace(MARK, "")


def whole(element: _Element, name: str) -> int | None:
    """Return a child's whole number, None where it is absent or the sentinel."""
    value = text(element, name)
    if not value:
        return None
    if not _WHOLE.fullmatch(value):
        raise _no(name, value, "whole number")
    number = int(value)
    return None if number in NO_INT else number


def _no(name: str, value: str, kind: str) -> BadRecordError:
    return BadRecordError(f"{name} is {value[:40]!r}, which is no {kind}")


def decimal(element: _Element, name: str) -> Decimal | None:
    """Return a child's decimal, or None where it is absent or the sentinel."""
    return _decimal(text(element, name), name)


def _decimal(value: str, name: str) -> Decimal | None:
    """Return the number in a text; what .NET cannot hold is no number here.

    It is looked at before it is one: 1e999999999, written out, would fill the memory.
    """
    if not value:
        return None
    number = Decimal(value) if _NUMBER.fullmatch(value) else None
    if number is None or abs(number.adjusted()) > _PLACES_OF_A_DECIMAL:
        raise _no(name, value, "number")
    return None if number == NO_DECIMAL else number


def moment(element: _Element, name: str) -> datetime | None:
    """Return a child's time, UTC where it has no zone (24SevenOffice's documentation), or None."""
    value = text(element, name)
    if not value or value.startswith(NO_DAY):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no(name, value, "time") from None


def identity(element: _Element) -> Identity | None:
    """Read an Identity; None where it names no company."""
    client = element.find(tag("Client"))
    if client is None or (number := whole(client, "Id")) is None:
        return None
    return Identity(text(element, "Id").lower(), Company(number, name_text(client, "Name")))


@cache
def plain_product(sku_field: str) -> Plain:
    """Return how a Product with the SKU in `sku_field` is written, its fields in WSDL order."""
    from .plain import Plain

    asked = {*PRODUCT_FIELDS, sku_field}
    return Plain("Product", tuple(name for name in _WRITTEN if name in asked))


def product_reader(sku_field: str) -> Callable[[_Element | Texts], Product]:
    """Return the reader of a Product whose SKU stands in `sku_field`, or of its plain texts.

    A catalogue has a hundred thousand of them.
    """
    fields = plain_product(sku_field).fields
    tags = [tag(name) for name in fields]
    sku_at = fields.index(sku_field)
    pick = itemgetter(*map(fields.index, PRODUCT_FIELDS))

    def read(product: _Element | Texts) -> Product:
        if not isinstance(product, tuple):
            texts = {child.tag: child.text for child in product}
            product = tuple([texts.get(one) or "" for one in tags])
        number, own, name, ean, stock, status, controlled = pick(product)
        number = number.strip()
        if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS_OF_AN_ID):
            raise BadRecordError(f"a product has the Id {number[:40]!r}")
        # A third quicker than to call the class.
        return Product._make(
            (
                int(number),
                name.replace(MARK, "") if MARK in name else name,
                ean.strip(),
                product[sku_at].strip(),
                own.strip(),
                _stock(stock),
                status == "1" or status.strip() != "0",
                controlled == "true" or controlled.strip() not in ("false", "0"),
            )
        )

    return read


@lru_cache(maxsize=4096)
def _stock(value: str) -> Decimal | int | None:
    """Return a stock figure, None where there is none; a catalogue has few different ones."""
    try:
        pieces = _decimal(value.strip(), "Stock")
    except BadRecordError:
        return None
    return int(pieces) if pieces is not None and pieces == int(pieces) else pieces


def order_id(element: _Element) -> int:
    """Read an item of a list of order ids."""
    value = (element.text or "").strip()
    if not (value.isascii() and value.isdigit()):
        raise UnreadableError(f"an order id is {value[:40]!r}, which is no whole number")
    return int(value)


def customer(element: _Element) -> Customer:
    """Read a Company of the CRM as a customer."""
    number = whole(element, "Id")
    if number is None:
        raise BadRecordError("a customer without an Id")
    external_id, organization = text(element, "ExternalId"), text(element, "OrganizationNumber")
    blocked = text(element, "BlockInvoice") in ("true", "1")
    return Customer(number, name_text(element, "Name"), external_id, organization, blocked)
