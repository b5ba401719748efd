"""Random worlds: what a buyer sees after a run is what could really be sold, in each mode.

What Le New Black shows is its own rule, written down in the sandbox; what can be sold is worked
out here from both systems' books. Neither knows how the tool counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hand_clock import HandClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from installation import Installation
from small_brand import CODES, SHOPS, lnb_order

from lnb24so.sandbox.portal import STATUSES

from .shops import ten_of_each

pytestmark = pytest.mark.slow

Mode = Literal["simple", "advanced", "time_based"]
PROMISED = {"open_for_buyer", "open_for_brand", "confirmed", "invoicing", "blocked"}
OPEN = {"open_for_buyer", "open_for_brand"}
SINCE_DAYS, WITHIN_DAYS = 30, 60


@dataclass(frozen=True)
class Sale:
    """One order of Le New Black, and what became of it."""

    status: str
    days_old: int
    pieces: int
    tracked: bool | None
    last_day: int | None
    delivered_in: int
    known: Literal["", "exported", "skipped", "typed in", "typed in with a mistake"]

    @property
    def in_erp(self) -> bool:
        return self.known in ("exported", "typed in", "typed in with a mistake")

    @property
    def is_past(self) -> bool:
        return self.status in OPEN and self.last_day is not None and self.last_day < 0

    @property
    def promised(self) -> int:
        """Return the pieces that nobody else may have and that 24SevenOffice does not hold."""
        gone = self.is_past or self.tracked is False or self.known == "skipped"
        late = self.delivered_in > WITHIN_DAYS or self.days_old > SINCE_DAYS
        waits = self.status in PROMISED and not (gone or late or self.in_erp)
        return self.pieces if waits else 0

    def conceded(self, mode: Mode) -> int:
        """Return the pieces that Le New Black holds by its own rule though nobody needs them."""
        holds: dict[str, set[str]] = {"simple": OPEN, "advanced": PROMISED - {"blocked"}}
        counts = (
            self.status in holds.get(mode, ()) and not self.is_past and self.tracked is not False
        )
        return self.pieces if counts and not self.promised else 0


SALES = st.builds(
    Sale,
    status=st.sampled_from(STATUSES),
    days_old=st.sampled_from([0, 1, 29, 45]),
    pieces=st.integers(1, 6),
    tracked=st.sampled_from([True, True, None, False]),
    last_day=st.sampled_from([None, -3, 5]),
    delivered_in=st.sampled_from([1, 90]),
    known=st.sampled_from(["", "", "exported", "skipped", "typed in"]),
)


def fill(office: Installation, sales: list[Sale], hand: HandClock) -> int:
    """Put the sales into both systems and the ledger; return what 24SevenOffice holds."""
    box, today = office.box, hand.now().date()
    held = 0
    for number, sale in enumerate(sales):
        reference = f"7{number:04d}"
        made = hand.now() - timedelta(days=sale.days_old, minutes=15)
        deliver = today + timedelta(days=sale.delivered_in)
        order = lnb_order(reference, made, pieces=sale.pieces)
        order |= {"status": sale.status, "inventory_tracking": sale.tracked}
        order |= {"delivery_start_on": deliver.isoformat(), "delivery_end_on": None}
        if sale.last_day is not None:
            order["auto_cancel_on"] = (today + timedelta(days=sale.last_day)).isoformat()
        box.lnb.orders[reference] = order
        order_id = None
        if sale.in_erp:
            row = {"ProductId": CODES[0].product_id, "Quantity": Decimal(sale.pieces)}
            order_id = box.erp.type_in(
                {
                    "CustomerId": SHOPS[0].customer_id,
                    "ReferenceNumber": f" lnb{reference} ",
                    "DeliveryDate": hand.now() + timedelta(days=sale.delivered_in),
                    "InvoiceRows": [row | {"Price": CODES[0].price}],
                }
            )
            held += sale.pieces if sale.delivered_in <= WITHIN_DAYS else 0
        if sale.known in ("exported", "skipped"):
            told = order_id if sale.known == "exported" else None
            with closing(sqlite3.connect(office.ledger_file)) as ledger:
                ledger.execute(
                    "INSERT INTO orders (reference, state, reasons, attempts, doubted, order_id,"
                    " not_ours) VALUES (?, ?, '[]', 0, 0, ?, '[]')",
                    (reference, sale.known, told),
                )
                ledger.commit()
    return held


@contextmanager
def small_shop(
    monkeypatch: pytest.MonkeyPatch, mode: Mode, *, stock: int, shown_before: int
) -> Iterator[tuple[Installation, HandClock]]:
    """Yield an installation in a mode, with so many pieces of the first code on either side."""
    with TemporaryDirectory() as folder, ten_of_each(Path(folder), monkeypatch) as (office, hand):
        office.change("lnb_mode: simple", f"lnb_mode: {mode}")
        office.set("stock", open_order_delivery_within_days=WITHIN_DAYS)
        since = hand.now().date() - timedelta(days=SINCE_DAYS)
        office.set("orders", blocked_status="blocked", since=since.isoformat())
        assert office.run("push-orders").code == 0
        office.box.erp.change_product(CODES[0].product_id, Stock=Decimal(stock))
        office.box.lnb.inventory[CODES[0].sku]["in_stock"] = shown_before
        yield office, hand


@pytest.mark.parametrize("mode", ["simple", "advanced", "time_based"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stock=st.integers(0, 25), sales=st.lists(SALES, max_size=5), shown_before=st.integers(0, 30))
def test_a_buyer_sees_what_could_really_be_sold(
    monkeypatch: pytest.MonkeyPatch, mode: Mode, stock: int, sales: list[Sale], shown_before: int
) -> None:
    shop = small_shop(monkeypatch, mode, stock=stock, shown_before=shown_before)
    with shop as (office, hand):
        held = fill(office, sales, hand)
        assert office.run("pull-stock").code == 0
        sellable = int(stock - held) - sum(sale.promised for sale in sales)
        conceded = sum(sale.conceded(mode) for sale in sales)
        shown = office.box.lnb.shown(mode)[CODES[0].sku]
        assert max(0, sellable - conceded) <= shown <= max(0, sellable)
