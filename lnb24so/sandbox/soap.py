"""The SOAP side of the sandbox: from an HTTP request to a checked visit, and back to an envelope.

It answers as ASP.NET does: every refusal of a whole request is a fault with HTTP 500.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from lxml import etree

from lnb24so.sandbox.exchange import Admitted, Call, Reply
from lnb24so.sandbox.schema import NAMESPACE, TNS, Service, Wanted, load_services
from lnb24so.sandbox.services import (
    OPERATIONS,
    WITHOUT_SESSION,
    Answer,
    SoapFault,
    Visit,
)

if TYPE_CHECKING:
    from pathlib import Path

    from lnb24so.sandbox.erp import Erp, Session

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
XML = "text/xml; charset=utf-8"
COOKIE = "ASP.NET_SessionId"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>{}</soap:Body></soap:Envelope>'
)
INTERNAL_STACK = (
    "   at TwentyFour.Services.Host.Invoke() in \\\\build-07.internal\\src\\Host.cs:line 88"
    "\n   at Internal.Server.Stack(IPAddress 10.12.4.31)"
)
QUARANTINE = "Limit exceeded by 1. Request is blocked. Quarantine ends at {}"
UNSUPPORTED = Reply(415, b"Unsupported Media Type", "text/plain")


class SoapSide:
    """All five 24SevenOffice services over one set of books."""

    def __init__(self, erp: Erp, wsdl_dir: Path | None) -> None:
        self.erp = erp
        self.services = {each.path.lower(): each for each in load_services(wsdl_dir)}
        self._catalogue: tuple[list[Any], Wanted, Reply] | None = None

    def operation(self, method: str, path: str, action: str) -> str | None:
        """Return the operation that a request names, or None if the path is no service of ours.

        A GET can only ask for the service's description: "wsdl".
        """
        service = self.services.get(path.lower())
        if service is None:
            return None
        if method == "GET":
            return "wsdl"
        names = {each.lower(): name for name, each in service.actions.items()}
        return names.get(action.strip('"').lower(), "unknown")

    def admit(self, call: Call) -> Admitted:
        """Check a request as the server does at its door; return what carries it out.

        A refused request is carried out by answering with the fault.
        """
        if call.operation == "wsdl" and "wsdl" in call.query:
            page = Reply(200, self.services[call.path.lower()].wsdl, XML)
            return lambda: page
        if call.content_type != "text/xml":
            return lambda: UNSUPPORTED
        try:
            visit = self._visit(call)
        except SoapFault as fault:
            refusal = fault_reply(str(fault))
            return lambda: refusal
        return lambda: self._carry_out(call.operation, visit)

    def _visit(self, call: Call) -> Visit:
        service = self.services[call.path.lower()]
        request = body_element(call.body)
        if request.tag != f"{TNS}{call.operation}" or call.operation not in OPERATIONS:
            raise SoapFault(
                f"Server did not recognize the value of HTTP Header SOAPAction: {call.action}."
            )
        invalid = service.invalid(request)
        if invalid is not None:
            raise SoapFault(f"Instance validation error: {invalid}")
        with self.erp.lock:
            self._spend_budget()
        session = self.session_of(call)
        if session is None and call.operation not in WITHOUT_SESSION:
            raise SoapFault("Session is not authenticated")
        return Visit(self.erp, service, session, service.arguments(request))

    def _spend_budget(self) -> None:
        if self.erp.budget is None:
            return
        if self.erp.budget <= 0:
            raise SoapFault(QUARANTINE.format(f"{self.erp.next_hour():%Y-%m-%d %H:%M:%S}"))
        self.erp.budget -= 1

    def _carry_out(self, operation: str, visit: Visit) -> Reply:
        try:
            with self.erp.lock:
                answer = OPERATIONS[operation](visit)
                return self._reply(operation, visit.service, answer)
        except SoapFault as fault:
            return fault_reply(str(fault))

    def _reply(self, operation: str, service: Service, answer: Answer) -> Reply:
        """Write an answer; the one with all the products is kept while they stay the same.

        Not where a budget is counted, for the kept headers would tell an old figure.
        """
        if operation != "GetProducts" or self.erp.budget is not None:
            return self.write(operation, service, answer)
        kept = self._catalogue
        if kept is None or kept[:2] != (answer.value, answer.wanted):
            kept = (answer.value, answer.wanted, self.write(operation, service, answer))
            self._catalogue = kept
        return kept[2]

    def write(self, operation: str, service: Service, answer: Answer) -> Reply:
        """Return the answer of an operation as its envelope."""
        result = ""
        if answer.value is not None:
            field = service.elements[f"{operation}Response"][0]
            result = service.write(field.name, field.type, answer.value, answer.wanted)
        document = f'<{operation}Response xmlns="{NAMESPACE}">{result}</{operation}Response>'
        return Reply(200, ENVELOPE.format(document).encode(), XML, self.limit_headers())

    def limit_headers(self) -> dict[str, str]:
        """Return the headers that tell the rest of the request budget, where one is set."""
        if self.erp.budget is None:
            return {}
        reset = f"{self.erp.next_hour():%Y-%m-%dT%H:%M:%S}"
        return {"APILimitRemaining": str(self.erp.budget), "APILimitReset": reset}

    def session_of(self, call: Call) -> Session | None:
        """Return the session that a request carries, if it is alive."""
        return self.erp.sessions.get(call.cookies.get(COOKIE, ""))


def body_element(document: bytes) -> etree._Element:
    """Return the one element inside the SOAP body; raise SoapFault for anything else."""
    if b"<!DOCTYPE" in document:
        raise SoapFault("Server was unable to read request. ---> DTD is prohibited")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise SoapFault(f"Server was unable to read request. ---> {error.msg}") from None
    elements = root.findall(f"{SOAP}Body/*") if root.tag == f"{SOAP}Envelope" else []
    if len(elements) != 1:
        raise SoapFault("Server was unable to read request. ---> Not one element in the Body")
    return elements[0]


def fault_reply(text: str) -> Reply:
    """Return a fault as ASP.NET wraps it: HTTP 500, a server stack trace with it."""
    wrapped = (
        "System.Web.Services.Protocols.SoapException: Server was unable to process request."
        f" ---> {text}\n{INTERNAL_STACK}"
    )
    fault = (
        "<soap:Fault><faultcode>soap:Server</faultcode>"
        f"<faultstring>{escape(wrapped)}</faultstring><detail /></soap:Fault>"
    )
    return Reply(500, ENVELOPE.format(fault).encode(), XML)
