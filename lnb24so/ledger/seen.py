"""What the ledger holds for stock: codes and what became of them, and what was seen of orders."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import NoneType
from typing import TYPE_CHECKING, Any

from lnb24so.clock import utc_text

from .access import Access

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Lines = tuple[tuple[str, str, str], ...]
"""The lines of a waiting order: EAN, SKU and pieces of each, as texts."""


class Seen(Access):
    """The tables that only stock asks, and what stock asks of the orders."""

    # Orders, as far as they hold stock

    def references_in_erp(self, among: Iterable[str] | None = None) -> set[str]:
        """Return the references, of all or among these, of which 24SevenOffice has the order.

        One that stands for two orders until a person has decided is none of them.
        """
        has_it = "order_id IS NOT NULL AND (other_made IS NULL OR state != 'needs_decision')"
        if among is None:
            return self._references(has_it)
        which = "reference IN (SELECT value FROM json_each(?))"
        return self._references(f"{has_it} AND {which}", json.dumps(list(among)))

    def references_skipped(self) -> set[str]:
        """Return the references that a person decided not to send."""
        return self._references("state = 'skipped'")

    def references_asked_for(self) -> set[str]:
        """Return the references that a person named, whatever their age."""
        return self._references("asked_for IS NOT NULL")

    def references_sent_as(self) -> dict[str, str]:
        """Return the ReferenceNumber of each order that was sent and may not have arrived."""
        query = (
            "SELECT reference, erp_reference FROM orders"
            " WHERE order_id IS NULL AND erp_reference IS NOT NULL"
        )
        rows = self._values(query, "orders", reference=str, erp_reference=str)
        return {row["reference"]: row["erp_reference"] for row in rows}

    def _references(self, condition: str, *values: str) -> set[str]:
        query = f"SELECT reference FROM orders WHERE {condition}"  # noqa: S608 - ours, above
        return {row["reference"] for row in self._values(query, "orders", *values, reference=str)}

    # What was seen of orders: what a list no longer shows is asked about

    def waiting_lines(self) -> dict[str, Lines]:
        """Return the lines of the orders that held stock back in the last run, by reference."""
        query = "SELECT reference, lines FROM waiting_orders"
        rows = self._values(query, "waiting_orders", reference=str, lines=Lines)
        return {row["reference"]: row["lines"] for row in rows}

    def write_waiting_lines(self, waiting: Mapping[str, Lines]) -> None:
        """Replace the orders that hold stock back by these; only what differs is written."""
        before = self.waiting_lines()
        gone = before.keys() - waiting.keys()
        new = {name: lines for name, lines in waiting.items() if before.get(name) != lines}
        self._change(
            ("DELETE FROM waiting_orders WHERE reference = ?", [(name,) for name in gone]),
            (
                "INSERT OR REPLACE INTO waiting_orders VALUES (?, ?)",
                [(name, json.dumps(lines)) for name, lines in new.items()],
            ),
        )

    def open_order_ids(self) -> set[int]:
        """Return the ids of the orders that were open in the last run."""
        query = "SELECT order_id FROM open_orders"
        return {row["order_id"] for row in self._values(query, "open_orders", order_id=int)}

    def write_open_order_ids(self, order_ids: Iterable[int]) -> None:
        """Replace the ids of the open orders; only what differs is written."""
        before, now = self.open_order_ids(), set(order_ids)
        self._change(
            ("DELETE FROM open_orders WHERE order_id = ?", [(one,) for one in before - now]),
            ("INSERT INTO open_orders VALUES (?)", [(one,) for one in now - before]),
        )

    def hidden(self, kind: str) -> set[str]:
        """Return what a list does not show though it is there, by name."""
        query = "SELECT name FROM hidden WHERE kind = ?"
        rows = self._values(query, "hidden", kind, name=str)
        return {row["name"] for row in rows}

    def write_hidden(self, kind: str, names: Iterable[str]) -> None:
        """Replace what a list does not show; only what differs is written."""
        before, now = self.hidden(kind), set(names)
        self._change(
            (
                "DELETE FROM hidden WHERE kind = ? AND name = ?",
                [(kind, one) for one in before - now],
            ),
            ("INSERT INTO hidden VALUES (?, ?)", [(kind, one) for one in now - before]),
        )

    def _change(self, *steps: tuple[str, Sequence[tuple[object, ...]]]) -> None:
        """Write all steps that change anything, in one transaction."""
        steps = tuple((query, rows) for query, rows in steps if rows)
        if steps:
            with self.transaction():
                for query, rows in steps:
                    self._database.executemany(query, rows)

    # Stock codes

    def add_codes_set(self, products: Mapping[str, int | None]) -> None:
        """Remember codes, with their products' ids, before their levels are sent.

        A crash in between must not lose them.
        """
        query = (
            "INSERT INTO codes_set (code, product_id, gone) VALUES (?, ?, 0) ON CONFLICT (code)"
            " DO UPDATE SET product_id = excluded.product_id, gone = 0"
        )
        self._change((query, list(products.items())))

    def products_of_codes(
        self, among: Iterable[str] | None = None
    ) -> dict[str, tuple[int | None, bool]]:
        """Return of each code that was set, ever, its product's id, and whether that is gone.

        Of all, or of those `among` these. The id is None where an earlier version set the code.
        """
        which, values = "", list[str]()
        if among is not None:
            which, values = " AND code IN (SELECT value FROM json_each(?))", [json.dumps([*among])]
        # Nearly all of a hundred thousand are there: looked at all at once, they cost half.
        query = f"SELECT code, product_id FROM codes_set WHERE gone = 0{which}"  # noqa: S608 - ours
        rows = self.rows(query, values)
        products = {code: (number, False) for code, number in rows}
        others = f"gone IS NOT 0{which}"
        if {*map(type, products)} - {str} or {type(number) for _, number in rows} - {int, NoneType}:
            products, others = {}, f"TRUE{which}"  # The bad one is named.
        query = f"SELECT code, product_id, gone FROM codes_set WHERE {others}"  # noqa: S608 - ours
        kinds: dict[str, Any] = {"code": str, "product_id": int | None, "gone": bool}
        named = self._values(query, "codes_set", *values, **kinds)
        products.update({row["code"]: (row["product_id"], row["gone"]) for row in named})
        return products

    def write_products_of_codes(self, products: Mapping[str, tuple[int | None, bool]]) -> None:
        """Note the product id of codes that were set, and whether that product is gone."""
        rows = [(product_id, gone, code) for code, (product_id, gone) in products.items()]
        self._change(("UPDATE codes_set SET product_id = ?, gone = ? WHERE code = ?", rows))

    def codes_asked(self, now: datetime) -> dict[str, bool]:
        """Return the codes asked of Le New Black's product list in the last day: known or not."""
        since = now - timedelta(days=1)
        rows = self._values(
            "SELECT * FROM codes_asked", "codes_asked", code=str, known=bool, at=datetime
        )
        return {row["code"]: row["known"] for row in rows if row["at"] > since}

    def write_codes_asked(self, answers: Mapping[str, bool], now: datetime) -> None:
        """Replace what the product list said of the codes that the inventory does not show."""
        at = utc_text(now)
        with self.transaction():
            self._database.execute("DELETE FROM codes_asked")
            self._database.executemany(
                "INSERT INTO codes_asked VALUES (?, ?, ?)",
                ((code, known, at) for code, known in answers.items()),
            )

    def codes_reported(self) -> dict[str, str]:
        """Return the codes that were reported and not solved since, with the reason's code."""
        query = "SELECT code, reason FROM codes_reported"
        rows = self._values(query, "codes_reported", code=str, reason=str)
        return {row["code"]: row["reason"] for row in rows}

    def write_codes_reported(self, reported: Mapping[str, str]) -> None:
        """Replace the codes that have been reported, each with its reason's code."""
        if reported == self.codes_reported():
            return
        with self.transaction():
            self._database.execute("DELETE FROM codes_reported")
            self._database.executemany("INSERT INTO codes_reported VALUES (?, ?)", reported.items())
