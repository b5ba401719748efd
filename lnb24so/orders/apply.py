"""Do what an order plan says, item by item, each step committed before the next begins."""

from __future__ import annotations

from datetime import datetime

from lnb24so.ledger.journal import Journal
from lnb24so.ledger.types import Entry, about
from lnb24so.tools import Tools

from . import life
from .create import create_all, read_back
from .fresh import Freshness
from .ready import made
from .results import Results, planned
from .status_step import take_status_steps
from .types import (
    Adopt,
    Announce,
    Block,
    Create,
    Decide,
    Finish,
    Item,
    Leave,
    OrderPlan,
    Result,
    TooOld,
    Wait,
)


def apply_orders(plan: OrderPlan, tools: Tools, results: Results) -> None:
    """Carry the plan out: what is known first, then creates, a read-back and statuses.

    What becomes of each order goes into `results`, as it happens. Raises Interrupted after the
    item in flight, and ConfigError or Lnb24soError where the ledger cannot be written.
    """
    journal = Journal(tools.ledger, tools.event)
    for reference in plan.looked_again:
        journal.save(life.looked_again(journal.entry(reference), plan.looked_at))
    for item in plan.items:
        if not isinstance(item, Create | Finish):
            with tools.stop.item():
                results.add(_note(item, journal, tools.clock.now()))
    if plan.guard is None:
        creates = [item for item in plan.items if isinstance(item, Create)]
        fresh = Freshness(looked_at=plan.looked_at, read_at=plan.read_at)
        create_all(creates, fresh, tools, journal, results)
        read_back(results, tools)
    take_status_steps(tools, journal, results)


def _note(item: Item, journal: Journal, now: datetime) -> Result:
    """Note in the ledger what needs no request."""
    entry = journal.entry(item.reference)
    if not entry.in_erp:
        entry = about(entry, made(item.case))
    match item:
        case Adopt():
            return _adopt(item, journal, now)
        case Wait():
            return _wait(item, entry, journal)
        case Decide(news=True):
            journal.save(life.asked(entry, item.reasons[0], other_made=item.other_made))
        case Announce(what=what):
            told_of = item.case.content_hash
            journal.save(life.announced(entry, item.reasons[0], what=what, content_hash=told_of))
        case Block(changed=True):
            told_of = item.case.content_hash
            step = life.blocked(entry, item.reasons, content_hash=told_of, asked_for=item.asked_for)
            journal.save(step)
        case TooOld(news=True):
            journal.save(life.too_old(entry, item.reasons[0], now))
        case Leave(becomes="skipped"):
            journal.save(life.skipped(entry, item.reasons[0], now))
        case Leave(becomes="withdrawn"):
            journal.save(life.withdrawn(entry, item.reasons[0], now))
        case _:
            pass
    return planned(item)


def _wait(item: Wait, entry: Entry, journal: Journal) -> Result:
    if item.died_at is not None:
        # An earlier run died during the request: nobody saw the answer.
        why = item.reasons[0]
        entry = journal.save(
            life.unconfirmed(entry, why, ended=item.died_at, seen_id=entry.seen_id, answer=None)
        )
    if item.not_found_at is not None:
        journal.save(life.not_found(entry, item.not_found_at))
    if item.died_at is None:
        return planned(item)
    return Result(item, "unconfirmed", None, item.reasons, news=True)


def _adopt(item: Adopt, journal: Journal, now: datetime) -> Result:
    holder = journal.ledger.by_order_id(item.found_id)
    if holder is not None and holder.reference != item.reference:
        # Taken in this very run, by an order whose reference differs in case only.
        return Result(item)
    entry = journal.entry(item.reference)
    journal.save(life.adopted(entry, item.found_id, item.held_against, now))
    journal.warn(item.reference, item.warnings)
    return Result(item, "adopted", item.found_id)
