"""Each fault does what its name says, to the call it was meant for and to no other."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from faults import Fault
from raw_calls import RawErp, RawLnb, erp_calls

from lnb24so.sandbox import Exchange, Reply, Sandbox

CLOSED = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


@pytest.fixture
def erp(box: Sandbox) -> Iterator[RawErp]:
    with erp_calls(box) as caller:
        box.requests.clear()
        yield caller


def created(box: Sandbox) -> list[str]:
    return [each.reference for each in box.erp.creates]


BROKEN_CONNECTIONS = {
    "RESET_BEFORE": (Fault.RESET_BEFORE, False),
    "LOST_REPLY": (Fault.LOST_REPLY, True),
    "LATE": (Fault.LATE, False),
    "TRUNCATED": (Fault.TRUNCATED, True),
}
WRONG_ANSWERS = {
    "TRUNCATED_CHUNKED": (Fault.TRUNCATED_CHUNKED, 200, "<soap:Envelope", True),
    "HTML_200_BEFORE": (Fault.HTML_200_BEFORE, 200, "<html>", False),
    "HTML_200_AFTER": (Fault.HTML_200_AFTER, 200, "<html>", True),
    "HTML_503_BEFORE": (Fault.HTML_503_BEFORE, 503, "<html>", False),
    "HTML_503_AFTER": (Fault.HTML_503_AFTER, 503, "<html>", True),
    "FAULT_BEFORE": (Fault.FAULT_BEFORE, 500, "Object reference not set", False),
    "FAULT_AFTER": (Fault.FAULT_AFTER, 500, "Object reference not set", True),
    "EMPTY_200_BEFORE": (Fault.EMPTY_200_BEFORE, 200, "", False),
    "EMPTY_200_AFTER": (Fault.EMPTY_200_AFTER, 200, "", True),
    "QUARANTINE": (Fault.QUARANTINE, 500, "Quarantine ends at 2026-11-23 12:00:00", False),
    "TOO_MANY": (Fault.TOO_MANY(7), 429, "Too many requests", False),
    "STATUS": (Fault.STATUS(502), 502, "error", False),
    "DEAD_SESSION": (Fault.DEAD_SESSION, 500, "Session is not authenticated", False),
    "LOST_IDENTITY": (Fault.LOST_IDENTITY, 500, "not authenticated on this identity", False),
    "API_EXCEPTION": (Fault.API_EXCEPTION, 200, "<APIException>", False),
    "API_EXCEPTION_WITH_ID": (Fault.API_EXCEPTION_WITH_ID, 200, "<APIException>", True),
}


@pytest.mark.parametrize("name", BROKEN_CONNECTIONS)
def test_the_connection_breaks_before_or_after_the_order_is_stored(erp: RawErp, name: str) -> None:
    fault, applied = BROKEN_CONNECTIONS[name]
    erp.box.faults.add("SaveInvoices", fault)
    with pytest.raises(CLOSED):
        erp.save()
    assert created(erp.box) == (["LNB1"] if applied else [])
    assert [each.applied for each in erp.box.requests] == [applied]
    assert erp.save("LNB2").status_code == 200, "the fault is used up"


@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_the_answer_is_wrong_before_or_after_the_order_is_stored(erp: RawErp, name: str) -> None:
    fault, status, words, applied = WRONG_ANSWERS[name]
    erp.box.faults.add("SaveInvoices", fault)
    answer = erp.save()
    assert answer.status_code == status
    assert words in answer.text
    assert created(erp.box) == (["LNB1"] if applied else [])
    assert [(each.applied, each.status) for each in erp.box.requests] == [(applied, status)]


def test_a_cut_document_is_complete_as_http(erp: RawErp) -> None:
    erp.box.faults.add("SaveInvoices", Fault.TRUNCATED_CHUNKED)
    answer = erp.save()
    assert "</soap:Envelope>" not in answer.text
    assert len(answer.text) > 100


def test_a_late_order_appears_when_it_is_released(erp: RawErp) -> None:
    erp.box.faults.add("SaveInvoices", Fault.LATE)
    with pytest.raises(CLOSED):
        erp.save()
    erp.box.erp.end_sessions()
    assert created(erp.box) == []
    assert erp.box.release_late() == 1
    assert created(erp.box) == ["LNB1"], "it was let in while the session lived"
    assert erp.box.requests[-1].applied
    assert erp.box.release_late() == 0


def test_an_api_exception_carries_the_id_only_if_the_order_was_stored(erp: RawErp) -> None:
    erp.box.faults.add("SaveInvoices", Fault.API_EXCEPTION)
    assert "<OrderId>" not in erp.save().text
    erp.box.faults.add("SaveInvoices", Fault.API_EXCEPTION_WITH_ID)
    assert "<OrderId>55001</OrderId>" in erp.save().text


def test_a_dead_session_stays_dead_and_a_lost_identity_can_be_set_again(erp: RawErp) -> None:
    erp.box.faults.add("GetCurrencyList", Fault.LOST_IDENTITY)
    erp.call("GetCurrencyList")
    assert erp.call("GetCurrencyList").status_code == 500
    trading = f"<identityId>{erp.box.erp.identity_id}</identityId>"
    assert "true" in erp.call("SetIdentityById", trading).text
    assert erp.call("GetCurrencyList").status_code == 200
    erp.box.faults.add("GetCurrencyList", Fault.DEAD_SESSION)
    erp.call("GetCurrencyList")
    assert "false" in erp.call("HasSession").text


def test_faults_meet_the_nth_calls_of_their_operation(erp: RawErp) -> None:
    erp.box.faults.add("GetCurrencyList", Fault.STATUS(503), times=2, skip=1)
    assert erp.call("GetClientInformation").status_code == 200
    statuses = [erp.call("GetCurrencyList").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]
    erp.box.faults.add("GetCurrencyList", Fault.STATUS(502))
    erp.box.faults.add("GetCurrencyList", Fault.STATUS(503), skip=1)
    statuses = [erp.call("GetCurrencyList").status_code for _ in range(4)]
    assert statuses == [502, 200, 503, 200], "one after the other"
    erp.box.faults.add("GetCurrencyList", Fault.STATUS(503))
    erp.box.faults.clear()
    assert erp.call("GetCurrencyList").status_code == 200


def test_the_rest_side_meets_the_same_faults(raw_lnb: RawLnb) -> None:
    box = raw_lnb.box
    closed = {"reference": "70101", "status": "closed"}
    box.faults.add("POST /orders/status", Fault.TOO_MANY(3))
    answer = raw_lnb.post("/orders/status", closed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert box.lnb.orders["70101"]["status"] == "invoicing"
    box.faults.add("POST /orders/status", Fault.LOST_REPLY)
    with pytest.raises(CLOSED):
        raw_lnb.post("/orders/status", closed)
    assert box.lnb.orders["70101"]["status"] == "closed"
    box.faults.add("GET /inventory", Fault.TRUNCATED)
    with pytest.raises(CLOSED):
        raw_lnb.get("/inventory")


def test_a_fault_may_be_any_function(erp: RawErp) -> None:
    def refuse_politely(exchange: Exchange) -> Reply:
        assert exchange.call.operation == "GetCurrencyList"
        return Reply(418, b"no", "text/plain")

    erp.box.faults.add("GetCurrencyList", refuse_politely)
    assert erp.call("GetCurrencyList").status_code == 418


def test_a_slow_call_is_dropped_unapplied_when_the_sandbox_stops(erp: RawErp) -> None:
    erp.box.faults.add("SaveInvoices", Fault.SLOW(60))
    failures: list[Exception] = []

    def save() -> None:
        try:
            erp.save()
        except CLOSED as error:
            failures.append(error)

    waiting = threading.Thread(target=save)
    waiting.start()
    while not erp.box.requests:
        time.sleep(0.001)
    erp.box.stop()
    waiting.join(timeout=5)
    assert not waiting.is_alive()
    assert len(failures) == 1
    assert created(erp.box) == []


def test_a_slow_call_goes_on_after_its_time(erp: RawErp) -> None:
    erp.box.faults.add("SaveInvoices", Fault.SLOW(0.05))
    assert erp.save().status_code == 200
    assert created(erp.box) == ["LNB1"]


def test_a_stopped_sandbox_refuses_and_starts_again_with_the_same_data(erp: RawErp) -> None:
    url = erp.box.url
    erp.save()
    erp.box.stop()
    with pytest.raises(requests.ConnectionError):
        erp.save("LNB2")
    erp.box.start()
    assert erp.box.url == url
    assert erp.save("LNB3").status_code == 200
    assert created(erp.box) == ["LNB1", "LNB3"]


def test_connections_are_kept_open_between_requests(box: Sandbox) -> None:
    address = urlsplit(box.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    with closing(connection):
        connection.request("GET", "/nothing")
        connection.getresponse().read()
        first = connection.sock
        connection.request("GET", "/nothing")
        assert connection.getresponse().status == 404
        assert connection.sock is first is not None


def test_orders_saved_at_the_same_time_get_ids_of_their_own(box: Sandbox) -> None:
    def save(number: int) -> None:
        with erp_calls(box) as caller:
            for _ in range(5):
                caller.save(f"LNB{number}")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(save, range(6)))
    assert len({each.order_id for each in box.erp.creates}) == 30
    assert len(box.erp.sessions) == 6


def test_it_starts_and_stops_again_and_again(box: Sandbox) -> None:
    box.stop()
    for _ in range(5):
        box.start()
        assert requests.get(f"{box.url}/nothing", timeout=5).status_code == 404
        box.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{box.url}/nothing", timeout=5)
