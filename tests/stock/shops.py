"""Installations that the tests of stock begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hand_clock import HandClock
from installation import Installation
from small_brand import small_brand

from lnb24so.sandbox import Exchange, Reply, Sandbox


@contextmanager
def ten_of_each(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Installation, HandClock]]:
    """Yield an installation with ten pieces of each code; all its clocks are one, moved by hand."""
    hand = HandClock()
    with Sandbox(small_brand(today=hand.now().date()), now=hand.now) as box:
        office = Installation(box, folder, monkeypatch)
        monkeypatch.setattr("lnb24so.clock.Clock", lambda: hand.clock)
        for number in list(box.erp.products):
            box.erp.change_product(number, Stock=Decimal(10))
        yield office, hand


def lacking(
    office: Installation, *ids: int, books: str = "orders", by_id_too: bool = False
) -> Callable[[Exchange], Reply]:
    """Return what answers without these, in the lists, or wherever they are asked for."""
    erp, by_id = office.box.erp, (b"OrderIds", b"ProductIds", b":EAN1>", b":No>")

    def behave(exchange: Exchange) -> Reply:
        if not by_id_too and any(name in exchange.call.body for name in by_id):
            return exchange.apply()
        with erp.lock:
            book = getattr(erp, books)
            kept = dict(book)
            for number in ids:
                book.pop(number, None)
            try:
                return exchange.apply()
            finally:
                book.clear()
                book.update(kept)

    return behave
