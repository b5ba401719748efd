"""One story in two places: each step of an order goes to the ledger, then to the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lnb24so.process.events import WriteEvent
from lnb24so.reasons import Reason, sentence

from .store import Ledger
from .types import Entry, Transition, new_entry


@dataclass(frozen=True, slots=True)
class Journal:
    """The ledger of a run and its log."""

    ledger: Ledger
    event: WriteEvent

    def entry(self, reference: str) -> Entry:
        """Return the order's entry, or a new one that is not saved yet."""
        return self.ledger.entry(reference) or new_entry(reference)

    def save(self, step: Transition) -> Entry:
        """Commit an order's entry with its history, then log the same; return the entry.

        The step's own facts win over what the entry holds: an order may be kept as an earlier
        attempt sent it. Raises what the ledger raises.
        """
        entry = step.entry
        known = {
            "order_id": entry.order_id,
            "customer_id": entry.customer_id,
            "attempt": entry.attempts or None,
            "erp_reference": entry.erp_reference,
        }
        facts = dict(step.facts)
        for name, value in known.items():
            if value is not None:
                facts.setdefault(name, value)
        reasons = entry.reasons or ((entry.notice,) if entry.notice else ())
        sentences = [sentence(entry.reference, reason) for reason in reasons]
        self.ledger.save(entry, step.event, **facts, reasons=sentences)
        for reason in reasons:
            self.event(step.event, reference=entry.reference, **facts, **fields_of(reason))
        if not reasons:
            self.event(step.event, reference=entry.reference, **facts)
        return entry

    def warn(self, reference: str, warnings: Iterable[Reason]) -> None:
        """Log what a person should know of an order that went through all the same."""
        for warning in warnings:
            self.event("order.warning", reference=reference, **fields_of(warning))


def fields_of(reason: Reason) -> dict[str, object]:
    """Return a reason as fields of a log line."""
    line = {} if reason.line is None else {"line": reason.line}
    return {"reason": reason.code, "message": reason.message, **line}
