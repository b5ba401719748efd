"""How a command is spoken to, and how it speaks.

What its options take; which configuration, how its run talks, what is printed of its answer.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import click

from lnb24so.process.streams import AnswerLost, tell

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from lnb24so.config.schema import Config
    from lnb24so.run import Mode, Report


class Screen(NamedTuple):
    """The options that belong to no single command."""

    file: str | None
    verbose: bool
    quiet: bool

    def config(self) -> Config:
        """Return the configuration, from wherever it is; from now on its secrets are hidden."""
        from pathlib import Path

        from lnb24so.config.schema import find_config, load_config
        from lnb24so.process.redact import REDACTOR
        from lnb24so.tools import learn_secrets

        file = None if self.file is None else Path(self.file)
        config = load_config(find_config(file, os.environ, Path.cwd()))
        REDACTOR.forget()
        learn_secrets(config)
        return config

    def mode(self, task: str, *, writes: bool = False) -> Mode:
        """Return how a task runs on this screen."""
        from lnb24so.clock import Clock
        from lnb24so.process.streams import Progress
        from lnb24so.run import Mode

        echo = sys.stderr if self.verbose else None
        progress = Progress(quiet=self.quiet)
        everything = self.verbose or sys.stderr.isatty()
        return Mode(task, writes, Clock(), progress.tell, echo, everything, progress)

    def say(self, report: Report) -> int:
        """Print the lines of a run's answer, and return its exit code."""
        from .report import print_lines

        return _printed(report, lambda: print_lines(report.lines))

    def answer(self, report: Report, *, as_json: bool) -> int:
        """Print a run's answer, and return its exit code.

        A real run that is not asked for JSON says nothing in a pipe: cron mails what is printed.
        """
        is_shown = not self.quiet and (report.dry_run or sys.stdout.isatty())
        if not as_json and not is_shown:
            return report.exit_code
        from .report import document, print_json, show

        if as_json:
            return _printed(report, lambda: print_json(document(report)))
        return _printed(report, lambda: show(report))


def _printed(report: Report, write: Callable[[], None]) -> int:
    """Print an answer and return the run's exit code; raise AnswerLost if it was only to look.

    A run that wrote has done so, printed or not: its code stays, and the loss is told.
    """
    try:
        write()
    except AnswerLost as error:
        if report.dry_run:
            raise
        tell(f"lnb24so: {error}")
    return report.exit_code


# What options take


class Unexpected(click.BadParameter):
    """A value that an option does not take; click adds which option it is."""

    def __init__(self, expected: str, given: str) -> None:
        """Say what was expected, and what was given instead."""
        seen = "".join(letter if letter.isprintable() else " " for letter in given[:60])
        super().__init__(f'expected {expected} (got "{seen}")')

    def format_message(self) -> str:
        """Return one sentence, such as `--limit: expected a whole number from 1 (got "x")`."""
        return f"{self.param.opts[0]}: {self.message}" if self.param else self.message


def whole(text: str) -> int:
    """Return a whole number from 1, in ASCII digits: Python would also take 1_0 or ٣."""
    if not re.fullmatch(r"[0-9]{1,18}", text) or not int(text):
        raise Unexpected("a whole number from 1", text)
    return int(text)


def order_id(text: str) -> int | str:
    """Return the number of a 24SevenOffice order, or `found` as it is."""
    return text if text == "found" else whole(text)


def amount(text: str) -> Decimal:
    """Return a sum of money such as 12480.00."""
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,6})?", text):
        raise Unexpected("a sum such as 12480.00", text)
    from decimal import Decimal

    return Decimal(text)


def day(text: str) -> date:
    """Return a day such as 2026-11-01."""
    from datetime import date

    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:  # Such as 31 February.
        pass
    raise Unexpected("a date such as 2026-11-01", text)
