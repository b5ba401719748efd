"""The SOAP side of the sandbox answers as 24SevenOffice does, to raw requests and to zeep."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from raw_calls import AUTHENTICATE, ENDPOINTS, NAMESPACE, RawErp, erp_calls

from lnb24so.sandbox import Sandbox
from lnb24so.sandbox.erp import TRADING_ID, TRAINING_ID
from lnb24so.sandbox.sample import catalogue

from .answers import company_ids, fault, order_ids, products, strings

ALL_PRODUCTS = "<searchParams><DateChanged>1900-01-01T00:00:00</DateChanged></searchParams>"
UNASKED = '<IncludeVAT xsi:nil="true" />'


@pytest.fixture(params=["our WSDLs", "the real WSDLs"])
def strict_erp(request: pytest.FixtureRequest) -> Iterator[RawErp]:
    """Return raw calls to a sandbox that validates by our own schema, then by the real one."""
    is_real = request.param == "the real WSDLs"
    folder = request.getfixturevalue("real_wsdl_dir") if is_real else None
    with Sandbox(wsdl_dir=folder) as box, erp_calls(box) as caller:
        yield caller


def test_a_wrong_password_gets_no_result_and_no_fault(raw_erp: RawErp) -> None:
    answer = raw_erp.log_in(Password="wrong")
    assert answer.status_code == 200
    assert "LoginResponse" in answer.text
    assert "LoginResult" not in answer.text


def test_an_unknown_application_is_a_fault(raw_erp: RawErp) -> None:
    answer = raw_erp.log_in(ApplicationId=TRAINING_ID)
    assert "Your application id is not registered" in fault(answer)


def test_a_dead_session_is_refused_and_has_session_says_so(raw_erp: RawErp, box: Sandbox) -> None:
    assert "true" in raw_erp.call("HasSession").text
    box.erp.end_sessions()
    assert "false" in raw_erp.call("HasSession").text
    assert fault(raw_erp.call("GetCurrencyList")) == "Session is not authenticated"


def test_a_login_without_identity_lands_in_the_other_company(raw_erp: RawErp) -> None:
    raw_erp.log_in(IdentityId=TRAINING_ID)
    assert "opplæring" in raw_erp.call("GetIdentity").text
    assert raw_erp.call("GetIdentities").text.count("<IsCurrent>true") == 1
    switch = "<identityId>{}</identityId>"
    assert "false" in raw_erp.call("SetIdentityById", switch.format("0" * 8 + TRADING_ID[8:])).text
    assert "true" in raw_erp.call("SetIdentityById", switch.format(TRADING_ID.upper())).text
    assert "opplæring" not in raw_erp.call("GetIdentity").text
    assert "<Id>4242</Id>" in raw_erp.call("GetIdentity").text


def test_a_saved_order_reads_back_as_sent(raw_erp: RawErp, box: Sandbox) -> None:
    text = "<InvoiceRow><Name>Ring &amp; si &lt;først&gt;</Name><Type>Text</Type></InvoiceRow>"
    answer = raw_erp.save("LNB-70101", extra=text)
    assert answer.status_code == 200
    assert "<OrderId>55001</OrderId>" in answer.text
    assert "APIException" not in answer.text
    created = box.erp.creates[0]
    assert (created.reference, created.order_id, created.customer_id, created.company_id) == (
        "LNB-70101", 55001, 501, 4242,
    )  # fmt: skip
    stored = box.erp.orders[55001]
    assert stored["InvoiceRows"][0]["Price"].as_tuple() == Decimal("10.50").as_tuple()
    assert stored["InvoiceRows"][0]["ProductNo"] == box.erp.products[1001]["No"]
    assert stored["InvoiceRows"][1]["Name"] == "Ring & si <først>"
    assert (stored["OrderTotalVat"], stored["OrderTotalIncVat"]) == (
        Decimal("5.25"), Decimal("26.25"),
    )  # fmt: skip
    read = raw_erp.call(
        "GetInvoices",
        "<searchParams><OrderIds><int>55001</int></OrderIds></searchParams>"
        f"<invoiceReturnProperties>{strings('OrderStatus', 'InvoiceRows')}"
        "</invoiceReturnProperties>"
        f"<rowReturnProperties>{strings('Price', 'Type', 'Name')}</rowReturnProperties>",
    )
    result = read.text.partition("<InvoiceOrder>")[2].partition("</InvoiceOrder>")[0]
    assert "OrderStatus" not in result, "Web is the WSDL's default"
    assert "<InvoiceRow><Price>10.50</Price></InvoiceRow>" in result, "Normal is the default"
    assert "<Type>Text</Type>" in result


def test_sending_an_order_id_updates(raw_erp: RawErp, box: Sandbox) -> None:
    raw_erp.save()
    update = "<invoices><InvoiceOrder><OrderId>55001</OrderId><CustomerId>502</CustomerId>"
    raw_erp.call("SaveInvoices", f"{update}{UNASKED}</InvoiceOrder></invoices>")
    assert box.erp.orders[55001]["CustomerId"] == 502
    assert box.erp.orders[55001]["ReferenceNumber"] == "LNB1"
    assert len(box.erp.creates) == 1


def test_an_order_typed_in_by_a_person_is_found_but_is_no_create(
    raw_erp: RawErp, box: Sandbox
) -> None:
    order_id = box.erp.type_in({"CustomerId": 503, "ReferenceNumber": "LNB70101"})
    assert order_id in order_ids(raw_erp, "<CustomerIds><int>503</int></CustomerIds>")
    assert box.erp.creates == []


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        (f"<CustomerId>7</CustomerId>{UNASKED}", "Customer with id 7"),
        (UNASKED, "Customer with id None"),
        (f"<OrderId>9</OrderId><CustomerId>501</CustomerId>{UNASKED}", "Order with id 9"),
        (
            f"<CustomerId>501</CustomerId><OrderStatus>Invoiced</OrderStatus>{UNASKED}",
            "OrderStatus Invoiced",
        ),
        (
            f"<CustomerId>501</CustomerId>{UNASKED}<InvoiceRows><InvoiceRow>"
            "<ProductId>7</ProductId></InvoiceRow></InvoiceRows>",
            "Row 1: product with id 7",
        ),
    ],
)
def test_a_refused_order_is_an_exception_inside_http_200(
    raw_erp: RawErp, box: Sandbox, inner: str, message: str
) -> None:
    before = dict(box.erp.orders)
    answer = raw_erp.call(
        "SaveInvoices", f"<invoices><InvoiceOrder>{inner}</InvoiceOrder></invoices>"
    )
    assert answer.status_code == 200
    assert f"<Message>{message}" in answer.text
    assert "<StackTrace>" in answer.text
    assert "<OrderId>" not in answer.text
    assert box.erp.orders == before
    assert box.erp.creates == []


SCHEMA_BREAKERS = {
    "wrong element order": f"{UNASKED}<CustomerId>501</CustomerId>",
    "IncludeVAT is missing": "<CustomerId>501</CustomerId>",
    "a decimal in scientific notation": f"{UNASKED}<OrderTotalVat>1E+3</OrderTotalVat>",
    "an unknown status": f"<OrderStatus>Ny</OrderStatus>{UNASKED}",
    "a date without time": f"<DateOrdered>2026-11-23</DateOrdered>{UNASKED}",
    "an unknown element": f"{UNASKED}<Reference>1</Reference>",
    "a short guid": f"{UNASKED}<InvoiceTemplateId>4242</InvoiceTemplateId>",
}


@pytest.mark.parametrize("reason", SCHEMA_BREAKERS)
def test_what_breaks_the_schema_is_refused(strict_erp: RawErp, reason: str) -> None:
    order = f"<InvoiceOrder>{SCHEMA_BREAKERS[reason]}</InvoiceOrder>"
    answer = strict_erp.call("SaveInvoices", f"<invoices>{order}</invoices>")
    assert fault(answer).startswith("Instance validation error: ")
    assert strict_erp.box.requests[-1].applied is False


def test_a_valid_order_passes_both_schemas(strict_erp: RawErp) -> None:
    assert "<OrderId>55001</OrderId>" in strict_erp.save().text
    assert len(products(strict_erp, "<Id>1001</Id>", "Stock")) == 1
    assert len(company_ids(strict_erp, "<CompanyId>501</CompanyId>")) == 1


def test_soap_action_and_body_must_agree(raw_erp: RawErp) -> None:
    answer = raw_erp.call("GetInvoices", SOAPAction=f'"{NAMESPACE}/SaveInvoices"')
    assert "did not recognize the value of HTTP Header SOAPAction" in fault(answer)
    answer = raw_erp.call("GetInvoices", SOAPAction=f'"{NAMESPACE}/Nothing"')
    assert "did not recognize" in fault(answer)


def test_only_xml_is_taken(raw_erp: RawErp) -> None:
    answer = raw_erp.call("GetCurrencyList", **{"Content-Type": "application/soap+xml"})
    assert answer.status_code == 415


@pytest.mark.parametrize("body", ["", "<a>", "<a/>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_envelope_is_refused(raw_erp: RawErp, body: str) -> None:
    headers = {"Content-Type": "text/xml", "SOAPAction": f'"{NAMESPACE}/GetCurrencyList"'}
    url = raw_erp.box.erp_url + ENDPOINTS["GetCurrencyList"]
    answer = raw_erp.http.post(url, data=body.encode(), headers=headers)
    assert "unable to read request" in fault(answer)


def test_a_spent_budget_is_a_quarantine(raw_erp: RawErp, box: Sandbox) -> None:
    box.erp.budget = 1
    answer = raw_erp.call("GetCurrencyList")
    assert answer.headers["APILimitRemaining"] == "0"
    assert "APILimitReset" in answer.headers
    assert "Limit exceeded by 1" in fault(raw_erp.call("GetCurrencyList"))


def test_the_company_and_its_currencies_are_shown(raw_erp: RawErp) -> None:
    assert "<DefaultCurrency>NOK</DefaultCurrency>" in raw_erp.call("GetClientInformation").text
    text = raw_erp.call("GetCurrencyList").text
    assert "<Symbol>DKK</Symbol><Id>4</Id><Rate>155.72</Rate><Unit>100</Unit>" in text


def test_a_large_catalogue_comes_whole_and_compressed() -> None:
    with Sandbox(catalogue(20_000)) as box, erp_calls(box) as caller:
        found = products(
            caller, "<DateChanged>1900-01-01T00:00:00</DateChanged>", "Id", "EAN1", "Stock"
        )
        assert len(found) == 20_000
        answer = caller.call("GetProducts", ALL_PRODUCTS)
        assert answer.headers["Content-Encoding"] == "gzip"


def zeep_service(box: Sandbox, wsdl: Path, path: str, session: str | None = None) -> Any:
    """Return zeep's proxy for one service of the sandbox."""
    http = requests.Session()
    http.trust_env = False
    if session:
        http.cookies.set("ASP.NET_SessionId", session)
    untyped: Any = zeep
    client = untyped.Client(str(wsdl), transport=untyped.Transport(session=http))
    return client.create_service(next(iter(client.wsdl.bindings)), box.erp_url + path)


def test_zeep_reads_and_writes_through_our_wsdl(box: Sandbox, project_root: Path) -> None:
    wsdl = project_root / "lnb24so" / "wsdl"
    erp = box.erp
    credential = {
        "ApplicationId": erp.application_id,
        "IdentityId": erp.identity_id,
        "Username": erp.username,
        "Password": erp.password,
    }
    authenticate = zeep_service(box, wsdl / "authenticate.wsdl", AUTHENTICATE)
    assert authenticate.Login({**credential, "Password": "wrong"}) is None
    session = authenticate.Login(credential)
    invoices = zeep_service(box, wsdl / "invoice.wsdl", ENDPOINTS["SaveInvoices"], session)
    row = {"ProductId": 1001, "Quantity": Decimal(3), "Price": Decimal("9.90"), "DiscountRate": 0}
    sent = {
        "CustomerId": 518,
        "Currency": {"Symbol": "EUR", "Rate": Decimal("11.6215"), "Unit": 1},
        "InvoiceRows": {"InvoiceRow": [row]},
        "ReferenceNumber": "LNB70105",
    }
    saved = invoices.SaveInvoices({"InvoiceOrder": [sent]})
    assert saved[0]["OrderId"] == 55001
    assert saved[0]["APIException"] is None
    names = {"string": ["OrderId", "OrderTotalVat", "OrderTotalIncVat", "Currency"]}
    read = invoices.GetInvoices({"OrderIds": {"int": [55001]}}, names, None)
    assert read[0]["OrderTotalIncVat"] == Decimal("29.70")
    assert read[0]["OrderTotalVat"] == 0, "no VAT abroad"
    assert read[0]["Currency"]["Rate"] == Decimal("11.6215")
    assert read[0]["Currency"]["Unit"] is None, "1 is the WSDL's default"
    assert invoices.GetInvoices({"OrderIds": {"int": [1]}}, names, None) is None
    with pytest.raises(zeep.exceptions.Fault, match="at least one search parameter"):
        invoices.GetInvoices({}, names, None)
