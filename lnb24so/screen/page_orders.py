"""The orders of a page: an index, what stops some of them by its cause, and what is to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lnb24so.money import row_total, to_minor
from lnb24so.orders.types import OrderReport, Result
from lnb24so.reasons import ORDER_REASONS, Reason
from lnb24so.soap.order import InvoiceOrder, InvoiceRow
from lnb24so.texts import count

from .advice import advice, fact
from .html import NONE, name, sums, text, total

ROWS_IN_SIGHT = 120
"""Of more rows than this all are folded away: a page of 300 orders is to be read and printed."""

OTHER_WORDS = {
    "wait": "Waits for an answer",
    "adopt": "Is in 24SevenOffice already and will be taken over",
    "finish": "Is in 24SevenOffice; its status in Le New Black is still to be set",
    "skip": "Is not exported",
    "done": "Is done",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What stops some orders: its code, and each order with what is to be said of it."""

    code: str
    title: str
    blocked: list[tuple[Result, Reason]] = field(default_factory=list)


def with_action(part: OrderReport, *actions: str) -> list[Result]:
    """Return the results of some actions, in the order of the plan."""
    return [result for result in part.results if result.item.action in actions]


def causes(results: Sequence[Result]) -> list[Cause]:
    """Return what stops orders, what stops most of them first."""
    by_cause: dict[str, Cause] = {}
    for result in results:
        for reason in result.reasons:
            key = reason.cause or reason.code
            title = reason.cause or ORDER_REASONS.get(reason.code, reason.code)
            by_cause.setdefault(key, Cause(reason.code, title)).blocked.append((result, reason))
    return sorted(by_cause.values(), key=lambda cause: -len(_orders_of(cause)))


def _orders_of(cause: Cause) -> list[Result]:
    return list({result.item.reference: result for result, _ in cause.blocked}.values())


def order_parts(part: OrderReport) -> Iterator[str]:
    """Yield the page's parts about orders."""
    places = {result.item.reference: f"o{n}" for n, result in enumerate(part.results, start=1)}
    stuck, creates = with_action(part, "blocked", "decide"), with_action(part, "create")
    yield from _index(part.results, places)
    yield '<h2 id="stuck">Orders that need someone</h2>'
    yield from _stuck(causes(stuck), places) if stuck else (NONE,)
    yield '<h2 id="create">Orders to create in 24SevenOffice</h2>'
    rows = sum(len(one.item.invoice.rows) for one in creates if one.item.invoice)
    is_open = rows <= ROWS_IN_SIGHT
    yield from (_create(one, places, is_open=is_open) for one in creates) if creates else (NONE,)
    others = [result for action in OTHER_WORDS for result in with_action(part, action)]
    if others:
        yield '<h2 id="others">Other orders</h2>'
        yield _table(_other(result, places) for result in others)


def _index(results: Sequence[Result], places: dict[str, str]) -> Iterator[str]:
    """Yield the retailers, each with links to its orders."""
    if not results:
        return
    is_open, number = " open" * (len(results) <= ROWS_IN_SIGHT), count(len(results), "order")
    yield f'<details class="find" id="orders"{is_open}><summary>Find an order: {number}</summary>'
    by_retailer: dict[str, list[str]] = {}
    for result in sorted(results, key=lambda one: one.item.reference):
        item = result.item
        kind = ' class="act"' if item.action in ("blocked", "decide") else ""
        link = f'<a href="#{places[item.reference]}"{kind}>{text(item.reference)}</a>'
        by_retailer.setdefault(name(item), []).append(link)
    yield '<nav class="index">'
    for retailer, links in sorted(by_retailer.items(), key=lambda one: one[0].casefold()):
        yield f"<p><b>{retailer}</b> {' '.join(links)}</p>"
    yield "</nav></details>"


def _table(rows: Iterator[str]) -> str:
    return f'<table class="sheet small orders"><tbody>{"".join(rows)}</tbody></table>'


# What stops orders


def _stuck(stuck: Sequence[Cause], places: dict[str, str]) -> Iterator[str]:
    """Yield the causes with their sums, then each with its orders."""
    rows = (
        f'<tr><td><a href="#c{number}">{text(_title(cause))}</a></td>'
        f'<td class="number">{len(_orders_of(cause)):,}</td>'
        f'<td class="number">{sums(_orders_of(cause))}</td></tr>'
        for number, cause in enumerate(stuck, start=1)
    )
    yield (
        '<table class="sheet small"><thead><tr><th>Why</th><th class="number">Orders</th>'
        f'<th class="number">Total</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
    seen: set[str] = set()
    for number, cause in enumerate(stuck, start=1):
        yield _cause(cause, f"c{number}", places, seen)


def _title(cause: Cause) -> str:
    """Return what is told of each of its orders, or else what they have in common."""
    facts = {fact(reason.message) for _, reason in cause.blocked}
    return facts.pop() if len(facts) == 1 else f"{cause.title[:1].upper()}{cause.title[1:]}."


def _cause(cause: Cause, place: str, places: dict[str, str], seen: set[str]) -> str:
    """Return a cause with its orders; where all are told the same, it stands once."""
    orders, title = _orders_of(cause), _title(cause)
    number = count(len(orders), "order")
    if title != fact(cause.blocked[0][1].message):
        rows = [
            _row(result, places, seen, fact(reason.message)) for result, reason in cause.blocked
        ]
    else:
        rows = [_row(result, places, seen) for result in orders]
    return (
        f'<section class="sheet cause" id="{place}"><div class="top"><h3>{text(title)}</h3>'
        f'<p class="number">{number}<br><b>{sums(orders)}</b></p></div>'
        f'<p class="mend"><b>To mend it:</b> {text(advice(cause.code))}</p>'
        f"{_table(iter(rows))}</section>"
    )


def _row(result: Result, places: dict[str, str], seen: set[str], said: str = "") -> str:
    """Return an order's row; the first one is where the index leads to."""
    item = result.item
    place = "" if item.reference in seen else f' id="{places[item.reference]}"'
    seen.add(item.reference)
    note = f"<small>{text(said)}</small>" if said else ""
    return (
        f"<tr{place}><td><b>{text(item.reference)}</b></td><td>{name(item)}{note}</td>"
        f'<td class="number">{total(item)}</td></tr>'
    )


def _other(result: Result, places: dict[str, str]) -> str:
    said = " ".join(fact(reason.message) for reason in result.reasons)
    return _row(result, places, set(), said or f"{OTHER_WORDS[result.item.action]}.")


# What is to be sent


def _create(result: Result, places: dict[str, str], *, is_open: bool) -> str:
    item, invoice = result.item, result.item.invoice
    warnings = "".join(
        f"<p>{text(fact(one.message))} {text(advice(one.code))}</p>" for one in item.warnings
    )
    note = f'<div class="note warm small">{warnings}</div>' if warnings else ""
    rows = "".join(_invoice_row(row, item.currency) for row in invoice.rows) if invoice else ""
    return (
        f'<details class="sheet order" id="{places[item.reference]}"{" open" * is_open}>'
        f"<summary><b>{text(item.reference)} {name(item)}</b> "
        f'<span class="small soft">{_facts(result)}</span> '
        f'<b class="number">{total(item)}</b></summary>'
        '<table class="small"><thead><tr><th>Product</th><th class="number">Pieces</th>'
        '<th class="number wide">Price</th><th class="number wide">Discount</th>'
        f'<th class="number">Amount</th></tr></thead><tbody>{rows}</tbody></table>{note}</details>'
    )


def _facts(result: Result) -> str:
    """Return what a person checks an order by."""
    item, invoice = result.item, result.item.invoice
    facts = ["1 line" if item.line_count == 1 else f"{item.line_count} lines"]
    if item.customer_id is not None:
        other = "" if text(item.customer) == name(item) else f" {item.customer}"
        facts.append(f"customer {item.customer_id}{other}")
    facts += _delivery(invoice) if invoice else []
    return text(" \N{MIDDLE DOT} ".join(facts))


def _delivery(invoice: InvoiceOrder) -> list[str]:
    delivery = invoice.delivery and f"delivery {invoice.delivery:%-d %B %Y}"
    theirs = invoice.your_reference and f"their reference {invoice.your_reference}"
    return [part for part in (delivery, theirs, invoice.comment) if part]


def _invoice_row(row: InvoiceRow, currency: str) -> str:
    amount = row_total(row.price, (row.discount_rate,), row.quantity, currency)
    price, rate = _price(row.price, currency), f"{row.discount_rate.normalize():f} %"
    discount = rate if row.discount_rate else ""
    narrow = f"{price} each" + (f", less {discount}" if discount else "")
    return (
        f'<tr><td>{text(row.name)}<small class="narrow">{narrow}</small></td>'
        f'<td class="number">{row.quantity.normalize():f}</td>'
        f'<td class="number wide">{price}</td><td class="number wide">{discount}</td>'
        f'<td class="number">{amount:,}</td></tr>'
    )


def _price(price: Decimal, currency: str) -> str:
    rounded = to_minor(price, currency)
    return f"{rounded:,}" if rounded == price else f"{price.normalize():,f}"
