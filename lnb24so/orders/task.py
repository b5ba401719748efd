"""The order task: read both sides, plan, and create what waits.

Most runs find nothing that waits, so what only planning needs is imported after reading.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnb24so.errors import Lnb24soError
from lnb24so.tools import bind_company, check_company

from .reading import read_orders, remember_changes_until
from .results import Results, order_exit_code, order_report, planned
from .types import OrderPlan, OrderReport, Reading, Selection

if TYPE_CHECKING:
    from lnb24so.tools import Tools


def carry_orders(tools: Tools, selection: Selection, *, writes: bool) -> OrderReport:
    """Carry orders to 24SevenOffice, or only plan it.

    Raises Transient where a system does not answer, ConfigError where it refuses us or the
    ledger belongs to another pair, and Interrupted, with what was done so far in `counted`.
    """
    reading = read_orders(tools, selection)
    if reading.cases:
        report = _plan_and_apply(tools, reading, selection, writes=writes)
    else:
        report = order_report(OrderPlan(items=(), read_at=reading.lnb_now), [])
    if writes and not selection.references:
        remember_changes_until(tools.ledger, reading.lnb_now)
    return report


def _plan_and_apply(
    tools: Tools, reading: Reading, selection: Selection, *, writes: bool
) -> OrderReport:
    from .apply import apply_orders
    from .plan import plan_orders
    from .rehash import keep_new_hashes

    if tools.asked_erp:
        check_company(tools)
    plan = plan_orders(reading, tools.config, selection)
    if not writes:
        return order_report(plan, [planned(item) for item in plan.items])
    if tools.asked_erp or (plan.items and tools.ledger.binding is None):
        bind_company(tools)
    keep_new_hashes(reading, tools)
    if plan.guard is not None:
        tools.event("orders.guard", message=plan.guard)
        tools.tell(plan.guard)
    results = Results(plan, tools.tell)
    try:
        apply_orders(plan, tools, results)
    except Lnb24soError as error:
        error.counted = order_report(plan, results.all).summary
        raise
    report = order_report(plan, results.all)
    return replace(report, exit_code=order_exit_code(plan, results.all))
