"""The order task: read both sides, plan, and create what waits.

Most runs find nothing that waits, so what only planning needs is imported after reading.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lnb24so.errors import Lnb24soError
from lnb24so.reasons import sentence
from lnb24so.tools import bind_company, check_company

from .reading import read_orders, remember_changes_until
from .results import Results, order_exit_code, order_report, planned
from .types import Item, OrderPlan, OrderReport, Reading, Selection

if TYPE_CHECKING:
    from lnb24so.ledger.store import Ledger
    from lnb24so.tools import Tools

TASK = "push-orders"
STATUSES = "statuses"
"""Where it stands in the ledger's news that no order is in `take_status`."""

PROVEN_NOTE, ASKED_NOTE = "take_status_seen", "take_status_asked"
YEAR = timedelta(days=365)


def carry_orders(tools: Tools, selection: Selection, *, writes: bool) -> OrderReport:
    """Carry orders to 24SevenOffice, or only plan it.

    Raises Transient where a system does not answer, ConfigError where it refuses us or the
    ledger belongs to another pair, and Interrupted, with what was done so far in `counted`.
    """
    reading = read_orders(tools, selection)
    if selection.baseline and not writes:
        from .alike import with_alike

        reading = with_alike(reading, tools, selection)
    if reading.cases:
        report = _plan_and_apply(tools, reading, selection, writes=writes)
    else:
        report = order_report(
            OrderPlan(items=(), read_at=reading.lnb_now, looked_at=reading.looked_at), []
        )
    if not (selection.references or selection.baseline):
        _heed_statuses(tools, reading, writes=writes)
    if writes and not selection.references:
        if report.plan.guard is None:
            tools.news.guard(TASK, "orders.guard", None)
        # Le New Black's clock may have been ahead, for this one run.
        remember_changes_until(tools.ledger, min(reading.lnb_now, reading.looked_at))
    return report


def _heed_statuses(tools: Tools, reading: Reading, *, writes: bool) -> None:
    """Say once where no order is in `take_status` and nothing names the statuses that there are.

    A run sees those of what changed; all are asked for once a day until `take_status` is proven,
    and by whoever looks.
    """
    ledger, now, setting = (
        tools.ledger,
        tools.clock.now(),
        "|".join(tools.config.orders.take_statuses()),
    )
    if reading.beside is None:
        if writes:
            _note(ledger, PROVEN_NOTE, setting)
            tools.news.found(STATUSES, [])
        return
    proven, today = ledger.note(PROVEN_NOTE) == setting, f"{now:%Y-%m-%d} {setting}"
    asks = not writes or not (proven or ledger.note(ASKED_NOTE) == today)
    beside = reading.beside
    if asks:
        listed = tools.lnb.orders_changed_since(now - YEAR)
        beside = Counter(order.status for order in listed)
        if writes:
            _note(ledger, ASKED_NOTE, today)
    if not (asks or beside):
        return
    from .statuses import nothing_to_take

    strange = nothing_to_take(beside, tools.config, proven=proven)
    if strange is not None:
        tools.event("orders.none_to_take", message=strange.message)
    if strange is not None or asks:
        tools.news.found(STATUSES, [strange] if strange else [])


def _note(ledger: Ledger, name: str, value: str) -> None:
    if ledger.note(name) != value:
        ledger.write_note(name, value)


def _plan_and_apply(
    tools: Tools, reading: Reading, selection: Selection, *, writes: bool
) -> OrderReport:

    from .apply import apply_orders
    from .plan import plan_orders
    from .rehash import keep_new_hashes
    from .status_step import keep_marks

    if tools.asked_erp:
        check_company(tools)
    plan = plan_orders(reading, tools.config, selection)
    if not writes:
        report = order_report(plan, [planned(item) for item in plan.items])
        return replace(report, exit_code=3 if any(map(_is_unknown, plan.items)) else 0)
    if tools.asked_erp or (plan.items and tools.ledger.binding is None):
        bind_company(tools)
    keep_new_hashes(reading, tools)
    keep_marks(reading, tools)
    if plan.guard is not None:
        tools.event("orders.guard", message=plan.guard)
        tools.news.guard(TASK, "orders.guard", plan.guard)
    for item in filter(_is_unknown, plan.items):
        tools.tell(sentence(item.reference, item.reasons[0]))
    results = Results(plan, tools.news)
    try:
        apply_orders(plan, tools, results)
    except Lnb24soError as error:
        error.counted = order_report(plan, results.all).summary
        results.tell()
        raise
    new = results.tell()
    report = order_report(plan, results.all)
    return replace(report, exit_code=order_exit_code(plan, results.all, new))


def _is_unknown(item: Item) -> bool:
    return item.case.is_unknown
