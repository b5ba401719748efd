"""One story in two places: each step of an order goes to the ledger, then to the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lnb24so.reasons import Reason, sentence

from .store import Entry, Ledger


@dataclass(frozen=True, slots=True)
class Journal:
    """The ledger of a run and its log."""

    ledger: Ledger
    event: Callable[..., None]

    def entry(self, reference: str) -> Entry:
        """Return the order's entry, or a new one that is not saved yet."""
        return self.ledger.entry(reference) or Entry(reference)

    def save(
        self,
        entry: Entry,
        event: str,
        *,
        told: Mapping[str, object] | None = None,
        **changes: object,
    ) -> Entry:
        """Commit the entry with its changes, then log the same; return the new entry.

        `told` is what else belongs to the story: what was sent, what came back, who decided. It
        wins over what the entry holds: an order may be kept as an earlier attempt sent it.
        """
        after = replace(entry, **changes)  # type: ignore[arg-type]
        detail = {
            "order_id": after.order_id,
            "customer_id": after.customer_id,
            "attempt": after.attempts or None,
            "erp_reference": after.erp_reference,
        }
        story: dict[str, object] = dict(told or {})
        story |= {n: v for n, v in detail.items() if v is not None and n not in story}
        reasons = after.reasons or ((after.notice,) if after.notice else ())
        sentences = [sentence(after.reference, reason) for reason in reasons]
        self.ledger.save(after, event, **story, reasons=sentences)
        for reason in reasons:
            self.event(event, reference=after.reference, **story, **fields_of(reason))
        if not reasons:
            self.event(event, reference=after.reference, **story)
        return after

    def warn(self, reference: str, warnings: Iterable[Reason]) -> None:
        """Log what a person should know of an order that went through all the same."""
        for warning in warnings:
            self.event("order.warning", reference=reference, **fields_of(warning))


def fields_of(reason: Reason) -> dict[str, object]:
    """Return a reason as fields of a log line."""
    line = {} if reason.line is None else {"line": reason.line}
    return {"reason": reason.code, "message": reason.message, **line}
