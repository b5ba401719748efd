"""What every run is held to, by the world's own knowledge."""

from __future__ import annotations

from decimal import Decimal

from lnb24so.reasons import ORDER_REASONS
from lnb24so.sandbox.sample import SHIPPING_ID

from .book import Said, read_book
from .cron import Run
from .truth import Content, Sale, net_of, pieces_of
from .verdict import Verdict
from .world import StatusSet, World

TWICE = "no order twice in 24SevenOffice"
ORDERED = "what 24SevenOffice holds, Le New Black held at some moment of that run"
STATUS = "a status is written only for an order that is there and not canceled"
DUE = "each order is there once, or is named for a person"
VAIN = "nobody is asked, and nothing fails, without a cause that the world knows"
TOLD = "what needs a person is told, by the run that found it"
FLAWS = {"customer": "customer", "line": "line", "order.total_mismatch": "total"}
TAKEN_FROM = ("invoicing", "blocked")


class Judge:
    """Looks at each run of `push-orders`, and at what the tool says of the orders."""

    def __init__(self, world: World, verdict: Verdict) -> None:
        self.world, self.verdict = world, verdict
        self.said: dict[str, Said] = {}
        self._forgot = 0
        self.last_words = ""  # of this run, and of those before it that came to no end

    def after(self, run: Run) -> int:
        """Judge one run; return how many orders it blocked anew."""
        for create in run.creates:
            sale = self.world.sales.get(create.reference.removeprefix("LNB"))
            if sale is None:
                self.verdict.broken(ORDERED, create.reference, run, "nobody ordered this")
                continue
            self._ordered(sale, create.order_id, run)
            self.twice(sale, run)
        for one in run.statuses:
            self._status(one, run)
        if run.task != "push-orders":
            return 0
        self.last_words += run.mail
        if run.code in (None, 1):
            # What it found and did not come to tell, the next one tells.
            return 0
        newly_blocked = 0
        if self._forgot != self.world.ledger_forgot:
            # What a copy of the ledger holds was told before it was made.
            self._forgot, self.said = self.world.ledger_forgot, self.world.remembered
        before, self.said = self.said, read_book(self.world.paths.state)
        self._what_was_typed_in(run)
        for said in self.said.values():
            sale = self.world.sales[said.reference]
            if sale.exported is None and said.order_id is not None:
                sale.exported = self.world.content(self.world.lnb.orders[sale.reference])
            if said.asks and run.code in (0, 3, 4) and not run.acted:
                self._has_a_cause(said, sale, run)
            earlier = before.get(said.reference)
            if said.state == "blocked" and (earlier is None or earlier.reasons != said.reasons):
                newly_blocked += 1
            if said.asks and (earlier is None or not earlier.asks) and run.is_a_cron_job:
                self._is_told(said, sale, run)
        if self.world.story.weather == "calm" and not run.acted and run.is_a_cron_job:
            self._all_is_done(run)
        self.last_words = ""
        return newly_blocked

    def _what_was_typed_in(self, run: Run) -> None:
        """Judge the orders that were typed in by hand, as soon as the tool has taken them."""
        typed = [one for one in self.world.sales.values() if one.typed and one.exported is None]
        if not typed:
            return
        book = read_book(self.world.paths.state, everything=True)
        for sale in typed:
            said = book.get(sale.reference)
            if said is not None and said.order_id is not None:
                self._taken(said.order_id, sale, run)

    def _taken(self, order_id: int, sale: Sale, run: Run) -> None:
        """Judge an order that was typed in by hand, and that the tool took for this one."""
        content = self.world.content(self.world.lnb.orders[sale.reference])
        order = self.world.erp.orders.get(order_id)
        if order is not None and not run.acted and run.is_a_cron_job:
            number = self.world.first_of(order["CustomerId"])
            holds = (number, self.world.articles(pieces_of(order, SHIPPING_ID)))
            if holds != (content.customer_id, content.pieces):
                text = f"order {order_id} holds {holds} and was taken for {content}"
                self.verdict.broken(ORDERED, sale.reference, run, text)
        sale.exported = content

    def _ordered(self, sale: Sale, order_id: int, run: Run) -> None:
        order = self.world.erp.orders.get(order_id)
        if order is None:
            return
        holds = Content(
            self.world.first_of(order["CustomerId"]),
            self.world.articles(pieces_of(order, SHIPPING_ID)),
            net_of(order),
            (order.get("Currency") or {}).get("Symbol", "NOK"),
        )
        stood = [
            one.content
            for one in sale.during(run.began, run.ended)
            if one.status in TAKEN_FROM or not run.is_a_cron_job or sale.in_doubt
        ]
        stood.append(self.world.content(self.world.lnb.orders[sale.reference]))
        if holds not in stood:
            text = f"order {order_id} holds {holds}, and Le New Black held {stood}"
            self.verdict.broken(ORDERED, sale.reference, run, text)

    def twice(self, sale: Sale, run: Run | None) -> None:
        """Judge how often an order is there that the tool made."""
        there = [one for one in (*sale.ours, *sale.typed) if one in self.world.erp.orders]
        if len(there) > 1 + sale.surplus:
            if sale.conceded:
                self.verdict.conceded.update(sale.conceded)
                sale.surplus += 1
                return
            self.verdict.broken(TWICE, sale.reference, run, f"orders {there}")

    def _status(self, one: StatusSet, run: Run) -> None:
        sale = self.world.sales[one.reference]
        if one.before["status"] == "canceled":
            text = f"{one.status} was written over canceled"
            self.verdict.broken(STATUS, one.reference, run, text)
        if one.status == "closed" and not one.there and not sale.conceded:
            self.verdict.broken(STATUS, one.reference, run, "closed, and it is not there")

    def _has_a_cause(self, said: Said, sale: Sale, run: Run) -> None:
        """Judge whether a person is asked about an order for a reason that the world knows."""
        if sale.conceded:
            return
        flaws = self.world.flaws(sale)
        for code in said.reasons if said.state in ("blocked", "needs_decision") else ():
            known = {
                "order.reference_taken": bool(sale.typed or self.world.ledger_forgot)
                or sale.retailer.shop.customer_id in self.world.merged,
                "order.duplicate": len(sale.there) > 1 or sale.was_doubled,
                "order.refused": sale.was_refused,
                "order.not_searchable": sale.was_in_doubt,
            }
            kind = FLAWS.get(code, FLAWS.get(code.partition(".")[0], ""))
            if not known.get(code, kind in flaws):
                text = f"{said.state} for {code}, and the world knows only {flaws or 'nothing'}"
                self.verdict.broken(VAIN, sale.reference, run, text)
        exported = sale.acknowledged or sale.exported
        now = self.world.content(self.world.lnb.orders[sale.reference])
        changed = exported != now or any(one.content != now for one in sale.versions)
        if said.notice == "order.changed_after_export" and not changed:
            self.verdict.broken(VAIN, sale.reference, run, "said to be changed, and is not")
        canceled = any(one.status == "canceled" for one in sale.versions)
        if said.notice == "order.canceled_after_export" and not canceled:
            self.verdict.broken(VAIN, sale.reference, run, "said to be canceled, and is not")

    def _is_told(self, said: Said, sale: Sale, run: Run) -> None:
        """Judge whether the mail of the run that found it names an order or its cause."""
        order = self.world.lnb.orders[sale.reference]
        names = [sale.reference, str(order["retailer_name"])]
        names += [str(item[code]) for item in order["items"] for code in ("ean13", "sku")]
        names += [ORDER_REASONS[code] for code in said.reasons]
        if not any(name in self.last_words for name in names):
            told = self.last_words
            text = f"{said.state} {said.reasons} {said.notice}, and the mail says: {told!r}"
            self.verdict.broken(TOLD, sale.reference, run, text)

    def _all_is_done(self, run: Run) -> None:
        """Judge a run that nothing troubled: what was up for export is there, and is named else."""
        for sale in self.world.live():
            if sale.now.status not in TAKEN_FROM or sale.versions[-1].at > run.began:
                continue
            self.due(sale, run)

    def due(self, sale: Sale, run: Run | None) -> None:
        """Judge an order that is up for export, and that a whole run has looked at."""
        if sale.there or sale.skipped or sale.conceded:
            return
        said = self.said.get(sale.reference)
        if said is None or not said.asks:
            state = said.state if said else "not known"
            flaws = self.world.flaws(sale) or "nothing wrong with it"
            text = f"is not in 24SevenOffice; the ledger: {state}; the world knows {flaws}"
            self.verdict.broken(DUE, sale.reference, run, text)

    def settled(self) -> None:
        """Judge the orders after a quiet time: each once, or named; and none in doubt."""
        self.said = read_book(self.world.paths.state, everything=True)
        for sale in self.world.sales.values():
            self._change_is_told(sale, self.said.get(sale.reference))
            self._copies_are_told(sale, self.said.get(sale.reference))
        for sale in self.world.live():
            self.twice(sale, None)
            said = self.said.get(sale.reference)
            if sale.now.status in TAKEN_FROM:
                self.due(sale, None)
            state = said.state if said else ""
            if state in ("sending", "unconfirmed", "retry") and not sale.conceded:
                self.verdict.broken(DUE, sale.reference, None, f"is still {state}")
            sale.was_in_doubt, sale.in_doubt = sale.was_in_doubt or sale.in_doubt, False

    def _copies_are_told(self, sale: Sale, said: Said | None) -> None:
        """Judge that somebody is asked about an order that is there twice, closed or not.

        A new ledger does not know the closed ones; those `reconcile` names.
        """
        copies = [one for one in sale.ours if one in self.world.erp.orders]
        if said is None or sale.conceded or len(copies) < 2 or said.state == "needs_decision":
            return
        text = f"orders {copies}, and nobody is asked ({said.state})"
        self.verdict.broken(DUE, sale.reference, None, text)

    def _change_is_told(self, sale: Sale, said: Said | None) -> None:
        """Judge that a change after the export stands until somebody has dealt with it."""
        if said is None or said.order_id is None or sale.conceded or sale.exported is None:
            return
        now = self.world.content(self.world.lnb.orders[sale.reference])
        known = (sale.exported, sale.acknowledged)
        if sale.now.status != "canceled" and now not in known and said.notice is None:
            text = f"was changed after its export to {now}, and nobody is told"
            self.verdict.broken(TOLD, sale.reference, None, text)


def whole(pieces: Decimal) -> int:
    """Return pieces as a buyer may be shown them."""
    return max(0, int(pieces // 1))
