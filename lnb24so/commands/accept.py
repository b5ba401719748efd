"""A person lets one order pass with its total: the sum that will be billed, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from lnb24so.errors import Rejected
from lnb24so.ledger.types import Entry, Transition
from lnb24so.money import amount_text
from lnb24so.orders import life
from lnb24so.orders.draft import Draft, draft_order
from lnb24so.orders.lookup import facts_for
from lnb24so.orders.reading import case_of
from lnb24so.orders.total import Accepted
from lnb24so.tools import Tools

ABOUT_ITS_TOTAL = ("order.total_mismatch", "order.no_total")


def accept_total(
    entry: Entry, amount: Decimal, tools: Tools, who: Mapping[str, object]
) -> tuple[Transition, str]:
    """Return how the order passes as Le New Black holds it now, and what it is billed with.

    Raises Rejected where it is not blocked for its total, and where another sum than `amount`
    would be billed by now.
    """
    if entry.state != "blocked" or not any(r.code in ABOUT_ITS_TOTAL for r in entry.reasons):
        raise Rejected("It is not blocked because of its total.")
    order = tools.lnb.order(entry.reference)
    case = case_of(entry.reference, order, entry, tools.config)
    if order is None or case.mode is None:
        raise Rejected("Le New Black has no such order.")
    config = tools.config
    draft = draft_order(
        order,
        case.mode,
        facts_for(tools, [order]),
        config,
        accepted=Accepted(amount=amount),
    )
    sum_text = amount_text(amount, order.currency)
    if draft.total != amount:
        raise Rejected(f"{sum_text} is not what would be billed: {_billed_now(draft)}")
    total = None if order.amount_total is None else f"{order.amount_total:f}"
    sums = {"accepted_total": f"{amount:f}", "order_total": total, "currency": order.currency}
    step = life.resolved_total(entry, case.content_hash, amount, {**who, **sums})
    return step, f"{sum_text} will be billed; the next run sends it."


def _billed_now(draft: Draft) -> str:
    if draft.total is None:
        return " ".join(reason.message for reason in draft.reasons)
    return f"by now it is {amount_text(draft.total, draft.currency)}, without a word of yours."
