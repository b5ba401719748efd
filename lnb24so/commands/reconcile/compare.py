"""What stands of one order that the three places do not agree on, and what it counts for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from lnb24so.config.schema import Orders
from lnb24so.lnb.types import Order, is_canceled, same_status
from lnb24so.orders.life import VOID

from . import findings
from .amounts import Net, currency_here, currency_of, net_here, nets_there
from .types import Finding, Line, Part, Trio, Verdict

UP_FOR_EXPORT = timedelta(days=1)
"""From so long on an order that is up for export, and that no run touched, is told of."""

Standing = Literal["gone", "canceled", "draft", "take", "done", "blocked", "other"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What orders are held against: the settings, the time, and what the ledger can know."""

    orders: Orders
    now: datetime
    own_currency: str
    knows_orders: bool


def judge(trio: Trio, rules: Rules) -> Verdict:
    """Return what an order counts for, and what stands of it."""
    standing = _standing(trio, rules.orders)
    if not trio.parents and _does_not_count(trio, standing, rules):
        waits = standing == "other" and not _is_exempt(trio, rules)
        currency = currency_here(trio, rules.own_currency)
        return Verdict([Line(trio=trio, currency=currency, not_due=True)] if waits else [])
    against = [] if _is_exempt(trio, rules) and len(trio.parents) < 2 else list(_found(trio, rules))
    return Verdict(list(_lines(trio, standing, against, rules)), against)


# Where it stands


def _standing(trio: Trio, settings: Orders) -> Standing:
    """Return what Le New Black's status of an order means here."""
    order = trio.order
    if order is None:
        return "gone"
    if is_canceled(order):
        return "canceled"
    mode = settings.for_mode(order.order_mode)
    blocked = trio.entry.blocked_status if trio.entry else None
    named: tuple[tuple[Standing, tuple[str | None, ...]], ...] = (
        ("draft", ("draft",)),
        ("take", (mode.take_status, blocked)),
        ("done", (mode.done_status,)),
        ("blocked", (settings.blocked_status, "blocked")),
    )
    for standing, statuses in named:
        if any(status is not None and same_status(order.status, status) for status in statuses):
            return standing
    return "other"


def _does_not_count(trio: Trio, standing: Standing, rules: Rules) -> bool:
    """Return whether an order that 24SevenOffice does not have counts on neither side."""
    if standing in ("gone", "canceled"):
        return True
    if trio.entry is not None and trio.entry.in_erp:
        return False
    return standing in ("draft", "other") or _mode_is_left_out(trio, rules)


def _mode_is_left_out(trio: Trio, rules: Rules) -> bool:
    order = trio.order
    return order is not None and rules.orders.for_mode(order.order_mode).take_status is None


def _is_too_old(trio: Trio, rules: Rules) -> bool:
    order, begin = trio.order, rules.orders.since
    made = order.create_time if order else None
    return begin is not None and made is not None and made < begin


def _is_exempt(trio: Trio, rules: Rules) -> bool:
    """Return whether an order was never ours to carry, and no run has carried it."""
    entry = trio.entry
    if entry is not None and (entry.in_erp or entry.attempts):
        return False
    skipped = entry is not None and entry.state == "skipped"
    return skipped or _mode_is_left_out(trio, rules) or _is_too_old(trio, rules)


def _in_doubt(trio: Trio) -> bool:
    """Return whether the runs are still finding out what an attempt made."""
    return trio.entry is not None and trio.entry.state in ("sending", "unconfirmed")


# What stands of it


def _found(trio: Trio, rules: Rules) -> Iterator[Finding]:
    standing, entry = _standing(trio, rules.orders), trio.entry
    if trio.is_second:
        yield findings.reference_twice(trio)
    elif len(trio.parents) > 1:
        yield findings.twice(trio, rules.own_currency)
    elif trio.parents:
        yield from _found_there(trio, standing, rules)
    elif entry is not None and entry.in_erp:
        yield findings.gone(trio)
    elif _in_doubt(trio) or (entry is not None and entry.state == "skipped"):
        return
    elif standing == "done":
        yield findings.closed_unsent(trio)
    elif standing == "take" and _is_overdue(trio, rules):
        yield findings.overdue(trio)


def _found_there(trio: Trio, standing: Standing, rules: Rules) -> Iterator[Finding]:
    """Yield what stands of an order that 24SevenOffice has once."""
    entry, there = trio.entry, trio.parents[0]
    is_held = entry is not None and entry.order_id == there.order_id
    if rules.knows_orders and not is_held and not _in_doubt(trio):
        is_late = entry is not None and entry.state == "skipped"
        yield (findings.created_late if is_late else findings.unknown)(trio, rules.own_currency)
    elif standing in ("gone", "canceled"):
        settled = entry is not None and entry.notice is None and entry.notice_hash in VOID
        if not settled and _is_alive(trio):
            say = findings.deleted if standing == "gone" else findings.canceled
            yield say(trio, rules.own_currency)
    else:
        yield from _not_the_same(trio, rules)


def _is_alive(trio: Trio) -> bool:
    """Return whether 24SevenOffice still bills something for an order."""
    nets = [one.net for one in (*trio.parents, *trio.derived)]
    return None in nets or sum((net for net in nets if net), Decimal(0)) != 0


def _not_the_same(trio: Trio, rules: Rules) -> Iterator[Finding]:
    if trio.parents[0].unread:
        return
    sent, there = trio.entry.customer_id if trio.entry else None, trio.parents[0].customer_id
    expected = trio.customer_id or sent
    # Who acknowledged the change of an order has seen its customer too.
    seen = not trio.is_changed and sent is not None and there == sent
    other_customer = expected is not None and there != expected and not seen
    own = rules.own_currency
    other_currency = currency_here(trio, own) != currency_of(trio.parents[0], own)
    if other_customer:
        yield findings.customer_differs(trio, expected or 0)
    if other_currency:
        yield findings.currency_differs(trio, rules.own_currency)
    if trio.is_changed and not trio.is_same and not other_customer and not other_currency:
        yield findings.changed(trio, rules.own_currency)


def _is_overdue(trio: Trio, rules: Rules) -> bool:
    """Return whether an order is up for export for over a day, and no run has touched it.

    Le New Black does not say since when; its last change is the latest that it can be.
    """
    if trio.entry is not None and trio.entry.state != "withdrawn":
        return False
    last = _last_moment(trio.order)
    return last is None or rules.now - last > UP_FOR_EXPORT


def _last_moment(order: Order | None) -> datetime | None:
    if order is None:
        return None
    moments = (order.update_time, order.confirmation_time, order.create_time)
    return max((moment for moment in moments if moment), default=None)


# What it counts for


def _lines(
    trio: Trio, standing: Standing, against: Sequence[Finding], rules: Rules
) -> Iterator[Line]:
    """Yield an order's line in each currency that one of the two sides has it in."""
    own = rules.own_currency
    there = nets_there(trio, own)
    here: Mapping[str, Decimal] = {}
    if standing not in ("gone", "canceled"):
        here = {currency_here(trio, own): net_here(trio, own, rules.orders)}
    label, names = _label(trio, standing, against, rules)
    for currency in dict.fromkeys((*here, *there)):
        lnb, net = here.get(currency, Decimal(0)), there.get(currency, Net())
        parts: Sequence[Part] = [Part(label, lnb - net.net, names)] if lnb != net.net else []
        if parts and not label and len({*here, *there}) == 1:
            parts = list(_parts(trio, lnb, net.net, rules))
        elif parts and not label:
            parts = [Part("in another currency", lnb - net.net, names=True)]
        yield Line(
            trio=trio,
            currency=currency,
            lnb=lnb,
            erp=net.net,
            vat=net.vat,
            lnb_orders=int(currency in here),
            erp_orders=net.orders,
            parts=tuple(parts),
        )


def _label(
    trio: Trio, standing: Standing, against: Sequence[Finding], rules: Rules
) -> tuple[str, bool]:
    """Return what the whole difference of an order is, and whether it is named; "": not one."""
    state = trio.entry.state if trio.entry else None
    if len(trio.parents) > 1:
        return "twice", True
    if trio.parents:
        gone = {"gone": "not in Le New Black", "canceled": "canceled in Le New Black"}
        return gone.get(standing, ""), True
    if against:
        return "missing", True
    if state == "skipped":
        return "skipped", False
    if _is_too_old(trio, rules):
        return "before orders.since", False
    is_blocked = state in ("blocked", "needs_decision") or standing == "blocked"
    return "blocked" if is_blocked else "waiting", False


def _parts(trio: Trio, lnb: Decimal, erp: Decimal, rules: Rules) -> Iterator[Part]:
    """Yield why an order that both sides have comes to another sum: by what was sent between."""
    sent = trio.sent
    if sent is None or rules.orders.prices_include_vat:
        yield Part("not the same", lnb - erp, names=True)
        return
    accepted = trio.entry is not None and trio.entry.accepted_amount is not None
    why = "accepted totals" if accepted else "lines left out"
    if trio.is_changed:
        why = "changed in Le New Black"
    for label, amount in ((why, lnb - sent), ("changed in 24SevenOffice", sent - erp)):
        if amount:
            yield Part(label, amount, names=trio.is_changed)
