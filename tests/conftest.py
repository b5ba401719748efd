"""Fixtures that every test may use."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import settings
from installation import Installation

from lnb24so.sandbox import Brand, Sandbox
from lnb24so.sandbox.sample import brand

KEPT = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", "CI", "LNB24SO_EXAMPLES"}
FIXED = {"HOME": "/nowhere", "LANG": "C.UTF-8"}


def leave_the_host() -> None:
    """Take away what this machine's variables and habits would change in a test.

    Proxies, certificates, a time zone, colours, Python's own settings, a configuration: as under
    cron there are none, in this process and in those that it starts.
    """
    for name in os.environ.keys() - KEPT:
        if not name.startswith("PYTEST_"):
            del os.environ[name]
    os.environ |= FIXED
    time.tzset()
    os.umask(0o022)


leave_the_host()

# By default hypothesis fails an example that takes longer than 200 ms; no test is timed here.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

PROJECT_ROOT = Path(__file__).resolve().parent.parent
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


@pytest.fixture(scope="session", autouse=True)
def no_configuration_of_the_host() -> Iterator[None]:
    """Look for no configuration in /etc: one that is there is somebody's real one."""
    with pytest.MonkeyPatch.context() as patch:
        places = (Path("config.yaml"), Path("/nowhere/lnb24so/config.yaml"))
        patch.setattr("lnb24so.config.schema.DEFAULT_PLACES", places)
        yield


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Return the folder that holds pyproject.toml."""
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def real_wsdl_dir(project_root: Path) -> Path:
    """Return the folder with the service descriptions as 24SevenOffice publishes them.

    They lie next to the project, never in it. Without them the test is skipped; with
    CI=true it fails, so that the contract is never left unproven there.
    """
    folder = project_root.parent / "shared" / "wsdl"
    if not folder.is_dir():
        reason = "The real 24SevenOffice WSDLs are not in ../shared/wsdl."
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def sample() -> Brand:
    """Return the sample brand; a sandbox works on a copy of it."""
    return brand()


@pytest.fixture
def box(sample: Brand) -> Iterator[Sandbox]:
    """Return a started sandbox with the sample brand."""
    with Sandbox(sample) as started:
        yield started


@pytest.fixture
def strict_box(sample: Brand, project_root: Path) -> Iterator[Sandbox]:
    """Return a started sandbox that validates by the real WSDLs, wherever they are at hand."""
    real = project_root.parent / "shared" / "wsdl"
    with Sandbox(sample, wsdl_dir=real if real.is_dir() else None) as started:
        yield started


@pytest.fixture
def office(strict_box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return an installation of the tool beside `strict_box`."""
    return Installation(strict_box, tmp_path, monkeypatch)


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


@pytest.fixture
def raw_erp(box: Sandbox) -> Iterator[RawErp]:
    """Return hand-written SOAP calls to `box`, logged in to the trading company."""
    with erp_calls(box) as caller:
        yield caller


@pytest.fixture
def raw_lnb(box: Sandbox) -> Iterator[RawLnb]:
    """Return hand-written REST calls to `box` with a valid token."""
    caller = RawLnb(box)
    with caller.http:
        yield caller
