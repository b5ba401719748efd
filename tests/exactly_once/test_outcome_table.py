"""What one answer to the creating request means: one table, held against the rule and the wire."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from faults import Fault

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour, before
from lnb24so.sandbox.soap import fault_reply
from lnb24so.soap.outcome import Seen, create_outcome

from .helpers import small_world

pytestmark = pytest.mark.slow

REFERENCE = "70001"


def turned_away(text: str) -> Behaviour:
    return before(fault_reply(text))


def redirect(exchange: Exchange) -> Reply:
    """Send the request elsewhere: a client that follows would create the order a second time."""
    exchange.apply()
    return Reply(307, b"", "text/plain", {"Location": exchange.call.path})


def with_id(order_id: str) -> Behaviour:
    """Create the order, and give its id wrongly."""

    def behave(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        real = f"<OrderId>{exchange.soap.erp.creates[-1].order_id}</OrderId>"
        wrong = reply.body.replace(real.encode(), f"<OrderId>{order_id}</OrderId>".encode())
        return replace(reply, body=wrong)

    return behave


def twice_in_one_reply(exchange: Exchange) -> Reply:
    """Create the order, and list it twice."""
    reply = exchange.apply()
    begin, end = reply.body.index(b"<InvoiceOrder>"), reply.body.index(b"</SaveInvoicesResult>")
    return replace(reply, body=reply.body[:end] + reply.body[begin:end] + reply.body[end:])


def without_items(exchange: Exchange) -> Reply:
    """Create the order, and answer with an empty list."""
    reply = exchange.apply()
    begin, end = reply.body.index(b"<InvoiceOrder>"), reply.body.index(b"</SaveInvoicesResult>")
    return replace(reply, body=reply.body[:begin] + reply.body[end:])


@dataclass(frozen=True)
class Row:
    """One kind of answer: as the rule sees it, as it comes over the wire, and what it means."""

    name: str
    seen: Seen
    means: str
    wire: Behaviour | None = None


HTML = "HTTP 200 with a web page instead of SOAP"
ROWS = [
    Row("an id", Seen(complete=True, order_id=55001), "exported", lambda call: call.apply()),
    Row("never connected", Seen(connected=False, problem="no connection"), "retry"),
    Row("dead session", Seen(fault="Session is not authenticated"), "retry", Fault.DEAD_SESSION),
    Row(
        "lost identity",
        Seen(fault="Client is not authenticated on this identity"),
        "retry",
        Fault.LOST_IDENTITY,
    ),
    Row(
        "blocked identity",
        Seen(fault="IdentityId is blocked"),
        "retry",
        turned_away("IdentityId is blocked"),
    ),
    Row(
        "quarantine",
        Seen(fault="Request is blocked. Quarantine ends at 12:00", spent=True),
        "retry",
        Fault.QUARANTINE,
    ),
    Row(
        "API exception",
        Seen(complete=True, exception="Customer not found"),
        "blocked",
        Fault.API_EXCEPTION,
    ),
    Row(
        "API exception with 0 for an id",
        Seen(complete=True, exception="Customer not found", order_id=0),
        "blocked",
    ),
    Row(
        "invalid request",
        Seen(fault="Instance validation error: '1E+2' is not a decimal"),
        "blocked",
        turned_away("Instance validation error: '1E+2' is not a decimal"),
    ),
    Row(
        "API exception with an id",
        Seen(complete=True, exception="Mail not sent", order_id=55001),
        "unconfirmed",
        Fault.API_EXCEPTION_WITH_ID,
    ),
    Row("id 0", Seen(complete=True, order_id=0), "unconfirmed", with_id("0")),
    Row("negative id", Seen(complete=True, order_id=-7), "unconfirmed", with_id("-7")),
    Row("no id", Seen(complete=True), "unconfirmed", with_id("-2147483648")),
    Row("unreadable id", Seen(problem="OrderId is 'x'"), "unconfirmed", with_id("x")),
    Row("two items", Seen(complete=True, problem="2 items"), "unconfirmed", twice_in_one_reply),
    Row("no item", Seen(complete=True, problem="0 items"), "unconfirmed", without_items),
    Row("other fault", Seen(fault="Object reference"), "unconfirmed", Fault.FAULT_BEFORE),
    Row("other fault, created", Seen(fault="Object ref"), "unconfirmed", Fault.FAULT_AFTER),
    Row("timeout", Seen(problem="no answer within 120 seconds"), "unconfirmed"),
    Row("TLS error", Seen(problem="a TLS error"), "unconfirmed"),
    Row("reset", Seen(problem="broke"), "unconfirmed", Fault.RESET_BEFORE),
    Row("lost reply", Seen(problem="broke"), "unconfirmed", Fault.LOST_REPLY),
    Row("web page", Seen(problem=HTML), "unconfirmed", Fault.HTML_200_BEFORE),
    Row("web page, created", Seen(problem=HTML), "unconfirmed", Fault.HTML_200_AFTER),
    Row("503", Seen(problem="HTTP 503"), "unconfirmed", Fault.HTML_503_BEFORE),
    Row("503, created", Seen(problem="HTTP 503"), "unconfirmed", Fault.HTML_503_AFTER),
    Row("502 in JSON", Seen(problem="HTTP 502"), "unconfirmed", Fault.STATUS(502)),
    Row("429", Seen(problem="HTTP 429", spent=True), "unconfirmed", Fault.TOO_MANY(60)),
    Row("redirect", Seen(problem="HTTP 307"), "unconfirmed", redirect),
    Row("empty", Seen(problem="not XML"), "unconfirmed", Fault.EMPTY_200_BEFORE),
    Row("empty, created", Seen(problem="not XML"), "unconfirmed", Fault.EMPTY_200_AFTER),
    Row("cut connection", Seen(problem="broke"), "unconfirmed", Fault.TRUNCATED),
    Row("cut document", Seen(problem="truncated"), "unconfirmed", Fault.TRUNCATED_CHUNKED),
]
ON_THE_WIRE = [row for row in ROWS if row.wire is not None]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_answer_means(row: Row) -> None:
    assert create_outcome(row.seen) == row.means


@pytest.mark.parametrize("row", ON_THE_WIRE, ids=lambda row: row.name)
def test_the_same_answer_over_the_wire_means_the_same(row: Row, tmp_path: Path) -> None:
    assert row.wire is not None
    with small_world(tmp_path, orders=1) as world:
        world.box.faults.add("SaveInvoices", row.wire)
        world.push()
        # The status step follows at once.
        expected = "done" if row.means == "exported" else row.means
        assert world.entries()[REFERENCE].state == expected
        assert world.sent() == 1

        world.wait_in_doubt(minutes=20)
        world.push()
        assert world.entries()[REFERENCE].state == "done"
        assert world.in_erp(REFERENCE) == [world.entries()[REFERENCE].order_id]
        assert len(world.box.erp.creates) == 1


def test_a_server_that_goes_down_before_the_create_was_not_reached(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=2) as world:

        def go_down(exchange: Exchange) -> Reply:
            reply = exchange.apply()
            world.box.stop()
            return reply

        world.box.faults.add("SaveInvoices", go_down)
        world.push()
        states = {reference: entry.state for reference, entry in world.entries().items()}
        assert states["70002"] == "retry"

        world.box.start()
        world.wait(minutes=20)
        assert world.push() == 0
        assert len(world.box.erp.creates) == 2


def test_no_answer_in_time_means_that_the_order_may_exist(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        erp = replace(world.config.erp, timeout_seconds=2)
        world.config = replace(world.config, erp=erp)
        world.box.faults.add("SaveInvoices", Fault.SLOW(60))
        assert world.push() == 1
        assert world.entries()[REFERENCE].state == "unconfirmed"
        assert "no answer within 2 seconds" in world.told[0]
