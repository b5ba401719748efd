"""Check 24SevenOffice: the login, the company, its clock, its budget, its currencies, its books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lnb24so.config.schema import Config
from lnb24so.soap.order import Currency
from lnb24so.soap.types import Company, Customer, Product, products_by
from lnb24so.texts import count, shown
from lnb24so.tools import Tools, check_company

from .findings import Findings, Pair, few
from .machine import check_clock
from .services import check_services

ADDRESS, IDENTITY = "24sevenoffice.base_url", "24sevenoffice.identity_id"
"""The settings that are to blame where 24SevenOffice does not tell something."""

FEW_REQUESTS = 500
"""24SevenOffice gives 7,200 an hour (its documentation); a run needs a few dozen."""


@dataclass(frozen=True, slots=True)
class ErpSide:
    """What 24SevenOffice told; None where it did not."""

    products: Sequence[Product] | None = None
    customers: Sequence[Customer] | None = None
    own_currency: str | None = None
    currencies: Mapping[str, Currency] | None = None


def check_erp(tools: Tools, findings: Findings) -> ErpSide:
    """Look at 24SevenOffice; without a login there is nothing more to ask."""
    soap, config = tools.soap, tools.config
    company = findings.attempt("24sevenoffice.login", lambda: soap.company, setting=ADDRESS)
    if company is None:
        return ErpSide()
    findings.ok("24sevenoffice.login", f"{shown(config.erp.username)} is logged in.")
    check_clock("24sevenoffice.clock", findings, system="24SevenOffice", ahead=soap.clock_ahead)
    _company(tools, company, findings)
    findings.attempt(
        "24sevenoffice.services",
        lambda: check_services(soap.description, findings),
        setting=ADDRESS,
    )
    own, currencies = _currencies(tools, findings)
    products = findings.attempt(
        "products", lambda: soap.products(config.products.sku_field), setting="products.sku_field"
    )
    if products is not None:
        _products(products, config, company, findings)
    customers = findings.attempt("customers", soap.all_customers, setting=IDENTITY)
    if customers is not None:
        _customers(tools, customers, findings)
    _budget(soap.requests_left, findings)
    return ErpSide(products, customers, own, currencies)


def _company(tools: Tools, company: Company, findings: Findings) -> None:
    """Note the company that would be written to, and the others within reach."""
    name, chosen = "24sevenoffice.company", tools.config.erp.identity_id
    findings.attempt(name, lambda: check_company(tools), setting=IDENTITY)
    opened = f"Company {company.id} {shown(company.name)}"
    reachable = findings.attempt(name, tools.soap.identities, setting=IDENTITY)
    if reachable is None:
        return
    lines = [
        Pair(f"identity_id: {one.id}", one.company.name, note=f"company {one.company.id}")
        for one in reachable
    ]
    others = len({one.company.id for one in reachable} - {company.id})
    if others and not chosen:
        findings.error(
            name,
            f"{opened} was opened, but this login reaches {count(others, 'other')}, and the wrong "
            "one would be written to. Fix: put the line of the right one under 24sevenoffice in "
            f"the configuration: {'; or '.join(line.item for line in lines)}",
            lines,
        )
        return
    reach = (
        count(others, "other company", plural="other companies") if others else "no other company"
    )
    current = [line.item for line in lines if line.note == f"company {company.id}"]
    copy = (
        ""
        if chosen or not current
        else f" Put it under 24sevenoffice in the configuration: {current[0]}"
    )
    findings.ok(name, f"{opened} is opened; this login reaches {reach}.{copy}", lines)


def _currencies(
    tools: Tools, findings: Findings
) -> tuple[str | None, Mapping[str, Currency] | None]:
    name = "24sevenoffice.currencies"
    own = findings.attempt(name, tools.soap.own_currency, setting=IDENTITY)
    currencies = findings.attempt(name, tools.soap.currencies, setting=IDENTITY)
    if own is None or currencies is None:
        return own, currencies
    if not own:
        findings.warn(
            name,
            "The company names no currency of its own, so every order's is taken as foreign. "
            "Fix: set the default currency in 24SevenOffice.",
        )
    foreign = {symbol: one for symbol, one in currencies.items() if symbol != own}
    rated = [symbol for symbol, one in foreign.items() if one.has_rate]
    without = [symbol for symbol, one in foreign.items() if not one.has_rate]
    rates = f"Own currency {own or 'unknown'}; foreign ones with a rate: {few(rated)}"
    findings.ok(name, f"{rates}; without: {few(without)}." if without else f"{rates}.")
    return own, currencies


def _products(
    products: Sequence[Product], config: Config, company: Company, findings: Findings
) -> None:
    """Note how many products there are, which lack a code, and which share one."""
    if not products:
        findings.error(
            "products",
            f"Company {company.id} {shown(company.name)} has no products. Fix: choose the right "
            "company with 24sevenoffice.identity_id, or let this user see products.",
        )
        return
    active = sum(product.active for product in products)
    findings.ok("products", f"{count(len(products), 'product')}, {active:,} of them active.")
    _product_codes(products, config, findings)
    if config.orders.shipping_product is not None:
        _shipping_product(products, config.orders.shipping_product, findings)


def _product_codes(products: Sequence[Product], config: Config, findings: Findings) -> None:
    field = config.products.code_field
    kind = "EAN (EAN1)" if field == "ean13" else f"SKU ({config.products.sku_field})"
    shipping = config.orders.shipping_product
    active = [product for product in products if product.active and product.number != shipping]
    without = [product for product in active if not getattr(product, field)]
    if len(without) == len(active):
        setting = "products.match_by" if field == "ean13" else "products.sku_field"
        findings.error(
            "products.codes",
            f"No active product has an {kind}, so nothing can match. Fix: change {setting}, or "
            "enter the codes in 24SevenOffice.",
        )
        return
    findings.flaws(
        "products.codes",
        f"{len(active) - len(without):,} active products have an {kind}, {len(without):,} have "
        "none",
        " and send no stock. Fix: enter it in 24SevenOffice.",
        [Pair(f"product {product.id}", product.name) for product in without],
    )
    shared = {code: twins for code, twins in products_by(field, active).items() if len(twins) > 1}
    findings.flaws(
        "products.duplicates",
        f"{count(len(shared), 'code')} on more than one active product",
        "; their orders are blocked, and their level may fall to their sum but never rises. Fix: "
        "remove it from one in 24SevenOffice.",
        [
            Pair(code, twins[0].name, note=f"products {', '.join(str(one.id) for one in twins)}")
            for code, twins in shared.items()
        ],
    )


def _shipping_product(products: Sequence[Product], number: str, findings: Findings) -> None:
    name = "orders.shipping_product"
    fitting = [product for product in products if product.active and product.number == number]
    if len(fitting) == 1:
        findings.ok(name, f"{shown(number)} is product {fitting[0].id}.")
        return
    findings.error(
        name,
        f"{count(len(fitting), 'active product')} with the No {shown(number)}. Fix: set "
        "orders.shipping_product to the No of exactly one product in 24SevenOffice.",
    )


def _customers(tools: Tools, customers: Sequence[Customer], findings: Findings) -> None:
    blocked = sum(customer.blocked for customer in customers)
    findings.ok("customers", f"{count(len(customers), 'customer')}, {blocked} blocked.")
    known = {customer.id for customer in customers}
    for reference, number in tools.config.orders.customer_map.items():
        if number not in known:
            findings.error(
                "orders.customer_map",
                f"{shown(reference)} leads to customer {number}, which 24SevenOffice does not "
                "have. Fix: correct orders.customer_map.",
            )


def _budget(left: str | None, findings: Findings) -> None:
    name = "24sevenoffice.budget"
    if left is None or not left.isdigit():
        findings.ok(name, "24SevenOffice does not tell how many requests are left this hour.")
    elif int(left) < FEW_REQUESTS:
        findings.warn(
            name,
            f"Only {int(left):,} requests are left until the next hour. Fix: find out which "
            "other program uses 24sevenoffice.username, or run less often.",
        )
    else:
        findings.ok(name, f"{int(left):,} requests are left this hour.")
