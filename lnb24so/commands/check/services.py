"""Check that 24SevenOffice's live services still have the operations and fields that we use.

The envelopes are built from the WSDLs in this package. ASP.NET reads a request's fields in the
order of its own WSDL and silently drops what it does not know, so a change there would not be
noticed until an order came out wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lnb24so.errors import Transient
from lnb24so.soap.types import FIELDS
from lnb24so.soap.wire import SERVICES
from lnb24so.texts import count

from .findings import Findings, Pair

if TYPE_CHECKING:
    from lxml.etree import _Element

SENT = frozenset(("Credential", "InvoiceOrder", "InvoiceRow", "Address", "Currency"))
"""Types that we fill in: a new field there that must be given would be missing from ours."""

_XS = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


@dataclass(frozen=True, slots=True)
class Field:
    """One element of a type; `type` is without its namespace prefix."""

    name: str
    type: str
    many: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Service:
    """What a WSDL says of a service: SOAPActions, and fields and choices in their order."""

    actions: Mapping[str, str]
    fields: Mapping[str, tuple[Field, ...]]
    choices: Mapping[str, tuple[str, ...]]


def check_services(description: Callable[[str], bytes], findings: Findings) -> None:
    """Compare each live WSDL with ours; `description` fetches one."""
    changed = operations = 0
    for name in SERVICES:
        ours = read_service((files("lnb24so") / "wsdl" / f"{name}.wsdl").read_bytes())
        differences = list(compare(ours, read_service(description(name))))
        operations += len(ours.actions)
        if differences:
            changed += 1
            findings.error(
                "24sevenoffice.services",
                f"The {name} service has changed: {'; '.join(differences[:3])}. Fix: check "
                "24sevenoffice.base_url, and look for a newer lnb24so; do not push orders before.",
                [Pair(difference) for difference in differences],
            )
    if not changed:
        used = f"{count(len(SERVICES), 'service')} with {count(operations, 'operation')}"
        findings.ok("24sevenoffice.services", f"{used}: all that is used is still there.")


def read_service(wsdl: bytes) -> Service:
    """Return what a WSDL says; raises Transient for what is none, or holds a DTD."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(wsdl, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Transient("24SevenOffice: a service's description is no XML.") from None
    document: Any = root.getroottree()
    if root.tag != f"{_WSDL}definitions" or document.docinfo.doctype:
        raise Transient("24SevenOffice: a service's description is no WSDL.")
    named = [
        child
        for schema in root.iter(f"{_XS}schema")
        for child in schema.iterchildren(f"{_XS}element", f"{_XS}complexType", f"{_XS}simpleType")
    ]
    return Service(
        actions=dict(_actions(root)),
        fields={
            str(node.get("name")): tuple(_fields(node))
            for node in named
            if node.tag != f"{_XS}simpleType"
        },
        choices={
            str(node.get("name")): tuple(
                str(choice.get("value")) for choice in node.iter(f"{_XS}enumeration")
            )
            for node in named
        },
    )


def _actions(root: _Element) -> Iterator[tuple[str, str]]:
    """Yield each operation of the SOAP 1.1 binding with its SOAPAction."""
    for binding in root.iterchildren(f"{_WSDL}binding"):
        if binding.find(f"{_SOAP}binding") is None:
            continue
        for operation in binding.iterchildren(f"{_WSDL}operation"):
            call = operation.find(f"{_SOAP}operation")
            action = "" if call is None else call.get("soapAction")
            yield str(operation.get("name")), str(action)


def _fields(node: _Element) -> Iterator[Field]:
    for child in node.iterfind(f".//{_XS}sequence/{_XS}element"):
        yield Field(
            name=str(child.get("name")),
            type=str(child.get("type")).rpartition(":")[2],
            many=child.get("maxOccurs", "1") != "1",
            required=child.get("minOccurs", "1") != "0" and child.get("nillable") != "true",
        )


def compare(ours: Service, live: Service) -> Iterator[str]:
    """Yield what we use and the live service lacks or has otherwise."""
    for operation, action in ours.actions.items():
        if operation not in live.actions:
            yield f"{operation} is gone"
        elif live.actions[operation] != action:
            yield f"{operation} has another SOAPAction"
    for name, fields in ours.fields.items():
        used = _used(name, fields, ours)
        if used and name not in live.fields:
            yield f"{name} is gone"
        elif used:
            yield from _compare_fields(name, used, ours.fields[name], live.fields[name])
    for name, choices in ours.choices.items():
        missing = [choice for choice in choices if choice not in live.choices.get(name, ())]
        if missing:
            yield f"{name} no longer takes {', '.join(missing)}"


def _used(name: str, fields: tuple[Field, ...], ours: Service) -> list[Field]:
    """Return the fields that we use: all of a request, a reply or a list, else those of FIELDS."""
    whole = name.removesuffix("Response") in ours.actions or name.startswith("ArrayOf")
    return [field for field in fields if whole or field.name in FIELDS.get(name, ())]


def _compare_fields(
    name: str, used: list[Field], known: tuple[Field, ...], live: tuple[Field, ...]
) -> Iterator[str]:
    there = {field.name: field for field in live}
    for field in used:
        now = there.get(field.name)
        if now is None:
            yield f"{name}.{field.name} is gone"
        elif (now.type, now.many) != (field.type, field.many):
            yield f"{name}.{field.name} is {now.type}, no longer {field.type}"
    kept = [field.name for field in used if field.name in there]
    if [field.name for field in live if field.name in kept] != kept:
        yield f"the fields of {name} come in another order"
    names = {field.name for field in known}
    if name in SENT:
        new = [field.name for field in live if field.required and field.name not in names]
        yield from (f"{name} now demands {each}" for each in new)
