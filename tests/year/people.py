"""People, on both sides: they order, change their minds, mistype, mend, ship, invoice, decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from lnb24so.sandbox.brand import Json
from lnb24so.sandbox.fashion import Code
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.retailers import customer
from lnb24so.sandbox.sample_orders import in_currency, line

from .account import retailer_of
from .truth import OPEN, Retailer, Sale
from .warehouse import Warehouse
from .world import World

Act = Callable[[], object]
MERGED = 901
"""The number of the first customer that came of merging two."""


class People(Warehouse):
    """What people do, drawn by the story's chance; nobody here looks at the tool.

    A calm brand is one that knows its trade: of 2,000 orders some ten are changed, canceled,
    opened again or typed in wrongly once they are carried, a code stands on two products a few
    times a year, and what the mails name is mended within days. In a storm all of this happens
    every other day, and is mended when somebody finds the time.
    """

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self.season = 0
        calm = world.story.weather == "calm"
        self.acts: Mapping[str, tuple[int, Act]] = {
            "order": (56 if calm else 50, self.order),
            "confirm": (22, self.confirm),
            "release": (26, self.release),
            "edit": (5, self.edit),
            "cancel": (3, self.cancel),
            "reopen": (1, self.reopen),
            "mistype": (1, self.forget_a_reference),
            "unlist": (1, self.lose_a_code),
            "mend": (20 if calm else 6, self.mend),
            "ship": (16, self.ship),
            "invoice": (24, self.pack),
            "phone": (4, self.order_by_phone),
            "type in": (1, self.type_in),
            "deliver": (2, self.goods_arrive),
            "count": (3, self.count),
            "rename": (1, self.rename),
            "double": (1, self.double_a_code),
            "merge": (1, self.merge_customers),
        }

    def something(self) -> None:
        """Let somebody do one thing."""
        names = list(self.acts)
        weights = [self.acts[name][0] for name in names]
        self.acts[self.rng.choices(names, weights)[0]][1]()

    # In Le New Black

    def line(self, retailer: Retailer) -> Json:
        """Return a line of one article, priced in the retailer's currency by today's list."""
        code: Code = self.rng.choice(self.world.codes)
        rates: dict[str, Decimal] = {}
        if self.rng.random() < 0.2:
            rates["discount_rate"] = Decimal(self.rng.choice(("5", "10", "12.5", "33.33")))
        if self.rng.random() < 0.1:
            rates["promotion_rate"] = Decimal("7.5")
        item = line(code, self.rng.randrange(1, 5), **rates)
        item["unit_price"] = (item["unit_price"] * (100 + 4 * self.season) / 100).quantize(
            Decimal("0.01")
        )
        return in_currency(item, retailer.shop.currency)

    def order(self, status: str | None = None, **header: Any) -> Sale:
        """Let a retailer order a few articles."""
        retailer = self.rng.choice(self.world.retailers)
        items = [self.line(retailer) for _ in range(self.rng.choice((1, 1, 2, 3)))]
        chosen = (
            status
            or self.rng.choices(("draft", *OPEN, "confirmed", "invoicing"), (1, 2, 2, 6, 9))[0]
        )
        if self.rng.random() < 0.15:
            header["amount_shipping"] = Decimal("149.00")
        if self.rng.random() < 0.1:
            header["discount_rate"] = Decimal("3")
        if chosen in OPEN and self.rng.random() < 0.3:
            day = self.world.time.now() + timedelta(days=self.rng.randrange(1, 20))
            header["auto_cancel_on"] = day.date().isoformat()
        sale = self.world.order(retailer, items, chosen, **header)
        if self.rng.random() < 0.01:
            sale.wrong_total = True
            self.world.change(sale.reference, "its total is mistyped", items=items)
        if chosen in ("confirmed", "invoicing"):
            self._lower(sale)
        return sale

    def _lower(self, sale: Sale) -> None:
        """Lower the levels as Le New Black does itself for an order that is confirmed."""
        if self.world.story.lnb_mode == "simple":
            for item in self.world.lnb.orders[sale.reference]["items"]:
                row = self.world.lnb.inventory.get(item["sku"])
                if row is not None:
                    row["in_stock"] = max(0, row["in_stock"] - int(item["quantity"]))

    def some(self, *statuses: str, days: int = 60) -> Sale | None:
        """Return one of the orders of late in these statuses, or None."""
        since = self.world.time.now() - timedelta(days=days)
        found = [
            one
            for one in list(self.world.sales.values())[-400:]
            if one.now.status in statuses and one.made > since
        ]
        return self.rng.choice(found) if found else None

    def confirm(self) -> None:
        """Confirm an open order."""
        if sale := self.some("draft", *OPEN):
            now = moment(self.world.lnb.now())
            self.world.change(
                sale.reference, "confirmed", status="confirmed", confirmation_time=now
            )
            self._lower(sale)

    def release(self, count: int = 1) -> None:
        """Give confirmed orders free for export."""
        for _ in range(count):
            if sale := self.some("confirmed", days=400):
                self.world.change(sale.reference, "released", status="invoicing")

    def edit(self, sale: Sale | None = None) -> None:
        """Change the pieces of an order, or add a line; sometimes after its export."""
        statuses = (
            ("closed",) if self.happens(0.06, in_calm=0.01) else (*OPEN, "confirmed", "invoicing")
        )
        sale = sale or self.some(*statuses, days=20)
        if sale is None:
            return
        items = [dict(one) for one in self.world.lnb.orders[sale.reference]["items"]]
        if self.rng.random() < 0.5:
            items.append(self.line(sale.retailer))
        else:
            items[0]["quantity"] = items[0]["quantity"] + self.rng.randrange(1, 3)
        self.world.change(sale.reference, "edited", items=items)

    def cancel(self, sale: Sale | None = None) -> None:
        """Cancel an order; sometimes after its export."""
        late = self.happens(0.03, in_calm=0.02)
        sale = sale or self.some(*(("closed",) if late else (*OPEN, "confirmed")), days=20)
        if sale is not None:
            now = moment(self.world.lnb.now())
            self.world.change(sale.reference, "canceled", status="canceled", cancellation_time=now)

    def reopen(self) -> None:
        """Take a cancellation back, or open a closed order again."""
        statuses = ("canceled", "closed") if self.happens(1, in_calm=0.05) else ("canceled",)
        if sale := self.some(*statuses, days=10):
            order = self.world.lnb.orders[sale.reference]
            was_closed = order["status"] == "closed"
            status = "invoicing" if was_closed else "confirmed"
            changes: dict[str, Any] = {"status": status, "cancellation_time": None}
            if order["confirmation_time"] is None:
                changes["confirmation_time"] = moment(self.world.lnb.now())
            self.world.change(sale.reference, "opened again", **changes)

    def rename(self) -> None:
        """Give a retailer another name, in both systems."""
        retailer = self.rng.choice(self.world.retailers)
        retailer.name = f"{retailer.shop.name} {self.rng.choice(('Nord', 'Sentrum', 'AS'))}"
        self.world.erp.customers[retailer.shop.customer_id]["Name"] = retailer.name
        self.world.note("retailers", f"{retailer.shop.name} is now {retailer.name}")

    def forget_a_reference(self) -> None:
        """Let a retailer lose its customer reference (or VAT number)."""
        if self.rng.random() < 0.5:
            retailer = self.rng.choice(self.world.retailers)
            by_vat = self.world.story.customer_match == "organization_number"
            if by_vat:
                retailer.vat_number = None
            else:
                retailer.reference = None
            self.world.note("retailers", f"{retailer.name} has no reference from now on")

    # In 24SevenOffice

    def merge_customers(self) -> None:
        """Merge a customer into a new one: its orders move, Le New Black names the old one."""
        if not self.happens(0.3, in_calm=0.1):
            return
        retailer, erp = self.rng.choice(self.world.retailers), self.world.erp
        before, after = retailer.shop.customer_id, MERGED + len(self.world.merged)
        self.world.merged[after] = self.world.first_of(before)
        self.world.gone[before] = erp.customers.pop(before)
        retailer.shop = replace(retailer.shop, customer_id=after, reference=str(after))
        erp.customers[after] = customer(retailer.shop, erp.now()) | {"Name": retailer.name}
        for order in erp.orders.values():
            if order["CustomerId"] == before:
                order |= {"CustomerId": after, "DateChanged": erp.now()}
        self.world.note("retailers", f"customer {before} is merged into {after}")

    def lose_a_code(self) -> None:
        """Let a product lose its code for some days."""
        if not self.happens(1, in_calm=0.5):
            return
        code = self.rng.choice(self.world.codes)
        name = self.world.field[1]
        if self.world.erp.products[code.product_id].get(name):
            self.world.erp.change_product(code.product_id, **{name: ""})
            self.world.note(code.sku, f"product {code.product_id} loses its {name}")

    def double_a_code(self) -> None:
        """Put a code on a second product."""
        if not self.happens(0.5, in_calm=0.08):
            return
        code = self.rng.choice(self.world.codes)
        name, number = self.world.field[1], 5000 + len(self.world.tale)
        known = self.world.erp.products[code.product_id]
        if known.get(name) and known["StatusId"] == 1:
            self.world.erp.change_product(
                number, **{**known, "Id": number, "Stock": Decimal(4), "Name": f"{code.name} ny"}
            )
            self.world.note(code.sku, f"product {number} has its code too")

    def mend(self) -> None:
        """Mend one thing that is wrong: a reference, a code, a doubled code, a total."""
        world, repairs = self.world, list[Act]()
        for retailer in world.retailers:
            fresh = retailer_of(retailer.shop, world.story)
            if (retailer.reference, retailer.vat_number) != (fresh.reference, fresh.vat_number):
                repairs.append(partial(self._mend_reference, retailer))
        for code in world.codes:
            product = world.erp.products[code.product_id]
            if not product.get(world.field[1]):
                value = code.ean13 if world.field[0] == "ean13" else code.sku
                repairs.append(partial(self._mend_code, code, value))
        for number in [one for one in world.erp.products if one >= 5000]:
            if world.erp.products[number]["StatusId"] == 1:
                repairs.append(partial(self._merge_product, number))
        for sale in list(world.sales.values())[-300:]:
            if sale.wrong_total and not sale.accepted and not sale.there:
                repairs.append(partial(self._mend_total, sale))
        if repairs:
            self.rng.choice(repairs)()

    def _mend_reference(self, retailer: Retailer) -> None:
        fresh = retailer_of(retailer.shop, self.world.story)
        retailer.reference, retailer.vat_number = fresh.reference, fresh.vat_number
        self.world.note("retailers", f"{retailer.name} has its reference again")
        for sale in self.world.sales.values():
            order = self.world.lnb.orders[sale.reference]
            is_done = sale.there or sale.now.status in ("closed", "canceled")
            if sale.retailer is retailer and not is_done:
                billing = order["billing_address"] | {"vat_number": retailer.vat_number}
                changed = {"retailer_reference": retailer.reference, "billing_address": billing}
                if any(order[name] != value for name, value in changed.items()):
                    self.world.change(sale.reference, "has its reference again", **changed)

    def _mend_code(self, code: Code, value: str) -> None:
        self.world.erp.change_product(code.product_id, **{self.world.field[1]: value})
        self.world.note(code.sku, f"product {code.product_id} has its code again")

    def _merge_product(self, number: int) -> None:
        """Move the pieces of a doubled product to the first one, and let it expire."""
        world = self.world
        doubled = world.erp.products[number]
        code = next(one for one in world.codes if one.sku == doubled["No"])
        stock = world.erp.products[code.product_id]["Stock"] + doubled["Stock"]
        world.erp.change_product(code.product_id, Stock=stock)
        world.erp.change_product(number, StatusId=0, Stock=Decimal(0))
        world.note(code.sku, f"product {number} is merged into {code.product_id}")

    def _mend_total(self, sale: Sale) -> None:
        sale.wrong_total = False
        items = self.world.lnb.orders[sale.reference]["items"]
        self.world.change(sale.reference, "its total is mended", items=items)
