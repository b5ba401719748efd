"""Whether `take_status` may be wrong: nothing is in it, and nothing names what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lnb24so.config.schema import Config
from lnb24so.ledger.standing import Standing
from lnb24so.lnb.statuses import DOCUMENTED, HELD_HERE, NO_ORDER
from lnb24so.lnb.types import same_status
from lnb24so.texts import shown

FEW = 6
CODE = "order.none_to_take"


def nothing_to_take(beside: Mapping[str, int], config: Config, *, proven: bool) -> Standing | None:
    """Return what is to be said where no order is in `take_status`; None: nothing is strange.

    `beside` are the statuses that Le New Black shows, with how many orders. `proven`: there were
    orders in `take_status` once, so only a status that Le New Black does not document is strange.
    """
    most = unnamed(beside, config, proven=proven)
    if not most:
        return None
    few = ", ".join(f"{shown(status)[1:-1]} ({count:,})" for status, count in most[:FEW])
    more = f" and {len(most) - FEW:,} more" if len(most) > FEW else ""
    takes = " or ".join(map(shown, config.orders.take_statuses()))
    message = (
        f"No order has the status {takes} (orders.take_status). Le New Black shows {few}{more}, "
        "which no setting names. Fix: write in orders.take_status what means: export me."
    )
    return Standing(takes, CODE, message)


def unnamed(seen: Mapping[str, int], config: Config, *, proven: bool) -> list[tuple[str, int]]:
    """Return the statuses that are a surprise, the most frequent first; `proven` is as above."""
    named = [*_named(config, proven=proven)]
    strange = [
        (status, count)
        for status, count in seen.items()
        if status and not any(same_status(status, one) for one in named)
    ]
    return sorted(strange, key=lambda each: (-each[1], each[0]))


def _named(config: Config, *, proven: bool) -> Iterator[str]:
    """Yield the statuses that are no surprise beside `take_status`."""
    orders, stock = config.orders, config.stock
    modes = [orders.for_mode(mode) for mode in (None, *orders.by_mode)]
    given = [status for mode in modes for status in (mode.take_status, mode.done_status)]
    yield from NO_ORDER
    yield from (status for status in (*given, orders.blocked_status) if status)
    yield from stock.waiting_statuses or ()
    # A status that is misspelled leaves its orders in one that the stock mode knows.
    spelled = all(
        any(same_status(take, known) for known in DOCUMENTED) for take in orders.take_statuses()
    )
    if spelled or proven:
        yield from HELD_HERE[stock.lnb_mode] if stock.waiting_statuses is None else ()
    if proven:
        yield from DOCUMENTED
