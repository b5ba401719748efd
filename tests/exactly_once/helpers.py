"""A small brand, a time of its own, and the real program between the two systems."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests
from config_file import ConfigFile
from hand_clock import HandClock
from requests.adapters import HTTPAdapter
from small_brand import START, small_brand

from lnb24so import run
from lnb24so.commands.reconcile.period import since
from lnb24so.commands.reconcile.task import find
from lnb24so.config.schema import Config, load_config
from lnb24so.errors import Lnb24soError
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Entry
from lnb24so.orders.types import OrderReport, Selection
from lnb24so.process.redact import REDACTOR
from lnb24so.sandbox import Exchange, Sandbox
from lnb24so.tools import Tools

GRACE = timedelta(minutes=15)


class World:
    """Both systems, one folder with configuration, state and logs, and a time of its own."""

    def __init__(self, box: Sandbox, time: HandClock, config: Config) -> None:
        self.box = box
        self.time = time
        self.config = config
        self.told: list[str] = []

    @property
    def state(self) -> Path:
        return self.config.paths.state

    def push(self, **selection: Any) -> int:
        """Run `push-orders` in this process; return the exit code that the command would have."""
        mode = run.Mode("push-orders", True, self.time.clock, self.told.append)
        try:
            return run.push_orders(self.config, mode, Selection(**selection)).exit_code
        except Lnb24soError as error:
            self.told.append(str(error))
            return error.exit_code

    def plan(self, **selection: Any) -> OrderReport:
        """Return what `push-orders --dry-run` would show."""
        mode = run.Mode("push-orders", False, self.time.clock, self.told.append)
        report = run.push_orders(self.config, mode, Selection(**selection)).orders
        assert report is not None
        return report

    def reconcile(self) -> dict[str, set[str]]:
        """Return what `reconcile` names since the world began: the codes of each order."""
        named: dict[str, set[str]] = {}

        def compare(tools: Tools) -> run.Parts:
            begin = (START - timedelta(days=1)).date()
            found = find(tools, since(begin, self.config.erp.zone, self.time.now()))
            for one in found.standing:
                named.setdefault(one.reference, set()).add(one.reason.code)
            return run.Parts()

        run.run(self.config, run.Mode("reconcile", False, self.time.clock, print), compare)
        return named

    def wait(self, **span: float) -> None:
        self.time.move(timedelta(**span).total_seconds())

    def wait_in_doubt(self, **span: float) -> None:
        """Let time pass, and then the run whose look-up is the first not to find what was sent."""
        self.wait(**span)
        self.push()

    def entries(self) -> Mapping[str, Entry]:
        """Return what the ledger on disk holds, by reference."""
        ledger = Ledger.peek(self.state, self.time.clock)
        try:
            return {entry.reference: entry for entry in ledger.entries()}
        finally:
            ledger.close()

    def sent(self, operation: str = "SaveInvoices") -> int:
        """Return how many requests of that operation have arrived."""
        return sum(seen.operation == operation for seen in self.box.requests)

    def in_erp(self, reference: str) -> list[int]:
        """Return the ids of the 24SevenOffice orders that carry our reference."""
        wanted = f"lnb{reference}"
        return [
            order_id
            for order_id, order in self.box.erp.orders.items()
            if str(order.get("ReferenceNumber", "")).strip().casefold() == wanted
        ]


def configure(box: Sandbox, folder: Path, **orders: object) -> Path:
    """Write a configuration for the box with these `orders` settings more; return its path."""
    written = ConfigFile(folder, box.config_text())
    written.set("orders", **orders)
    return written.file


@contextmanager
def small_world(folder: Path, orders: int = 0) -> Iterator[World]:
    """Yield a new world with so many orders to export."""
    time = HandClock(START)
    with Sandbox(small_brand(orders), now=time.now) as box:
        yield World(box, time, load_config(configure(box, folder)))


@cache
def shared_box() -> tuple[Sandbox, HandClock]:
    """Return the one sandbox of all examples: starting one takes longer than most of them."""
    time = HandClock(START)
    return Sandbox(small_brand(), now=time.now).start(), time


def empty_world(folder: Path) -> World:
    """Return the shared sandbox as new, and a new state folder."""
    box, time = shared_box()
    time.reset()
    box.lnb.clock_ahead, box.erp.now = timedelta(0), time.now
    box.erp.customers.update({each["Id"]: dict(each) for each in small_brand().customers})
    # Each world is a process of its own, which has not seen the secrets of thousands before it.
    REDACTOR.forget()
    box.release_late()
    box.faults.clear()
    for records in (box.erp.orders, box.erp.creates, box.lnb.orders, box.requests):
        records.clear()
    return World(box, time, load_config(configure(box, folder)))


def reference_of(exchange: Exchange) -> str:
    """Return Le New Black's reference of the order that a SaveInvoices request carries."""
    found = re.search(rb"ReferenceNumber>LNB([^<]*)<", exchange.call.body)
    return found[1].decode() if found else ""


class Crash(BaseException):
    """The process dies here. No `except Exception` catches it, as none catches a SIGKILL."""


@dataclass
class Fate:
    """The steps towards the world that happened, by name, and the one before which to die."""

    happened: list[str] = field(default_factory=list)
    die_before: int | None = None

    def die_next(self) -> None:
        """Die before the next step."""
        self.die_before = len(self.happened) + 1

    def step(self, name: str) -> None:
        """Count a step, or die; who is dead takes no step any more."""
        if self.die_before is not None and len(self.happened) + 1 >= self.die_before:
            raise Crash(name)
        self.happened.append(name)


@contextmanager
def crash_before(step: int | None) -> Iterator[Fate]:
    """Die before step number `step` (from 1): an HTTP request, or a commit to the ledger."""
    fate = Fate(die_before=step)
    send, transaction = HTTPAdapter.send, Ledger.transaction

    def counted_send(self: HTTPAdapter, request: Any, **options: Any) -> requests.Response:
        fate.step(f"{request.method} {request.path_url}")
        return send(self, request, **options)

    @contextmanager
    def counted_transaction(self: Ledger) -> Iterator[sqlite3.Connection]:
        with transaction(self) as database:
            yield database
            fate.step("commit")

    with (
        patch.object(HTTPAdapter, "send", counted_send),
        patch.object(Ledger, "transaction", counted_transaction),
    ):
        yield fate
