"""The words of an order run: what it is about, what was read, what it will do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from lnb24so.errors import worst
from lnb24so.ledger.store import AskedFor, Entry
from lnb24so.reasons import Reason

if TYPE_CHECKING:
    from lnb24so.lnb.types import Order
    from lnb24so.soap.order import InvoiceOrder

    pass
    from .rows import Facts

Action = Literal["create", "adopt", "finish", "wait", "decide", "blocked", "skip", "done"]


Outcome = Literal["created", "adopted", "finished", "blocked", "retry", "unconfirmed", "failed"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which orders a run is about; `references` empty means all that wait."""

    references: tuple[str, ...] = ()
    any_status: bool = False
    limit: int | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read for a plan: Le New Black, the ledger, 24SevenOffice.

    `wanted` are the references to plan for, oldest first. `unread` could not be read from
    Le New Black this time. `hits` are orders of 24SevenOffice by folded ReferenceNumber.
    `lnb_now` is when reading began, by Le New Black's clock.
    """

    wanted: tuple[str, ...]
    orders: Mapping[str, Order]
    entries: Mapping[str, Entry]
    unread: frozenset[str]
    looked_at: datetime
    lnb_now: datetime
    held: Mapping[int, str]
    hits: Mapping[str, Sequence[InvoiceOrder]] = field(default_factory=dict)
    hits_by_id: Mapping[int, InvoiceOrder] = field(default_factory=dict)
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What happens to one order.

    `total` is without VAT in `currency`; `reasons` say why it is not simply created. `news`
    marks what a person has not been told yet.
    """

    reference: str
    action: Action
    order: Order | None = None
    entry: Entry | None = None
    invoice: InvoiceOrder | None = None
    customer_id: int | None = None
    customer: str = ""
    order_id: int | None = None
    currency: str = ""
    total: Decimal | None = None
    line_count: int = 0
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    news: bool = False
    asked_for: AskedFor | None = None


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """What a run does, item by item. With a `guard` sentence no order is created.

    `left` creates wait for a later run because of `--limit`. `cleared` passed the second look.
    """

    items: tuple[Item, ...]
    guard: str | None = None
    left: int = 0
    cleared: tuple[Entry, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item; `news` marks reasons that a person has not been told yet.

    `status_failed`: the status step had no answer and is taken again by the next run.
    """

    item: Item
    outcome: Outcome | None = None
    order_id: int | None = None
    reasons: tuple[Reason, ...] = ()
    news: bool = False
    status_failed: bool = False


def planned(item: Item) -> Result:
    """Return the result of an item that needs nothing done, or is only shown."""
    outcome: Outcome | None = "blocked" if item.action == "blocked" else None
    return Result(item, outcome, item.order_id, item.reasons, item.news)
