"""24SevenOffice: one client for its five SOAP services."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lnb24so.clock import Clock, http_date
from lnb24so.config.schema import Erp
from lnb24so.errors import ConfigError, Lnb24soError, SessionLost, Transient, of_system
from lnb24so.network.patience import patiently
from lnb24so.process.events import WriteEvent
from lnb24so.process.redact import REDACTOR

from . import types
from .booked import Booked, booked
from .order import Currency, InvoiceOrder, as_sent, currency, invoice_order
from .outcome import Seen, fault_kind
from .plain import Plain
from .session import Convert, Session, listed
from .stream import MARK
from .types import Company, Customer, Identity, Product
from .wire import FaultError, NotConnectedError, TooManyError, UnreadableError, Wire

if TYPE_CHECKING:
    from lxml.etree import _Element

T = TypeVar("T")

# Searching for what changed since then returns everything (24SevenOffice documentation).
LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 - what zeep renders without a zone
IDS_A_REQUEST = 500  # 24SevenOffice takes at most 1,000 (its documentation)
BOOKED_A_REQUEST = 1000  # orders without their rows


class SoapClient:
    """Log in when first needed; raises ConfigError or Transient. `event` writes to the log."""

    def __init__(self, settings: Erp, state: Path, clock: Clock, event: WriteEvent) -> None:
        self._identity_id = settings.identity_id
        self._clock = clock
        self._event = event
        self._wire = Wire(settings.base_url, settings.timeout_seconds)
        self._session = Session(self._wire, settings, state, clock, event)
        self.products_unread = False  # whether one of the last list, or its code, could not be read

    @property
    def company(self) -> Company:
        """Return the company that this session works in, logging in where needed."""
        return self._patiently(self._session.open).company

    @property
    def is_open(self) -> bool:
        """Return whether 24SevenOffice was asked anything yet."""
        return self._session.is_open

    @property
    def left_out(self) -> bool:
        """Return whether the last list had a record that could not be read."""
        return self._session.left_out

    @property
    def requests_left(self) -> str | None:
        """Return the budget that the last reply named, or None."""
        return self._wire.requests_left

    @property
    def clock_ahead(self) -> timedelta | None:
        """Return how far 24SevenOffice's clock was ahead of ours, had the last reply just come."""
        date = http_date(self._wire.server_date or "")
        return date - self._clock.now() if date else None

    def description(self, service: str) -> bytes:
        """Return the WSDL that 24SevenOffice shows of a service today, unread and unchecked."""
        return self._patiently(lambda: self._session.description(service))

    def identities(self) -> list[Identity]:
        """Return every company that the login can reach."""
        self._patiently(self._session.open)
        return self._patiently(self._session.identities)

    def require_one_company(self) -> None:
        """Raise ConfigError where the login reaches several companies and none is chosen."""
        if self._identity_id:
            return
        reachable = self.identities()
        if len({one.company.id for one in reachable}) > 1:
            raise ConfigError(
                "24SevenOffice: this login reaches several companies, and the wrong one would be "
                f"written to. Fix: set 24sevenoffice.identity_id to one of: {listed(reachable)}."
            )

    # Reads

    def products(self, sku_field: str) -> list[Product]:
        """Return every product; `sku_field` names the property that holds the SKU."""
        products = self._products({"DateChanged": LONG_AGO}, sku_field)
        marked = any(MARK in "".join(map(attrgetter(code), products)) for code in ("ean13", "sku"))
        self.products_unread = marked or self._session.left_out
        return products

    def products_by_id(self, product_ids: Sequence[int], sku_field: str) -> list[Product]:
        """Return the products with these ids; absent ones are left out."""
        searches = _by("ProductIds", product_ids)
        return [product for search in searches for product in self._products(search, sku_field)]

    def products_with(self, code: str, *, search: str, sku_field: str) -> list[Product]:
        """Return the products that a `search` by EAN1 or by No finds for a code."""
        return self._products({search: code}, sku_field)

    def open_orders(self, states: Iterable[str]) -> list[InvoiceOrder]:
        """Return the orders in the given states, with what is delivered of their rows."""
        return self._open_orders({"OrderStates": {"OrderSlipStateType": list(states)}})

    def open_orders_by_id(self, order_ids: Sequence[int]) -> list[InvoiceOrder]:
        """Return the orders with these ids in whatever state, as `open_orders` does."""
        return [one for search in _by("OrderIds", order_ids) for one in self._open_orders(search)]

    def orders_changed_since(
        self, since: datetime, customer_ids: Sequence[int] = ()
    ) -> list[InvoiceOrder]:
        """Return the orders of any state changed since then, of some customers or of all."""
        return self._look_up(_changed(since, customer_ids))

    def order_ids_registered_since(self, since: datetime) -> list[int]:
        """Return the ids of all orders that 24SevenOffice took in since then."""
        params = {"RegisteredAfter": since.replace(tzinfo=None)}
        return self._list("GetOrderSyncList", types.order_id, syncParams=params)

    def orders_by_id(self, order_ids: Sequence[int]) -> list[InvoiceOrder]:
        """Return the orders with these ids; absent ones are left out."""
        return [one for search in _by("OrderIds", order_ids) for one in self._look_up(search)]

    def booked_since(self, since: datetime, customer_ids: Sequence[int] = ()) -> list[Booked]:
        """Return what the books show of the orders changed since then, as above."""
        return self._booked(_changed(since, customer_ids))

    def booked_by_id(self, order_ids: Sequence[int]) -> list[Booked]:
        """Return what the books show of the orders with these ids; absent ones are left out."""
        searches = _by("OrderIds", order_ids, BOOKED_A_REQUEST)
        return [one for search in searches for one in self._booked(search)]

    def customers_by_id(self, customer_ids: Sequence[int]) -> list[Customer]:
        """Return the customers with these numbers; absent ones are left out."""
        return [one for ids in _by("CompanyIds", customer_ids) for one in self._customers(ids)]

    def all_customers(self) -> list[Customer]:
        """Return every customer, in one request."""
        return self._customers({"ChangedAfter": LONG_AGO})

    def own_currency(self) -> str:
        """Return the symbol of the company's own currency, or "" where it names none."""
        symbols = self._list("GetClientInformation", lambda one: types.text(one, "DefaultCurrency"))
        return symbols[0] if symbols else ""

    def currencies(self) -> dict[str, Currency]:
        """Return the company's foreign currencies with rate and unit, by symbol."""
        return {one.symbol: one for one in self._list("GetCurrencyList", currency)}

    # The one write

    def create(self, order: InvoiceOrder) -> Seen:
        """Send one new order, once, and return what was seen. Never raises for the network."""
        try:
            self._session.open()
        except Lnb24soError as error:
            return Seen(connected=False, problem=str(error))
        invoices = {"invoices": {"InvoiceOrder": [as_sent(order)]}}
        try:
            replies = self._wire.items("SaveInvoices", invoices)
            items = [(types.whole(item, "OrderId"), _exception(item)) for item in replies]
        except NotConnectedError as error:
            return Seen(connected=False, problem=str(error))
        except FaultError as error:
            kind = fault_kind(str(error))
            if kind in ("session", "identity"):
                self._session.forget()
            return Seen(fault=str(error), spent=kind == "quarantine")
        except TooManyError as error:
            return Seen(problem=_when_too_many(error), spent=True)
        except UnreadableError as error:
            return Seen(problem=str(error))
        if len(items) != 1:
            return Seen(complete=True, problem=f"{len(items)} items in the reply instead of one")
        order_id, exception = items[0]
        return Seen(complete=True, order_id=order_id, exception=exception)

    # How it is asked

    def _orders(
        self,
        search: dict[str, Any],
        *,
        fields: Sequence[str] = types.ORDER_FIELDS,
        rows: Sequence[str] = types.ROW_FIELDS,
    ) -> list[InvoiceOrder]:
        orders = self._list(
            "GetInvoices",
            invoice_order,
            searchParams=search,
            invoiceReturnProperties={"string": list(fields)},
            rowReturnProperties={"string": list(rows)},
        )
        for order in orders:
            if unread := [*order.unread, *(why for row in order.rows for why in row.unread)]:
                message = f"order {order.order_id} {order.reference}: {'; '.join(unread)}"
                self._event(
                    "record.unread",
                    system="24SevenOffice",
                    list="GetInvoices",
                    count=1,
                    message=message[:300],
                )
        return orders

    def _look_up(self, search: dict[str, Any]) -> list[InvoiceOrder]:
        """Return orders that are looked for: without its id, one would be taken for absent."""
        orders = self._orders(search)
        for order in orders:
            if order.order_id is None and order.unread:
                with of_system("24SevenOffice"):
                    raise Transient(f"24SevenOffice: {order.unread[0]} (GetInvoices).", again=False)
        return orders

    def _booked(self, search: dict[str, Any]) -> list[Booked]:
        return self._list(
            "GetInvoices",
            booked,
            searchParams=search,
            invoiceReturnProperties={"string": list(types.BOOKED_FIELDS)},
        )

    def _open_orders(self, search: dict[str, Any]) -> list[InvoiceOrder]:
        return self._orders(search, fields=types.OPEN_ORDER_FIELDS, rows=types.OPEN_ROW_FIELDS)

    def _products(self, search: dict[str, Any], sku_field: str) -> list[Product]:
        return self._list(
            "GetProducts",
            types.product_reader(sku_field),
            types.plain_product(sku_field),
            searchParams=search,
            returnProperties={"string": list(dict.fromkeys([*types.PRODUCT_FIELDS, sku_field]))},
        )

    def _customers(self, search: dict[str, Any]) -> list[Customer]:
        return self._list(
            "GetCompanies",
            types.customer,
            searchParams=search,
            returnProperties={"string": list(types.CUSTOMER_FIELDS)},
        )

    def _list(
        self, operation: str, convert: Convert[T], plain: Plain | None = None, **arguments: Any
    ) -> list[T]:
        def read() -> list[T]:
            self._session.open()
            return self._session.ask(operation, convert, plain, **arguments)

        return self._patiently(read)

    def _patiently(self, read: Callable[[], T]) -> T:
        """Return what a read returns: again after a passing error, or in a new session."""

        def renewing() -> T:
            # This ends: a session that dies again and again is not opened a third time.
            while True:
                try:
                    return read()
                except SessionLost as error:
                    self._session.forget()
                    self._event("session.renewed", message=str(error))

        with of_system("24SevenOffice"):
            return patiently(renewing, self._clock, self._event)


def _exception(item: _Element) -> str | None:
    """Return the message of an item's APIException, never its stack trace; None without one."""
    exception = item.find(types.tag("APIException"))
    if exception is None:
        return None
    said = types.text(exception, "Message") or types.text(exception, "Type") or "no message"
    return REDACTOR(said)


def _when_too_many(error: TooManyError) -> str:
    return f"{error}; it asks to wait {error.seconds:g} seconds" if error.seconds else str(error)


def _changed(since: datetime, customer_ids: Sequence[int]) -> dict[str, Any]:
    search: dict[str, Any] = {"ChangedAfter": since.replace(tzinfo=None)}
    return search | ({"CustomerIds": {"int": list(customer_ids)}} if customer_ids else {})


def _by(field: str, ids: Sequence[int], size: int = IDS_A_REQUEST) -> Iterable[dict[str, Any]]:
    return ({field: {"int": list(ids[at : at + size])}} for at in range(0, len(ids), size))
