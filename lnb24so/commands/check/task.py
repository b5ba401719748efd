"""The first day in one command: is everything there, and do both systems fit the settings?

It writes to neither system nor to the ledger. What one system does not answer never hides what
the other one says.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from lnb24so.config.schema import Config, Paths
from lnb24so.run import Mode, Parts, Report, run
from lnb24so.tools import Tools

from .erp import check_erp
from .findings import Finding, Findings
from .lnb import check_lnb
from .machine import check_folders
from .matches import check_matches


def check(config: Config, mode: Mode) -> tuple[Report, list[Finding]]:
    """Look at everything; return the run and what was found; raises as `run` does.

    What one of the two systems does not tell is a finding, and no error.
    """
    findings = Findings(lambda name: mode.progress.show(f"Checking {name}"))

    def ask_both(tools: Tools) -> Parts:
        erp = check_erp(tools, findings)
        lnb = check_lnb(tools, findings)
        check_matches(config, erp, lnb, findings)
        return Parts(exit_code=findings.exit_code)

    # A folder or ledger that cannot be used must not hide what the two systems say.
    with tempfile.TemporaryDirectory(prefix="lnb24so-check-") as spare, ExitStack() as stack:
        stack.callback(mode.progress.stop)
        findings.ok("config", f"{config.file} holds no mistake.")
        _check_grace(config, findings)
        usable = check_folders(config, mode.clock, findings)
        paths = config.paths if usable else Paths(state=Path(spare), logs=Path(spare))
        return run(replace(config, paths=paths), mode, ask_both), findings.all


def _check_grace(config: Config, findings: Findings) -> None:
    minutes, seconds = config.orders.unknown_grace_minutes, config.erp.timeout_seconds
    if minutes * 60 < seconds:
        findings.warn(
            "orders.unknown_grace_minutes",
            f"{minutes:g} minutes are shorter than 24sevenoffice.timeout_seconds ({seconds:g}): an "
            "order would be looked for while 24SevenOffice may still be at it. "
            f"Fix: set orders.unknown_grace_minutes to {seconds / 60:g} or more.",
        )
