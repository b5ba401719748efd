"""What the ledger's history tells of one order, as finance wants to know it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lnb24so.ledger.store import Ledger

from .types import Story


def story_of(ledger: Ledger, reference: str) -> Story:
    """Return when an order was exported, what was sent, and what a person decided last."""
    exported: datetime | None = None
    sent: dict[str, Any] = {}
    decided: dict[str, Any] = {}
    when: datetime | None = None
    for step in ledger.history(reference):
        if step.state in ("exported", "done") and exported is None:
            exported = step.at
        if step.event == "order.sending":
            sent = dict(step.detail)
        if step.event == "order.resolved":
            decided, when = dict(step.detail), step.at
    return Story(
        exported=exported,
        sent=_amount(sent.get("total")),
        reading=_text(sent.get("reading")),
        decision=_text(decided.get("decision")),
        who=_text(decided.get("user")),
        when=when,
        note=_text(decided.get("note")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _amount(value: object) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except ArithmeticError:
        return None
