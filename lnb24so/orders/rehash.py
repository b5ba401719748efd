"""What earlier versions noted otherwise: compared in their way, and renewed where it agrees."""

from __future__ import annotations

from lnb24so.ledger.journal import Journal
from lnb24so.ledger.old_hash import hash_of_version_1
from lnb24so.ledger.types import Entry, Transition, about, with_new_hash
from lnb24so.lnb.types import HASH_VERSION, Order, content_hash
from lnb24so.tools import Tools

from .life import VOID
from .ready import made_of
from .types import Reading


def up_to_date(entry: Entry | None, order: Order | None) -> Entry | None:
    """Return the entry with today's hash where an old one is of what the order still holds.

    And with what tells that order from another one of its reference. To this the plan holds the
    order: what is as it was before an upgrade is no change. Pure.
    """
    if entry is None or order is None:
        return entry
    if _is_old(entry):
        entry = with_new_hash(entry, old=hash_of_version_1(order), new=content_hash(order))
    is_it = bool(entry.made) or not entry.in_erp or entry.content_hash == content_hash(order)
    return about(entry, made_of(order)) if is_it else entry


def _is_old(entry: Entry) -> bool:
    hashes = (entry.content_hash, entry.notice_hash, entry.accept_total)
    return any(one and one not in VOID and not one.startswith(HASH_VERSION) for one in hashes)


def keep_new_hashes(reading: Reading, tools: Tools) -> None:
    """Write the renewed hashes down, once; raises what the ledger raises."""
    journal = Journal(tools.ledger, tools.event)
    for case in reading.cases:
        stored = journal.ledger.entry(case.reference)
        if stored is not None and case.order is not None:
            renewed = up_to_date(stored, case.order)
            if renewed is not None and renewed != stored:
                journal.save(Transition(renewed, "order.rehashed"))
