"""Random worlds that move while a run reads and sends: what a buyer sees is still not too much.

What happens in Le New Black before the last batch is answered is looked at once more; of what
happens in 24SevenOffice a run sees what was there when it asked, open orders before stock.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import pytest
from hand_clock import HandClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from installation import Installation
from seen import batches
from small_brand import CODES

from lnb24so.sandbox.faults import Behaviour

from .test_worlds import OPEN, PROMISED, WITHIN_DAYS, Mode, Sale, fill, small_shop

pytestmark = pytest.mark.slow

FIRST = CODES[0]
Kind = Literal["confirm", "raise", "cut", "cancel", "block", "open", "invoice", "stock", "ship"]


LEVELS = "POST /multi/inventory"
LIVELY = st.builds(
    Sale,
    status=st.sampled_from([*sorted(PROMISED), "draft"]),
    days_old=st.sampled_from([0, 1]),
    pieces=st.integers(1, 6),
    tracked=st.just(True),
    last_day=st.none(),
    delivered_in=st.just(1),
    known=st.sampled_from(["", "", "exported"]),
)


@dataclass(frozen=True)
class Act:
    """What somebody does to one order before an operation is answered, after so many like it."""

    before: str
    after: int
    kind: Kind
    which: int
    pieces: int


AT_LAST = st.builds(
    Act,
    before=st.just(LEVELS),
    after=st.just(0),
    kind=st.sampled_from(["raise", "raise", "confirm", "block", "open"]),
    which=st.integers(0, 1),
    pieces=st.integers(1, 5),
)
EARLIER = st.builds(
    Act,
    before=st.sampled_from(["GetInvoices", "GetProducts", "GET /orders", LEVELS, LEVELS]),
    after=st.sampled_from([0, 0, 1, 2]),
    kind=st.sampled_from(Kind.__args__),  # type: ignore[attr-defined]
    which=st.integers(0, 2),
    pieces=st.integers(1, 5),
)
ACTS = AT_LAST | EARLIER


@dataclass
class World:
    """Both systems, what was sold, and what 24SevenOffice held and had at each moment."""

    office: Installation
    mode: Mode
    hand: HandClock
    sales: list[Sale]
    stock: int
    held: int
    acts: list[Act]
    asked: Counter[str] = field(default_factory=Counter)
    sent: bool = False
    books: list[tuple[int, int]] = field(default_factory=list)
    promised: list[int] = field(default_factory=list)
    conceded: list[int] = field(default_factory=list)

    def note(self) -> None:
        self.books.append((self.held, self.stock))
        self.promised.append(sum(sale.promised for sale in self.sales))
        self.conceded.append(sum(sale.conceded(self.mode) for sale in self.sales))

    def takes(self, operation: str) -> None:
        """Let what is due happen before a request is answered, until the last batch is."""
        self.hand.move(1)
        name = LEVELS if operation.startswith(LEVELS) else operation
        for act in self.acts:
            if act.before == name and act.after == self.asked[name] and not self.sent:
                self.do(act)
                self.note()
        self.asked[name] += 1
        self.sent = self.sent or name == LEVELS

    def do(self, act: Act) -> None:
        box = self.office.box
        if act.kind == "stock":
            self.stock += act.pieces
            box.erp.change_product(FIRST.product_id, Stock=Decimal(self.stock))
        elif act.kind == "ship":
            self.ship(act.pieces)
        elif act.which < len(self.sales):
            self.sales[act.which] = self.changed(self.sales[act.which], act)

    def ship(self, pieces: int) -> None:
        """Deliver pieces of an open order: they leave its rows and the shelf together."""
        for order in self.office.box.erp.orders.values():
            row = order["InvoiceRows"][0]
            near = order["DeliveryDate"] <= self.hand.now() + timedelta(days=WITHIN_DAYS)
            if near and row["Quantity"] - row["QuantityDelivered"] >= pieces <= self.stock:
                row["QuantityDelivered"] += pieces
                self.stock, self.held = self.stock - pieces, self.held - pieces
                self.office.box.erp.change_product(FIRST.product_id, Stock=Decimal(self.stock))
                return

    def changed(self, sale: Sale, act: Act) -> Sale:
        """Change an order in Le New Black as a person does; return it as it is then."""
        lnb, reference = self.office.box.lnb, f"7{act.which:04d}"
        moves = {"cancel": "canceled", "block": "blocked", "invoice": "invoicing"}
        alive = sale.status not in ("closed", "canceled")
        if act.kind == "confirm" and sale.status in OPEN:
            lnb.confirm(reference, self.mode)
            return replace(sale, status="confirmed")
        if act.kind == "open" and sale.status == "draft":
            lnb.set_status(reference, "open_for_brand")
            return replace(sale, status="open_for_brand")
        if act.kind in moves and alive and sale.status != "draft":
            lnb.set_status(reference, moves[act.kind])
            return replace(sale, status=moves[act.kind])
        if act.kind in ("raise", "cut") and alive and not sale.in_erp:
            pieces = sale.pieces + act.pieces if act.kind == "raise" else 1
            lnb.orders[reference]["items"][0]["quantity"] = pieces
            lnb.set_status(reference, sale.status)
            return replace(sale, pieces=pieces)
        return sale

    @property
    def looked_again(self) -> bool:
        """Return whether the run looked at the code once more, after its last batch.

        In simple mode only what was sent is: Le New Black lowers the rest itself.
        """
        sent = [
            code for batch in batches(self.office.box) for one in batch for code in one.values()
        ]
        return self.sent and (
            self.mode != "simple" or not {FIRST.ean13, FIRST.sku}.isdisjoint(sent)
        )

    def most(self) -> int:
        """Return what could be sold at most: open orders are read before stock."""
        pairs = [
            stock - held for i, (held, _) in enumerate(self.books) for _, stock in self.books[i:]
        ]
        promised = self.promised[-1] if self.looked_again else min(self.promised)
        return max(0, max(pairs) - promised)

    def least(self) -> int:
        helds, stocks = zip(*self.books, strict=True)
        least: int = min(stocks) - max(helds) - max(self.promised) - max(self.conceded)
        return max(0, least)


@pytest.mark.parametrize("mode", ["simple", "advanced", "time_based"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stock=st.integers(8, 25),
    sales=st.lists(LIVELY, min_size=1, max_size=3),
    shown_before=st.integers(0, 30),
    acts=st.lists(ACTS, min_size=1, max_size=4),
    match_by=st.sampled_from(["ean13", "sku"]),
)
def test_a_buyer_sees_no_more_than_could_be_sold_while_the_world_moves(
    monkeypatch: pytest.MonkeyPatch,
    mode: Mode,
    stock: int,
    sales: list[Sale],
    shown_before: int,
    acts: list[Act],
    match_by: str,
) -> None:
    shop = small_shop(monkeypatch, mode, stock=stock, shown_before=shown_before)
    with shop as (office, hand):
        box = office.box
        office.change("stock:\n", f"products: {{match_by: {match_by}}}\nstock:\n")
        held = fill(office, sales, hand)
        world = World(office, mode, hand, list(sales), stock, int(held), acts)
        world.note()
        take = box.faults.take

        def takes(operation: str) -> Behaviour | None:
            world.takes(operation)
            return take(operation)

        monkeypatch.setattr(box.faults, "take", takes)
        assert office.run("pull-stock").code == 0
        shown = box.lnb.shown(mode)[FIRST.sku]
        assert world.least() <= shown <= world.most()
