"""What can go wrong, each with the exit code it ends in.

Every message is one or more plain sentences: the fact, the item, the fix.
No message carries a password, a token or a server's stack trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import ClassVar, Literal

System = Literal["24SevenOffice", "Le New Black", "lnb24so"]
"""Where something can fail; the last is this machine, its settings and this program."""

PREFIXES: Mapping[System, str] = {"24SevenOffice": "24so", "Le New Black": "lnb", "lnb24so": "own"}


class Lnb24soError(Exception):
    """Base of everything this tool raises on purpose.

    `system` is where it failed. `counted` is what a run had done when it was raised, or None.
    `hushed`: a person was told of it in an earlier run, or it may pass before one must know;
    `lasting` says since when it fails, where that is what makes it news.
    """

    kind: ClassVar[str] = "failed"
    exit_code = 1
    system: System = "lnb24so"
    counted: Mapping[str, int] | None = None
    hushed = False
    lasting: str = ""

    @property
    def code(self) -> str:
        """The error's code, one of ERROR_CODES."""
        return f"{PREFIXES[self.system]}.{self.kind}"


class ConfigError(Lnb24soError):
    """Usage, configuration, refused credentials or the wrong company: a person must change it."""

    kind = "refused"
    exit_code = 2


class Transient(Lnb24soError):
    """It failed this time; a later run may succeed. `again`: trying at once may help too."""

    kind = "unreachable"

    def __init__(self, message: str, *, again: bool = True) -> None:
        super().__init__(message)
        self.again = again


class NotProcessed(Transient):
    """The request was certainly not carried out: never connected, or turned away at the door."""


class SessionLost(NotProcessed):
    """24SevenOffice no longer knows the session or its identity; a new login mends it."""


class NotThatOrder(Transient):
    """The answer for an order does not hold it, which says nothing of the order."""


class BudgetSpent(NotProcessed):
    """Requests are refused for now (quarantine, HTTP 429), `until` a time where one was named."""

    kind = "budget"

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Rejected(Lnb24soError):
    """The other system answered that it will not take this one item."""

    kind = "rejected"


class Ambiguous(Transient):
    """The request may have been carried out; only a look-up can tell."""


class Guard(Lnb24soError):
    """A safety limit stopped the run before anything was sent; a person must look."""

    kind = "guard"
    exit_code = 4


class Locked(Lnb24soError):
    """Another run holds the lock, since `age` where that is known."""

    kind = "locked"
    exit_code = 75

    def __init__(self, message: str, age: timedelta | None = None) -> None:
        super().__init__(message)
        self.age = age


class Interrupted(Lnb24soError):
    """A signal asked the run to stop, and the item in flight is finished."""

    kind = "stopped"

    def __init__(self, signum: int) -> None:
        super().__init__(f"Stopped by signal {signum}.")
        self.exit_code = 128 + signum


def worst(exit_codes: Iterable[int]) -> int:
    """Return what says most: a person is needed, failed for now, items blocked, all well."""
    return min(exit_codes, key=(4, 1, 3, 0).index, default=0)


@contextmanager
def of_system(system: System) -> Iterator[None]:
    """Say of an error that leaves the block which system it is about."""
    try:
        yield
    except Lnb24soError as error:
        error.system = system
        raise


ERROR_CODES: Mapping[str, str] = {
    "24so.unreachable": "24SevenOffice gave no answer that can be used; a later run may get one",
    "24so.budget": "24SevenOffice takes no more requests for now",
    "24so.refused": "24SevenOffice refused the login, or it opens another company",
    "24so.rejected": "24SevenOffice did not take one item",
    "lnb.unreachable": "Le New Black gave no answer that can be used; a later run may get one",
    "lnb.budget": "Le New Black takes no more requests for now",
    "lnb.refused": "Le New Black refused the credentials",
    "lnb.rejected": "Le New Black did not take one item",
    "own.refused": "a setting, a folder or the ledger must be mended first",
    "own.failed": "the ledger or the disk failed, or a fault in lnb24so",
    "own.unreachable": "something on this machine failed for now",
    "own.rejected": "a decision that does not fit the order",
    "own.guard": "a safety limit stopped the run; a person must look",
    "own.locked": "another run holds the lock",
    "own.stopped": "a signal stopped the run",
}
"""Every code of an error with its meaning."""

EXIT_CODES: Mapping[int, str] = {
    0: "done, or nothing to do",
    1: "failed this time; a later run may succeed",
    2: "usage, configuration, refused credentials or the wrong company",
    3: "finished, and something is left: items newly blocked, refused or skipped by "
    "orders.since, an order that does not exist or could not be settled, an error found by "
    "check, status -q printed, or something that reconcile found stands",
    4: "a person is needed: a guard holds the run, or an order newly needs a decision",
    75: "another run holds the lock; nothing is lost, and the next one goes on",
    130: "stopped by Ctrl-C, after the item in flight",
    143: "stopped by SIGTERM, after the item in flight",
}
"""Every exit code with its meaning."""
