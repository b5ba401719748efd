"""People, and other runs, that come in the way of a run while it waits for an answer."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from lnb24so.errors import Lnb24soError
from lnb24so.orders.types import Selection
from lnb24so.run import Mode, push_orders
from lnb24so.sandbox import Exchange, Reply

from .cron import PUSH, Cron
from .faulty import reference_in
from .people import People
from .world import World

MOMENTS = {
    "push-orders": (("GET /orders", 0), ("GetProducts", 0), *(("SaveInvoices", 0),) * 2),
    "pull-stock": (
        *(("GetInvoices", 0), ("GetProducts", 0), ("GET /orders", 0)),
        *(("GET /orders", 1), ("GET /orders", 2), ("GET /orders", 3)),
        *(("POST /multi/inventory/ean", 0), ("POST /multi/inventory/sku", 0)),
    ),
}
"""When people come between a run's requests: before or after its n-th of an operation."""


class Meanwhile:
    """What happens between two requests of a run; each is a behaviour of the sandbox."""

    def __init__(self, world: World, cron: Cron, people: People) -> None:
        self.world, self.cron, self.people, self.rng = world, cron, people, world.rng

    def somebody_acts(self, exchange: Exchange) -> Reply:
        """Let somebody do something while a run waits for this answer."""
        run = self.cron.runs[-1]
        run.acted = True
        self.world.time.move(2)
        is_first = self.rng.random() < 0.5
        reply = None if is_first else exchange.apply()
        act: Callable[[], object] = self.rng.choice(
            (
                *(self.people.order,) * 3,
                self.people.confirm,
                self.people.edit,
                self.people.release,
                self.people.cancel,
                self.people.order_by_phone,
            )
        )
        self.world.note("cron", f"run {run.number}, meanwhile: {act.__name__}")
        with self.world.erp.lock, self.world.lnb.lock:
            act()
        self.world.time.move(3)
        return reply or exchange.apply()

    def turns_round(self, exchange: Exchange) -> Reply:
        """Cancel or edit the very order that is being sent."""
        run = self.cron.runs[-1]
        run.acted = True
        reply = exchange.apply()
        reference = reference_in(exchange.call.body)
        if reference in self.world.sales:
            self.world.time.move(1)
            with self.world.lnb.lock:
                if self.rng.random() < 0.7:
                    self.people.cancel(self.world.sales[reference])
                else:
                    self.people.edit(self.world.sales[reference])
        return reply

    def a_second_run(self, exchange: Exchange) -> Reply:
        """Begin a second run while the first waits for this answer; some as a process."""
        run = self.cron.runs[-1]
        if self.rng.random() < 0.3:
            run.overlapped.append(self.cron.in_a_process(PUSH, StringIO()))
            return exchange.apply()
        mode = Mode("push-orders", True, self.world.time.clock, lambda words: None)
        try:
            code = push_orders(self.cron.config, mode, Selection()).exit_code
        except Lnb24soError as error:
            code = error.exit_code
        run.overlapped.append(code)
        return exchange.apply()
