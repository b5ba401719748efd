"""Short words for the stories of one order."""

from __future__ import annotations

from lnb24so.resolve import Decision, resolve_orders
from lnb24so.run import Mode
from lnb24so.sandbox.portal import moment

from .helpers import World

REFERENCE = "70001"


def change(world: World, **changes: object) -> None:
    """Change the order in Le New Black."""
    world.box.lnb.orders[REFERENCE] |= {"update_time": moment(world.time.now()), **changes}


def resolve(world: World, what: str, order_id: int | None = None) -> int:
    """Settle the order as a person; return the exit code."""
    mode = Mode("resolve", True, world.time.clock(), world.told.append)
    return resolve_orders(world.config, mode, [REFERENCE], Decision(what, order_id)).exit_code


def state(world: World) -> str:
    return world.entries()[REFERENCE].state


def reason(world: World) -> str:
    return world.entries()[REFERENCE].reasons[0].code
