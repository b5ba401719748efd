"""How prices are read: the order's own total tells, and what it does not tell is not guessed."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from installation import Installation

from lnb24so.config.schema import UnitPrice
from lnb24so.lnb.types import Line, Order
from lnb24so.money import amount_text, differs
from lnb24so.orders.prices import PriceReading, price_lines
from lnb24so.orders.total import Accepted
from lnb24so.sandbox.erp import row_total as total_in_erp
from lnb24so.soap.order import InvoiceOrder

from .build import codes, draft, invoice, line, order, warnings

D = Decimal


def in_erp(sent: InvoiceOrder) -> list[Decimal]:
    """Return what each row comes to in 24SevenOffice."""
    return [
        total_in_erp(
            {"Price": row.price, "Quantity": row.quantity, "DiscountRate": row.discount_rate}
        )
        for row in sent.rows
    ]


@pytest.mark.parametrize(
    ("pieces", "price", "rate", "total", "reading"),
    [
        (200, "12.99", "12.5", "2274.00", "per piece, halves up"),
        (200, "12.99", "12.5", "2273.25", "per row, halves up"),
        (10, "310.81", "5", "2952.70", "per row, halves up"),
        (10, "310.81", "5", "2952.69", "per row, halves down"),
        (7, "10.30", "2.5", "70.28", "per piece, halves up"),
    ],
)
def test_the_total_tells_how_prices_were_rounded(
    pieces: int, price: str, rate: str, total: str, reading: str
) -> None:
    wanted = order(line(quantity=pieces, unit_price=price, discount_rate=rate), amount_total=total)
    found = draft(wanted)
    assert (found.reasons, found.warnings, found.reading) == ((), (), reading)
    assert in_erp(invoice(wanted)) == [D(total)]


@pytest.mark.parametrize(
    ("head", "rows", "total", "billed"),
    [
        ({"amount_discount": "30"}, ({}, {"unit_price": 50}), "270", ["180.00", "90.00"]),
        ({"amount_promotion": "30"}, ({}, {"unit_price": 50}), "270", ["180.00", "90.00"]),
        ({"amount_discount": "10"}, ({}, {}, {}), "590", ["196.66", "196.67", "196.67"]),
        ({"amount_discount": "-30"}, ({}, {"unit_price": 50}), "270", ["180.00", "90.00"]),
        ({}, ({"discount_amount": "50"}, {}), "350", ["150.00", "200.00"]),
        ({}, ({"promotion_amount": "50"}, {}), "350", ["150.00", "200.00"]),
        ({"amount_discount": "50"}, ({"discount_amount": "50"}, {}), "350", ["150", "200"]),
        ({"amount_discount": "20"}, ({"discount_rate": "10"}, {}), "380", ["180", "200"]),
        ({"amount_discount": "50"}, ({"discount_amount": "20"}, {}), "330", ["156.32", "173.68"]),
        ({"amount_discount": "50"}, ({}, {}), "400", ["200", "200"]),
        ({"amount_discount": "40", "discount_rate": "10"}, ({}, {}), "360", ["180", "180"]),
        ({}, ({"discount_amount": "50", "discount_rate": "10"}, {}), "380", ["180", "200"]),
        ({}, ({"discount_amount": "50", "discount_rate": "0"}, {}), "350", ["150", "200"]),
        ({"amount_shipping": "99", "amount_discount": "40"}, ({}, {}), "459", ["180"] * 2 + ["99"]),
    ],
)
def test_an_amount_without_a_rate_counts_where_the_total_says_so(
    head: dict[str, Any], rows: tuple[dict[str, Any], ...], total: str, billed: list[str]
) -> None:
    wanted = order(*(line(**row) for row in rows), **head, amount_total=total)
    assert in_erp(invoice(wanted)) == [D(row) for row in billed]
    assert draft(wanted).warnings == ()


def test_a_discount_that_prices_hold_already_is_not_taken_again_by_its_amount() -> None:
    wanted = order(line(discount_amount="50"), amount_total="200")
    assert in_erp(invoice(wanted, unit_price="after_discount")) == [D(200)]


def test_a_total_within_half_a_unit_a_row_is_sent_with_a_warning_that_shows_both() -> None:
    found = draft(order(line(), line(), amount_total="400.01"))
    assert (codes(found), warnings(found)) == ([], ["order.total_mismatch"])
    assert found.warnings[0].message == (
        "the lines add up to 400.00 NOK, the order says 400.01 NOK (0.01 apart): rounding. "
        "Sent all the same."
    )


def test_two_readings_that_bill_a_row_differently_block_with_both() -> None:
    wanted = order(line(promotion_amount="50"), line(discount_amount="50"), amount_total="350")
    (reason,) = draft(wanted).reasons
    assert reason.code == "order.total_mismatch"
    assert "promotion_amount taken off" in reason.message
    assert "discount_amount taken off" in reason.message
    assert reason.message.endswith("bill 350.00: lnb24so resolve 70123 --accept-total 350.00")


def test_what_a_person_accepted_before_the_upgrade_stays_accepted_where_two_readings_fit() -> None:
    wanted = order(line(promotion_amount="50"), line(discount_amount="50"), amount_total="350")
    found = draft(wanted, accepted=Accepted())
    assert (found.reasons, found.total) == ((), D(400))


@pytest.mark.parametrize(
    ("head", "rows", "total", "explains"),
    [
        ({"amount_tax": "100"}, ({}, {}), "500", "amount_tax 100"),
        ({"amount_shipping": "99"}, ({}, {}), "400", "amount_shipping 99"),
        (
            {"amount_discount": "70", "discount_rate": "10"},
            ({}, {}),
            "290",
            "amount_discount 70",
        ),
        (
            {},
            ({}, {"discount_rate": "10", "discount_amount": "50"}),
            "330",
            "discount_amount of line 2 50",
        ),
        ({}, ({"discount_rate": "50"}, {}), "400", "orders.unit_price after_discount would fit"),
    ],
)
def test_a_total_that_no_reading_fits_names_what_explains_the_difference(
    head: dict[str, Any], rows: tuple[dict[str, Any], ...], total: str, explains: str
) -> None:
    (reason,) = draft(order(*(line(**row) for row in rows), **head, amount_total=total)).reasons
    assert reason.code == "order.total_mismatch"
    assert f"apart: {explains}). Nothing sent. Fix: correct the order" in reason.message


def test_without_a_total_an_order_goes_only_if_its_amounts_can_be_read_in_one_way() -> None:
    assert codes(draft(order(line(quantity=200, unit_price="12.99", discount_rate="12.5")))) == []
    (reason,) = draft(order(line(discount_amount="50"))).reasons
    assert reason.code == "order.no_total"
    assert "150.00 NOK with discount_amount taken off; 200.00 NOK with none" in reason.message
    assert reason.message.endswith("lnb24so resolve 70123 --accept-total 150.00")


def test_the_reading_is_kept_in_the_history(office: Installation) -> None:
    office.run("push-orders", "--order", "70101")
    (step,) = office.log_lines("order.sending")
    assert step["reading"] == "per row, halves up"
    history = office.run("status", "70101", "--json").document["history"]
    assert "per row, halves up" in str(history)


# For any order

CURRENCIES = ("NOK", "JPY", "KWD")
RATES = st.sampled_from([None, D(0), D(10), D("12.5"), D("33.333"), D(100)])
AMOUNTS = st.sampled_from([None, None, D(0), D(1), D("12.34"), D(50)])
LINES = st.lists(
    st.builds(
        line,
        unit_price=st.decimals(1, 2_000, places=2),
        quantity=st.integers(1, 300),
        discount_rate=RATES,
        promotion_rate=RATES,
        discount_amount=AMOUNTS,
        promotion_amount=AMOUNTS,
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def orders(draw: st.DrawFn) -> tuple[Order, UnitPrice, PriceReading]:
    """Return an order, what its prices mean, and the reading that its total was made by."""
    meaning: UnitPrice = draw(st.sampled_from(["before_discount", "after_discount"]))
    wanted = order(
        *draw(LINES),
        currency=draw(st.sampled_from(CURRENCIES)),
        discount_rate=draw(RATES),
        amount_discount=draw(AMOUNTS),
        amount_promotion=draw(AMOUNTS),
    )
    every = price_lines(wanted, wanted.lines, meaning)
    made_by = draw(st.sampled_from(every))
    off = draw(st.sampled_from([D(0), D(0), D(0), D("0.01"), D(1), D(77)]))
    total = made_by.total + off
    given = draw(st.sampled_from([total, total, total, None]))
    return with_total(wanted, given), meaning, made_by.reading


def with_total(wanted: Order, total: Decimal | None) -> Order:
    names = ("currency", "discount_rate", "amount_discount", "amount_promotion")
    same = {name: getattr(wanted, name) for name in names}
    return order(*wanted.lines, **same, amount_total=total)


@settings(max_examples=300, deadline=None)
@given(orders())
def test_any_order_bills_its_total_or_nearly_with_a_warning_or_blocks_with_the_difference(
    made: tuple[Order, UnitPrice, PriceReading],
) -> None:
    wanted, meaning, _ = made
    found = draft(wanted, unit_price=meaning)
    total, rows = wanted.amount_total, len(wanted.lines)
    if found.invoice is None:
        assert codes(found) == ["order.no_total" if total is None else "order.total_mismatch"]
        assert "--accept-total" in found.reasons[0].message
        if total is not None and "apart" in found.reasons[0].message:
            assert amount_text(total, wanted.currency) in found.reasons[0].message
        return
    billed = sum(in_erp(found.invoice), D(0))
    if wanted.currency != "KWD":  # the sandbox counts in cents
        assert billed == found.total
    if total is None:
        assert warnings(found) == ["order.no_total"]
    elif found.total != total:
        assert warnings(found) == ["order.total_mismatch"]
        assert not differs(found.total or D(0), total, rows, wanted.currency)


@settings(max_examples=200, deadline=None)
@given(orders())
def test_two_readings_that_bill_differently_never_pass_silently(
    made: tuple[Order, UnitPrice, PriceReading],
) -> None:
    wanted, meaning, _ = made
    found = draft(wanted, unit_price=meaning)
    if found.invoice is None:
        return
    fitting = [
        priced
        for priced in price_lines(wanted, wanted.lines, meaning)
        if wanted.amount_total in (None, priced.total)
    ]
    for one, other in product(fitting, fitting[:1]):
        assert one.exact == other.exact or close(one.exact, other.exact, wanted.currency)


def close(one: tuple[Decimal, ...], other: tuple[Decimal, ...], currency: str) -> bool:
    return not any(differs(a, b, 1, currency) for a, b in zip(one, other, strict=True))


@settings(max_examples=100, deadline=None)
@given(orders())
def test_what_the_advice_of_a_blocked_order_names_is_what_is_billed(
    made: tuple[Order, UnitPrice, PriceReading],
) -> None:
    wanted, meaning, _ = made
    found = draft(wanted, unit_price=meaning)
    if found.reasons:
        amount = D(found.reasons[0].message.rpartition("--accept-total ")[2])
        accepted = draft(wanted, unit_price=meaning, accepted=Accepted(amount=amount))
        assert (accepted.reasons, accepted.total) == ((), amount)


def test_a_line_of_many_kinds_keeps_its_order_of_discounts() -> None:
    wanted = Line(
        quantity=D(2),
        unit_price=D(100),
        discount_amount=D(20),
        promotion_rate=D(50),
    )
    (priced, *_) = price_lines(order(wanted), [wanted], "before_discount")
    assert priced.totals == (D("90.00"),)
