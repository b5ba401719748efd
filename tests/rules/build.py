"""Small orders, products and customers, of which a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lnb24so.config.schema import Config, Erp, LeNewBlack, Orders, Products, Stock
from lnb24so.config.values import Secret
from lnb24so.lnb.types import AMOUNTS, RATES, Address, Line, Order
from lnb24so.orders.draft import Draft, draft_order
from lnb24so.orders.matching import index_customers, index_products
from lnb24so.orders.rows import Facts
from lnb24so.orders.total import Accepted
from lnb24so.soap.order import Currency, InvoiceOrder, InvoiceRow
from lnb24so.soap.types import Customer, Product
from lnb24so.stock.available import StockReading, index_by_code

EAN = "7041234567890"
OTHER_EAN = "0012345678905"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)

RETAILER = Customer(501, "Bergen Strikk AS", "K-501", "923 609 016", blocked=False)
DRESS = Product(1001, "Alma Dress", EAN, "ALMA-38", "ALMA-38", Decimal(10), True, True)
SCARF = Product(1002, "Saga Scarf", OTHER_EAN, "SAGA", "SAGA", Decimal(20), True, True)
FREIGHT = Product(900, "Frakt", "", "FRAKT", "FRAKT", None, True, False)
CURRENCIES = (
    Currency("EUR", Decimal("11.6215"), 1),
    Currency("SEK", Decimal("104.31"), 100),
    Currency("JPY", Decimal("6.6120"), 100),
    Currency("KWD", Decimal("32.9"), 1),
    Currency("ISK", Decimal(1), 1),
)


def product(number: int, ean13: str = "", sku: str = "", **changes: Any) -> Product:
    """Return an active product that counts its stock."""
    given: dict[str, Any] = {
        "stock": Decimal(0),
        "active": True,
        "stock_controlled": True,
    } | changes
    return Product(number, f"Product {number}", ean13, sku, sku, **given)


def settings_of(match_by: Any, **changes: Any) -> Config:
    """Return a configuration; `changes` are settings of the section orders."""
    return Config(
        erp=Erp(username="u", password=Secret("p"), application_id="a"),
        lenewblack=LeNewBlack(client_id="c", client_secret=Secret("s")),
        products=Products(match_by=match_by),
        stock=Stock(lnb_mode="simple"),
        orders=Orders(**{"customer_match": "id", "shipping_product": "FRAKT"} | changes),
        file=Path("config.yaml"),
    )


def line(**changes: Any) -> Line:
    """Return a line of 2 pieces at 100; numbers may be given as texts."""
    given = {"name": "Alma Dress", "ean13": EAN, "quantity": 2, "unit_price": 100} | changes
    return Line(**decimals(given, "quantity", "unit_price", *RATES))


def order(*lines: Line, **changes: Any) -> Order:
    """Return an order of retailer 501 in NOK; without lines it has one of 2 x 100."""
    given = {
        "reference": "70123",
        "status": "invoicing",
        "create_time": NOW,
        "confirmation_time": NOW,
        "delivery_start_on": date(2026, 12, 1),
        "retailer_reference": "501",
        "retailer_name": "Bergen Strikk",
        "currency": "NOK",
        "delivery_address": Address(company="Bergen Strikk", city="Bergen", country="NO"),
        "lines": lines or (line(),),
    } | changes
    return Order(**decimals(given, *AMOUNTS, "amount_tax"))


def decimals(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the values with those of the given names as Decimal."""
    found = dict(given)
    for name in names:
        if found.get(name) is not None:
            found[name] = Decimal(found[name])
    return found


def facts(
    products: Sequence[Product] = (DRESS, SCARF, FREIGHT),
    customers: Iterable[Customer] = (RETAILER,),
    own_currency: str = "NOK",
) -> Facts:
    currencies = {currency.symbol: currency for currency in CURRENCIES}
    return Facts(index_products(products), index_customers(customers), own_currency, currencies)


def draft(
    wanted: Order,
    known: Facts | None = None,
    *,
    match_by: str = "ean13",
    accepted: Accepted | None = None,
    **changes: Any,
) -> Draft:
    """Return how an order would be sent; `changes` are settings of the section orders."""
    config = settings_of(match_by, **changes)
    mode = config.orders.for_mode(wanted.order_mode)
    return draft_order(wanted, mode, known or facts(), config, accepted=accepted)


def invoice(wanted: Order, known: Facts | None = None, **changes: Any) -> InvoiceOrder:
    """Return the order as it would be sent; one that is blocked fails the test."""
    found = draft(wanted, known, **changes)
    assert found.reasons == ()
    assert found.invoice is not None
    return found.invoice


def codes(found: Draft) -> list[str]:
    """Return the codes of the reasons why an order is not sent."""
    assert (found.invoice is None) == bool(found.reasons)
    return [reason.code for reason in found.reasons]


def warnings(found: Draft) -> list[str]:
    return [warning.code for warning in found.warnings]


def open_order(
    rows: Mapping[int, int | str], *, delivered: int = 0, order_id: int = 9001, **changes: Any
) -> InvoiceOrder:
    """Return an open order of 24SevenOffice with pieces by product id."""
    return InvoiceOrder(
        customer_id=501,
        reference="",
        status="",
        rows=tuple(
            InvoiceRow(
                number,
                "",
                Decimal(pieces),
                Decimal(0),
                Decimal(0),
                delivered=Decimal(delivered),
            )
            for number, pieces in rows.items()
        ),
        order_id=order_id,
        **changes,
    )


def reading(
    products: Sequence[Product], inventory: Mapping[str, int | None], **changes: Any
) -> StockReading:
    """Return what a stock run has read, matched by EAN."""
    catalogue = index_by_code(products, "ean13")
    return StockReading(NOW, "ean13", catalogue, inventory, **changes)


def stock_settings(lnb_mode: Any = "advanced", **changes: Any) -> Stock:
    return Stock(lnb_mode=lnb_mode, **changes)
