"""Customers: how a retailer is recognised, and when it is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from installation import Installation

from lnb24so.lnb.types import Address
from lnb24so.orders.matching import names_differ, organization_number
from lnb24so.soap.types import Customer

from .build import RETAILER, codes, draft, facts, invoice, order, warnings

OSLO = Customer(502, "Oslo Mote AS", "K-502", "NO 811 555 222 MVA", blocked=False)
TWIN = Customer(503, "Oslo Mote Nord AS", "K-502", "811555222", blocked=False)
CLOSED = Customer(504, "Konkursboet Moteland", "K-504", "", blocked=True)
SWEDISH = Customer(505, "Malmö Kläder AB", "K-505", "556012-5790", blocked=False)
KNOWN = (RETAILER, OSLO, CLOSED, SWEDISH)


@pytest.mark.parametrize(
    ("match", "reference", "vat_number", "customer_id"),
    [
        ("id", "501", "", 501),
        ("id", "OLD-77", "", 502),
        ("external_id", "K-502", "", 502),
        ("external_id", "OLD-77", "", 502),
        ("organization_number", "", "811555222", 502),
        ("organization_number", "", "NO811555222MVA", 502),
        ("organization_number", "", "no 811.555.222 mva", 502),
        ("organization_number", "", "SE556012579001", 505),
        ("organization_number", "OLD-77", "", 502),
    ],
)
def test_a_customer_is_found_by_the_map_first_and_then_by_the_chosen_way(
    match: str, reference: str, vat_number: str, customer_id: int
) -> None:
    wanted = order(
        retailer_reference=reference,
        billing_address=Address(vat_number=vat_number),
        retailer_name="",
    )
    found = invoice(wanted, facts(customers=KNOWN), customer_match=match, customer_map=OLD)
    assert found.customer_id == customer_id


OLD = {"OLD-77": 502}


@pytest.mark.parametrize(
    ("match", "reference", "vat_number", "code"),
    [
        ("id", "", "", "customer.missing_reference"),
        ("id", "999", "", "customer.unknown"),
        ("id", "K-501", "", "customer.unknown"),
        ("id", "0", "", "customer.unknown"),
        ("id", "-501", "", "customer.unknown"),
        ("id", "501.0", "", "customer.unknown"),
        ("id", "5０1", "", "customer.unknown"),
        ("id", "2147483648", "", "customer.unknown"),
        ("id", "9" * 400, "", "customer.unknown"),
        ("id", "504", "", "customer.blocked"),
        ("external_id", "", "", "customer.missing_reference"),
        ("external_id", "501", "", "customer.unknown"),
        ("external_id", "K-502", "", "customer.ambiguous"),
        ("external_id", "K-504", "", "customer.blocked"),
        ("organization_number", "501", "", "customer.missing_reference"),
        ("organization_number", "", "-", "customer.unknown"),
        ("organization_number", "", "811555222", "customer.ambiguous"),
    ],
)
def test_an_order_without_exactly_one_open_customer_is_blocked(
    match: str, reference: str, vat_number: str, code: str
) -> None:
    wanted = order(retailer_reference=reference, billing_address=Address(vat_number=vat_number))
    known = facts(customers=(*KNOWN, TWIN))
    assert codes(draft(wanted, known, customer_match=match)) == [code]


def message(customers: Iterable[Customer], **changes: Any) -> str:
    (reason,) = draft(order(**changes), facts(customers=customers)).reasons
    return reason.message


def test_a_blocked_order_says_which_retailer_and_where_to_mend_it() -> None:
    assert message((), retailer_reference="", retailer_name="Bik Bok Oslo") == (
        'retailer "Bik Bok Oslo" has no customer reference. '
        "Fix: enter its 24SevenOffice number in Le New Black."
    )
    assert message((CLOSED,), retailer_reference="504") == (
        'customer 504 "Konkursboet Moteland" is blocked for invoicing. '
        "Fix: open it in 24SevenOffice, or cancel the order."
    )
    assert "(orders.customer_match: id)" in message((), retailer_reference="K-501")


@pytest.mark.parametrize(
    ("given", "bare"),
    [
        ("NO 923 609 016 MVA", "923609016"),
        ("923609016", "923609016"),
        ("SE556012579001", "5560125790"),
        ("556012-5790", "5560125790"),
        ("DK12345678", "12345678"),
        ("FI 0123456-7", "01234567"),
        ("ATU12345678", "ATU12345678"),
        ("AT U12345678", "ATU12345678"),
        ("U12345678", "ATU12345678"),
        ("CHE-123.456.789 MWST/TVA/IVA", "123456789"),
        ("MC 40 303 265 045", "303265045"),
        ("TR 1234567890", "1234567890"),
        ("RS123456789", "123456789"),
        ("XI123456789", "123456789"),
        ("ESB12345678", "B12345678"),
        ("B-12345678", "B12345678"),
        ("ES X1234567L", "X1234567L"),
        ("ES12345678Z", "12345678Z"),
        ("CHE-123.456.789 MWST", "123456789"),
        ("CHE-123.456.789 TVA", "123456789"),
        ("che 123 456 789 iva", "123456789"),
        ("CHE-123.456.789", "123456789"),
        ("CH123456789", "123456789"),
        ("FR 83 404 833 048", "404833048"),
        ("FRK7399859412", "399859412"),
        ("FR404833048", "404833048"),
        ("404 833 048", "404833048"),
        ("EL123456789", "123456789"),
        ("NL123456789B01", "123456789B01"),
        ("SC123456", "SC123456"),
        ("NI123456", "NI123456"),
        ("-", ""),
        ("", ""),
    ],
)
def test_an_organization_number_is_compared_bare(given: str, bare: str) -> None:
    assert organization_number(given) == bare


@pytest.mark.parametrize(
    ("retailer", "customer", "differs"),
    [
        ("Bik Bok Oslo", "BIK BOK AS", False),
        ("Bik Bok AS", "Varner AS", True),
        ("Łódź Butik", "łódź", False),
        ("東京セレクト", "Tokyo Select", True),
        ("", "Varner AS", False),
        ("AS", "Varner AS", False),
    ],
)
def test_names_differ_when_they_share_no_word_but_a_legal_form(
    retailer: str, customer: str, differs: bool
) -> None:
    assert names_differ(retailer, customer) is differs


def test_a_customer_of_another_name_is_sent_with_a_warning_that_shows_both() -> None:
    found = draft(order(retailer_name="Varner"))
    assert warnings(found) == ["customer.name_differs", "order.no_total"]
    assert 'retailer "Varner" goes to customer 501 "Bergen Strikk AS"' in found.warnings[0].message
    assert codes(found) == []


def test_preview_shows_both_names_and_warns_where_they_share_no_word(office: Installation) -> None:
    office.box.lnb.orders["70101"]["retailer_name"] = "Varner [red]Gruppen"
    (told,) = (line for line in office.run("preview", "orders").out.splitlines() if "70101" in line)
    customer = office.box.erp.customers[501]["Name"]
    assert f'customer 501 "{customer}" for retailer "Varner [red]Gruppen". Warning: ' in told
    items = office.run("preview", "orders", "--json").document["orders"]["items"]
    item = next(item for item in items if item["reference"] == "70101")
    assert (item["customer"], item["retailer"]) == (customer, "Varner [red]Gruppen")
    assert [warning["code"] for warning in item["warnings"]] == ["customer.name_differs"]
