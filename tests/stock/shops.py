"""Installations that the tests of stock begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hand_clock import HandClock
from installation import Installation
from small_brand import small_brand

from lnb24so.sandbox import Sandbox


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
