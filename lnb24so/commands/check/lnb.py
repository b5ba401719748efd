"""Check Le New Black: the login, its clock, its orders, its codes and retailers, its stock mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lnb24so.config.schema import Config
from lnb24so.lnb.types import Order, Sku
from lnb24so.texts import count, shown
from lnb24so.tools import Tools

from .findings import Findings, Pair
from .machine import check_clock
from .orders import check_orders

LOOK_BACK = timedelta(days=365)
FORMER_BATCH_SIZE = 100
"""What copies of an older config.example.yaml pin."""

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
    if config.lenewblack.batch_size == FORMER_BATCH_SIZE:
        setting = "lenewblack.batch_size"
        findings.warn(
            setting,
            f"{setting} pins the former default: a large run sends ten times as many requests. "
            "Fix: take the line out; batches grow as far as Le New Black takes them.",
        )
    now = findings.attempt("lenewblack.login", lnb.server_now, setting="lenewblack.base_url")
    if now is None:
        return LnbSide()
    findings.ok("lenewblack.login", f"{shown(config.lenewblack.client_id)} is logged in.")
    ahead = now - tools.clock.now()
    check_clock("lenewblack.clock", findings, system="Le New Black", ahead=ahead)
    since, base = now - LOOK_BACK, "lenewblack.base_url"
    orders = findings.attempt(
        "lenewblack.orders", lambda: lnb.orders_changed_since(since), setting=base
    )
    if orders is not None:
        check_orders(orders, tools, findings)
    skus = findings.attempt("lenewblack.products", lnb.skus, setting=base)
    if skus is not None:
        _skus(skus, config.products.code_field, findings)
    inventory = findings.attempt(
        "lenewblack.inventory", lambda: lnb.inventory(config.products.code_field), setting=base
    )
    if inventory is not None:
        findings.ok("lenewblack.inventory", f"{count(len(inventory), 'code')} with a level.")
    retailers = findings.attempt("lenewblack.retailers", lnb.retailers, setting=base)
    return LnbSide(orders, skus, inventory, retailers)


def _stock_mode(config: Config, findings: Findings) -> None:
    mode = config.stock.lnb_mode
    findings.ok(
        "stock.lnb_mode",
        f"{mode} is assumed: {STOCK_MODES[mode]}. The API does not tell the account's mode: a "
        "brand manager sees it in Le New Black under Settings, Inventory. They must agree.",
    )


def _skus(skus: Sequence[Sku], field: str, findings: Findings) -> None:
    without = [sku for sku in skus if not sku.code(field)]
    kind = "EAN" if field == "ean13" else "SKU"
    if not skus:
        findings.error(
            "lenewblack.products",
            "Le New Black shows no products. Fix: use the lenewblack.client_id of the right brand, "
            "or load the collection into Le New Black.",
        )
        return
    findings.flaws(
        "lenewblack.products",
        f"{count(len(skus), 'size')}, {len(without):,} of them without {kind}",
        ", so their order lines are blocked. Fix: enter it in Le New Black, or change "
        "products.match_by.",
        [Pair(sku.sku or sku.ean13, lnb=sku.name) for sku in without],
    )
