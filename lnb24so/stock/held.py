"""Which Le New Black orders hold stock back, which do not and why, and what each holds. Pure.

Every piece that is promised is held once: by an open order of 24SevenOffice, by Le New Black
itself, or here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, timedelta
from decimal import Decimal

from lnb24so.clock import day_in
from lnb24so.config.schema import Config, Orders, Stock
from lnb24so.lnb.statuses import CONFIRMED, DOCUMENTED, HELD_HERE, HELD_THERE
from lnb24so.lnb.types import Line, Order, plain_status, same_status
from lnb24so.soap.order import InvoiceOrder
from lnb24so.texts import count

from .available import NOTHING, StockReading, counted_orders, plain, summed

FORMER_DEFAULT = CONFIRMED
"""What copies of an older config.example.yaml pin; it never counted outside simple mode."""


def waiting_statuses(config: Config) -> tuple[str, ...]:
    """Return the statuses whose orders hold stock back until 24SevenOffice has them.

    An account may take orders from a status of another name: those are promised too, and only
    in advanced mode it may be one that Le New Black itself counts.
    """
    mode, blocked = config.stock.lnb_mode, config.orders.blocked_status
    chosen = config.stock.waiting_statuses
    if chosen == FORMER_DEFAULT and mode != "simple":
        chosen = None
    statuses = HELD_HERE[mode] if chosen is None else chosen
    there = HELD_THERE[mode] if chosen is None else ()
    taken = config.orders.take_statuses() if chosen is None and mode != "advanced" else ()
    own = [one for one in taken if not any(same_status(one, other) for other in DOCUMENTED)]
    for status in (*own, *([blocked] if blocked else ())):
        if not any(same_status(status, one) for one in (*statuses, *there)):
            statuses = (*statuses, status)
    return statuses


def carried_now(
    reading: StockReading, config: Config, sent_as: Mapping[str, str]
) -> dict[str, int]:
    """Return the waiting orders whose reference an open order that counts carries: its id.

    `sent_as` are the references under which the ledger's attempts went out.
    """
    counted = counted_orders(reading, config.stock)
    return carried(reading.waiting_orders, counted, config.orders, sent_as)


def carried(
    waiting: Iterable[Order],
    open_orders: Iterable[InvoiceOrder],
    settings: Orders,
    sent_as: Mapping[str, str],
) -> dict[str, int]:
    """Return the waiting orders whose reference one of the open orders carries: its id."""
    there = {one.reference.strip().casefold(): one.order_id for one in open_orders if one.reference}
    found: dict[str, int] = {}
    for order in waiting:
        for name in (sent_as.get(order.reference), settings.erp_reference(order.reference)):
            number = there.get(name.strip().casefold()) if name and order.reference else None
            if number is not None:
                found[order.reference] = number
    return found


def why_not_held(order: Order, reading: StockReading, settings: Stock) -> str | None:
    """Return the code of the reason why a waiting order holds nothing back, or None."""
    if order.reference in reading.skipped:
        return "hold.skipped"
    if order.reference in reading.in_erp:
        return "hold.exported"
    if order.reference in reading.carried:
        return "hold.open_order"
    if order.inventory_tracking is False:
        return "hold.not_tracked"
    made = order.create_time
    if made and reading.since and made < reading.since and order.reference not in reading.asked_for:
        return "hold.before_since"
    if settings.lnb_mode == "time_based" and made and reading.at < made <= reading.read_until:
        return "hold.by_le_new_black"
    if _is_past(order, reading):
        return "hold.past"
    days = settings.open_order_delivery_within_days
    starts = order.delivery_start_on
    if days is not None and starts and starts > reading.today + timedelta(days=days):
        return "hold.delivered_later"
    return None


def _is_past(order: Order, reading: StockReading) -> bool:
    """Return whether an open order's last day has gone by: it can hardly be confirmed any more.

    By the clocks of the zone and of UTC: which of them Le New Black's days go by is not known.
    """
    if not plain_status(order.status).startswith("open"):
        return False
    last_days = [day for day in (order.auto_cancel_on, order.delivery_end_on) if day is not None]
    return any(day < min(reading.today, day_in(UTC, reading.at)) for day in last_days)


def held_orders(reading: StockReading, settings: Stock) -> list[Order]:
    """Return the waiting orders that hold stock back."""
    return [one for one in reading.waiting_orders if why_not_held(one, reading, settings) is None]


def waiting_pieces(reading: StockReading, settings: Stock) -> dict[str, Decimal]:
    """Return the pieces by code that waiting orders hold back."""
    orders = held_orders(reading, settings)
    return summed(row for order in orders for row in waiting_rows(order, reading))


def waiting_rows(order: Order, reading: StockReading) -> list[tuple[str, Decimal]]:
    """Return code and pieces of a waiting order's lines, whether or not it holds them.

    Where lines cannot be read, it has of each code what it had last, or what can be read now.
    """
    now = _rows(order.lines, reading)
    last = reading.lines_before.get(order.reference) if cannot_be_read(order, reading) else None
    if last is None:
        return now
    before, read = summed(_rows(last, reading)), summed(now)
    return [(one, max(before.get(one, NOTHING), read.get(one, NOTHING))) for one in before | read]


def cannot_be_read(order: Order, reading: StockReading) -> bool:
    """Return whether some of an order's lines cannot be read: all, their pieces or their codes."""
    return order.lines_unread or any(_is_unread(line, reading) for line in order.lines)


def _is_unread(line: Line, reading: StockReading) -> bool:
    by_sku = bool(reading.eans_by_sku) and line.ean13 not in reading.catalogue.by_code
    codes = {reading.code_field, "sku"} if by_sku else {reading.code_field}
    return line.quantity is None or not codes.isdisjoint(line.unreadable)


def _rows(lines: Iterable[Line], reading: StockReading) -> list[tuple[str, Decimal]]:
    return [
        (code, line.quantity)
        for line in lines
        if line.quantity is not None and line.quantity > 0
        for code in _codes(line, reading)
    ]


def _codes(line: Line, reading: StockReading) -> Sequence[str]:
    """Return the code of a line; several where its SKU is on several products."""
    code = line.ean13 if reading.code_field == "ean13" else line.sku
    known, bare = reading.catalogue.by_code, plain(code)
    # An order with a code that only looks like one waits for a person; its pieces are sold.
    for written in (code, bare, reading.catalogue.odd.get(bare, "")):
        if written in known:
            return (written,)
    return reading.eans_by_sku.get(line.sku, ())


Remembered = tuple[tuple[str, str, str], ...]


def remembered(reading: StockReading, settings: Stock) -> dict[str, Remembered]:
    """Return the lines to remember of each order that holds stock back, as the ledger keeps them.

    Those of an order whose lines cannot be read stay as they were.
    """
    found: dict[str, Remembered] = {}
    for order in held_orders(reading, settings):
        last = reading.lines_before.get(order.reference)
        lines = last if last is not None and cannot_be_read(order, reading) else order.lines
        if order.reference:
            found[order.reference] = found.get(order.reference, ()) + tuple(
                (line.ean13, line.sku, str(line.quantity))
                for line in lines
                if line.quantity is not None
            )
    return found


def recalled(kept: Mapping[str, Remembered]) -> dict[str, tuple[Line, ...]]:
    """Return what `remembered` gave as lines again."""
    return {
        reference: tuple(
            Line(ean13=ean13, sku=sku, quantity=Decimal(pieces)) for ean13, sku, pieces in lines
        )
        for reference, lines in kept.items()
    }


def held_before(config: Config) -> tuple[str, ...]:
    """Return the statuses that an earlier version held: in simple mode alone, by its list."""
    chosen, blocked = config.stock.waiting_statuses, config.orders.blocked_status
    statuses = FORMER_DEFAULT if chosen is None else chosen
    if config.stock.lnb_mode != "simple" or not statuses:
        return ()
    return (*statuses, *([blocked] if blocked else ()))


def now_held(reading: StockReading, config: Config) -> str | None:
    """Return what the first run says of orders that an earlier version did not hold, or None."""
    before = held_before(config)
    orders = [
        one
        for one in held_orders(reading, config.stock)
        if not any(same_status(one.status, status) for status in before)
    ]
    if not orders:
        return None
    rows = (pieces for order in orders for _, pieces in waiting_rows(order, reading))
    made = min((order.create_time for order in orders if order.create_time), default=None)
    oldest = f", the oldest made in {made:%Y-%m}" if made else ""
    pieces = sum(rows, NOTHING)
    whole = f"{pieces:,f} piece{'' if pieces == 1 else 's'}"
    return f"Now held by {count(len(orders), 'open order')}: {whole}{oldest}."
