"""Real processes, killed without warning in the middle of their work, again and again."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from subprocess import Popen
from threading import Lock, Timer

import pytest
from small_brand import lnb_order, small_brand

from lnb24so.clock import Clock
from lnb24so.ledger.store import Ledger
from lnb24so.sandbox import Exchange, Reply, Sandbox

from .processes import configure_quick, finish, start

pytestmark = pytest.mark.slow

BRANDS = 2
"""Two brands at once, each with its own state folder: starting Python is what takes the time."""

KILLS_A_BRAND = 100
ORDERS_AT_FIRST = 8
SECONDS_A_CREATE = 0.06


class Killer:
    """Makes each create slow, and kills the process that sends one.

    It strikes from a thread of its own, at a random moment between the arrival of a process's
    first create and a little after its answer; every fifth time at any moment of the process.
    """

    def __init__(self, seed: int) -> None:
        self.hits = Counter[str]()
        self._random = Random(seed)
        self._victim: Popen[str] | None = None
        self._in_flight = 0
        self._lock = Lock()

    def pursue(self, process: Popen[str]) -> None:
        """Kill this process, and wait until it is dead."""
        if self.hits.total() % 5 == 4:
            self._strike(process, self._random.uniform(0.2, 0.6))
        else:
            self._victim = process
        finish(process)

    def slow_create(self, exchange: Exchange) -> Reply:
        """Take half of the time before the order is stored, and half of it after."""
        victim, self._victim = self._victim, None
        if victim is not None:
            self._strike(victim, self._random.uniform(0, 1.2 * SECONDS_A_CREATE))
        self._count(1)
        try:
            exchange.wait(SECONDS_A_CREATE / 2)
            reply = exchange.apply()
            exchange.wait(SECONDS_A_CREATE / 2)
            return reply
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._in_flight += change

    def _strike(self, victim: Popen[str], seconds: float) -> None:
        def kill() -> None:
            with self._lock:
                if victim.poll() is None:
                    victim.kill()
                    self.hits["in a create" if self._in_flight else "elsewhere"] += 1

        Timer(seconds, kill).start()


def kill_and_check(folder: Path, seed: int) -> Counter[str]:
    """Kill one brand's exports, let the last ones finish, check each order; return the kills."""
    killer = Killer(seed)
    now = datetime.now(UTC)
    with Sandbox(small_brand(ORDERS_AT_FIRST, today=now.date())) as box:
        config = configure_quick(box, folder, timeout=2)
        box.faults.add("SaveInvoices", killer.slow_create, times=10**6)
        for number in count(80001):
            box.lnb.orders[str(number)] = lnb_order(str(number), now, shop=number % 3)
            killer.pursue(start(config))
            if killer.hits.total() == KILLS_A_BRAND:
                break
            if number % 10 == 0:
                finish(start(config))
        box.faults.clear()
        ended = [(1, "")]
        while ended[-1] != (0, "") and len(ended) < 20:
            time.sleep(2.7)  # The time-out and the grace time of the last attempt, for real.
            ended.append(finish(start(config)))
        assert ended[-1] == (0, "")
        check_each_order(box, folder)
    return killer.hits


def check_each_order(box: Sandbox, folder: Path) -> None:
    """Each order is there once, closed in Le New Black, and was written down before it was sent."""
    created = {create.reference: create for create in box.erp.creates}
    assert len(box.erp.creates) == len(created) == len(box.lnb.orders) > 50
    assert {order["status"] for order in box.lnb.orders.values()} == {"closed"}
    ledger = Ledger.peek(folder / "state", Clock())
    written: dict[str, datetime] = {}
    for step in ledger.history():
        if step.event == "order.sending":
            written.setdefault(step.reference, step.at)
    for entry in ledger.entries():
        create = created[f"LNB{entry.reference}"]
        assert (entry.state, entry.order_id) == ("done", create.order_id)
        assert written[entry.reference] <= create.at
    ledger.close()


def test_200_killed_processes_leave_every_order_exactly_once(tmp_path: Path) -> None:
    folders = [tmp_path / f"brand-{number}" for number in range(BRANDS)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(BRANDS) as pool:
        kills = sum(pool.map(kill_and_check, folders, range(BRANDS)), Counter[str]())
    print(f"\nkilled: {dict(kills)}")
    assert kills.total() >= 200
    assert kills["in a create"] >= 60
