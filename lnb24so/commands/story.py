"""One order's whole story: what happened, why it waits, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from lnb24so.clock import utc_text
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Entry, Step
from lnb24so.orders.draft import fold_reference
from lnb24so.orders.plan import plan_orders
from lnb24so.orders.reading import read_orders
from lnb24so.orders.types import Selection
from lnb24so.reasons import Reason, sentence
from lnb24so.tools import Tools

COMMANDS: Mapping[str, str] = {
    "blocked": "Mend it; the next run takes it.",
    "retry": "The next run sends it.",
    "sending": "The next run looks for it in 24SevenOffice; do not type it in.",
    "unconfirmed": "A later run looks for it in 24SevenOffice; do not type it in.",
    "exported": "The next run sets its status in Le New Black.",
    "needs_decision": "A person decides, with one of the commands above.",
    "skipped": "Nothing; to send it after all: lnb24so resolve {reference} --send-again",
    "done": "Nothing.",
    "withdrawn": "Nothing, unless Le New Black brings it back.",
}
"""What comes next in each state."""


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


def story_lines(entry: Entry, steps: Iterable[Step]) -> list[str]:
    """Return one order's story, oldest first, then why it waits and what comes next."""
    became = f", order {entry.order_id} in 24SevenOffice" if entry.order_id else ""
    lines = [f"{entry.reference} is {entry.state}{became}."]
    lines += [line for step in steps for line in _step_lines(step)]
    lines += [sentence(entry.reference, reason) for reason in why_waiting(entry)]
    lines.append(f"Next: {_next(entry)}")
    return lines


def _next(entry: Entry) -> str:
    state = entry.state
    if entry.notice:
        state = "needs_decision"
    elif state == "exported" and entry.final:
        state = "done"
    return COMMANDS[state].format(reference=entry.reference)


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


def ask_live(tools: Tools, reference: str) -> list[str]:
    """Say of an order that the ledger does not know what a run would do with it now."""
    selection = Selection(references=(reference,))
    plan = plan_orders(read_orders(tools, selection), tools.config, selection)
    lines = [f"{reference} is not in the ledger: no run has touched it."]
    for item in plan.items:
        lines += [sentence(reference, reason) for reason in item.reasons]
        if item.action == "create":
            lines.append(f"{reference}: the next run sends it.")
        elif item.action == "adopt":
            lines.append(
                f"{reference}: 24SevenOffice has it as order {item.order_id}; "
                "the next run takes note of that."
            )
    return lines


def _step_lines(step: Step) -> list[str]:
    facts = _facts(step.detail)
    event = f"{step.event.removeprefix('order.').replace('_', ' ')}{': ' if facts else ''}{facts}"
    head = f"{step.at:%Y-%m-%d %H:%M:%S}  {event}  (run {step.run_id})"
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
        return f"{detail['decision']} by {detail.get('user')}{note}"
    if "answer" in detail:
        return f"answer: {detail['answer']}"
    return f"order {detail['order_id']}" if "order_id" in detail else ""


def entry_document(entry: Entry) -> dict[str, Any]:
    """Return what `--json` tells of one order."""
    return {
        "reference": entry.reference,
        "state": entry.state,
        "order_id": entry.order_id,
        "customer_id": entry.customer_id,
        "erp_reference": entry.erp_reference,
        "reasons": [asdict(reason) for reason in why_waiting(entry)],
        "next": _next(entry),
    }
