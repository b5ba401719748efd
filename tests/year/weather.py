"""The weather: what befalls the runs. In a calm year people only get in the way of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exactly_once.helpers import crash_before

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

from .cron import PULL, PUSH, Cron, Run
from .faulty import CLEAR, ShortLists, full_disk, is_rest, reference_in, table_of
from .meanwhile import MOMENTS, Meanwhile
from .people import People
from .sky import Sky
from .story import START
from .truth import open_pieces
from .world import World

MOST_REQUESTS = 16
LATE = (*("late",) * 12, *("very late",) * 6, "lost reply", "503 after")
"""What befalls a create more often than the rest of what can go wrong."""


@dataclass
class Today:
    """What one run is to meet: by the number of the request, or by its operation."""

    run: Run
    by_number: dict[int, Behaviour | str] = field(default_factory=dict)
    by_operation: dict[str, list[Behaviour | str]] = field(default_factory=dict)
    short: ShortLists | None = None
    requests: int = 0
    reached: int = 0


class Weather(Sky):
    """Draws what each run meets, and lets the sandbox do it."""

    def __init__(self, world: World, cron: Cron, people: People) -> None:
        super().__init__(world)
        self.cron, self.meanwhile = cron, Meanwhile(world, cron, people)
        self.short_at = self.doubted_at = world.time.now() - timedelta(days=1)
        self.today: Today | None = None
        self.remembered: set[str] = set()
        self.hidden_once: set[int] = set()
        self._forgot = 0
        setattr(world.box.faults, "take", self._take)  # noqa: B010 - the sandbox asks here

    @property
    def is_restless(self) -> bool:
        """Whether cron should look again soon: something is under way."""
        return bool(self.pending or self.outage)

    # Runs

    def run(self, command: tuple[str, ...]) -> Run:
        """Run a command in this weather."""
        now = self.world.time.now()
        if self.outage is not None and now > self.outage.until:
            self._outage_ends()
        if self.clocks_until is not None and now > self.clocks_until and not self.pending:
            self._clocks_are_right()
        run = self.cron.run(*command, around=self._around)
        self._remember(run)
        for seen in run.seen if run.troubles else ():
            if seen.operation == "SaveInvoices":
                self._doubt(seen.body)
        return run

    def _remember(self, run: Run) -> None:
        """Note the codes that the ledger knows to have set: of their products absence is asked."""
        if self._forgot != self.world.ledger_forgot:
            self._forgot = self.world.ledger_forgot
            self.remembered.clear()
        if run.is_whole:
            self.remembered |= run.levels.keys()

    @contextmanager
    def _around(self, run: Run) -> Iterator[None]:
        with ExitStack() as stack:
            self.today = Today(run)
            if run.command in (PUSH, PULL):
                for context in self._drawn(self.today):
                    stack.enter_context(context)
            yield
        run.out = self._down_all_along(self.today)
        self.today = None

    def _down_all_along(self, today: Today) -> str:
        """Return the system that was down in this run, and was asked; else nothing."""
        return self.outage.system if self.outage and today.reached else ""

    def _drawn(self, today: Today) -> Iterator[AbstractContextManager[object]]:
        """Draw what a run meets; yield what it must run in."""
        chance = self.rng.random()
        if chance < (0.04 if self.is_storm else 0.02) and not self.is_quiet:
            self._somebody_comes(today)
            return
        if not self.storms:
            return
        if chance < 0.14:
            number, times = self.rng.randrange(1, MOST_REQUESTS), self.rng.choice((1, 1, 2, 30))
            name = self.rng.random()
            for each in range(number, number + times):
                today.by_number[each] = f"{name}"
        elif chance < 0.24 and today.run.command == PUSH:
            names = [*table_of("SaveInvoices"), *LATE]
            spoiled: list[Behaviour | str] = [""] * self.rng.randrange(2)
            spoiled.append(self.rng.choice(names))
            today.by_operation["SaveInvoices"] = spoiled
        elif chance < 0.28:
            yield self._death(today.run)
        elif chance < 0.29:
            self.met["disk full"] += 1
            self._note("the disk is full")
            today.run.troubles.append("disk full")
            yield full_disk(self.rng.randrange(0, 9))
        elif chance < 0.33 or (self.pending_doubt and chance < 0.6):
            today.short = self._short_lists(today.run)
        elif chance < 0.35:
            self.met["overlapping runs"] += 1
            today.by_number[self.rng.randrange(2, 8)] = self.meanwhile.a_second_run
        elif chance < 0.355 and today.run.command == PUSH:
            self.met["killed processes"] += 1
            today.run.dies_at = self.rng.randrange(1, 20)

    @property
    def pending_doubt(self) -> bool:
        """Whether a create had no clear answer within the last hours."""
        return self.world.time.now() - self.doubted_at < timedelta(hours=4)

    def _somebody_comes(self, today: Today) -> None:
        """Let somebody act while a run waits for an answer of its reads or writes."""
        operation, skip = self.rng.choice(MOMENTS[today.run.task])
        meanwhile = self.meanwhile
        is_create = operation == "SaveInvoices"
        if is_create and not self.meanwhile.people.happens(1, in_calm=0.25):
            return
        act = meanwhile.turns_round if is_create else meanwhile.somebody_acts
        today.by_operation[operation] = [*[""] * skip, act]

    @contextmanager
    def _death(self, run: Run) -> Iterator[None]:
        """Let the process die before its n-th request or commit, if it has so many."""
        with crash_before(self.rng.randrange(1, 45)):
            yield

    def _short_lists(self, run: Run) -> ShortLists | None:
        """Let the lists of a run lack what they showed before; never twice in three hours."""
        now, seen_at = self.world.time.now(), self._seen_at()
        if seen_at is None or self.pending or now - self.short_at < timedelta(hours=3):
            return None
        self.short_at = now
        known = {number: sale for sale in self.world.sales.values() for number in sale.ours}
        old = [
            number
            for number, order in self.world.erp.orders.items()
            if open_pieces(order)
            and order["registered"] < seen_at
            and number in known
            and known[number].now.status == "closed"
        ]
        doubted = [number for number, sale in known.items() if sale.in_doubt]
        # Two look-ups end a doubt: what both do not show, nobody can know.
        doubted = [number for number in doubted if number not in self.hidden_once]
        if run.command != PUSH or self.world.ledger_forgot > 0:
            # What no stock run has seen cannot be missed, nor what the ledger has forgotten.
            doubted = []
        self.hidden_once.update(doubted)
        hidden = set(self.rng.sample(old, k=min(len(old), 3))) | set(doubted)
        # Of a code that the ledger never set nobody knows which product it was on: an order of it
        # is blocked until the list has it again, and an expired product stands for it.
        # Nor is a product missed by anybody whose code came back since.
        back = {
            line.subject
            for line in self.world.tale[-200:]
            if line.at > seen_at and line.text.endswith("has its code again")
        }
        codes = [
            code
            for code in self.rng.sample(self.world.codes, k=3)
            if code.sku not in back
            and (
                getattr(code, self.world.field[0]) in self.remembered
                or (run.command != PUSH and not self.world.was_doubled(code))
            )
        ]
        self.met["short lists"] += 1
        run.troubles.append("short lists")
        self._note(f"lists lack {sorted(hidden)} and {[code.sku for code in codes]}")
        return ShortLists(self.world, hidden, {code.product_id for code in codes})

    def _seen_at(self) -> datetime | None:
        """Return when the last stock run began that saw all there is, and is remembered."""
        forgot = self.world.ledger_forgot
        since = self.world.tale[forgot - 1].at if forgot else START
        for run in reversed(self.cron.runs[-40:]):
            if run.task == "pull-stock" and run.is_whole and not run.troubles and not run.acted:
                return run.began if run.began > since else None
        return None

    # What the sandbox does

    def _take(self, operation: str) -> Behaviour | None:
        """Return what a request meets; the sandbox asks for each."""
        today = self.today
        if today is None:
            return None
        today.requests += 1
        if today.run.dies_at == today.requests:
            return self._kill
        system = "Le New Black" if is_rest(operation) else "24SevenOffice"
        if self.outage is not None and self.outage.system == system:
            today.reached += 1
            return self._noted(self.outage.name, operation, today.run)
        planned: Behaviour | str | None = today.by_number.get(today.requests)
        if planned is None and today.by_operation.get(operation):
            planned = today.by_operation[operation].pop(0)
        if callable(planned):
            return planned
        if planned:
            return self._noted(self._name(planned, operation), operation, today.run)
        return today.short.behaviour(operation) if today.short else None

    def _name(self, planned: str, operation: str) -> str:
        """Return the trouble of that name; a number stands for whichever fits the operation."""
        if planned in ("late", "very late") or planned in table_of(operation):
            return planned
        names = list(table_of(operation))
        return names[int(float(planned) * len(names))]

    def _noted(self, name: str, operation: str, run: Run) -> Behaviour:
        """Return what does a trouble of that name, and notes what comes of it."""
        self.met[name] += 1
        run.troubles.append(f"{name} at {operation}")

        def behave(exchange: Exchange) -> Reply:
            self._note(f"{name} at {operation}")
            if operation == "SaveInvoices":
                reference = self._doubt(exchange.call.body)
                if reference and name not in CLEAR:
                    run.doubts.append(reference)
                if reference and name == "API exception":
                    self.world.sales[reference].was_refused = True
                if name in ("late", "very late"):
                    self._put_off(exchange, reference, very=name == "very late")
            return table_of(operation)[name](exchange)

        return behave

    def _doubt(self, body: bytes) -> str:
        """Note that an order may or may not be there; return its reference."""
        reference = reference_in(body)
        self.doubted_at = self.world.time.now()
        if reference in self.world.sales:
            self.world.sales[reference].in_doubt = True
        return reference

    def _kill(self, exchange: Exchange) -> Reply:
        """Let the process die now, the request carried out or not; a SIGKILL leaves no answer."""
        if self.rng.random() < 0.5:
            exchange.apply()
        self._doubt(exchange.call.body)
        self.cron.kill()
        exchange.drop()

    def _put_off(self, exchange: Exchange, reference: str, *, very: bool) -> None:
        """Give no answer now, and create the order within the grace time, or after it."""
        minutes = self.rng.uniform(17, 70) if very else self.rng.uniform(1, 13)
        if very:
            self.world.sales[reference].surplus += 1
        self.pending.append(reference)
        exchange.put_off()
        self.world.at_time(60 * minutes, self._come)
        exchange.drop()
