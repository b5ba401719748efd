"""What became of the orders of a run: kept, told, counted, and as an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from lnb24so.errors import worst
from lnb24so.reasons import sentence

from .types import Adopt, Announce, Decide, Leave, OrderReport, Result, Wait

if TYPE_CHECKING:
    from .types import Item, OrderPlan, Outcome

FAILURES_IN_A_ROW = 3
"""So many creates, or status steps, without an answer, and the rest waits for a later run."""


class Results:
    """The results of a run so far, in the order of its plan: there even when a signal ends it."""

    def __init__(self, plan: OrderPlan, tell: Callable[[str], None]) -> None:
        """Begin with what the plan expects; `tell` says a sentence to a person."""
        self._by_reference = {item.reference: planned(item) for item in plan.items}
        self._tell = tell

    @property
    def all(self) -> list[Result]:
        """The results, one for each item of the plan."""
        return list(self._by_reference.values())

    def add(self, result: Result) -> None:
        """Keep a result, and tell what a person has not been told."""
        self._by_reference[result.item.reference] = result
        if result.news and not isinstance(result.item, Leave):
            for reason in result.reasons:
                self._tell(sentence(result.item.reference, reason))


def planned(item: Item) -> Result:
    """Return the result of an item that needs nothing done, or is only shown."""
    outcome: Outcome | None = "blocked" if item.action == "blocked" else None
    if isinstance(item, Wait) and item.failed:
        outcome = "failed"
    return Result(item, outcome, item.order_id, item.reasons, item.news)


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


def _failed(result: Result) -> bool:
    return isinstance(result.item, Wait) and result.item.failed


def order_exit_code(plan: OrderPlan, results: Iterable[Result]) -> int:
    """Return 4, 1, 3 or 0. What was announced in an earlier run does not count again."""
    codes = {4} if plan.guard else {0}
    for result in results:
        if isinstance(result.item, Decide | Announce) and result.news:
            codes.add(4)
        elif result.outcome in ("retry", "unconfirmed") or result.status_failed or _failed(result):
            codes.add(1)
        elif result.news and result.reasons and not isinstance(result.item, Adopt | Leave):
            codes.add(3)
    return worst(codes)
