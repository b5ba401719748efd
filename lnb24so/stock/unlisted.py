"""Codes that no listed product has, and whose product this tool never knew: asked for one by one.

A list that is always cut at the same place lacks them in each run, so that two runs agree and are
both wrong. What can honestly be asked: GetProducts searches by EAN1 and by No, one code a request
(24SevenOffice WSDL). It has no search by ProductCode or SupplierProductCode, and to ask for the
ids beside those that were listed would prove nothing: the level of such a code stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import category

from lnb24so.errors import Transient
from lnb24so.soap.types import Product
from lnb24so.tools import Tools

from .available import plain

MOST_CODES = 100
"""So many are asked for in one run, as each is a request; the rest stay as they are until then."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of such codes: `absent` ones have no product, `found` are ids of those that do.

    `why_not` says why none could be asked for, or is empty.
    """

    absent: frozenset[str] = frozenset()
    found: frozenset[int] = frozenset()
    why_not: str = field(default="", kw_only=True)


def ask_for_codes(
    listed: Mapping[int, Product],
    inventory: Mapping[str, int | None],
    codes_set: Mapping[str, tuple[int | None, bool]],
    tools: Tools,
) -> Asked:
    """Ask for codes with stock in Le New Black that two runs found on no product, before they go.

    The control is the code of a listed product, asked for before the others and after them: only
    where both answers have it, an answer without a product counts. Raises Transient.
    """
    search = tools.config.products.searched_by
    if tools.config.stock.codes_without_product == "keep" or not listed or search is None:
        return Asked()
    doubted = _doubted(listed, inventory, codes_set, tools)
    if not doubted:
        return Asked()
    code_field = tools.config.products.code_field
    codes = ((getattr(product, code_field), product.id) for product in listed.values())
    known, control = next(((code, number) for code, number in codes if _can_be_sent(code)), ("", 0))
    if not known:
        return Asked(why_not="no listed product has a code to compare with")

    def asked(code: str) -> set[int]:
        # Le New Black may write it with what is invisible, and 24SevenOffice without, or as it is.
        spellings = {code, plain(code)} if plain(code) else {code}
        found = (
            tools.soap.products_with(one, search=search, sku_field=tools.config.products.sku_field)
            for one in spellings
        )
        every = (product for products in found for product in products)
        return {one.id for one in every if plain(getattr(one, code_field)) == plain(code)}

    unproven = Asked(
        why_not=f"24SevenOffice, asked for the code {known}, does not find product {control}"
    )
    tools.progress("Asking 24SevenOffice for codes that none of its listed products has")
    try:
        if control not in asked(known):
            return unproven
    except Transient as error:
        return Asked(why_not=str(error).rstrip("."))
    answers = {code: asked(code) for code in doubted[:MOST_CODES]}
    if control not in asked(known):
        return unproven
    absent = frozenset(code for code, ids in answers.items() if not ids)
    return Asked(absent, frozenset().union(*answers.values()))


def _doubted(
    listed: Mapping[int, Product],
    inventory: Mapping[str, int | None],
    codes_set: Mapping[str, tuple[int | None, bool]],
    tools: Tools,
) -> list[str]:
    """Return the codes with stock that neither the last run nor this one has found on a product."""
    reported = tools.ledger.codes_reported().items()
    lacking = [
        code
        for code, reason in reported
        if reason == "code.without_product"
        and (inventory.get(code) or 0) > 0
        and codes_set.get(code, (None, False))[0] is None
        and _can_be_sent(code)
    ]
    if not lacking:
        return []
    code_field = tools.config.products.code_field
    there = {plain(getattr(product, code_field)) for product in listed.values()}
    return sorted(code for code in lacking if plain(code) not in there)


def _can_be_sent(code: str) -> bool:
    """Return whether XML can hold each character of a code, and there is one to see."""
    return bool(plain(code)) and all(category(one) not in ("Cc", "Cs", "Cn") for one in code)
