"""Hand-written calls to a sandbox, with none of the package's own code in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from lnb24so.sandbox import Sandbox

NAMESPACE = "http://24sevenOffice.com/webservices"
ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>'
    f'<{{0}} xmlns="{NAMESPACE}">{{1}}</{{0}}></soap:Body></soap:Envelope>'
)
ENDPOINTS = {
    "GetProducts": "/Logistics/Product/V001/ProductService.asmx",
    "GetInvoices": "/Economy/InvoiceOrder/V001/InvoiceService.asmx",
    "SaveInvoices": "/Economy/InvoiceOrder/V001/InvoiceService.asmx",
    "GetCompanies": "/CRM/Company/V001/CompanyService.asmx",
    "GetClientInformation": "/Client/V001/ClientService.asmx",
    "GetCurrencyList": "/Client/V001/ClientService.asmx",
}
AUTHENTICATE = "/authenticate/v001/authenticate.asmx"


class RawErp:
    """Hand-written SOAP calls to a sandbox, with none of the package's own code in between."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.http = requests.Session()
        self.http.trust_env = False

    def call(self, operation: str, inner: str = "", **headers: str) -> requests.Response:
        """Send one operation with the given XML inside it."""
        return self.http.post(
            self.box.erp_url + ENDPOINTS.get(operation, AUTHENTICATE),
            data=ENVELOPE.format(operation, inner).encode(),
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{NAMESPACE}/{operation}"',
                **headers,
            },
        )

    def log_in(self, **changes: str) -> requests.Response:
        """Log in to the trading company, with other credentials where given; keep the cookie."""
        erp = self.box.erp
        credential = {
            "ApplicationId": erp.application_id,
            "IdentityId": erp.identity_id,
            "Password": erp.password,
            "Username": erp.username,
        } | changes
        fields = "".join(f"<{name}>{value}</{name}>" for name, value in credential.items())
        answer = self.call("Login", f"<credential>{fields}</credential>")
        if "<LoginResult>" in answer.text:
            session = answer.text.partition("<LoginResult>")[2].partition("<")[0]
            self.http.cookies.set("ASP.NET_SessionId", session)
        return answer

    def save(self, reference: str = "LNB1", extra: str = "") -> requests.Response:
        """Save a small valid order."""
        row = (
            "<ProductId>1001</ProductId><Price>10.50</Price><DiscountRate>0</DiscountRate>"
            "<Quantity>2</Quantity>"
        )
        return self.call(
            "SaveInvoices",
            "<invoices><InvoiceOrder><CustomerId>501</CustomerId>"
            f'<IncludeVAT xsi:nil="true" /><InvoiceRows><InvoiceRow>{row}</InvoiceRow>{extra}'
            f"</InvoiceRows><ReferenceNumber>{reference}</ReferenceNumber>"
            "</InvoiceOrder></invoices>",
        )


class RawLnb:
    """Hand-written REST calls to a sandbox; each carries the access token."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = self.ask_token().json()["access_token"]

    def ask_token(self, **changes: str) -> requests.Response:
        """Ask for a token, with other credentials where given."""
        lnb = self.box.lnb
        credentials = {
            "client_id": lnb.client_id,
            "client_secret": lnb.client_secret,
            "grant_type": "client_credentials",
        } | changes
        return self.http.post(f"{self.box.lnb_url}/auth/token", json=credentials)

    def get(self, path: str, **query: str) -> requests.Response:
        return self.http.get(self.box.lnb_url + path, params={"access_token": self.token} | query)

    def post(self, path: str, document: Any) -> requests.Response:
        query = {"access_token": self.token}
        return self.http.post(self.box.lnb_url + path, params=query, json=document)


@contextmanager
def erp_calls(box: Sandbox) -> Iterator[RawErp]:
    """Yield hand-written SOAP calls, logged in to the trading company."""
    caller = RawErp(box)
    with caller.http:
        caller.log_in()
        yield caller
