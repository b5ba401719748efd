"""Check the settings that name statuses and modes against those that Le New Black's orders have.

The codes that the API uses for them are not published, so only what is seen can be trusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from lnb24so.config.schema import Config
from lnb24so.lnb.types import Order, plain_status, same_status

from .findings import Findings, few

DOCUMENTED = (
    *("draft", "open_for_buyer", "open_for_brand", "confirmed"),
    *("invoicing", "blocked", "closed", "canceled"),
)
"""The labels of Le New Black's help center, written as codes."""


def check_statuses(orders: Sequence[Order], config: Config, findings: Findings) -> None:
    """Note the statuses and modes of the last year, and settings that fit none of them."""
    if not orders:
        findings.add(
            "warning", "lenewblack.orders", "Le New Black shows no orders of the last year."
        )
    seen = Counter(order.status for order in orders if order.status)
    if seen:
        findings.add("ok", "lenewblack.statuses", f"Seen in the last year: {_counted(seen)}.")
    for setting, status in status_settings(config):
        problem = why_not(status, list(seen))
        if problem is not None:
            findings.add("error", setting, f"{setting}: {problem}")
    _check_modes(orders, config, findings)


def status_settings(config: Config) -> Iterator[tuple[str, str]]:
    """Yield every setting that names a status, with the status."""
    settings = config.orders
    named: list[tuple[str, str | None]] = [
        ("orders.take_status", settings.take_status),
        ("orders.done_status", settings.done_status),
        ("orders.blocked_status", settings.blocked_status),
    ]
    if config.stock.lnb_mode == "simple":
        named += [("stock.waiting_statuses", status) for status in config.stock.waiting_statuses]
    for mode, rule in settings.by_mode.items():
        named.append((f"orders.by_mode.{mode}.take_status", rule.get("take_status")))
        named.append((f"orders.by_mode.{mode}.done_status", rule.get("done_status")))
    yield from ((setting, status) for setting, status in named if status is not None)


def why_not(status: str, seen: Sequence[str]) -> str | None:
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
    known = list(dict.fromkeys([*seen, *DOCUMENTED]))
    near = get_close_matches(plain_status(status), [plain_status(one) for one in known], 1, 0.5)
    meant = next((one for one in known if near and plain_status(one) == near[0]), None)
    fix = f'Fix: did you mean "{meant}"?' if meant else f"Fix: use one of {few(known)}."
    return f'Le New Black shows no order with the status "{status}", nor documents it. {fix}'


def _check_modes(orders: Sequence[Order], config: Config, findings: Findings) -> None:
    seen = Counter(order.order_mode for order in orders if order.order_mode)
    if seen:
        findings.add("ok", "lenewblack.modes", f"Order modes of the last year: {_counted(seen)}.")
    known = {_fold(mode): mode for mode in seen}
    for mode in config.orders.by_mode:
        if seen and _fold(mode) not in known:
            near = get_close_matches(_fold(mode), known, 1, 0.5)
            other = f"use one of {few(list(seen))}."
            meant = f'did you mean "{known[near[0]]}"?' if near else other
            findings.add(
                "warning",
                "orders.by_mode",
                f'No order of the last year has the order mode "{mode}" of orders.by_mode. '
                f"Fix: {meant}",
            )


def _fold(mode: str) -> str:
    return mode.strip().casefold()


def _counted(seen: Counter[str]) -> str:
    return few([f"{name} ({number:,})" for name, number in seen.most_common()], 12)
