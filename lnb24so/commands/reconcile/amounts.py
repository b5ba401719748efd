"""What an order comes to on either side, without VAT, and in which currency. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lnb24so.config.schema import Orders
from lnb24so.money import to_minor
from lnb24so.soap.booked import Booked

from .types import Trio


@dataclass(frozen=True, slots=True)
class Net:
    """What orders of 24SevenOffice come to in one currency, and how many they are."""

    net: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    orders: int = 0


def currency_of(one: Booked, own: str) -> str:
    """Return the currency of an order of 24SevenOffice."""
    return one.currency.symbol.upper() if one.currency else own


def currency_here(trio: Trio, own: str) -> str:
    """Return the currency that Le New Black says, or else 24SevenOffice, or else the own one."""
    if trio.order is not None and trio.order.currency:
        return trio.order.currency
    return currency_of(trio.parents[0], own) if trio.parents else own


def net_here(trio: Trio, own: str, settings: Orders) -> Decimal:
    """Return what Le New Black's order comes to; what was sent, where it does not say."""
    order, currency = trio.order, currency_here(trio, own)
    total = order.amount_total if order else None
    if order is not None and total is not None and settings.prices_include_vat:
        total -= order.amount_tax or 0
    return to_minor(total if total is not None else trio.sent or Decimal(0), currency)


def nets_there(trio: Trio, own: str) -> dict[str, Net]:
    """Return what the orders of 24SevenOffice come to, by currency, rest orders too.

    Returns and credits are not among them: `credited` adds those up.
    """
    nets: dict[str, Net] = {}
    parents = {one.order_id for one in trio.parents}
    for one in (*trio.parents, *trio.derived):
        if one.takes_back and one.order_id not in parents:
            continue
        currency = currency_of(one, own)
        before = nets.get(currency, Net())
        nets[currency] = Net(
            before.net + to_minor(one.net or Decimal(0), currency),
            before.vat + to_minor(one.vat or Decimal(0), currency),
            before.orders + (one.order_id in parents),
        )
    return nets


def credited(trio: Trio, currency: str, own: str) -> Decimal:
    """Return what was taken back or credited in a currency, below zero, without VAT."""
    back = (one for one in trio.derived if one.takes_back and currency_of(one, own) == currency)
    return sum((to_minor(one.net or Decimal(0), currency) for one in back), Decimal(0))
