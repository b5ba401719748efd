"""The story of a level: what `preview stock --code` tells of one code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lnb24so.stock.plan import level_story

from .build import (
    DRESS,
    EAN,
    open_order,
    order,
    reading,
    stock_settings,
)

D = Decimal
EXPIRED = DRESS._replace(id=1003, active=False, stock=D(3))


def test_the_story_of_a_level_names_every_order_that_holds_a_piece() -> None:
    found = reading(
        [DRESS],
        {EAN: 9},
        open_orders=[
            open_order({1001: 3}, order_id=54001),
            open_order({1002: 3}, order_id=54002),
        ],
        waiting_orders=[order(reference="70123"), order(reference="70124", lines=())],
    )
    assert level_story(EAN, found, stock_settings(buffer=1)) == [
        '7041234567890 "Alma Dress", product 1001',
        "       +10  stock in 24SevenOffice",
        "        -3  open order 54001",
        "        -2  waiting order 70123",
        "        -1  buffer",
        "         4  available to sell; Le New Black shows 9",
    ]


@pytest.mark.parametrize(
    ("products", "last"),
    [
        ([], f"{EAN}: Le New Black shows 9; no product in 24SevenOffice has the code."),
        (
            [EXPIRED],
            f"{EAN}: Le New Black shows 9; the product is expired: its level becomes 0.",
        ),
        (
            [DRESS, DRESS._replace(id=1004)],
            f"{EAN}: Le New Black shows 9; two active products have the code; the level stays.",
        ),
    ],
)
def test_the_story_of_a_code_without_a_level_says_why(products: list[Any], last: str) -> None:
    assert level_story(EAN, reading(products, {EAN: 9}), stock_settings())[-1] == last
