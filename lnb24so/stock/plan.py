"""Stock: what Le New Black should show as available, and what differs from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from lnb24so.errors import Lnb24soError
from lnb24so.soap.types import Product

from .available import Catalogue, StockReading, available, reserved, waiting_pieces

if TYPE_CHECKING:
    from lnb24so.config.schema import Stock
    from lnb24so.tools import Tools

OPEN_ORDERS_NOTE = "open_orders"
"""Under this name the ledger remembers how many open orders the last run saw."""

SMALL_SHOP = 20
"""Below so many codes in stock a drop in percent says nothing."""

FEW_ORDERS = 10
"""Fewer open orders than these come and go within one day."""

ACCEPT = "if right: lnb24so pull-stock --accept-drop"


class StockItem(NamedTuple):
    """One code whose level is set, or left alone for a reason; levels are whole pieces.

    `news`: the reason was not reported before.
    """

    code: str
    action: Literal["set", "skip"]
    before: int | None
    after: int | None
    product_id: int | None = None
    name: str = ""
    reason: str | None = None
    news: bool = False


@dataclass(frozen=True, slots=True)
class StockPlan:
    """What a stock run sends. With a `guard` sentence nothing is sent."""

    at: datetime
    code_field: Literal["ean13", "sku"]
    items: tuple[StockItem, ...]
    unchanged: int
    without_code: int
    open_orders: int
    guard: str | None = None


def plan_stock(
    reading: StockReading, settings: Stock, *, send_all: bool = False, accept_drop: bool = False
) -> StockPlan:
    """Return the levels to send and the codes to leave alone; pure.

    Only what differs is sent, except with `send_all` and in Le New Black's time-based mode.
    """
    every = send_all or settings.lnb_mode == "time_based"
    items: list[StockItem] = []
    unchanged = in_stock = zeroed = 0
    for code, product, after, reason in _levels(reading, settings):
        before = reading.inventory.get(code)
        shows_stock = before is not None and before > 0
        in_stock += shows_stock
        if after is not None and after == before and not every:
            unchanged += 1
            continue
        zeroed += shows_stock and after == 0
        items.append(
            StockItem(
                code,
                "skip" if after is None else "set",
                before,
                after,
                product.id if product else None,
                product.name if product else "",
                reason,
                reason is not None and reading.reported.get(code) != reason,
            )
        )
    plan = StockPlan(
        reading.at,
        reading.code_field,
        tuple(items),
        unchanged,
        reading.catalogue.without_code,
        len(reading.open_orders),
    )
    if accept_drop:
        return plan
    guard = _no_products(reading) or _drop(zeroed, in_stock, settings) or _fewer(reading, settings)
    return replace(plan, guard=guard)


def _levels(
    reading: StockReading, settings: Stock
) -> Iterable[tuple[str, Product | None, int | None, str | None]]:
    """Yield each code with its product, the level it should have (None: leave it), and why."""
    taken = reserved(reading, settings)
    waiting = waiting_pieces(reading)
    catalogue, inventory = reading.catalogue, reading.inventory
    for code, product, conflict in _one_product_each(catalogue):
        if code not in inventory and not reading.known.get(code):
            if product.active:
                yield code, product, None, "code.unknown"
        elif reason := conflict or _why_left_alone(product):
            yield code, product, None, reason
        elif product.active:
            held = taken.get(product.id, 0) + waiting.get(code, 0) + settings.buffer
            yield code, product, available((product.stock or 0) - held), None
        elif settings.expired_products == "zero":
            yield code, product, 0, "product.expired"
    if settings.deleted_products == "zero":
        for code in sorted(reading.codes_set.difference(catalogue.single, catalogue.shared)):
            if inventory.get(code):
                yield code, None, 0, "product.deleted"


def _one_product_each(
    catalogue: Catalogue,
) -> Iterable[tuple[str, Product, str | None]]:
    """Yield each code with its product; on several, the active one; on two active, a conflict."""
    for code, product in catalogue.single.items():
        yield code, product, None
    for code, products in catalogue.shared.items():
        active = [product for product in products if product.active]
        if len(active) > 1:
            yield code, active[0], "code.conflict"
        else:
            yield code, (active or products)[0], None


def _why_left_alone(product: Product) -> str | None:
    if not product.stock_controlled:
        return "product.not_stock_controlled"
    if product.stock is None and product.active:
        return "product.no_stock_figure"
    return None


# The guards: why nothing may be sent without a person's look, or None


def _no_products(reading: StockReading) -> str | None:
    catalogue = reading.catalogue
    if catalogue.single or catalogue.shared or catalogue.without_code:
        return None
    return (
        "Stock not sent: 24SevenOffice has no products. "
        f"Check: 24sevenoffice.identity_id and lnb24so check; {ACCEPT}"
    )


def _drop(zeroed: int, in_stock: int, settings: Stock) -> str | None:
    limit = settings.max_zeroed_percent
    if in_stock < SMALL_SHOP or zeroed * 100 <= in_stock * limit:
        return None
    return (
        f"Stock not sent: {zeroed} of {in_stock} codes would become 0 (limit {limit:g} %). "
        f"Check: lnb24so preview stock; {ACCEPT}"
    )


def _fewer(reading: StockReading, settings: Stock) -> str | None:
    before, now = reading.open_orders_before, len(reading.open_orders)
    if before is None or before < FEW_ORDERS or now * 2 > before:
        return None
    if settings.quantity == "on_hand":
        return None  # Open orders hold nothing back and are not read.
    return (
        f"Stock not sent: {now} open orders in 24SevenOffice, {before} in the "
        f"run before, so stock may show what is sold. Check: lnb24so preview stock; {ACCEPT}"
    )


def apply_stock(plan: StockPlan, codes_set: Set[str], tools: Tools) -> dict[str, str]:
    """Send the plan's levels in batches; return the codes that were refused, each with why.

    Sending the same level twice does no harm, so a batch without an answer is sent again.
    Raises Transient where Le New Black stays silent, and Interrupted by a signal, with what was
    sent so far in `counted`; what was not sent differs in the next run.
    """
    changes = [item for item in plan.items if item.action == "set"]
    tools.ledger.add_codes_set(item.code for item in changes if item.code not in codes_set)
    levels = [(item.code, item.after or 0) for item in changes]
    batches = tools.lnb.set_levels(plan.code_field, levels, plan.at)
    refused: dict[str, str] = {}
    answered = 0
    try:
        while answered < len(changes):
            # A signal waits for the answer: what was taken must be in the log.
            with tools.stop.item():
                count, why_not = next(batches)
                batch = changes[answered : answered + count]
                answered += count
                refused |= why_not
                _log_batch(batch, why_not, tools)
                tools.progress(f"Levels sent: {answered:,} of {len(changes):,}")
    except Lnb24soError as error:
        error.counted = {"set": answered, "refused": len(refused)}
        raise
    return refused


def _log_batch(batch: Sequence[StockItem], refused: Mapping[str, str], tools: Tools) -> None:
    taken = {item.code: (item.before, item.after) for item in batch if item.code not in refused}
    tools.event("stock.batch_sent", count=len(taken), refused=len(refused), levels=taken)


def note_stock(
    plan: StockPlan,
    refused: Mapping[str, str],
    reported: Mapping[str, str],
    tools: Tools,
) -> int:
    """Log what was left alone or refused, each code when its reason is new; remember them.

    Returns how many codes were newly refused.
    """
    reasons: dict[str, str] = {}
    for item in plan.items:
        if item.action == "skip" and item.reason is not None:
            reasons[item.code] = item.reason
            if item.news:
                unknown = item.reason == "code.unknown"
                event = "stock.code_unknown" if unknown else "stock.skipped"
                tools.event(event, code=item.code, product_id=item.product_id, reason=item.reason)
    new = [code for code in refused if reported.get(code) != "level.refused"]
    for code in new:
        tools.event("stock.refused", code=code, reason="level.refused", message=refused[code])
        tools.tell(f"{code}: Le New Black refused the level: {refused[code]}")
    tools.ledger.write_codes_reported(reasons | dict.fromkeys(refused, "level.refused"))
    tools.ledger.write_note(OPEN_ORDERS_NOTE, str(plan.open_orders))
    return len(new)
