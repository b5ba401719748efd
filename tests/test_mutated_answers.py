"""Answers that came to harm on the way: only our own errors, and no record lost in silence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk import BareDesk
from hand_clock import HandClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnb24so.config.schema import Erp, LeNewBlack, Secret
from lnb24so.errors import Lnb24soError
from lnb24so.lnb.client import LnbClient
from lnb24so.sandbox import Brand, Exchange, Reply, Sandbox
from lnb24so.soap.client import SoapClient

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("LNB24SO_EXAMPLES", "300"))
LONG_AGO = HandClock().now().replace(year=2000)

TOKENS = (
    *(b"&#x1B;", b"&#0;", b"&#xD800;", b"&", b"<", b">", b"<x/>", b"</x>", b"<!-- x -->", b"<!--"),
    *(b"]]>", b"<![CDATA[", b"<?x?>", b"<Product/>", b"<InvoiceOrder/>", b"<Company/>", b"\x00"),
    *(b"\x1b", b"\xff", b"\xef\xbf\xbf", b"1e999999999", b"-", b"_", b"\xd9\xa3", b"9" * 5000),
    *(b'"', b"{", b"}", b"[", b"]", b"{},", b"null,", b"[],", b",", b":", b"NaN", b"\\ud800"),
    *(b"\\u0000", b"true", b"9" * 20, b" ", b"\n", b"x"),
)


class Desk(BareDesk):
    """Both clients at one sandbox, logged in, with a clock that moves by hand."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        super().__init__(box, HandClock())
        login = Erp(
            username=box.erp.username,
            password=Secret(box.erp.password),
            application_id=box.erp.application_id,
            identity_id=box.erp.identity_id,
            base_url=box.erp_url,
        )
        account = LeNewBlack(
            client_id=box.lnb.client_id,
            client_secret=Secret(box.lnb.client_secret),
            base_url=box.lnb_url,
        )
        self.soap = SoapClient(login, folder, self.hand.clock, self.events)
        self.lnb = LnbClient(account, self.hand.clock, self.events)
        self.whole: dict[str, int] = {}


@pytest.fixture(scope="module")
def desk(sample: Brand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    few = replace(
        sample,
        products=sample.products[:40],
        customers=sample.customers[:20],
        erp_orders=sample.erp_orders[:10],
        lnb_orders=sample.lnb_orders[:10],
        inventory=sample.inventory[:40],
    )
    with Sandbox(few) as box:
        started = Desk(box, tmp_path_factory.mktemp("fuzz"))
        started.whole = {operation: read(started) for operation, read in READS.items()}
        yield started


READS: dict[str, Callable[[Desk], int]] = {
    "GetProducts": lambda desk: len(desk.soap.products("No")),
    "GetInvoices": lambda desk: len(desk.soap.orders_changed_since(LONG_AGO)),
    "GetCompanies": lambda desk: len(desk.soap.all_customers()),
    "GetCurrencyList": lambda desk: len(desk.soap.currencies()),
    "GET /orders": lambda desk: len(desk.lnb.orders()),
    "GET /inventory": lambda desk: len(desk.lnb.inventory("ean13")),
    "GET /retailers": lambda desk: len(desk.lnb.retailers()),
}
SOAP = tuple(name for name in READS if name.startswith("Get"))
REST = tuple(name for name in READS if name.startswith("GET "))


def mutated(body: bytes, where: float, cut: int, token: bytes) -> bytes:
    """Return the body with a few bytes replaced by a token at a place from 0 to 1."""
    at = int(where * len(body))
    return body[:at] + token + body[at + cut :]


def reads_all_or_says_so(desk: Desk, operation: str, where: float, cut: int, token: bytes) -> None:
    desk.box.faults.clear()

    def mutate(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        return replace(reply, body=mutated(reply.body, where, cut, token))

    desk.box.faults.add(operation, mutate, times=999)
    desk.events.lines.clear()
    try:
        found = READS[operation](desk)
    except Lnb24soError:
        return
    if found != desk.whole[operation]:
        assert "record.unread" in desk.events.names or nameless(desk, operation)


def nameless(desk: Desk, operation: str) -> bool:
    """Return whether an order without a reference came: the plan names and blocks it."""
    return operation == "GET /orders" and any(not one.reference for one in desk.lnb.orders())


MUTATION = {
    "where": st.floats(0, 1, exclude_max=True),
    "cut": st.integers(0, 8),
    "token": st.one_of(st.just(b""), st.sampled_from(TOKENS), st.binary(min_size=1, max_size=3)),
}
FUZZ = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(operation=st.sampled_from(SOAP), **MUTATION)
def test_a_mutated_answer_of_24sevenoffice_loses_no_record_in_silence(
    desk: Desk, operation: str, where: float, cut: int, token: bytes
) -> None:
    reads_all_or_says_so(desk, operation, where, cut, token)


@FUZZ
@given(operation=st.sampled_from(REST), **MUTATION)
def test_a_mutated_answer_of_le_new_black_loses_no_record_in_silence(
    desk: Desk, operation: str, where: float, cut: int, token: bytes
) -> None:
    reads_all_or_says_so(desk, operation, where, cut, token)
