"""The stock plan: a pure function of what was read, and empty once it was carried out."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lnb24so.config.schema import Stock
from lnb24so.stock.available import StockReading, available
from lnb24so.stock.plan import StockItem, plan_stock
from lnb24so.stock.story import level_story

from .build import (
    DRESS,
    EAN,
    NOW,
    line,
    open_order,
    order,
    product,
    reading,
    stock_settings,
)

D = Decimal

CODES = st.sampled_from("ABCDE")
NO_CODE_OR_ONE = st.sampled_from(["", *"ABCDE"])
PIECES = st.one_of(
    st.none(), st.integers(-50, 200).map(D), st.decimals(-5, 50, places=3), st.just(D("1E+20"))
)


@st.composite
def readings(draw: st.DrawFn) -> StockReading:
    """Return any small shop: shared codes, debts, halves, orders of every kind."""
    products = [
        product(
            number,
            draw(NO_CODE_OR_ONE),
            stock=draw(PIECES),
            active=draw(st.booleans()),
            stock_controlled=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(1, 7)))
    ]
    inventory = draw(st.dictionaries(CODES, st.one_of(st.none(), st.integers(0, 60))))
    taken = draw(st.dictionaries(st.integers(1, 7), st.integers(-3, 30), max_size=4))
    lines = draw(st.lists(st.tuples(NO_CODE_OR_ONE, st.one_of(st.none(), PIECES)), max_size=3))
    waiting = order(*(line(ean13=code, quantity=pieces) for code, pieces in lines))
    return reading(
        products,
        inventory,
        open_orders=[open_order(taken)],
        waiting_orders=[waiting],
        known=draw(st.dictionaries(CODES, st.booleans())),
        codes_set=draw(st.dictionaries(CODES, st.sampled_from([(None, False), (1, True)]))),
    )


SETTINGS = st.builds(
    Stock,
    lnb_mode=st.sampled_from(["simple", "advanced", "time_based"]),
    quantity=st.sampled_from(["available", "on_hand"]),
    buffer=st.integers(0, 5),
    expired_products=st.sampled_from(["zero", "keep"]),
    deleted_products=st.sampled_from(["zero", "keep"]),
)


@given(PIECES.filter(lambda pieces: pieces is not None))
def test_available_is_never_negative_and_never_more_than_there_is(pieces: Decimal) -> None:
    assert available(pieces) == max(0, floor(pieces))


@settings(max_examples=100)
@given(readings(), SETTINGS)
def test_no_level_is_negative_and_no_code_is_sent_twice(found: StockReading, chosen: Stock) -> None:
    planned = plan_stock(found, chosen).items
    assert all(item.after is None or item.after >= 0 for item in planned)
    assert len({item.code for item in planned}) == len(planned)
    assert all(item.code for item in planned)


@settings(max_examples=100)
@given(readings(), SETTINGS, st.booleans())
def test_the_plan_is_a_pure_function(found: StockReading, chosen: Stock, every: bool) -> None:
    untouched = deepcopy(found)
    first = plan_stock(found, chosen, send_all=every)
    assert plan_stock(found, chosen, send_all=every) == first
    assert found == untouched


def applied(found: StockReading, planned: tuple[StockItem, ...]) -> StockReading:
    """Return what Le New Black shows after a plan was carried out."""
    sent = {item.code: item.after for item in planned if item.action == "set"}
    return replace(
        found,
        inventory={**found.inventory, **sent},
        codes_set={**found.codes_set, **dict.fromkeys(sent, (1, False))},
        known={code: yes for code, yes in found.known.items() if code not in sent},
    )


@settings(max_examples=100)
@given(readings(), SETTINGS)
def test_planning_again_after_applying_gives_nothing_to_send(
    found: StockReading, chosen: Stock
) -> None:
    first = plan_stock(found, chosen, accept_drop=True)
    again = plan_stock(applied(found, first.items), chosen, accept_drop=True)
    sent = [item for item in again.items if item.action == "set"]
    if chosen.lnb_mode == "time_based":
        assert all(item.before == item.after for item in sent)
    else:
        assert sent == []


# The story of a level: what `preview stock --code` tells of one code

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
            f"{EAN}: Le New Black shows 9; two active products have the code; the level may only "
            "fall, to their sum.",
        ),
    ],
)
def test_the_story_of_a_code_without_a_level_says_why(products: list[Any], last: str) -> None:
    assert level_story(EAN, reading(products, {EAN: 9}), stock_settings())[-1] == last


def test_the_story_of_two_products_with_one_code_adds_both_up() -> None:
    found = reading(
        [DRESS, DRESS._replace(id=1004, stock=D(2))],
        {EAN: 20},
        open_orders=[open_order({1001: 3}), open_order({1004: 1}, order_id=9002)],
        waiting_orders=[order(reference="70123")],
    )
    assert level_story(EAN, found, stock_settings(buffer=1))[2:-1] == [
        "       +10  stock in 24SevenOffice of product 1001",
        "        +2  stock in 24SevenOffice of product 1004",
        "        -3  open order 9001",
        "        -1  open order 9002",
        "        -2  waiting order 70123",
        "        -1  buffer",
    ]


@settings(max_examples=100)
@given(readings(), SETTINGS, CODES)
def test_the_story_of_a_level_ends_with_the_level_of_the_plan(
    found: StockReading, chosen: Stock, code: str
) -> None:
    story = level_story(code, found, chosen)
    plan = plan_stock(found, chosen, send_all=True)
    planned = {item.code: item for item in plan.items}.get(code)
    if planned is None or planned.reason:
        assert "available to sell" not in story[-1]
        return
    steps = [D(told.split()[0]) for told in story[:-1] if told.lstrip()[0] in "+-"]
    assert max(0, floor(sum(steps))) == planned.after
    assert story[-1].split()[:4] == [str(planned.after), "available", "to", "sell;"]


def test_the_story_tells_what_is_not_held_and_why() -> None:
    far = open_order({1001: 7}, order_id=54001, delivery=NOW + timedelta(days=90))
    after = order(reference="70130", create_time=NOW + timedelta(seconds=1))
    old = order(reference="70131", create_time=NOW - timedelta(days=40))
    held = order(reference="70132", create_time=NOW - timedelta(days=1))
    found = reading(
        [DRESS],
        {EAN: 9},
        open_orders=[far],
        waiting_orders=[after, old, held],
        since=NOW - timedelta(days=30),
        read_until=NOW + timedelta(seconds=2),
    )
    chosen = stock_settings("time_based", open_order_delivery_within_days=30)
    assert level_story(EAN, found, chosen)[1:] == [
        "       +10  stock in 24SevenOffice",
        "        -2  waiting order 70132",
        "       (7)  open order 54001: not held, for it is delivered later than "
        "stock.open_order_delivery_within_days",
        "       (2)  order 70130: not held, for it was made after the levels' time, so "
        "Le New Black holds its pieces",
        "       (2)  order 70131: not held, for it was made before orders.since",
        "         8  available to sell; Le New Black shows 9",
    ]
