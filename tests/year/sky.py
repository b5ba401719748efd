"""What befalls whole days: outages, clocks that jump, sessions that end, a ledger that is lost."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .book import read_book
from .faulty import OUTAGES
from .world import World

THING = "the weather"


@dataclass
class Outage:
    """A system that is down until a moment, each request in the same way."""

    system: str
    name: str
    until: datetime


class Sky:
    """The weather of the days; `met` counts what befell them and their runs, by kind."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self.met = Counter[str]()
        self.storms = self.is_storm = world.story.weather == "storm"
        self.is_quiet = False
        self.outage: Outage | None = None
        self.pending: list[str] = []
        self.clocks_until: datetime | None = None
        self.copy: Path | None = None

    def day(self) -> None:
        """Draw what this day brings."""
        if not self.storms:
            return
        if self.rng.random() < 0.17:
            self._outage_begins()
        if self.rng.random() < 0.10:
            self._clocks_jump()
        if self.rng.random() < 0.3:
            self.world.erp.end_sessions()
            self._note("sessions end")
        if self.rng.random() < 0.02:
            self._ledger(lost=self.rng.random() < 0.4)

    def ends(self) -> None:
        """Let all be well from now on: what was late comes, the clocks are right again."""
        self.storms, self.is_quiet = False, True
        self._come()
        self._outage_ends()
        self._clocks_are_right()

    def begins(self) -> None:
        """Let the weather come back; the state folder is copied, as a backup."""
        self.storms, self.is_quiet = self.is_storm, False
        state = self.world.paths.state
        if self.is_storm and state.exists():
            self.copy = state.with_name("backup")
            shutil.rmtree(self.copy, ignore_errors=True)
            shutil.copytree(state, self.copy)

    def _outage_begins(self) -> None:
        system = self.rng.choice(list(OUTAGES))
        name = self.rng.choice(OUTAGES[system])
        now = self.world.time.now()
        until = now + timedelta(hours=self.rng.uniform(3, 16))
        self.outage = Outage(system, name, until)
        self._note(f"outage of {system}: {name} until {until:%H:%M}")
        self.met["outage"] += 1

    def _outage_ends(self) -> None:
        if self.outage is not None:
            self._note(f"{self.outage.system} works again")
        self.outage = None

    def _clocks_jump(self) -> None:
        if self.pending:
            return
        which = self.rng.choice(("the tool's", "Le New Black's", "24SevenOffice's"))
        span = timedelta(minutes=self.rng.choice((-600, -45, -4, 4, 45, 600)))
        if which == "the tool's":
            self.world.time.tool_ahead = span
        elif which == "Le New Black's":
            self.world.lnb.clock_ahead = span / 10
        else:
            self.world.erp_ahead = span / 10
        self.clocks_until = self.world.time.now() + timedelta(hours=self.rng.uniform(2, 40))
        self.met["clock jumps"] += 1
        self._note(f"{which} clock jumps by {span}")

    def _clocks_are_right(self) -> None:
        if self.clocks_until is not None:
            self._note("the clocks are right again")
        self.world.time.tool_ahead = self.world.lnb.clock_ahead = timedelta(0)
        self.world.erp_ahead, self.clocks_until = timedelta(0), None

    def _ledger(self, *, lost: bool) -> None:
        """Lose the state folder, or put the last copy back in its place."""
        state = self.world.paths.state
        shutil.rmtree(state, ignore_errors=True)
        if not lost and self.copy is not None:
            shutil.copytree(self.copy, state)
        for reference in self.pending:
            self.world.sales[reference].conceded.add("the ledger was lost while a create was late")
        for sale in self.world.live():
            if sale.now.status == "blocked":
                # Nobody else knows why it stands there: a person has to take it up again.
                self.met["blocked by a ledger that is gone"] += 1
                self.world.change(sale.reference, "taken up again", status="invoicing")
        what = "lost" if lost or self.copy is None else "restored from a copy"
        self.met[f"ledger {what}"] += 1
        self.world.note("the ledger", what)
        self.world.ledger_forgot = len(self.world.tale)
        self.world.remembered = read_book(state)

    def _note(self, text: str) -> None:
        self.world.note(THING, text)

    def _come(self) -> None:
        """Carry out what was put off."""
        self.pending.clear()
        self.world.box.release_late()
