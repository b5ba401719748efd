"""Money: what a row costs, how it is written down, and that the order adds up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lnb24so.lnb.types import Line, Order
from lnb24so.money import amount_text, minor_unit, price_row, row_total, to_minor
from lnb24so.orders.total import Accepted
from lnb24so.sandbox.erp import row_total as total_in_erp

from .build import codes, draft, invoice, line, order, warnings

D = Decimal
DECIMALS = {"NOK": 2, "EUR": 2, "JPY": 0, "KWD": 3}


@pytest.mark.parametrize(
    ("unit_price", "rates", "quantity", "currency", "price", "rate", "total"),
    [
        ("760.00", (), 4, "NOK", "760.00", "0", "3040.00"),
        ("760.00", ("15",), 4, "NOK", "760.00", "15", "2584.00"),
        ("100", ("10", "10", "10"), 1, "NOK", "100", "27.1", "72.90"),
        ("100", ("100",), 3, "NOK", "100", "100", "0.00"),
        ("0", ("10",), 3, "NOK", "0", "0", "0.00"),
        ("190.725", (), 3, "NOK", "190.725", "0", "572.18"),
        ("33.33", ("33.333",), 3, "NOK", "33.33", "33.33", "66.66"),
        ("1299.00", ("12.345",), 50, "NOK", "1138.6384", "0", "56931.92"),
        ("0.005", (), 1, "NOK", "0.005", "0", "0.01"),
        ("1005", ("10",), 2, "JPY", "1005", "10", "1809"),
        ("1005", ("10",), 3, "JPY", "904.667", "0", "2714"),
        ("99.5", (), 1, "JPY", "100", "0", "100"),
        ("1.2345", (), 1, "KWD", "1.2345", "0", "1.235"),
        ("0.001", (), 1_000_000, "NOK", "0.001", "0", "1000.00"),
    ],
)
def test_a_row_goes_out_as_price_and_one_rate_or_else_as_the_net_price(
    unit_price: str,
    rates: tuple[str, ...],
    quantity: int,
    currency: str,
    price: str,
    rate: str,
    total: str,
) -> None:
    found = price_row(D(unit_price), tuple(map(D, rates)), D(quantity), currency)
    assert (found.price, found.discount_rate, found.total) == (D(price), D(rate), D(total))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12480", "EUR", "12,480.00 EUR"),
        ("0.005", "NOK", "0.01 NOK"),
        ("-0.005", "NOK", "-0.01 NOK"),
        ("1234.5", "JPY", "1,235 JPY"),
        ("1.2345", "KWD", "1.235 KWD"),
        ("1.5", "", "1.50"),
    ],
)
def test_an_amount_is_rounded_half_up_to_what_its_currency_can_pay(
    amount: str, currency: str, text: str
) -> None:
    assert amount_text(D(amount), currency) == text


def test_no_row_is_rounded_by_the_digits_of_decimal_itself() -> None:
    price, rate = D("999999999999.9999999999999999"), D("0.0000000000000001")
    exact = Fraction(price) * (1 - Fraction(rate) / 100) * 999_999
    assert row_total(price, (rate,), D(999_999), "NOK") == rounded(exact, 2)


def rounded(amount: Fraction, decimals: int) -> Decimal:
    """Round half up, by other means than the code."""
    return D(floor(amount * 10**decimals + Fraction(1, 2))).scaleb(-decimals)


RATE = st.one_of(
    st.none(),
    st.sampled_from([D(0), D(10), D("12.5"), D(100)]),
    st.decimals(0, 100, places=4),
)
LINES = st.lists(
    st.builds(
        line,
        unit_price=st.one_of(
            st.decimals(0, 20_000, places=2), st.decimals(0, 20_000, places=6), st.just(D(0))
        ),
        quantity=st.integers(1, 5_000),
        discount_rate=RATE,
        promotion_rate=RATE,
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def adding_up(draw: st.DrawFn) -> Order:
    """Return an order with any mix of discounts and the total that Le New Black gives it."""
    currency, header = draw(st.sampled_from(sorted(DECIMALS))), draw(RATE)
    lines = draw(LINES)
    shipping = draw(st.sampled_from([None, D(149)]))
    total = sum((net_by_hand(one, header, currency) for one in lines), shipping or D(0))
    return order(
        *lines,
        currency=currency,
        discount_rate=header,
        amount_shipping=shipping,
        amount_total=total,
    )


def net_by_hand(one: Line, header: Decimal | None, currency: str) -> Decimal:
    net = Fraction(one.unit_price or 0) * Fraction(one.quantity or 0)
    for rate in (one.discount_rate, one.promotion_rate, header):
        net *= 1 - Fraction(rate or 0) / 100
    return rounded(net, DECIMALS[currency])


@settings(max_examples=250)
@given(adding_up())
def test_the_planned_total_is_the_orders_total_to_the_minor_unit_for_any_discounts(
    wanted: Order,
) -> None:
    found = draft(wanted)
    assert (found.reasons, found.warnings) == ((), ())
    assert found.total == wanted.amount_total
    assert found.invoice is not None
    for row in found.invoice.rows:
        assert row.discount_rate == row.discount_rate.quantize(D("0.01"))
        assert 0 <= row.discount_rate <= 100


@settings(max_examples=100)
@given(adding_up())
def test_a_system_that_counts_in_cents_comes_to_the_same_total(wanted: Order) -> None:
    if DECIMALS[wanted.currency] > 2:
        return
    sent = invoice(wanted)
    rows = [
        {"Price": row.price, "Quantity": row.quantity, "DiscountRate": row.discount_rate}
        for row in sent.rows
    ]
    assert sum(map(total_in_erp, rows)) == wanted.amount_total


@pytest.mark.parametrize(
    ("currency", "off", "accepted"),
    [
        ("NOK", "0.005", True),
        ("NOK", "-0.005", True),
        ("NOK", "0.0051", False),
        ("NOK", "-0.01", False),
        ("JPY", "0.5", True),
        ("JPY", "0.6", False),
        ("KWD", "0.0005", True),
        ("KWD", "0.0006", False),
    ],
)
def test_a_total_may_differ_by_half_a_minor_unit_for_each_row(
    currency: str, off: str, accepted: bool
) -> None:
    two_rows = order(line(), line(), currency=currency, amount_total=D(400) + 2 * D(off))
    assert codes(draft(two_rows)) == ([] if accepted else ["order.total_mismatch"])


WRONG = order(line(quantity=10, unit_price="1248"), currency="EUR", amount_total="11856")


def test_a_total_that_differs_blocks_and_names_both_figures() -> None:
    (reason,) = draft(WRONG).reasons
    assert reason.code == "order.total_mismatch"
    assert reason.message == (
        "the lines add up to 12,480.00 EUR, the order says 11,856.00 EUR (624.00 apart). "
        "Nothing sent. Fix: correct the order in Le New Black, or bill 12,480.00: "
        "lnb24so resolve 70123 --accept-total 12480.00"
    )


def test_total_check_warn_sends_it_with_both_figures_in_a_warning() -> None:
    found = draft(WRONG, total_check="warn")
    assert codes(found) == []
    assert found.total == D(12480)
    assert warnings(found) == ["order.total_mismatch"]
    assert "12,480.00 EUR, the order says 11,856.00 EUR" in found.warnings[0].message


def test_a_total_that_a_person_accepted_passes() -> None:
    found = draft(WRONG, accepted=Accepted(amount=D("12480")))
    assert (codes(found), found.total) == ([], D(12480))


def test_an_accepted_total_passes_no_other_sum() -> None:
    assert codes(draft(WRONG, accepted=Accepted(amount=D(11856)))) == ["order.total_mismatch"]


def test_a_total_that_the_first_version_let_pass_is_billed_as_that_one_did() -> None:
    found = draft(replace(WRONG, amount_discount=D(100)), accepted=Accepted())
    assert (codes(found), found.total) == ([], D(12480))


def test_an_order_without_a_total_goes_out_with_a_warning() -> None:
    assert warnings(draft(order(amount_total=None))) == ["order.no_total"]


@pytest.mark.parametrize(
    ("unit_price", "total"), [("before_discount", "170.00"), ("after_discount", "200.00")]
)
def test_unit_price_says_whether_the_line_discount_is_taken_off_already(
    unit_price: Any, total: str
) -> None:
    found = draft(order(line(discount_rate="15"), amount_total=total), unit_price=unit_price)
    assert found.total == D(total)


def test_prices_that_include_vat_say_so_and_others_say_nothing() -> None:
    assert invoice(order(), prices_include_vat=True).include_vat is True
    assert invoice(order()).include_vat is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": None}, "line.bad_quantity"),
        ({"quantity": "-1"}, "line.bad_quantity"),
        ({"quantity": "1.5"}, "line.bad_quantity"),
        ({"quantity": "1000001"}, "line.bad_quantity"),
        ({"unit_price": None}, "line.missing_price"),
        ({"unit_price": "-0.01"}, "line.bad_price"),
        ({"unit_price": "1000000000001"}, "line.bad_price"),
        ({"discount_rate": "-1"}, "line.bad_discount"),
        ({"discount_rate": "100.01"}, "line.bad_discount"),
        ({"promotion_rate": "101"}, "line.bad_discount"),
        ({"unreadable": ("discount_rate",)}, "line.bad_discount"),
    ],
)
def test_a_line_that_makes_no_sense_blocks_and_names_itself(
    changes: dict[str, Any], code: str
) -> None:
    (reason,) = draft(order(line(), line(**changes))).reasons
    assert (reason.code, reason.line) == (code, 2)
    assert reason.message.startswith("line 2 (Alma Dress): ")


def test_a_header_discount_is_taken_off_each_row() -> None:
    (row,) = invoice(order(line(unit_price="99.90", quantity=1), discount_rate="10")).rows
    assert (row.price, row.discount_rate) == (D("99.90"), D(10))


@pytest.mark.parametrize("name", ["discount_rate", "amount_shipping", "amount_total"])
def test_an_amount_that_is_no_number_blocks_instead_of_counting_as_nothing(name: str) -> None:
    (reason,) = draft(order(unreadable=(name,))).reasons
    assert reason.code == "order.bad_number"
    assert reason.message.startswith(f"{name} is no number.")


def test_lines_of_quantity_zero_are_dropped() -> None:
    assert len(invoice(order(line(), line(quantity=0, unit_price=None))).rows) == 1


@pytest.mark.parametrize("lines", [(), (line(quantity=0),)])
@pytest.mark.parametrize("shipping", [None, "99"])
def test_an_order_with_nothing_but_its_shipping_is_blocked(
    lines: tuple[Line, ...], shipping: str | None
) -> None:
    assert codes(draft(order(amount_shipping=shipping, lines=lines))) == ["order.no_lines"]


def test_a_shipping_fee_becomes_a_row_and_is_part_of_the_total() -> None:
    found = draft(order(amount_shipping="149.00", amount_total="349"))
    assert found.invoice is not None
    last = found.invoice.rows[-1]
    assert (last.product_id, last.name, last.quantity, last.price) == (900, "Frakt", D(1), D(149))
    assert found.total == D(349)


@pytest.mark.parametrize(
    ("fee", "product", "code"),
    [
        ("149", None, "order.shipping_without_product"),
        ("149", "NO-SUCH", "order.shipping_product_unknown"),
        ("-1", "FRAKT", "order.bad_shipping"),
        ("1000000000001", "FRAKT", "order.bad_shipping"),
    ],
)
def test_a_shipping_fee_that_cannot_be_sent_blocks_and_is_never_left_out(
    fee: str, product: str | None, code: str
) -> None:
    found = draft(order(amount_shipping=fee), shipping_product=product)
    assert codes(found) == [code]


def test_no_shipping_fee_needs_no_shipping_product() -> None:
    assert len(invoice(order(amount_shipping="0"), shipping_product=None).rows) == 1


@pytest.mark.parametrize(("currency", "unit"), [("NOK", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_the_minor_unit_is_that_of_the_currency(currency: str, unit: str) -> None:
    assert minor_unit(currency) == D(unit)
    assert to_minor(D("2.5") * D(unit), currency) == 3 * D(unit)
