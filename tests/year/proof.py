"""`reconcile` at a story's end, held against the world: it names what is wrong, and that only."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lnb24so.sandbox.sample import SHIPPING_ID

from .book import Said, read_book
from .cron import Cron
from .story import START
from .truth import Sale, net_of, pieces_of
from .verdict import Verdict
from .world import World

NAMED = "reconcile names what is doubled, missing or not the same"
KNOWN = "reconcile names nothing that the world does not know"
FEW = "a calm year of 2,000 orders mails at most 60 times beside new blocks"
MOST_MAILS, OF_ORDERS = 60, 2_000
LONG_DAYS = 180
"""From so many days on a calm story is held to the mails of a year, in proportion to orders."""


class Proof:
    """Asks `reconcile` about everything, and judges what it finds."""

    def __init__(self, world: World, cron: Cron, verdict: Verdict) -> None:
        self.world, self.cron, self.verdict = world, cron, verdict

    def holds(self) -> None:
        """Judge the findings of the whole story."""
        run = self.cron.run("reconcile", "--since", f"{START:%Y-%m-%d}", "--json")
        try:
            document = json.loads(run.mail)
            findings = {(one["reference"], one["code"]) for one in document["findings"]}
        except (ValueError, KeyError):
            text = f"reconcile ends with {run.code} and says {run.mail[:300]!r}"
            self.verdict.broken(NAMED, "reconcile", run, text)
            return
        book = read_book(self.world.paths.state, everything=True)
        for sale in self.world.sales.values():
            self._sale(sale, book.get(sale.reference), findings)
        for reference in document["not_compared"]:
            self.verdict.broken(KNOWN, "reconcile", run, f"not compared: {reference}")

    def _sale(self, sale: Sale, said: Said | None, findings: set[tuple[str, str]]) -> None:
        found = {code for reference, code in findings if reference == sale.reference}
        wrong = dict(self._wrong(sale, said))
        due = {code for code, must in wrong.items() if must}
        if due and not found & wrong.keys():
            text = f"{sorted(due)} expected, and it says {sorted(found) or 'nothing'}"
            self.verdict.broken(NAMED, sale.reference, None, text)
        for code in sorted(found - wrong.keys()):
            text = f"it says {code}, and the world knows {sorted(wrong) or 'nothing wrong'}"
            self.verdict.broken(KNOWN, sale.reference, None, text)

    def _wrong(self, sale: Sale, said: Said | None) -> Iterator[tuple[str, bool]]:
        """Yield what is wrong with an order, by its code, and whether it must be named."""
        every = [one for one in sale.there if one in self.world.erp.orders]
        there = [one for one in every if one not in sale.disowned]
        status, held = sale.now.status, said.order_id if said else None
        skipped = said is not None and said.state == "skipped"
        settled = skipped or sale.acknowledged is not None
        if len(every) > 1:
            yield "order.duplicate", len(there) > 1
        if len(there) > 1:
            return
        if every and not there and self.world.ledger_forgot:
            # Whoever declared it to be no copy told a ledger that is gone.
            yield "order.not_in_ledger", False
        if there:
            is_known = held == there[0]
            yield "order.not_in_ledger", not (is_known or skipped)
            # Who typed an order in and skips it then does what the messages say.
            is_late = there[0] in sale.ours and not self.world.ledger_forgot
            yield "order.created_late", skipped and not is_known and is_late
            yield from self._not_the_same(sale, there[0], settled=settled)
        elif status == "closed":
            yield "order.gone", not settled
            yield "order.closed_unsent", not settled
        elif status != "canceled" and held is not None:
            yield "order.gone", not settled
        elif status == "invoicing":
            yield "order.overdue", False

    def _not_the_same(
        self, sale: Sale, order_id: int, *, settled: bool
    ) -> Iterator[tuple[str, bool]]:
        order, now = self.world.erp.orders[order_id], sale.now.content
        if sale.now.status == "canceled":
            yield "order.canceled_after_export", not settled and net_of(order) != 0
            return
        number = order["CustomerId"]
        if number in self.world.merged or self.world.first_of(number) != now.customer_id:
            yield "order.customer_differs", False
        pieces = self.world.articles(pieces_of(order, SHIPPING_ID))
        differs = pieces != now.pieces or abs(net_of(order) - now.net) > 1
        if differs:
            # What people changed in 24SevenOffice alone is none; what was changed here is.
            is_changed = sale.exported is not None and sale.exported.pieces != now.pieces
            yield "order.changed_after_export", is_changed and not settled


def few_mails(days: int, orders: int, mails: int) -> str:
    """Return what is too many mails of a long calm story, or nothing."""
    most = MOST_MAILS * orders / OF_ORDERS
    if days < LONG_DAYS or mails <= most:
        return ""
    return f"{mails} mails of no new block for {orders:,} orders; at most {most:.0f}"
