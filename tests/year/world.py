"""The world: both systems, their clocks, and the truth about every order and every piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from config_file import ConfigFile
from hand_clock import HandClock

from lnb24so.sandbox import Sandbox
from lnb24so.sandbox.brand import Json, Record
from lnb24so.sandbox.fashion import Code, collection
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.retailers import address, good_shops
from lnb24so.sandbox.sample import SHIPPING_ID, SHIPPING_NO
from lnb24so.sandbox.sample_orders import blank_order, totals

from .account import brand_of, config_of, retailer_of
from .book import Said
from .named import Named
from .story import CODES, FIRST_REFERENCE, START, Story
from .truth import (
    PROMISED,
    Content,
    Retailer,
    Sale,
    Version,
    is_past,
    money,
    net_of,
    open_pieces,
)


@dataclass(frozen=True)
class Line:
    """One line of the world's tale: what happened, and to which order, code or thing."""

    number: int
    at: datetime
    subject: str
    text: str


@dataclass(frozen=True)
class StatusSet:
    """A status that the tool wrote, and how things stood at that moment."""

    reference: str
    before: Json
    status: str
    there: bool


class World(Named):
    """Everything outside of the tool. `tale` tells what happened, in order."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story = story
        self.rng = Random(story.key)
        self.time = HandClock(START)
        self.codes: list[Code] = list(islice(collection(Random(24)), CODES))
        self.number_of = {code.sku: code.product_id for code in self.codes}
        self.box = Sandbox(brand_of(CODES), now=self.time.now).start()
        self.erp, self.lnb = self.box.erp, self.box.lnb
        self.erp.now = lambda: self.time.now() + self.erp_ahead
        self.erp_ahead = timedelta(0)
        self.erp.change_product(
            SHIPPING_ID, Name="Frakt", No=SHIPPING_NO, StatusId=1, StockControlled=False
        )
        self.retailers = [retailer_of(shop, story) for shop in good_shops()]
        self.sales: dict[str, Sale] = {}
        self.tale: list[Line] = []
        self.touched: dict[str, int] = {}
        self.statuses: list[StatusSet] = []
        self.ledger_forgot = 0
        self.remembered: dict[str, Said] = {}  # by a ledger that was lost or restored, then
        self.typing = False
        self.merged: dict[int, int] = {}
        self.gone: dict[int, Record] = {}
        self._watch()
        self.file = ConfigFile(folder, config_of(self.box, story))
        self.paths = self.file.config.paths

    def _watch(self) -> None:
        """Note what is stored in 24SevenOffice and which status is set, as it happens."""
        store, set_status = self.erp.store, self.lnb.set_status

        def stored(company: Any, order: dict[str, Any]) -> int:
            is_new = order.get("OrderId") is None
            order_id = store(company, order)
            if is_new:
                self._arrived(order_id, company.orders[order_id])
            return order_id

        def status_set(reference: str, status: str) -> Json:
            before = dict(self.lnb.orders[reference])
            there = any(number in self.erp.orders for number in self.sales[reference].there)
            self.statuses.append(StatusSet(reference, before, status, there))
            after = set_status(reference, status)
            self.remember(reference, f"status {before['status']} -> {status}")
            return after

        setattr(self.erp, "store", stored)  # noqa: B010 - the sandbox's own, watched
        setattr(self.lnb, "set_status", status_set)  # noqa: B010

    def _arrived(self, order_id: int, order: Record) -> None:
        name = str(order.get("ReferenceNumber") or "").strip().casefold()
        sale = self.sales.get(name.removeprefix("lnb"))
        if sale is None:
            return
        if not self.typing:
            sale.ours.append(order_id)
            sale.there.append(order_id)
            sale.exported = self.content(self.lnb.orders[sale.reference])
            sale.acknowledged = None
        self.note(sale.reference, f"24SevenOffice stores order {order_id}, {net_of(order)}")

    # The tale

    def note(self, subject: str, text: str) -> None:
        """Note what happened to an order, a code or a thing."""
        line = Line(len(self.tale), self.time.now(), subject, text)
        self.tale.append(line)
        self.touched[subject] = line.number

    def story_of(self, subject: str) -> list[str]:
        """Return all that happened to one subject, and to everything at once."""
        return [
            f"{line.at:%Y-%m-%d %H:%M:%S} {line.subject}: {line.text}"
            for line in self.tale
            if line.subject in (subject, "the ledger") or f" {subject}" in line.text
        ]

    def at_time(self, after: float, act: Callable[[], object]) -> None:
        """Let something happen so many seconds from now."""
        self.time.at(self.time.now() + timedelta(seconds=after), act)

    # Orders in Le New Black

    def order(self, retailer: Retailer, items: list[Json], status: str, **header: Any) -> Sale:
        """Let a retailer make an order; return the sale."""
        reference = str(FIRST_REFERENCE + len(self.sales))
        now = self.lnb.now()
        order = blank_order(reference, retailer.shop, now)
        order |= {"update_time": moment(now), "confirmation_time": None, "status": status}
        if status not in ("draft", *PROMISED[:2]):
            order["confirmation_time"] = moment(now)
        order |= {"retailer_reference": retailer.reference, "retailer_name": retailer.name}
        order["billing_address"] = address(retailer.shop) | {"vat_number": retailer.vat_number}
        order |= header
        order["items"] = items
        order |= totals(order)
        self.lnb.orders[reference] = order
        self.sales[reference] = Sale(reference, retailer, self.time.now())
        self.remember(reference, f"made by {retailer.name}, {status}, {order['amount_total']}")
        return self.sales[reference]

    def change(self, reference: str, why: str, **changes: Any) -> None:
        """Let somebody change an order in Le New Black."""
        order, sale = self.lnb.orders[reference], self.sales[reference]
        order |= changes | {"update_time": moment(self.lnb.now())}
        if "items" in changes or "discount_rate" in changes or "amount_shipping" in changes:
            order |= totals(order)
            if sale.wrong_total:
                order["amount_total"] += Decimal("480.00")
        self.remember(reference, why)

    def remember(self, reference: str, why: str) -> None:
        """Note what Le New Black holds of an order from now on."""
        order = self.lnb.orders[reference]
        version = Version(self.time.now(), order["status"], self.content(order))
        self.sales[reference].versions.append(version)
        self.note(reference, why)

    def content(self, order: Json) -> Content:
        """Return what an order of Le New Black asks for, in 24SevenOffice's numbers."""
        pieces: dict[int, Decimal] = {}
        for item in order["items"]:
            number = self.number_of[item["sku"]]
            pieces[number] = pieces.get(number, Decimal(0)) + item["quantity"]
        return Content(
            self.customer_of(order),
            tuple(sorted((number, amount) for number, amount in pieces.items() if amount)),
            money(order["amount_total"]),
            order["currency"],
        )

    def articles(self, pieces: tuple[tuple[int, Decimal], ...]) -> tuple[tuple[int, Decimal], ...]:
        """Return pieces of products as of articles: one may be on two products."""
        found: dict[int, Decimal] = {}
        for number, amount in pieces:
            article = self.number_of.get(str(self.erp.products[number]["No"]), number)
            found[article] = found.get(article, Decimal(0)) + amount
        return tuple(sorted(found.items()))

    # What both systems together say

    def live(self) -> list[Sale]:
        """Return the orders that are neither closed nor canceled."""
        return [one for one in self.sales.values() if one.now.status not in ("closed", "canceled")]

    def flaws(self, sale: Sale) -> set[str]:
        """Return what keeps an order from being exported: customer, line, total or nothing."""
        order = self.lnb.orders[sale.reference]
        found = set()
        customer = self.customer_of_today(order)
        if customer is None or customer.get("BlockInvoice"):
            found.add("customer")
        if any(len(self.products_of_line(item)) != 1 for item in order["items"]):
            found.add("line")
        if sale.wrong_total and not sale.accepted:
            found.add("total")
        return found

    def sellable(self) -> dict[str, Decimal]:
        """Return what can be sold of each SKU: what lies there and is promised to nobody."""
        held: dict[int, Decimal] = {}
        for order in self.erp.orders.values():
            for number, pieces in open_pieces(order).items():
                held[number] = held.get(number, Decimal(0)) + pieces
        promised = self.promised()
        result = {}
        for code in self.codes:
            row = {"ean13": code.ean13, "sku": code.sku}
            products = self.products_of(row)
            stock = sum((one["Stock"] - held.get(one["Id"], 0) for one in products), Decimal(0))
            result[code.sku] = stock - promised.get(code.sku, 0)
        return result

    def promised(self) -> dict[str, int]:
        """Return the pieces of each SKU that orders hold which 24SevenOffice does not have."""
        pieces: dict[str, int] = {}
        today = self.lnb.now().date().isoformat()
        for sale in self.sales.values():
            if sale.there or sale.skipped or sale.now.status not in PROMISED:
                continue
            order = self.lnb.orders[sale.reference]
            if is_past(order, today) or order["inventory_tracking"] is False:
                continue
            for item in order["items"]:
                pieces[item["sku"]] = pieces.get(item["sku"], 0) + int(item["quantity"])
        return pieces
