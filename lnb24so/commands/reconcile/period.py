"""Which orders a reconciliation is about: each belongs to exactly one day, and so to one month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from lnb24so.clock import day_in
from lnb24so.lnb.types import Order
from lnb24so.soap.booked import Booked

By = Literal["confirmed", "invoiced"]
LAST_DAYS = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `begin` up to `end`, without that one, in a time zone; None: no end.

    `by`: an order belongs to the day of its confirmation, else of its making, or to the day on
    which 24SevenOffice invoiced it.
    """

    begin: date
    end: date | None
    zone: tzinfo
    by: By = "confirmed"

    def holds(self, day: date | None) -> bool:
        """Return whether a day lies in the period."""
        return day is not None and self.begin <= day and (self.end is None or day < self.end)

    @property
    def begins_at(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.begin, self.zone)

    @property
    def ends_at(self) -> datetime | None:
        """The last moment, in UTC; None: no end."""
        return _midnight(self.end, self.zone) if self.end else None


def month_of(month: date, zone: tzinfo, by: By = "confirmed") -> Period:
    """Return the month that begins with a day."""
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(month, after, zone, by)


def since(day: date | None, zone: tzinfo, now: datetime) -> Period:
    """Return the time from a day on, or the last 35 days."""
    return Period(day or (now - LAST_DAYS).astimezone(zone).date(), None, zone)


def day_of_order(order: Order, zone: tzinfo) -> date | None:
    """Return the day of the confirmation, else of the making; None where neither is known."""
    moment = order.confirmation_time or order.create_time
    return day_in(zone, moment) if moment else None


def day_of_booked(booked: Iterable[Booked], zone: tzinfo) -> date | None:
    """Return the day that 24SevenOffice's orders say: the first one on which they were ordered.

    We send the day of the confirmation, else of the making, as midnight, and read it back so.
    """
    return _first((one.ordered for one in booked), zone)


def day_of_invoice(booked: Iterable[Booked], zone: tzinfo) -> date | None:
    """Return the first day on which one of 24SevenOffice's orders was invoiced."""
    return _first((one.invoiced for one in booked), zone)


def _first(moments: Iterable[datetime | None], zone: tzinfo) -> date | None:
    return min((written_day(moment, zone) for moment in moments if moment), default=None)


def written_day(moment: datetime, zone: tzinfo) -> date:
    """Return the day of a date that 24SevenOffice keeps as a midnight, of UTC or of the zone."""
    return moment.date() if moment.time() == time() else day_in(zone, moment)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
