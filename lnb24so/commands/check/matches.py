"""Check what the two systems call the same: codes, customers and currencies, both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from lnb24so.config.schema import Config, CustomerMatch, Orders
from lnb24so.lnb.types import Order, Sku, is_canceled, read_order
from lnb24so.orders.matching import index_customers, match_customer, names_differ
from lnb24so.reasons import ORDER_REASONS
from lnb24so.soap.order import Currency
from lnb24so.soap.types import Customer, Product, products_by
from lnb24so.texts import count

from .erp import ErpSide
from .findings import Findings, Level, Pair
from .likely import guesses
from .lnb import LnbSide

WITHOUT_ONE = ("customer.missing_reference", "customer.unknown")


def check_matches(config: Config, erp: ErpSide, lnb: LnbSide, findings: Findings) -> None:
    """Compare what both systems told; what one of them did not tell is left out."""
    if erp.products and lnb.skus:
        _codes(config, erp.products, lnb.skus, lnb.inventory or {}, findings)
    if erp.customers is not None and lnb.retailers is not None:
        retailers = [_as_order(retailer) for retailer in lnb.retailers]
        _customers(config.orders, erp.customers, retailers, findings)
    if erp.own_currency is not None and erp.currencies is not None and lnb.orders is not None:
        _currencies(erp.own_currency, erp.currencies, lnb.orders, findings)


# Codes


def _codes(
    config: Config,
    products: Sequence[Product],
    skus: Sequence[Sku],
    inventory: Iterable[str],
    findings: Findings,
) -> None:
    field = config.products.code_field
    by_code = products_by(field, products)
    there = dict.fromkeys(inventory, "") | {
        sku.code(field): sku.name for sku in skus if sku.code(field)
    }
    matching = [
        Pair(code, _name(by_code[code]), name, _odd(by_code[code]))
        for code, name in there.items()
        if code in by_code
    ]
    if not there:
        findings.error(
            "codes.matching",
            f"No size in Le New Black has the code of products.match_by: {config.products.match_by}"
            ". Fix: enter the codes in Le New Black, or change products.match_by.",
        )
        return
    lacking = [code for code in there if code not in by_code]
    level, hint = _way_for_codes(products, skus, now=len(matching), of=len(there))
    findings.add(
        level,
        "codes.matching",
        f"{len(matching):,} of {count(len(there), 'code')} in Le New Black are on a product in "
        f"24SevenOffice (products.match_by: {config.products.match_by}).{hint}",
        matching,
    )
    if lacking:
        likely = _by_other_code(field, products, skus)
        findings.warn(
            "codes.not_in_24so",
            f"{count(len(lacking), 'code')} on no product in 24SevenOffice: orders with it are "
            "blocked, and what becomes of the level is set by stock.codes_without_product and "
            "stock.deleted_products. Fix: enter the code on the product in 24SevenOffice "
            "(products.match_by says which field).",
            [_lacking(code, there[code], likely.get(code)) for code in lacking],
        )
    ours = [
        Pair(code, _name(twins))
        for code, twins in by_code.items()
        if code not in there and any(one.active for one in twins)
    ]
    findings.ok(
        "codes.not_in_lnb",
        f"{count(len(ours), 'code')} of active products unknown to Le New Black; nothing to do "
        "unless they should be sold there.",
        ours,
    )


def _by_other_code(
    field: str, products: Sequence[Product], skus: Sequence[Sku]
) -> Mapping[str, Product]:
    """Return by code the product that has the size's other code: it lacks this one."""
    other: Literal["ean13", "sku"] = "sku" if field == "ean13" else "ean13"
    having = products_by(other, products)
    return {
        sku.code(field): having[code][-1] for sku in skus if (code := sku.code(other)) in having
    }


def _lacking(code: str, name: str, product: Product | None) -> Pair:
    if product is None:
        return Pair(code, lnb=name)
    return Pair(code, product.name, name, f"product {product.id} has its other code")


def _name(products: Sequence[Product]) -> str:
    return next((one.name for one in products if one.active), products[0].name)


def _odd(products: Sequence[Product]) -> str:
    active = sum(one.active for one in products)
    return "" if active == 1 else "expired in 24SevenOffice" if not active else "not unique"


def _way_for_codes(
    products: Sequence[Product], skus: Sequence[Sku], *, now: int, of: int
) -> tuple[Level, str]:
    """Return how bad the number of matches is, and a setting that would match more."""
    eans, names = {sku.ean13 for sku in skus} - {""}, {sku.sku for sku in skus} - {""}
    ways = {
        "set products.match_by: ean13": eans & {one.ean13 for one in products},
        "set products.match_by: sku": names & {one.sku for one in products},
        "set products.match_by: sku and products.sku_field: No": names
        & {one.number for one in products},
        "EAN1 in 24SevenOffice holds SKUs; enter the EANs there, or move the SKUs to "
        "products.sku_field and set products.match_by: sku": names
        & {one.ean13 for one in products},
    }
    return _better_way({way: len(codes) for way, codes in ways.items()}, now=now, of=of)


def _better_way(ways: Mapping[str, int], *, now: int, of: int) -> tuple[Level, str]:
    best, most = max(ways.items(), key=lambda way: way[1])
    if now * 2 >= of or most <= now:
        return ("ok", "") if now or not of else ("error", " Fix: enter the same in both systems.")
    return ("warning" if now else "error"), f" Fix: {best}; {most:,} would match then."


# Customers


def _as_order(retailer: Mapping[str, Any]) -> Order:
    """Return a retailer as an order without lines: customers are matched by order."""
    return read_order(
        {
            "retailer_reference": retailer.get("reference"),
            "retailer_name": retailer.get("name"),
            "billing_address": retailer.get("billing_address"),
        }
    )


def _customers(
    settings: Orders, customers: Sequence[Customer], retailers: Sequence[Order], findings: Findings
) -> None:
    if not retailers:
        findings.warn(
            "customers.matching",
            "Le New Black shows no retailers, so none can be compared. Fix: use the "
            "lenewblack.client_id of the right brand, or enter the retailers in Le New Black.",
        )
        return
    index = index_customers(customers)
    guess = guesses(customers, index)
    matching: list[Pair] = []
    lacking: list[Pair] = []
    for retailer in retailers:
        match = match_customer(retailer, index, settings)
        name, reference = retailer.retailer_name, retailer.retailer_reference
        if isinstance(match, Customer):
            matching.append(Pair(str(match.id), match.name, name))
        else:
            likely = guess.customer(retailer, settings) if match.code in WITHOUT_ONE else None
            why = ORDER_REASONS[match.code] + (f"; likely customer {likely.id}" if likely else "")
            erp = likely.name if likely else ""
            lacking.append(Pair(reference or "no reference", erp, name, why))
    ways = {
        f"set orders.customer_match: {way}": sum(
            isinstance(match_customer(one, index, replace(settings, customer_match=way)), Customer)
            for one in retailers
        )
        for way in get_args(CustomerMatch)
    }
    level, hint = _better_way(ways, now=len(matching), of=len(retailers))
    findings.add(
        level,
        "customers.matching",
        f"{len(matching):,} of {count(len(retailers), 'retailer')} in Le New Black have a customer "
        f"in 24SevenOffice (orders.customer_match: {settings.customer_match}).{hint}",
        matching,
    )
    _other_customers(customers, matching, lacking, findings)


def _other_customers(
    customers: Sequence[Customer],
    matching: Sequence[Pair],
    lacking: Sequence[Pair],
    findings: Findings,
) -> None:
    """Note retailers without a customer, odd pairs, and customers without a retailer."""
    if lacking:
        findings.warn(
            "customers.not_in_24so",
            f"{count(len(lacking), 'retailer')} without a usable customer: their orders are "
            "blocked. Fix: correct the reference in Le New Black, or name it in "
            "orders.customer_map.",
            lacking,
        )
    strangers = [pair for pair in matching if names_differ(pair.lnb, pair.erp)]
    if strangers:
        findings.warn(
            "customers.names",
            f"{count(len(strangers), 'retailer')} whose name shares no word with the customer's. "
            "Fix: check the reference in Le New Black (orders.customer_match).",
            strangers,
        )
    taken = {pair.item for pair in matching}
    rest = [Pair(str(one.id), one.name) for one in customers if str(one.id) not in taken]
    findings.ok(
        "customers.not_in_lnb",
        f"{count(len(rest), 'customer')} with no retailer in Le New Black; nothing to do unless "
        "they should order there.",
        rest,
    )


# Currencies


def _currencies(
    own: str, currencies: Mapping[str, Currency], orders: Iterable[Order], findings: Findings
) -> None:
    seen = Counter(order.currency for order in orders if not is_canceled(order)).most_common()
    lacking = []
    for symbol, number in seen:
        known = currencies.get(symbol)
        if symbol != own.upper() and (known is None or not known.has_rate):
            why = "has no rate" if known else "is not set up"
            lacking.append(Pair(symbol or "no currency", note=f"{why}; {count(number, 'order')}"))
    seen_ones = ", ".join(f"{symbol or 'none'} ({number:,})" for symbol, number in seen)
    findings.ok("lenewblack.currencies", f"Orders of the last year are in {seen_ones or 'none'}.")
    if lacking:
        findings.warn(
            "orders.currencies",
            f"{count(len(lacking), 'currency', plural='currencies')} of Le New Black's orders that "
            "24SevenOffice cannot take: they are blocked. Fix: add the currency with its rate in "
            "24SevenOffice.",
            lacking,
        )
