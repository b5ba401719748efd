"""SOAP over HTTP: send one envelope, read the reply's items as they arrive.

zeep builds the envelopes from our WSDLs, so that order and types are right. The replies are
read here: zeep turns a truncated reply into a short list and a bad number into None, and takes
fourteen times longer over a product list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lnb24so.network.http import MIB, Http, NotAnsweredError, Reply
from lnb24so.network.patience import header_number

from .outcome import fault_text
from .stream import BrokenError, elements, elements_and_texts

if TYPE_CHECKING:
    from .plain import Plain

# The namespace of all five services, and their paths below the base URL (24SevenOffice WSDLs).
NAMESPACE = "http://24sevenOffice.com/webservices"
SERVICES = {
    "authenticate": "/authenticate/v001/authenticate.asmx",
    "product": "/Logistics/Product/V001/ProductService.asmx",
    "invoice": "/Economy/InvoiceOrder/V001/InvoiceService.asmx",
    "company": "/CRM/Company/V001/CompanyService.asmx",
    "client": "/Client/V001/ClientService.asmx",
}

# Service of each operation, and what one item of its reply is called (24SevenOffice WSDLs).
OPERATIONS: Mapping[str, tuple[str, str]] = {
    "Login": ("authenticate", "LoginResult"),
    "HasSession": ("authenticate", "HasSessionResult"),
    "GetIdentity": ("authenticate", "GetIdentityResult"),
    "GetIdentities": ("authenticate", "Identity"),
    "SetIdentityById": ("authenticate", "SetIdentityByIdResult"),
    "GetProducts": ("product", "Product"),
    "GetInvoices": ("invoice", "InvoiceOrder"),
    "GetOrderSyncList": ("invoice", "int"),
    "SaveInvoices": ("invoice", "InvoiceOrder"),
    "GetCompanies": ("company", "Company"),
    "GetClientInformation": ("client", "GetClientInformationResult"),
    "GetCurrencyList": ("client", "Currency"),
}

_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
_FAULT = "{http://schemas.xmlsoap.org/soap/envelope/}Fault"
_LONGEST = 64 * MIB
_LONGEST_OF = {"GetProducts": 1024 * MIB}  # read as it arrives, and let go of
_LONGEST_DESCRIPTION = 8 * MIB


class NotConnectedError(Exception):
    """The request never left."""


class FaultError(Exception):
    """The server answered with a SOAP fault; the text has no stack trace."""


class TooManyError(Exception):
    """HTTP 429; `seconds` is its Retry-After, or None."""

    def __init__(self, seconds: int | None) -> None:
        super().__init__("too many requests (HTTP 429)")
        self.seconds = seconds


class UnreadableError(Exception):
    """No reply, or one that is not a whole SOAP reply; `again`: the next one may be better."""

    def __init__(self, message: str, *, again: bool = True) -> None:
        super().__init__(message)
        self.again = again


class Wire:
    """One keep-alive connection to 24SevenOffice, and the session cookie it carries."""

    def __init__(self, base_url: str, timeout: float) -> None:
        self._base_url = base_url
        # It keeps no cookie: the session id is ours to send, and none that a reply sets joins it.
        self._http = Http(base_url, timeout)
        self.session_id: str | None = None
        self.requests_left: str | None = None
        self.server_date: str | None = None

    def items(
        self, operation: str, arguments: dict[str, Any], plain: Plain | None = None
    ) -> Iterator[Any]:
        """Yield each item of the operation's reply, and end only if the reply is whole.

        An item is an element, or a list of the Texts of some that are written as `plain` says.

        The caller must not act before the end: a truncated reply shows only there. An item's
        content may be gone when the next one is asked for. Raises the four exceptions above.
        """
        service, item = OPERATIONS[operation]
        body = _envelope(service, operation, arguments)
        action = f'"{NAMESPACE}/{operation}"'
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action}
        if self.session_id:
            headers["Cookie"] = f"ASP.NET_SessionId={self.session_id}"
        with self._ask("POST", SERVICES[service], headers, body) as reply:
            left = header_number(reply.headers.get("APILimitRemaining"))
            self.requests_left = self.requests_left if left is None else str(left)
            yield from _read_items(reply, operation, item, plain)

    def description(self, service: str) -> bytes:
        """Return the WSDL that the server shows of a service today; raises as `items` does."""
        with self._ask("GET", f"{SERVICES[service]}?wsdl", {}, None) as reply:
            if reply.status != 200:
                raise UnreadableError(f"HTTP {reply.status}{_page_words(reply)}")
            return reply.whole(_LONGEST_DESCRIPTION)

    @contextmanager
    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> Iterator[Reply]:
        """Give an answer whose body is still to be read."""
        url = self._base_url + path
        try:
            with self._http.ask(
                self._http.request(method, url, headers=headers, body=body)
            ) as reply:
                self.server_date = reply.headers.get("Date")
                if reply.status == 429:
                    raise TooManyError(header_number(reply.headers.get("Retry-After")))
                yield reply
        except NotAnsweredError as error:
            if not error.left:
                raise NotConnectedError(f"no connection to {self._base_url}") from None
            raise UnreadableError(str(error), again=error.again) from None


def _envelope(service: str, operation: str, arguments: dict[str, Any]) -> bytes:
    from lxml import etree

    client = _zeep_client(service)
    envelope = client.create_message(client.service, operation, **arguments)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


@cache
def _zeep_client(service: str) -> Any:
    """Return zeep's reading of our WSDL; it only builds envelopes and holds no session."""
    import zeep

    client: Any = zeep.Client  # Without types.
    return client(str(files("lnb24so") / "wsdl" / f"{service}.wsdl"))


def _read_items(reply: Reply, operation: str, item: str, plain: Plain | None) -> Iterator[Any]:
    """Yield the items of an HTTP reply; see `Wire.items`."""
    status = reply.status
    if status not in (200, 500):
        raise UnreadableError(f"HTTP {status}{_page_words(reply)}")
    name = f"{{{NAMESPACE}}}{item}"
    whole = f"{{{NAMESPACE}}}{operation}Response"
    chunks = _only_soap(reply.chunks(_LONGEST_OF.get(operation, _LONGEST)), status)
    tags = (_ENVELOPE, _FAULT, whole, name)
    seen: set[str] = set()
    try:
        for element in (
            elements_and_texts(chunks, tags, plain, NAMESPACE) if plain else elements(chunks, tags)
        ):
            if isinstance(element, list):
                yield element
                continue
            if not seen and element.getroottree().docinfo.doctype:
                raise UnreadableError(f"HTTP {status} with a DTD, which SOAP forbids")
            seen.add(element.tag)
            if element.tag == name:
                yield element
            elif element.tag == _FAULT:
                raise FaultError(fault_text(element.findtext("faultstring") or ""))
    except BrokenError:
        raise UnreadableError(f"HTTP {status} with a truncated or broken reply") from None
    for tag, missing in ((_ENVELOPE, "an envelope"), (whole, f"{operation}Response")):
        if tag not in seen:
            raise UnreadableError(f"HTTP {status} without {missing}")
    if status != 200:
        raise UnreadableError(f"HTTP {status} without a fault")


def _only_soap(chunks: Iterator[bytes], status: int) -> Iterator[bytes]:
    """Yield the chunks of a body that begins like XML."""
    for number, chunk in enumerate(chunks):
        if not number:
            _refuse_what_is_no_soap(chunk, status)
        yield chunk


def _refuse_what_is_no_soap(start: bytes, status: int) -> None:
    head = start[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<html" in head or head.startswith(b"<!doctype html"):
        raise UnreadableError(f"HTTP {status} with a web page instead of SOAP")
    if not head.startswith(b"<"):
        raise UnreadableError(f"HTTP {status} with something that is not XML")


def _page_words(reply: Reply) -> str:
    kind = reply.headers.get("Content-Type", "")
    return " with a web page" if "html" in kind.lower() else ""
