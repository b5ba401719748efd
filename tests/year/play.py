"""Play one story: a year of days, with cron, people, seasons and weather, judged all along."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from lnb24so.sandbox import Sandbox

from .book import read_book, size_of
from .clerk import Clerk
from .cron import MORNING, NIGHT, PULL, PUSH, Cron, Run
from .judge import Judge
from .mails import SIZE, Mails
from .mutants import planted
from .people import People
from .proof import FEW, Proof, few_mails
from .seasons import Seasons
from .shelf import Shelf
from .story import Story
from .verdict import Verdict, Violation
from .weather import Weather
from .world import World

NOOP = "a second run does nothing"
QUARTER = timedelta(minutes=15)
OSLO = ZoneInfo("Europe/Oslo")


@dataclass
class Played:
    """What came of a story: its figures, its violations, and their stories in words."""

    story: Story
    violations: list[Violation] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    fingerprint: str = ""


class Play:
    """One story on its way."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story = story
        self.days = 0
        self.world = World(story, folder)
        self.verdict = Verdict(self.world)
        self.cron = Cron(self.world)
        self.people = People(self.world)
        self.seasons = Seasons(self.world, self.people)
        self.weather = Weather(self.world, self.cron, self.people)
        self.judge = Judge(self.world, self.verdict)
        self.shelf = Shelf(self.world, self.verdict)
        self.mails = Mails(self.world, self.verdict)
        self.proof = Proof(self.world, self.cron, self.verdict)
        self.clerk = Clerk(self.world, self.cron, self.judged)

    def year(self, until: float = inf) -> None:
        """Play all days, and a quiet time at the end of each fortnight and of the story.

        It ends early where too much is broken, and where this machine's clock is past `until`.
        """
        for day in range(self.story.days):
            self.day(day)
            self.days = day + 1
            is_last = self.days == self.story.days or time.perf_counter() > until
            if day % 14 == 13 or is_last:
                self.quiet()
            if is_last or self.verdict.is_over:
                break
        if self.verdict.is_over:
            return
        self.proof.holds()
        many = few_mails(self.days, len(self.world.sales), len(self.mails.other))
        if self.story.weather == "calm" and many:
            self.verdict.broken(FEW, "mails", None, many)

    def day(self, day: int) -> None:
        """Play one day: night, morning, some scenes, evening."""
        world = self.world
        local = world.time.now().astimezone(OSLO)
        weekday = local.weekday() < 5
        self.weather.day()
        self.until(3, 20)
        if day % 2:
            self.run(NIGHT)
        if weekday:
            self.until(7, 30)
            self.run(MORNING)
            self.clerk.morning()
        self.seasons.day(day, self.story.days)
        for hour in (9, 12, 15) if weekday else (11,):
            self.until(hour + world.rng.randrange(2), world.rng.randrange(60))
            for _ in range(world.rng.randrange(4, 11)):
                self.people.something()
                world.time.move(world.rng.randrange(5, 90))
            self.pair()
            # Who waits for an order in doubt looks again and again, cron too.
            while self.weather.is_restless and world.rng.random() < (
                0.9 if self.weather.pending else 0.6
            ):
                self.pair()
        self.until(23, 59)
        world.time.move(120)

    def until(self, hour: int, minute: int) -> None:
        """Let time pass until this time of the day in Oslo; it may be over already."""
        now = self.world.time.now().astimezone(OSLO)
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.world.time.move(max(0.0, (then.timestamp() - now.timestamp())))

    def pair(self) -> None:
        """Let the next quarter of an hour come, and cron with it: orders first, then stock."""
        now = self.world.time.now()
        past = timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
        self.world.time.move((QUARTER - past).total_seconds())
        self.run(PUSH)
        self.world.time.move(4)
        self.run(PULL)
        if self.weather.pending and self.world.rng.random() < 0.5:
            # Somebody reads that an order is in doubt, and does not wait.
            for minutes in (2, 4):
                self.world.time.move(60 * minutes)
                self.run(PUSH)

    def run(self, command: tuple[str, ...]) -> Run:
        """Run a command in today's weather, and judge it."""
        run = self.weather.run(command)
        self.judged(run)
        return run

    def judged(self, run: Run) -> None:
        """Judge a run, whoever began it."""
        newly_blocked = self.judge.after(run)
        self.shelf.after(run)
        self.mails.after(run, newly_blocked)

    def quiet(self) -> None:
        """Let the weather end, and grace, two runs and the second look pass: all must be well."""
        self.weather.ends()
        for minutes in (20, 15, 75, 15):
            self.world.time.move(60 * minutes)
            self.pair()
            self.clerk.let_through()
        self.judge.settled()
        self.clerk.morning(everything=True)
        for _ in range(2):
            self.pair()
        self.idle()
        self.judge.settled()
        self._sizes()
        self.weather.begins()

    def idle(self) -> None:
        """Run once more, with nothing to do."""
        state = self.world.paths.state
        before = read_book(state, everything=True)
        levels = {sku: row["in_stock"] for sku, row in self.world.lnb.inventory.items()}
        for command in (PUSH, PULL):
            run = self.run(command)
            wrote = [one.operation for one in run.writes]
            if command == PULL and self.story.lnb_mode == "time_based":
                wrote = [one for one in wrote if "inventory" not in one]
            if run.code != 0 or run.mail or wrote:
                text = f"{run.command} ends with {run.code}, writes {wrote}, mails {run.mail!r}"
                self.verdict.broken(NOOP, run.task, run, text)
        if before != read_book(state, everything=True):
            self.verdict.broken(NOOP, "the ledger", None, "the ledger says something else now")
        if levels != {sku: row["in_stock"] for sku, row in self.world.lnb.inventory.items()}:
            self.verdict.broken(NOOP, "levels", None, "the levels are others now")

    def _sizes(self) -> None:
        paths = self.world.paths
        orders, runs = len(self.world.sales), len(self.cron.runs)
        most = 300_000 + 12_000 * orders + 1_500 * runs
        if size_of(paths.state) > most:
            text = f"the ledger has {size_of(paths.state):,} bytes for {orders} orders"
            self.verdict.broken(SIZE, "the ledger", None, text)
        if size_of(paths.logs) > 300_000 + 20_000 * orders + 8_000 * runs:
            text = f"the logs have {size_of(paths.logs):,} bytes for {runs} runs"
            self.verdict.broken(SIZE, "the logs", None, text)


def play(story: Story, *, minutes: float = inf) -> Played:
    """Play a story from its first day to its last, or until too much is broken, or so long."""
    memory = Path("/dev/shm")
    began = time.perf_counter()
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        one = Play(story, Path(folder))
        with stopping(one.world.box), one.cron.running(), planted(story.mutant):
            one.year(began + 60 * minutes)
        result = Played(story, list(one.verdict.violations.values()))
        result.words = [each.words(one.world) for each in result.violations]
        result.figures = figures(one, time.perf_counter() - began)
        result.mails = [
            f"{each.began:%Y-%m-%d %H:%M} {' '.join(each.command)}, {each.code}"
            f"{' (other)' * (each in one.mails.other)}: {each.mail}"
            for each in one.mails.kept
        ]
        result.fingerprint = fingerprint(one)
        shutil.rmtree(one.world.paths.state, ignore_errors=True)
    return result


@contextmanager
def stopping(box: Sandbox) -> Iterator[None]:
    """Let both systems end with the block; the world has started them."""
    try:
        yield
    finally:
        box.stop()


def fingerprint(one: Play) -> str:
    """Return a text that two plays of one story share."""
    from hashlib import sha256

    tale = "\n".join(f"{line.at} {line.subject} {line.text}" for line in one.world.tale)
    return sha256(tale.encode()).hexdigest()[:16]


def figures(one: Play, seconds: float) -> dict[str, object]:
    """Return what is counted of a story."""
    paths, runs = one.world.paths, one.cron.runs
    return {
        "days": one.days,
        "mode": one.story.lnb_mode,
        "runs": len(runs),
        "orders": len(one.world.sales),
        "in 24SevenOffice": sum(bool(sale.there) for sale in one.world.sales.values()),
        "troubles": dict(one.weather.met),
        "kills": sum(each.code is None for each in runs),
        "mails": len(one.mails.kept),
        "mails of no new block": len(one.mails.other),
        "guards": sum(each.code == 4 and "not sent" in each.mail for each in runs),
        "decisions": one.clerk.decisions,
        "conceded": dict(one.verdict.conceded),
        "too low, why": dict(one.shelf.reasons),
        "slowest run": round(max(each.seconds for each in runs), 2),
        "ledger": size_of(paths.state),
        "logs": size_of(paths.logs),
        "seconds": round(seconds),
    }
