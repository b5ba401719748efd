"""Which orders of 24SevenOffice look like those that `--baseline` would leave out, for its dry run.

Who marks a whole backlog as never to be sent should see which of it nobody has typed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lnb24so.config.schema import Config, Orders
from lnb24so.lnb.types import Order
from lnb24so.money import differs
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Customer
from lnb24so.tools import Tools

from .draft import fold_reference
from .hits import cargo_of
from .lookup import customers_for, look_up_candidates
from .matching import index_products, match_customer
from .ready import why_not_now
from .rows import Facts
from .types import Case, Reading, Selection


def with_alike(reading: Reading, tools: Tools, selection: Selection) -> Reading:
    """Return the reading with what a person should know of each order to leave out.

    Raises what the questions to 24SevenOffice raise, but for a search, which costs its own orders.
    """
    config = tools.config
    cases = [case for case in reading.cases if _is_left_out(case, config.orders, selection)]
    orders = [case.order for case in cases if case.order is not None]
    if not orders:
        return reading
    facts = _facts(tools.soap, config, orders)
    failed: dict[str, str] = {}
    hits = look_up_candidates(
        tools.soap, config, facts, cases, lnb_now=reading.lnb_now, failed=failed
    )
    free = [hit for hit in hits if hit.order_id not in reading.held]
    said = {case.reference: _said(case, facts, config, free, failed) for case in cases}
    return replace(reading, alike=said)


def _is_left_out(case: Case, settings: Orders, selection: Selection) -> bool:
    if case.order is None or case.known.in_erp or case.known.state == "skipped":
        return False
    return why_not_now(case, settings, selection) is None


def _facts(soap: SoapClient, config: Config, orders: Sequence[Order]) -> Facts:
    """Return the customers and the company's currency; a comparison of totals needs no more."""
    customers, own = customers_for(soap, config, orders), soap.own_currency()
    return Facts(index_products([]), customers, own, {})


def _said(
    case: Case,
    facts: Facts,
    config: Config,
    hits: Iterable[InvoiceOrder],
    failed: Mapping[str, str],
) -> str:
    if case.reference in failed:
        return f"It was not looked for: {failed[case.reference]}"
    ids = sorted({hit.order_id or 0 for hit in hits if _is_alike(case, hit, facts, config)})
    if not ids:
        return "24SevenOffice shows no order of the same customer and total."
    noun = "order" if len(ids) == 1 else "orders"
    named = ", ".join(map(str, ids))
    return f"In 24SevenOffice {noun} {named} may be it: the same customer and total."


def _is_alike(case: Case, hit: InvoiceOrder, facts: Facts, config: Config) -> bool:
    order = case.order
    if order is None:
        return False
    customer = match_customer(order, facts.customers, config.orders)
    if not isinstance(customer, Customer) or hit.customer_id != customer.id:
        return False
    if fold_reference(hit.reference) == fold_reference(case.erp_reference):
        return True
    total = hit.total_with_vat if config.orders.prices_include_vat else hit.total
    if order.amount_total is None or total is None:
        return False
    foreign = "" if order.currency == facts.own_currency.upper() else order.currency
    same_money = cargo_of(hit).currency == foreign
    rows = len(order.lines) + 1
    return same_money and not differs(order.amount_total, total, rows, order.currency)
