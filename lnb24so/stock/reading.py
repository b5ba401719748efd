"""Read all that a stock plan needs, in the order that cannot sell a piece twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from lnb24so.lnb.client import LnbClient
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Product
from lnb24so.tools import Tools

from .absence import Settled
from .available import (
    Catalogue,
    StockReading,
    as_le_new_black_writes,
    each_once,
    index_by_code,
    index_eans_by_sku,
    lacking,
)
from .held import carried_now, recalled, waiting_statuses
from .unlisted import Asked, ask_for_codes
from .vanished import (
    by_id,
    read_waiting,
    settle_open_orders,
    settle_products,
    settle_waiting,
)

P = TypeVar("P")


def read_stock(tools: Tools, *, ask_again: bool = False, writes: bool = False) -> StockReading:
    """Return what both systems and the ledger know of stock.

    `ask_again`: read Le New Black's product list even if that was done lately. `writes`: the
    ledger may take what one run alone cannot conclude.

    Open orders are read before stock: what ships in between is then counted twice, not sold
    twice. Waiting orders are read last: one that is confirmed during the reads still counts.
    Inventory is only compared with, so its place is free: read first, it needs no memory beside
    the products. Raises ConfigError for refused credentials or the wrong company, and Transient.
    """
    config, lnb, ledger = tools.config, tools.lnb, tools.ledger
    code_field = config.products.code_field
    # To the second, as it is sent: what was made within that second is held here.
    at = lnb.server_now().replace(microsecond=0)
    tools.progress("Reading Le New Black's inventory")
    inventory = lnb.inventory(code_field)
    tools.event("inventory.read", count=len(inventory))
    tools.progress("Reading open orders and products from 24SevenOffice")
    codes_set = _in_the_words_of(inventory, ledger.products_of_codes())
    orders, there, codes = _read_erp(inventory, codes_set, tools, writes=writes)
    open_orders, products = list(orders.records.values()), list(there.records.values())
    there = replace(there, records={})  # That index of a hundred thousand is five megabytes.
    tools.event("products.read", count=len(products), open_orders=len(open_orders))
    catalogue = as_le_new_black_writes(index_by_code(products, code_field), inventory)
    tools.progress(f"{len(products):,} products; reading waiting orders from Le New Black")
    statuses = waiting_statuses(config)
    found = settle_waiting(read_waiting(statuses, tools), statuses, tools)
    waiting = list(found.records.values())
    by_sku_too = config.products.match_by == "ean13_then_sku"
    asked = {} if ask_again else ledger.codes_asked(tools.clock.now())
    known, asked_now = _known(lnb, asked, catalogue, inventory, code_field)
    reading = StockReading(
        at=at,
        zone=config.erp.zone,
        code_field=code_field,
        catalogue=catalogue,
        inventory=inventory,
        open_orders=open_orders,
        waiting_orders=waiting,
        read_until=lnb.server_now(),
        since=config.orders.since,
        in_erp=frozenset(ledger.references_in_erp(one.reference for one in waiting)),
        skipped=frozenset(ledger.references_skipped()),
        asked_for=frozenset(ledger.references_asked_for()),
        lines_before=recalled(ledger.waiting_lines()),
        known=known,
        asked_now=asked_now,
        codes_set=codes_set,
        gone_products=there.gone,
        unasked_products=there.unasked,
        absent_codes=codes.absent,
        codes_unasked=codes.why_not,
        hidden={
            "product": sorted(map(str, there.hidden)),
            "open order": sorted(map(str, orders.hidden)),
            "waiting order": sorted(found.hidden),
        },
        reported=ledger.codes_reported(),
        eans_by_sku=index_eans_by_sku(products) if by_sku_too else {},
        products_unread=tools.soap.products_unread,
    )
    return replace(reading, carried=carried_now(reading, config, ledger.references_sent_as()))


def _in_the_words_of(inventory: Mapping[str, object], codes: Mapping[str, P]) -> dict[str, P]:
    """Return the codes with the inventory's text for each that it has.

    The second texts of a hundred thousand are six megabytes.
    """
    texts = dict(zip(inventory, inventory, strict=True))
    return {texts.get(code, code): product for code, product in codes.items()}


def _read_erp(
    inventory: Mapping[str, int | None],
    codes_set: Mapping[str, tuple[int | None, bool]],
    tools: Tools,
    *,
    writes: bool,
) -> tuple[Settled[int, InvoiceOrder], Settled[int, Product], Asked]:
    """Return open orders and products with what became of those that are not listed, and of codes.

    All that is read of orders is read before stock. Only where not one order is left are the
    products looked at first: without any, a guard stops the run and nothing is asked.
    """
    soap, settings, sku_field = tools.soap, tools.config.stock, tools.config.products.sku_field
    orders: Settled[int, InvoiceOrder] = Settled({})
    if settings.quantity == "available":
        listed = each_once(soap.open_orders(settings.open_order_states))
        if not listed and tools.ledger.open_order_ids() and not soap.products(sku_field):
            return orders, Settled({}), Asked()
        orders = settle_open_orders(listed, tools, writes=writes)
    products = by_id(soap.products(sku_field))
    codes = ask_for_codes(products, inventory, codes_set, tools)
    return orders, settle_products(products, codes_set, tools, found=codes.found), codes


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
    by_code = catalogue.by_code
    missing = {
        code
        for code in lacking(by_code, inventory)
        if any(product.active for product in by_code[code])
    }
    if not missing:
        return {}, False
    if missing <= asked.keys():
        return {code: asked[code] for code in missing}, False
    codes = {sku.code(code_field) for sku in lnb.skus()}
    return {code: code in codes for code in missing}, True
