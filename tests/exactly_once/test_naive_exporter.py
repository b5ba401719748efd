"""The state machine can fail: it catches an exporter that is written without much thought."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import requests
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from raw_calls import RawErp, RawLnb
from small_brand import CODES

from lnb24so.ledger.types import Entry
from lnb24so.sandbox import Exchange, Reply, Sandbox

from .machine import ExactlyOnce

pytestmark = pytest.mark.slow

ORDER = (
    "<invoices><InvoiceOrder><CustomerId>{}</CustomerId><IncludeVAT xsi:nil='true' />"
    "<InvoiceRows><InvoiceRow><ProductId>{}</ProductId><Price>1</Price>"
    "<DiscountRate>0</DiscountRate><Quantity>1</Quantity></InvoiceRow></InvoiceRows>"
    "<ReferenceNumber>LNB{}</ReferenceNumber></InvoiceOrder></invoices>"
)


def export_naively(box: Sandbox, exported: set[str]) -> int:
    """Create what is not marked yet; mark it when 24SevenOffice says 200."""
    erp, lnb = RawErp(box), RawLnb(box)
    with erp.http, lnb.http:
        erp.log_in()
        answer = lnb.get("/orders", status="invoicing")
        answer.raise_for_status()
        for order in answer.json():
            if order["reference"] in exported:
                continue
            sent = ORDER.format(
                order["retailer_reference"], CODES[0].product_id, order["reference"]
            )
            if erp.call("SaveInvoices", sent).ok:
                exported.add(order["reference"])
    return 0


class NaivelyOnce(ExactlyOnce):
    """The same stories, told to the naive exporter; it never loses what it has marked."""

    exported: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.exported = set()

    def export(self) -> int:
        try:
            return export_naively(self.box, self.exported)
        except (requests.RequestException, KeyError, ValueError):
            return 1

    def entries(self) -> Mapping[str, Entry]:
        return {}

    def run_meanwhile(self, exchange: Exchange) -> Reply:
        """Begin no second run: without a lock it would make it too easy."""
        return exchange.apply()

    def faults_end(self) -> None:
        """Ask nothing of the end: it is enough that no order is ever there twice."""

    def teardown(self) -> None:
        self.folder.cleanup()


def test_the_machine_finds_the_duplicate_of_a_naive_exporter() -> None:
    short = settings(
        max_examples=100,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises(AssertionError, match="was created twice"):
        run_state_machine_as_test(NaivelyOnce, settings=short)
