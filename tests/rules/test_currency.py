"""Currency: the company's own needs none, a foreign one needs its rate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from installation import Installation

from lnb24so.soap.order import Currency

from .build import codes, draft, facts, invoice, line, order


def test_the_companys_own_currency_is_not_sent() -> None:
    assert invoice(order(currency="NOK")).currency is None
    assert invoice(order(currency="EUR"), facts(own_currency="eur")).currency is None


def test_a_foreign_currency_goes_out_with_symbol_rate_and_unit() -> None:
    sent = invoice(order(currency="SEK")).currency
    assert sent == Currency("SEK", Decimal("104.31"), 100)


@pytest.mark.parametrize(
    ("currency", "code", "words"),
    [
        ("", "order.missing_currency", "has no currency"),
        ("XXX", "order.unknown_currency", '"XXX" is not set up'),
        ("€", "order.unknown_currency", '"€" is not set up'),
        ("ISK", "order.unknown_currency", "ISK has no rate in 24SevenOffice (rate 1, unit 1)"),
    ],
)
def test_a_currency_without_a_rate_blocks(currency: str, code: str, words: str) -> None:
    (reason,) = draft(order(line(), currency=currency)).reasons
    assert reason.code == code
    assert words in reason.message


@pytest.mark.parametrize(("rate", "unit"), [(0, 100), (-1, 1), (11, 0), (1, 1)])
def test_a_rate_that_cannot_be_one_blocks(rate: int, unit: int) -> None:
    odd = replace(facts(), currencies={"EUR": Currency("EUR", Decimal(rate), unit)})
    assert codes(draft(order(currency="EUR"), odd)) == ["order.unknown_currency"]


def test_a_currency_at_par_in_hundreds_is_a_rate() -> None:
    krona = Currency("SEK", Decimal(1), 100)
    assert invoice(order(currency="SEK"), replace(facts(), currencies={"SEK": krona})).currency


def test_rate_and_unit_are_those_of_the_currency_list(office: Installation) -> None:
    office.run("push-orders")
    sent = {each["CustomerId"]: each.get("Currency") for each in office.box.erp.orders.values()}
    listed = {each["Symbol"]: each for each in office.box.erp.currencies}
    foreign = [money for money in sent.values() if money]
    assert {money["Symbol"] for money in foreign} == {"EUR", "SEK", "DKK"}
    for money in foreign:
        assert money["Rate"] == listed[money["Symbol"]]["Rate"]
        assert money["Unit"] == listed[money["Symbol"]]["Unit"]
