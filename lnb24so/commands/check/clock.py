"""Check how far a server's clock and this machine's are apart."""

from __future__ import annotations

from datetime import timedelta

from .findings import Findings

CLOCK_AGREES = timedelta(seconds=2)
CLOCK_TOLERATED = timedelta(seconds=60)
CLOCK_TOO_FAR = timedelta(minutes=10)
"""Look-ups and stock times are stamped with a clock; beyond this they would be wrong."""


def check_clock(name: str, findings: Findings, *, system: str, ahead: timedelta | None) -> None:
    """Note how far a server's clock and this machine's are apart."""
    if ahead is None:
        findings.add("ok", name, f"{system} does not tell its time.")
        return
    if abs(ahead) <= CLOCK_AGREES:
        findings.add("ok", name, f"{system}'s clock agrees with ours.")
        return
    seconds = round(ahead / timedelta(seconds=1))
    apart = f"{system}'s clock is {abs(seconds):,} s {'ahead of' if seconds > 0 else 'behind'} ours"
    if abs(ahead) <= CLOCK_TOLERATED:
        findings.add("ok", name, f"{apart}.")
        return
    findings.add(
        "error" if abs(ahead) > CLOCK_TOO_FAR else "warning",
        name,
        f"{apart}. Fix: set this machine's clock, for example with: timedatectl set-ntp true",
    )
