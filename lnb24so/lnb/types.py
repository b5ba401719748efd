"""What Le New Black holds, as plain data, and how it reads from its JSON.

Everything in its answers can be null (Le New Black's SDK), so every field has a "not there".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .values import (
    is_given,
    listed,
    means_no_date,
    objects,
    read_day,
    read_flag,
    read_number,
    read_text,
    read_time,
)

TEXTS = ("status", "order_mode", "purchase_order_reference", "comment")
TIMES = ("create_time", "confirmation_time", "cancellation_time")
DAYS = ("delivery_start_on", "delivery_end_on", "auto_cancel_on")
AMOUNTS = (
    *("discount_rate", "amount_shipping", "amount_total"),
    *("amount_discount", "amount_promotion"),
)
CODES = ("ean13", "sku")
RATES = ("discount_rate", "promotion_rate", "discount_amount", "promotion_amount")
"""What is named where it holds something that cannot be read; a customer reference, a currency
or a reference of that kind blocks as a missing one does, and with the same remedy."""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; every text may be ""."""

    company: str = ""
    contact_name: str = ""
    tel: str = ""
    address_1: str = ""
    address_2: str = ""
    zipcode: str = ""
    city: str = ""
    country: str = ""
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order: pieces, unit price and amounts in its currency, rates in percent.

    `unreadable` names the codes and rates that hold something that cannot be read.
    """

    name: str = ""
    color: str = ""
    size: str = ""
    ean13: str = ""
    sku: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_rate: Decimal | None = None
    promotion_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    promotion_amount: Decimal | None = None
    unreadable: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return `Alma Dress, Navy, 38`."""
        return ", ".join(part for part in (self.name, self.color, self.size) if part)


@dataclass(frozen=True, slots=True)
class Order:
    """One order; times are aware UTC, money is in `currency`, `lines` keep their order.

    `unreadable` names the fields that hold something that cannot be read: to take it for nothing
    would be a guess. `items` is the name of the lines.
    """

    reference: str
    status: str = ""
    order_mode: str = ""
    create_time: datetime | None = None
    confirmation_time: datetime | None = None
    cancellation_time: datetime | None = None
    update_time: datetime | None = None
    delivery_start_on: date | None = None
    delivery_end_on: date | None = None
    auto_cancel_on: date | None = None
    purchase_order_reference: str = ""
    retailer_reference: str = ""
    retailer_name: str = ""
    currency: str = ""
    discount_rate: Decimal | None = None
    amount_shipping: Decimal | None = None
    amount_total: Decimal | None = None
    amount_discount: Decimal | None = None
    amount_promotion: Decimal | None = None
    amount_tax: Decimal | None = None
    inventory_tracking: bool | None = None
    comment: str = ""
    billing_address: Address = Address()
    delivery_address: Address = Address()
    lines: tuple[Line, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def lines_unread(self) -> bool:
        """Its lines came in a shape that cannot be read."""
        return "items" in self.unreadable


@dataclass(frozen=True, slots=True)
class Sku:
    """One size of a product in Le New Black; either code may be ""."""

    ean13: str
    sku: str
    name: str

    def code(self, field: str) -> str:
        """Return the `ean13` or the `sku`."""
        return self.ean13 if field == "ean13" else self.sku


HASH_VERSION = "2:"
"""Stands before each hash; the functions of earlier versions are in `ledger/old_hash.py`."""

SENT_TEXTS = (
    *("reference", "order_mode", "purchase_order_reference", "retailer_reference"),
    *("currency", "comment"),
)


def content_hash(order: Order) -> str:
    """Return a hash of what the order in 24SevenOffice is made from: it tells a changed order.

    Status and times are none of it, nor is the order of the lines, nor what is never sent.
    """
    to = order.delivery_address
    content = {
        "texts": [getattr(order, name) for name in SENT_TEXTS],
        "days": [str(getattr(order, name) or "") for name in DAYS],
        "amounts": [_written(getattr(order, name)) for name in AMOUNTS if name != "amount_total"],
        "total": "" if order.amount_total is None else _written(order.amount_total) or "0",
        "vat_number": order.billing_address.vat_number,
        "to": [getattr(to, one.name) for one in fields(to) if one.name != "vat_number"],
        "lines": sorted(_written_line(line) for line in order.lines if line.quantity != 0),
    }
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return HASH_VERSION + digest[:32]


def _written_line(line: Line) -> list[str]:
    amounts = [getattr(line, name) for name in RATES]
    price = "" if line.unit_price is None else _written(line.unit_price) or "0"
    return [line.title, line.ean13, line.sku, price, *map(_written, (line.quantity, *amounts))]


def _written(number: Decimal | None) -> str:
    """Return a number in one way of writing it; a rate or amount of nothing is none."""
    return format(number.normalize(), "f") if number else ""


def same_status(one: str | None, other: str | None) -> bool:
    """Compare two statuses as Le New Black may write them: `Open for brand`, `open_for_brand`."""
    return plain_status(one) == plain_status(other)


def plain_status(status: str | None) -> str:
    """Return a status case-folded, without spaces, `_` and `-`; cancelled is canceled."""
    return re.sub(r"[\s_-]", "", (status or "").casefold()).replace("cancelled", "canceled")


def has_no_place(order: Order) -> bool:
    """Return whether nobody can read in which status an order stands: each stands in one."""
    return not plain_status(order.status)


def is_canceled(order: Order) -> bool:
    """Return whether Le New Black canceled the order."""
    return plain_status(order.status) == "canceled" or order.cancellation_time is not None


def read_order(record: Mapping[str, Any]) -> Order:
    """Read an order of `GET /orders`."""
    lines = _lines(record)
    return Order(
        reference=read_text(record.get("reference")),
        status=read_text(record.get("status")),
        order_mode=read_text(record.get("order_mode")),
        create_time=read_time(record.get("create_time")),
        confirmation_time=read_time(record.get("confirmation_time")),
        cancellation_time=read_time(record.get("cancellation_time")),
        update_time=read_time(record.get("update_time")),
        delivery_start_on=read_day(record.get("delivery_start_on")),
        delivery_end_on=read_day(record.get("delivery_end_on")),
        auto_cancel_on=read_day(record.get("auto_cancel_on")),
        purchase_order_reference=read_text(record.get("purchase_order_reference")),
        retailer_reference=read_text(record.get("retailer_reference")),
        retailer_name=read_text(record.get("retailer_name")),
        currency=read_text(record.get("currency")).upper(),
        discount_rate=read_number(record.get("discount_rate")),
        amount_shipping=read_number(record.get("amount_shipping")),
        amount_total=read_number(record.get("amount_total")),
        amount_discount=read_number(record.get("amount_discount")),
        amount_promotion=read_number(record.get("amount_promotion")),
        amount_tax=read_number(record.get("amount_tax")),
        inventory_tracking=read_flag(record.get("inventory_tracking")),
        comment=read_text(record.get("comment")),
        billing_address=_read_address(record.get("billing_address")),
        delivery_address=_read_address(record.get("delivery_address")),
        lines=tuple(map(_read_line, lines or ())),
        unreadable=tuple(_unreadable_of_order(record)) + (("items",) if lines is None else ()),
    )


def _lines(record: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Return the lines of an order; None where they, or one of them, cannot be read."""
    lines = listed(record.get("items"))
    if lines is None:
        return None
    records = objects(lines)
    return records if len(records) == len(lines) else None


def read_skus(product: Mapping[str, Any]) -> Iterator[Sku]:
    """Read the sizes of a product of `GET /products`, each named `Alma Dress, Navy, 38`."""
    for variant in objects(listed(product.get("variants"))):
        for sku in objects(listed(variant.get("skus"))):
            parts = (product.get("name"), variant.get("color_name"), sku.get("size_name"))
            name = ", ".join(filter(None, map(read_text, parts)))
            yield Sku(read_text(sku.get("ean13")), read_text(sku.get("sku")), name)


def _read_line(line: Mapping[str, Any]) -> Line:
    return Line(
        name=read_text(line.get("name")),
        color=read_text(line.get("color")),
        size=read_text(line.get("size")),
        ean13=read_text(line.get("ean13")),
        sku=read_text(line.get("sku")),
        quantity=read_number(line.get("quantity")),
        unit_price=read_number(line.get("unit_price")),
        discount_rate=read_number(line.get("discount_rate")),
        promotion_rate=read_number(line.get("promotion_rate")),
        discount_amount=read_number(line.get("discount_amount")),
        promotion_amount=read_number(line.get("promotion_amount")),
        unreadable=(*_no_numbers(line, RATES), *_no_texts(line, CODES)),
    )


def _unreadable_of_order(record: Mapping[str, Any]) -> Iterator[str]:
    yield from _no_numbers(record, AMOUNTS)
    yield from _no_texts(record, TEXTS)
    for names, read in ((TIMES, read_time), (DAYS, read_day)):
        for name in names:
            value = record.get(name)
            if read(value) is None and not means_no_date(value):
                yield name
    for name in ("billing_address", "delivery_address"):
        address = record.get(name)
        if isinstance(address, Mapping):
            parts = (field.name for field in fields(Address))
            yield from (f"{name}.{part}" for part in _no_texts(address, parts))
        elif is_given(address):
            yield name


def _no_numbers(record: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    values = ((name, record.get(name)) for name in names)
    return (
        name for name, value in values if value not in (None, "") and read_number(value) is None
    )


def _no_texts(record: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    values = ((name, record.get(name)) for name in names)
    return (
        name
        for name, value in values
        if value is not False and is_given(value) and not read_text(value)
    )


def _read_address(record: object) -> Address:
    if not isinstance(record, Mapping):
        return Address()
    return Address(**{field.name: read_text(record.get(field.name)) for field in fields(Address)})
