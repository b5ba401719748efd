"""The clock of all tests: it moves only when it is told to, or when somebody sleeps by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lnb24so.clock import Clock

MORNING = datetime(2026, 11, 23, 10, tzinfo=UTC)


class HandClock:
    """A clock that stands still until it is moved or slept on, and what is due on the way."""

    def __init__(self, start: datetime = MORNING) -> None:
        self._start = start
        self.reset()

    def reset(self) -> None:
        """Begin again, with nothing due."""
        self.time = self._start
        self.tool_ahead = timedelta(0)
        self.slept: list[float] = []
        self._due: list[tuple[datetime, Callable[[], object]]] = []

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - self._start).total_seconds()

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Do something when the clock reaches a moment."""
        self._due.append((moment, act))

    def move(self, seconds: float) -> None:
        """Move on; what is due on the way happens at its own moment."""
        until = self.time + timedelta(seconds=seconds)
        for due in sorted(self._due, key=lambda due: due[0]):
            if due[0] <= until:
                self._due.remove(due)
                self.time = max(self.time, due[0])
                due[1]()
        self.time = max(self.time, until)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds)

    @property
    def clock(self) -> Clock:
        """Return it as the tool takes it, whose own clock may be ahead of the true time, or behind.

        A wait is never made longer by chance.
        """
        return Clock(lambda: self.now() + self.tool_ahead, self.monotonic, self.sleep, lambda: 0.0)
