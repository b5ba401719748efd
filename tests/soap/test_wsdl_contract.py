"""Our own WSDLs say the same as the real ones about every operation that we call."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

OURS = Path(__file__).resolve().parents[2] / "lnb24so" / "wsdl"
OPERATIONS = {
    "authenticate": {"Login", "HasSession", "GetIdentity", "GetIdentities", "SetIdentityById"},
    "product": {"GetProducts"},
    "invoice": {"SaveInvoices", "GetInvoices", "GetOrderSyncList"},
    "company": {"GetCompanies"},
    "client": {"GetClientInformation", "GetCurrencyList"},
}
XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
Facts = dict[str, object]


def facts(file: Path, operations: set[str]) -> Facts:
    """Return what the file promises about these operations, one entry for each thing named."""
    root = etree.parse(str(file)).getroot()
    found: Facts = {"namespace": root.get("targetNamespace")}
    service = root.find(f"{WSDL}service")
    port = root.find(f"{WSDL}service/{WSDL}port[{SOAP}address]")
    address = root.find(f"{WSDL}service/{WSDL}port/{SOAP}address")
    assert service is not None
    assert port is not None
    assert address is not None
    found["location"] = address.get("location")
    found["port"] = (service.get("name"), port.get("name"), port.get("binding"))
    declared = declarations(root)
    for operation in sorted(operations):
        found |= operation_facts(root, operation)
        for element in (operation, f"{operation}Response"):
            name = f"element {{{root.get('targetNamespace')}}}{element}"
            found |= reachable(name, declared)
    return found


def operation_facts(root: etree._Element, operation: str) -> Facts:
    """Return the soapAction, the style and the two message elements of an operation."""
    binding = root.find(f"{WSDL}binding[{SOAP}binding]/{WSDL}operation[@name='{operation}']")
    port_type = root.find(f"{WSDL}portType/{WSDL}operation[@name='{operation}']")
    assert binding is not None, f"{operation} has no SOAP 1.1 binding"
    assert port_type is not None, f"{operation} is in no portType"
    call = binding.find(f"{SOAP}operation")
    assert call is not None
    found: Facts = {f"{operation}: soapAction": call.get("soapAction")}
    found[f"{operation}: style"] = call.get("style")
    for way in ("input", "output"):
        body = binding.find(f"{WSDL}{way}/{SOAP}body")
        message = port_type.find(f"{WSDL}{way}")
        assert body is not None
        assert message is not None
        name = str(message.get("message")).partition(":")[2]
        parts = root.findall(f"{WSDL}message[@name='{name}']/{WSDL}part")
        elements = [(part.get("name"), part.get("element")) for part in parts]
        found[f"{operation}: {way}"] = (body.get("use"), elements)
    return found


def declarations(root: etree._Element) -> dict[str, etree._Element]:
    """Return every global element and type by its qualified name."""
    found = {}
    for schema in root.iter(f"{XS}schema"):
        assert schema.get("elementFormDefault") == "qualified"
        for child in schema.iterchildren(f"{XS}element", f"{XS}complexType", f"{XS}simpleType"):
            kind = "element" if child.tag == f"{XS}element" else "type"
            found[f"{kind} {{{schema.get('targetNamespace')}}}{child.get('name')}"] = child
    return found


def reachable(name: str, declared: dict[str, etree._Element]) -> Facts:
    """Return the facts of a declaration and of every type that it leads to."""
    found: Facts = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        node = declared[current]
        children = list(node.iter(f"{XS}element"))[node.tag == f"{XS}element" :]
        found[current] = [shape(child) for child in children] + list(limits(node))
        types = [qualified(child) for child in children]
        waiting += [f"type {each}" for each in types if not each.startswith(XS)]
    return found


def shape(element: etree._Element) -> tuple[object, ...]:
    """Return what counts about a child element: name, type, occurrence, nillable, default."""
    return (
        element.get("name"),
        qualified(element),
        element.get("minOccurs", "1"),
        element.get("maxOccurs", "1"),
        element.get("nillable", "false"),
        element.get("default"),
    )


def limits(node: etree._Element) -> Iterator[tuple[object, ...]]:
    """Yield the base, the patterns and the enumeration values of a simple type, in order."""
    for restriction in node.iterchildren(f"{XS}restriction"):
        yield "base", str(restriction.get("base")).partition(":")[2]
        for facet in restriction:
            yield etree.QName(facet).localname, facet.get("value")


def qualified(element: etree._Element) -> str:
    """Return the element's type with its namespace in place of the prefix."""
    prefix, _, name = str(element.get("type")).partition(":")
    return f"{{{element.nsmap[prefix]}}}{name}"


def differences(ours: Facts, real: Facts) -> list[str]:
    """Return one line for each thing on which the two descriptions differ."""
    return [
        f"{name}: ours {ours.get(name)!r}, real {real.get(name)!r}"
        for name in sorted(ours.keys() | real.keys())
        if ours.get(name) != real.get(name)
    ]


@pytest.mark.parametrize("service", OPERATIONS)
def test_our_description_equals_the_real_one(service: str, real_wsdl_dir: Path) -> None:
    operations = OPERATIONS[service]
    ours = facts(OURS / f"{service}.wsdl", operations)
    assert differences(ours, facts(real_wsdl_dir / f"{service}.wsdl", operations)) == []


@pytest.mark.parametrize("service", OPERATIONS)
def test_we_describe_the_operations_we_call_and_no_other(service: str) -> None:
    root = etree.parse(str(OURS / f"{service}.wsdl")).getroot()
    named = {str(each.get("name")) for each in root.findall(f"{WSDL}portType/{WSDL}operation")}
    assert named == OPERATIONS[service]
    used = facts(OURS / f"{service}.wsdl", named)
    assert declarations(root).keys() <= used.keys(), "a type is declared that nothing reaches"
    assert len(root.findall(f"{WSDL}service/{WSDL}port")) == 1, "SOAP 1.1 only"


NAME = '<xs:element name="Name" type="xs:string" minOccurs="0" default=""/>'
EAN = '<xs:element name="EAN1" type="xs:string" minOccurs="0" default=""/>'


@pytest.mark.parametrize(
    ("service", "before", "after"),
    [
        ("product", NAME, NAME.replace("Name", "Title")),
        ("product", NAME, NAME.replace("string", "int")),
        ("product", NAME, NAME.replace('default=""', 'default="x"')),
        ("product", NAME, NAME.replace(' default=""', "")),
        ("product", NAME, NAME.replace('minOccurs="0"', 'minOccurs="1"')),
        ("product", NAME, NAME.replace("minOccurs", 'maxOccurs="2" minOccurs')),
        ("product", NAME, ""),
        ("product", f"{EAN}\n          {NAME}", f"{NAME}\n          {EAN}"),
        ("invoice", ' nillable="true"', ""),
        ("invoice", '<xs:enumeration value="Draft"/>', ""),
        ("client", "webservices/GetCurrencyList", "webservices/GetCurrencies"),
        ("company", "/V001/CompanyService", "/V002/CompanyService"),
        ("authenticate", "{8}-", "{9}-"),
    ],
)
def test_a_difference_is_reported(
    service: str, before: str, after: str, tmp_path: Path, real_wsdl_dir: Path
) -> None:
    changed = tmp_path / f"{service}.wsdl"
    shutil.copy(OURS / changed.name, changed)
    text = changed.read_text(encoding="utf-8")
    assert before in text
    changed.write_text(text.replace(before, after, 1), encoding="utf-8")
    operations = OPERATIONS[service]
    real = facts(real_wsdl_dir / changed.name, operations)
    assert len(differences(facts(changed, operations), real)) == 1
