"""Check the settings about orders against those that Le New Black has of the last year.

The codes that the API uses for statuses and modes are not published, so only what is seen can be
trusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches

from lnb24so.config.schema import Config
from lnb24so.lnb.statuses import DOCUMENTED
from lnb24so.lnb.types import Order, is_canceled, plain_status, same_status
from lnb24so.money import amount_text
from lnb24so.orders.guards import most_creates
from lnb24so.orders.statuses import unnamed
from lnb24so.stock.held import FORMER_DEFAULT, waiting_statuses
from lnb24so.texts import count
from lnb24so.tools import Tools

from .findings import Findings, Pair, few
from .totals import check_totals


def check_orders(orders: Sequence[Order], tools: Tools, findings: Findings) -> None:
    """Look at statuses, modes and totals, and at what the next run would take."""
    _statuses(orders, tools.config, findings)
    check_totals(orders, tools.config.orders, findings)
    _waiting(orders, tools, findings)
    _shipping(orders, tools.config, findings)


def _statuses(orders: Sequence[Order], config: Config, findings: Findings) -> None:
    """Note the statuses and modes of the last year, and settings that fit none of them."""
    if not orders:
        findings.warn("lenewblack.orders", "Le New Black shows no orders of the last year.")
    seen = Counter(order.status for order in orders if order.status)
    if seen:
        findings.ok("lenewblack.statuses", f"Seen in the last year: {_counted(seen)}.")
    for setting, status in _status_settings(config):
        problem = _why_not(status, list(seen))
        if problem is not None:
            findings.error(setting, problem)
    _held(seen, config, findings)
    _modes(orders, config, findings)


def _held(seen: Counter[str], config: Config, findings: Findings) -> None:
    """Note statuses that hold stock and were never seen, seen ones that nothing names, old pins."""
    setting = "stock.waiting_statuses"
    if config.stock.waiting_statuses == FORMER_DEFAULT:
        findings.warn(
            setting,
            f"{setting} pins the former default, which counts in simple mode only. "
            "Fix: take the line out, so that the stock mode's own statuses count.",
        )
    never = [one for one in waiting_statuses(config) if not any(same_status(one, s) for s in seen)]
    strange = [status for status, _ in unnamed(seen, config, proven=True)]
    if strange:
        lost = f"; of those that hold stock {few(never)} was never seen" if never else ""
        findings.warn(
            setting,
            f"No setting names the status {few(strange)} of the last year's orders{lost}. "
            f"Fix: if their pieces are promised, list them in {setting}.",
        )
    elif never and seen:
        findings.ok(setting, f"Holds stock, and no order of the last year has it: {few(never)}.")


def _status_settings(config: Config) -> Iterator[tuple[str, str]]:
    """Yield every setting that names a status, with the status."""
    settings = config.orders
    named: list[tuple[str, str | None]] = [
        ("orders.take_status", settings.take_status),
        ("orders.done_status", settings.done_status),
        ("orders.blocked_status", settings.blocked_status),
    ]
    named += [("stock.waiting_statuses", one) for one in config.stock.waiting_statuses or ()]
    for mode, rule in settings.by_mode.items():
        named.append((f"orders.by_mode.{mode}.take_status", rule.get("take_status")))
        named.append((f"orders.by_mode.{mode}.done_status", rule.get("done_status")))
    yield from ((setting, status) for setting, status in named if status is not None)


def _why_not(status: str, seen: Sequence[str]) -> str | None:
    """Return what is wrong with a status in the settings, or None.

    Le New Black searches by it and sets it, so it must be written as Le New Black writes it.
    """
    if status in seen:
        return None
    for one in seen:
        if same_status(one, status):
            return f'Le New Black writes "{status}" as "{one}". Fix: write it so.'
    if any(same_status(one, status) for one in DOCUMENTED):
        return None
    fix = _fix(status, list(dict.fromkeys([*seen, *DOCUMENTED])), plain_status)
    return f'Le New Black shows no order with the status "{status}", nor documents it. {fix}'


def _fix(name: str, known: Sequence[str], plain: Callable[[str], str]) -> str:
    by_plain = {plain(one): one for one in reversed(known)}
    near = get_close_matches(plain(name), by_plain, 1, 0.5)
    return f'Fix: did you mean "{by_plain[near[0]]}"?' if near else f"Fix: use one of {few(known)}."


def _modes(orders: Sequence[Order], config: Config, findings: Findings) -> None:
    seen = Counter(order.order_mode for order in orders if order.order_mode)
    if seen:
        findings.ok("lenewblack.modes", f"Order modes of the last year: {_counted(seen)}.")
    known = set(map(_fold, seen))
    for mode in config.orders.by_mode:
        if seen and _fold(mode) not in known:
            findings.warn(
                "orders.by_mode",
                f'No order of the last year has the order mode "{mode}" of orders.by_mode. '
                f"{_fix(mode, list(seen), _fold)}",
            )


def _fold(mode: str) -> str:
    return mode.strip().casefold()


def _counted(seen: Counter[str]) -> str:
    return few([f"{name} ({number:,})" for name, number in seen.most_common()], 12)


def _waiting(orders: Iterable[Order], tools: Tools, findings: Findings) -> None:
    """Note how many orders the next run would create."""
    settings = tools.config.orders
    waiting = [
        order
        for order in orders
        if not is_canceled(order)
        and same_status(order.status, settings.for_mode(order.order_mode).take_status)
        and tools.ledger.entry(order.reference) is None
        and not (settings.since and order.create_time and order.create_time < settings.since)
    ]
    taken = f"{count(len(waiting), 'order')} would be taken by the next push-orders"
    leave = "To leave old ones out: set orders.since, or run lnb24so push-orders --baseline."
    most = most_creates(settings, len(tools.ledger.order_ids()))
    too_many = len(waiting) > most
    setting = f"orders.max_per_run ({settings.max_per_run})"
    if most < settings.max_per_run:
        setting = f"the {most} of a ledger that has sent hardly any yet"
    limit = f", more than {setting} lets pass" * too_many
    findings.add(
        "warning" if too_many else "ok",
        "orders.waiting",
        f"{taken}{limit}. {leave if waiting else ''}".strip(),
        [Pair(order.reference, lnb=order.retailer_name) for order in waiting],
    )


def _shipping(orders: Iterable[Order], config: Config, findings: Findings) -> None:
    if config.orders.shipping_product is not None:
        return
    charged = [
        Pair(order.reference, note=amount_text(order.amount_shipping, order.currency))
        for order in orders
        if order.amount_shipping and not is_canceled(order)
    ]
    if not charged:
        findings.ok("orders.shipping_product", "It is not set, and no order has a fee.")
        return
    findings.warn(
        "orders.shipping_product",
        f"{count(len(charged), 'order')} of the last year with a shipping fee; such orders are "
        "blocked. Fix: set orders.shipping_product to the No of a product in 24SevenOffice.",
        charged,
    )
