"""The creates of a run: each written down before it is sent, and after; then read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from lnb24so.errors import Interrupted, Lnb24soError, Rejected, Transient
from lnb24so.ledger.journal import Journal
from lnb24so.ledger.standing import Standing
from lnb24so.ledger.types import Attempt, Entry
from lnb24so.money import amount_text, differs
from lnb24so.news import lines
from lnb24so.reasons import Reason
from lnb24so.soap.order import Currency, InvoiceOrder
from lnb24so.soap.outcome import Seen, create_outcome
from lnb24so.tools import Tools

from . import life
from .fresh import Freshness
from .results import FAILURES_IN_A_ROW, Results, planned
from .types import Create, Result

REFUSED = (
    "24SevenOffice refused it ({}). Fix: correct the order or 24SevenOffice; each run tries again."
)
NOT_SENT = "was not sent: {}. The next run tries again."


def create_all(
    creates: Sequence[Create],
    fresh: Freshness,
    tools: Tools,
    journal: Journal,
    results: Results,
) -> None:
    """Create one order after the other, until 24SevenOffice stops answering.

    What was typed in or changed since it was looked up waits for the next run.

    Raises Interrupted between two orders, and what the ledger raises.
    """
    unanswered = 0
    stopped: str | None = None
    # What failed before comes last: three that always fail must not keep the rest waiting.
    creates = sorted(creates, key=lambda item: item.case.known.attempts)
    for number, item in enumerate(creates, start=1):
        tools.progress(f"Order {number} of {len(creates)}: {item.reference}")
        if stopped is None:
            stopped = _why_not_fresh(fresh, creates[number - 1 :], tools)
        late = fresh.waits(item)
        if stopped is not None or late is not None:
            put_off = _put_off(item, journal)
            results.add(put_off if late is None else planned(late))
            continue
        with tools.stop.item():
            seen, result = create_order(item, tools, journal)
            results.add(result)
        if result.outcome == "retry":
            code = "24so.budget" if seen.spent else "24so.unreachable"
            tools.news.failed("24SevenOffice", code, f"24SevenOffice: {seen.answer}.")
        unanswered = unanswered + 1 if result.outcome in ("retry", "unconfirmed") else 0
        if seen.spent or unanswered == FAILURES_IN_A_ROW:
            stopped = _stop(f"24SevenOffice: {seen.answer}", tools)
    if creates:
        tools.news.guard("push-orders", "orders.stopped", stopped)


def _why_not_fresh(fresh: Freshness, creates: Sequence[Create], tools: Tools) -> str | None:
    """Make the look-up before the creates again where it is too old; return why it cannot be."""
    try:
        fresh.renew(creates, tools)
    except (Rejected, Transient) as error:
        # What was typed in meanwhile is not known: so nothing more is sent.
        tools.news.failed(error.system, error.code, str(error))
        return _stop(str(error).rstrip("."), tools)
    return None


def _stop(why: str, tools: Tools) -> str:
    """Note that no more orders are sent in this run, and return the sentence."""
    sentence = f"{why}. No more orders sent in this run."
    tools.event("orders.stopped", message=sentence)
    return sentence


def _put_off(item: Create, journal: Journal) -> Result:
    """Leave the order to the next run; one that a person named would be left out of it."""
    if item.asked_for is not None:
        journal.save(life.put_off(journal.entry(item.reference), item.asked_for))
    return Result(item, "retry")


def create_order(item: Create, tools: Tools, journal: Journal) -> tuple[Seen, Result]:
    """Send the request once; return what was seen of it and what became of the order.

    Nothing that the network or 24SevenOffice does raises here; the ledger's errors do, and then
    the entry says `sending` and the next run looks.
    """
    before = journal.entry(item.reference)
    rows = len(item.request.rows)
    reading = item.draft.reading if item.draft else ""
    facts = {"rows": rows, "total": item.total, "currency": item.currency, "reading": reading}
    sending = Attempt(tools.clock.now(), item.sent, item.cargo)
    attempt = journal.save(life.sending(before, sending, item.asked_for, facts))
    seen = tools.soap.create(item.request)
    outcome = create_outcome(seen)
    held = seen.order_id is not None and tools.ledger.by_order_id(seen.order_id)
    if outcome == "exported" and seen.order_id is not None and not held:
        journal.save(life.created(attempt, seen.order_id, tools.clock.now(), seen.answer))
        journal.warn(item.reference, item.warnings)
        return seen, Result(item, "created", seen.order_id)
    if outcome == "blocked":
        reason = Reason("order.refused", REFUSED.format(seen.answer))
        journal.save(life.refused(attempt, before=before, reason=reason, answer=seen.answer))
        return seen, Result(item, "blocked", None, (reason,), before.reasons != (reason,))
    if outcome == "retry":
        reason = Reason("order.not_sent", NOT_SENT.format(seen.answer))
        journal.save(life.retry(attempt, before=before, reason=reason, answer=seen.answer))
        return seen, Result(item, "retry", None, (reason,), before.reasons != (reason,))
    return seen, _unconfirmed(item, attempt, seen, tools, journal)


def _unconfirmed(
    item: Create, attempt: Entry, seen: Seen, tools: Tools, journal: Journal
) -> Result:
    ended = tools.clock.now()
    until = ended + timedelta(minutes=tools.config.orders.unknown_grace_minutes)
    zone, begun = tools.news.zone, attempt.attempt_started or ended
    reason = Reason(
        "order.unconfirmed",
        f"no answer from 24SevenOffice at {zone.text(begun, ended)} ({seen.answer}); it may "
        f"exist. Next look after {zone.text(until, ended)}; do not type it in.",
    )
    journal.save(
        life.unconfirmed(attempt, reason, ended=ended, seen_id=seen.order_id, answer=seen.answer)
    )
    return Result(item, "unconfirmed", None, (reason,), news=True)


def read_back(results: Results, tools: Tools) -> None:
    """Read the new orders by their ids, and tell what differs from the plan, with both figures.

    A difference is a warning: the order exists, and what it holds is finance's to judge. Raises
    Interrupted; that they cannot be read is logged.
    """
    created = {
        result.order_id: result.item
        for result in results.all
        if isinstance(result.item, Create) and result.outcome == "created"
    }
    if not created:
        return
    order_ids = [order_id for order_id in created if order_id is not None]
    try:
        orders = {order.order_id: order for order in tools.soap.orders_by_id(order_ids)}
    except Interrupted:
        raise
    except Lnb24soError as error:
        tools.event("order.not_read_back", message=str(error), count=len(created))
        return
    told = []
    for order_id, item in created.items():
        found = differences(item, orders.get(order_id))
        for difference in found:
            tools.event(
                "order.differs", reference=item.reference, order_id=order_id, message=difference
            )
        if found:
            told.append(_differs(item, order_id, found))
    for line in lines(told, told):
        tools.tell(line)


def _differs(item: Create, order_id: int | None, found: Sequence[str]) -> Standing:
    """Return what is told of an order that 24SevenOffice holds otherwise than it was sent."""
    fix = "compare both, and correct it in 24SevenOffice."
    message = f"{item.reference}: order {order_id} of 24SevenOffice is not what was sent"
    return Standing(
        item.reference,
        "order.differs",
        f"{message} ({'; '.join(found)}). Fix: {fix}",
        cause=f"24SevenOffice holds otherwise than it was sent: {_kinds(found)}",
        fix=fix,
        amount=item.total,
        currency=item.currency,
    )


def _kinds(found: Sequence[str]) -> str:
    return " and ".join(difference.partition(":")[0] for difference in found)


def differences(item: Create, held: InvoiceOrder | None) -> list[str]:
    """Return what 24SevenOffice holds otherwise than it was sent; pure."""
    sent = item.request
    if held is None:
        return ["24SevenOffice does not find the order by its id"]
    notes = []
    total = held.total_with_vat if sent.include_vat else held.total
    if item.total is not None and total is not None:
        notes += _total_differs(len(sent.rows), item.currency, planned=item.total, held=total)
    pairs = (
        ("customer", sent.customer_id, held.customer_id),
        ("row count", len(sent.rows), len(held.rows)),
        ("currency", _foreign(sent.currency), _foreign(held.currency)),
    )
    notes += [f"{name}: sent {one}, found {other}" for name, one, other in pairs if one != other]
    return notes


def _total_differs(rows: int, currency: str, *, planned: Decimal, held: Decimal) -> list[str]:
    if not differs(planned, held, rows, currency):
        return []
    return [f"total: sent {amount_text(planned, currency)}, found {amount_text(held, currency)}"]


def _foreign(currency: Currency | None) -> str:
    """Return the symbol of a foreign currency; the company's own costs 1 for 1."""
    if currency is None or (currency.rate == 1 and currency.unit == 1):
        return "the company's own"
    return currency.symbol
