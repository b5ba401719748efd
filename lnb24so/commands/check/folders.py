"""Check this machine: can both folders be written, and is the ledger the right one?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from lnb24so.clock import Clock
from lnb24so.config.schema import Config
from lnb24so.errors import ConfigError
from lnb24so.ledger.store import Ledger

from .findings import Findings, count

SAMPLE = b"." * 65536
"""Enough to notice a full disk."""


def check_folders(config: Config, clock: Clock, findings: Findings) -> bool:
    """Look at both folders and the ledger; return whether a run could use them."""
    before = len(findings.all)
    for setting, folder, mode in (
        ("paths.state", config.paths.state, 0o700),
        ("paths.logs", config.paths.logs, 0o750),
    ):
        problem = _why_not_writable(folder, mode)
        if problem is not None:
            findings.add(
                "error",
                setting,
                f"{folder} cannot be written: {problem}. Fix: give this user the folder "
                f"(df -h and ls -ld tell more), or change {setting}.",
            )
            continue
        findings.add("ok", setting, f"{folder} can be written.")
        if setting == "paths.state":
            _check_ledger(config, clock, findings)
    return all(finding.level != "error" for finding in findings.all[before:])


def _check_ledger(config: Config, clock: Clock, findings: Findings) -> None:
    owner = findings.attempt(
        "ledger", setting="paths.state", read=lambda: _ledger_owner(config, clock)
    )
    if owner is not None:
        findings.add("ok", "ledger", owner)


def _why_not_writable(folder: Path, mode: int) -> str | None:
    """Return why nothing can be written to a folder, or None; it is made where it is missing."""
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as sample:
            sample.write(SAMPLE)
    except OSError as error:
        return error.strerror or "it is not known why"
    return None


def _ledger_owner(config: Config, clock: Clock) -> str:
    """Return whose ledger it is; raises ConfigError where it is damaged or another account's."""
    try:
        ledger = Ledger.peek(config.paths.state, clock)
    except OSError as error:
        raise ConfigError(f"The ledger cannot be read: {error.strerror}.") from None
    try:
        ledger.check_account(config.lenewblack.client_id)
        bound = ledger.binding
        if bound is None:
            return f"{config.paths.state} holds no orders yet; the first run binds it to a company."
        entries, waiting = ledger.entries(), ledger.waiting()
        return (
            f"It belongs to company {bound.company_id} ({bound.company}) and to the Le New Black "
            f"account {bound.client_id}, and holds {count(len(entries), 'order')}, of which "
            f"{len(waiting)} wait for something (lnb24so status)."
        )
    finally:
        ledger.close()
