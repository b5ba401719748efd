"""What stands in the SOAP answers of a sandbox."""

from __future__ import annotations

import requests
from lxml import etree
from raw_calls import NAMESPACE, RawErp


def fault(answer: requests.Response) -> str:
    """Return the fault's text; the answer must be one as ASP.NET sends it."""
    assert answer.status_code == 500
    root = etree.fromstring(answer.content)
    assert root.findtext(".//faultcode") == "soap:Server"
    text = root.findtext(".//faultstring") or ""
    assert "Server was unable to process request. ---> " in text
    assert "Internal.Server.Stack" in text, "a real fault brings the server's stack trace"
    return text.partition(" ---> ")[2].partition("\n")[0]


def strings(*names: str) -> str:
    return "".join(f"<string>{name}</string>" for name in names)


def products(raw_erp: RawErp, search: str, *names: str) -> list[dict[str, str | None]]:
    """Return the found products, each as its elements by name."""
    asked = f"<returnProperties>{strings(*names)}</returnProperties>"
    answer = raw_erp.call("GetProducts", f"<searchParams>{search}</searchParams>{asked}")
    assert answer.status_code == 200, answer.text
    found = etree.fromstring(answer.content).iter(f"{{{NAMESPACE}}}Product")
    return [{etree.QName(child).localname: child.text for child in each} for each in found]


def order_ids(raw_erp: RawErp, search: str) -> list[int]:
    answer = raw_erp.call("GetInvoices", f"<searchParams>{search}</searchParams>")
    assert answer.status_code == 200, answer.text
    found = etree.fromstring(answer.content).iter(f"{{{NAMESPACE}}}OrderId")
    return [int(each.text or 0) for each in found]


def company_ids(raw_erp: RawErp, search: str) -> list[int]:
    answer = raw_erp.call("GetCompanies", f"<searchParams>{search}</searchParams>")
    assert answer.status_code == 200, answer.text
    found = etree.fromstring(answer.content).iter(f"{{{NAMESPACE}}}Id")
    return [int(each.text or 0) for each in found]
