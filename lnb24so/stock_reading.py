"""Read all that a stock plan needs, in the order that cannot sell a piece twice."""

from __future__ import annotations

from typing import Literal

from .availability import Catalogue, StockReading, index_by_code, still_waiting
from .clock import Clock
from .ledger import Ledger
from .lnb import LnbClient
from .stock import OPEN_ORDERS_NOTE
from .tools import Tools


def read_stock(tools: Tools) -> StockReading:
    """Return what both systems and the ledger know of stock.

    Open orders are read before stock: what ships in between is then counted twice, not sold
    twice. Waiting orders are read last: one that is confirmed during the reads still counts.
    """
    config, soap, lnb, ledger = tools.config, tools.soap, tools.lnb, tools.ledger
    settings = config.stock
    code_field: Literal["ean13", "sku"] = "sku" if config.products.match_by == "sku" else "ean13"
    at = lnb.server_now()
    open_orders = (
        soap.open_orders(settings.open_order_states) if settings.quantity == "available" else []
    )
    products = soap.products(config.products.sku_field)
    tools.event("products.read", count=len(products), open_orders=len(open_orders))
    catalogue = index_by_code(products, code_field)
    inventory = lnb.inventory(code_field)
    tools.event("inventory.read", count=len(inventory))
    waiting = []
    if settings.lnb_mode == "simple":
        for status in settings.waiting_statuses:
            waiting += lnb.orders(status=status)
    before = ledger.note(OPEN_ORDERS_NOTE)
    known, asked_now = _known(lnb, ledger, catalogue, inventory, code_field, tools.clock)
    return StockReading(
        at=at,
        code_field=code_field,
        catalogue=catalogue,
        inventory=inventory,
        open_orders=open_orders,
        waiting_orders=still_waiting(waiting, settings.waiting_statuses),
        in_erp=frozenset(ledger.references_in_erp()),
        known=known,
        asked_now=asked_now,
        codes_set=frozenset(ledger.codes_set()),
        reported=ledger.codes_reported(),
        open_orders_before=int(before) if before else None,
    )


def _known(
    lnb: LnbClient,
    ledger: Ledger,
    catalogue: Catalogue,
    inventory: dict[str, int | None],
    code_field: str,
    clock: Clock,
) -> tuple[dict[str, bool], bool]:
    """Return whether Le New Black's product list has the codes that the inventory lacks.

    The list is long, so it is read only for codes that it was not asked about in the last day;
    the second value says that it was.
    """
    missing = {
        code
        for code, product in catalogue.single.items()
        if code not in inventory and product.active
    }
    missing |= {
        code
        for code, products in catalogue.shared.items()
        if code not in inventory and any(product.active for product in products)
    }
    if not missing:
        return {}, False
    asked = ledger.codes_asked(clock.now())
    if missing <= asked.keys():
        return {code: asked[code] for code in missing}, False
    codes = lnb.product_codes(code_field)
    return {code: code in codes for code in missing}, True
