"""Reconcile: read everything, compare, tell what stands, and end with the proof.

It writes to neither system. The ledger takes only what was told, and what a person took as known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from lnb24so.commands.resolve import decided_by
from lnb24so.config.schema import Config
from lnb24so.errors import Lnb24soError
from lnb24so.ledger.acknowledged import Acknowledged, acknowledge
from lnb24so.ledger.standing import Key, Standing, standing, write_standing
from lnb24so.ledger.store import Ledger
from lnb24so.news import named
from lnb24so.process.lock import run_lock
from lnb24so.reasons import sentence
from lnb24so.run import Mode, Parts, Report, run
from lnb24so.screen.report import print_json, print_lines, print_plain
from lnb24so.screen.sheet import csv_lines
from lnb24so.texts import count
from lnb24so.tools import Tools

from .compare import Rules, judge
from .period import By, Period, month_of, since
from .proof import add_up, proof_document, proof_line
from .reading import read_sides
from .table import COLUMNS, finding_document, row_document, rows
from .types import Finding, Line

AREA = "reconcile"
"""Where the ledger notes what was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked: a month (its first day) by confirmation or invoice, or all since a day."""

    month: date | None = None
    by: By = "confirmed"
    since: date | None = None
    as_csv: bool = False
    as_json: bool = False
    note: str | None = None
    quiet: bool = False

    def period(self, config: Config, now: datetime) -> Period:
        """Return the days that it is about."""
        zone = config.erp.zone
        if self.month is not None:
            return month_of(self.month, zone, self.by)
        return since(self.since, zone, now)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a reconciliation came to; `looked_at` are the references that it was about."""

    period: Period
    own_currency: str
    lines: Sequence[Line]
    findings: Sequence[Finding]
    unread: Sequence[str]
    looked_at: frozenset[str]

    @property
    def standing(self) -> list[Finding]:
        """Return what nobody took as known."""
        return [one for one in self.findings if not one.is_known]


def reconcile(config: Config, mode: Mode, options: Options) -> int:
    """Print what the three places do not agree on, and the proof; return 3 where anything stands.

    With a note, what stands is taken as known. Raises as `run` does.
    """
    comparisons: list[Comparison] = []

    def compare(tools: Tools) -> Parts:
        comparison = find(tools, options.period(config, tools.clock.now()))
        comparisons.append(comparison)
        if options.note is not None:
            _take_as_known(tools, comparison, options.note)
        stands = bool(comparison.standing or comparison.unread) and options.note is None
        return Parts(exit_code=3 if stands else 0)

    report = run(config, mode, compare)
    (comparison,) = comparisons
    if options.as_json:
        print_json(document(report, comparison, config))
    elif options.as_csv:
        sheet = rows(comparison.lines, comparison.own_currency, config.erp.zone)
        print_plain(csv_lines(COLUMNS, sheet))
    elif options.note is not None:
        print_lines([f"{count(len(comparison.standing), 'finding')} taken as known."])
    else:
        print_lines(plain_lines(comparison, _new(config, mode, comparison), quiet=options.quiet))
    return report.exit_code


def find(tools: Tools, period: Period) -> Comparison:
    """Return what the three places say of a period; raises as `read_sides` does."""
    sides = read_sides(tools, period)
    rules = Rules(tools.config.orders, tools.clock.now(), sides.own_currency, sides.knows_orders)
    verdicts = [judge(trio, rules) for trio in sides.trios]
    unread = [f"{name}: was not compared. {why}" for name, why in sides.unread.items()]
    return Comparison(
        period=period,
        own_currency=sides.own_currency,
        lines=[line for verdict in verdicts for line in verdict.lines],
        findings=[finding for verdict in verdicts for finding in verdict.findings],
        unread=unread,
        looked_at=frozenset(trio.reference for trio in sides.trios),
    )


def plain_lines(comparison: Comparison, new: Iterable[Finding], *, quiet: bool) -> list[str]:
    """Return what is new, then in one line what was told before, then the proof.

    With `quiet` what is new, and nothing else.
    """
    answer = [sentence(one.reference, one.reason) for one in new]
    if quiet:
        return answer + list(comparison.unread)
    before = len(comparison.standing) - len(answer)
    if before:
        every = [Standing(one.reference, one.reason.code, "") for one in comparison.standing]
        answer.append(
            f"Standing: {before:,} told before, {len(every):,} in all {named(every)}. "
            "See: lnb24so -v reconcile"
        )
    answer += comparison.unread
    proof = [proof_line(one, comparison.period.by) for one in add_up(comparison.lines)]
    return answer + (proof or [f"No orders from {comparison.period.begin} on."])


def document(report: Report, comparison: Comparison, config: Config) -> dict[str, object]:
    """Return everything for `--json`; what was taken as known is counted only."""
    period = comparison.period
    return {
        "task": "reconcile",
        "run_id": report.run_id,
        "by": period.by,
        "from": period.begin.isoformat(),
        "until": period.end.isoformat() if period.end else None,
        "findings": [finding_document(one) for one in comparison.standing],
        "acknowledged": len(comparison.findings) - len(comparison.standing),
        "not_compared": list(comparison.unread),
        "months": [proof_document(one, period.by) for one in add_up(comparison.lines)],
        "orders": [
            row_document(row)
            for row in rows(comparison.lines, comparison.own_currency, config.erp.zone)
        ],
        "exit_code": report.exit_code,
    }


def _take_as_known(tools: Tools, comparison: Comparison, note: str) -> None:
    now, who = tools.clock.now(), decided_by("", os.environ)
    acknowledge(
        tools.ledger,
        [
            Acknowledged(one.reference, one.reason.code, one.mark, now, who, note)
            for one in comparison.standing
        ],
    )


def _new(config: Config, mode: Mode, comparison: Comparison) -> list[Finding]:
    """Return what was not told before, noting it under the lock, off a terminal.

    On a terminal, with `-v`, and where the lock or the ledger cannot be had, that is everything.
    """
    if sys.stdout.isatty() or mode.everything:
        return comparison.standing
    try:
        with (
            run_lock(config.paths.state, "reconcile", mode.clock),
            closing(Ledger.open(config.paths.state, "", mode.clock)) as ledger,
        ):
            before = {one.key for one in standing(ledger, AREA)}
            new = [one for one in comparison.standing if _key(one) not in before]
            now = mode.clock.now()
            stands = set(map(_key, comparison.standing))
            ended = [key for key in before - stands if key[0] in comparison.looked_at]
            write_standing(ledger, AREA, [_told(one, now) for one in new], ended)
            return new
    except Lnb24soError:
        return comparison.standing


def _key(finding: Finding) -> Key:
    return finding.reference, finding.reason.code


def _told(finding: Finding, now: datetime) -> Standing:
    message = sentence(finding.reference, finding.reason)
    return Standing(*_key(finding), message, since=now, told=now)
