"""Whatever happens, each thing is told once, in time, and what `status REF` promises comes true.

The short run is part of every test run. The long one:

    LNB24SO_EXAMPLES=2000 pytest tests/exactly_once/test_what_is_told.py
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from faults import Fault
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_brand import CODES, lnb_order, typed_order

from lnb24so.commands.story import next_run
from lnb24so.ledger.standing import Key, standing
from lnb24so.ledger.store import Ledger
from lnb24so.ledger.types import Entry
from lnb24so.run import Mode, run
from lnb24so.sandbox.faults import Behaviour
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.sample_orders import line, totals

from .helpers import World, empty_world

pytestmark = pytest.mark.slow

EXAMPLES = max(4, int(os.environ.get("LNB24SO_EXAMPLES", "70")) // 7)
MOST_ORDERS = 4

ORDER = st.integers(0, MOST_ORDERS - 1)
MADE = ("good", "nameless", "unknown code", "other currency", "typed in")
CHANGES = ("edited", "canceled", "mended", "moved away", "moved back")
TROUBLES: Mapping[str, tuple[str, Behaviour]] = {
    "no answer to the create": ("SaveInvoices", Fault.LOST_REPLY),
    "create never arrives": ("SaveInvoices", Fault.RESET_BEFORE),
    "create refused": ("SaveInvoices", Fault.API_EXCEPTION),
    "status refused": ("POST /orders/status", Fault.STATUS(422)),
    "status unanswered": ("POST /orders/status", Fault.STATUS(500)),
    "searches fail": ("GetInvoices", Fault.FAULT_BEFORE),
    "lists fail": ("GET /orders", Fault.STATUS(502)),
}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("made"), st.sampled_from(MADE), ORDER),
        st.tuples(st.just("changed"), st.sampled_from(CHANGES), ORDER),
        st.tuples(st.just("trouble"), st.sampled_from(sorted(TROUBLES)), st.just(0)),
        st.tuples(st.just("hours"), st.just(""), st.integers(1, 30)),
    ),
    min_size=2,
    max_size=9,
)


class Telling:
    """A world whose runs are held to what a person was told before them, and by them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.troubled = False
        self.before = self.stands()

    @property
    def orders(self) -> dict[str, dict[str, Any]]:
        return self.world.box.lnb.orders

    # What happens

    def made(self, what: str, number: int) -> None:
        reference, now = str(70001 + len(self.orders)), self.world.time.now()
        if len(self.orders) == MOST_ORDERS:
            return
        order = lnb_order(reference, now, shop=number % 3, code=number)
        order |= {"retailer_reference": ""} if what == "nameless" else {}
        order |= {"currency": "XTS"} if what == "other currency" else {}
        if what == "unknown code":
            order["items"][0]["ean13"] = "7041112223334"
        if what == "typed in":
            # Another customer's, with our reference.
            self.world.box.erp.type_in(typed_order(reference, shop=(number + 1) % 3))
        self.orders[reference] = order

    def changed(self, what: str, number: int) -> None:
        order = self.orders.get(str(70001 + number))
        if order is None:
            return
        now = moment(self.world.time.now())
        good = lnb_order(order["reference"], self.world.time.now(), code=number)
        kept = ("retailer_reference", "retailer_name", "currency", "items")
        changes: dict[str, dict[str, Any]] = {
            "edited": {"items": [line(CODES[number], 3)]},
            "canceled": {"status": "canceled", "cancellation_time": now},
            "mended": {name: good[name] for name in kept},
            "moved away": {"status": "confirmed"},
            "moved back": {"status": "invoicing", "cancellation_time": None},
        }
        order |= {"update_time": now, **changes[what]}
        order |= totals(order)

    def trouble(self, name: str, _: int) -> None:
        operation, behaviour = TROUBLES[name]
        self.world.box.faults.add(operation, behaviour, times=9)
        self.troubled = True

    def hours(self, _: str, count: int) -> None:
        self.world.wait(hours=count)

    # What is told

    def stands(self) -> set[Key]:
        """Return what stands of each order: by the news, and by the orders themselves."""
        with closing(Ledger.peek(self.world.state, self.world.time.clock)) as ledger:
            told = {one.key for one in standing(ledger, "orders")}
            entries = ledger.entries()
        return told | {key for entry in entries for key in needs_a_person(entry)}

    def promises(self) -> dict[str, str]:
        """Return what `status REF` says that the next run does, by reference."""
        return {reference: self.promise(reference) for reference in self.orders}

    def promise(self, reference: str) -> str:
        mode = Mode("status", False, self.world.time.clock, lambda words: None)
        return run(self.world.config, mode, lambda tools: next_run(tools, reference)).lines[-1]

    def run(self) -> None:
        promised = {} if self.troubled else self.promises()
        entries, sent = self.world.entries(), self.world.sent()
        self.world.told.clear()
        self.world.push()
        after, told = self.stands(), list(self.world.told)
        new = after - self.before
        self.told_once_and_in_time(new, after, told)
        self.kept(promised, entries, sent)
        self.before, self.troubled = after, False
        self.world.box.faults.clear()
        self.world.wait(minutes=15)

    def told_once_and_in_time(self, new: set[Key], after: set[Key], told: list[str]) -> None:
        news = {reference for reference, _ in new}
        for words in told:
            named = set(re.findall(r"\b7000\d\b", words))
            if named:
                assert named & news or "Somebody gave it" in words, f"told again: {words}"
        with closing(Ledger.peek(self.world.state, self.world.time.clock)) as ledger:
            untold = {one.key for one in standing(ledger, "orders") if one.told is None}
        assert not untold
        for reference, code in new & needed(self.world.entries()):
            assert any(reference in words for words in told), f"{reference} {code}: {told}"

    def kept(self, promised: Mapping[str, str], before: Mapping[str, Entry], sent: int) -> None:
        """Hold a run to what was said that it does with each order."""
        entries = self.world.entries()
        sends = [name for name, words in promised.items() if words.endswith("run sends it.")]
        assert not promised or self.world.sent() - sent == len(sends), promised
        for reference, words in promised.items():
            entry, was = entries.get(reference), before.get(reference)
            state, earlier = entry and entry.state, was and was.state
            if "the next run sends it" in words or "sets its status" in words:
                assert state in ("exported", "done"), (words, entry)
            elif "takes order" in words:
                assert entry is not None, words
                assert entry.in_erp, (words, entry)
            elif "withdrawn" in words:
                assert state == "withdrawn", (words, entry)
            elif "Mend it" in words:
                assert state == "blocked", (words, entry)
            elif "A later run looks" in words:
                assert state == "unconfirmed", (words, entry)
            elif "A person decides" in words:
                asks = entry is not None and (state == "needs_decision" or entry.notice)
                assert asks, (words, entry)
            else:
                assert words == "Next: Nothing."
                assert state == earlier, (words, entry)


def needs_a_person(entry: Entry) -> set[Key]:
    """Return why an order waits for a person, by the order alone."""
    codes = {entry.notice.code} if entry.notice is not None else set[str]()
    if entry.state in ("blocked", "unconfirmed", "needs_decision"):
        codes |= {reason.code for reason in entry.reasons}
    return {(entry.reference, code) for code in codes}


def needed(entries: Mapping[str, Entry]) -> set[Key]:
    return {key for entry in entries.values() for key in needs_a_person(entry)}


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), print_blob=True)
@given(STEPS)
def test_each_thing_is_told_once_in_time_and_status_keeps_its_word(
    steps: list[tuple[str, str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        telling = Telling(empty_world(Path(folder)))
        for step, what, number in (*steps, ("hours", "", 2), ("hours", "", 2)):
            getattr(telling, step)(what, number)
            telling.run()
