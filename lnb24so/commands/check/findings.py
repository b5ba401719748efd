"""What `lnb24so check` found, one sentence at a time, and how it looks.

In lines that fit on a terminal, one plain line for each finding elsewhere, or JSON.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

import click

from lnb24so.errors import Interrupted, Lnb24soError
from lnb24so.process.streams import fit, printing
from lnb24so.run import Report
from lnb24so.screen.tables import screen_width, wrap
from lnb24so.texts import count, shown

T = TypeVar("T")
Level = Literal["ok", "warning", "error"]

EXAMPLES = 3
"""As many details are shown; `--json` has them all."""

LEVELS: Mapping[Level, str] = {"ok": "green", "warning": "yellow", "error": "red"}
"""With the colour of each on a terminal."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One code, customer or other thing, by its names in the two systems; `note` says more."""

    item: str
    erp: str = ""
    lnb: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: the fact, the setting, the fix. `details` are all the things that it counts."""

    level: Level
    name: str
    message: str
    details: Sequence[Pair] = ()


class Findings:
    """The findings so far; `say` hears what is being looked at."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.all: list[Finding] = []
        self._say = say

    @property
    def exit_code(self) -> int:
        """Return 3 where something is wrong, else 0; a warning is not wrong."""
        return 3 if any(finding.level == "error" for finding in self.all) else 0

    def add(self, level: Level, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note a finding."""
        self.all.append(Finding(level, name, message, details))

    def ok(self, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note what is as it should be."""
        self.add("ok", name, message, details)

    def warn(self, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note what costs some orders or levels."""
        self.add("warning", name, message, details)

    def error(self, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note what is wrong."""
        self.add("error", name, message, details)

    def flaws(self, name: str, fact: str, cost: str, flaws: Sequence[Pair]) -> None:
        """Note a fact, and where flaws were found, what they cost and how to mend them."""
        if flaws:
            self.warn(name, fact + cost, flaws)
        else:
            self.ok(name, f"{fact}.")

    def attempt(self, name: str, read: Callable[[], T], *, setting: str) -> T | None:
        """Return what `read` returns; where it fails, note why and the setting, and return None."""
        self._say(name)
        try:
            return read()
        except Interrupted:
            raise
        except Lnb24soError as error:
            message = str(error)
            # What names the setting to correct needs no guess of ours.
            if setting not in message and not re.search(r"Fix: correct [a-z0-9]+\.", message):
                message = f"{ended(message)} Check {setting}."
            self.error(name, message)
            return None


def ended(text: str) -> str:
    """Return a text as a whole sentence, so that another one may follow."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def few(items: Sequence[str], most: int = 8) -> str:
    """Return `NOK, EUR, SEK`, cut short where there are many, and `none` where there are none."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more or "none"


# How they look


def check_document(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings for `--json`, each with all its details."""
    return {
        "task": report.task,
        "run_id": report.run_id,
        "company": asdict(report.company) if report.company else None,
        "findings": [
            {**asdict(finding), "details": [_by_system(pair) for pair in finding.details]}
            for finding in findings
        ],
        "summary": _summary(findings),
        "exit_code": report.exit_code,
    }


def _by_system(pair: Pair) -> dict[str, str]:
    return {"item": pair.item, "24sevenoffice": pair.erp, "lenewblack": pair.lnb, "note": pair.note}


def _summary(findings: Sequence[Finding]) -> dict[str, int]:
    levels = Counter(finding.level for finding in findings)
    return {level: levels[level] for level in LEVELS}


@printing()
def show_check(findings: Sequence[Finding]) -> None:
    """Print the findings for people."""
    if sys.stdout.isatty():
        for line in _on_a_terminal(findings):
            click.echo(line)
    else:
        for finding in findings:
            message, examples = finding.message, "; ".join(_examples(finding))
            if examples:
                message = f"{ended(message)} First: {examples}"
            click.echo(fit(f"{finding.level} {finding.name}: {message}"))
    levels = _summary(findings)
    errors, warnings = count(levels["error"], "error"), count(levels["warning"], "warning")
    click.echo(f"Check: {errors}, {warnings}, {levels['ok']} ok.")


def _examples(finding: Finding) -> list[str]:
    """Return the first details of a finding that asks for something to be done."""
    if finding.level == "ok":
        return []
    return [_example(pair) for pair in finding.details[:EXAMPLES]]


def _example(pair: Pair) -> str:
    names = " = ".join(shown(name) for name in (pair.erp, pair.lnb) if name)
    item = f"{pair.item} {names}".strip()
    return f"{item} ({pair.note.rstrip('.')})" if pair.note else item


def _on_a_terminal(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the findings in lines that fit: what is wrong comes first."""
    width, indent = screen_width(), " " * 9
    ranks = list(LEVELS)
    for finding in sorted(findings, key=lambda one: -ranks.index(one.level)):
        level = _coloured(f"{finding.level:<9}", LEVELS[finding.level])
        lines = [f"{indent}{finding.name}: {finding.message}"]
        lines += [f"{indent}- {example}" for example in _examples(finding)]
        wrapped = [part for line in lines for part in wrap(fit(line), width)]
        yield level + wrapped[0].removeprefix(indent)
        yield from wrapped[1:]


def _coloured(text: str, colour: str) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain else click.style(text, colour)
