"""The live service descriptions are held against ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import Fault
from installation import Installation
from lxml import etree

from lnb24so.commands.check.services import compare, read_service
from lnb24so.errors import Transient
from lnb24so.sandbox import Reply
from lnb24so.sandbox.faults import Behaviour, before
from lnb24so.soap.types import FIELDS
from lnb24so.soap.wire import NAMESPACE, SERVICES

from .found import findings
from .spoils import (
    ERP,
)


@pytest.mark.parametrize("service", SERVICES)
def test_the_real_descriptions_differ_in_nothing_that_we_use(
    service: str, real_wsdl_dir: Path, project_root: Path
) -> None:
    ours = read_service((project_root / f"lnb24so/wsdl/{service}.wsdl").read_bytes())
    real = read_service((real_wsdl_dir / f"{service}.wsdl").read_bytes())
    assert list(compare(ours, real)) == []


REFERENCE = '<xs:element name="ReferenceNumber" type="xs:string" minOccurs="0" default=""/>'


@pytest.mark.parametrize(
    ("service", "old", "new", "told"),
    [
        ("product", 'name="EAN1"', 'name="EAN"', "Product.EAN1 is gone"),
        ("product", 'name="Stock" type="xs:decimal"', 'name="Stock" type="xs:int"', "is int"),
        ("product", 'name="Weight"', 'name="Mass"', None),
        ("product", 'webservices/GetProducts"', 'webservices/Products"', "another SOAPAction"),
        ("invoice", '<xs:enumeration value="Draft"/>', "", "no longer takes Draft"),
        ("invoice", 'name="SaveInvoices"', 'name="StoreInvoices"', "SaveInvoices is gone"),
        ("invoice", 'complexType name="InvoiceRow"', 'complexType name="Row"', "InvoiceRow is g"),
        ("invoice", 'name="ProductId" type', 'maxOccurs="9" name="ProductId" type', "ProductId is"),
        (
            "invoice",
            'name="CustomerId" type="xs:int"',
            'name="X" type="xs:int"/><xs:element name="CustomerId" type="xs:int"',
            "InvoiceOrder now demands X",
        ),
        (
            "authenticate",
            '<xs:element name="Username"',
            '<xs:element name="Pin" type="xs:int" minOccurs="0"/><xs:element name="Username"',
            None,
        ),
        ("authenticate", '"LoginResult"', '"Result"', "LoginResponse.LoginResult is gone"),
    ],
)
def test_a_changed_service_is_told(
    service: str, old: str, new: str, told: str | None, project_root: Path
) -> None:
    ours = (project_root / f"lnb24so/wsdl/{service}.wsdl").read_text("utf-8")
    assert old in ours
    live = ours.replace(old, new)
    found = list(compare(read_service(ours.encode()), read_service(live.encode())))
    assert found == [] if told is None else [one for one in found if told in one]


def test_fields_in_another_order_are_told(project_root: Path) -> None:
    text = (project_root / "lnb24so/wsdl/authenticate.wsdl").read_text("utf-8")
    swapped = text.replace('name="Username"', 'name="_"').replace(
        'name="Password"', 'name="Username"'
    )
    swapped = swapped.replace('name="_"', 'name="Password"')
    found = list(compare(read_service(text.encode()), read_service(swapped.encode())))
    assert found == ["the fields of Credential come in another order"]


LAUGHS = b"".join(
    b'<!ENTITY l%d "%b">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 12)
)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html><body>Down</body></html>",
        b"<wsdl:definitions",
        b"\x00\xff",
        b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>'[:-2],
        b'<!DOCTYPE d [<!ENTITY l0 "ha">' + LAUGHS + b"]><d>&l11;</d>",
        b'<!DOCTYPE definitions SYSTEM "file:///etc/passwd">'
        b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>',
    ],
)
def test_a_description_that_is_none_is_refused(page: bytes) -> None:
    with pytest.raises(Transient, match=r"no XML|no WSDL"):
        read_service(page)


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (Fault.STATUS(404), "HTTP 404"),
        (Fault.HTML_503_BEFORE, "HTTP 503 with a web page"),
        (Fault.RESET_BEFORE, "connection broke"),
        (before(Reply(200, b"x" * 9_000_000, "text/xml")), "longer than 8 MiB"),
        (before(Reply(200, b"<a/>", "text/xml")), "no WSDL"),
    ],
)
def test_descriptions_out_of_reach_are_one_finding_and_nothing_more(
    shop: Installation, behaviour: Behaviour, told: str
) -> None:
    shop.box.faults.add("wsdl", behaviour, times=20)
    found = findings(shop)
    wrong = [each for each in found if each["level"] == "error"]
    assert [each["name"] for each in wrong] == [f"{ERP}.services"]
    assert told in wrong[0]["message"]


def sent_names(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield every field of a request with the element that it is in, both without namespace."""
    for child in element.iter(f"{{{NAMESPACE}}}*"):
        parent = child.getparent()
        assert parent is not None
        yield etree.QName(parent).localname, etree.QName(child).localname


def test_every_field_that_a_job_sends_or_asks_for_is_watched(shop: Installation) -> None:
    shop.run("push-orders")
    shop.run("pull-stock")
    shop.run("check")
    watched = {name for fields in FIELDS.values() for name in fields}
    types = {*FIELDS, "Delivery", "credential", "searchParams", "Currency"}
    asked = set()
    for seen in shop.box.requests:
        if seen.system != "erp" or not seen.body:
            continue
        for parent, name in sent_names(etree.fromstring(seen.body)):
            if parent in types:
                asked.add(name)
        texts = etree.fromstring(seen.body).iter(f"{{{NAMESPACE}}}string")
        asked |= {str(text.text) for text in texts}
    assert {"ReferenceNumber", "EAN1", "PostalArea", "BlockInvoice"} <= asked
    assert asked <= watched
