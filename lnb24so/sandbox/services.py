"""What each 24SevenOffice operation does, once the request is valid and the session is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lnb24so.sandbox.brand import Record
from lnb24so.sandbox.erp import OWN_CURRENCY, REGISTERED, Company, Create, Erp, Session
from lnb24so.sandbox.searches import (
    COMPANY_TESTS,
    ORDER_TESTS,
    PRODUCT_TESTS,
    changed_since,
    matching,
)

if TYPE_CHECKING:
    from lnb24so.sandbox.schema import Service, Wanted

MOST_ORDER_IDS = 1000
BOOKED = {"Invoiced", "InvoicedCashAccount", "InvoicedPack", "PaymentReminder"}
READ_ONLY = {"APIException", "OrderTotalIncVat", "OrderTotalVat", "DateChanged", "InvoiceId"}
STACK_TRACE = (
    "   at TwentyFour.Economy.InvoiceOrder.Save(InvoiceOrder order) in "
    "\\\\build-07.internal\\src\\InvoiceOrder.cs:line 418 (10.12.4.31)"
)


class SoapFault(Exception):
    """24SevenOffice refuses the whole request; the text is the real one, without its wrapping."""


@dataclass(frozen=True)
class Answer:
    """The result of an operation, and which properties of it to write. None: no result."""

    value: Any
    wanted: Wanted = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """One valid request: who asks (None before the login), and with which arguments."""

    erp: Erp
    service: Service
    session: Session | None
    arguments: Record

    @property
    def company(self) -> Company:
        """Return the company that the session works in; raise SoapFault if it has none."""
        identity_id = self.session.identity_id if self.session else None
        if identity_id is None:
            raise SoapFault("Client is not authenticated on this identity")
        return self.erp.companies[identity_id]

    def search(self, type_name: str) -> Record:
        """Return the search parameters that hold a value; raise SoapFault if there is none."""
        sent = self.arguments.get("searchParams") or {}
        defaults = {each.name: each.default for each in self.service.types[type_name]}
        given = {
            name: value
            for name, value in sent.items()
            if value not in (None, "", []) and value != defaults[name]
        }
        if not given:
            raise SoapFault("Please specify at least one search parameter")
        return given

    def names(self, argument: str, otherwise: str) -> frozenset[str]:
        """Return the properties that an argument names; without any, only the id."""
        return frozenset(self.arguments.get(argument) or [otherwise])


def login(visit: Visit) -> Answer:
    """Open a session; a wrong password is an empty answer."""
    sent = visit.arguments.get("credential") or {}
    erp = visit.erp
    if sent.get("ApplicationId", "").lower() != erp.application_id:
        raise SoapFault("Login failed. Your application id is not registered.")
    if (sent.get("Username"), sent.get("Password")) != (erp.username, erp.password):
        return Answer(None)
    return Answer(erp.log_in(sent.get("IdentityId", erp.default_identity_id).lower()).id)


def has_session(visit: Visit) -> Answer:
    """Say whether the session lives."""
    return Answer(visit.session is not None)


def get_identity(visit: Visit) -> Answer:
    """Answer with the company that the session works in."""
    return Answer(identity(visit.erp, visit.company, visit.company.identity_id))


def get_identities(visit: Visit) -> Answer:
    """Answer with every company within reach."""
    current = visit.session.identity_id if visit.session else None
    return Answer([identity(visit.erp, each, current) for each in visit.erp.companies.values()])


def identity(erp: Erp, company: Company, current: str | None) -> Record:
    """Return an Identity record of the WSDL."""
    return {
        "Id": company.identity_id,
        "User": {"Name": erp.username},
        "Client": {"Id": company.id, "Name": company.name},
        "IsCurrent": company.identity_id == current,
        "IsDefault": company.identity_id == erp.default_identity_id,
        "IsProtected": False,
    }


def set_identity_by_id(visit: Visit) -> Answer:
    """Choose the company of the session; say whether it is within reach."""
    wished = visit.arguments["identityId"].lower()
    if visit.session is None or wished not in visit.erp.companies:
        return Answer(value=False)
    visit.session.identity_id = wished
    return Answer(value=True)


def get_client_information(visit: Visit) -> Answer:
    """Answer with the company's name and own currency."""
    return Answer(
        {
            "Country": "NO",
            "IsUsingFactoring": False,
            "Name": visit.company.name,
            "ReminderDays": 14,
            "ReminderDays2": 28,
            "ReminderDays3": 42,
            "UserId": visit.company.id,
            "OrganizationNumber": "987654325",
            "DefaultCurrency": OWN_CURRENCY,
        }
    )


def get_currency_list(visit: Visit) -> Answer:
    """Answer with the company's foreign currencies."""
    return Answer(visit.company.currencies)


def get_products(visit: Visit) -> Answer:
    """Answer with the products that the search finds."""
    found = matching(visit.company.products, visit.search("ProductSearchParameters"), PRODUCT_TESTS)
    return Answer(found, {"Product": visit.names("returnProperties", "Id")})


def get_companies(visit: Visit) -> Answer:
    """Answer with the customers that the search finds."""
    found = matching(
        visit.company.customers, visit.search("CompanySearchParameters"), COMPANY_TESTS
    )
    return Answer(found, {"Company": visit.names("returnProperties", "Id")})


def get_invoices(visit: Visit) -> Answer:
    """Answer with the orders that the search finds; SoapFault for too many ids."""
    given = visit.search("InvoiceSearchParameters")
    if len(given.get("OrderIds", [])) > MOST_ORDER_IDS:
        raise SoapFault(f"The maximum number of OrderIds is {MOST_ORDER_IDS}")
    found = matching(visit.company.orders, given, ORDER_TESTS)
    wanted = {
        "InvoiceOrder": visit.names("invoiceReturnProperties", "OrderId"),
        "InvoiceRow": visit.names("rowReturnProperties", "RowId"),
    }
    return Answer(found, wanted)


def get_order_sync_list(visit: Visit) -> Answer:
    """Answer with the ids of the orders that were registered, and changed, since then."""
    sent = visit.arguments.get("syncParams") or {}
    since = sent["RegisteredAfter"]
    changed = sent.get("ChangedAfter")
    return Answer(
        [
            order_id
            for order_id, order in visit.company.orders.items()
            if order.get(REGISTERED, order["DateOrdered"]) >= since
            and (changed is None or changed_since(order, changed))
        ]
    )


def save_invoices(visit: Visit) -> Answer:
    """Store the orders, each answered by itself."""
    return Answer([save_one(visit, dict(each)) for each in visit.arguments.get("invoices") or []])


def save_one(visit: Visit, sent: dict[str, Any]) -> Record:
    """Store one order and return it with its OrderId, or return it with an APIException."""
    company = visit.company
    order = {name: value for name, value in sent.items() if value is not None}
    order = {name: value for name, value in order.items() if name not in READ_ONLY}
    refusal = why_refused(company, order)
    if refusal is not None:
        return {**order, "OrderId": None, "APIException": api_exception(refusal)}
    is_new = "OrderId" not in order
    order_id = visit.erp.store(company, order)
    stored = company.orders[order_id]
    if is_new:
        visit.erp.creates.append(
            Create(
                reference=stored.get("ReferenceNumber", ""),
                at=stored["DateChanged"],
                order_id=order_id,
                customer_id=stored["CustomerId"],
                company_id=company.id,
            )
        )
    return stored


def why_refused(company: Company, order: Record) -> str | None:
    """Return the sentence with which 24SevenOffice refuses an order, or None."""
    if "OrderId" in order and order["OrderId"] not in company.orders:
        return f"Order with id {order['OrderId']} was not found."
    if order.get("CustomerId") not in company.customers:
        return f"Customer with id {order.get('CustomerId')} was not found."
    if order.get("OrderStatus") in BOOKED:
        return f"OrderStatus {order['OrderStatus']} can not be set by SaveInvoices."
    for number, row in enumerate(order.get("InvoiceRows", []), start=1):
        is_normal = row.get("Type", "Normal") == "Normal"
        if is_normal and row.get("ProductId") not in company.products:
            return f"Row {number}: product with id {row.get('ProductId')} was not found."
    return None


def api_exception(message: str) -> Record:
    """Return the APIException that stands inside a refused item."""
    return {"Type": "Exception", "Message": message, "StackTrace": STACK_TRACE}


OPERATIONS: Mapping[str, Callable[[Visit], Answer]] = {
    "Login": login,
    "HasSession": has_session,
    "GetIdentity": get_identity,
    "GetIdentities": get_identities,
    "SetIdentityById": set_identity_by_id,
    "GetClientInformation": get_client_information,
    "GetCurrencyList": get_currency_list,
    "GetProducts": get_products,
    "GetCompanies": get_companies,
    "GetInvoices": get_invoices,
    "GetOrderSyncList": get_order_sync_list,
    "SaveInvoices": save_invoices,
}
WITHOUT_SESSION = {"Login", "HasSession"}
