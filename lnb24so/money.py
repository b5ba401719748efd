"""Money: Decimal from end to end, rounded half up to the currency's minor unit, a row at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Enough digits that a price, three discounts and a quantity multiply without rounding."""

_MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""ISO 4217; every other currency has two."""

_MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Price:
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
    with localcontext(_EXACT):
        net = _net(unit_price, rates)
        if unit_price:
            rate = ((1 - net / unit_price) * 100).quantize(Decimal("0.01"))
            if row_total(unit_price, (rate,), quantity, currency) == total:
                return Price(unit_price, rate, total)
        for decimals in range(-int(minor_unit(currency).as_tuple().exponent), _MOST_DECIMALS):
            price = net.quantize(Decimal(1).scaleb(-decimals))
            if row_total(price, (), quantity, currency) == total:
                return Price(price, Decimal(0), total)
        price = (total / quantity).quantize(Decimal(1).scaleb(-_MOST_DECIMALS))
        return Price(price, Decimal(0), total)


def differs(planned: Decimal, wanted: Decimal, rows: int, currency: str) -> bool:
    """Return whether two totals differ by more than half a minor unit for each row."""
    return abs(planned - wanted) > minor_unit(currency) / 2 * rows


def amount_text(amount: Decimal, currency: str) -> str:
    """Return `12,480.00 EUR`."""
    return f"{to_minor(amount, currency):,} {currency}".strip()


def _net(price: Decimal, rates: Iterable[Decimal]) -> Decimal:
    for rate in rates:
        price *= 1 - rate / 100
    return price
