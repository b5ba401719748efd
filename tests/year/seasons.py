"""The year of a fashion house: pre-orders, season's end, price lists, a day of invoices."""

from __future__ import annotations

from decimal import Decimal

from .people import People
from .truth import open_pieces
from .world import World


class Seasons:
    """What happens once or twice a year, at a share of the story's length."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people = world, people
        self.events = (
            (0.12, self.preorders),
            (0.30, self.release_all),
            (0.40, self.invoice_half),
            (0.45, self.new_prices),
            (0.55, self.season_ends),
            (0.62, self.preorders),
            (0.70, self.season_begins),
            (0.80, self.release_all),
            (0.90, self.invoice_half),
        )

    def day(self, day: int, days: int) -> None:
        """Let happen what falls on this day."""
        for share, happen in self.events:
            if int(share * days) == day:
                self.world.note("the season", happen.__name__)
                happen()

    def preorders(self) -> None:
        """Take many orders for the season to come."""
        share = min(1.0, self.world.story.days / 120)
        for _ in range(int(share * self.people.rng.randrange(30, 90))):
            self.people.order("confirmed", order_mode="preorder")
            self.world.time.move(20)

    def release_all(self) -> None:
        """Give every confirmed order free for export, on one day."""
        for sale in self.world.live():
            if sale.now.status == "confirmed":
                self.world.change(sale.reference, "released", status="invoicing")

    def invoice_half(self) -> None:
        """Invoice half of the open orders at once."""
        orders = [one for one in self.world.erp.orders.values() if open_pieces(one)]
        for order in orders[: len(orders) // 2]:
            self.people.invoice(order)

    def new_prices(self) -> None:
        """Let a new price list begin: what is ordered from now on costs more."""
        self.people.season += 1

    def season_ends(self) -> None:
        """Let a quarter of the articles run out: they expire, their last pieces sold elsewhere."""
        for code in self.world.codes[::4]:
            self.world.erp.change_product(code.product_id, StatusId=0)
            self.world.note(code.sku, f"product {code.product_id} expires")

    def season_begins(self) -> None:
        """Take the articles up again, with new goods."""
        for code in self.world.codes[::4]:
            self.world.erp.change_product(code.product_id, StatusId=1, Stock=Decimal(40))
            self.world.note(code.sku, f"product {code.product_id} is active again")
