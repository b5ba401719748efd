"""Faults planted in the tool: each must be found by a promise of the world, within ten seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from lnb24so.lnb.types import content_hash
from lnb24so.news import News
from lnb24so.orders.rows import order_rows
from lnb24so.orders.settle import Claim, Settled, settle
from lnb24so.soap.outcome import create_outcome
from lnb24so.stock import absence
from lnb24so.stock.apply import apply_stock

from .story import Weather

Patches = Mapping[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A fault: what is patched, by its place, and the weather in which to look for it."""

    what: str
    patches: Patches
    weather: Weather = "storm"


def without_grace(case: Any, *others: Any) -> Settled:
    """Settle as if the grace time were over."""
    return settle(replace(case, grace_ended=case.known.attempt_started), *others)


def believing(*arguments: Any) -> Settled:
    """Settle an attempt by the first look-up that does not find it."""
    settled = settle(*arguments)
    return Settled("absent") if settled.what == "missing" else settled


def stamped_late(plan: Any, codes: Any, tools: Any) -> dict[str, str]:
    """Stamp the levels with the moment after the reads."""
    return apply_stock(replace(plan, at=tools.lnb.server_now()), codes, tools)


def without_last_row(*arguments: Any) -> list[Any]:
    """Send all rows but the last one."""
    rows = order_rows(*arguments)
    return rows[:-1] if len(rows) > 1 else rows


def undiscounted(*arguments: Any) -> list[Any]:
    """Send each price as it was before its discount."""
    return [replace(row, discount_rate=Decimal(0)) for row in order_rows(*arguments)]


def hash_of_too_much(order: Any) -> str:
    """Let the status count as content."""
    return f"{content_hash(order)}{order.status}"


def telling_everything(*arguments: Any) -> News:
    """Tell what was told before, too."""
    return replace(News(*arguments), everything=True)


def undelivered(order: Any) -> list[tuple[int, Decimal]]:
    """Hold what was delivered as well."""
    return [
        (row.product_id, row.quantity)
        for row in order.rows
        if row.product_id is not None and row.kind == "Normal"
    ]


def as_listed(listed: Any, *_: Any, **__: Any) -> absence.Settled[Any, Any]:
    """Believe a list."""
    return absence.Settled(listed)


def open_as_listed(listed: Any, *_: Any, **__: Any) -> absence.Settled[Any, Any]:
    """Believe the list of open orders."""
    return absence.Settled({one.order_id: one for one in listed})


def certain(seen: Any) -> str:
    """Take what may exist for what was not processed."""
    outcome = create_outcome(seen)
    return "retry" if outcome == "unconfirmed" else outcome


def done_status_of(case: Any) -> str | None:
    """Return the status of an exported order, wherever this one stands."""
    return case.mode.done_status if case.mode is not None else None


def always(value: object) -> Callable[..., Any]:
    """Return what answers so, whatever it is asked."""
    return lambda *_, **__: value


MUTANTS: Mapping[str, Mutant] = {
    "no-look-up": Mutant(
        "an order is created without looking whether it is there",
        {"lnb24so.orders.lookup.look_up_candidates": always([])},
    ),
    "no-grace": Mutant(
        "the grace time is ignored", {"lnb24so.orders.settle.settle": without_grace}
    ),
    "one-list": Mutant(
        "one look-up that finds nothing is believed", {"lnb24so.orders.settle.settle": believing}
    ),
    "no-doubt": Mutant(
        "a create without an answer is sent again by the next run",
        {"lnb24so.orders.create.create_outcome": certain},
    ),
    "late-stamp": Mutant(
        "levels are stamped with the moment after the reads",
        {"lnb24so.stock.task.apply_stock": stamped_late},
    ),
    "no-waiting": Mutant(
        "waiting orders hold nothing", {"lnb24so.stock.plan.waiting_pieces": always({})}, "calm"
    ),
    "delivered-too": Mutant(
        "open orders hold what was delivered",
        {"lnb24so.stock.available.open_rows": undelivered},
        "calm",
    ),
    "open-list": Mutant(
        "a short list of open orders is believed",
        {"lnb24so.stock.reading.settle_open_orders": open_as_listed},
    ),
    "product-list": Mutant(
        "a short list of products is believed",
        {"lnb24so.stock.reading.settle_products": as_listed},
    ),
    "dropped-row": Mutant(
        "the last row of an order is dropped",
        {"lnb24so.orders.draft.order_rows": without_last_row},
        "calm",
    ),
    "full-price": Mutant(
        "prices go out as before their discount",
        {"lnb24so.orders.draft.order_rows": undiscounted},
        "calm",
    ),
    "hash-of-too-much": Mutant(
        "the status counts as content",
        {"lnb24so.lnb.types.content_hash": hash_of_too_much},
        "calm",
    ),
    "no-comparison": Mutant(
        "an order with our reference is taken for ours, whatever it holds",
        {"lnb24so.orders.settle.same_cargo": always(True)},
    ),
    "no-second-look": Mutant(
        "nothing is looked up once more",
        {"lnb24so.orders.plan.second_look_is_due": always(False)},
    ),
    "again-and-again": Mutant(
        "what was told is told again", {"lnb24so.run.News": telling_everything}, "calm"
    ),
    "silent-failure": Mutant("a failure is never told", {"lnb24so.__main__._say": always(None)}),
    "silent-block": Mutant(
        "what is blocked is never told",
        {"lnb24so.orders.results.Results.tell": always(set())},
        "calm",
    ),
    "ask-about-all": Mutant(
        "every order is left to a person",
        {"lnb24so.orders.plan.claim": always(Claim("taken", (1,)))},
        "calm",
    ),
    "no-lock": Mutant("the lock is ignored", {"lnb24so.run.run_lock": lambda *_: nullcontext()}),
    "no-changes": Mutant(
        "what changed after its export is not asked for",
        {"lnb24so.orders.reading._changed": always({})},
    ),
    "over-canceled": Mutant(
        "a status is written whatever became of the order",
        {
            "lnb24so.orders.status_step.is_ours_to_move": always(True),
            "lnb24so.orders.status_step.is_canceled": always(False),
            "lnb24so.orders.status_step.status_after": done_status_of,
        },
    ),
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plant a fault while the block runs; none without a name."""
    with ExitStack() as stack:
        for place, value in MUTANTS[name].patches.items() if name else ():
            stack.enter_context(patch(place, value))
        yield
