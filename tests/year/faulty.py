"""What can go wrong in one run, by name: each is drawn by the story's chance, and noted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from exactly_once.troubles import IN_CREATE, IN_REST, IN_SOAP

from lnb24so.ledger.store import Ledger
from lnb24so.sandbox.exchange import Reply
from lnb24so.sandbox.faults import Behaviour, Exchange

from .world import World

CLEAR = (
    *("dead session", "lost identity", "quarantine", "API exception"),
    *("too many, wait", "too many, go"),
)
"""After these nobody doubts whether a create was carried out, or may say so."""

OUTAGES: Mapping[str, tuple[str, ...]] = {
    "24SevenOffice": ("reset", "503 before", "web page before", "fault before", "quarantine"),
    "Le New Black": ("reset", "503 before", "status 500"),
}


def is_rest(operation: str) -> bool:
    """Return whether an operation is Le New Black's."""
    return operation.startswith(("GET ", "POST "))


def table_of(operation: str) -> Mapping[str, Behaviour]:
    """Return what can go wrong with an operation, by name."""
    if operation == "SaveInvoices":
        return IN_CREATE
    return IN_REST if is_rest(operation) else IN_SOAP


def reference_in(body: bytes) -> str:
    """Return Le New Black's reference of the order that a SaveInvoices request carries."""
    return body.partition(b"ReferenceNumber>LNB")[2].partition(b"<")[0].decode()


@contextmanager
def full_disk(after: int) -> Iterator[None]:
    """Let the disk fill up after so many commits."""
    transaction, commits = Ledger.transaction, 0

    @contextmanager
    def filling(self: Ledger) -> Iterator[sqlite3.Connection]:
        nonlocal commits
        with transaction(self) as database:
            yield database
            commits += 1
            if commits > after:
                raise sqlite3.OperationalError("database or disk is full")

    with patch.object(Ledger, "transaction", filling):
        yield


class ShortLists:
    """Lists of one run that lack some records, though asking for them by id shows them."""

    def __init__(self, world: World, orders: set[int], products: set[int]) -> None:
        self.world, self.orders, self.products = world, orders, products

    def behaviour(self, operation: str) -> Behaviour | None:
        """Return what answers an operation, or None where it is answered as ever."""
        if operation in ("GetInvoices", "GetProducts"):
            return self._short
        return None

    def _short(self, exchange: Exchange) -> Reply:
        body = exchange.call.body
        if b"OrderIds>" in body or b"ProductIds>" in body:
            return exchange.apply()
        company = self.world.erp.trading
        with self.world.erp.lock:
            orders, products = dict(company.orders), dict(company.products)
            for number in self.orders:
                company.orders.pop(number, None)
            for number in self.products:
                company.products.pop(number, None)
            try:
                return exchange.apply()
            finally:
                company.orders.clear()
                company.orders.update(orders)
                company.products.clear()
                company.products.update(products)
