"""The searches of the SOAP side find what 24SevenOffice would find, and show what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from raw_calls import RawErp

from lnb24so.sandbox import Sandbox

from .answers import company_ids, fault, order_ids, products


def test_only_named_properties_come_back_and_defaults_are_left_out(
    raw_erp: RawErp, box: Sandbox
) -> None:
    box.erp.change_product(1001, Name="", Stock=Decimal("-1.50"), EAN1="0012345678905")
    found = products(raw_erp, "<Id>1001</Id>", "Id", "Name", "Stock", "EAN1", "Weight")
    assert found == [{"Id": "1001", "Stock": "-1.50", "EAN1": "0012345678905"}]
    assert products(raw_erp, "<Id>1001</Id>") == [{"Id": "1001"}]


def test_products_are_found_by_every_parameter(raw_erp: RawErp, box: Sandbox) -> None:
    wanted = box.erp.products[1003]
    for search in (
        "<Id>1003</Id>",
        f"<No>{wanted['No']}</No>",
        f"<EAN1>{wanted['EAN1']}</EAN1>",
        f"<Name>{wanted['Name'].upper()}</Name>",
        "<ProductIds><int>1003</int></ProductIds>",
    ):
        assert products(raw_erp, search) == [{"Id": "1003"}], search
    box.erp.change_product(1003)
    just_now = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    assert products(raw_erp, f"<DateChanged>{just_now}</DateChanged>") == [{"Id": "1003"}]


def test_a_changed_product_shows_at_once(raw_erp: RawErp, box: Sandbox) -> None:
    search = "<ProductIds><int>1001</int></ProductIds>"
    for stock in ("5", "6"):
        box.erp.change_product(1001, Stock=Decimal(stock))
        assert products(raw_erp, search, "Stock") == [{"Stock": stock}]


@pytest.mark.parametrize("operation", ["GetProducts", "GetCompanies", "GetInvoices"])
def test_a_search_needs_a_parameter_that_is_not_its_default(
    raw_erp: RawErp, operation: str
) -> None:
    expected = "Please specify at least one search parameter"
    assert fault(raw_erp.call(operation)) == expected
    assert fault(raw_erp.call(operation, "<searchParams />")) == expected
    is_product = operation == "GetProducts"
    date = "DateChanged" if is_product else "ChangedAfter"
    never = f"<searchParams><{date}>0001-01-01T00:00:00</{date}></searchParams>"
    assert fault(raw_erp.call(operation, never)) == expected


def test_an_empty_result_is_an_empty_element(raw_erp: RawErp) -> None:
    answer = raw_erp.call("GetProducts", "<searchParams><No>none</No></searchParams>")
    assert "<GetProductsResult />" in answer.text


def test_companies_are_found_by_every_parameter(raw_erp: RawErp, box: Sandbox) -> None:
    number = box.erp.customers[502]["OrganizationNumber"]
    for search in (
        "<ExternalId>K-502</ExternalId>",
        "<CompanyId>502</CompanyId>",
        "<CompanyIds><int>502</int></CompanyIds>",
        "<CompanyName>str%dame%</CompanyName>",
        "<CompanyEmail>innkjop502@shop.example</CompanyEmail>",
        f"<OrganizationNumber>{number}</OrganizationNumber>",
    ):
        assert company_ids(raw_erp, search) == [502], search
    everyone = "<ChangedAfter>1900-01-01T00:00:00</ChangedAfter>"
    assert len(company_ids(raw_erp, everyone)) == len(box.erp.customers)
    phone = box.erp.customers[502]["PhoneNumbers"]["Work"]["Value"]
    assert company_ids(raw_erp, f"<CompanyPhone>{phone}</CompanyPhone>") == [502]


def test_order_searches_are_combined(raw_erp: RawErp, box: Sandbox) -> None:
    customer = "<CustomerIds><int>501</int></CustomerIds>"
    states = "<OrderStates><OrderSlipStateType>Web</OrderSlipStateType></OrderStates>"
    web = [number for number, each in box.erp.orders.items() if each["OrderStatus"] == "Web"]
    assert order_ids(raw_erp, states) == web
    assert order_ids(raw_erp, customer + states) == [54001]
    ids = "<OrderIds><int>54001</int><int>54002</int></OrderIds>"
    assert order_ids(raw_erp, ids) == [54001, 54002]
    future = "<ChangedAfter>2100-01-01T00:00:00</ChangedAfter>"
    assert order_ids(raw_erp, customer + future) == []


def test_more_than_a_thousand_order_ids_are_refused(raw_erp: RawErp) -> None:
    ids = "".join(f"<int>{number}</int>" for number in range(1001))
    answer = raw_erp.call("GetInvoices", f"<searchParams><OrderIds>{ids}</OrderIds></searchParams>")
    assert "1000" in fault(answer)
