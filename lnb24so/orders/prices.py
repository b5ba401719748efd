"""How an order's prices can be read, and what each reading comes to. Pure.

What a unit price means is the account's (`orders.unit_price`). How it was rounded, and whether
an amount without a rate counts, is the order's: nobody documents it, and its total shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import combinations

from lnb24so.config.schema import UnitPrice
from lnb24so.lnb.types import Line, Order
from lnb24so.money import EXACT, minor_unit, to_minor

NOTHING = Decimal(0)
ROW_AMOUNTS = {"discount_amount": "discount_rate", "promotion_amount": "promotion_rate"}
HEAD_AMOUNTS = {"amount_discount": "discount_amount", "amount_promotion": "promotion_amount"}
"""Each amount, and what it stands for: a rate of its row, or the same of all rows together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceReading:
    """One way to read prices; `taken` and `left` are amounts without a rate that may count."""

    per_piece: bool = False
    halves_down: bool = False
    taken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return `per piece, halves up, amount_discount taken`, as the history keeps it."""
        parts = ["per piece" if self.per_piece else "per row"]
        parts.append("halves down" if self.halves_down else "halves up")
        parts += [f"{name} taken" for name in self.taken]
        parts += [f"{name} not taken" for name in self.left]
        return ", ".join(parts)

    def round(self, amount: Decimal, currency: str) -> Decimal:
        """Return the amount in the currency's minor unit."""
        return to_minor(amount, currency, halves_down=self.halves_down)


@dataclass(frozen=True, slots=True)
class Priced:
    """What each line comes to under a reading: rounded, and before any rounding."""

    reading: PriceReading
    totals: tuple[Decimal, ...]
    exact: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """What the lines come to together."""
        return sum(self.totals, NOTHING)


def price_lines(order: Order, lines: Sequence[Line], meaning: UnitPrice) -> list[Priced]:
    """Return what the lines come to under each reading that leaves none below nothing.

    The first is the plain one: every amount without a rate taken, per row, halves up. Every
    line must have pieces, a price and sane rates.
    """
    names = open_amounts(order, lines, meaning)
    distinct: dict[tuple[tuple[Decimal, ...], ...], Priced] = {}
    with localcontext(EXACT):
        for taken in _subsets(names):
            left = tuple(name for name in names if name not in taken)
            for per_piece in (False, True):
                for down in (False, True):
                    reading = PriceReading(
                        per_piece=per_piece, halves_down=down, taken=taken, left=left
                    )
                    priced = _price(order, lines, meaning, reading)
                    if priced is not None:
                        distinct.setdefault((priced.totals, priced.exact), priced)
    return list(distinct.values())


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(names), -1, -1):
        yield from combinations(names, size)


def open_amounts(order: Order, lines: Sequence[Line], meaning: UnitPrice) -> tuple[str, ...]:
    """Return the names of the amounts without a rate, of which only the total tells if they count.

    A row's discount counts only in prices before it. A head's amount that equals the rows' is
    the same money, and never taken again.
    """
    names = [
        name
        for name, rate in ROW_AMOUNTS.items()
        if any(getattr(line, name) and not getattr(line, rate) for line in lines)
    ]
    if meaning == "after_discount":
        names = [name for name in names if name != "discount_amount"]
    apart = minor_unit(order.currency) / 2 * (len(lines) + 1)
    for name, of_rows in HEAD_AMOUNTS.items():
        amount = amount_of(order, name)
        by_rate = name == "amount_discount" and order.discount_rate
        if not amount or by_rate:
            continue
        if all(abs(amount - rows) > apart for rows in _sums(lines, of_rows, meaning)):
            names.append(name)
    return tuple(names)


def amount_of(record: Order | Line, name: str) -> Decimal:
    """Return an amount that is taken off, whichever sign it is written with."""
    amount: Decimal | None = getattr(record, name)
    return abs(amount or NOTHING)


def _sums(lines: Sequence[Line], name: str, meaning: UnitPrice) -> list[Decimal]:
    """Return what an amount of the head may repeat: the rows' amounts, or what they come to."""
    with localcontext(EXACT):
        given = sum((amount_of(line, name) for line in lines), NOTHING)
        taken = sum((_taken_off(line, name, meaning) for line in lines), NOTHING)
        sums = [given, taken]
        if name == "discount_amount" and meaning == "after_discount":
            sums.append(sum((_was_off(line) for line in lines), NOTHING))
        return sums


def _taken_off(line: Line, name: str, meaning: UnitPrice) -> Decimal:
    """Return what a row's discount or promotion takes off its price, by rate or else by amount."""
    full = (line.unit_price or NOTHING) * (line.quantity or NOTHING)
    if name == "promotion_amount" and meaning == "before_discount":
        full -= _taken_off(line, "discount_amount", meaning)
    rate = getattr(line, ROW_AMOUNTS[name])
    return full * rate / 100 if rate else amount_of(line, name)


def _was_off(line: Line) -> Decimal:
    """Return what a discount has taken off a row whose price is after it."""
    full = (line.unit_price or NOTHING) * (line.quantity or NOTHING)
    rate = line.discount_rate or NOTHING
    if rate >= 100:
        return NOTHING
    return full * rate / (100 - rate) if rate else amount_of(line, "discount_amount")


def _price(
    order: Order, lines: Sequence[Line], meaning: UnitPrice, reading: PriceReading
) -> Priced | None:
    """Return what the lines come to, or None where one comes to less than nothing."""
    head = sum((amount_of(order, name) for name in HEAD_AMOUNTS if name in reading.taken), NOTHING)
    rounded: list[Decimal] = []
    exact: list[Decimal] = []
    for line in lines:
        steps = _steps(order, line, meaning, reading)
        exact.append(_row(line, steps))
        row = _row(line, steps, reading if reading.per_piece else None, order.currency)
        rounded.append(reading.round(row, order.currency))
    if head:
        whole = sum(exact, NOTHING)
        if head > whole:
            return None
        exact = [row - head * row / whole for row in exact]
        rounded = _shared(rounded, reading.round(head, order.currency), reading, order.currency)
    if min((*rounded, *exact), default=NOTHING) < 0:
        return None
    return Priced(reading, tuple(rounded), tuple(exact))


def _steps(
    order: Order, line: Line, meaning: UnitPrice, reading: PriceReading
) -> list[tuple[Decimal, Decimal]]:
    """Return what is taken off a line, one after the other: each a rate in percent or an amount."""
    steps = []
    for name, rate_name in ROW_AMOUNTS.items():
        if name == "discount_amount" and meaning == "after_discount":
            continue
        rate = getattr(line, rate_name) or NOTHING
        counts = not rate and name in reading.taken
        steps.append((rate, amount_of(line, name) if counts else NOTHING))
    return [*steps, (order.discount_rate or NOTHING, NOTHING)]


def _row(
    line: Line,
    steps: Sequence[tuple[Decimal, Decimal]],
    per_piece: PriceReading | None = None,
    currency: str = "",
) -> Decimal:
    """Return what a line comes to; `per_piece` rounds the price of a piece before it is many."""
    quantity, piece = line.quantity or NOTHING, line.unit_price or NOTHING
    row: Decimal | None = None
    for rate, amount in steps:
        if amount:
            if row is None:
                row = _many(piece, quantity, per_piece, currency)
            row -= amount
        elif row is None:
            piece *= 1 - rate / 100
        else:
            row *= 1 - rate / 100
    return _many(piece, quantity, per_piece, currency) if row is None else row


def _many(
    piece: Decimal, quantity: Decimal, per_piece: PriceReading | None, currency: str
) -> Decimal:
    return (per_piece.round(piece, currency) if per_piece else piece) * quantity


def _shared(
    rows: Sequence[Decimal], head: Decimal, reading: PriceReading, currency: str
) -> list[Decimal]:
    """Return the rows less a head's amount, in proportion, the remainder on the largest."""
    whole = sum(rows, NOTHING)
    if not whole:
        return [*rows]
    shares = [reading.round(head * row / whole, currency) for row in rows]
    shares[rows.index(max(rows))] += head - sum(shares, NOTHING)
    return [row - share for row, share in zip(rows, shares, strict=True)]
