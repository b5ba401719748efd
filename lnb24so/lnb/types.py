"""What Le New Black holds, as plain data, and how it reads from its JSON.

Everything in its answers can be null (Le New Black's SDK), so every field has a "not there".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from .values import objects, read_day, read_flag, read_number, read_text, read_time


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
    """One line of an order, rates in percent; `unreadable` names the rates that are no number."""

    name: str = ""
    color: str = ""
    size: str = ""
    ean13: str = ""
    sku: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_rate: Decimal | None = None
    promotion_rate: Decimal | None = None
    unreadable: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return `Alma Dress, Navy, 38`."""
        return ", ".join(part for part in (self.name, self.color, self.size) if part)


@dataclass(frozen=True, slots=True)
class Order:
    """One order, times in UTC; `unreadable` names the rates and amounts that are no number.

    `lines_unread`: its lines came in a shape that cannot be read.
    """

    reference: str
    status: str = ""
    order_mode: str = ""
    create_time: datetime | None = None
    confirmation_time: datetime | None = None
    cancellation_time: datetime | None = None
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
    inventory_tracking: bool | None = None
    comment: str = ""
    billing_address: Address = Address()
    delivery_address: Address = Address()
    lines: tuple[Line, ...] = ()
    lines_unread: bool = False
    unreadable: tuple[str, ...] = ()


class Sku(NamedTuple):
    """One size of a product in Le New Black; either code may be ""."""

    ean13: str
    sku: str
    name: str

    def code(self, field: str) -> str:
        """Return the `ean13` or the `sku`."""
        return self.ean13 if field == "ean13" else self.sku


NOT_CONTENT = (
    *("status", "create_time", "confirmation_time", "cancellation_time"),
    *("delivery_end_on", "auto_cancel_on", "lines_unread"),
)


def content_hash(order: Order) -> str:
    """Return a hash of all that we map, without status and times: it tells a changed order."""
    names = [field.name for field in fields(order) if field.name not in NOT_CONTENT]
    content = {name: getattr(order, name) for name in names}
    return hashlib.sha256(json.dumps(content, default=_plain).encode()).hexdigest()[:32]


def _plain(value: Decimal | date | Address | Line) -> object:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    return {field.name: getattr(value, field.name) for field in fields(value)}


def same_status(one: str | None, other: str | None) -> bool:
    """Compare two statuses as Le New Black may write them: `Open for brand`, `open_for_brand`."""
    return plain_status(one) == plain_status(other)


def plain_status(status: str | None) -> str:
    """Return a status case-folded, without spaces, `_` and `-`; cancelled is canceled."""
    return re.sub(r"[\s_-]", "", (status or "").casefold()).replace("cancelled", "canceled")


def is_canceled(order: Order) -> bool:
    """Return whether Le New Black canceled the order."""
    return plain_status(order.status) == "canceled" or order.cancellation_time is not None


def read_order(record: Mapping[str, Any]) -> Order:
    """Read an order of `GET /orders`."""
    lines = record.get("items")
    values = _values(Order, record)
    return Order(
        **{**values, "currency": values["currency"].upper()},
        billing_address=Address(**_values(Address, record.get("billing_address"))),
        delivery_address=Address(**_values(Address, record.get("delivery_address"))),
        lines=tuple(_read_line(line) for line in lines) if isinstance(lines, list) else (),
        lines_unread=not isinstance(lines, list),
        unreadable=_unreadable(record, "discount_rate", "amount_shipping", "amount_total"),
    )


def read_skus(product: Mapping[str, Any]) -> Iterator[Sku]:
    """Read the sizes of a product of `GET /products`, each named `Alma Dress, Navy, 38`."""
    for variant in objects(product.get("variants")):
        for sku in objects(variant.get("skus")):
            parts = (product.get("name"), variant.get("color_name"), sku.get("size_name"))
            name = ", ".join(filter(None, map(read_text, parts)))
            yield Sku(read_text(sku.get("ean13")), read_text(sku.get("sku")), name)


def _read_line(record: object) -> Line:
    line = record if isinstance(record, Mapping) else {}
    unreadable = _unreadable(line, "discount_rate", "promotion_rate")
    return Line(**_values(Line, line), unreadable=unreadable)


def _unreadable(record: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """Return the names whose value is there but no number: to read it as none would be a guess."""
    there = [name for name in names if record.get(name) not in (None, "")]
    return tuple(name for name in there if read_number(record[name]) is None)


# How a field of each type is read; fields of other types are not single values.
_READERS: Mapping[str, Callable[[object], Any]] = {
    "str": read_text,
    "Decimal | None": read_number,
    "datetime | None": read_time,
    "date | None": read_day,
    "bool | None": read_flag,
}


def _values(cls: type[Order | Line | Address], record: object) -> dict[str, Any]:
    """Return the single values of a record; our fields are called as Le New Black's."""
    there = record if isinstance(record, Mapping) else {}
    kinds = ((field.name, str(field.type)) for field in fields(cls))
    return {name: _READERS[kind](there.get(name)) for name, kind in kinds if kind in _READERS}
