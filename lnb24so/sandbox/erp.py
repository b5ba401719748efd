"""24SevenOffice as the sandbox keeps it: companies with their books, and sessions."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from threading import RLock
from types import MappingProxyType
from typing import Any

from lnb24so.sandbox.brand import Brand, Record, fresh

APPLICATION_ID = "7b2f4c1e-9d3a-4f60-8e15-2a6c0d9b4e71"
USERNAME = "integration@nordlys.example"
PASSWORD = "sandbox-password"  # noqa: S105 - the sandbox's own, printed in its config
TRADING_ID = "3d1c9a52-6f0e-4b7d-a1c4-58e2b90f7d36"
TRAINING_ID = "c40e6b18-27d5-4a93-b8f1-90d3e7a5162c"
OWN_CURRENCY = "NOK"
VAT_RATE = Decimal(25)
FIRST_NEW_ORDER = 55001
REGISTERED = "registered"
"""When an order was stored first: no property of it, but `GetOrderSyncList` goes by it."""


@dataclass
class Company:
    """One company that the login reaches; its identity is what a session is set to.

    Products are replaced, never changed in place (`Erp.change_product`), so that an
    answer made from them can be kept for as long as they are the same.
    """

    identity_id: str
    id: int
    name: str
    products: dict[int, Record] = field(default_factory=dict)
    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    currencies: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Session:
    """One login; `identity_id` is None when 24SevenOffice has forgotten the company."""

    id: str
    identity_id: str | None


@dataclass(frozen=True)
class Create:
    """One order that came into being through SaveInvoices."""

    reference: str
    at: datetime
    order_id: int
    customer_id: int
    company_id: int


class Erp:
    """All of 24SevenOffice. Hold `lock` while changing several things at once.

    `products`, `customers`, `orders` and `currencies` are the trading company's. A login
    without an identity lands in the training company, so that choosing one matters.
    """

    def __init__(self, brand: Brand, now: Callable[[], datetime]) -> None:
        self.now = now
        self.lock = RLock()
        self.application_id = APPLICATION_ID
        self.username = USERNAME
        self.password = PASSWORD
        self.identity_id = TRADING_ID
        self.default_identity_id = TRAINING_ID
        self.sessions: dict[str, Session] = {}
        self.creates: list[Create] = []
        self.budget: int | None = None
        self.trading = Company(
            identity_id=TRADING_ID,
            id=4242,
            name=brand.name,
            products={each["Id"]: MappingProxyType(dict(each)) for each in brand.products},
            customers={each["Id"]: fresh(each) for each in brand.customers},
            orders={each["OrderId"]: fresh(each) for each in brand.erp_orders},
            currencies=[dict(each) for each in brand.currencies],
        )
        training = Company(TRAINING_ID, 9001, f"{brand.name} (opplæring)")
        training.currencies = self.trading.currencies
        self.companies = {each.identity_id: each for each in (self.trading, training)}
        self._last_order_id = max([FIRST_NEW_ORDER - 1, *self.trading.orders])

    @property
    def products(self) -> dict[int, Record]:
        """Return the products of the trading company, by id."""
        return self.trading.products

    @property
    def customers(self) -> dict[int, dict[str, Any]]:
        """Return the customers of the trading company, by number."""
        return self.trading.customers

    @property
    def orders(self) -> dict[int, dict[str, Any]]:
        """Return the orders of the trading company, by id."""
        return self.trading.orders

    @property
    def currencies(self) -> list[dict[str, Any]]:
        """Return the foreign currencies of both companies."""
        return self.trading.currencies

    def log_in(self, identity_id: str) -> Session:
        """Open a session; an identity that the login doesn't reach leaves it without one."""
        known = identity_id if identity_id in self.companies else None
        session = Session(secrets.token_hex(12), known)
        self.sessions[session.id] = session
        return session

    def end_sessions(self) -> None:
        """Forget every session, as after a restart of 24SevenOffice."""
        with self.lock:
            self.sessions.clear()

    def next_hour(self) -> datetime:
        """Return when the request budget is filled up again."""
        return self.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    def change_product(self, product_id: int, **changes: Any) -> None:
        """Replace a product by one with these properties changed, or add it."""
        with self.lock:
            before = self.products.get(product_id, {"Id": product_id})
            changed = {**before, "DateChanged": self.now(), **changes}
            self.products[product_id] = MappingProxyType(changed)

    def type_in(self, order: Record) -> int:
        """Store an order as a person would who types it in; return its id."""
        with self.lock:
            return self.store(self.trading, fresh(order))

    def store(self, company: Company, order: dict[str, Any]) -> int:
        """Store an order, or update the one with its OrderId; return its id.

        Row numbers, product numbers and totals are filled in. What was sent stays as sent.
        """
        order_id = order.get("OrderId")
        if order_id is None:
            self._last_order_id += 1
            order_id = self._last_order_id
        stored = {**company.orders.get(order_id, {}), **order}
        stored |= {"OrderId": order_id, "DateChanged": self.now()}
        stored.setdefault("DateOrdered", self.now())
        stored.setdefault(REGISTERED, self.now())
        fill_in(stored, company)
        company.orders[order_id] = stored
        return order_id


def fill_in(order: dict[str, Any], company: Company) -> None:
    """Fill in what 24SevenOffice itself knows: names, row numbers, delivered figures, totals.

    VAT is 25 % in the company's own currency and 0 abroad.
    """
    symbol = (order.get("Currency") or {}).get("Symbol", OWN_CURRENCY)
    vat_rate = VAT_RATE if symbol == OWN_CURRENCY else Decimal(0)
    customer = company.customers.get(order.get("CustomerId", 0), {})
    order.setdefault("CustomerName", customer.get("Name"))
    net = Decimal(0)
    for number, row in enumerate(order.get("InvoiceRows", []), start=1):
        product = company.products.get(row.get("ProductId", 0), {})
        row |= {"ProductNo": product.get("No"), "VatRate": vat_rate}
        row.setdefault("RowId", order["OrderId"] * 1000 + number)
        row.setdefault("QuantityDelivered", Decimal(0))
        net += row_total(row)
    vat = cents(net * vat_rate / 100)
    order |= {"OrderTotalVat": vat, "OrderTotalIncVat": cents(net + vat)}


def row_total(row: Record) -> Decimal:
    """Return price x quantity less the discount (percent), to the cent."""
    price, quantity = row.get("Price") or Decimal(0), row.get("Quantity") or Decimal(0)
    return cents(price * quantity * (1 - (row.get("DiscountRate") or Decimal(0)) / 100))


def cents(amount: Decimal) -> Decimal:
    """Return the amount rounded half up to two decimals."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
