"""Send the levels of a stock plan, and find out what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from lnb24so.errors import Lnb24soError
from lnb24so.lnb.client import UNTOLD
from lnb24so.tools import Tools

from .plan import StockItem, StockPlan
from .vanished import can_be_asked_for

NOT_TAKEN = f"{UNTOLD}, and it shows another level"


def apply_stock(plan: StockPlan, codes_set: Set[str], tools: Tools) -> dict[str, str]:
    """Send the plan's levels in batches; return the codes that were refused, each with why.

    Sending the same level twice does no harm, so a batch without an answer is sent again; one
    that was answered for some of its codes only is not: at the end Le New Black's inventory says
    what was taken. Raises Transient, ConfigError, and Interrupted by a signal, each with what was
    sent so far in `counted`; what was not sent differs in the next run.
    """
    changes = [item for item in plan.items if item.action == "set"]
    new = {item.code: known_by(item.product_id) for item in changes if item.code not in codes_set}
    tools.ledger.add_codes_set(new)
    # Made as they are sent: a hundred thousand pairs are six megabytes.
    levels = ((item.code, item.after or 0) for item in changes)
    batches = tools.lnb.set_levels(plan.code_field, levels, plan.at)
    refused: dict[str, str] = {}
    untold: list[StockItem] = []
    answered = 0
    try:
        while answered < len(changes):
            # A signal waits for the answer: what was taken must be in the log.
            with tools.stop.item():
                count, why_not = next(batches)
                batch = changes[answered : answered + count]
                answered += count
                if UNTOLD in why_not.values():
                    untold += [item for item in batch if why_not.get(item.code) == UNTOLD]
                    batch = [item for item in batch if why_not.get(item.code) != UNTOLD]
                refused |= why_not
                _log_batch(batch, why_not, tools)
                tools.progress(f"Levels sent: {answered:,} of {len(changes):,}")
        if untold:
            _ask_for(untold, plan, refused, tools)
    except Lnb24soError as error:
        error.counted = {"set": answered, "refused": len(refused)}
        raise
    return refused


def known_by(product_id: int | None) -> int | None:
    """Return a product's id where it can be asked for later, else None."""
    return product_id if can_be_asked_for(product_id) else None


def _ask_for(
    untold: Sequence[StockItem], plan: StockPlan, refused: dict[str, str], tools: Tools
) -> None:
    """Take out of `refused` what Le New Black shows as it was sent; raises Transient."""
    tools.progress("Asking Le New Black what it took")
    shown = tools.lnb.inventory(plan.code_field)
    for item in untold:
        if shown.get(item.code) == item.after:
            del refused[item.code]
        else:
            refused[item.code] = NOT_TAKEN
    _log_batch(untold, refused, tools)


def _log_batch(batch: Sequence[StockItem], refused: Mapping[str, str], tools: Tools) -> None:
    """Log what was taken of a batch, and how many codes were not."""
    taken = [item for item in batch if item.code not in refused]
    # Each run stamps each level in time-based mode; only what changed says anything.
    stamps = tools.config.stock.lnb_mode == "time_based"
    told = (item for item in taken if item.before != item.after) if stamps else taken
    levels = {item.code: (item.before, item.after) for item in told}
    if batch:
        lost = len(batch) - len(taken)
        tools.event("stock.batch_sent", count=len(taken), refused=lost, levels=levels)
