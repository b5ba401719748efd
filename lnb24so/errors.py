"""What can go wrong, each with the exit code it ends in.

Every message is one or more plain sentences: the fact, the item, the fix.
No message carries a password, a token or a server's stack trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime


class Lnb24soError(Exception):
    """Base of what this tool raises on purpose; `counted` is what a run had done, or None."""

    exit_code = 1
    counted: Mapping[str, int] | None = None


class ConfigError(Lnb24soError):
    """Usage, configuration, refused credentials or the wrong company: a person must change it."""

    exit_code = 2


class Transient(Lnb24soError):
    """It failed this time; a later run may succeed. `again`: trying at once may help too."""

    def __init__(self, message: str, *, again: bool = True) -> None:
        super().__init__(message)
        self.again = again


class NotProcessed(Transient):
    """The request was certainly not carried out: never connected, or turned away at the door."""


class SessionLost(NotProcessed):
    """24SevenOffice no longer knows the session or its identity; a new login mends it."""


class BudgetSpent(NotProcessed):
    """Requests are refused for now (quarantine, HTTP 429), `until` a time where one was named."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Rejected(Lnb24soError):
    """The other system answered that it will not take this one item."""


class Ambiguous(Transient):
    """The request may have been carried out; only a look-up can tell."""


class Guard(Lnb24soError):
    """A safety limit stopped the run before anything was sent; a person must look."""

    exit_code = 4


class Locked(Lnb24soError):
    """Another run holds the lock."""

    exit_code = 75


class Interrupted(Lnb24soError):
    """A signal asked the run to stop, and the item in flight is finished."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"Stopped by signal {signum}.")
        self.exit_code = 128 + signum


def worst(exit_codes: Iterable[int]) -> int:
    """Return what says most: a person is needed, failed for now, items blocked, all well."""
    return min(exit_codes, key=(4, 1, 3, 0).index, default=0)
