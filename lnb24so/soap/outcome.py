"""What one answer of 24SevenOffice means.

Fault texts: 24SevenOffice's developer documentation and public clients; matched as substrings
of what follows the last ` ---> `, whatever the case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lnb24so.process.redact import REDACTOR

FaultKind = Literal[
    "session", "identity", "identity_blocked", "quarantine", "validation", "application", "other"
]

_FAULTS: tuple[tuple[str, FaultKind], ...] = (
    ("session is not authenticated", "session"),
    ("client is not authenticated on this identity", "identity"),
    ("identityid is blocked", "identity_blocked"),
    ("request is blocked. quarantine", "quarantine"),
    ("instance validation error", "validation"),
    ("application id is not registered", "application"),
)
_KNOWN = re.compile(f"({'|'.join(re.escape(sentence) for sentence, _ in _FAULTS)})", re.I)


def fault_text(text: str) -> str:
    """Return the real sentence of a fault, without secrets, ASP.NET's preamble and stack trace."""
    # A password may be a word of those sentences by which we know what a fault is about.
    parts = _KNOWN.split(text)
    text = "".join(part if at % 2 else REDACTOR(part) for at, part in enumerate(parts))
    real = text.rsplit("--->", 1)[-1].strip()
    return real.split("\n", 1)[0].split("   at ", 1)[0].strip() or "no text"


def fault_kind(text: str) -> FaultKind:
    """Return what a fault's sentence is about; `other` where we do not know it."""
    lowered = text.casefold()
    return next((kind for sentence, kind in _FAULTS if sentence in lowered), "other")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the one request that creates an order.

    `complete`: HTTP 200 with a whole SOAP reply in it; `exception`: the message of the item's
    APIException; `problem`: why there is no clear answer; `spent`: the request budget is used up.
    """

    connected: bool = True
    complete: bool = False
    fault: str | None = None
    order_id: int | None = None
    exception: str | None = None
    problem: str | None = None
    spent: bool = False

    @property
    def answer(self) -> str:
        """Return what came back, as a few words for the log and the history."""
        if self.exception is not None:
            return f"APIException: {self.exception}"
        if self.fault is not None:
            return f"fault: {self.fault}"
        return self.problem or (f"order {self.order_id}" if self.order_id else "no order id")


def create_outcome(seen: Seen) -> Literal["exported", "retry", "blocked", "unconfirmed"]:
    """Return the state of an order after its create; without a clear answer it may exist."""
    if not seen.connected:
        return "retry"
    if seen.fault is not None:
        kind = fault_kind(seen.fault)
        if kind in ("session", "identity", "identity_blocked", "quarantine"):
            return "retry"
        return "blocked" if kind == "validation" else "unconfirmed"
    has_id = seen.order_id is not None and seen.order_id > 0
    if not seen.complete or has_id == (seen.exception is not None):
        return "unconfirmed"
    return "exported" if has_id else "blocked"
