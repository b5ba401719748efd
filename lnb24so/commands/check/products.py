"""Check the products of 24SevenOffice: do they have codes, and each code only once?"""

from __future__ import annotations

from collections.abc import Sequence

from lnb24so.config.schema import Config
from lnb24so.soap.types import Company, Product, products_by
from lnb24so.texts import shown

from .findings import Findings, Pair, count


def check_products(
    products: Sequence[Product], config: Config, company: Company, findings: Findings
) -> None:
    """Note how many products there are, which lack a code, and which share one."""
    if not products:
        findings.add(
            "error",
            "products",
            f"Company {company.id} {shown(company.name)} has no products. Fix: choose the right "
            "company with 24sevenoffice.identity_id, or let this user see products.",
        )
        return
    active = sum(product.active for product in products)
    findings.add("ok", "products", f"{count(len(products), 'product')}, {active:,} of them active.")
    _check_codes(products, config, findings)
    if config.orders.shipping_product is not None:
        _check_shipping(products, config.orders.shipping_product, findings)


def _check_codes(products: Sequence[Product], config: Config, findings: Findings) -> None:
    field = config.products.code_field
    kind = "EAN (EAN1)" if field == "ean13" else f"SKU ({config.products.sku_field})"
    shipping = config.orders.shipping_product
    active = [product for product in products if product.active and product.number != shipping]
    without = [product for product in active if not getattr(product, field)]
    if len(without) == len(active):
        setting = "products.match_by" if field == "ean13" else "products.sku_field"
        findings.add(
            "error",
            "products.codes",
            f"No active product has an {kind}, so nothing can match. Fix: change {setting}, or "
            "enter the codes in 24SevenOffice.",
        )
        return
    findings.add(
        "warning" if without else "ok",
        "products.codes",
        f"{len(active) - len(without):,} active products have an {kind}, {len(without):,} have "
        "none" + (" and send no stock. Fix: enter it in 24SevenOffice." if without else "."),
        [Pair(f"product {product.id}", product.name) for product in without],
    )
    shared = {code: twins for code, twins in products_by(field, active).items() if len(twins) > 1}
    findings.add(
        "warning" if shared else "ok",
        "products.duplicates",
        f"{count(len(shared), 'code')} on more than one active product"
        + (
            "; their orders are blocked and their level stays. Fix: remove it from one in "
            "24SevenOffice."
            if shared
            else "."
        ),
        [
            Pair(code, twins[0].name, note=f"products {', '.join(str(one.id) for one in twins)}")
            for code, twins in shared.items()
        ],
    )


def _check_shipping(products: Sequence[Product], number: str, findings: Findings) -> None:
    name = "orders.shipping_product"
    fitting = [product for product in products if product.active and product.number == number]
    if len(fitting) == 1:
        findings.add("ok", name, f"{shown(number)} is product {fitting[0].id}.")
        return
    findings.add(
        "error",
        name,
        f"{count(len(fitting), 'active product')} with the No {shown(number)}. Fix: set "
        "orders.shipping_product to the No of exactly one product in 24SevenOffice.",
    )
