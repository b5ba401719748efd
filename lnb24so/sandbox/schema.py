"""A service description (WSDL) put to work: it validates requests, and reads and writes records.

A record is a dict keyed by the element names of the WSDL. Arrays (`ArrayOf...`) are lists,
decimals are `Decimal`, dates are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lxml import etree

if TYPE_CHECKING:
    from pathlib import Path

XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP_BINDING = "{http://schemas.xmlsoap.org/wsdl/soap/}"
NAMESPACE = "http://24sevenOffice.com/webservices"
TNS = f"{{{NAMESPACE}}}"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

Record = dict[str, Any]
Wanted = Mapping[str, frozenset[str]]  # type name -> the properties to write; absent: all


@dataclass(frozen=True, slots=True)
class Field:
    """One child element of a complex type; `default` is already read as a value."""

    name: str
    type: str
    many: bool
    nillable: bool
    required: bool
    default: Any


@dataclass(frozen=True)
class Service:
    """One SOAP service: where it lives, what it offers, what its documents look like."""

    path: str
    actions: Mapping[str, str]
    validator: etree.XMLSchema
    types: Mapping[str, tuple[Field, ...]]
    elements: Mapping[str, tuple[Field, ...]]
    wsdl: bytes
    asked_for: dict[tuple[str, frozenset[str] | None], tuple[tuple[Field, bool], ...]] = field(
        default_factory=dict
    )
    one_at_a_time: Lock = field(default_factory=Lock)  # lxml keeps the errors in the validator

    def invalid(self, element: etree._Element) -> str | None:
        """Return why the request element breaks the schema, or None if it is valid."""
        try:
            with self.one_at_a_time:
                self.validator.assertValid(element)
        except etree.DocumentInvalid as error:
            return str(error)
        return None

    def arguments(self, element: etree._Element) -> Record:
        """Return the arguments of a validated request."""
        return self._read_fields(element, self.elements[etree.QName(element).localname])

    def read(self, element: etree._Element, type_name: str) -> Any:
        """Return the value of an element: a scalar, a list for an array type, or a record."""
        if element.get(XSI_NIL) in ("true", "1"):
            return None
        fields = self.types.get(type_name)
        if fields is None:
            return from_text(type_name, element.text or "")
        record = self._read_fields(element, fields)
        return record.get(fields[0].name, []) if is_array(fields) else record

    def _read_fields(self, element: etree._Element, fields: tuple[Field, ...]) -> Record:
        by_name = {each.name: each for each in fields}
        record: Record = {}
        for child in element.iterchildren(f"{TNS}*"):
            declared = by_name[etree.QName(child).localname]
            value = self.read(child, declared.type)
            if declared.many:
                record.setdefault(declared.name, []).append(value)
            else:
                record[declared.name] = value
        return record

    def write(self, name: str, type_name: str, value: Any, wanted: Wanted) -> str:
        """Return the value as XML text.

        What equals a WSDL default is left out, as 24SevenOffice does. A required element
        without a value is nil, asked for or not, as ASP.NET writes it.
        """
        fields = self.types.get(type_name)
        if fields is None:
            return f"<{name}>{to_text(value)}</{name}>"
        if is_array(fields):
            item = fields[0]
            inner = "".join(self.write(item.name, item.type, each, wanted) for each in value)
        else:
            inner = self._write_fields(self._asked_for(type_name, wanted), value, wanted)
        return f"<{name}>{inner}</{name}>" if inner else f"<{name} />"

    def _write_fields(
        self, fields: Iterable[tuple[Field, bool]], record: Mapping[str, Any], wanted: Wanted
    ) -> str:
        parts = []
        for each, is_wanted in fields:
            value = record.get(each.name) if is_wanted else None
            if value is not None and value != each.default:
                parts.append(self.write(each.name, each.type, value, wanted))
            elif value is None and each.required and each.nillable:
                parts.append(f'<{each.name} xsi:nil="true" />')
        return "".join(parts)

    def _asked_for(self, type_name: str, wanted: Wanted) -> tuple[tuple[Field, bool], ...]:
        """Return the fields that leave a trace in a document, and whether each was asked for."""
        names = wanted.get(type_name)
        if (type_name, names) not in self.asked_for:
            every = ((one, names is None or one.name in names) for one in self.types[type_name])
            traced = tuple(
                (one, asked) for one, asked in every if asked or (one.required and one.nillable)
            )
            self.asked_for[type_name, names] = traced
        return self.asked_for[type_name, names]


def is_array(fields: tuple[Field, ...]) -> bool:
    """Return whether a type only wraps a list."""
    return len(fields) == 1 and fields[0].many


def load_services(folder: Path | None) -> tuple[Service, ...]:
    """Return the services described by the .wsdl files of a folder; None: our own files."""
    if folder is None:
        return own_services()
    return tuple(parse_service(file.read_bytes()) for file in sorted(folder.glob("*.wsdl")))


@cache
def own_services() -> tuple[Service, ...]:
    """Return the services of `lnb24so/wsdl`, parsed once for each process."""
    entries = sorted((files("lnb24so") / "wsdl").iterdir(), key=lambda entry: entry.name)
    return tuple(
        parse_service(each.read_bytes()) for each in entries if each.name.endswith(".wsdl")
    )


@cache
def parse_service(wsdl: bytes) -> Service:
    """Return the service that a WSDL document describes; only its SOAP 1.1 side is read."""
    root = etree.fromstring(wsdl)
    schema = one_schema(root)
    address = root.find(f"{WSDL}service/{WSDL}port/{SOAP_BINDING}address")
    if address is None:
        raise ValueError("The WSDL has no SOAP 1.1 port.")
    elements, types = (
        {str(node.get("name")): read_fields(node) for node in schema.iterchildren(f"{XS}{kind}")}
        for kind in ("element", "complexType")
    )
    return Service(
        path=urlsplit(str(address.get("location"))).path,
        actions=dict(soap_actions(root)),
        validator=etree.XMLSchema(etree.ElementTree(schema)),
        types=types,
        elements=elements,
        wsdl=wsdl,
    )


def one_schema(root: etree._Element) -> etree._Element:
    """Return the service's schema with the types of the second one moved into it.

    The second schema holds only Microsoft's guid, and libxml2 can't follow an import
    that has no location. Type names never show in a document, so nothing else changes.
    """
    main, *others = root.iter(f"{XS}schema")
    for imported in main.findall(f"{XS}import"):
        main.remove(imported)
    for other in others:
        main.extend(list(other))
    for node in main.iter(f"{XS}element"):
        prefix, _, name = str(node.get("type", "")).partition(":")
        if name and node.nsmap[prefix] not in (NAMESPACE, XS.strip("{}")):
            node.set("type", f"tns:{name}")
    return etree.fromstring(etree.tostring(main))


def soap_actions(root: etree._Element) -> Iterable[tuple[str, str]]:
    """Yield each operation with its SOAPAction."""
    for operation in root.iterfind(f"{WSDL}binding/{WSDL}operation"):
        call = operation.find(f"{SOAP_BINDING}operation")
        if call is not None:
            yield str(operation.get("name")), str(call.get("soapAction"))


def read_fields(node: etree._Element) -> tuple[Field, ...]:
    """Return the child elements of a complex type, in the order of the schema."""
    fields = []
    for child in node.iterfind(f".//{XS}sequence/{XS}element"):
        type_name = str(child.get("type")).partition(":")[2]
        default = child.get("default")
        fields.append(
            Field(
                name=str(child.get("name")),
                type=type_name,
                many=child.get("maxOccurs", "1") == "unbounded",
                nillable=child.get("nillable") == "true",
                required=child.get("minOccurs", "1") == "1",
                default=None if default is None else from_text(type_name, default),
            )
        )
    return tuple(fields)


READERS: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "long": int,
    "short": int,
    "decimal": Decimal,
    "double": float,
    "boolean": lambda text: text.strip() in ("true", "1"),
    "dateTime": lambda text: to_utc(datetime.fromisoformat(text.strip())),
}


def from_text(type_name: str, text: str) -> Any:
    """Return the value of a scalar's text; guids, enumerations and strings stay text."""
    return READERS.get(type_name, str)(text)


def to_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; one without a zone is taken as UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_text(value: Any) -> str:
    """Return a scalar as 24SevenOffice writes it: plain decimals, UTC dates without a zone."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return to_utc(value).replace(tzinfo=None).isoformat()
    return str(value)
