"""Whether an order's rows come to its total, and by which reading of its prices. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from lnb24so.config.schema import Orders, UnitPrice
from lnb24so.lnb.types import Line, Order
from lnb24so.money import amount_text, differs, minor_unit, to_minor

from .notes import Notes
from .prices import HEAD_AMOUNTS, ROW_AMOUNTS, Priced, PriceReading, amount_of, price_lines

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A person lets the order pass with its total; `amount` is the sum that will be billed.

    The first version did not ask for the sum: it billed by rates alone, per row, halves up.
    """

    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """An order's lines in money: each line, which of them are sent, and the shipping fee."""

    order: Order
    lines: Sequence[Line]
    sent: Sequence[bool]
    shipping: Decimal

    @property
    def rows(self) -> int:
        """How many rows may have been rounded."""
        return len(self.lines) + (1 if self.shipping else 0)

    def billed(self, priced: Priced) -> Decimal:
        """Return what 24SevenOffice will bill under a reading."""
        pairs = zip(priced.totals, self.sent, strict=True)
        return sum((total for total, sent in pairs if sent), self.shipping)

    def left_out(self, priced: Priced) -> Decimal:
        """Return what the lines that are not sent come to."""
        return priced.total + self.shipping - self.billed(priced)


def choose_reading(
    amounts: Sum, settings: Orders, accepted: Accepted | None, notes: Notes
) -> Priced | None:
    """Return the lines under the reading that the order's total shows, or None and note why not."""
    every = price_lines(amounts.order, amounts.lines, settings.unit_price)
    if accepted is not None and accepted.amount is not None:
        billed = [priced for priced in every if amounts.billed(priced) == accepted.amount]
        if billed:
            return billed[0]
    if amounts.order.amount_total is None:
        return _without_total(amounts, every, notes)
    fits = exact(every, amounts) or near(every, amounts)
    agree = bool(fits) and all_agree(fits, amounts.order.currency)
    if not agree and accepted is not None and accepted.amount is None:
        return next((priced for priced in every if not priced.reading.taken), None)
    if not fits:
        return _none_fits(amounts, every, settings, notes)
    if not agree:
        _block(amounts, fits, "add up to its total in several ways that bill its rows", notes)
        return None
    chosen = fits[0]
    if amounts.billed(chosen) + amounts.left_out(chosen) != amounts.order.amount_total:
        _warn_of_rounding(amounts, chosen, notes)
    return chosen


def exact(every: Iterable[Priced], amounts: Sum) -> list[Priced]:
    """Return the readings that come to the order's total to the minor unit."""
    total, currency = amounts.order.amount_total, amounts.order.currency
    if total is None:
        return []
    return [
        priced
        for priced in every
        if priced.total + amounts.shipping == priced.reading.round(total, currency)
    ]


def near(every: Iterable[Priced], amounts: Sum) -> list[Priced]:
    """Return the readings within half a minor unit a row of the total, the nearest first."""
    total, currency = amounts.order.amount_total, amounts.order.currency
    if total is None:
        return []
    fits = [
        priced
        for priced in every
        if not differs(priced.total + amounts.shipping, total, amounts.rows, currency)
    ]
    return sorted(fits, key=lambda priced: abs(priced.total + amounts.shipping - total))


def all_agree(some: Sequence[Priced], currency: str) -> bool:
    """Return whether readings bill the same but for rounding, row by row."""
    most = minor_unit(currency) / 2
    return all(
        abs(one - other) <= most
        for priced in some[1:]
        for one, other in zip(priced.exact, some[0].exact, strict=True)
    )


def _without_total(amounts: Sum, every: Sequence[Priced], notes: Notes) -> Priced | None:
    if all_agree(every, amounts.order.currency):
        notes.warn("order.no_total", "has no total in Le New Black to compare with.")
        return every[0]
    _block(amounts, every, "can be read in several ways, and no total tells which", notes)
    return None


def _block(amounts: Sum, some: Sequence[Priced], what: str, notes: Notes) -> None:
    """Note that readings bill differently; each is named with what it comes to."""
    order = amounts.order
    ways: dict[tuple[Decimal, ...], Priced] = {}
    for priced in some:
        ways.setdefault(priced.exact, priced)
    named = "; ".join(
        f"{amount_text(amounts.billed(priced), order.currency)} with {_amounts(priced.reading)}"
        for priced in ways.values()
    )
    code = "order.no_total" if order.amount_total is None else "order.total_mismatch"
    notes.block(
        code,
        f"the amounts of its discounts {what}: {named}. Nothing sent. Fix: enter the discounts "
        f"as rates in Le New Black, or bill {_bill(amounts, next(iter(ways.values())))}",
    )


def _amounts(reading: PriceReading) -> str:
    taken = " and ".join(reading.taken)
    return f"{taken} taken off" if taken else "none taken off"


def _bill(amounts: Sum, priced: Priced) -> str:
    """Return the sum and the command that accepts it."""
    billed, order = amounts.billed(priced), amounts.order
    plain = to_minor(billed, order.currency)
    return f"{plain:,}: lnb24so resolve {order.reference} --accept-total {plain}"


def _warn_of_rounding(amounts: Sum, chosen: Priced, notes: Notes) -> None:
    notes.warn("order.total_mismatch", f"{_figures(amounts, chosen)}: rounding. Sent all the same.")


def _none_fits(
    amounts: Sum, every: Sequence[Priced], settings: Orders, notes: Notes
) -> Priced | None:
    plain = every[0]
    why = _why(amounts, plain, settings)
    figures = f"{_figures(amounts, plain, f': {why}' if why else '')}."
    if settings.total_check == "warn":
        notes.warn("order.total_mismatch", f"{figures} Sent all the same (orders.total_check).")
        return plain
    notes.block(
        "order.total_mismatch",
        f"{figures} Nothing sent. Fix: correct the order in Le New Black, or bill "
        f"{_bill(amounts, plain)}",
        cause=why if why.startswith("orders.") else "",
        remedy="lnb24so check shows what the orders' totals prove.",
    )
    return None


def _figures(amounts: Sum, priced: Priced, why: str = "") -> str:
    """Return both sums, and how far they are apart."""
    order = amounts.order
    total, left_out = order.amount_total or NOTHING, amounts.left_out(priced)
    billed = amounts.billed(priced)
    less = f", of which {amount_text(left_out, order.currency)} left out" if left_out else ""
    apart = to_minor(abs(billed + left_out - total), order.currency)
    return (
        f"the lines add up to {amount_text(billed, order.currency)}, the order says "
        f"{_as_given(total, order.currency)}{less} ({apart:,} apart{why})"
    )


def _as_given(total: Decimal, currency: str) -> str:
    """Return the order's own total; one with more decimals than its currency as it is."""
    if to_minor(total, currency) == total:
        return amount_text(total, currency)
    return f"{total:,f} {currency}"


def _why(amounts: Sum, plain: Priced, settings: Orders) -> str:
    """Return which amounts of Le New Black are the difference, or which setting explains it."""
    order = amounts.order
    apart = abs(plain.total + amounts.shipping - (order.amount_total or NOTHING))
    named = list(_named_amounts(amounts))
    for size in (1, 2):
        for some in combinations(named, size):
            come_to = sum((amount for _, amount in some), NOTHING)
            if not differs(come_to, apart, amounts.rows, order.currency):
                return " and ".join(f"{name} {amount:,f}" for name, amount in some)
    other: UnitPrice = "after_discount"
    if settings.unit_price == other:
        other = "before_discount"
    others = price_lines(order, amounts.lines, other)
    if exact(others, amounts) or near(others, amounts):
        return f"orders.unit_price {other} would fit"
    return ""


def _named_amounts(amounts: Sum) -> Iterator[tuple[str, Decimal]]:
    """Yield what may be taken, or not taken, otherwise than the plain reading does."""
    order = amounts.order
    for name in (*HEAD_AMOUNTS, "amount_shipping", "amount_tax"):
        if amount := amount_of(order, name):
            yield name, amount
    for name in ROW_AMOUNTS:
        given = [(number, amount_of(line, name)) for number, line in enumerate(order.lines, 1)]
        given = [(number, amount) for number, amount in given if amount]
        if len(given) > 1:
            yield f"{name} of all lines", sum((amount for _, amount in given), NOTHING)
        yield from ((f"{name} of line {number}", amount) for number, amount in given[:10])
