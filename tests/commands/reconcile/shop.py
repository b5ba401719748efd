"""A shop whose orders a test can plant, as people and faults leave them in the three places."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hand_clock import HandClock
from installation import Installation
from small_brand import CODES, SHOPS, START, lnb_order, small_brand, typed_order

from lnb24so.sandbox import Sandbox
from lnb24so.sandbox.erp import fill_in
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.sample_orders import line, totals


class Shop(Installation):
    """An installation beside a small brand; `hand` moves its clock."""

    hand: HandClock

    # What stands in the three places

    def order_id(self, reference: str) -> int:
        """Return the 24SevenOffice id of an order that the tool made."""
        return {one.reference: one.order_id for one in self.box.erp.creates}[f"LNB{reference}"]

    def there(self, reference: str) -> dict[str, Any]:
        return self.box.erp.orders[self.order_id(reference)]

    def here(self, reference: str) -> dict[str, Any]:
        return self.box.lnb.orders[reference]

    # What people do

    def ordered(self, reference: str, *, days_ago: float = 2, **fields: Any) -> dict[str, Any]:
        """Let a retailer order, and nobody export it yet."""
        made = self.hand.now() - timedelta(days=days_ago)
        order = lnb_order(reference, made) | fields
        self.box.lnb.orders[reference] = order
        return order

    def exported(self, reference: str, **fields: Any) -> dict[str, Any]:
        """Let a retailer order, and the tool export it."""
        order = self.ordered(reference, **fields)
        assert self.run("push-orders").code == 0
        return order

    def edit(self, reference: str, pieces: int) -> None:
        """Change an order in Le New Black."""
        order = self.here(reference)
        order |= {"items": [line(CODES[0], pieces)], "update_time": moment(self.hand.now())}
        order |= totals(order)

    def change_there(self, reference: str, **row: Any) -> None:
        """Change the first row of an order in 24SevenOffice."""
        order = self.there(reference)
        order["InvoiceRows"][0] |= row
        fill_in(order, self.box.erp.trading)
        order["DateChanged"] = self.hand.now()

    def type_in(self, reference: str, **fields: Any) -> int:
        return self.box.erp.type_in(typed_order(reference) | fields)

    def cancel(self, reference: str) -> None:
        now = moment(self.hand.now())
        self.here(reference).update(status="canceled", cancellation_time=now, update_time=now)

    # What the tool says

    def found(self, *options: str) -> dict[str, list[str]]:
        """Return the codes of what stands, by reference."""
        found: dict[str, list[str]] = {}
        for one in self.document(*options)["findings"]:
            found.setdefault(one["reference"], []).append(one["code"])
        return found

    def document(self, *options: str) -> dict[str, Any]:
        answer = self.run("reconcile", "--json", *options)
        assert answer.code == (3 if answer.document["findings"] else 0), answer.err
        return answer.document

    def sheet(self, *options: str) -> list[dict[str, str]]:
        answer = self.run("reconcile", "--csv", *options)
        assert answer.code in (0, 3), answer.err
        return list(csv.DictReader(io.StringIO(answer.out)))

    def proof(self, *options: str) -> list[str]:
        """Return the last lines: one for each month and currency."""
        lines = self.run("reconcile", *options).out.splitlines()
        return [one for one in lines if ", without VAT, " in one]


@contextmanager
def open_shop(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, orders: int = 0, **settings: object
) -> Iterator[Shop]:
    """Yield a shop with so many orders to export, and these `orders` settings more."""
    hand = HandClock(START)
    with Sandbox(small_brand(orders), now=hand.now) as box:
        shop = Shop(box, folder, monkeypatch)
        shop.hand = hand
        monkeypatch.setattr("lnb24so.clock.Clock", lambda: hand.clock)
        if settings:
            shop.set("orders", **settings)
        yield shop


__all__ = ["CODES", "SHOPS", "Decimal", "Shop", "open_shop"]
