"""The header: where it goes, when, whose it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from lnb24so.config.schema import ModeRule
from lnb24so.lnb.types import Address, read_order
from lnb24so.soap import order as soap_order

from .build import NOW, draft, invoice, order, warnings


def test_the_delivery_address_goes_out_in_the_fields_of_24sevenoffice() -> None:
    to = Address(
        company="Maison de l'Étoile",
        contact_name="Zoé Lefèvre",
        tel="+33 1 23 45 67 89",
        address_1="12 rue de la Forêt",
        address_2="Bât. B",
        zipcode="75011",
        city="Paris",
        country="fr",
    )
    sent = invoice(order(delivery_address=to))
    assert sent.delivery_name == "Maison de l'Étoile"
    assert sent.delivery_phone == "+33 1 23 45 67 89"
    assert sent.delivery_address == soap_order.Address(
        name="Maison de l'Étoile",
        street="12 rue de la Forêt, Bât. B",
        postal_code="75011",
        city="Paris",
        country="FR",
    )


def test_a_delivery_without_a_company_goes_to_the_person() -> None:
    sent = invoice(order(delivery_address=Address(contact_name="Zoé", address_2="Bât. B")))
    assert sent.delivery_name == "Zoé"
    assert sent.delivery_address == soap_order.Address(name="Zoé", street="Bât. B")


def test_no_delivery_address_is_sent_as_none() -> None:
    sent = invoice(order(delivery_address=Address()))
    assert (sent.delivery_address, sent.delivery_name, sent.delivery_phone) == (None, "", "")


@pytest.mark.parametrize("country", ["Narnia", "NÅR", "N", "4７", "東京"])
def test_a_country_that_nobody_knows_is_left_out_with_a_warning(country: str) -> None:
    found = draft(order(delivery_address=Address(country=country), amount_total="200"))
    assert warnings(found) == ["order.country_unknown"]
    assert found.invoice is not None
    assert found.invoice.delivery_address is None


@pytest.mark.parametrize(
    ("confirmed", "created", "ordered"),
    [
        ("2026-03-29T10:15:00+00:00", "2026-03-01T08:00:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T10:15:00", None, date(2026, 3, 29)),
        ("2026-03-29 10:15:00", None, date(2026, 3, 29)),
        ("2026-03-29T10:15:00Z", None, date(2026, 3, 29)),
        ("2026-03-30T01:00:00+02:00", None, date(2026, 3, 30)),
        ("2026-12-31T23:15:00Z", None, date(2027, 1, 1)),
        ("2026-12-31T22:45:00Z", None, date(2026, 12, 31)),
        ("2026-06-30T22:15:00+00:00", None, date(2026, 7, 1)),
        ("9999-12-31T23:59:59-14:00", None, date(9999, 12, 31)),
        (None, "2026-12-31T23:15:00Z", date(2027, 1, 1)),
        ("2026-03-29", None, date(2026, 3, 29)),
        (None, "2026-03-01T08:00:00+00:00", date(2026, 3, 1)),
        ("0001-01-01T00:00:00", "2026-03-01T08:00:00", date(2026, 3, 1)),
        ("yesterday", "2026-03-01T08:00:00", date(2026, 3, 1)),
        (None, None, None),
        (1774779300, True, None),
    ],
)
def test_the_order_date_is_the_day_of_the_confirmation_and_else_of_the_order(
    confirmed: object, created: object, ordered: date | None
) -> None:
    found = read_order({"reference": "1", "confirmation_time": confirmed, "create_time": created})
    sent = invoice(
        order(confirmation_time=found.confirmation_time, create_time=found.create_time)
    ).ordered
    assert sent == (ordered and datetime(ordered.year, ordered.month, ordered.day, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-12-01T00:00:00+02:00", date(2026, 12, 1)),
        ("2026-12-01 00:00:00", date(2026, 12, 1)),
        ("0001-01-01", None),
        ("0000-00-00", None),
        ("soon", None),
        (20261201, None),
        (None, None),
    ],
)
def test_the_delivery_date_is_the_day_as_it_is_written(written: object, day: date | None) -> None:
    found = read_order({"reference": "1", "delivery_start_on": written})
    sent = invoice(order(delivery_start_on=found.delivery_start_on)).delivery
    assert sent == (day and datetime(day.year, day.month, day.day, tzinfo=UTC))


def test_your_reference_is_the_purchase_order_and_the_title_is_the_comment() -> None:
    sent = invoice(order(purchase_order_reference="PO 2041/å", comment="Ring først!\nTakk"))
    assert (sent.your_reference, sent.comment) == ("PO 2041/å", "Ring først! Takk")


@pytest.mark.parametrize(
    ("end", "cancel", "comment"),
    [
        ("2027-01-31", None, "Latest delivery 2027-01-31. Ring først!"),
        (None, "2027-02-15", "Canceled if not delivered by 2027-02-15. Ring først!"),
        ("2027-01-31", "2027-01-31", "Latest delivery 2027-01-31. Ring først!"),
        (
            "2027-01-31",
            "2027-02-15",
            "Latest delivery 2027-01-31. Canceled if not delivered by 2027-02-15. Ring først!",
        ),
        ("0000-00-00", None, "Ring først!"),
    ],
)
def test_the_latest_delivery_stands_before_the_comment(
    end: str | None, cancel: str | None, comment: str
) -> None:
    found = read_order({"delivery_end_on": end, "auto_cancel_on": cancel})
    days = {"delivery_end_on": found.delivery_end_on, "auto_cancel_on": found.auto_cancel_on}
    assert invoice(order(comment="Ring først!", **days)).comment == comment
    assert len(invoice(order(comment="Ø" * 400, **days)).comment) == 300


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("Sweden", "SE"), ("SVERIGE", "SE"), ("  norge ", "NO"), ("EL", "GR"), ("el", "GR")),
        *(("UK", "GB"), ("U.K.", "GB"), ("Great Britain", "GB"), ("Österreich", "AT")),
        *(("Cote d'Azur", ""), ("NO", "NO"), ("se", "SE"), ("VN", "VN"), ("U.S.A.", "US")),
        *(("Chile", "CL"), ("Côte d'Ivoire", "CI"), ("Åland", "AX"), ("Viet Nam", "VN")),
        *(("The Netherlands", "NL"), ("Ελλάδα", "GR"), ("DEU", "DE"), ("X1", ""), ("", "")),
    ],
)
def test_a_country_is_sent_as_two_letters(written: str, code: str) -> None:
    address = invoice(
        order(delivery_address=Address(company="B", country=written))
    ).delivery_address
    assert address is not None
    assert address.country == code


def test_the_reference_follows_the_setting() -> None:
    assert invoice(order(), reference="B2B-{reference}-N").reference == "B2B-70123-N"
    assert invoice(order()).reference == "LNB70123"


def test_department_project_and_our_reference_follow_the_settings() -> None:
    sent = invoice(order(), department_id=4, project_id=5, our_reference_id=6)
    assert (sent.department_id, sent.project_id, sent.our_reference_id) == (4, 5, 6)
    assert invoice(order()).department_id is None


RULE: ModeRule = {"create_as": "Confirmed", "department_id": 9}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("preorder", ("Confirmed", 9, 5)),
        (" PreOrder ", ("Confirmed", 9, 5)),
        ("immediate", ("Web", 4, 5)),
        ("", ("Web", 4, 5)),
    ],
)
def test_by_mode_overrides_only_what_it_names(mode: str, expected: tuple[Any, ...]) -> None:
    changes: dict[str, Any] = {"department_id": 4, "project_id": 5, "by_mode": {"preorder": RULE}}
    sent = invoice(order(order_mode=mode), **changes)
    assert (sent.status, sent.department_id, sent.project_id) == expected


def test_a_mode_may_take_a_department_away() -> None:
    changes: dict[str, Any] = {"department_id": 4, "by_mode": {"sample": {"department_id": None}}}
    assert invoice(order(order_mode="sample"), **changes).department_id is None


def test_nothing_of_24sevenoffices_own_is_sent() -> None:
    sent = soap_order.as_sent(invoice(order(create_time=NOW)))
    assert not {"OrderId", "PaymentAmount", "OrderTotalIncVat", "OrderTotalVat"} & sent.keys()
