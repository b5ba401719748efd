"""What can go wrong between the two sides of a wire, on demand and exactly when asked for.

    box.faults.add("SaveInvoices", before(Reply(503, b"", "text/plain")), skip=2)

A fault is a function from an `Exchange` to a `Reply`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock
from typing import NoReturn

from lnb24so.sandbox.exchange import Admitted, Call, Dropped, Reply, Seen
from lnb24so.sandbox.soap import SoapSide


@dataclass(frozen=True)
class Exchange:
    """One call in the hands of a fault: carry it out, put it off, or drop it."""

    call: Call
    seen: Seen
    soap: SoapSide
    admit: Callable[[Call], Admitted]
    late: list[Callable[[], Reply]]
    stopping: Event

    def apply(self) -> Reply:
        """Carry the call out and return the true answer."""
        return self._carry_out(self.admit(self.call))

    def put_off(self) -> None:
        """Let the call in now, to be carried out at `Sandbox.release_late`."""
        admitted = self.admit(self.call)
        self.late.append(lambda: self._carry_out(admitted))

    def drop(self) -> NoReturn:
        """Close the connection without an answer."""
        raise Dropped(self.call.operation)

    def wait(self, seconds: float) -> None:
        """Let real time pass; a sandbox that stops meanwhile drops the call."""
        if self.stopping.wait(seconds):
            self.drop()

    def _carry_out(self, admitted: Admitted) -> Reply:
        reply = admitted()
        self.seen.applied = reply.status < 400
        return reply


Behaviour = Callable[[Exchange], Reply]


def before(reply: Reply) -> Behaviour:
    """Answer so without carrying the call out."""
    return lambda _: reply


def after(reply: Reply) -> Behaviour:
    """Carry the call out, and answer so instead of with the truth."""

    def behave(exchange: Exchange) -> Reply:
        exchange.apply()
        return reply

    return behave


@dataclass
class Planned:
    """A fault to come: calls still to let pass, then calls still to spoil."""

    behaviour: Behaviour
    skip: int
    times: int


class Faults:
    """The faults to come, one queue for each operation."""

    def __init__(self) -> None:
        self._queues: dict[str, list[Planned]] = {}
        self._lock = Lock()

    def add(self, operation: str, fault: Behaviour, *, times: int = 1, skip: int = 0) -> None:
        """Let `skip` calls of an operation pass, then spoil `times`.

        Counting begins when the faults added before for the same operation are used up.
        """
        with self._lock:
            self._queues.setdefault(operation, []).append(Planned(fault, skip, times))

    def clear(self) -> None:
        """Forget every fault to come."""
        with self._lock:
            self._queues.clear()

    def take(self, operation: str) -> Behaviour | None:
        """Count a call of the operation; return the fault that it meets, or None."""
        with self._lock:
            queue = self._queues.get(operation)
            if not queue:
                return None
            planned = queue[0]
            if planned.skip > 0:
                planned.skip -= 1
                return None
            planned.times -= 1
            if planned.times <= 0:
                queue.pop(0)
            return planned.behaviour
