"""A run on a terminal of 60, 80 and 120 columns: what it is about is whole on each."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from installation import Installation
from rich.cells import cell_len
from terminal import on_a_terminal

from lnb24so.run import preview, pull_stock
from lnb24so.screen.boards import board_lines

pytestmark = pytest.mark.slow

WIDTHS = (60, 80, 120)
NAMES = {
    "short": "Ærlig Mode",
    "long": "A" * 45,
    "wide": "東京セレクト" * 15,
    "marked": "e\N{COMBINING ACUTE ACCENT}" * 90,
}
MOST = 50


def words(lines: list[str]) -> str:
    """Return lines as one text without blanks, whatever the width at which they broke."""
    return "".join("".join(lines).split())


def rename(office: Installation, name: str) -> None:
    """Give every retailer, customer and product that name."""
    for order in office.box.lnb.orders.values():
        order["retailer_name"] = name
    for customer in office.box.erp.customers.values():
        customer["Name"] = name
    for number in list(office.box.erp.products):
        office.box.erp.change_product(number, Name=name)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_numbers_actions_amounts_and_reasons_are_whole(
    office: Installation, name: str, width: int
) -> None:
    rename(office, name)
    report = preview(office.config, office.mode("preview", writes=False), None)
    assert report.orders is not None
    assert report.stock is not None
    lines = list(board_lines(report, MOST, width))
    assert max(map(cell_len, lines)) <= width
    text = words(lines)
    for result in report.orders.results:
        item = result.item
        [row] = [
            line for line in lines if re.match(rf"{item.reference}  ?\S.* {item.action} ", line)
        ]
        total = f"{item.total:,.{0 if item.currency == 'ISK' else 2}f} {item.currency}"
        assert row.endswith(f" {total}")
        for reason in result.reasons:
            told = {words([reason.message]), words([reason.cause or reason.message])}
            assert any(one in text for one in told)
    for level in report.stock.plan.items:
        if level.reason in ("code.conflict", "code.without_product"):
            assert [line for line in lines if level.code in line and level.reason in line]


@pytest.mark.parametrize("width", WIDTHS)
def test_of_many_orders_every_one_that_waits_for_a_person_is_shown(
    office: Installation, width: int
) -> None:
    blank = office.box.lnb.orders["70118"]
    good = office.box.lnb.orders["70101"]
    office.box.lnb.orders.clear()
    for number in range(300):
        reference = str(80001 + number)
        order = blank if number % 20 < 7 else good
        office.box.lnb.orders[reference] = order | {"reference": reference}
    shown = on_a_terminal(office, "preview", "orders", columns=width).out.replace("\r", "")
    lines = shown.splitlines()
    blocked = [line for line in lines if " blocked " in line and line[:5].isdigit()]
    assert len(blocked) == 105
    assert "... and 195 more: lnb24so preview orders | less" in lines
    assert "Orders: 195 to create, 105 blocked." in lines
    cause = words(lines).partition("hasnocustomerreference:105orders,")[2]
    assert cause.startswith(f"{105 * blank['amount_total']:,.2f}NOK.Fix:enterits")


def test_what_needs_a_person_comes_first(office: Installation) -> None:
    report = preview(office.config, office.mode("preview", writes=False), "orders")
    rows = [line for line in board_lines(report, MOST, 80) if re.match(r"\d{5} ", line)]
    actions = ["blocked" in row for row in rows]
    assert actions == sorted(actions, reverse=True)


def test_a_retailer_is_called_as_in_le_new_black(office: Installation) -> None:
    office.box.lnb.orders["70101"]["retailer_name"] = "Grünerløkka Shop 2"
    report = preview(office.config, office.mode("preview", writes=False), "orders")
    [row] = [line for line in board_lines(report, MOST, 80) if line.startswith("70101 ")]
    assert "Grünerløkka Shop 2" in row
    assert "Garderobe" not in row


def test_a_refused_level_says_why_whole(office: Installation) -> None:
    why = "the level of this size is locked by the brand's own people until the sale is over"
    code = next(iter(office.box.lnb.inventory))
    report = pull_stock(office.config, office.mode("pull-stock"))
    assert report.stock is not None
    refused = replace(report, stock=replace(report.stock, refused={code: why}))
    assert words([f"{code}: {why}"]) in words(list(board_lines(refused, MOST, 60)))
