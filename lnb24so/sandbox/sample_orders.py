"""The sample brand's orders: clean ones, early ones, and one of every kind that must be blocked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from lnb24so.sandbox.erp import cents
from lnb24so.sandbox.portal import moment
from lnb24so.sandbox.retailers import BLOCKED, NAMELESS, UNKNOWN, Shop, address, good_shops

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from lnb24so.sandbox.brand import Json, Record
    from lnb24so.sandbox.fashion import Code

FIRST_REFERENCE = 70101
FIRST_ERP_ORDER = 54001
NOK_PER = {
    "NOK": Decimal(1),
    "EUR": Decimal("11.62"),
    "SEK": Decimal("1.04"),
    "DKK": Decimal("1.56"),
    "GBP": Decimal("13.55"),
}
OPEN_STATES = ("Web", "Confirmed", "Production", "Pack", "ForInvoicing", "Rest", "CollectingOrder")
CLOSED_STATES = ("Invoiced", "Offer", "Draft", "Inactive", "Repeating")


@dataclass(frozen=True, slots=True)
class Oddities:
    """The codes that are not as they should be, by what is wrong with them."""

    expired: Sequence[Code]
    without_ean: Sequence[Code]
    on_two_active: Sequence[Code]
    active_and_expired: Sequence[Code]
    only_in_lnb: Sequence[Code]


class OrderBook:
    """Writes orders with running references, each a little later than the one before."""

    def __init__(self, codes: Sequence[Code], rng: Random, midnight: datetime) -> None:
        self.codes = codes
        self.rng = rng
        self.midnight = midnight
        self.orders: list[Json] = []

    def order(self, shop: Shop, *, lines: Sequence[Json] | None = None, **header: object) -> Json:
        """Add an order with consistent totals and return it; `header` overrides its fields."""
        if lines is None:
            lines = [line(code, self.rng.randrange(1, 9)) for code in self.pick(4)]
        number = len(self.orders)
        made = self.midnight - timedelta(hours=5 * (30 - number), minutes=7 * number % 60)
        order = blank_order(str(FIRST_REFERENCE + number), shop, made) | header
        order["items"] = [in_currency(each, str(order["currency"])) for each in lines]
        self.orders.append(order | totals(order))
        return self.orders[-1]

    def pick(self, most: int) -> list[Code]:
        """Return two codes or more, at most so many, at random."""
        return self.rng.sample(self.codes, k=self.rng.randrange(2, most + 1))


def lnb_orders(
    codes: Sequence[Code], oddities: Oddities, rng: Random, midnight: datetime
) -> tuple[Json, ...]:
    """Return the 30 orders in Le New Black; `codes` are those without anything odd."""
    book = OrderBook(codes, rng, midnight)
    shops = iter(good_shops())
    clean_orders(book, shops)
    early_and_past_orders(book, shops)
    blocked_orders(book, good_shops()[3], oddities)
    return tuple(book.orders)


def clean_orders(book: OrderBook, shops: Iterator[Shop]) -> None:
    """Add twelve orders that can be exported as they are."""
    by_currency = {shop.currency: shop for shop in good_shops()}
    some = book.codes
    in_spring = (book.midnight + timedelta(days=150)).date().isoformat()
    to_come: Json = {
        "order_mode": "preorder",
        "delivery_start_on": in_spring,
        "delivery_end_on": None,
    }
    book.order(next(shops))
    book.order(next(shops), lines=[line(some[3], 4, discount_rate=Decimal(15)), line(some[9], 2)])
    book.order(next(shops), lines=[line(some[40], 6, promotion_rate=Decimal("7.5"))])
    book.order(
        next(shops), discount_rate=Decimal(10), comment="Levering etter avtale.\nRing først!"
    )
    book.order(by_currency["EUR"], buyer_name=None)
    book.order(by_currency["SEK"], amount_shipping=Decimal("149.00"))
    book.order(next(shops), **to_come)
    book.order(good_shops()[19], discount_rate=Decimal(5), **to_come)
    book.order(next(shops), amount_shipping=Decimal("189.00"), purchase_order_reference="PO 2041/å")
    every = {"discount_rate": Decimal("12.5"), "promotion_rate": Decimal(5)}
    book.order(
        by_currency["DKK"],
        lines=[line(some[77], 3, **every), line(some[78], 5)],
        discount_rate=Decimal(3),
        amount_shipping=Decimal("99.00"),
    )
    book.order(good_shops()[22], comment="Дякуємо! 🧶")
    book.order(next(shops), lines=[line(some[5], 2), line(some[5], 3), line(some[6], 0)])


def early_and_past_orders(book: OrderBook, shops: Iterator[Shop]) -> None:
    """Add five orders that are not to be exported: too early, too late, or never."""
    book.order(next(shops), status="confirmed")
    book.order(next(shops), status="confirmed")
    book.order(next(shops), status="closed")
    book.order(next(shops), status="draft", confirmation_time=None)
    canceled = book.order(next(shops), status="canceled")
    canceled["cancellation_time"] = canceled["update_time"]


def blocked_orders(book: OrderBook, shop: Shop, odd: Oddities) -> None:
    """Add thirteen orders that must not be exported, one for each reason."""
    good = line(book.codes[0], 2)
    nameless = line(book.codes[1], 1) | {"ean13": None, "sku": None}
    half = line(book.codes[2], 1) | {"quantity": Decimal("1.5")}
    book.order(NAMELESS)
    book.order(UNKNOWN)
    book.order(BLOCKED)
    book.order(shop, lines=[good, nameless])
    book.order(shop, lines=[good, line(odd.only_in_lnb[0], 2)])
    book.order(shop, lines=[good, line(odd.on_two_active[0], 3)])
    book.order(shop, lines=[line(odd.expired[0], 1), good])
    book.order(shop, lines=[line(book.codes[4], -2), half, good])
    book.order(shop, lines=[good, line(book.codes[5], 2) | {"unit_price": None}])
    book.order(shop, lines=[])
    wrong = book.order(shop)
    wrong["amount_total"] += Decimal("624.00")
    book.order(shop, currency="XXX")
    book.order(shop, currency="ISK")


def line(code: Code, quantity: int, **rates: Decimal) -> Json:
    """Return an order line, priced in NOK; `rates` are discount_rate and promotion_rate."""
    model, colour, size = code.name.split(", ")
    return {
        "name": model,
        "reference": code.model_no,
        "color": colour,
        "size": size,
        "collection_name": "Autumn/Winter",
        "ean13": code.ean13,
        "sku": code.sku,
        "quantity": quantity,
        "unit_price": code.price,
        "discount_rate": None,
        "discount_amount": None,
        "promotion_rate": None,
        "promotion_amount": None,
        "recommended_retail_price": code.price * Decimal("2.5"),
    } | rates


def in_currency(item: Json, currency: str) -> Json:
    """Return the line with its prices in another currency, to the cent."""
    rate = NOK_PER.get(currency, Decimal(1))
    prices = {
        name: cents(item[name] / rate)
        for name in ("unit_price", "recommended_retail_price")
        if item[name] is not None
    }
    return item | prices


def totals(order: Json) -> Json:
    """Return the amounts of an order, as Le New Black adds them up."""
    header = order["discount_rate"] or Decimal(0)
    gross = promotion = rows = Decimal(0)
    for item in order["items"]:
        full = (item["unit_price"] or Decimal(0)) * item["quantity"]
        line_net = full * (1 - (item["discount_rate"] or Decimal(0)) / 100)
        net = line_net * (1 - (item["promotion_rate"] or Decimal(0)) / 100)
        gross += full
        promotion += line_net - net
        rows += cents(net * (1 - header / 100))
    total = rows + (order["amount_shipping"] or Decimal(0))
    tax = cents(total / 4) if order["currency"] == "NOK" else Decimal(0)
    return {
        "amount_order": cents(gross),
        "amount_promotion": cents(promotion),
        "amount_discount": cents(gross - promotion) - rows,
        "amount_tax": tax,
        "amount_total": total,
        "amount_total_tax_inclusive": total + tax,
        "price_total": rows,
        "price_total_prediscount": cents(gross),
    }


def blank_order(reference: str, shop: Shop, made: datetime) -> Json:
    """Return an order for the shop in status "invoicing", without lines and amounts."""
    return {
        "reference": reference,
        "create_time": moment(made),
        "update_time": moment(made + timedelta(hours=3)),
        "confirmation_time": moment(made + timedelta(hours=2)),
        "cancellation_time": None,
        "delivery_start_on": (made + timedelta(days=7)).date().isoformat(),
        "delivery_end_on": (made + timedelta(days=21)).date().isoformat(),
        "delivery_incoterm_ref": None,
        "price_list_code": f"WHS-{shop.currency}",
        "sales_catalog_code": "AW",
        "purchase_order_reference": None,
        "retailer_reference": shop.reference,
        "retailer_name": shop.name,
        "buyer_name": shop.buyer_name,
        "buyer_first_name": shop.buyer_first_name,
        "buyer_email": shop.email,
        "sales_person_name": "Halvorsen",
        "sales_person_first_name": "Eline",
        "sales_person_email": "eline@nordlys.example",
        "amount_shipping": None,
        "currency": shop.currency,
        "discount_rate": None,
        "inventory_tracking": True,
        "inventory_type": "stock",
        "order_mode": "immediate",
        "order_type": "sale",
        "order_picking": None,
        "status": "invoicing",
        "comment": None,
        "terms_of_delivery": None,
        "terms_of_payment": "30 days",
        **{f"retailer_extra_{number}": None for number in range(1, 6)},
        "billing_address": address(shop),
        "delivery_address": address(shop),
    }


def erp_orders(codes: Sequence[Code], rng: Random, midnight: datetime) -> tuple[Record, ...]:
    """Return the orders that 24SevenOffice has already, in open states and in others.

    Every third one is partly delivered; some are to be delivered in months.
    """
    states = [*OPEN_STATES, *OPEN_STATES, *CLOSED_STATES, "Lending"]
    shops = good_shops()
    orders = []
    for number, state in enumerate(states):
        changed = midnight - timedelta(days=60 - number, hours=number)
        rows = [erp_row(code, rng, partly=number % 3 == 0) for code in rng.sample(codes, k=3)]
        rows.append({"Type": "Text", "Name": "Takk for bestillingen", "RowId": 4})
        orders.append(
            {
                "OrderId": FIRST_ERP_ORDER + number,
                "CustomerId": shops[number % 12].customer_id,
                "CustomerName": shops[number % 12].name,
                "OrderStatus": state,
                "DateOrdered": changed,
                "DateChanged": changed,
                "DeliveryDate": midnight + timedelta(days=120 if number % 5 == 4 else 5),
                "ReferenceNumber": f"Messe-{number + 1}",
                "InvoiceRows": rows,
            }
        )
    return tuple(orders)


def erp_row(code: Code, rng: Random, *, partly: bool) -> Record:
    """Return a row of an order in 24SevenOffice."""
    quantity = rng.randrange(1, 7)
    return {
        "ProductId": code.product_id,
        "RowId": code.product_id,
        "Price": code.price,
        "Name": code.name,
        "DiscountRate": Decimal(0),
        "Quantity": Decimal(quantity),
        "QuantityDelivered": Decimal(rng.randrange(0, quantity) if partly else 0),
        "ProductNo": code.sku,
        "Type": "Normal",
    }
