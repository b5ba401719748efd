"""Ways to spoil an installation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from installation import Installation
from raw_server import closed_port

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

ERP, LNB = "24sevenoffice", "lenewblack"
OTHER_GUID = "00000000-0000-4000-8000-000000000001"
Spoil = Callable[[Installation], object]


def change(old: str, new: str) -> Spoil:
    return lambda shop: shop.change(old, new)


def settings(section: str, **values: object) -> Spoil:
    return lambda shop: shop.set(section, **values)


def fault(operation: str, behaviour: Behaviour, times: int = 20) -> Spoil:
    return lambda shop: shop.box.faults.add(operation, behaviour, times=times)


def erp_at(url: Callable[[Installation], str]) -> Spoil:
    return lambda shop: shop.change(
        f"  base_url: {shop.box.erp_url}\n", f"  base_url: {url(shop)}\n"
    )


def lnb_at(url: Callable[[Installation], str]) -> Spoil:
    return lambda shop: shop.change(shop.box.lnb_url, url(shop))


def nobody(_: Installation) -> str:
    return f"http://127.0.0.1:{closed_port()}"


def each_product(**changes: Callable[[Any], Any]) -> Spoil:
    """Change a property of every product; each change takes the product."""

    def spoil(shop: Installation) -> None:
        for number, product in list(shop.box.erp.products.items()):
            new = {name: value(product) for name, value in changes.items()}
            shop.box.erp.change_product(number, **new)

    return spoil


def rename_skus(shop: Installation) -> None:
    for product in shop.box.lnb.products:
        for variant in product["variants"]:
            for sku in variant["skus"]:
                sku["sku"] = f"OLD-{sku['sku']}"
    shop.box.lnb.inventory.clear()


def rename_skus_and_match_them(shop: Installation) -> None:
    rename_skus(shop)
    shop.change("paths:\n", "products: {match_by: sku}\npaths:\n")


def products(**values: str) -> Spoil:
    text = "".join(f"  {name}: {value}\n" for name, value in values.items())
    return change("paths:\n", f"products:\n{text}paths:\n")


def file_in_the_way(name: str) -> Spoil:
    def spoil(shop: Installation) -> None:
        (shop.folder / "in-the-way").write_text("a file")
        shop.change(f"{name}: {name}\n", f"{name}: in-the-way\n")

    return spoil


def used_before(spoil: Spoil) -> Spoil:
    """Bind the ledger first, then spoil."""

    def both(shop: Installation) -> None:
        assert shop.run("pull-stock").code == 0
        spoil(shop)

    return both


def damage_ledger(shop: Installation) -> None:
    (shop.folder / "state").mkdir()
    shop.ledger_file.write_bytes(b"no database at all" * 100)


def wsdl(old: bytes, new: bytes) -> Behaviour:
    def behave(exchange: Exchange) -> Reply:
        true = exchange.apply()
        return replace(true, body=true.body.replace(old, new))

    return behave


def set_portal(**values: object) -> Spoil:
    def spoil(shop: Installation) -> None:
        for name, value in values.items():
            setattr(shop.box.lnb, name, value)

    return spoil


def spend_budget(shop: Installation) -> None:
    shop.box.erp.budget = 100
