"""A preview as one page for a sales manager: readable anywhere, without a network or a script.

Everything that came from the two systems is escaped here, and the page forbids itself to load
or to run anything.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from lnb24so.errors import ConfigError
from lnb24so.process.whole_file import write_whole
from lnb24so.reasons import STOCK_REASONS
from lnb24so.run import Report
from lnb24so.stock.plan import StockItem, StockReport

from .advice import ASK_TECHNICIAN, fact
from .html import NONE, sums, text
from .page_orders import order_parts, with_action
from .report import print_lines, print_plain


def show_page(report: Report, target: str, now: datetime, *, is_quiet: bool) -> None:
    """Write the page to a file, and say so on a terminal; or to stdout, where the target is `-`.

    Raises as `write_page` does, and AnswerLost.
    """
    if target == "-":
        print_plain([page(report, now).rstrip("\n")])
        return
    write_page(report, Path(target), now)
    if sys.stdout.isatty() and not is_quiet:
        print_lines([f"The page is in {Path(target).absolute()}. Only this user can read it."])


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
    company = text(report.company.name) if report.company else "lnb24so"
    parts = [
        f"<header><h1>{company}</h1>",
        '<p class="soft">Le New Black and 24SevenOffice: what would be moved now. Nothing was '
        f"sent. {now:%-d %B %Y, %H:%M} {text(now.tzname() or '')}</p></header>",
        _totals(report),
    ]
    parts += [
        f'<p class="guard">{text(fact(part.plan.guard))} {ASK_TECHNICIAN}</p>'
        for part in (report.orders, report.stock)
        if part is not None and part.plan.guard
    ]
    if report.orders is not None:
        parts += order_parts(report.orders)
    if report.stock is not None:
        parts += _stock(report.stock)
    parts.append(f"<footer>Made by lnb24so, run {text(report.run_id)}.</footer>")
    beside = files("lnb24so.screen")
    frame, style = ((beside / name).read_text("utf-8") for name in ("page.html", "page.css"))
    return frame.format(title=f"Preview: {company}", style=style, body="\n".join(parts))


# Totals


def _totals(report: Report) -> str:
    cards = []
    if report.orders is not None:
        creates = with_action(report.orders, "create")
        stuck = with_action(report.orders, "blocked", "decide")
        cards.append(_card("create", len(creates), "Orders to create", more=sums(creates)))
        kind = "act" if stuck else ""
        cards.append(
            _card("stuck", len(stuck), "Orders that need someone", kind=kind, more=sums(stuck))
        )
    if report.stock is not None:
        changed = _changed(report.stock)
        directions = _directions(changed)
        cards.append(_card("stock", len(changed), "Stock levels to change", more=directions))
        cards.append(_card("stock", report.stock.plan.unchanged, "Stock levels that stay"))
    return f'<nav class="totals">{"".join(cards)}</nav>'


def _card(target: str, number: int, label: str, *, more: str = "", kind: str = "") -> str:
    tail = f'<span class="soft small">{more}</span>' if more else ""
    return f'<a href="#{target}" class="{kind}"><b>{number:,}</b><span>{label}</span>{tail}</a>'


def _directions(items: Sequence[StockItem]) -> str:
    if not items:
        return ""
    known = [item for item in items if item.before is not None]
    up = sum(_change(item) > 0 for item in known)
    zero = sum(item.after == 0 for item in known)
    new = f", {len(items) - len(known):,} new" if len(known) < len(items) else ""
    return f"{up:,} up, {len(known) - up:,} down ({zero:,} to zero){new}"


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
        f"<tr><td>{text(item.name)}<small>{text(item.code + why)}</small></td>"
        f'<td class="number soft">{before}</td><td class="number">{item.after or 0:,}</td>'
        f'<td class="number {kind}">{"" if item.before is None else signed}</td></tr>'
    )


def _left_alone(reason: str, left: Iterable[StockItem]) -> str:
    rows = [
        f"<tr><td>{text(item.name)}<small>{text(item.code)}</small></td></tr>"
        for item in left
        if item.reason == reason
    ]
    return (
        f'<details class="sheet"><summary>{len(rows):,}: {text(STOCK_REASONS[reason])}</summary>'
        f'<table class="small"><tbody>{"".join(rows)}</tbody></table></details>'
    )
