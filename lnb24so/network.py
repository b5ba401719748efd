"""Try again what is safe to try again: reads, inventory writes and the status step.

Creating an order never comes here: it goes out once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from .clock import Clock
from .errors import BudgetSpent, SessionLost, Transient

T = TypeVar("T")

PATIENCE_SECONDS = 45.0
"""How long one call may go on being repeated, beyond its own first time-out."""


def pause(attempt: int, jitter: float) -> float:
    """Return the seconds to wait after failure number `attempt` (from 1): 1, 2, 4... at most 15.

    `jitter` (0 to 1) takes up to half of it away, so that many shops do not knock together.
    """
    return float(min(2 ** (attempt - 1), 15)) * (1.0 - jitter / 2)


def patiently(
    call: Callable[[], T], clock: Clock, on_retry: Callable[[Transient, float], None]
) -> T:
    """Return what `call` returns, repeating it after a Transient error for at most 45 seconds.

    A lost session is the caller's to mend. A server that names a time to come back is waited
    for when that time is near enough; else its error is raised at once.
    """
    attempt = 0
    until = math.inf
    while True:
        try:
            return call()
        except SessionLost:
            raise
        except Transient as error:
            if not error.again:
                raise
            attempt += 1
            if attempt == 1:
                until = clock.monotonic() + PATIENCE_SECONDS
            wait = pause(attempt, clock.jitter())
            if isinstance(error, BudgetSpent):
                if error.until is None:
                    raise
                wait = max((error.until - clock.now()) / timedelta(seconds=1), wait)
            if clock.monotonic() + wait > until:
                raise
            on_retry(error, wait)
            clock.sleep(wait)
