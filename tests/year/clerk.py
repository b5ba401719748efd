"""The one who reads the mails: looks, decides with `resolve`, and is sometimes wrong."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lnb24so.sandbox.erp import fill_in

from .book import Said, read_book
from .cron import Cron, Run
from .truth import Sale
from .world import World


class Clerk:
    """Settles what the tool asks for; `judged` is told of each command that is run for it."""

    def __init__(self, world: World, cron: Cron, judged: Callable[[Run], None]) -> None:
        self.world, self.rng = world, world.rng
        self.cron, self.judged = cron, judged
        self.decisions = 0

    def morning(self, *, everything: bool = False) -> None:
        """Look at what waits for a person, and settle most of it."""
        for said in read_book(self.world.paths.state).values():
            if not everything and self.rng.random() < 0.4:
                continue
            sale = self.world.sales[said.reference]
            if said.state == "needs_decision":
                self._decide(said, sale)
            elif said.notice is not None:
                self._follow(said, sale)
        self.let_through()

    def let_through(self) -> None:
        """Look at what a guard holds, and let it through."""
        last = [one for one in self.cron.runs[-12:] if one.mail]
        if any("orders wait" in one.mail for one in last):
            self._run("push-orders", "--limit", "500")
        if any("Stock not sent" in one.mail for one in last):
            self._run("pull-stock", "--accept-drop")

    def _run(self, *command: str) -> Run:
        run = self.cron.run(*command)
        self.judged(run)
        return run

    def _resolve(self, sale: Sale, *way: str) -> bool:
        self.decisions += 1
        self.world.note(sale.reference, f"the clerk decides: {' '.join(way)}")
        return self._run("resolve", sale.reference, *way, "--note", "the clerk").code == 0

    def there(self, sale: Sale) -> list[int]:
        """Return the orders of 24SevenOffice that stand for a sale, as far as they exist."""
        return [one for one in sale.there if one in self.world.erp.orders]

    def _decide(self, said: Said, sale: Sale) -> None:
        storm = self.world.story.weather == "storm"
        if storm and self.rng.random() < 0.1:
            self._decide_wrongly(sale)
            return
        there = self.there(sale)
        for surplus in there[1:]:
            del self.world.erp.orders[surplus]
            sale.there.remove(surplus)
            sale.was_doubled = True
            self.world.note(sale.reference, f"order {surplus} is deleted: one too many")
        if not there:
            sale.there.clear()
            self._resolve(sale, "--send-again")
        elif self._resolve(sale, "--exported-as", str(there[0])):
            sale.exported = self.world.content(self.world.lnb.orders[sale.reference])

    def _decide_wrongly(self, sale: Sale) -> None:
        """Decide without looking: from then on the world asks nothing of this order."""
        way = self.rng.choice(("--send-again", "--skip"))
        sale.conceded.add("a person decided wrongly")
        before = self.there(sale)
        if self._resolve(sale, way) and way == "--send-again":
            sale.disowned.update(before)

    def _follow(self, said: Said, sale: Sale) -> None:
        """Do in 24SevenOffice by hand what changed in Le New Black after the export."""
        for number in self.there(sale):
            order = self.world.erp.orders[number]
            if order.get("OrderStatus", "Web") == "Invoiced":
                continue
            if said.notice == "order.canceled_after_export":
                del self.world.erp.orders[number]
                self.world.note(sale.reference, f"order {number} is deleted: canceled")
            else:
                self._change(order, sale)
        if self._resolve(sale, "--acknowledge"):
            sale.acknowledged = self.world.content(self.world.lnb.orders[sale.reference])

    def _change(self, order: dict[str, Any], sale: Sale) -> None:
        content = self.world.content(self.world.lnb.orders[sale.reference])
        delivered = {row.get("ProductId"): row["QuantityDelivered"] for row in order["InvoiceRows"]}
        pieces = sum((amount for _, amount in content.pieces), Decimal(0)) or Decimal(1)
        order["InvoiceRows"] = [
            {
                "ProductId": number,
                "Quantity": amount,
                "Price": (content.net / pieces).quantize(Decimal("0.0001")),
                "QuantityDelivered": min(amount, delivered.get(number, Decimal(0))),
            }
            for number, amount in content.pieces
        ]
        order["DateChanged"] = self.world.erp.now()
        fill_in(order, self.world.erp.trading)
        self.world.note(sale.reference, f"order {order['OrderId']} is changed by hand")
