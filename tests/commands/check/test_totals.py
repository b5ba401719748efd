"""Which prices orders hold, told by their own totals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lnb24so.commands.check.totals import READINGS, adds_up
from lnb24so.lnb.types import Line, Order


@pytest.mark.parametrize(
    ("total", "reading"), [("170.00", "before_discount"), ("200.00", "after_discount")]
)
def test_an_orders_own_total_tells_how_its_prices_read(total: str, reading: str) -> None:
    line = Line(quantity=Decimal(2), unit_price=Decimal(100), discount_rate=Decimal(15))
    order = Order("1", currency="EUR", amount_total=Decimal(total), lines=(line,))
    assert [each for each in READINGS if adds_up(order, each)] == [reading]
