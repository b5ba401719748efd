"""A run in words: one plain line for each item, and one with the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lnb24so.money import amount_text, sums_text
from lnb24so.orders.types import Item, OrderReport, Result, TooOld
from lnb24so.reasons import Reason, sentence
from lnb24so.run import Report
from lnb24so.stock.plan import StockItem, StockReport
from lnb24so.texts import shown

PLANNED_WORDS = {
    "create": "to create",
    "adopt": "found in 24SevenOffice",
    "finish": "to finish",
    "wait": "waiting",
    "decide": "for a person to decide",
    "skip": "skipped",
}

URGENCY = ("decide", "unconfirmed", "failed", "blocked", "wait", "retry")
"""What needs a person or another look, the most urgent first."""

URGENT_LEVELS = (
    *("code.conflict", "code.without_product", "product.no_stock_figure"),
    *("product.open_order_unread", "list.incomplete"),
)
"""Why a level needs a person."""


def plain_lines(report: Report, most: int | None = None) -> Iterator[str]:
    """Yield a line for each item, `most` of stock and of orders, and one with the counts."""
    if report.stock is not None:
        refused, items = report.stock.refused or {}, report.stock.plan.items
        yield from (_stock_line(item, refused) for item in items[:most])
        yield from stock_closing(report, report.stock, items[most:] if most else ())
    if report.orders is not None:
        results = report.orders.results
        yield from (_order_line(result) for result in results[:most])
        yield from order_closing(report, report.orders, results[most:] if most else ())


def _order_line(result: Result) -> str:
    item = result.item
    if result.reasons:
        said = " ".join(reason.message for reason in result.reasons)
        return f"{item.reference} {result.outcome or item.action}: {said}"
    became = f" as order {result.order_id}" if result.order_id else ""
    total = amount_text(item.total, item.currency) if item.total is not None else "no total"
    retailer = item.order.retailer_name if item.order else ""
    whose = f" for retailer {shown(retailer)}" if retailer not in ("", item.customer) else ""
    lines = "1 line" if item.line_count == 1 else f"{item.line_count} lines"
    warned = "".join(f". Warning: {warning.message}" for warning in item.warnings)
    return (
        f"{item.reference} {result.outcome or item.action}{became}: {lines}, "
        f"{total}, customer {item.customer_id} {shown(item.customer)}{whose}{warned}"
    )


def _stock_line(item: StockItem, refused: Mapping[str, str]) -> str:
    if item.code in refused:
        return f"{item.code} refused: {refused[item.code]}"
    why = f" ({item.reason})" if item.reason else ""
    if item.action == "skip":
        return f"{item.code} skip{why} {shown(item.name)}"
    return f"{item.code} set {level_text(item.before)} -> {item.after}{why} {shown(item.name)}"


def level_text(level: int | None) -> str:
    """Return a level, or `?` where nobody knows it."""
    return "?" if level is None else str(level)


# What needs a person first


def urgency(result: Result) -> int:
    """Return how urgent an order is, from 0; as many as there are kinds where nothing is."""
    item = result.item
    named = isinstance(item, TooOld) or item.case.is_unknown
    what = result.outcome or ("wait" if named else item.action)
    return URGENCY.index(what) if what in URGENCY else len(URGENCY)


def is_urgent(result: Result) -> bool:
    """Return whether an order needs a person, or another look."""
    return urgency(result) < len(URGENCY)


def retailer_name(item: Item) -> str:
    """Return the name of the retailer in Le New Black, as it is or was when it was sent."""
    named = item.order.retailer_name if item.order else item.case.known.retailer
    return named or item.customer


def reason_lines(given: Sequence[tuple[Item, Reason]]) -> Iterator[str]:
    """Yield why orders wait: a line for each, and one for those that wait for the same."""
    together = Counter(reason.cause for _, reason in given if reason.cause)
    done = set()
    for item, reason in given:
        if together[reason.cause] < 2:
            yield sentence(item.reference, reason)
        elif reason.cause not in done:
            done.add(reason.cause)
            alike = [one for one, other in given if other.cause == reason.cause]
            count = f"{len(alike):,} orders"
            sums = sums_text((one.total, one.currency) for one in alike)
            facts = ", ".join(filter(None, (f"{reason.cause}: {count}", sums)))
            references = ", ".join(one.reference for one in alike)
            fix = f" Fix: {reason.fix}" if reason.fix else ""
            yield f"{facts}.{fix} Orders: {references}."


# The counts


def order_closing(report: Report, part: OrderReport, hidden: Sequence[Result]) -> Iterator[str]:
    """Yield what is not shown, the guard, and the orders counted: by outcome, or by plan."""
    counts = Counter[str]()
    for result in part.results:
        planned = PLANNED_WORDS.get(result.item.action, result.item.action)
        counts[result.outcome or planned] += 1
    counts["left for a later run"] = part.plan.left
    where = ": lnb24so preview orders | less" if report.dry_run else "."
    if not report.dry_run and all(result.order_id for result in hidden):
        where = ": lnb24so status --exported | less"
    return _closing("Orders", counts, part.plan.guard, more=_more(len(hidden), where))


def stock_closing(report: Report, part: StockReport, hidden: Sequence[StockItem]) -> Iterator[str]:
    """Yield what is not shown, the guard, and the levels counted."""
    plan, refused = part.plan, part.refused
    left = sum(item.action == "skip" for item in plan.items)
    counts = {
        "to set" if refused is None else "set": len(plan.items) - left - len(refused or ()),
        "refused": len(refused or ()),
        "left alone": left,
        "unchanged": plan.unchanged,
        "products without a code": plan.without_code,
    }
    where = ": lnb24so preview stock | less" if report.dry_run else "."
    return _closing("Stock", counts, plan.guard, more=_more(len(hidden), where))


def _more(count: int, where: str) -> str | None:
    return f"... and {count:,} more{where}" if count else None


def _closing(
    name: str, counts: Mapping[str, int], guard: str | None, *, more: str | None
) -> Iterator[str]:
    yield from filter(None, (more, guard))
    counted = [f"{count:,} {label}" for label, count in counts.items() if count]
    yield f"{name}: {', '.join(counted) or 'nothing to do'}."
