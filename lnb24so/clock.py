"""Time as an argument: the real clock, and the one place where tests put another."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

CLOCKS_APART = timedelta(minutes=5)
"""So much further back is asked what another system changed since it was read, by its clock."""


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is aware UTC, `monotonic` counts seconds, `sleep` waits, `jitter` is 0 to 1."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


def utc_text(moment: datetime) -> str:
    """Return `2026-03-29T10:15:00.123456Z`, which sorts as text in the order of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_utc_text(text: str) -> datetime:
    """Read what `utc_text` wrote."""
    return datetime.fromisoformat(text)


def http_date(text: str) -> datetime | None:
    """Return the time of a Date header as aware UTC; None for one that no clock can show."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    # "-0000" says that the zone is not known, and reads as none: never as the machine's own.
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    return moment.astimezone(UTC) if 1970 < moment.year < 3000 else None


def day_in(zone: tzinfo, moment: datetime) -> date:
    """Return the day that a moment has in a time zone; at the end of all time as it is written."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()


@dataclass(frozen=True, slots=True)
class Zone:
    """The time zone in which people read times (a name of the IANA database)."""

    name: str

    def stamp(self, moment: datetime) -> str:
        """Return `2026-11-27 02:15:00 CET`: what stands for years tells its day and zone."""
        return f"{self.local(moment):%Y-%m-%d %H:%M:%S %Z}"

    def text(self, moment: datetime, now: datetime) -> str:
        """Return `10:30`, or `Fri 27 Nov 02:15` where that is not today; another year is named."""
        local, today = self.local(moment), self.local(now)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        year = "" if local.year == today.year else f" {local.year}"
        return f"{local:%a %-d %b}{year} {local:%H:%M}"

    def local(self, moment: datetime) -> datetime:
        """Return the moment as the zone's clocks show it."""
        from zoneinfo import ZoneInfo

        return moment.astimezone(ZoneInfo(self.name))
