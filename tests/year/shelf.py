"""What a buyer sees, held against what can be sold: never more, and less only for a reason."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

from lnb24so.sandbox.portal import allocates, counts

from .cron import Run
from .judge import whole
from .truth import PROMISED, Sale
from .verdict import Verdict
from .world import World

MORE = "never more is shown as available than can be sold"
LESS = "nothing is shown too low without a reason of the closed list"
LATELY = timedelta(days=30)


class Shelf:
    """Looks at each run of `pull-stock`."""

    def __init__(self, world: World, verdict: Verdict) -> None:
        self.world, self.verdict = world, verdict
        self.reasons = Counter[str]()
        self.set_before: set[str] = set()
        self._forgot = 0

    def after(self, run: Run) -> None:
        """Judge a run that set levels: all codes where it was whole, else those that it sent."""
        if run.task != "pull-stock":
            return
        sent = run.levels
        here = self.world.field[0]
        if self._forgot != self.world.ledger_forgot:
            self._forgot = self.world.ledger_forgot
            self.set_before.clear()
        is_refused = any(" at POST /multi/" in trouble for trouble in run.troubles)
        sellable, shown = self.world.sellable(), self.shown()
        explained, meanwhile = self.explained(), self._changed_meanwhile(run)
        for code in self.world.codes:
            if code.sku not in shown or self._moved(code.sku, run):
                continue
            if (not run.is_whole or is_refused) and (getattr(code, here) not in sent or run.acted):
                continue
            seen, right = shown[code.sku], whole(sellable[code.sku])
            text = f"{seen} are shown and {sellable[code.sku]} can be sold"
            if seen > right:
                conceded = self._why_more(code.sku, getattr(code, here), meanwhile)
                if conceded:
                    self.verdict.conceded[conceded] += 1
                else:
                    self.verdict.broken(MORE, code.sku, run, self._why(text, code.sku, sent))
            elif run.is_whole and seen < right:
                if code.sku in meanwhile:
                    reason: str | None = "an order changed while the run was reading"
                else:
                    reason = self._reason(code.sku, seen, right, explained.get(code.sku, {}))
                if reason is None:
                    self.verdict.broken(LESS, code.sku, run, self._why(text, code.sku, sent))
                else:
                    self.reasons[reason] += 1
        self.set_before |= sent.keys()

    def _why_more(self, sku: str, code: str, meanwhile: set[str]) -> str:
        """Return what the protocol concedes where more is shown than can be sold, or nothing."""
        if sku in meanwhile:
            return "an order changed while stock was read"
        # The ledger knows a code's product once it has set it; of others nobody can be asked.
        if not self.world.products_of({"ean13": code, "sku": code}) and code not in self.set_before:
            return "a code without a product that was never set"
        return ""

    def _why(self, text: str, sku: str, sent: dict[str, int]) -> str:
        row = self.world.lnb.inventory[sku]
        waiting = [
            f"{sale.reference} {sale.now.status} there {sale.there}"
            for sale in self.world.live()
            if any(item["sku"] == sku for item in self.world.lnb.orders[sale.reference]["items"])
        ]
        return f"{text}; level {json.dumps(row)}; orders {waiting}; sent {sent.get(sku)}"

    def _moved(self, sku: str, run: Run) -> bool:
        """Return whether somebody moved pieces of a code while the run was reading."""
        number = self.world.touched.get(sku)
        return number is not None and run.acted and self.world.tale[number].at > run.began

    def _changed_meanwhile(self, run: Run) -> set[str]:
        """Return the SKUs of orders that were there before a run and changed in it.

        Time-based, Le New Black counts only what was made after the levels' time.
        """
        if not run.acted:
            return set()
        changed = [sale for sale in self.recent() if sale.made <= run.began < sale.now.at]
        if self.world.story.lnb_mode == "simple":
            # What is confirmed meanwhile is asked for once more; an edit shows in the next run.
            words = {line.subject: line.text for line in self.world.tale[-40:]}
            changed = [one for one in changed if words.get(one.reference) != "confirmed"]
        lines = (
            item for sale in changed for item in self.world.lnb.orders[sale.reference]["items"]
        )
        return {item["sku"] for item in lines}

    def shown(self) -> dict[str, int]:
        """Return what a buyer sees, by Le New Black's own rule of this account's mode."""
        lnb, mode, now = self.world.lnb, self.world.story.lnb_mode, self.world.lnb.now()
        left = {sku: row["in_stock"] for sku, row in lnb.inventory.items()}
        for sale in self.recent():
            order = lnb.orders[sale.reference]
            for item in order["items"] if counts(order) else ():
                row = lnb.inventory.get(item["sku"])
                if row is not None and allocates(mode, order, row, now):
                    left[item["sku"]] -= int(item["quantity"])
        return {sku: max(0, pieces) for sku, pieces in left.items()}

    def recent(self) -> list[Sale]:
        """Return the orders that can take from a level."""
        since = self.world.time.now() - LATELY
        live = PROMISED
        return [
            one for one in self.world.sales.values() if one.now.status in live or one.made > since
        ]

    def explained(self) -> dict[str, dict[str, int]]:
        """Return the pieces that are held back though nobody else needs them, and why."""
        lnb, mode, now = self.world.lnb, self.world.story.lnb_mode, self.world.lnb.now()
        found: dict[str, dict[str, int]] = {}
        for sale in self.recent():
            order = lnb.orders[sale.reference]
            is_promised = sale.now.status in PROMISED and not (sale.there or sale.skipped)
            if is_promised and mode != "time_based":
                continue
            for item in order["items"] if counts(order) else ():
                row = lnb.inventory.get(item["sku"])
                if row is None:
                    continue
                why = ""
                if allocates(mode, order, row, now) and is_promised:
                    # Its time lies after the levels'; the tool holds what seems to be to come.
                    why = "Le New Black's clock stood ahead when the order was made"
                elif allocates(mode, order, row, now):
                    why = "Le New Black itself still holds an order that is there"
                elif (
                    not is_promised
                    and sale.there
                    and sale.now.status in PROMISED
                    and not self._is_open(sale)
                ):
                    why = "an order left 24SevenOffice's open ones before its status was set"
                if why:
                    pieces = found.setdefault(item["sku"], {})
                    pieces[why] = pieces.get(why, 0) + int(item["quantity"])
        return found

    def _is_open(self, sale: Sale) -> bool:
        orders = (self.world.erp.orders.get(one) for one in sale.there)
        return any(one and one.get("OrderStatus", "Web") != "Invoiced" for one in orders)

    def _reason(self, sku: str, seen: int, right: int, pieces: dict[str, int]) -> str | None:
        """Return the reason of the closed list for a level that is too low, or None."""
        code = next(one for one in self.world.codes if one.sku == sku)
        products = self.world.products_of({"ean13": code.ean13, "sku": code.sku})
        if len(products) > 1:
            return "two active products have the code: it may only fall"
        if pieces and right - seen <= sum(pieces.values()):
            return max(pieces, key=lambda why: pieces[why])
        return None
