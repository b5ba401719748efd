"""What the world knows of each order by itself. Nothing here was ever told by the tool."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from lnb24so.sandbox.brand import Json
from lnb24so.sandbox.erp import cents, row_total
from lnb24so.sandbox.retailers import Shop

OPEN = ("open_for_buyer", "open_for_brand")
PROMISED = (*OPEN, "confirmed", "invoicing", "blocked")
OPEN_STATES = frozenset(
    ("Web", "Confirmed", "Production", "Pack", "ForInvoicing", "Rest", "CollectingOrder", "Lending")
)


@dataclass
class Retailer:
    """A shop, and the customer reference that somebody entered for it in Le New Black."""

    shop: Shop
    reference: str | None
    vat_number: str | None
    name: str


@dataclass(frozen=True)
class Content:
    """What an order asks for: the customer, the pieces of each article, the money."""

    customer_id: int | None
    pieces: tuple[tuple[int, Decimal], ...]
    net: Decimal
    currency: str


@dataclass(frozen=True)
class Version:
    """What Le New Black held of an order from a moment on."""

    at: datetime
    status: str
    content: Content


@dataclass
class Sale:
    """One order of a retailer, from its making on.

    `there` are the 24SevenOffice orders that stand for it, `ours` those of them that the tool
    made, `surplus` how many more than one the protocol concedes, and `conceded` why.
    Of `disowned` a person said that they are no copies of it.
    """

    reference: str
    retailer: Retailer
    made: datetime
    versions: list[Version] = field(default_factory=list)
    there: list[int] = field(default_factory=list)
    ours: list[int] = field(default_factory=list)
    typed: list[int] = field(default_factory=list)
    conceded: set[str] = field(default_factory=set)
    disowned: set[int] = field(default_factory=set)
    surplus: int = 0
    wrong_total: bool = False
    accepted: bool = False
    skipped: bool = False
    in_doubt: bool = False
    was_in_doubt: bool = False
    was_refused: bool = False
    was_doubled: bool = False
    exported: Content | None = None
    acknowledged: Content | None = None

    @property
    def now(self) -> Version:
        """What Le New Black holds now."""
        return self.versions[-1]

    def during(self, begin: datetime, end: datetime) -> list[Version]:
        """Return the versions that stood at some moment of a span."""
        last = [one for one in self.versions if one.at <= begin][-1:]
        return [*last, *(one for one in self.versions if begin < one.at <= end)]


def net_of(order: Any) -> Decimal:
    """Return what an order of 24SevenOffice comes to without VAT."""
    return sum((row_total(row) for row in order.get("InvoiceRows", [])), Decimal(0))


def pieces_of(order: Any, apart: int) -> tuple[tuple[int, Decimal], ...]:
    """Return the pieces of each product of a 24SevenOffice order, without that of `apart`."""
    pieces: dict[int, Decimal] = {}
    for row in order.get("InvoiceRows", []):
        number = row.get("ProductId")
        if number is not None and number != apart and row.get("Type", "Normal") == "Normal":
            pieces[number] = pieces.get(number, Decimal(0)) + row["Quantity"]
    return tuple(sorted(pieces.items()))


def open_pieces(order: Any) -> dict[int, Decimal]:
    """Return what an order of 24SevenOffice still has to deliver."""
    left: dict[int, Decimal] = {}
    if order.get("OrderStatus", "Web") not in OPEN_STATES:
        return left
    for row in order.get("InvoiceRows", []):
        rest = row.get("Quantity", Decimal(0)) - row.get("QuantityDelivered", Decimal(0))
        if row.get("ProductId") is not None and row.get("Type", "Normal") == "Normal" and rest > 0:
            left[row["ProductId"]] = left.get(row["ProductId"], Decimal(0)) + rest
    return left


def money(text: Any) -> Decimal:
    """Return an amount of Le New Black to the cent."""
    return cents(Decimal(str(text or 0)))


def is_past(order: Json, today: str) -> bool:
    """Return whether an open order's last day has gone by."""
    days = [order.get("auto_cancel_on"), order.get("delivery_end_on")]
    return order["status"] in OPEN and any(day and day < today for day in days)
