"""One order's whole story: what happened, why it waits, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lnb24so.clock import Zone, utc_text
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Entry, Step
from lnb24so.orders.draft import fold_reference
from lnb24so.orders.plan import plan_orders
from lnb24so.orders.reading import read_orders
from lnb24so.orders.types import (
    Adopt,
    Announce,
    Block,
    Create,
    Decide,
    Finish,
    Item,
    Leave,
    Selection,
    Wait,
)
from lnb24so.reasons import Reason, sentence
from lnb24so.run import Parts
from lnb24so.tools import Tools

from .there import planned_alone

TOTALS: Mapping[str, str] = {
    "order_total": "Le New Black",
    "total": "24SevenOffice",
    "accepted_total": "to be billed",
}
"""The sums that a decision was made on, and whose they are."""


def why_waiting(entry: Entry) -> list[Reason]:
    """Return why an order waits, nothing only where it does not."""
    if entry.final and not entry.notice:
        return []
    reasons = [*entry.reasons, *([entry.notice] if entry.notice else [])]
    if reasons:
        return reasons
    sentences = {
        "sending": "was being sent when the run ended; it may exist. Do not type it in.",
        "exported": f"is order {entry.order_id} in 24SevenOffice; its status step is to come.",
    }
    return [Reason(f"order.{entry.state}", sentences.get(entry.state, f"is {entry.state}."))]


def find_entry(ledger: Ledger, name: str) -> Entry | None:
    """Return the entry of a reference, ours or 24SevenOffice's, or of a 24SevenOffice id."""
    entry = ledger.entry(name)
    if entry is None and name.isascii() and name.isdigit() and len(name) <= 10:
        entry = ledger.by_order_id(int(name))
    if entry is None and (folded := fold_reference(name)):
        entries = ledger.entries()
        same = (one for one in entries if fold_reference(one.erp_reference or "") == folded)
        entry = next(same, None)
    return entry


def story_lines(entry: Entry, steps: Iterable[Step], zone: Zone) -> list[str]:
    """Return one order's story, oldest first, then why it waits."""
    became = f", order {entry.order_id} in 24SevenOffice" if entry.order_id else ""
    lines = [f"{entry.reference} is {entry.state}{became}."]
    lines += [line for step in steps for line in _step_lines(step, zone)]
    lines += [sentence(entry.reference, reason) for reason in why_waiting(entry)]
    return lines


def story_document(entry: Entry, steps: Iterable[Step]) -> dict[str, Any]:
    """Return the same for `--json`."""
    return {
        **entry_document(entry),
        "history": [
            {
                "at": utc_text(step.at),
                "run_id": step.run_id,
                "event": step.event,
                "state": step.state,
                "detail": dict(step.detail),
            }
            for step in steps
        ],
    }


def next_run(tools: Tools, reference: str) -> Parts:
    """Return what the next run does with an order, by its own plan; exit code 3: nobody knows it.

    Raises what reading raises: then it cannot be told.
    """
    config, selection = tools.config, Selection()
    plan = plan_orders(read_orders(tools, selection), config, selection)
    item = next((item for item in plan.items if item.reference == reference), None)
    if plan.guard is not None and (item is None or isinstance(item, Create)):
        alone = planned_alone(tools, reference)
        if alone is None or isinstance(alone, Create | Block):
            return Parts(lines=[f"Next: No order is sent: {plan.guard}"])
    item = item or planned_alone(tools, reference)
    if item is None:
        return Parts(lines=["Next: Nothing."])
    lines = [sentence(reference, reason) for reason in item.reasons]
    lines.append(f"Next: {_next(item)}")
    return Parts(lines=lines, exit_code=3 if item.case.is_unknown else 0)


def _next(item: Item) -> str:
    match item:
        case Create():
            return "the next run sends it."
        case Adopt():
            there = f"order {item.order_id} of 24SevenOffice"
            return f"The next run takes {there} as this one; do not type it in."
        case Wait():
            return "A later run looks again; do not type it in."
        case Decide() | Announce():
            return "A person decides, with one of the commands above."
        case Block():
            return "Mend it; each run looks again, and sends it then."
        case Finish():
            return "The next run sets its status in Le New Black."
        case Leave(becomes="withdrawn"):
            return "The next run notes that it is withdrawn."
        case _ if item.case.known.notice is not None:
            return "A person decides, with the command above."
    return "Nothing."


def _step_lines(step: Step, zone: Zone) -> list[str]:
    facts = _facts(step.detail)
    event = f"{step.event.removeprefix('order.').replace('_', ' ')}{': ' if facts else ''}{facts}"
    head = f"{zone.stamp(step.at)}  {event}  (run {step.run_id})"
    return [head, *(f"    {reason}" for reason in step.detail.get("reasons", []))]


def _facts(detail: Mapping[str, Any]) -> str:
    """Return what was sent, what came back, or who decided."""
    if "rows" in detail:
        return (
            f"attempt {detail.get('attempt')}, {detail['rows']} rows, {detail.get('total')} "
            f"{detail.get('currency')}, customer {detail.get('customer_id')}, reference "
            f"{detail.get('erp_reference')}"
        )
    if "decision" in detail:
        note = f": {detail['note']}" if "note" in detail else ""
        sums = [f"{name} {detail[key]}" for key, name in TOTALS.items() if detail.get(key)]
        return f"{detail['decision']} by {detail.get('user')}{note}{_in_brackets(sums)}"
    if "answer" in detail:
        return f"answer: {detail['answer']}"
    return f"order {detail['order_id']}" if "order_id" in detail else ""


def _in_brackets(parts: Sequence[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def entry_document(entry: Entry) -> dict[str, Any]:
    """Return what `--json` tells of one order."""
    return {
        "reference": entry.reference,
        "state": entry.state,
        "order_id": entry.order_id,
        "customer_id": entry.customer_id,
        "erp_reference": entry.erp_reference,
        "reasons": [reason.document() for reason in why_waiting(entry)],
        "next": f"See: lnb24so status {entry.reference}",
    }
