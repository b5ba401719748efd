"""Who and what an order means: its customer and its products in 24SevenOffice. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lnb24so.config.schema import Orders
from lnb24so.lnb.types import Line, Order
from lnb24so.reasons import Reason
from lnb24so.soap.types import HIGHEST_ID, Customer, Product, products_by
from lnb24so.texts import clean, shown

from .countries import CODES
from .near import MOST_NAMED, difference, fold, near_index, revealed

LEGAL_FORMS = {
    *("ab", "ag", "aps", "as", "asa", "bv", "ehf", "gmbh", "hf", "inc", "kg", "ks", "llc"),
    *("ltd", "nv", "oy", "oyj", "sa", "sarl", "sas", "sl", "spa", "srl"),
}
"""Words that say nothing of who a company is."""


@dataclass(frozen=True, slots=True)
class ProductIndex:
    """The products by EAN, by SKU and by product number; a code may be on several."""

    by_ean13: Mapping[str, Sequence[Product]]
    by_sku: Mapping[str, Sequence[Product]]
    by_number: Mapping[str, Sequence[Product]]
    _near: dict[str, dict[str, list[Product]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def near(self, kind: str, code: str) -> Sequence[Product]:
        """Return the products whose EAN or SKU is almost this one; made on the first miss."""
        if kind not in self._near:
            self._near[kind] = near_index(self.by_ean13 if kind == "EAN" else self.by_sku)
        return self._near[kind].get(fold(code), ())

    @property
    def is_empty(self) -> bool:
        """Return whether no product has any code: then the reading, not the orders, is wrong."""
        return not (self.by_ean13 or self.by_sku or self.by_number)


def index_products(products: Sequence[Product]) -> ProductIndex:
    """Return the products by each of their codes."""
    return ProductIndex(
        by_ean13=products_by("ean13", products),
        by_sku=products_by("sku", products),
        by_number=products_by("number", products),
    )


def line_name(number: int, line: Line) -> str:
    """Return `line 4 (Alma Dress, Navy, 38)`."""
    return f"line {number} ({shown(line.title)[1:-1]})" if line.title else f"line {number}"


def match_product(number: int, line: Line, index: ProductIndex, match_by: str) -> Product | Reason:
    """Return the active product that a line means, or why there is none.

    An EAN on an active and an expired product belongs to the active one.
    """
    ean, sku = ("EAN", line.ean13, index.by_ean13), ("SKU", line.sku, index.by_sku)
    ways = {"ean13": (ean,), "sku": (sku,), "ean13_then_sku": (ean, sku)}[match_by]
    coded = [(kind, code, products.get(code, ())) for kind, code, products in ways if code]
    who = line_name(number, line)
    if not coded:
        missing = " or ".join(kind for kind, _, _ in ways)
        what = f"the {missing} cannot be read" if line.unreadable else f"no {missing}"
        fix = "Fix: enter it in Le New Black."
        cause = f"{line.title}: {what}" if line.title else ""
        return Reason("line.missing_code", f"{who}: {what}. {fix}", number, clean(cause))
    kind, code, products = next((way for way in coded if way[2]), coded[0])
    active = [product for product in products if product.active]
    if len(active) == 1:
        return active[0]
    named = f"{who}: {kind} {revealed(code)}"
    if active:
        ids = " and ".join(str(product.id) for product in active)
        return Reason(
            "line.ambiguous_product",
            f"{named} is on active products {ids}. Fix: remove it from one in 24SevenOffice.",
            number,
            cause=f"{kind} {revealed(code)} is on active products {ids}",
        )
    if products:
        return Reason(
            "line.expired_product",
            f"{named} is only on the expired product {products[0].id}. "
            "Fix: make it active in 24SevenOffice, or take the line out in Le New Black.",
            number,
            cause=f"{kind} {revealed(code)} is only on an expired product",
        )
    near = [(product, kind, code) for kind, code, _ in coded for product in index.near(kind, code)]
    fix = "is on no product. Fix: enter it on the product in 24SevenOffice."
    if near:
        some = "; ".join(_near_one(*each) for each in near[:MOST_NAMED])
        fix = f"is on no product. Near: {some}. Fix: make the code the same in both systems."
    cause = f"{kind} {revealed(code)} is on no product"
    return Reason("line.unknown_product", f"{named} {fix}", number, cause)


def _near_one(product: Product, kind: str, code: str) -> str:
    other = product.ean13 if kind == "EAN" else product.sku
    state = "" if product.active else "expired "
    what = f"differs in {difference(code, other)}"
    return f"{state}product {product.id} has {kind} {revealed(other)}, which {what}"


@dataclass(frozen=True, slots=True)
class CustomerIndex:
    """The customers that were read, by the three ways to find one."""

    by_id: Mapping[int, Customer]
    by_external_id: Mapping[str, Sequence[Customer]]
    by_organization_number: Mapping[str, Sequence[Customer]]


def index_customers(customers: Iterable[Customer]) -> CustomerIndex:
    """Return the customers by number, external id and organization number."""
    by_external_id: dict[str, list[Customer]] = {}
    by_organization_number: dict[str, list[Customer]] = {}
    by_id = {customer.id: customer for customer in customers}
    for customer in by_id.values():
        if customer.external_id:
            by_external_id.setdefault(customer.external_id, []).append(customer)
        if number := organization_number(customer.organization_number):
            by_organization_number.setdefault(number, []).append(customer)
    return CustomerIndex(by_id, by_external_id, by_organization_number)


_COUNTRIES = "|".join(sorted({*CODES, "EL", "UK", "XI"}))
_ONE_NUMBER = (
    (re.compile(r"(?<=\d)(MVA|MWST|TVA|IVA)+$"), ""),
    (re.compile(r"^SE(\d{10})01$"), r"\1"),
    (re.compile(r"^(?:FR|MC)[0-9A-Z]{2}(\d{9})$"), r"\1"),
    (re.compile(r"^CHE?(?=\d)"), ""),
    (re.compile(r"^ES(?=([A-Z]\d{7}[0-9A-Z]|\d{8}[A-Z])$)"), ""),
    (re.compile(rf"^({_COUNTRIES})(?=\d)"), ""),
    (re.compile(r"^U(\d{8})$"), r"ATU\1"),
)
"""What the VAT numbers of Europe add to the number of the company, each with what is left."""


def organization_number(text: str) -> str:
    """Return a VAT or organization number bare: `NO 923 609 016 MVA` is `923609016`.

    A Swedish VAT number is the organization number with SE before and 01 after it (Skatteverket);
    a French one holds the SIREN behind a key of two, a Swiss one the UID, a Spanish one the NIF,
    and an Austrian one is its U and digits, with or without AT.
    """
    bare = re.sub(r"[^0-9A-Z]", "", text.upper())
    for pattern, left in _ONE_NUMBER:
        bare = pattern.sub(left, bare)
    return bare


def customer_number(order: Order, settings: Orders) -> int | None:
    """Return the customer number that the order names by itself, or None."""
    mapped = settings.customer_map.get(order.retailer_reference)
    if mapped is not None:
        return mapped
    reference = order.retailer_reference
    if settings.customer_match != "id" or not reference.isascii() or not reference.isdigit():
        return None
    return int(reference) if len(reference) <= 10 and 0 < int(reference) <= HIGHEST_ID else None


def match_customer(order: Order, index: CustomerIndex, settings: Orders) -> Customer | Reason:
    """Return the order's customer, or why there is none."""
    customers = _customers(order, index, settings)
    if isinstance(customers, Reason):
        return customers
    retailer = shown(order.retailer_name)
    if len(customers) > 1:
        ids = ", ".join(str(customer.id) for customer in customers)
        return Reason(
            "customer.ambiguous",
            f"retailer {retailer} matches customers {ids}. "
            "Fix: make the reference unique, or name it in orders.customer_map.",
            cause=f"{retailer[1:-1]} matches several customers",
        )
    if not customers:
        given = _given(order, settings)
        return Reason(
            "customer.unknown",
            f"retailer {retailer} has the customer reference {shown(given)}, which is no customer "
            f"in 24SevenOffice (orders.customer_match: {settings.customer_match}). "
            "Fix: correct it in Le New Black.",
            cause=f"{retailer[1:-1]} has a customer reference that is no customer in 24SevenOffice",
        )
    customer = customers[0]
    if customer.blocked:
        return Reason(
            "customer.blocked",
            f"customer {customer.id} {shown(customer.name)} is blocked for invoicing. "
            "Fix: open it in 24SevenOffice, or cancel the order.",
            cause=f"Customer {customer.id} {shown(customer.name)} is blocked for invoicing",
        )
    return customer


def _customers(order: Order, index: CustomerIndex, settings: Orders) -> Sequence[Customer] | Reason:
    number = customer_number(order, settings)
    if number is not None:
        customer = index.by_id.get(number)
        return [customer] if customer else []
    if not _given(order, settings):
        retailer = shown(order.retailer_name)
        if settings.customer_match == "organization_number":
            return Reason(
                "customer.missing_reference",
                f"retailer {retailer} has no VAT number in its billing address. "
                "Fix: enter it in Le New Black.",
                cause=f"{retailer[1:-1]} has no VAT number",
            )
        kind = "number" if settings.customer_match == "id" else "external id"
        return Reason(
            "customer.missing_reference",
            f"retailer {retailer} has no customer reference. "
            f"Fix: enter its 24SevenOffice {kind} in Le New Black.",
            cause=f"{retailer[1:-1]} has no customer reference",
        )
    if settings.customer_match == "external_id":
        return index.by_external_id.get(order.retailer_reference, ())
    if settings.customer_match == "organization_number":
        vat_number = organization_number(order.billing_address.vat_number)
        return index.by_organization_number.get(vat_number, ())
    return []


def _given(order: Order, settings: Orders) -> str:
    if settings.customer_match == "organization_number":
        return order.billing_address.vat_number
    return order.retailer_reference


def names_differ(retailer: str, customer: str) -> bool:
    """Return whether two names share no word; a name without words differs from nothing."""
    one, other = name_words(retailer), name_words(customer)
    return bool(one and other and not one & other)


def name_words(name: str) -> frozenset[str]:
    """Return the words of a company's name; a legal form is none: half the customers share it."""
    return frozenset(re.findall(r"\w+", name.casefold())) - LEGAL_FORMS
