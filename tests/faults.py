"""What can go wrong between the tool and either system, by name.

    box.faults.add("SaveInvoices", Fault.LOST_REPLY, skip=2)

Each is a function from an `Exchange` to a `Reply`, as a test may bring of its own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.exchange import json_reply
from lnb24so.sandbox.faults import Behaviour, after, before
from lnb24so.sandbox.services import Answer
from lnb24so.sandbox.services import api_exception as exception_record
from lnb24so.sandbox.soap import QUARANTINE, body_element, fault_reply


def reset_before(exchange: Exchange) -> Reply:
    exchange.drop()


def lost_reply(exchange: Exchange) -> Reply:
    exchange.apply()
    exchange.drop()


def late(exchange: Exchange) -> Reply:
    exchange.put_off()
    exchange.drop()


def truncated(exchange: Exchange) -> Reply:
    return replace(exchange.apply(), keep="half")


def truncated_chunked(exchange: Exchange) -> Reply:
    return replace(exchange.apply(), keep="half_chunked")


def api_exception(exchange: Exchange) -> Reply:
    return refused_items(exchange, [])


def api_exception_with_id(exchange: Exchange) -> Reply:
    erp = exchange.soap.erp
    with erp.lock:
        already = len(erp.creates)
        exchange.apply()
        order_ids = [each.order_id for each in erp.creates[already:]]
    return refused_items(exchange, order_ids)


def refused_items(exchange: Exchange, order_ids: list[int]) -> Reply:
    """Answer SaveInvoices with an APIException in each item, and with ids where given."""
    soap, call = exchange.soap, exchange.call
    service = soap.services[call.path.lower()]
    orders = service.arguments(body_element(call.body)).get("invoices") or []
    exception = exception_record("Could not be saved.")
    refused = [
        {**order, "OrderId": order_id, "APIException": exception}
        for order, order_id in zip_longest(orders, order_ids)
    ]
    return soap.write("SaveInvoices", service, Answer(refused))


def dead_session(exchange: Exchange) -> Reply:
    session = exchange.soap.session_of(exchange.call)
    if session is not None:
        exchange.soap.erp.sessions.pop(session.id, None)
    return fault_reply("Session is not authenticated")


def lost_identity(exchange: Exchange) -> Reply:
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
