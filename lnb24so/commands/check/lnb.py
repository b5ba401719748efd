"""Check Le New Black: the login, its clock, its orders, its codes and retailers, its stock mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lnb24so.config.schema import Config
from lnb24so.lnb.types import Order, Sku, is_canceled, same_status
from lnb24so.money import amount_text
from lnb24so.texts import shown
from lnb24so.tools import Tools

from .clock import check_clock
from .findings import Findings, Pair, count
from .statuses import check_statuses
from .totals import check_totals

LOOK_BACK = timedelta(days=365)

STOCK_MODES = {
    "simple": "Le New Black lowers stock itself when an order is confirmed; we set aside what "
    "24SevenOffice does not have yet (stock.waiting_statuses)",
    "advanced": "Le New Black sets open, confirmed and invoicing orders aside itself",
    "time_based": "Le New Black sets aside what was ordered after the time of each level",
}
"""What each mode means (Le New Black's help center, "Selecting stock control mode")."""


@dataclass(frozen=True, slots=True)
class LnbSide:
    """What Le New Black told; None where it did not. `orders` are a year's."""

    orders: Sequence[Order] | None = None
    skus: Sequence[Sku] | None = None
    inventory: Mapping[str, int | None] | None = None
    retailers: Sequence[Mapping[str, Any]] | None = None


def check_lnb(tools: Tools, findings: Findings) -> LnbSide:
    """Look at Le New Black; without a login there is nothing more to ask."""
    lnb, config = tools.lnb, tools.config
    _stock_mode(config, findings)
    now = findings.attempt("lenewblack.login", setting="lenewblack.base_url", read=lnb.server_now)
    if now is None:
        return LnbSide()
    findings.add("ok", "lenewblack.login", f"{shown(config.lenewblack.client_id)} is logged in.")
    ahead = now - tools.clock.now()
    check_clock("lenewblack.clock", findings, system="Le New Black", ahead=ahead)
    since, base = now - LOOK_BACK, "lenewblack.base_url"
    orders = findings.attempt(
        "lenewblack.orders", setting=base, read=lambda: lnb.orders_changed_since(since)
    )
    if orders is not None:
        check_statuses(orders, config, findings)
        check_totals(orders, config.orders, findings)
        _waiting(orders, tools, findings)
        _shipping(orders, config, findings)
    skus = findings.attempt("lenewblack.products", setting=base, read=lnb.skus)
    if skus is not None:
        _skus(skus, config.products.code_field, findings)
    inventory = findings.attempt(
        "lenewblack.inventory", setting=base, read=lambda: lnb.inventory(config.products.code_field)
    )
    if inventory is not None:
        findings.add("ok", "lenewblack.inventory", f"{count(len(inventory), 'code')} with a level.")
    retailers = findings.attempt("lenewblack.retailers", setting=base, read=lnb.retailers)
    return LnbSide(orders, skus, inventory, retailers)


def _stock_mode(config: Config, findings: Findings) -> None:
    mode = config.stock.lnb_mode
    findings.add(
        "ok",
        "stock.lnb_mode",
        f"{mode} is assumed: {STOCK_MODES[mode]}. The API does not tell the account's mode: a "
        "brand manager sees it in Le New Black under Settings, Inventory. They must agree.",
    )


def _skus(skus: Sequence[Sku], field: str, findings: Findings) -> None:
    without = [sku for sku in skus if not sku.code(field)]
    kind = "EAN" if field == "ean13" else "SKU"
    if not skus:
        findings.add(
            "error",
            "lenewblack.products",
            "Le New Black shows no products. Fix: use the lenewblack.client_id of the right brand, "
            "or load the collection into Le New Black.",
        )
        return
    findings.add(
        "warning" if without else "ok",
        "lenewblack.products",
        f"{count(len(skus), 'size')}, {len(without):,} of them without {kind}"
        + (
            ", so their order lines are blocked. Fix: enter it in Le New Black, or change "
            "products.match_by."
            if without
            else "."
        ),
        [Pair(sku.sku or sku.ean13, lnb=sku.name) for sku in without],
    )


def _waiting(orders: Iterable[Order], tools: Tools, findings: Findings) -> None:
    """Note how many orders the next run would create."""
    settings = tools.config.orders
    waiting = [
        order
        for order in orders
        if not is_canceled(order)
        and same_status(order.status, settings.for_mode(order.order_mode).take_status)
        and tools.ledger.entry(order.reference) is None
        and not (settings.since and order.create_time and order.create_time < settings.since)
    ]
    taken = f"{count(len(waiting), 'order')} would be taken by the next push-orders"
    leave = "To leave old ones out: orders.since, or lnb24so push-orders --baseline."
    too_many = len(waiting) > settings.max_per_run
    limit = f", more than orders.max_per_run ({settings.max_per_run}) lets pass" * too_many
    findings.add(
        "warning" if too_many else "ok",
        "orders.waiting",
        f"{taken}{limit}. {leave if waiting else ''}".strip(),
        [Pair(order.reference, lnb=order.retailer_name) for order in waiting],
    )


def _shipping(orders: Iterable[Order], config: Config, findings: Findings) -> None:
    if config.orders.shipping_product is not None:
        return
    charged = [order for order in orders if order.amount_shipping and not is_canceled(order)]
    if not charged:
        findings.add("ok", "orders.shipping_product", "It is not set, and no order has a fee.")
        return
    findings.add(
        "warning",
        "orders.shipping_product",
        f"{count(len(charged), 'order')} of the last year with a shipping fee; such orders are "
        "blocked. Fix: set orders.shipping_product to the No of a product in 24SevenOffice.",
        [
            Pair(order.reference, note=amount_text(order.amount_shipping, order.currency))
            for order in charged
            if order.amount_shipping is not None
        ],
    )


def order_currencies(orders: Iterable[Order]) -> Counter[str]:
    """Return the currencies of the orders, the commonest first; "" where one has none."""
    seen = Counter(order.currency for order in orders if not is_canceled(order))
    return Counter(dict(seen.most_common()))
