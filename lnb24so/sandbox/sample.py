"""The sample brand: a Nordic fashion house with everyday books and everyday mistakes in them.

Made by a fixed seed. Only the dates move, with the day that is given.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby, islice, takewhile
from random import Random
from typing import TYPE_CHECKING, Any

from lnb24so.sandbox.brand import Brand, Json, Record
from lnb24so.sandbox.fashion import NAMES, Code, collection
from lnb24so.sandbox.portal import new_level
from lnb24so.sandbox.retailers import BLOCKED, NAMELESS, UNKNOWN, customer, good_shops, retailer
from lnb24so.sandbox.sample_orders import Oddities, erp_orders, lnb_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

BRAND_NAME = "Nordlys Ull AS"
SHIPPING_NO = "FRAKT"
SHIPPING_ID = 900
ACTIVE, EXPIRED = 1, 0
CURRENCIES = (
    {"Symbol": "NOK", "Id": 1, "Rate": Decimal(1), "Unit": 1},
    {"Symbol": "EUR", "Id": 2, "Rate": Decimal("11.6215"), "Unit": 1},
    {"Symbol": "SEK", "Id": 3, "Rate": Decimal("104.31"), "Unit": 100},
    {"Symbol": "DKK", "Id": 4, "Rate": Decimal("155.72"), "Unit": 100},
    {"Symbol": "GBP", "Id": 5, "Rate": Decimal("13.5540"), "Unit": 1},
    {"Symbol": "USD", "Id": 6, "Rate": Decimal("10.0815"), "Unit": 1},
    {"Symbol": "JPY", "Id": 7, "Rate": Decimal("6.6120"), "Unit": 100},
    {"Symbol": "ISK", "Id": 8, "Rate": Decimal(1), "Unit": 1},  # never maintained: not a rate
)


def brand(seed: int = 24, today: date | None = None) -> Brand:
    """Return the sample brand; its past lies before `today`, by default the real day."""
    rng = Random(seed)  # noqa: S311 - sample data
    midnight = day_start(today)
    endless = collection(rng)
    last_no = f"NL{len(NAMES):04d}"
    codes = list(takewhile(lambda code: code.model_no <= last_no, endless))
    only_in_lnb = list(islice(endless, 3))
    *listed, _ = models(codes)
    in_lnb = [code for model in listed for code in model]
    spread = codes[5 : len(in_lnb) : 17]
    odd = Oddities(
        expired=spread[:10],
        without_ean=spread[10:14],
        on_two_active=spread[14:16],
        active_and_expired=spread[16:18],
        only_in_lnb=only_in_lnb,
    )
    plain = [code for code in in_lnb if code not in spread]
    shops = good_shops()
    erp_products = {each["Id"]: each for each in (product(code, rng, midnight) for code in codes)}
    spoil(erp_products, spread, odd)
    return Brand(
        name=BRAND_NAME,
        products=(*erp_products.values(), *extra_products(odd, midnight)),
        customers=tuple(customer(shop, midnight) for shop in (*shops, BLOCKED, NAMELESS)),
        erp_orders=erp_orders(plain, rng, midnight),
        currencies=CURRENCIES,
        lnb_products=lnb_products([*in_lnb, *only_in_lnb]),
        inventory=inventory([*in_lnb, *only_in_lnb], erp_products, rng, midnight),
        retailers=tuple(retailer(shop) for shop in (*shops, BLOCKED, NAMELESS, UNKNOWN)),
        lnb_orders=lnb_orders(plain, odd, rng, midnight),
    )


def catalogue(codes: int, seed: int = 24, today: date | None = None) -> Brand:
    """Return a brand with that many codes, known to both systems, and no orders."""
    rng = Random(seed)  # noqa: S311 - sample data
    midnight = day_start(today)
    some = list(islice(collection(rng), codes))
    products = {code.product_id: product(code, rng, midnight) for code in some}
    return Brand(
        name=BRAND_NAME,
        products=tuple(products.values()),
        customers=tuple(customer(shop, midnight) for shop in good_shops()),
        erp_orders=(),
        currencies=CURRENCIES,
        lnb_products=lnb_products(some),
        inventory=inventory(some, products, rng, midnight),
        retailers=tuple(retailer(shop) for shop in good_shops()),
        lnb_orders=(),
    )


def day_start(day: date | None) -> datetime:
    """Return midnight of a day, or of today, in UTC."""
    return datetime.combine(day or datetime.now(UTC).date(), time(), UTC)


def models(codes: Sequence[Code]) -> list[list[Code]]:
    """Return the codes of each model together."""
    return [list(group) for _, group in groupby(codes, key=lambda code: code.model_no)]


def product(code: Code, rng: Random, midnight: datetime) -> dict[str, Any]:
    """Return a code as an active product of 24SevenOffice with a believable stock."""
    stock = 0 if rng.random() < 0.1 else rng.randrange(3, 60)
    return {
        "Id": code.product_id,
        "Name": code.name,
        "Stock": Decimal(stock),
        "StatusId": ACTIVE,
        "EAN1": code.ean13,
        "Price": code.price,
        "No": code.sku,
        "DateChanged": midnight - timedelta(days=rng.randrange(1, 200)),
        "StockControlled": True,
    }


def spoil(products: dict[int, dict[str, Any]], spread: Sequence[Code], odd: Oddities) -> None:
    """Make the odd ones odd: expired, without EAN, not counted, below zero, in halves."""
    for code in odd.expired:
        products[code.product_id]["StatusId"] = EXPIRED
    for code in odd.without_ean:
        del products[code.product_id]["EAN1"]
    uncounted, unsaid, *oversold = spread[18:24]
    products[uncounted.product_id]["StockControlled"] = False
    del products[unsaid.product_id]["StockControlled"]
    for debt, code in enumerate(oversold, start=1):
        products[code.product_id]["Stock"] = Decimal(-debt)
    for code in spread[24:26]:
        products[code.product_id]["Stock"] += Decimal("0.5")


def extra_products(odd: Oddities, midnight: datetime) -> list[Record]:
    """Return the products that share an EAN with another one, and the one for shipping."""
    changed = midnight - timedelta(days=300)
    shipping = {
        "Id": SHIPPING_ID,
        "Name": "Frakt",
        "StatusId": ACTIVE,
        "No": SHIPPING_NO,
        "DateChanged": changed,
        "StockControlled": False,
    }
    shared = (*odd.on_two_active, *odd.active_and_expired)
    doubles = [
        {
            "Id": number,
            "Name": f"{code.name} (gammel)",
            "Stock": Decimal(1),
            "StatusId": ACTIVE if code in odd.on_two_active else EXPIRED,
            "EAN1": code.ean13,
            "Price": code.price,
            "No": f"{code.sku}-OLD",
            "DateChanged": changed,
            "StockControlled": True,
        }
        for number, code in enumerate(shared, start=SHIPPING_ID + 1)
    ]
    return [shipping, *doubles]


def lnb_products(codes: Sequence[Code]) -> tuple[Json, ...]:
    """Return the models as Le New Black's products: variants by colour, codes by size."""
    return tuple(lnb_product(model) for model in models(codes))


def lnb_product(codes: Sequence[Code]) -> Json:
    """Return one model as a product of Le New Black."""
    by_colour = groupby(codes, key=lambda code: code.colour)
    return {
        "reference": codes[0].model_no,
        "name": codes[0].model,
        "variants": [
            {
                "color_name": colour,
                "skus": [
                    {
                        "ean13": code.ean13,
                        "sku": code.sku,
                        "is_blocked": False,
                        "size_name": code.size,
                    }
                    for code in group
                ],
            }
            for colour, group in by_colour
        ],
    }


def inventory(
    codes: Sequence[Code], products: dict[int, dict[str, Any]], rng: Random, midnight: datetime
) -> tuple[Json, ...]:
    """Return Le New Black's levels: one in five is behind, and every 150th code has none yet."""
    rows = []
    for number, code in enumerate(codes, start=1):
        if number % 150 == 0:
            continue
        stock = int(products.get(code.product_id, {}).get("Stock", 4))
        drift = rng.choice((-4, -2, -1, 1, 2, 3, 6)) if rng.random() < 0.2 else 0
        row = new_level({"ean13": code.ean13, "sku": code.sku})
        row["in_stock"] = max(0, stock + drift)
        row["in_stock_update_time"] = (midnight - timedelta(hours=4)).isoformat()
        rows.append(row)
    return tuple(rows)
