"""Money: Decimal from end to end, rounded to the currency's minor unit, a row at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Enough digits that a price, three discounts and a quantity multiply without rounding."""

_MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""ISO 4217; every other currency has two."""

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Price:
    """A row as 24SevenOffice wants it: unit price, discount in percent, and what it comes to."""

    price: Decimal
    discount_rate: Decimal
    total: Decimal


def minor_unit(currency: str) -> Decimal:
    """Return the smallest amount of a currency: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-_MINOR_DIGITS.get(currency, 2))


def to_minor(amount: Decimal, currency: str, *, halves_down: bool = False) -> Decimal:
    """Return the amount rounded to the currency's minor unit, halves up where nothing is said."""
    rounding = ROUND_HALF_DOWN if halves_down else ROUND_HALF_UP
    return amount.quantize(minor_unit(currency), rounding=rounding, context=EXACT)


def row_total(
    price: Decimal, rates: Iterable[Decimal], quantity: Decimal, currency: str
) -> Decimal:
    """Return what a row comes to: price x (1 - rate) x ... x quantity, rates in percent."""
    with localcontext(EXACT):
        return to_minor(_net(price, rates) * quantity, currency)


def price_row(
    unit_price: Decimal,
    rates: tuple[Decimal, ...],
    quantity: Decimal,
    currency: str,
    total: Decimal | None = None,
) -> Price:
    """Return price and one discount rate that reproduce the row's total to the minor unit.

    `total` is what the row comes to; by the rates and half up where it is not given. A single
    rate with two decimals is kept, because people can read it. Where none reproduces the total,
    the price is the net price with as few decimals as do, and no rate.
    """
    if total is None:
        total = row_total(unit_price, rates, quantity, currency)
    # Whether 24SevenOffice rounds a row of yen to yen or to 0.01 is not known: both must agree.
    unit = min(minor_unit(currency), _CENT)
    with localcontext(EXACT):
        if unit_price:
            for net in (_net(unit_price, rates), total / quantity):
                rate = ((1 - net / unit_price) * 100).quantize(_CENT)
                reproduces = (_net(unit_price, (rate,)) * quantity).quantize(unit) == total
                if reproduces and 0 <= rate <= 100:
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


def sums_by_currency(amounts: Iterable[tuple[Decimal | None, str]]) -> list[str]:
    """Return what some amounts come to in each currency; never added up."""
    sums: dict[str, Decimal] = {}
    for amount, currency in amounts:
        if amount is not None:
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    return [amount_text(amount, currency) for currency, amount in sums.items()]


def sums_text(amounts: Iterable[tuple[Decimal | None, str]]) -> str:
    """Return what some amounts come to, `340,000.00 NOK and 120.00 EUR`."""
    texts = sums_by_currency(amounts)
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def _net(price: Decimal, rates: Iterable[Decimal]) -> Decimal:
    for rate in rates:
        price *= 1 - rate / 100
    return price
