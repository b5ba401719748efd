"""What people were mailed: each sentence once while it stands, whole, and in time."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

from .cron import MORNING, Run
from .verdict import Verdict
from .world import World

ONCE = "no sentence is told twice while it stands"
WHOLE = "each mail is whole, and holds what a person can read"
HEARD = "what fails for an hour is told, and so is its end"
IN_DOUBT = "an order in doubt is told at once"
CALM = "a calm day has no failure and no guard"
ONE = "one run at a time: a second one ends with 75"
SIZE = "sizes and times stay bounded"
LONG_SECONDS = 10.0
SUBJECTS = re.compile(r"\b7\d{4}\b|\b\d{13}\b|NL\d{4}[-\w]*")
UNFIT = ("Traceback", "fault in lnb24so", "Decimal(", "datetime.", "<Element", "unexpected error")
LASTING = timedelta(hours=1)


class Mails:
    """Looks at what each run printed, which cron mails."""

    def __init__(self, world: World, verdict: Verdict) -> None:
        self.world, self.verdict = world, verdict
        self.kept: list[Run] = []
        self.told: dict[tuple[bool, str], int] = {}
        self.other: list[Run] = []
        self._unseen = {True: 0, False: 0}
        self.kinds = Counter[str]()
        self._failing: dict[str, datetime] = {}

    def after(self, run: Run, newly_blocked: int) -> None:
        """Judge one run that blocked so many orders anew, and its mail if it made one."""
        for reader in self._unseen:
            self._unseen[reader] += newly_blocked
        if run.mail and run.is_a_cron_job:
            self.kept.append(run)
            self._mail(run)
            if not self._unseen[run.command == MORNING]:
                self.other.append(run)
            self._unseen[run.command == MORNING] = 0
        if self.world.story.weather == "calm" and run.is_a_cron_job:
            held = run.code == 4 and ("not sent" in run.mail or "orders wait" in run.mail)
            if run.code in (None, 1, 2, 75) or held:
                text = f"{' '.join(run.command)} ends with {run.code}: {run.mail!r}"
                self.verdict.broken(CALM, f"run {run.number}", run, text)
        for reference in run.doubts:
            stands = any(reference in one.mail for one in self.kept[-6:])
            if run.code is not None and not stands and run.is_a_cron_job:
                text = f"no clear answer to its create, and the mail says {run.mail!r}"
                self.verdict.broken(IN_DOUBT, reference, run, text)
        for code in run.overlapped:
            if code != 75:
                self.verdict.broken(ONE, f"run {run.number}", run, f"the second ended with {code}")
        if run.seconds > LONG_SECONDS:
            self.verdict.broken(SIZE, f"run {run.number}", run, f"took {run.seconds:.1f} s")
        self._failure_is_heard(run)

    def _mail(self, run: Run) -> None:
        lines = [line.strip() for line in run.mail.splitlines() if line.strip()]
        for line in lines:
            if any(words in line for words in UNFIT):
                self.verdict.broken(WHOLE, f"run {run.number}", run, line)
            self.kinds[re.sub(r"[\d,.:()\-]+", "#", line)[:60]] += 1
        twice = [line for line, count in Counter(lines).items() if count > 1]
        again = [line for line in lines if self._stands(line, run)]
        for line in {*twice, *again}:
            subject = next(iter(SUBJECTS.findall(line)), "a mail")
            self.verdict.broken(ONCE, subject, run, line)
        # A ledger without room keeps no note of what was told: better twice than never.
        if "disk full" in run.troubles:
            return
        # The morning mail repeats once what the runs told since it last spoke.
        for line in lines:
            self.told[run.command == MORNING, line] = len(self.world.tale)

    def _stands(self, line: str, run: Run) -> bool:
        """Return whether a line was told before, and nothing happened since to what it names."""
        before = self.told.get((run.command == MORNING, line))
        if before is None or (run.command == MORNING and line.startswith("Standing:")):
            return False
        if self.world.ledger_forgot > before:
            return False
        things = [*SUBJECTS.findall(line), "the weather"]
        by_code = {code.ean13: code.sku for code in self.world.codes}
        touched = [self.world.touched.get(by_code.get(one, one), -1) for one in things]
        return max(touched) < before

    def _failure_is_heard(self, run: Run) -> None:
        """Judge that a system which fails every run for over an hour is told once."""
        if run.task not in ("push-orders", "pull-stock") or run.code in (None, 75):
            return
        if not run.out:
            asked = {one.system for one in run.seen}
            for system, name in (("erp", "24SevenOffice"), ("lnb", "Le New Black")):
                if run.code in (0, 3, 4) and system in asked:
                    self._failing.pop(name, None)
            return
        system = run.out
        since = self._failing.setdefault(system, run.began)
        heard = any(system in one.mail for one in self.kept if one.began >= since)
        if run.code == 1 and run.began - since > LASTING and not heard:
            text = f"{system} has failed since {since:%H:%M}, and nobody was told"
            self.verdict.broken(HEARD, system, run, text)
