"""How a run ended: counted, and as an exit code. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import worst

if TYPE_CHECKING:
    from .orders.order_result import Result
    from .orders.types import OrderPlan


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What a run did with orders, or would do; `summary` counts actions and outcomes."""

    plan: OrderPlan
    results: Sequence[Result]
    summary: Mapping[str, int]
    exit_code: int = 0


def order_report(plan: OrderPlan, results: Sequence[Result]) -> OrderReport:
    """Return the report of an order run, counted by action and, where it differs, by outcome."""
    summary = Counter[str](create=0, blocked=0)
    summary.update(result.item.action for result in results)
    for result in results:
        if result.outcome is not None and result.outcome != result.item.action:
            summary[result.outcome] += 1
    if plan.left:
        summary["left"] = plan.left
    return OrderReport(plan, results, dict(summary))


def order_exit_code(plan: OrderPlan, results: Iterable[Result]) -> int:
    """Return 4, 1, 3 or 0. What was announced in an earlier run does not count again."""
    codes = {4} if plan.guard else {0}
    for result in results:
        if result.item.action == "decide" and result.news:
            codes.add(4)
        elif result.outcome in ("retry", "unconfirmed") or result.status_failed:
            codes.add(1)
        elif result.news and result.reasons and result.item.action not in ("adopt", "skip"):
            codes.add(3)
    return worst(codes)
