"""Check this machine: can both folders be written, is the ledger the right one, and the clock?"""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from lnb24so.clock import Clock
from lnb24so.config.schema import Config
from lnb24so.errors import ConfigError
from lnb24so.ledger.store import Ledger
from lnb24so.process.whole_file import STDERR
from lnb24so.texts import count

from .files import check_files
from .findings import Findings

SAMPLE = b"." * 65536
"""Enough to notice a full disk."""

CLOCK_AGREES = timedelta(seconds=2)
CLOCK_TOLERATED = timedelta(seconds=60)
CLOCK_TOO_FAR = timedelta(minutes=10)
"""Look-ups and stock times are stamped with a clock; beyond this they would be wrong."""


def check_folders(config: Config, clock: Clock, findings: Findings) -> bool:
    """Look at both folders and the ledger; return whether a run could use them."""
    usable = True
    for setting, folder, mode in (
        ("paths.state", config.paths.state, 0o700),
        ("paths.logs", config.paths.logs, 0o750),
    ):
        if folder == STDERR:
            findings.ok(setting, "Runs that write put their log on stderr; others write none.")
            continue
        problem = _why_not_writable(folder, mode)
        if problem is not None:
            findings.error(
                setting,
                f"{folder} cannot be written: {problem}. Fix: give this user the folder "
                f"(df -h and ls -ld tell more), or change {setting}.",
            )
            usable = False
            continue
        findings.ok(setting, f"{folder} can be written.")
        usable &= check_files(setting, folder, findings)
        if setting == "paths.state":
            owner = findings.attempt(
                "ledger", lambda: _ledger_owner(config, clock), setting="paths.state"
            )
            if owner is not None:
                findings.ok("ledger", owner)
            usable &= owner is not None
    return usable


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
    with closing(ledger):
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


def check_clock(name: str, findings: Findings, *, system: str, ahead: timedelta | None) -> None:
    """Note how far a server's clock and this machine's are apart."""
    if ahead is None:
        findings.ok(name, f"{system} does not tell its time.")
        return
    seconds = round(ahead / timedelta(seconds=1))
    apart = f"{system}'s clock is {abs(seconds):,} s {'ahead of' if seconds > 0 else 'behind'} ours"
    fix = "Fix: set this machine's clock, for example with: timedatectl set-ntp true"
    if abs(ahead) <= CLOCK_AGREES:
        findings.ok(name, f"{system}'s clock agrees with ours.")
    elif abs(ahead) <= CLOCK_TOLERATED:
        findings.ok(name, f"{apart}.")
    else:
        findings.add("error" if abs(ahead) > CLOCK_TOO_FAR else "warning", name, f"{apart}. {fix}")
