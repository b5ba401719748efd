"""Signals end a run between two orders, and one lock keeps two runs apart."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from threading import Event

import pytest
from hand_clock import HandClock
from log_files import log_lines
from small_brand import START, small_brand

from lnb24so.clock import Clock
from lnb24so.ledger.store import Ledger
from lnb24so.process.lock import run_lock
from lnb24so.sandbox import Exchange, Reply, Sandbox

from .helpers import World, small_world
from .processes import configure_quick, finish, start

pytestmark = pytest.mark.slow


class Signaller:
    """Holds one request, sends signals to the process that waits for it, then answers."""

    def __init__(self, *signals: signal.Signals) -> None:
        self._signals = signals
        self._process: Popen[str] | None = None
        self._started = Event()

    def __call__(self, exchange: Exchange) -> Reply:
        assert self._started.wait(10)
        assert self._process is not None
        for number in self._signals:
            self._process.send_signal(number)
            exchange.wait(0.1)
        return exchange.apply()

    def run(self, config: Path) -> tuple[int, str]:
        """Start the process and wait for its end; return its exit code and what it said."""
        self._process = start(config)
        self._started.set()
        return finish(self._process)


def sandbox_of_today() -> Sandbox:
    """Return a sandbox with three orders; real processes live in real time."""
    return Sandbox(small_brand(3, today=datetime.now(UTC).date()))


def states(folder: Path) -> list[str]:
    ledger = Ledger.peek(folder / "state", Clock())
    found: list[str] = [entry.state for entry in ledger.entries()]
    ledger.close()
    return found


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_a_signal_during_a_create_lets_this_order_finish_and_no_other_begin(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    with sandbox_of_today() as box:
        config, signaller = configure_quick(box, tmp_path), Signaller(number)
        box.faults.add("SaveInvoices", signaller)
        assert signaller.run(config)[0] == code
        assert states(tmp_path) == ["exported"]
        assert len(box.erp.creates) == 1
        line = log_lines(tmp_path / "logs")[-1]
        assert (line["event"], line["exit_code"]) == ("run.finished", code)
        assert line["summary"] == {"create": 3, "created": 1, "blocked": 0}

        assert finish(start(config)) == (0, "")
        assert (states(tmp_path), len(box.erp.creates)) == (["done"] * 3, 3)


@pytest.mark.parametrize("operation", ["GET /orders", "GetProducts", "POST /orders/status"])
def test_a_signal_at_any_other_time_ends_the_run_too(operation: str, tmp_path: Path) -> None:
    with sandbox_of_today() as box:
        config, signaller = configure_quick(box, tmp_path), Signaller(signal.SIGTERM)
        box.faults.add(operation, signaller)
        assert signaller.run(config)[0] == 143
        assert log_lines(tmp_path / "logs")[-1]["event"] == "run.finished"
        assert finish(start(config)) == (0, "")
        assert len(box.erp.creates) == 3


def test_a_signal_while_reading_back_is_not_taken_for_a_failed_read(tmp_path: Path) -> None:
    with sandbox_of_today() as box:
        config, signaller = configure_quick(box, tmp_path), Signaller(signal.SIGTERM)
        # The first GetInvoices is the look-up, the second the read-back.
        box.faults.add("GetInvoices", signaller, skip=1)
        assert signaller.run(config)[0] == 143
        assert states(tmp_path) == ["exported"] * 3
        assert "order.not_read_back" not in {line["event"] for line in log_lines(tmp_path / "logs")}
        assert finish(start(config)) == (0, "")
        assert (states(tmp_path), len(box.erp.creates)) == (["done"] * 3, 3)


def test_a_second_signal_leaves_at_once_and_the_ledger_tells_the_truth(tmp_path: Path) -> None:
    with sandbox_of_today() as box:
        config, signaller = configure_quick(box, tmp_path), Signaller(signal.SIGINT, signal.SIGTERM)
        box.faults.add("SaveInvoices", signaller)
        assert signaller.run(config)[0] == 143
        assert states(tmp_path) == ["sending"]
        assert log_lines(tmp_path / "logs")[-1]["event"] == "order.sending"

        assert finish(start(config))[0] == 0
        assert (states(tmp_path), len(box.erp.creates)) == (["done"] * 3, 3)


# The lock


def test_a_second_run_waits_a_minute_and_then_names_the_one_that_runs(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        with run_lock(world.state, "pull-stock", world.time.clock):
            world.wait(seconds=30)
            began = world.time.now()
            assert world.push() == 75
        assert (world.time.now() - began).total_seconds() == 60
        assert f"process {os.getpid()} (pull-stock), running for 90 seconds" in world.told[-1]
        assert world.box.requests == []
        assert world.push() == 0


def test_a_second_run_begins_as_soon_as_the_first_one_ends(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        lock = run_lock(world.state, "pull-stock", world.time.clock)
        lock.__enter__()
        world.time.at(world.time.now().replace(second=20), lambda: lock.__exit__(None, None, None))
        assert world.push() == 0
        assert world.entries()["70001"].state == "done"


def test_the_lock_of_a_dead_process_is_gone_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    child = os.fork()
    if child == 0:
        run_lock(folder, "push-orders", Clock()).__enter__()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    with run_lock(folder, "push-orders", Clock()):
        assert json.loads((folder / "lock").read_text())["pid"] == os.getpid()


def test_runs_in_many_threads_create_each_order_once(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=5) as world:
        runners = [World(world.box, HandClock(START), world.config) for _ in range(4)]
        with ThreadPoolExecutor(len(runners)) as pool:
            codes = set(pool.map(World.push, runners))
        assert codes <= {0, 75}
        assert 0 in codes
        assert len(world.box.erp.creates) == 5


def test_two_processes_at_once_create_each_order_once(tmp_path: Path) -> None:
    with sandbox_of_today() as box:
        config = configure_quick(box, tmp_path)
        both = [start(config), start(config)]
        assert [finish(process) for process in both] == [(0, ""), (0, "")]
        assert len(box.erp.creates) == 3
