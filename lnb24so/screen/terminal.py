"""How a command speaks: which configuration, how its run talks, what is printed of its answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from lnb24so.process.streams import AnswerLost, tell

if TYPE_CHECKING:
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
        wanted = not self.quiet and (report.dry_run or sys.stdout.isatty())
        if not as_json and not wanted:
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
