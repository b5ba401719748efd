"""Texts: any script survives, nothing is cut through the middle, references are never cut."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lnb24so.lnb.types import Address
from lnb24so.texts import clean, cut, length, shown

from .build import codes, draft, invoice, line, order, warnings

FAMILY = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("Ærlig", 5, "Ærlig"),
        ("Ærlig", 4, "Ærli"),
        ("ae\u0301", 2, "a"),
        ("कि", 1, "क"),
        ("aकि", 2, "a"),
        ("🧶🧶", 3, "🧶"),
        ("a" + FAMILY, 9, "a" + FAMILY),
        ("1\u20e3\u20e3", 2, "1\u20e3"),
        ("❤\ufe0f", 1, "❤"),
        ("שלום עולם", 4, "שלום"),
        ("end word", 4, "end"),
        ("", 3, ""),
    ],
)
def test_a_text_is_cut_on_a_whole_letter(text: str, limit: int, kept: str) -> None:
    assert cut(text, limit) == kept


@given(st.text(), st.integers(1, 60))
def test_what_is_kept_is_a_beginning_that_fits(text: str, limit: int) -> None:
    kept = cut(text, limit)
    assert text.startswith(kept)
    assert length(kept) <= limit
    if length(text) <= limit:
        assert kept == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\x00b\x0bc\x1b[31m", "abc[31m"),
        ("\ufffe\uffffz", "z"),
        (" two\n lines\t", "two lines"),
        ("Дім Моди", "Дім Моди"),
        ("東京セレクト", "東京セレクト"),
        ("بيت الأزياء", "بيت الأزياء"),
        ("Łódź & <b>Søn</b> \"q\" 'q'", "Łódź & <b>Søn</b> \"q\" 'q'"),
        (f"👍🏽 {FAMILY}", f"👍🏽 {FAMILY}"),
    ],
)
def test_only_what_xml_refuses_is_removed(text: str, left: str) -> None:
    assert clean(text) == left


@given(st.text())
def test_what_is_left_can_stand_in_xml(text: str) -> None:
    element = etree.Element("t")
    element.text = clean(text).replace("\ufffd", "")
    assert etree.fromstring(etree.tostring(element)).text in (element.text, None)


@given(st.text())
def test_a_remote_text_in_a_message_is_one_visible_line(text: str) -> None:
    assert shown(text).isprintable()
    assert re.fullmatch('"[^\n]*"', shown(text))


def test_a_text_that_would_turn_the_writing_around_is_shown_without_it() -> None:
    assert shown("abc\u202egpj.exe\x1b[2J") == '"abc gpj.exe[2J"'


LONG = "Æ" * 1000


@pytest.mark.parametrize(
    ("changes", "field", "limit"),
    [
        ({"comment": LONG}, "comment", 300),
        ({"delivery_address": Address(company=LONG)}, "delivery_name", 250),
        ({"delivery_address": Address(contact_name=LONG)}, "delivery_name", 250),
        ({"delivery_address": Address(tel=LONG)}, "delivery_phone", 25),
        ({"delivery_address": Address(address_1=LONG)}, "delivery_address.street", 250),
        ({"delivery_address": Address(zipcode=LONG)}, "delivery_address.postal_code", 16),
        ({"delivery_address": Address(city=LONG)}, "delivery_address.city", 50),
        ({"lines": (line(name=LONG),)}, "rows.0.name", 300),
    ],
)
def test_a_text_that_is_too_long_is_cut_with_a_warning(
    changes: dict[str, Any], field: str, limit: int
) -> None:
    found = draft(order(amount_total="200", **changes))
    assert warnings(found) == ["order.text_cut"]
    value: Any = found.invoice
    for name in field.split("."):
        value = value[int(name)] if name.isdigit() else getattr(value, name)
    assert value == "Æ" * limit


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "7" * 48},
        {"purchase_order_reference": "7" * 51},
        {"purchase_order_reference": "🧶" * 26},
    ],
)
def test_a_reference_that_is_too_long_blocks_and_is_never_cut(changes: dict[str, Any]) -> None:
    assert codes(draft(order(**changes))) == ["order.reference_too_long"]


def test_references_of_exactly_fifty_characters_are_kept() -> None:
    sent = invoice(order(reference="7" * 47, purchase_order_reference="8" * 50))
    assert (sent.reference, sent.your_reference) == ("LNB" + "7" * 47, "8" * 50)


@pytest.mark.parametrize("reference", ["70\x00123", "70  123", "70\ufffd", "70\n123"])
def test_a_reference_that_would_not_arrive_as_it_is_blocks(reference: str) -> None:
    assert codes(draft(order(reference=reference))) == ["order.bad_reference"]


def test_an_order_without_a_reference_blocks_and_names_the_retailer() -> None:
    (reason,) = draft(order(reference="", retailer_name="Bik Bok")).reasons
    assert reason.code == "order.no_reference"
    assert '"Bik Bok"' in reason.message
