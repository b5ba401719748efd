"""Read all that a stock plan needs, in the order that cannot sell a piece twice."""

from __future__ import annotations

from collections.abc import Mapping

from lnb24so.lnb.client import LnbClient
from lnb24so.tools import Tools

from .available import Catalogue, StockReading, each_once, index_by_code, index_eans_by_sku
from .held import carried, recalled, still_waiting, waiting_statuses

# Under this name the ledger remembers how many open orders the last run saw.
OPEN_ORDERS_NOTE = "open_orders"


def read_stock(tools: Tools, *, ask_again: bool = False) -> StockReading:
    """Return what both systems and the ledger know of stock.

    `ask_again`: read Le New Black's product list even if that was done lately.

    Open orders are read before stock: what ships in between is then counted twice, not sold
    twice. Waiting orders are read last: one that is confirmed during the reads still counts.
    Inventory is only compared with, so its place is free: read first, it needs no memory beside
    the products. Raises ConfigError for refused credentials or the wrong company, and Transient.
    """
    config, soap, lnb, ledger = tools.config, tools.soap, tools.lnb, tools.ledger
    settings = config.stock
    code_field = config.products.code_field
    # To the second, as it is sent: what was made within that second is held here.
    at = lnb.server_now().replace(microsecond=0)
    tools.progress("Reading Le New Black's inventory")
    inventory = lnb.inventory(code_field)
    tools.event("inventory.read", count=len(inventory))
    tools.progress("Reading open orders and products from 24SevenOffice")
    on_hand = settings.quantity == "on_hand"
    open_orders = [] if on_hand else each_once(soap.open_orders(settings.open_order_states))
    products = soap.products(config.products.sku_field)
    tools.event("products.read", count=len(products), open_orders=len(open_orders))
    catalogue = index_by_code(products, code_field)
    tools.progress(f"{len(products):,} products; reading waiting orders from Le New Black")
    statuses = waiting_statuses(config)
    read = [order for status in statuses for order in lnb.orders(status=status)]
    waiting, orders = still_waiting(read, statuses), config.orders
    by_sku_too = config.products.match_by == "ean13_then_sku"
    before = ledger.note(OPEN_ORDERS_NOTE)
    asked = {} if ask_again else ledger.codes_asked(tools.clock.now())
    known, asked_now = _known(lnb, asked, catalogue, inventory, code_field)
    return StockReading(
        at=at,
        code_field=code_field,
        catalogue=catalogue,
        inventory=inventory,
        open_orders=open_orders,
        waiting_orders=waiting,
        read_until=lnb.server_now(),
        since=orders.since,
        in_erp=frozenset(ledger.references_in_erp()),
        skipped=frozenset(ledger.references_skipped()),
        asked_for=frozenset(ledger.references_asked_for()),
        carried=carried(waiting, open_orders, orders, ledger.references_sent_as()),
        lines_before=recalled(ledger.waiting_lines()),
        known=known,
        asked_now=asked_now,
        codes_set=frozenset(ledger.codes_set()),
        reported=ledger.codes_reported(),
        open_orders_before=int(before) if before else None,
        eans_by_sku=index_eans_by_sku(products) if by_sku_too else {},
    )


def _known(
    lnb: LnbClient,
    asked: Mapping[str, bool],
    catalogue: Catalogue,
    inventory: Mapping[str, int | None],
    code_field: str,
) -> tuple[dict[str, bool], bool]:
    """Return whether Le New Black's product list has the codes that the inventory lacks.

    The list is long, so it is read (the second value) only for codes not `asked` about lately.
    """
    missing = {
        code
        for code, products in catalogue.by_code.items()
        if code not in inventory and any(product.active for product in products)
    }
    if not missing:
        return {}, False
    if missing <= asked.keys():
        return {code: asked[code] for code in missing}, False
    codes = {sku.code(code_field) for sku in lnb.skus()}
    return {code: code in codes for code in missing}, True
