"""A person settles orders: each decision is checked against 24SevenOffice, and dated."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lnb24so.errors import Rejected
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.store import Entry
from lnb24so.lnb.types import Order, content_hash
from lnb24so.orders.draft import erp_reference, fold_reference
from lnb24so.orders.lookup import LONG_AGO, LOOK_UP_BACK
from lnb24so.orders.matching import HIGHEST_ID, customer_number, index_customers, match_customer
from lnb24so.orders.ready import status_after, why_not_now
from lnb24so.orders.settle import SEARCH_BACK, attempt_end, changed_after_export, second_look
from lnb24so.orders.types import Selection
from lnb24so.run import Mode, Parts, Report, run
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Customer
from lnb24so.tools import Tools, check_company

if TYPE_CHECKING:
    from lnb24so.config.schema import Config


@dataclass(frozen=True, slots=True)
class Decision:
    """One of the five ways to settle an order; `order_id` goes with `exported_as`."""

    what: str
    order_id: int | None = None
    note: str = ""


def resolve_orders(
    config: Config, mode: Mode, references: Sequence[str], decision: Decision
) -> Report:
    """Let a person settle orders; exit code 3 where some could not be."""

    def settle(tools: Tools) -> Parts:
        lines = resolve(tools, references, decision)
        return Parts(lines=tuple(lines), exit_code=0 if len(lines) == len(references) else 3)

    return run(config, mode, settle)


def resolve(tools: Tools, references: Sequence[str], decision: Decision) -> list[str]:
    """Settle each order that can be settled so; return one line for each that was.

    Why another could not be is told at once. User and note go into the order's history.
    """
    settled = []
    resolver = _Resolver(tools, decision)
    for reference in references:
        try:
            with tools.stop.item():
                settled.append(f"{reference}: {resolver.settle(reference)}")
        except Rejected as error:
            tools.tell(f"{reference}: not changed. {error}")
    return settled


class _Resolver:
    def __init__(self, tools: Tools, decision: Decision) -> None:
        self._tools = tools
        self._decision = decision
        self._journal = Journal(tools.ledger, tools.event)

    def settle(self, reference: str) -> str:
        """Settle one order and return what it is now; Rejected says why it cannot be."""
        entry = self._tools.ledger.entry(reference)
        if self._decision.what in ("exported_as", "send_again"):
            check_company(self._tools)
        if entry is None:
            raise Rejected("The ledger does not know it. See: lnb24so status " + reference)
        ways: dict[str, Callable[[Entry], str]] = {
            "exported_as": self._exported_as,
            "send_again": self._send_again,
            "skip": self._skip,
            "accept_total": self._accept_total,
            "acknowledge": self._acknowledge,
        }
        return ways[self._decision.what](entry)

    def _exported_as(self, entry: Entry) -> str:
        wanted = self._decision.order_id or 0
        if wanted > HIGHEST_ID:
            raise Rejected(f"24SevenOffice has no order {wanted}.")
        holder = self._tools.ledger.by_order_id(wanted)
        if holder is not None and holder.reference != entry.reference:
            raise Rejected(f"Order {wanted} already stands for {holder.reference}.")
        found = self._tools.soap.orders_by_id([wanted])
        if not found:
            raise Rejected(f"24SevenOffice has no order {wanted}.")
        order = self._tools.lnb.order(entry.reference)
        customers = self._customers_sent_for(entry)
        if found[0].customer_id not in customers:
            customers.add(self._customer_id(order))
        if found[0].customer_id not in customers and customers != {None}:
            theirs = " or ".join(str(number) for number in customers if number is not None)
            raise Rejected(
                f"Order {wanted} belongs to customer {found[0].customer_id}, this one to "
                f"customer {theirs}."
            )
        doubted = self._still_doubted(entry)
        today = content_hash(order) if order else entry.content_hash
        exported = replace(entry, order_id=wanted, content_hash=today, notice_hash=None)
        # What changed before a person decided, the person has seen; a cancellation is to be told.
        canceled = changed_after_export(exported, order) if order else None
        self._save(
            exported,
            state="exported",
            customer_id=found[0].customer_id,
            erp_reference=entry.erp_reference or found[0].reference,
            reasons=(),
            asked_for=None,
            notice=canceled or entry.notice,
            notice_hash="canceled" if canceled else None,
            done_status=status_after(order, entry, self._tools.config.orders),
            look_again_at=second_look(doubted, self._tools.clock.now()),
            doubted=doubted,
        )
        also = f", and {canceled.message}" if canceled else "."
        return f"is order {wanted} in 24SevenOffice{also}"

    def _send_again(self, entry: Entry) -> str:
        if entry.in_doubt:
            self._wait_for_grace(entry)
        known = [number for number in (entry.order_id, entry.seen_id) if number is not None]
        there = self._tools.soap.orders_by_id(known) if known else []
        foreign = () if there else self._with_its_reference(entry)
        taken = _is_about(entry, "order.reference_taken")
        customers = self._customers_sent_for(entry)
        sent = entry.in_doubt and any(hit.customer_id in customers for hit in foreign)
        if there or sent or (foreign and not taken):
            ids = ", ".join(str(order.order_id) for order in (*there, *foreign))
            raise Rejected(
                f"24SevenOffice has order {ids}. Fix: delete it there first, or: "
                f"lnb24so resolve {entry.reference} --exported-as ID"
            )
        not_ours = {order.order_id for order in foreign if order.order_id is not None}
        self._save(
            entry,
            state="retry",
            order_id=None,
            seen_id=None,
            reasons=(),
            notice=None,
            notice_hash=None,
            not_ours=tuple(sorted({*entry.not_ours, *not_ours})),
        )
        return self._when_sent(entry)

    def _when_sent(self, entry: Entry) -> str:
        """Return what sends it: an order that Le New Black has moved on needs a word more."""
        order = self._tools.lnb.order(entry.reference)
        if order is None:
            return "to be sent, but Le New Black has no such order."
        later = why_not_now(order, entry, self._tools.config.orders, Selection())
        if later is None:
            return "the next run sends it."
        return f"{later.message} Or: lnb24so push-orders --order {entry.reference} --any-status"

    def _skip(self, entry: Entry) -> str:
        if entry.state in ("sending", "unconfirmed"):
            raise Rejected("It may be in 24SevenOffice already. The next runs find out; wait.")
        if entry.in_erp:
            raise Rejected(f"It is order {entry.order_id} in 24SevenOffice; cancel it there.")
        doubted = self._still_doubted(entry)
        self._save(
            entry,
            state="skipped",
            reasons=(),
            notice=None,
            look_again_at=second_look(doubted, self._tools.clock.now()),
            doubted=doubted,
        )
        return "is never sent."

    def _accept_total(self, entry: Entry) -> str:
        if entry.state != "blocked" or not any(
            reason.code == "order.total_mismatch" for reason in entry.reasons
        ):
            raise Rejected("It is not blocked because of its total.")
        self._save(entry, accept_total=entry.notice_hash)
        return "its total is accepted as it is now; the next run sends it."

    def _acknowledge(self, entry: Entry) -> str:
        if entry.notice is None:
            raise Rejected("Nothing was announced after its export.")
        self._save(entry, notice=None)
        return "the change is noted as dealt with."

    def _save(self, entry: Entry, **changes: object) -> None:
        told: dict[str, object] = {
            "decision": self._decision.what.replace("_", "-"),
            "user": getpass.getuser(),
            "note": self._decision.note or None,
        }
        told = {name: value for name, value in told.items() if value is not None}
        self._journal.save(entry, "order.resolved", told=told, **changes)

    def _still_doubted(self, entry: Entry) -> bool:
        """Return whether 24SevenOffice may still create the order late, after this decision.

        Who decides on a late order, or on two, has seen all there is.
        """
        seen = _is_about(entry, "order.duplicate") or _is_about(entry, "order.created_late")
        return entry.in_doubt and not seen

    def _wait_for_grace(self, entry: Entry) -> None:
        config = self._tools.config
        ended = attempt_end(entry, timedelta(seconds=config.erp.timeout_seconds))
        until = ended + timedelta(minutes=config.orders.unknown_grace_minutes)
        if self._tools.clock.now() < until:
            raise Rejected(f"24SevenOffice may still be creating it. Try after {until:%H:%M} UTC.")

    def _with_its_reference(self, entry: Entry) -> Sequence[InvoiceOrder]:
        """Return the orders of 24SevenOffice that carry this order's reference."""
        settings = self._tools.config.orders
        wanted = fold_reference(entry.erp_reference or erp_reference(entry.reference, settings))
        order = self._tools.lnb.order(entry.reference)
        made = (order.create_time if order else None) or entry.attempt_started or LONG_AGO
        since = min(made, entry.attempt_started or made)
        hits = self._tools.soap.orders_changed_since(since - max(LOOK_UP_BACK, SEARCH_BACK))
        return [
            hit
            for hit in hits
            if fold_reference(hit.reference) == wanted and hit.order_id not in entry.not_ours
        ]

    def _customers_sent_for(self, entry: Entry) -> set[int | None]:
        """Return every customer that an attempt sent the order for: it may have moved since."""
        steps = self._tools.ledger.history(entry.reference)
        return {step.detail["customer_id"] for step in steps if step.event == "order.sending"}

    def _customer_id(self, order: Order | None) -> int | None:
        """Return the order's customer by today's references, or None where there is none."""
        if order is None:
            return None
        settings, soap = self._tools.config.orders, self._tools.soap
        number = customer_number(order, settings)
        if number is not None:
            return number
        found = match_customer(order, index_customers(soap.all_customers()), settings)
        return found.id if isinstance(found, Customer) else None


def _is_about(entry: Entry, code: str) -> bool:
    """Return whether an order waits for a person because of this reason."""
    return bool(entry.reasons) and entry.reasons[0].code == code
