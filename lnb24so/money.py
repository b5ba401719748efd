"""Money: Decimal from end to end, rounded half up to the currency's minor unit, a row at a time."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import NamedTuple

# Enough digits that a price, three discounts and a quantity multiply without rounding.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")
# ISO 4217; every other currency has two.
_MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


class Price(NamedTuple):
    """A row as 24SevenOffice wants it: unit price, discount in percent, and what it comes to."""

    price: Decimal
    discount_rate: Decimal
    total: Decimal


def minor_unit(currency: str) -> Decimal:
    """Return the smallest amount of a currency: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-_MINOR_DIGITS.get(currency, 2))


def to_minor(amount: Decimal, currency: str) -> Decimal:
    """Return the amount rounded half up to the currency's minor unit."""
    return amount.quantize(minor_unit(currency), context=_EXACT)


def row_total(
    price: Decimal, rates: Iterable[Decimal], quantity: Decimal, currency: str
) -> Decimal:
    """Return what a row comes to: price x (1 - rate) x ... x quantity, rates in percent."""
    with localcontext(_EXACT):
        return to_minor(_net(price, rates) * quantity, currency)


def price_row(
    unit_price: Decimal, rates: tuple[Decimal, ...], quantity: Decimal, currency: str
) -> Price:
    """Return price and one discount rate that reproduce the row's total to the minor unit.

    A single rate with two decimals is kept, because people can read it. Where it does not
    reproduce the total, the price is the net price with as few decimals as do, and no rate.
    """
    total = row_total(unit_price, rates, quantity, currency)
    # Whether 24SevenOffice rounds a row of yen to yen or to 0.01 is not known: both must agree.
    unit = min(minor_unit(currency), _CENT)
    with localcontext(_EXACT):
        if unit_price:
            rate = ((1 - _net(unit_price, rates) / unit_price) * 100).quantize(_CENT)
            if (_net(unit_price, (rate,)) * quantity).quantize(unit) == total:
                return Price(unit_price, rate, total)
        step = minor_unit(currency)
        while True:
            price = (total / quantity).quantize(step)
            if (price * quantity).quantize(unit) == total:
                return Price(price, Decimal(0), total)
            step /= 10


def differs(one: Decimal, other: Decimal, rows: int, currency: str) -> bool:
    """Return whether two totals differ by more than half a minor unit for each row."""
    return abs(one - other) > minor_unit(currency) / 2 * rows


def amount_text(amount: Decimal, currency: str) -> str:
    """Return `12,480.00 EUR`."""
    return f"{to_minor(amount, currency):,} {currency}".strip()


def _net(price: Decimal, rates: Iterable[Decimal]) -> Decimal:
    for rate in rates:
        price *= 1 - rate / 100
    return price
