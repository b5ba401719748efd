"""Short words for the stories of one order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal

from faults import Fault
from small_brand import SHOPS

from lnb24so.commands.resolve import Decision, Way, resolve_orders
from lnb24so.orders.types import Item
from lnb24so.run import Mode
from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.services import Answer

from .helpers import Crash, World, crash_before

REFERENCE = "70001"
SECOND_SHOP = {"retailer_reference": SHOPS[1].reference}


def change(world: World, **changes: object) -> None:
    """Change the order in Le New Black."""
    world.box.lnb.orders[REFERENCE] |= {"update_time": moment(world.time.now()), **changes}


def resolve(
    world: World, way: Way, order_id: int | None = None, amount: Decimal = Decimal(0)
) -> int:
    """Settle the order as a person; return the exit code."""
    mode = Mode("resolve", True, world.time.clock, world.told.append)
    decision = Decision(way, order_id, amount=amount)
    return resolve_orders(world.config, mode, [REFERENCE], decision).exit_code


def state(world: World) -> str:
    return world.entries()[REFERENCE].state


def reason(world: World) -> str:
    return world.entries()[REFERENCE].reasons[0].code


def planned(world: World) -> Item:
    """Return what a dry run says of the order."""
    return next(one.item for one in world.plan().results if one.item.reference == REFERENCE)


def an_empty_list(exchange: Exchange) -> Reply:
    """Answer a search as 24SevenOffice does where nothing is found."""
    soap = exchange.soap
    service = soap.services[exchange.call.path.lower()]
    return soap.write(exchange.call.operation, service, Answer([]))


def dies_in_create(world: World) -> None:
    """Run until the create is sent and put off, and die before its answer is written down."""
    with crash_before(None) as fate, suppress(Crash):

        def put_off(exchange: Exchange) -> Reply:
            exchange.put_off()
            fate.die_next()
            exchange.drop()

        world.box.faults.add("SaveInvoices", put_off)
        world.push()


def withdrawn_in_doubt(
    world: World, fault: Behaviour = Fault.RESET_BEFORE, status: str = "confirmed"
) -> None:
    """Leave the order without an answer, and then withdrawn."""
    world.box.faults.add("SaveInvoices", fault)
    world.push()
    change(world, status=status)
    world.wait_in_doubt(minutes=20)
    world.push()
    assert state(world) == "withdrawn"


@contextmanager
def restored_after(world: World) -> Iterator[None]:
    """Put the state folder of before the block back after it, as from a backup."""
    copy = world.state.with_name("backup")
    shutil.copytree(world.state, copy)
    yield
    shutil.rmtree(world.state)
    copy.rename(world.state)
