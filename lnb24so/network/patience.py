"""When to try again, and how long to wait: the same for both systems.

Only what is safe to repeat is tried again: reads, inventory writes and the status step. Creating
an order never comes here: it goes out once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from lnb24so.clock import Clock
from lnb24so.errors import BudgetSpent, NotProcessed, SessionLost, Transient

T = TypeVar("T")

PATIENCE_SECONDS = 45.0  # how long one call is repeated, beyond its own first time-out


def patiently(call: Callable[[], T], clock: Clock, event: Callable[..., None]) -> T:
    """Return what `call` returns, repeating it after a Transient error for at most 45 seconds.

    A lost session is the caller's to mend. A server that names a time to come back is waited
    for when that time is near enough; else its error is raised at once.
    """
    attempt, until = 0, math.inf
    while True:
        try:
            return call()
        except SessionLost:
            raise
        except Transient as error:
            if not error.again:
                raise
            if not attempt:
                until = clock.monotonic() + PATIENCE_SECONDS
            # Up to half of it is taken away, so that many shops do not knock together.
            wait = min(2**attempt, 15) * (1 - clock.jitter() / 2)
            attempt += 1
            if isinstance(error, BudgetSpent):
                if error.until is None:
                    raise
                wait = max((error.until - clock.now()) / timedelta(seconds=1), wait)
            if clock.monotonic() + wait > until:
                raise
            event("request.retried", message=str(error), seconds=round(wait, 1))
            clock.sleep(wait)


def header_number(header: str | None) -> int | None:
    """Return the whole number of a header; None for anything else, or beyond all sense."""
    return int(header) if header and re.fullmatch(r"\s*[0-9]{1,9}\s*", header) else None


def too_many(system: str, until: datetime | None) -> NotProcessed:
    """Return the error of an HTTP 429, whose answer may have named a time to come back."""
    message = f"{system}: too many requests (HTTP 429)"
    if until is None:
        return NotProcessed(f"{message}.")
    return BudgetSpent(f"{message}; it can go on at {until:%H:%M:%S} UTC.", until)
