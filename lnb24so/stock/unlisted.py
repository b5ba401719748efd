"""Codes that no listed product has, and whose product this tool never knew: asked for one by one.

A list that is always cut at the same place lacks them in each run, so that two runs agree and are
both wrong. What can honestly be asked: GetProducts searches by EAN1 and by No, one code a request
(24SevenOffice WSDL). It has no search by ProductCode or SupplierProductCode, and to ask for the
ids beside those that were listed would prove nothing: the level of such a code stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    config = tools.config
    if config.stock.codes_without_product == "keep" or not listed:
        return Asked()
    code_field = config.products.code_field
    doubted = {
        code
        for code, reason in tools.ledger.codes_reported().items()
        if reason == "code.without_product"
        and (inventory.get(code) or 0) > 0
        and codes_set.get(code, (None, False))[0] is None
        and code == plain(code)
    }
    if doubted:
        doubted -= {plain(getattr(product, code_field)) for product in listed.values()}
    search = config.products.searched_by
    if not doubted or search is None:
        return Asked()
    codes = ((getattr(product, code_field), product) for product in listed.values())
    control = next(((code, one.id) for code, one in codes if code and code == plain(code)), None)
    if control is None:
        return Asked(why_not="no listed product has a code to compare with")
    known, control_id = control

    def asked(code: str) -> set[int]:
        answer = tools.soap.products_with(code, search=search, sku_field=config.products.sku_field)
        return {one.id for one in answer if plain(getattr(one, code_field)) == code}

    unproven = f"24SevenOffice, asked for the code {known}, does not find product {control_id}"
    tools.progress("Asking 24SevenOffice for codes that none of its listed products has")
    try:
        if control_id not in asked(known):
            return Asked(why_not=unproven)
    except Transient as error:
        return Asked(why_not=str(error).rstrip("."))
    answers = {code: asked(code) for code in sorted(doubted)[:MOST_CODES]}
    if control_id not in asked(known):
        return Asked(why_not=unproven)
    absent = frozenset(code for code, ids in answers.items() if not ids)
    return Asked(absent, frozenset().union(*answers.values()))
