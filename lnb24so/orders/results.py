"""What became of the orders of a run: kept, told, counted, and as an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from lnb24so.errors import worst
from lnb24so.ledger.standing import Key, Standing
from lnb24so.news import News
from lnb24so.reasons import Reason, sentence

from .types import Announce, Decide, Item, OrderPlan, OrderReport, Outcome, Result, TooOld, Wait

AREA = "orders"
"""Where the news of orders stands in the ledger."""

FAILURES_IN_A_ROW = 3
"""So many creates, or status steps, without an answer, and the rest waits for a later run."""


class Results:
    """The results of a run so far, in the order of its plan: there even when a signal ends it."""

    def __init__(self, plan: OrderPlan, news: News) -> None:
        """Begin with what the plan expects."""
        self._by_reference = {item.reference: planned(item) for item in plan.items}
        self._news = news

    @property
    def all(self) -> list[Result]:
        """The results, one for each item of the plan."""
        return list(self._by_reference.values())

    def add(self, result: Result) -> None:
        """Keep a result; an order in doubt is told at once, for nobody may type it in now."""
        self._by_reference[result.item.reference] = result
        if result.outcome == "unconfirmed":
            for one in _standing(result):
                self._news.at_once(AREA, one)

    def tell(self) -> set[Key]:
        """Tell what is new of the results, and return the order and code of each news."""
        found = [one for result in self.all for one in _standing(result)]
        read = {one.item.reference for one in self.all if not one.item.case.unread}
        return self._news.found(AREA, found, read)


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


def _standing(result: Result) -> list[Standing]:
    """Return what stands of an order until a person, or a later run, has done something.

    A create that was not processed is the system's failure, and is told as that.
    """
    item, notice = result.item, result.item.case.known.notice
    # An order that only came in the way of this run is no news: the next run looks at it.
    doubted = item.case.known.in_doubt and not item.case.unread
    asks = isinstance(item, Decide | Announce | TooOld) or (isinstance(item, Wait) and doubted)
    refused = result.outcome in ("created", "adopted") and result.reasons  # its status step
    if asks or refused or result.outcome in ("blocked", "unconfirmed", "failed"):
        reasons = result.reasons
    else:
        # A change after the export stands until a person has acknowledged it.
        reasons = () if notice is None else (notice,)
    by_code: dict[str, list[Reason]] = {}
    for reason in reasons:
        by_code.setdefault(reason.code, []).append(reason)
    return [_one(item, code, alike) for code, alike in by_code.items()]


def _one(item: Item, code: str, alike: Sequence[Reason]) -> Standing:
    """Return what stands of an order for reasons with one code, some lines of it perhaps."""
    fixes = {reason.cause: reason.fix for reason in alike if all(one.cause for one in alike)}
    return Standing(
        item.reference,
        code,
        "\n".join(sentence(item.reference, reason) for reason in alike),
        cause="\n".join(fixes),
        fix="\n".join(fixes.values()),
        amount=item.total,
        currency=item.currency,
    )


def _failed(result: Result) -> bool:
    return isinstance(result.item, Wait) and result.item.failed


def order_exit_code(plan: OrderPlan, results: Iterable[Result], new: Collection[Key]) -> int:
    """Return 4, 1, 3 or 0. What was announced in an earlier run is not `new` and does not count.

    An order that a person named and nobody knows counts always.
    """
    codes = {4} if plan.guard else {0}
    subjects = {subject for subject, _ in new}
    for result in results:
        is_new = result.item.reference in subjects
        if result.outcome in ("retry", "unconfirmed") or result.status_failed or _failed(result):
            codes.add(1)
        elif isinstance(result.item, Decide | Announce) and is_new:
            codes.add(4)
        elif is_new or result.item.case.is_unknown:
            codes.add(3)
    return worst(codes)
