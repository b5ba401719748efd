"""The worked examples, in the README and in help, are what the code does, figure by figure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from lnb24so.commands.help.names import topic
from lnb24so.orders.draft import Draft
from lnb24so.stock.plan import plan_stock

from .build import (
    DRESS,
    EAN,
    NOW,
    OTHER_EAN,
    codes,
    draft,
    line,
    open_order,
    order,
    reading,
    stock_settings,
)

D = Decimal


def stock_example(project_root: Path) -> dict[str, list[str]]:
    """Return the table of the README's worked example: the cells of each row by its first one."""
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- stock example -->\n(.*?)<!-- end -->", readme, re.DOTALL)
    assert found is not None
    rows = re.findall(r"^\|(.+)\|$", found[1].replace("**", ""), re.MULTILINE)
    cells = ([cell.strip() for cell in row.split("|")] for row in rows)
    return {first: others for first, *others in cells}


def money_example() -> dict[str, list[str]]:
    """Return the same of the table in `lnb24so help money`, whose columns are two spaces apart."""
    lines = topic("money").partition("\nrow ")[2].partition("\n\n")[0].splitlines()[1:]
    return {first: others for first, *others in (re.split(r"\s{2,}", line) for line in lines)}


SOLD = order(
    line(quantity=3, unit_price="1299", discount_rate="12.5", promotion_rate="5"),
    line(ean13=OTHER_EAN, quantity=10, unit_price="249.90"),
    discount_rate="3",
    amount_shipping="149",
    amount_total="5715.23",
)


@pytest.fixture(scope="module")
def sold() -> Draft:
    """Return the order of the money example, as it is sent."""
    return draft(SOLD)


@pytest.mark.parametrize(("row", "name"), [(0, "Alma Dress"), (1, "Saga Scarf"), (2, "shipping")])
def test_the_money_example_shows_what_is_sent(sold: Draft, row: int, name: str) -> None:
    assert sold.invoice is not None
    sent = sold.invoice.rows[row]
    _, comes_to, price, rate = money_example()[name]
    assert (amount(price), amount(rate), amount(comes_to)) == (
        sent.price,
        sent.discount_rate,
        (sent.price * sent.quantity * (1 - sent.discount_rate / 100)).quantize(D("0.01")),
    )


def test_the_money_example_adds_up(sold: Draft) -> None:
    rows = money_example()
    assert amount(rows["together"][1]) == sold.total
    assert (sold.reasons, sold.warnings) == ((), ())


@pytest.mark.parametrize(("total", "passes"), [("5715.24", True), ("5715.25", False)])
def test_the_money_example_says_how_far_a_total_may_be_off(total: str, passes: bool) -> None:
    assert (codes(draft(replace(SOLD, amount_total=D(total)))) == []) is passes


def amount(text: str) -> Decimal:
    return D(re.sub("[, %]", "", text))


READ = {"simple": ("70123",), "advanced": (), "time_based": ("70123", "70124")}
"""Which of the two orders each mode reads."""


@pytest.mark.parametrize(("column", "mode"), [(0, "simple"), (1, "advanced"), (2, "time_based")])
def test_the_stock_example_shows_the_level_that_is_sent_in_each_mode(
    project_root: Path, column: int, mode: str
) -> None:
    rows = {name: cells[column] for name, cells in stock_example(project_root).items()}
    confirmed = order(line(quantity=6), create_time=NOW - timedelta(minutes=15))
    made_since = order(
        line(quantity=3),
        reference="70124",
        status="open_for_brand",
        create_time=NOW + timedelta(seconds=1),
    )
    found = reading(
        [DRESS._replace(stock=D(40))],
        {EAN: 0},
        open_orders=[open_order({1001: 12}, delivered=5)],
        waiting_orders=[one for one in (confirmed, made_since) if one.reference in READ[mode]],
        read_until=NOW + timedelta(seconds=2),
    )
    (item,) = plan_stock(found, stock_settings(mode, buffer=2)).items
    steps = ("stock in 24SevenOffice", "open orders there", "order 70123", "buffer")
    assert sum(pieces(rows[step]) for step in steps) == item.after
    assert pieces(rows["sent as `in_stock`"]) == item.after
    assert item.after - pieces(rows["Le New Black subtracts"]) == pieces(rows["shown as available"])


def pieces(cell: str) -> int:
    """Return the sum of the numbers in a cell: -13 for `-7, and -6`."""
    return sum(map(int, re.findall(r"-?\d+", cell)))
