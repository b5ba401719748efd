"""Everything that can happen to an order, in any order: a state machine over the real program.

Both systems are reached over HTTP. The clock is ours: a run that waits takes no time.

What is promised: for each order of Le New Black, 24SevenOffice never holds two orders that the
program made, and ends with one, or the ledger says by name why not. What is conceded, because no
client of a system without idempotency keys can prevent it:

* the state folder is lost, or restored from an old copy, while 24SevenOffice is still busy
  creating an order whose answer was lost: nobody is left who knows that there is an attempt;
* the state folder is lost or restored after an order was created later than the grace time: the
  second look, which would name the two, belongs to the ledger that was lost;
* the state folder is lost and the order has another customer than when it was sent: the look-up
  by customer and reference, all that is left then, asks for the wrong customer;
* a look-up before a create gets a list that lacks the order, and no ledger knows of an attempt;
  or the second one of a doubt does, after the first one rightly did not find it;
* 24SevenOffice creates an order later than the grace time: there may be two then, and what is
  promised is that the second look, an hour after the success, names them;
* 24SevenOffice creates an order more than two days after it was asked, while cron stands still:
  the second look no longer searches that late, and `reconcile` alone names the two.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from small_brand import CODES, SHOPS, lnb_order, typed_order

from lnb24so.commands.resolve import Decision, resolve_orders
from lnb24so.ledger.types import Entry
from lnb24so.orders.attempts import SEARCH_ON
from lnb24so.run import Mode
from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.sample_orders import line, totals

from .helpers import GRACE, Crash, crash_before, empty_world, reference_of
from .stories import an_empty_list
from .troubles import ELSEWHERE, IN_A_CREATE, LATE_CREATE, Trouble, behaviour
from .truth import to_be_named

MOST_ORDERS = 6
ORDER = st.integers(0, MOST_ORDERS - 1)
SHOP = st.integers(0, len(SHOPS) - 1)
CODE = st.integers(0, len(CODES) - 1)


class ExactlyOnce(RuleBasedStateMachine):
    """The promise, and everything that is thrown at it."""

    def __init__(self) -> None:
        super().__init__()
        # In memory where that can be had: 2,000 examples are a million commits.
        memory = Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.world = empty_world(Path(self.folder.name))
        self.box = self.world.box
        self.copies: list[Path] = []
        self.typed: set[int] = set()
        self.deleted: set[str] = set()
        self.put_off: dict[str, datetime] = {}
        self.very_late = Counter[str]()
        self.conceded: set[str] = set()
        self.second_runs: list[int] = []
        self.undecided: list[str] = []
        self.forgot = False
        self.is_down = False
        self.was_short = False

    @initialize(orders=st.integers(1, 3))
    def some_orders_wait(self, orders: int) -> None:
        for number in range(orders):
            self.an_order_is_confirmed(number, number)

    def export(self) -> int:
        """Run the program under test once."""
        return self.world.push()

    def entries(self) -> Mapping[str, Entry]:
        """Return what the program under test remembers."""
        return self.world.entries()

    def teardown(self) -> None:
        try:
            self.faults_end()
        finally:
            self.folder.cleanup()

    # What people do

    @rule(shop=SHOP, code=CODE)
    def an_order_is_confirmed(self, shop: int, code: int) -> None:
        orders = self.box.lnb.orders
        reference = str(70001 + len(orders))
        if len(orders) < MOST_ORDERS:
            orders[reference] = lnb_order(reference, self.box.lnb.now(), shop=shop, code=code)

    @rule(
        number=ORDER,
        what=st.sampled_from(
            ("edited", "canceled", "opened again", "of another customer", "closed by hand")
        ),
        shop=SHOP,
        code=CODE,
    )
    def an_order_changes_in_le_new_black(
        self, number: int, what: str, shop: int, code: int
    ) -> None:
        orders = list(self.box.lnb.orders.values())
        order, now = orders[number % len(orders)], moment(self.box.lnb.now())
        changes: dict[str, dict[str, object]] = {
            "edited": {"items": [line(CODES[code], 1 + number)]},
            "canceled": {"status": "canceled", "cancellation_time": now},
            "opened again": {"status": "invoicing", "cancellation_time": None},
            "closed by hand": {"status": "closed"},
            "of another customer": {"retailer_reference": SHOPS[shop].reference},
        }
        order |= {"update_time": now, **changes[what]}
        order |= totals(order)

    @rule(number=ORDER, shop=SHOP, code=CODE, pieces=st.sampled_from((1, 1, 3)))
    def somebody_types_an_order_in_with_our_reference(
        self, number: int, shop: int, code: int, pieces: int
    ) -> None:
        reference = str(70001 + number % len(self.box.lnb.orders))
        order = typed_order(reference, shop=shop, code=code)
        order["InvoiceRows"][0]["Quantity"] = pieces
        self.typed.add(self.box.erp.type_in(order))

    @precondition(lambda self: self.box.erp.creates)
    @rule(number=ORDER, what=st.sampled_from(("ReferenceOrderId", "ReferenceInvoiceId", "Rest")))
    def an_order_is_derived_from_one_of_ours(self, number: int, what: str) -> None:
        creates = self.box.erp.creates
        parent = creates[number % len(creates)]
        order = typed_order(parent.reference.removeprefix("LNB"))
        order |= {"OrderStatus": "Rest"} if what == "Rest" else {what: parent.order_id}
        self.typed.add(self.box.erp.type_in(order))

    @precondition(lambda self: self.box.erp.orders)
    @rule(number=ORDER, is_deleted=st.booleans())
    def an_order_is_invoiced_or_deleted(self, number: int, is_deleted: bool) -> None:
        orders = self.box.erp.orders
        order_id = list(orders)[number % len(orders)]
        if is_deleted:
            self.deleted.add(orders.pop(order_id)["ReferenceNumber"].strip()[3:])
        else:
            changed = {"OrderStatus": "Invoiced", "DateChanged": self.box.erp.now()}
            orders[order_id] |= changed

    @precondition(lambda self: SHOPS[0].customer_id in self.box.erp.customers)
    @rule(other=st.integers(1, len(SHOPS) - 1))
    def two_customers_are_merged(self, other: int) -> None:
        """Give the first shop's orders to another customer, and delete its own."""
        merged, into = SHOPS[0].customer_id, SHOPS[other].customer_id
        del self.box.erp.customers[merged]
        for order in self.box.erp.orders.values():
            if order["CustomerId"] == merged:
                order |= {"CustomerId": into, "DateChanged": self.box.erp.now()}

    @precondition(lambda self: self.undecided)
    @rule(number=ORDER)
    def a_person_decides(self, number: int) -> None:
        """Settle an order as the message asks for, looking at what there is."""
        reference = self.undecided[number % len(self.undecided)]
        ours, typed = self.made(reference), self.typed & {*self.world.in_erp(reference)}
        for surplus in ours[1:]:
            del self.box.erp.orders[surplus]
        there = [*ours[:1], *typed]
        decision = Decision("exported_as", there[0]) if there else Decision("send_again")
        mode = Mode("resolve", True, self.world.time.clock, self.world.told.append)
        resolve_orders(self.world.config, mode, [reference], decision)
        self.note_undecided()

    def note_undecided(self) -> None:
        entries = self.entries().values()
        self.undecided = [one.reference for one in entries if one.state == "needs_decision"]

    # What happens to the clocks

    @rule(
        whose=st.sampled_from(("Le New Black's", "24SevenOffice's", "ours")),
        minutes=st.sampled_from((-45, -4, 0, 4, 45)),
    )
    def a_clock_jumps(self, whose: str, minutes: int) -> None:
        ahead, time = timedelta(minutes=minutes), self.world.time
        if whose == "Le New Black's":
            self.box.lnb.clock_ahead = ahead
        elif whose == "24SevenOffice's":
            self.box.erp.now = lambda: time.now() + ahead
        elif not self.put_off:
            # Ahead of a create that is still on its way, it would end the grace time too early.
            time.tool_ahead = 4 * ahead

    # What happens to the program

    @rule(trouble=LATE_CREATE)
    def a_create_is_late(self, trouble: Trouble) -> None:
        self.run(trouble)

    @rule(trouble=IN_A_CREATE)
    def a_create_goes_wrong(self, trouble: Trouble) -> None:
        self.run(trouble)

    @rule(trouble=IN_A_CREATE, other=ELSEWHERE)
    def more_than_a_create_goes_wrong(self, trouble: Trouble, other: Trouble) -> None:
        self.run(trouble, other)

    @rule(trouble=ELSEWHERE)
    def something_else_goes_wrong(self, trouble: Trouble) -> None:
        self.run(trouble)

    @rule(effect=st.integers(1, 45))
    def a_run_dies(self, effect: int) -> None:
        self.run(crash=effect)

    @rule(trouble=IN_A_CREATE, effect=st.integers(15, 45))
    def a_create_goes_wrong_and_the_run_dies(self, trouble: Trouble, effect: int) -> None:
        self.run(trouble, crash=effect)

    @rule()
    def a_run_goes_well(self) -> None:
        self.run()

    @rule(number=ORDER, seconds=st.sampled_from((10, 61)))
    def a_long_run_is_overtaken_by_people(self, number: int, seconds: int) -> None:
        """Let an order be typed in while the first create of a run takes its time."""

        def create(exchange: Exchange) -> Reply:
            self.somebody_types_an_order_in_with_our_reference_meanwhile(number)
            self.world.wait(seconds=seconds)
            return exchange.apply()

        self.box.faults.add("SaveInvoices", create)
        self.run()

    def somebody_types_an_order_in_with_our_reference_meanwhile(self, number: int) -> None:
        reference = str(70001 + number % len(self.box.lnb.orders))
        order = typed_order(reference, shop=number % len(SHOPS), code=number)
        self.typed.add(self.box.erp.type_in(order))

    @precondition(lambda self: not self.was_short)
    @rule()
    def one_run_gets_short_lists(self) -> None:
        """Let every search of one run find nothing; what is conceded stands at the top."""
        entries = self.entries()
        for reference in self.box.lnb.orders:
            entry = entries.get(reference)
            doubted = entry is not None and entry.state in ("sending", "unconfirmed")
            known = entry is not None and entry.in_erp
            once_more = doubted and entry is not None and entry.not_found_at is not None
            if self.world.in_erp(reference) and (once_more or not (doubted or known)):
                self.conceded.add(reference)
        self.box.faults.add("GetInvoices", an_empty_list, times=9)
        self.run()
        self.was_short = True

    def run(self, *troubles: Trouble, crash: int | None = None) -> None:
        """Let the program run once, with troubles on its way, and perhaps its death."""
        self.concede_what_is_forgotten()
        for operation, name, skip, times in troubles:
            self.box.faults.add(operation, self.behaviour(operation, name), skip=skip, times=times)
        self.was_short = False
        with suppress(Crash), crash_before(crash):
            self.export()
        self.box.faults.clear()
        if self.is_down:
            self.is_down = False
            self.box.start()
        self.note_undecided()
        assert not any("fault in lnb24so" in words for words in self.world.told)

    def behaviour(self, operation: str, name: str) -> Behaviour:
        of_mine = {
            "late": self.create_late,
            "very late": self.create_very_late,
            "server goes down": self.go_down,
            "second run": self.run_meanwhile,
        }
        return of_mine.get(name) or behaviour(operation, name)

    def create_late(self, exchange: Exchange) -> Reply:
        """Give no answer now, and create the order at the last moment of the grace time."""
        self.world.time.at(
            self.world.time.now() + GRACE - timedelta(seconds=1), self.carry_out_what_is_late
        )
        self.put_off[reference_of(exchange)] = self.world.time.now()
        exchange.put_off()
        exchange.drop()

    def create_very_late(self, exchange: Exchange) -> Reply:
        """Give no answer now, and create the order whenever the machine likes."""
        self.very_late[reference_of(exchange)] += 1
        self.put_off[reference_of(exchange)] = self.world.time.now()
        exchange.put_off()
        exchange.drop()

    def go_down(self, exchange: Exchange) -> Reply:
        """Refuse every connection from now on, until the run is over."""
        self.is_down = True
        self.box.stop()
        exchange.drop()

    def run_meanwhile(self, exchange: Exchange) -> Reply:
        """Begin a second run while the first waits for this answer; it must find the lock."""
        self.second_runs.append(self.export())
        return exchange.apply()

    @precondition(lambda self: self.put_off)
    @rule()
    def carry_out_what_is_late(self) -> None:
        entries, now = self.entries(), self.world.time.now()
        for reference, since in self.put_off.items():
            entry = entries.get(reference)
            looked_again = entry is not None and not entry.in_doubt
            unsought = entry is None or looked_again or now - since > SEARCH_ON
            if reference in self.very_late and unsought:
                self.conceded.add(reference)
        self.put_off.clear()
        self.box.release_late()

    @rule(minutes=st.integers(0, 20))
    def a_little_time_passes(self, minutes: int) -> None:
        self.world.wait(minutes=minutes)

    @rule(hours=st.integers(1, 50))
    def much_time_passes(self, hours: int) -> None:
        self.world.wait(hours=hours)

    @rule(days=st.integers(3, 40))
    def cron_stands_still(self, days: int) -> None:
        self.world.wait(days=days)

    @rule(what=st.sampled_from(("copied", "copied", "lost", "restored")), number=ORDER)
    def the_state_folder_is(self, what: str, number: int) -> None:
        state = self.world.state
        if what == "copied" and state.exists():
            self.copies.append(Path(self.folder.name) / f"copy-{len(self.copies)}")
            shutil.copytree(state, self.copies[-1])
        elif what != "copied":
            self.forgot = True
            shutil.rmtree(state, ignore_errors=True)
            if what == "restored" and self.copies:
                shutil.copytree(self.copies[number % len(self.copies)], state)
            self.concede_attempts_that_are_forgotten()

    # What is conceded: see the top

    def concede_attempts_that_are_forgotten(self) -> None:
        entries = self.entries()
        for reference, since in self.put_off.items():
            entry = entries.get(reference)
            started = entry.attempt_started if entry and entry.in_doubt else None
            if started is None or started < since:
                self.conceded.add(reference)
        for reference in self.very_late:
            if reference not in entries or not entries[reference].in_doubt:
                self.conceded.add(reference)

    def concede_what_is_forgotten(self) -> None:
        """Note the orders that the ledger forgot and that the look-up by customer must miss."""
        entries = self.entries()
        for reference, order in self.box.lnb.orders.items():
            entry = entries.get(reference)
            if entry and (entry.in_erp or entry.state in ("sending", "unconfirmed")):
                continue
            asked_for = {order["retailer_reference"], str(entry.customer_id if entry else None)}
            if any(
                self.customer_of(order_id) not in asked_for for order_id in self.made(reference)
            ):
                self.conceded.add(reference)

    def customer_of(self, order_id: int) -> str:
        return str(self.box.erp.orders[order_id]["CustomerId"])

    # What is promised

    def made(self, reference: str) -> list[int]:
        """Return the orders that the program made for a reference, as far as they still exist."""
        return [one for one in self.world.in_erp(reference) if one not in self.typed]

    @invariant()
    def no_order_is_there_twice(self) -> None:
        for reference in set(self.box.lnb.orders) - self.conceded:
            most = 1 + self.very_late[reference]
            assert len(self.made(reference)) <= most, f"{reference} was created twice"

    @invariant()
    def nothing_is_exported_without_a_real_id(self) -> None:
        real = self.typed | {create.order_id for create in self.box.erp.creates}
        for entry in self.entries().values():
            if entry.state in ("exported", "done"):
                assert entry.order_id in real

    @invariant()
    def a_second_run_does_nothing(self) -> None:
        assert set(self.second_runs) <= {75}

    def faults_end(self) -> None:
        """Let the grace time and the second look pass without trouble: now all must be well."""
        self.carry_out_what_is_late()
        self.box.lnb.clock_ahead = self.world.time.tool_ahead = timedelta(0)
        self.box.erp.now = self.world.time.now
        for _ in range(4):
            self.world.wait(hours=2)
            self.concede_what_is_forgotten()
            self.export()
        entries = self.entries()
        for reference in set(self.box.lnb.orders) - self.conceded:
            self.check_end(reference, entries.get(reference))
        self.check_idle_run()
        self.check_what_reconcile_names()

    def check_end(self, reference: str, entry: Entry | None) -> None:
        made = self.made(reference)
        waits = self.box.lnb.orders[reference]["status"] == "invoicing"
        if entry is None or entry.state == "withdrawn":
            assert not waits, f"{reference} waits, and nothing says why"
            assert self.forgot or not made, f"{reference} is there, and the ledger says it is not"
        elif entry.state in ("blocked", "needs_decision"):
            assert entry.reasons, f"{reference} does not say why it waits"
        else:
            assert entry.final, f"{reference} is still {entry.state}"
            assert entry.order_id in (*made, *self.typed) or reference in self.deleted
        if entry is None or entry.state != "needs_decision":
            assert len(made) <= 1, f"{reference} is there twice, and nobody says so"

    def check_idle_run(self) -> None:
        """A run with nothing to do writes nothing to either system, and exits 0."""
        writes = ("SaveInvoices", "POST /orders/status")
        before, known = [self.world.sent(write) for write in writes], self.entries()
        assert self.export() == 0
        assert [self.world.sent(write) for write in writes] == before
        assert self.entries() == known

    def check_what_reconcile_names(self) -> None:
        """It names exactly what its definition does: whatever was conceded is among that."""
        expected = to_be_named(self.box, self.entries(), self.world.time.now())
        assert self.world.reconcile() == expected
        for reference in self.conceded:
            if len(self.made(reference)) > 1:
                assert reference in expected
