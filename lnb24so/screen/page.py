"""A preview as one page for a sales manager: readable anywhere, without a network or a script.

Everything that came from the two systems is escaped here, and the page forbids itself to load
or to run anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from html import escape
from importlib.resources import files
from pathlib import Path

from lnb24so.errors import ConfigError
from lnb24so.money import amount_text, row_total, to_minor
from lnb24so.orders.types import OrderReport, Result
from lnb24so.process.streams import fit
from lnb24so.process.whole_file import write_whole
from lnb24so.reasons import STOCK_REASONS, Reason
from lnb24so.run import Report
from lnb24so.soap.order import InvoiceOrder, InvoiceRow
from lnb24so.stock.plan import StockItem, StockReport
from lnb24so.texts import clean

NONE = '<p class="soft">None.</p>'
OTHER_WORDS = {
    "adopt": "Is in 24SevenOffice already and will be taken over",
    "finish": "Is in 24SevenOffice; its status in Le New Black is still to be set",
    "wait": "Waits for an answer",
    "skip": "Is not exported",
    "done": "Is done",
}


def write_page(report: Report, file: Path, now: datetime) -> None:
    """Write the page, whole or not at all, for this user's eyes only: it holds prices.

    Raises ConfigError where the file cannot be written.
    """
    try:
        write_whole(file, page(report, now), links=True)
    except OSError as error:
        raise ConfigError(
            f"{file}: the page cannot be written ({error.strerror}). "
            "Fix: name a file in a folder where this user may write: --html FILE"
        ) from None


def page(report: Report, now: datetime) -> str:
    """Return a preview as an HTML document; `now` is shown in the time zone that it has."""
    company = _text(report.company.name) if report.company else "lnb24so"
    parts = [
        f"<header><h1>{company}</h1>",
        '<p class="soft">Le New Black and 24SevenOffice: what would be moved now. Nothing was '
        f"sent. {now:%-d %B %Y, %H:%M} {_text(now.tzname() or '')}</p></header>",
        _totals(report),
    ]
    parts += [
        f'<p class="guard">{_text(part.plan.guard)}</p>'
        for part in (report.orders, report.stock)
        if part is not None and part.plan.guard
    ]
    if report.orders is not None:
        parts += _orders(report.orders)
    if report.stock is not None:
        parts += _stock(report.stock)
    parts.append(f"<footer>Made by lnb24so preview, run {_text(report.run_id)}.</footer>")
    beside = files("lnb24so.screen")
    frame, style = ((beside / name).read_text("utf-8") for name in ("page.html", "page.css"))
    return frame.format(title=f"Preview: {company}", style=style, body="\n".join(parts))


def _text(text: str) -> str:
    return escape(" ".join(fit(clean(text)).split()))


# Totals


def _totals(report: Report) -> str:
    cards = []
    if report.orders is not None:
        creates = _with_action(report.orders, "create")
        stuck = _with_action(report.orders, "blocked", "decide")
        cards.append(_card("create", len(creates), "Orders to create", more=_sums(creates)))
        kind = "act" if stuck else ""
        cards.append(_card("stuck", len(stuck), "Orders that need someone", kind=kind))
    if report.stock is not None:
        changed = _changed(report.stock)
        directions = _directions(changed)
        cards.append(_card("stock", len(changed), "Stock levels to change", more=directions))
        cards.append(_card("stock", report.stock.plan.unchanged, "Stock levels that stay"))
    return f'<nav class="totals">{"".join(cards)}</nav>'


def _card(target: str, number: int, label: str, *, more: str = "", kind: str = "") -> str:
    tail = f'<span class="soft small">{more}</span>' if more else ""
    return f'<a href="#{target}" class="{kind}"><b>{number:,}</b><span>{label}</span>{tail}</a>'


def _sums(results: Iterable[Result]) -> str:
    """Return the totals of orders by currency."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for result in results:
        sums[result.item.currency] += result.item.total or 0
    return "<br>".join(_text(amount_text(total, currency)) for currency, total in sums.items())


def _directions(items: Sequence[StockItem]) -> str:
    if not items:
        return ""
    known = [item for item in items if item.before is not None]
    up = sum(_change(item) > 0 for item in known)
    zero = sum(item.after == 0 for item in known)
    new = f", {len(items) - len(known):,} new" if len(known) < len(items) else ""
    return f"{up:,} up, {len(known) - up:,} down ({zero:,} to zero){new}"


# Orders


def _with_action(part: OrderReport, *actions: str) -> list[Result]:
    return [result for result in part.results if result.item.action in actions]


def _orders(part: OrderReport) -> list[str]:
    stuck = _with_action(part, "blocked", "decide")
    creates = _with_action(part, "create")
    others = [result for result in part.results if result.item.action in OTHER_WORDS]
    parts = ['<h2 id="stuck">Orders that need someone</h2>']
    parts += [_noted(result, "warm") for result in stuck] or [NONE]
    parts.append('<h2 id="create">Orders to create in 24SevenOffice</h2>')
    parts += [_create(result) for result in creates] or [NONE]
    if others:
        parts.append("<h2>Other orders</h2>")
        parts += [_noted(result, "small") for result in others]
    return parts


def _noted(result: Result, kind: str) -> str:
    notes = "".join(_reason(reason) for reason in result.reasons)
    notes = notes or f"<p>{OTHER_WORDS[result.item.action]}.</p>"
    return f'<article class="sheet">{_top(result)}<div class="note {kind}">{notes}</div></article>'


def _reason(reason: Reason) -> str:
    """Return a reason with what mends it on a line of its own."""
    fact, mark, fix = reason.message.partition("Fix: ")
    mend = f'<p class="mend"><b>To mend it:</b> {_text(fix)}</p>' if mark else ""
    return f"<p>{_text(fact[:1].upper() + fact[1:])}</p>{mend}"


def _top(result: Result, more: Sequence[str] = ()) -> str:
    """Return the head of an order: reference, customer, total, and what else tells it apart."""
    item = result.item
    facts = ["1 line" if item.line_count == 1 else f"{item.line_count} lines"]
    if item.customer_id is not None:
        facts.append(f"customer {item.customer_id}")
    total = ""
    if item.total is not None:
        total = f'<p class="number">{_text(amount_text(item.total, item.currency))}</p>'
    return (
        f'<div class="top"><div><h3>{_text(item.reference)} &nbsp;{_text(item.customer)}</h3>'
        f'<p class="small soft">{_text(" · ".join([*facts, *more]))}</p></div>{total}</div>'
    )


def _create(result: Result) -> str:
    invoice, currency = result.item.invoice, result.item.currency
    warnings = "".join(_reason(warning) for warning in result.item.warnings)
    note = f'<div class="note warm small">{warnings}</div>' if warnings else ""
    if invoice is None:
        return f'<article class="sheet">{_top(result)}{note}</article>'
    rows = "".join(_row(row, currency) for row in invoice.rows)
    return (
        f'<article class="sheet">{_top(result, _delivery(invoice))}'
        '<table class="small"><thead><tr><th>Product</th><th class="number">Pieces</th>'
        '<th class="number wide">Price</th><th class="number wide">Discount</th>'
        f'<th class="number">Amount</th></tr></thead><tbody>{rows}</tbody></table>{note}</article>'
    )


def _delivery(invoice: InvoiceOrder) -> list[str]:
    """Return what a person checks an order by."""
    delivery = invoice.delivery and f"delivery {invoice.delivery:%-d %B %Y}"
    theirs = invoice.your_reference and f"their reference {invoice.your_reference}"
    return [part for part in (delivery, theirs, invoice.comment) if part]


def _row(row: InvoiceRow, currency: str) -> str:
    amount = row_total(row.price, (row.discount_rate,), row.quantity, currency)
    price, rate = _price(row.price, currency), f"{row.discount_rate.normalize():f} %"
    discount = rate if row.discount_rate else ""
    narrow = f"{price} each" + (f", less {discount}" if discount else "")
    return (
        f'<tr><td>{_text(row.name)}<small class="narrow">{narrow}</small></td>'
        f'<td class="number">{row.quantity.normalize():f}</td>'
        f'<td class="number wide">{price}</td><td class="number wide">{discount}</td>'
        f'<td class="number">{amount:,}</td></tr>'
    )


def _price(price: Decimal, currency: str) -> str:
    rounded = to_minor(price, currency)
    return f"{rounded:,}" if rounded == price else f"{price.normalize():,f}"


# Stock


def _changed(part: StockReport) -> list[StockItem]:
    """Return the levels that would be another one; a level sent again unchanged is none."""
    return [item for item in part.plan.items if item.action == "set" and item.before != item.after]


def _change(item: StockItem) -> int:
    return (item.after or 0) - (item.before or 0)


def _stock(part: StockReport) -> list[str]:
    changed = _changed(part)
    parts = ['<h2 id="stock">Stock levels to change in Le New Black</h2>']
    rows = "".join(_level(item) for item in changed)
    table = (
        '<div class="sheet"><table class="small"><thead><tr><th>Product</th>'
        '<th class="number">Now</th><th class="number">New</th>'
        f'<th class="number">Change</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
    parts.append(table if changed else NONE)
    left = [item for item in part.plan.items if item.action == "skip"]
    if left:
        parts.append("<h2>Stock levels left alone</h2>")
        reasons = Counter(item.reason for item in left if item.reason)
        parts += [_left_alone(reason, left) for reason, _ in reasons.most_common()]
    return parts


def _level(item: StockItem) -> str:
    change = _change(item)
    kind = "up" if change > 0 else "down"
    why = f" · {STOCK_REASONS[item.reason]}" if item.reason else ""
    before = "?" if item.before is None else f"{item.before:,}"
    signed = f"{change:+,}".replace("-", "\N{MINUS SIGN}")
    return (
        f"<tr><td>{_text(item.name)}<small>{_text(item.code + why)}</small></td>"
        f'<td class="number soft">{before}</td><td class="number">{item.after or 0:,}</td>'
        f'<td class="number {kind}">{"" if item.before is None else signed}</td></tr>'
    )


def _left_alone(reason: str, left: Iterable[StockItem]) -> str:
    rows = [
        f"<tr><td>{_text(item.name)}<small>{_text(item.code)}</small></td></tr>"
        for item in left
        if item.reason == reason
    ]
    return (
        f'<details class="sheet"><summary>{len(rows):,}: {_text(STOCK_REASONS[reason])}</summary>'
        f'<table class="small"><tbody>{"".join(rows)}</tbody></table></details>'
    )
