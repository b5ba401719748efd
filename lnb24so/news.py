"""What is worth telling a person: each thing once, and what has one cause in one line.

A thing is a subject (an order, a code, a system, a task) with a code of a closed list. It is
news when a run finds it first, and ends when a run that looked no longer finds it. Texts that
vary, such as ids and times in a server's sentence, make no news. The ledger remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .clock import Zone
from .ledger.standing import PIECES, Key, Standing, standing, write_standing
from .ledger.store import Ledger
from .money import sums_text
from .reasons import ORDER_REASONS, STOCK_REASONS
from .texts import count, first_of

LASTING = timedelta(hours=1)
"""A failure that a later run may overcome is told when it has lasted so long."""

FEW = 5
"""More than this with one code in one run, and they are told in one line."""

FAILURES = "failures"
"""The area of what fails in a system, whichever task meets it."""


@dataclass(slots=True)
class News:
    """The news of one run; `tell` says one sentence.

    With `everything`, as on a terminal, also what was told before is told. A run that does not
    remember (one that writes nothing) notes nothing and tells everything.
    """

    ledger: Ledger
    now: Callable[[], datetime]
    zone: Zone
    tell: Callable[[str], None]
    remembers: bool
    everything: bool
    _told: set[Key] = field(default_factory=set)
    _failures: dict[Key, tuple[Standing, bool]] = field(default_factory=dict)

    def at_once(self, area: str, one: Standing) -> None:
        """Tell a thing now, where it is news, instead of at the end of the run."""
        known = {other.key for other in standing(self.ledger, area)}
        if one.key not in self._told and (self.everything or one.key not in known):
            self.tell(one.message)
        self._told.add(one.key)

    def said(self, one: Standing) -> None:
        """Note that a thing was told already, in other words."""
        self._told.add(one.key)

    def found(
        self, area: str, found: Iterable[Standing], read: Collection[str] | None = None
    ) -> set[Key]:
        """Tell and note what is new of what a run found; return the keys of what is new.

        `read` are the subjects that the run looked at, None for all: what it no longer finds of
        them ends.
        """
        before = {one.key: one for one in standing(self.ledger, area)}
        time = self.now()
        now = {one.key: _again(one, before.get(one.key), time) for one in found}
        now = {key: replace(one, told=one.told or time) for key, one in now.items()}
        new = now.keys() - before.keys()
        told = [one for key, one in now.items() if key not in self._told]
        told = [one for one in told if self.everything or one.key in new]
        gone = before.keys() - now.keys()
        ended = [key for key in gone if read is None or key[0] in read]
        stands = {key: one for key, one in (before | now).items() if key not in ended}
        for line in lines(told, stands.values()):
            self.tell(line)
        if self.remembers:
            changed = [one for key, one in now.items() if one != before.get(key)]
            write_standing(self.ledger, area, changed, ended)
        return set(new)

    def guard(self, task: str, code: str, sentence: str | None) -> None:
        """Tell the sentence of a guard that holds a task, once; None: it holds no more."""
        self.found(code, [] if sentence is None else [Standing(task, code, sentence)], [task])

    def failed(self, system: str, code: str, message: str, *, at_once: bool = False) -> None:
        """Note that a system failed this run, or a part of it; `finish` says whether to tell."""
        self._failures.setdefault((system, code), (Standing(system, code, message), at_once))

    def finish(self, asked: Collection[str], moved: str) -> dict[Key, str]:
        """Settle the failures: tell what is over, and return the sentences of what is news.

        `asked` are the systems that answered this run; `moved` says what it carried.
        """
        now, sentences = self.now(), {}
        before = {one.key: one for one in standing(self.ledger, FAILURES)}
        kept = []
        for key, (failure, at_once) in self._failures.items():
            one = _again(failure, before.get(key), now)
            lasting = one.since is not None and now - one.since >= LASTING
            is_news = (at_once or lasting) and one.told is None
            if is_news or self.everything:
                sentences[key] = one.message
            if is_news and lasting and one.since is not None:
                since = self.zone.text(one.since, now)
                sentences[key] = f"{one.message} It has failed since {since}."
            kept.append(replace(one, told=now if is_news else one.told))
        well = {system for system in asked if not any(key[0] == system for key in self._failures)}
        for system in sorted(well):
            over = [one for one in before.values() if one.subject == system]
            if any(one.told for one in over):
                self.tell(self._works_again(system, over, moved))
        if self.remembers:
            ended = [key for key in before if key[0] in well]
            changed = [one for one in kept if one != before.get(one.key)]
            write_standing(self.ledger, FAILURES, changed, ended)
        return sentences

    def _works_again(self, system: str, over: Sequence[Standing], moved: str) -> str:
        now = self.now()
        since = min(one.since for one in over if one.since is not None)
        spell = f"from {self.zone.text(since, now)} to {self.zone.text(now, now)}"
        return f"{system} works again. It failed {spell}; since then {moved}."


def _again(one: Standing, before: Standing | None, now: datetime) -> Standing:
    """Return what was found with the times of what stood already."""
    if before is None:
        return replace(one, since=now)
    return replace(one, since=before.since, told=before.told, mailed=before.mailed)


def lines(told: Sequence[Standing], stands: Iterable[Standing]) -> list[str]:
    """Return the lines that tell of some things, those of one cause together; pure.

    `stands` is all that stands now: the line of a cause counts it too.
    """
    stands = list(stands)
    by_cause: dict[str, list[Standing]] = {}
    by_code: dict[str, list[Standing]] = {}
    for one in told:
        for cause in one.causes:
            by_cause.setdefault(cause, [])
        if not one.causes:
            by_code.setdefault(one.code, []).append(one)
    for one in stands:
        for cause in by_cause.keys() & one.causes.keys():
            by_cause[cause].append(one)
    # What is alone with two causes is one sentence about both.
    result = [*dict.fromkeys(line_of_cause(*each) for each in by_cause.items())]
    for code, every in by_code.items():
        if len(every) <= FEW:
            result += [one.message for one in every]
        else:
            what = ORDER_REASONS.get(code) or STOCK_REASONS.get(code, code)
            result.append(f"{counted(every)}: {what} {named(every)}. See: lnb24so status")
    return result


def line_of_cause(cause: str, every: Sequence[Standing], *, oldest: str = "") -> str:
    """Return one line about all that has a cause; `oldest` says for how long it stands, if told."""
    if len(every) == 1:
        return every[0].message
    number = counted(every) if oldest else f"now {counted(every)}"
    what = ", ".join(filter(None, (number, money(every), oldest)))
    fix = every[0].causes.get(cause, "")
    fix = f" Fix: {fix}" if fix else ""
    return f"{cause}: {what} {named(every)}.{fix}"


def money(every: Iterable[Standing]) -> str:
    """Return what some orders come to, `340,000.00 NOK and 120.00 EUR`; of codes, the pieces."""
    every = list(every)
    pieces = [one.amount or 0 for one in every if one.currency == PIECES]
    if pieces:
        return f"{sum(pieces):,} {PIECES}"
    return sums_text((one.amount, one.currency) for one in every)


def counted(every: Sequence[Standing]) -> str:
    """Return `12 orders`, or codes where it is about stock."""
    noun = "code" if every[0].code in STOCK_REASONS else "order"
    return count(len({one.subject for one in every}), noun)


def named(every: Sequence[Standing]) -> str:
    """Return the first of them, `(70101, 70102, 70107 ...)`."""
    subjects = list(dict.fromkeys(one.subject for one in every))
    return f"({first_of(subjects)})"


def went_through(summary: Mapping[str, int]) -> str:
    """Return what a run moved: `12 orders and 40 levels went through`."""
    orders = summary.get("created", 0) + summary.get("adopted", 0)
    counts = {"order": orders, "level": summary.get("set", 0)}
    moved = [count(number, noun) for noun, number in counts.items() if number]
    return f"{' and '.join(moved)} went through" if moved else "nothing was due"
