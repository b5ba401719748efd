"""Two orders of one reference: is what Le New Black shows the one that the ledger means? Pure."""

from __future__ import annotations

from datetime import timedelta

from lnb24so.clock import from_utc_text

from .questions import reference_twice
from .ready import is_never_taken, made
from .types import Case, Decide

QUARTER = timedelta(minutes=15)
WIDEST_ZONE = timedelta(hours=14)
A_SECOND = timedelta(seconds=1)


def is_another(case: Case) -> bool:
    """Return whether Le New Black shows another order than the ledger noted by this reference.

    Another retailer's, made at another time, or one made at a time that no time zone explains.
    Where either does not tell, it is the same.
    """
    before, now = case.known.made, made(case)
    if before is None or now is None:
        return False
    (at, retailer), (at_now, retailer_now) = before.split(" ", 1), now.split(" ", 1)
    if at == at_now:
        return False
    return retailer != retailer_now or not _is_one_time(at, at_now)


def _is_one_time(one: str, other: str) -> bool:
    """Return whether two times may be one that was written in two time zones."""
    apart = abs(from_utc_text(one) - from_utc_text(other))
    rest = apart % QUARTER
    return apart <= WIDEST_ZONE + A_SECOND and min(rest, QUARTER - rest) <= A_SECOND


def asked_which(case: Case) -> Decide | None:
    """Return the question which of two orders the reference stands for, or None: for one.

    One that is no order yet or no more, or that nobody would take, comes in nobody's way, and
    neither does one that a person was asked about.
    """
    other = made(case) if is_another(case) else None
    if not case.is_twice and (other is None or other == case.known.other_made):
        return None
    order, mode = case.order, case.mode
    out_of_the_way = order is None or is_never_taken(order) or not (mode and mode.take_status)
    if out_of_the_way and not case.is_twice:
        return None
    question = reference_twice(case, comes_back=not case.is_twice)
    return Decide(case=case, reasons=(question,), other_made=other, news=True)
