"""What can go wrong between the two sides of a wire, on demand and exactly when asked for.

    box.faults.add("SaveInvoices", Fault.LOST_REPLY, skip=2)

A fault is a function from an `Exchange` to a `Reply`; tests may bring their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import NoReturn

from lnb24so.sandbox.exchange import Admitted, Call, Dropped, Reply, Seen, json_reply
from lnb24so.sandbox.soap import QUARANTINE, SoapSide, fault_reply


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


def reset_before(exchange: Exchange) -> Reply:
    """Break the connection before anything is done."""
    exchange.drop()


def lost_reply(exchange: Exchange) -> Reply:
    """Carry the call out, and break the connection instead of answering."""
    exchange.apply()
    exchange.drop()


def late(exchange: Exchange) -> Reply:
    """Break the connection, and carry the call out later."""
    exchange.put_off()
    exchange.drop()


def truncated(exchange: Exchange) -> Reply:
    """Answer with half of the announced length."""
    return replace(exchange.apply(), keep="half")


def truncated_chunked(exchange: Exchange) -> Reply:
    """Answer with half of the document, complete as HTTP."""
    return replace(exchange.apply(), keep="half_chunked")


def before(reply: Reply) -> Behaviour:
    """Answer so without carrying the call out."""
    return lambda _: reply


def after(reply: Reply) -> Behaviour:
    """Carry the call out, and answer so instead of with the truth."""

    def behave(exchange: Exchange) -> Reply:
        exchange.apply()
        return reply

    return behave


def api_exception(exchange: Exchange) -> Reply:
    """Refuse each item of a SaveInvoices."""
    return exchange.soap.refuse_items(exchange.call, [])


def api_exception_with_id(exchange: Exchange) -> Reply:
    """Create each item of a SaveInvoices, and answer with its id and an exception."""
    erp = exchange.soap.erp
    with erp.lock:
        already = len(erp.creates)
        exchange.apply()
        order_ids = [each.order_id for each in erp.creates[already:]]
    return exchange.soap.refuse_items(exchange.call, order_ids)


def dead_session(exchange: Exchange) -> Reply:
    """End the session of the call and say so."""
    session = exchange.soap.session_of(exchange.call)
    if session is not None:
        exchange.soap.erp.sessions.pop(session.id, None)
    return fault_reply("Session is not authenticated")


def lost_identity(exchange: Exchange) -> Reply:
    """Take the company from the session of the call and say so."""
    session = exchange.soap.session_of(exchange.call)
    if session is not None:
        session.identity_id = None
    return fault_reply("Client is not authenticated on this identity")


def too_many(retry_after: int) -> Behaviour:
    """Answer 429 with a Retry-After of so many seconds, without carrying the call out."""
    error = {"error": {"code": 429, "message": "Too many requests."}}
    return before(json_reply(429, error, {"Retry-After": str(retry_after)}))


def slow(seconds: float) -> Behaviour:
    """Take so many real seconds, then go on as usual."""

    def behave(exchange: Exchange) -> Reply:
        exchange.wait(seconds)
        return exchange.apply()

    return behave


def status(code: int) -> Behaviour:
    """Answer with that HTTP status and a JSON error, without carrying the call out."""
    return before(json_reply(code, {"error": {"code": code, "message": "Injected error."}}))


def html(code: int) -> Reply:
    """Return a web page, as a proxy in the way answers."""
    page = f"<html><head><title>{code}</title></head><body><h1>Down for a moment</h1></body></html>"
    return Reply(code, page.encode(), "text/html; charset=utf-8")


NULL_REFERENCE = fault_reply("Object reference not set to an instance of an object.")
EMPTY = Reply(200, b"", "text/xml; charset=utf-8")


class Fault:
    """The faults by name.

    With `_AFTER`, and with LOST_REPLY, TRUNCATED and API_EXCEPTION_WITH_ID, the call is
    carried out. The two API exceptions are for SaveInvoices only.
    """

    RESET_BEFORE: Behaviour = reset_before
    LOST_REPLY: Behaviour = lost_reply
    LATE: Behaviour = late
    TRUNCATED: Behaviour = truncated
    TRUNCATED_CHUNKED: Behaviour = truncated_chunked
    HTML_200_BEFORE = before(html(200))
    HTML_200_AFTER = after(html(200))
    HTML_503_BEFORE = before(html(503))
    HTML_503_AFTER = after(html(503))
    FAULT_BEFORE = before(NULL_REFERENCE)
    FAULT_AFTER = after(NULL_REFERENCE)
    EMPTY_200_BEFORE = before(EMPTY)
    EMPTY_200_AFTER = after(EMPTY)
    API_EXCEPTION: Behaviour = api_exception
    API_EXCEPTION_WITH_ID: Behaviour = api_exception_with_id
    DEAD_SESSION: Behaviour = dead_session
    LOST_IDENTITY: Behaviour = lost_identity
    QUARANTINE = before(fault_reply(QUARANTINE.format("2026-11-23 12:00:00")))
    TOO_MANY = staticmethod(too_many)
    SLOW = staticmethod(slow)
    STATUS = staticmethod(status)


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
