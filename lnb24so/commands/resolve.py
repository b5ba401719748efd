"""A person settles orders: each decision is checked against 24SevenOffice, and dated."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lnb24so.config.schema import Config
from lnb24so.errors import Rejected
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.standing import forget
from lnb24so.ledger.types import Entry, Transition, about, new_entry
from lnb24so.lnb.types import is_canceled
from lnb24so.orders import life
from lnb24so.orders.draft import fold_reference
from lnb24so.orders.hits import explained_by
from lnb24so.orders.questions import canceled_after_export
from lnb24so.orders.ready import made, made_of, why_not_now
from lnb24so.orders.results import AREA
from lnb24so.orders.settle import today
from lnb24so.orders.twice import is_another
from lnb24so.orders.types import Case, Selection
from lnb24so.run import Mode, Parts, Report, run
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import HIGHEST_ID
from lnb24so.texts import clean
from lnb24so.tools import Tools, bind_company, check_company

from .accept import accept_total
from .there import (
    as_a_run_would_leave,
    case_today,
    customer_today,
    customers_before,
    the_only_one,
    with_its_reference,
)

Way = Literal["exported_as", "send_again", "skip", "accept_total", "acknowledge"]
Facts = Mapping[str, object]
Settled = tuple[Transition, str]
"""What becomes of an order, and how that is said."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One of the five ways to settle an order; `by` is who decided, where that is said.

    `order_id` goes with `exported_as`: None means the only one with its reference and customer.
    `amount`, the sum to be billed, goes with `accept_total`. `by` is who decided.
    """

    way: Way
    order_id: int | None = None
    note: str = ""
    amount: Decimal = Decimal(0)
    by: str = ""

    def who(self) -> Facts:
        """Return what the order's history keeps of it: the decision, the user and the note."""
        user = decided_by(self.by, os.environ)
        who: dict[str, object] = {"decision": self.way.replace("_", "-"), "user": user}
        return who | ({"note": self.note} if self.note else {})


def decided_by(name: str, environment: Mapping[str, str]) -> str:
    """Return who decides: the name that is given, else who became this user, else the login."""
    names = (name, environment.get("LNB24SO_USER", ""), environment.get("SUDO_USER", ""))
    chosen = next((clean(one) for one in names if clean(one)), "")
    try:
        return chosen or getpass.getuser()
    except (KeyError, OSError):  # A container's user may have no name.
        return f"uid {os.getuid()}"


def resolve_orders(
    config: Config, mode: Mode, references: Sequence[str], decision: Decision
) -> Report:
    """Let a person settle orders; exit code 3 where some could not be; raises as `run` does."""

    def settle_all(tools: Tools) -> Parts:
        lines = []
        for reference in references:
            try:
                with tools.stop.item():
                    lines.append(f"{reference}: {_settle(tools, reference, decision)}")
            except Rejected as error:
                tools.tell(f"{reference}: not changed. {error}")
        return Parts(lines=lines, exit_code=0 if len(lines) == len(references) else 3)

    return run(config, mode, settle_all)


def _settle(tools: Tools, reference: str, decision: Decision) -> str:
    """Settle one order and return what it is now; Rejected says why it cannot be."""
    entry = tools.ledger.entry(reference) or _unknown(tools, reference, decision.way)
    if decision.way in ("exported_as", "send_again", "accept_total"):
        check_company(tools)
    who = decision.who()
    match decision.way:
        case "exported_as":
            step, said = _exported_as(entry, decision.order_id, tools, who)
        case "send_again":
            step, said = _send_again(entry, tools, who)
        case "skip":
            step, said = _skip(entry, tools, who)
        case "accept_total":
            step, said = accept_total(entry, decision.amount, tools, who)
        case "acknowledge":
            step, said = _acknowledge(entry, tools, who)
    Journal(tools.ledger, tools.event).save(step)
    forget(tools.ledger, AREA, entry.reference)
    return said


def _unknown(tools: Tools, reference: str, way: Way) -> Entry:
    """Return the entry of an order that no run has met yet; Rejected: there is no such order."""
    order = tools.lnb.order(reference)
    if order is None:
        raise Rejected("The ledger does not know it, and Le New Black has no such order.")
    bind_company(tools)
    entry = about(new_entry(order.reference), made_of(order))
    # What a person answers here was asked by a preview.
    return as_a_run_would_leave(tools, entry) if way in ("send_again", "accept_total") else entry


# It is this order of 24SevenOffice


def _exported_as(entry: Entry, order_id: int | None, tools: Tools, who: Facts) -> Settled:
    case = case_today(entry, tools)
    if order_id is None:
        order_id = the_only_one(case, tools)
    there = _order_to_take(entry, order_id, tools)
    keeps = order_id == entry.order_id and is_another(case)
    if order_id != entry.order_id:
        _check_customer(case, there, tools)
    is_gone = case.order is not None and is_canceled(case.order) and not keeps
    notice = canceled_after_export(entry.reference, order_id) if is_gone else None
    billed = there.total_with_vat if there.include_vat else there.total
    sent = today(case, entry.erp_reference or there.reference, there.customer_id, total=billed)
    if keeps:
        # Le New Black shows the other order of its reference: nothing of that one is ours.
        sent = entry.sent.left_alone()
    now, doubted = tools.clock.now(), _still_doubted(entry)
    ordered = case.order.amount_total if case.order else None
    sums = {"currency": sent.currency, "order_total": _plain(ordered), "total": _plain(billed)}
    who = {**who, **sums}
    step = life.resolved_as(entry, order_id, sent, notice, doubted=doubted, now=now, who=who)
    also = f", and {notice.message}" if notice else "."
    return step, f"is order {order_id} in 24SevenOffice{also}"


def _check_customer(case: Case, there: InvoiceOrder, tools: Tools) -> None:
    """Raise Rejected where an order of 24SevenOffice is for another customer than this one.

    One that carries this order's reference is taken where the customers that this one was sent
    for are gone: they were merged, and nobody is left to hold it against.
    """
    owner, before = there.customer_id, customers_before(case.known, tools)
    if owner in before:
        return
    now = customer_today(case, tools)
    theirs = sorted(number for number in {*before, now} if number is not None)
    if not theirs or owner == now:
        return
    is_named_so = fold_reference(there.reference) == fold_reference(case.erp_reference)
    if (is_named_so or there.order_id == case.known.seen_id) and (
        _are_gone(sorted(before) or theirs, owner, tools)
    ):
        return
    raise Rejected(
        f"Order {there.order_id} belongs to customer {owner}, this one to customer "
        f"{' or '.join(map(str, theirs))}."
    )


def _are_gone(customers: Sequence[int], owner: int | None, tools: Tools) -> bool:
    """Return whether 24SevenOffice has none of these customers any more.

    The owner of an order that is there is asked for too: an answer without it says nothing, and
    neither does one with a record that cannot be read.
    """
    if owner is None:
        return False
    found = {one.id for one in tools.soap.customers_by_id([*customers, owner])}
    return owner in found and found.isdisjoint(customers) and not tools.soap.left_out


def _order_to_take(entry: Entry, order_id: int, tools: Tools) -> InvoiceOrder:
    """Return the order of 24SevenOffice that a person names; Rejected where it cannot be."""
    if order_id > HIGHEST_ID:
        raise Rejected(f"24SevenOffice has no order {order_id}.")
    holder = tools.ledger.by_order_id(order_id)
    if holder is not None and holder.reference != entry.reference:
        raise Rejected(f"Order {order_id} already stands for {holder.reference}.")
    orders = tools.soap.orders_by_id([order_id])
    if not orders:
        raise Rejected(f"24SevenOffice has no order {order_id}.")
    return orders[0]


# It is in none: send it


def _send_again(entry: Entry, tools: Tools, who: Facts) -> Settled:
    case = case_today(entry, tools)
    until = case.grace_ended
    if entry.in_doubt and until is not None and tools.clock.now() < until:
        after = tools.news.zone.text(until, tools.clock.now())
        raise Rejected(f"24SevenOffice may still be creating it. Try after {after}.")
    known = [number for number in (entry.order_id, entry.seen_id) if number is not None]
    there = tools.soap.orders_by_id(known) if known else []
    foreign = () if there else with_its_reference(case, tools)
    sent = entry.in_doubt and any(explained_by(entry, hit) for hit in foreign)
    if there or sent or (foreign and not _is_about(entry, "order.reference_taken")):
        ids = ", ".join(str(order.order_id) for order in (*there, *foreign))
        raise Rejected(
            f"24SevenOffice has order {ids}. Fix: delete it there first, or: "
            f"lnb24so resolve {entry.reference} --exported-as ID"
        )
    not_ours = frozenset(order.order_id for order in foreign if order.order_id is not None)
    step = life.resolved_to_send(entry, not_ours, made(case), who)
    return step, _when_sent(case, tools)


def _when_sent(case: Case, tools: Tools) -> str:
    """Return what sends it: an order that Le New Black has moved on needs a word more."""
    if case.order is None:
        return "to be sent, but Le New Black has no such order."
    later = why_not_now(case, tools.config.orders, Selection())
    if later is None:
        return "the next run sends it."
    return f"{later.message} Or: lnb24so push-orders --order {case.reference} --any-status"


# Never send it, its change is dealt with


def _skip(entry: Entry, tools: Tools, who: Facts) -> Settled:
    if entry.state in ("sending", "unconfirmed"):
        raise Rejected("It may be in 24SevenOffice already. The next runs find out; wait.")
    if entry.in_erp:
        raise Rejected(f"It is order {entry.order_id} in 24SevenOffice; cancel it there.")
    now, doubted = tools.clock.now(), _still_doubted(entry)
    return life.resolved_to_skip(entry, doubted=doubted, now=now, who=who), "is never sent."


def _acknowledge(entry: Entry, tools: Tools, who: Facts) -> Settled:
    if entry.notice is None:
        # What no run has told yet a person may have seen, or `reconcile` has told.
        entry = as_a_run_would_leave(tools, entry)
    if entry.notice is None:
        raise Rejected("Nothing was announced after its export.")
    return life.resolved_notice(entry, who), "the change is noted as dealt with."


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


# What both systems say of it today


def _still_doubted(entry: Entry) -> bool:
    """Return whether 24SevenOffice may still create the order late, after this decision.

    Who decides on a late order, or on two, has seen all there is.
    """
    seen = _is_about(entry, "order.duplicate") or _is_about(entry, "order.created_late")
    return entry.in_doubt and not seen


def _is_about(entry: Entry, code: str) -> bool:
    """Return whether an order waits for a person because of this reason."""
    return bool(entry.reasons) and entry.reasons[0].code == code
