"""SOAP over HTTP: send one envelope, read the reply's items as they arrive.

zeep builds the envelopes from our WSDLs, so that order and types are right. The replies are
read here: zeep turns a truncated reply into a short list and a bad number into None, and takes
fourteen times longer over a product list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lnb24so.network import never_left, retry_seconds, timeouts

from .outcome import fault_text

if TYPE_CHECKING:
    import requests
    from lxml.etree import _Element

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
_CHUNK = 65536
_LARGEST_DESCRIPTION = 8 * 1024 * 1024


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
    """No reply, or one that is not a whole SOAP reply."""


class Wire:
    """One keep-alive connection to 24SevenOffice, and the session cookie it carries."""

    def __init__(self, base_url: str, timeout: float) -> None:
        import requests

        self._base_url = base_url
        self._timeout = timeout
        self._http = requests.Session()
        # The session id is ours to send; a cookie that a reply sets must not join it.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.session_id: str | None = None
        self.requests_left: str | None = None
        self.server_date: str | None = None

    def items(self, operation: str, arguments: dict[str, Any]) -> Iterator[_Element]:
        """Yield each item of the operation's reply, and end only if the reply is whole.

        The caller must not act before the end: a truncated reply shows only there. An item's
        content may be gone when the next one is asked for. Raises the four exceptions above.
        """
        service, item = OPERATIONS[operation]
        body = _envelope(service, operation, arguments)
        action = f'"{NAMESPACE}/{operation}"'
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action}
        if self.session_id:
            headers["Cookie"] = f"ASP.NET_SessionId={self.session_id}"
        with self._send("POST", SERVICES[service], headers, body) as response:
            self.requests_left = response.headers.get("APILimitRemaining", self.requests_left)
            yield from _read_items(response, operation, item)

    def description(self, service: str) -> bytes:
        """Return the WSDL that the server shows of a service today; raises as `items` does."""
        with self._send("GET", f"{SERVICES[service]}?wsdl", {}, None) as response:
            if response.status_code != 200:
                raise UnreadableError(f"HTTP {response.status_code}{_page_words(response)}")
            body = b""
            for chunk in _chunks(response):
                body += chunk
                if len(body) > _LARGEST_DESCRIPTION:
                    raise UnreadableError("HTTP 200 with an endless reply")
            return body

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> requests.Response:
        """Return an answer whose body is still to be read."""
        import requests

        try:
            response = self._http.request(
                method,
                self._base_url + path,
                data=body,
                headers=headers,
                timeout=timeouts(self._timeout),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            if never_left(error):
                raise NotConnectedError(f"no connection to {self._base_url}") from None
            raise UnreadableError(_in_words(error, self._timeout)) from None
        self.server_date = response.headers.get("Date")
        if response.status_code == 429:
            response.close()
            raise TooManyError(retry_seconds(response.headers.get("Retry-After")))
        return response


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


def _read_items(response: requests.Response, operation: str, item: str) -> Iterator[_Element]:
    """Yield the items of an HTTP reply; see `Wire.items`."""
    status = response.status_code
    if status not in (200, 500):
        raise UnreadableError(f"HTTP {status}{_page_words(response)}")
    name = f"{{{NAMESPACE}}}{item}"
    whole = f"{{{NAMESPACE}}}{operation}Response"
    seen: set[str] = set()
    for element in _ended(response, (_ENVELOPE, _FAULT, whole, name)):
        if not seen and element.getroottree().docinfo.doctype:
            raise UnreadableError(f"HTTP {status} with a DTD, which SOAP forbids")
        seen.add(element.tag)
        if element.tag == name:
            yield element
        elif element.tag == _FAULT:
            raise FaultError(fault_text(element.findtext("faultstring") or ""))
    for tag, missing in ((_ENVELOPE, "an envelope"), (whole, f"{operation}Response")):
        if tag not in seen:
            raise UnreadableError(f"HTTP {status} without {missing}")
    if status != 200:
        raise UnreadableError(f"HTTP {status} without a fault")


def _ended(response: requests.Response, tags: tuple[str, ...]) -> Iterator[Any]:
    """Yield each element of these names as it ends; a chunk's memory is let go of after it."""
    from lxml import etree

    parser = etree.XMLPullParser(events=("end",), tag=tags, resolve_entities=False, no_network=True)
    status = response.status_code
    try:
        for number, chunk in enumerate(_chunks(response)):
            if not number:
                _refuse_what_is_no_soap(chunk, status)
            parser.feed(chunk)
            last: Any = None
            for _, last in parser.read_events():
                yield last
            if last is not None and (parent := last.getparent()) is not None:
                # Only what is complete: the parser is still writing what follows the last one.
                del parent[: parent.index(last)]
        parser.close()
    except etree.XMLSyntaxError:
        raise UnreadableError(f"HTTP {status} with a truncated or broken reply") from None


def _chunks(response: requests.Response) -> Iterator[bytes]:
    import requests

    try:
        yield from response.iter_content(_CHUNK)
    except requests.RequestException:
        raise UnreadableError("the reply broke off, fell silent or was damaged midway") from None


def _refuse_what_is_no_soap(start: bytes, status: int) -> None:
    head = start[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<html" in head or head.startswith(b"<!doctype html"):
        raise UnreadableError(f"HTTP {status} with a web page instead of SOAP")
    if not head.startswith(b"<"):
        raise UnreadableError(f"HTTP {status} with something that is not XML")


def _page_words(response: requests.Response) -> str:
    kind = response.headers.get("Content-Type", "")
    return " with a web page" if "html" in kind.lower() else ""


def _in_words(error: Exception, timeout: float) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return f"no answer within {timeout:g} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "a TLS error (is the certificate valid, and the clock right?)"
    return "the connection broke before a reply came"
