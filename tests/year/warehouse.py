"""The people at 24SevenOffice: goods come and go, orders are typed in, shipped and invoiced."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from .truth import Sale, open_pieces
from .world import World


class Warehouse:
    """What happens in 24SevenOffice by hand; stock there is what really lies in the shelves."""

    world: World
    rng: Random

    def happens(self, in_storm: float, in_calm: float) -> bool:
        """Return whether something happens this time, by its chance in this weather."""
        calm = self.world.story.weather == "calm"
        return self.rng.random() < (in_calm if calm else in_storm)

    def goods_arrive(self) -> None:
        """Fill the emptiest shelves."""
        world = self.world
        empty = sorted(world.codes, key=lambda one: world.erp.products[one.product_id]["Stock"])
        for code in self.rng.sample(empty[:20], k=8):
            product = world.erp.products[code.product_id]
            pieces = Decimal(self.rng.randrange(5, 40))
            world.erp.change_product(code.product_id, Stock=product["Stock"] + pieces)
            world.note(code.sku, f"{pieces} pieces arrive")

    def count(self) -> None:
        """Count a shelf and correct it a little."""
        code = self.rng.choice(self.world.codes)
        product = self.world.erp.products[code.product_id]
        stock = max(Decimal(0), product["Stock"] + self.rng.choice((-2, -1, 1)))
        self.world.erp.change_product(code.product_id, Stock=stock)
        self.world.note(code.sku, f"counted: {stock}")

    def open_order(self) -> dict[str, Any] | None:
        """Return an order that still has goods to deliver, or None."""
        orders = [one for one in self.world.erp.orders.values() if open_pieces(one)]
        return self.rng.choice(orders) if orders else None

    def ship(self, order: dict[str, Any] | None = None, *, part: bool | None = None) -> None:
        """Ship an order, or a part of it: the pieces leave the shelf."""
        world, order = self.world, order or self.open_order()
        if order is None:
            return
        with world.erp.lock:
            partly = self.rng.random() < 0.25 if part is None else part
            for row in order["InvoiceRows"]:
                product = world.erp.products.get(row.get("ProductId", 0))
                left = row.get("Quantity", Decimal(0)) - row.get("QuantityDelivered", Decimal(0))
                if product is None or left <= 0:
                    continue
                if product.get("Stock") is None:  # Freight goes with the first parcel.
                    row["QuantityDelivered"] += left
                    continue
                now = (left / 2).to_integral_value() if partly else left
                row["QuantityDelivered"] += now
                world.erp.change_product(product["Id"], Stock=product["Stock"] - now)
                world.note(str(product["No"]), f"{now} shipped for order {order['OrderId']}")
            order["DateChanged"] = world.erp.now()

    def pack(self) -> None:
        """Invoice an order, and more of them where many lie there: who packs, keeps up."""
        waiting = sum(1 for one in self.world.erp.orders.values() if open_pieces(one))
        for _ in range(1 + waiting // 15):
            self.invoice()

    def invoice(self, order: dict[str, Any] | None = None) -> None:
        """Ship what is left of an order and invoice it; now and then the rest becomes an order."""
        order = order or self.open_order()
        if order is None:
            return
        makes_rest = self.rng.random() < 0.1
        self.ship(order, part=makes_rest)
        rest = open_pieces(order)
        order |= {"OrderStatus": "Invoiced", "DateChanged": self.world.erp.now()}
        order["InvoiceId"] = 9000 + order["OrderId"]
        if rest:
            price = {row.get("ProductId"): row.get("Price") for row in order["InvoiceRows"]}
            rows = [
                {"ProductId": number, "Quantity": pieces, "Price": price[number]}
                for number, pieces in rest.items()
            ]
            derived = {"OrderStatus": "Rest", "ReferenceOrderId": order["OrderId"]}
            kept = {"CustomerId": order["CustomerId"], "InvoiceRows": rows}
            kept["ReferenceNumber"] = order.get("ReferenceNumber")
            self.type(kept | derived)

    def type(self, order: dict[str, Any]) -> int:
        """Type an order in; return its number."""
        self.world.typing = True
        try:
            return self.world.erp.type_in(order)
        finally:
            self.world.typing = False

    def order_by_phone(self) -> None:
        """Type in an order that Le New Black never saw."""
        code = self.rng.choice(self.world.codes)
        retailer = self.rng.choice(self.world.retailers)
        row = {"ProductId": code.product_id, "Quantity": Decimal(1), "Price": code.price}
        order = {"CustomerId": retailer.shop.customer_id, "InvoiceRows": [row]}
        number = self.type(order | {"ReferenceNumber": "Telefon"})
        self.world.note(code.sku, f"ordered by phone, order {number}")

    def type_in(self) -> None:
        """Type in an order of Le New Black by hand: as it is, or with a mistake."""
        if self.rng.random() < 0.5:
            return
        found = [one for one in list(self.world.sales.values())[-40:] if self.may_be_typed(one)]
        if not found:
            return
        sale = self.rng.choice(found)
        order = self.world.lnb.orders[sale.reference]
        content = self.world.content(order)
        # The same net total with one price, whatever discounts there are.
        pieces = sum(amount for _, amount in content.pieces)
        price = (content.net / pieces).quantize(Decimal("0.0001"))
        rows: list[dict[str, Any]] = [
            {"ProductId": number, "Quantity": amount, "Price": price}
            for number, amount in content.pieces
        ]
        if self.happens(0.4, in_calm=0.1):
            rows[0]["Quantity"] += 1
            self.world.note(sale.reference, "is being typed in with a piece too many")
        number = self.type(
            {
                "CustomerId": sale.retailer.shop.customer_id,
                "ReferenceNumber": f" lnb{sale.reference} ",
                "InvoiceRows": rows,
            }
        )
        sale.there.append(number)
        sale.typed.append(number)
        self.world.note(sale.reference, f"typed in by hand as order {number}")

    def may_be_typed(self, sale: Sale) -> bool:
        """Return whether somebody may type an order in: one that waits, and nobody holds."""
        return (
            sale.now.status in ("confirmed", "invoicing")
            and not sale.there
            and not sale.in_doubt
            and not self.world.flaws(sale)
            and self.world.lnb.orders[sale.reference]["currency"] == "NOK"
            and self.world.lnb.orders[sale.reference]["amount_shipping"] is None
        )
