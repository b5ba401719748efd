"""Orders that change while a run reads and sends: their codes are looked at once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lnb24so.errors import Lnb24soError
from lnb24so.lnb.types import Order
from lnb24so.tools import Tools

from .apply import apply_stock
from .available import StockReading
from .held import carried_now, remembered, waiting_rows, waiting_statuses
from .plan import StockPlan, plan_stock
from .vanished import stands_in


def send_again(
    reading: StockReading, plan: StockPlan, refused: dict[str, str], tools: Tools
) -> StockPlan:
    """Send codes again whose orders changed since the reads began; return the plan with them.

    In simple mode Le New Black lowers a level itself when an order is confirmed, and the absolute
    level that we sent after that has put the pieces back; a level that we did not send is right.
    In the others nobody but us holds what stands in the statuses that we hold, or, in time-based
    mode, was made before the stamp: what is more of it by now would be sold until the next run.
    Where nothing was sent no time went by, and nothing is asked. Refusals join `refused`.
    """
    taken = [item for item in plan.items if item.action == "set" and item.code not in refused]
    if not taken or not waiting_statuses(tools.config):
        return plan
    try:
        changed = tools.lnb.orders_changed_since(reading.at)
        if not changed:
            return plan
        sent = {item.code: item.after for item in taken}
        later = after_changes(reading, changed, sent, tools)
        touched = codes_of([*reading.waiting_orders, *changed], changed, later) - refused.keys()
        if tools.config.stock.lnb_mode == "simple":
            touched &= sent.keys()
        again = plan_stock(later, tools.config.stock, accept_drop=True).items if touched else ()
        items = {
            one.code: one
            for one in again
            if one.code in touched and one.action == "set" and one.after != one.before
        }
        if not items:
            return plan
        tools.ledger.write_waiting_lines(remembered(later, tools.config.stock))
        known = reading.codes_set.keys() | sent.keys()
        refused |= apply_stock(replace(plan, items=tuple(items.values())), known, tools)
    except Lnb24soError as error:
        error.counted = {"set": len(taken), "refused": len(refused)}
        raise
    planned = [
        one._replace(after=items.pop(one.code).after) if one.code in items else one
        for one in plan.items
    ]
    unchanged = plan.unchanged - len(items)
    return replace(plan, items=(*planned, *items.values()), unchanged=unchanged)


def after_changes(
    reading: StockReading, changed: Sequence[Order], sent: Mapping[str, int | None], tools: Tools
) -> StockReading:
    """Return what was read with the orders as they are now, and the levels that were sent."""
    config, ledger = tools.config, tools.ledger
    # Of two orders of one reference nobody can tell which of them changed.
    times = Counter(one.reference for one in reading.waiting_orders)
    now = {one.reference: one for one in changed if one.reference and times[one.reference] < 2}
    kept = [one for one in reading.waiting_orders if one.reference not in now]
    statuses = waiting_statuses(config)
    later = replace(
        reading,
        inventory={**reading.inventory, **sent},
        waiting_orders=[*kept, *(one for one in now.values() if stands_in(one, statuses))],
        in_erp=reading.in_erp | ledger.references_in_erp(now),
        # What was made until now is made after the stamp, and held by Le New Black.
        read_until=tools.lnb.server_now(),
    )
    return replace(later, carried=carried_now(later, config, ledger.references_sent_as()))


def codes_of(orders: Sequence[Order], changed: Sequence[Order], reading: StockReading) -> set[str]:
    """Return the codes of the changed orders, as they were and as they are."""
    references = {one.reference for one in changed}
    named = (one for one in orders if one.reference in references)
    return {code for order in named for code, _ in waiting_rows(order, reading)}
