"""The one request that creates an order: written down before it is sent, and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from lnb24so.errors import Interrupted, Lnb24soError
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.store import Entry
from lnb24so.lnb.types import content_hash
from lnb24so.money import amount_text, differs
from lnb24so.reasons import Reason
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import Currency, InvoiceOrder
from lnb24so.soap.outcome import Seen, create_outcome
from lnb24so.tools import Tools

from .ready import status_after
from .settle import second_look
from .types import Item, Result

REFUSED = (
    "24SevenOffice refused it ({}). Fix: correct the order or 24SevenOffice; each run tries again."
)
NOT_SENT = "was not sent: {}. The next run tries again."
WHAT_WAS_SENT = ("erp_reference", "customer_id", "content_hash", "done_status", "seen_id")


class OrderCreate:
    """Create orders with the tools of a run; each step is committed before the next begins."""

    def __init__(self, tools: Tools, journal: Journal) -> None:
        self._tools = tools
        self._settings = tools.config.orders
        self._journal = journal

    def create(self, item: Item, invoice: InvoiceOrder) -> tuple[Seen, Result]:
        """Send the request once; return what was seen of it and what became of the order."""
        order = item.order
        before = self._journal.entry(item.reference)
        sending = self._journal.save(
            before,
            "order.sending",
            told={"rows": len(invoice.rows), "total": item.total, "currency": item.currency},
            state="sending",
            reasons=(),
            erp_reference=invoice.reference,
            customer_id=invoice.customer_id,
            content_hash=content_hash(order) if order else None,
            attempts=before.attempts + 1,
            attempt_started=self._tools.clock.now(),
            attempt_ended=None,
            seen_id=None,
            notice_hash=None,
            doubted=before.in_doubt,
            look_again_at=None,
            asked_for=item.asked_for,
            done_status=status_after(order, before, self._settings),
        )
        seen = self._tools.soap.create(invoice)
        outcome = create_outcome(seen)
        held = seen.order_id is not None and self._tools.ledger.by_order_id(seen.order_id)
        if outcome == "exported" and not held:
            return seen, self._created(item, sending, seen)
        if outcome == "blocked":
            reason = Reason("order.refused", REFUSED.format(seen.words))
            return seen, self._not_made(item, before, sending, seen, outcome, reason)
        if outcome == "retry":
            reason = Reason("order.not_sent", NOT_SENT.format(seen.words))
            return seen, self._not_made(item, before, sending, seen, outcome, reason)
        return seen, self._unconfirmed(item, sending, seen)

    def _created(self, item: Item, entry: Entry, seen: Seen) -> Result:
        self._journal.save(
            entry,
            "order.created",
            told={"answer": seen.words},
            state="exported",
            order_id=seen.order_id,
            asked_for=None,
            attempt_ended=self._tools.clock.now(),
            look_again_at=second_look(entry.doubted, self._tools.clock.now()),
        )
        self._journal.warn(item.reference, item.warnings)
        return Result(item, "created", seen.order_id)

    def _not_made(
        self,
        item: Item,
        before: Entry,
        entry: Entry,
        seen: Seen,
        state: Literal["blocked", "retry"],
        reason: Reason,
    ) -> Result:
        # An earlier attempt in doubt may still make an order: the one that it sent, not this one.
        earlier = {name: getattr(before, name) for name in WHAT_WAS_SENT if before.in_doubt}
        self._journal.save(
            entry,
            "order.refused" if state == "blocked" else "order.retry",
            told={
                "answer": seen.words,
                "customer_id": entry.customer_id,
                "erp_reference": entry.erp_reference,
            },
            state=state,
            reasons=(reason,),
            **earlier,
        )
        return Result(item, state, None, (reason,), before.reasons != (reason,))

    def _unconfirmed(self, item: Item, entry: Entry, seen: Seen) -> Result:
        ended = self._tools.clock.now()
        until = ended + timedelta(minutes=self._settings.unknown_grace_minutes)
        reason = Reason(
            "order.unconfirmed",
            f"no answer from 24SevenOffice at {entry.attempt_started:%H:%M} UTC ({seen.words}); "
            f"it may exist. Next look after {until:%H:%M} UTC; do not type it in.",
        )
        self._journal.save(
            entry,
            "order.unconfirmed",
            told={"answer": seen.words},
            state="unconfirmed",
            attempt_ended=ended,
            seen_id=seen.order_id,
            doubted=True,
            reasons=(reason,),
        )
        return Result(item, "unconfirmed", None, (reason,), True)


def read_back(created: Mapping[int, Item], soap: SoapClient, event: Callable[..., None]) -> None:
    """Read the new orders by their ids, and log what differs from the plan, with both figures.

    A difference is a warning: the order exists, and what it holds is finance's to judge.
    """
    if not created:
        return
    try:
        found = {hit.order_id: hit for hit in soap.orders_by_id(list(created))}
    except Interrupted:
        raise
    except Lnb24soError as error:
        event("order.not_read_back", message=str(error), count=len(created))
        return
    for order_id, item in created.items():
        for difference in differences(item, found.get(order_id)):
            event("order.differs", reference=item.reference, order_id=order_id, message=difference)


def differences(item: Item, found: InvoiceOrder | None) -> list[str]:
    """Return what 24SevenOffice holds otherwise than it was sent; pure."""
    sent = item.invoice
    if sent is None:
        return []
    if found is None:
        return ["24SevenOffice does not find the order by its id"]
    notes = []
    total = found.total_with_vat if sent.include_vat else found.total
    if item.total is not None and total is not None:
        notes += _total_differs(item.total, total, len(sent.rows), item.currency)
    pairs = (
        ("customer", sent.customer_id, found.customer_id),
        ("row count", len(sent.rows), len(found.rows)),
        ("currency", _foreign(sent.currency), _foreign(found.currency)),
    )
    notes += [f"{name}: sent {one}, found {other}" for name, one, other in pairs if one != other]
    return notes


def _total_differs(planned: Decimal, found: Decimal, rows: int, currency: str) -> list[str]:
    if not differs(planned, found, rows, currency):
        return []
    return [f"total: sent {amount_text(planned, currency)}, found {amount_text(found, currency)}"]


def _foreign(currency: Currency | None) -> str:
    """Return the symbol of a foreign currency; the company's own costs 1 for 1."""
    if currency is None or (currency.rate == 1 and currency.unit == 1):
        return "the company's own"
    return currency.symbol
