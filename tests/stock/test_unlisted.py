"""A code whose product this tool never knew is set to 0 only after it was asked for by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from faults import NULL_REFERENCE
from installation import Installation
from small_brand import CODES

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.exchange import json_reply
from lnb24so.stock.unlisted import MOST_CODES

from .shops import lacking, ten_of_each

pytestmark = pytest.mark.slow

FIRST, OTHER = CODES[:2]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return an installation whose ledger was lost, and that sets codes without a product to 0."""
    with ten_of_each(tmp_path, monkeypatch) as (place, _):
        assert place.run("pull-stock").code == 0
        place.ledger_file.unlink()
        place.set("stock", codes_without_product="zero")
        yield place


def products(office: Installation, **settings: str) -> None:
    lines = "".join(f"  {name}: {value}\n" for name, value in settings.items())
    office.change("stock:\n", f"products:\n{lines}stock:\n")


def level(office: Installation) -> int:
    return int(office.box.lnb.inventory[FIRST.sku]["in_stock"])


def run(office: Installation) -> list[str]:
    """Run; return by what products were asked for beside the list."""
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    bodies = [one.body for one in office.box.requests[seen:] if one.operation == "GetProducts"]
    return [_kind(body) for body in bodies]


def _kind(body: bytes) -> str:
    for name in ("ProductIds", "EAN1", "No"):
        if f":{name}>".encode() in body:
            return name
    return "list"


def cut(office: Installation, times: int = 99) -> None:
    office.box.faults.add(
        "GetProducts", lacking(office, FIRST.product_id, books="products"), times=times
    )


def empty_for(name: bytes, skip: int = 0) -> Callable[[Exchange], Reply]:
    """Return what finds no product where it is searched by a property, the first times excepted."""
    left = skip

    def behave(exchange: Exchange) -> Reply:
        nonlocal left
        if b":" + name + b">" not in exchange.call.body:
            return exchange.apply()
        left -= 1
        if left >= 0:
            return exchange.apply()
        products = exchange.soap.erp.trading.products
        kept = dict(products)
        products.clear()
        try:
            return exchange.apply()
        finally:
            products.update(kept)

    return behave


@pytest.mark.parametrize("match_by", ["ean13", "sku"])
def test_a_list_that_is_always_cut_at_one_place_sells_nothing_out(
    office: Installation, match_by: str
) -> None:
    products(office, match_by=match_by)
    cut(office)
    search = "EAN1" if match_by == "ean13" else "No"
    assert run(office) == ["list"]
    assert run(office) == ["list", *[search] * 3, "ProductIds", "list"]
    assert level(office) == 10
    office.box.erp.change_product(FIRST.product_id, Stock=Decimal(4))
    for _ in range(3):
        assert run(office) == ["list", "ProductIds"]
        assert level(office) == 4
    assert office.run("status").out.count("list of products lacks 1") == 1
    office.box.faults.clear()
    assert run(office) == ["list"]


def test_what_such_a_list_hides_is_remembered_where_its_level_was_right(
    office: Installation,
) -> None:
    cut(office)
    told = [office.run("pull-stock").err for _ in range(5)]
    assert [bool(one) for one in told] == [True, True, False, False, False]
    assert level(office) == 10


@pytest.mark.parametrize("match_by", ["ean13", "sku"])
def test_a_code_that_is_gone_is_asked_for_between_two_controls(
    office: Installation, match_by: str
) -> None:
    products(office, match_by=match_by)
    del office.box.erp.products[FIRST.product_id]
    search = "EAN1" if match_by == "ean13" else "No"
    assert run(office) == ["list"]
    assert level(office) == 10
    assert run(office) == ["list", *[search] * 3]
    assert level(office) == 0
    assert run(office) == ["list"]


@pytest.mark.parametrize("answered", [0, 2])
def test_without_its_control_nothing_is_concluded_and_status_says_why(
    office: Installation, answered: int
) -> None:
    del office.box.erp.products[FIRST.product_id]
    assert run(office) == ["list"]
    for _ in range(2):
        office.box.faults.clear()
        office.box.faults.add("GetProducts", empty_for(b"EAN1", answered), times=99)
        run(office)
        assert level(office) == 10
    assert "does not find product" in office.run("status").out
    office.box.faults.clear()
    run(office)
    assert level(office) == 0


def test_an_account_that_cannot_be_asked_for_a_code_keeps_its_levels(office: Installation) -> None:
    def refuse(exchange: Exchange) -> Reply:
        if b":EAN1>" in exchange.call.body:
            return NULL_REFERENCE
        return exchange.apply()

    del office.box.erp.products[FIRST.product_id]
    run(office)
    office.box.faults.add("GetProducts", refuse, times=99)
    run(office)
    assert level(office) == 10
    assert "The level stays: 24SevenOffice" in office.run("status").out


@pytest.mark.parametrize("field", ["ProductCode", "SupplierProductCode"])
def test_a_code_in_a_field_without_a_search_keeps_its_level_and_status_says_so(
    office: Installation, field: str
) -> None:
    for code in CODES:
        office.box.erp.change_product(code.product_id, **{field: code.sku})
    products(office, match_by="sku", sku_field=field)
    del office.box.erp.products[FIRST.product_id]
    for _ in range(3):
        assert run(office) == ["list"]
    assert level(office) == 10
    assert f"24SevenOffice has no search by {field}: the level stays" in office.run("status").out


def test_in_one_run_only_so_many_codes_are_asked_for(office: Installation) -> None:
    row: dict[str, Any] = office.box.lnb.inventory[FIRST.sku]
    more = MOST_CODES + 3
    for number in range(more):
        own = {"sku": f"X{number}", "ean13": f"99{number:011d}", "in_stock": 1}
        office.box.lnb.inventory[f"X{number}"] = row | own
    office.box.lnb.index()
    office.set("stock", max_zeroed_percent=100)
    assert run(office) == ["list"]
    assert run(office).count("EAN1") == MOST_CODES + 2
    left = [one["in_stock"] for sku, one in office.box.lnb.inventory.items() if sku[0] == "X"]
    assert sum(left[:more]) == 3
    assert run(office).count("EAN1") == 5
    assert run(office) == ["list"]


def test_a_zero_that_is_refused_is_told_once(office: Installation) -> None:
    del office.box.erp.products[FIRST.product_id]
    run(office)
    office.box.faults.add("POST /multi/inventory/ean", refuse_all, times=99)
    answers = [office.run("pull-stock") for _ in range(4)]
    assert [answer.code for answer in answers] == [3, 0, 0, 0]
    assert [bool(answer.err) for answer in answers] == [True, False, False, False]


def refuse_all(exchange: Exchange) -> Reply:
    requests = json.loads(exchange.call.body)["requests"]
    errors = [{"status": "error", "errors": "no", "result": None} for _ in requests]
    return json_reply(200, {"metadata": {}, "data": errors})


@pytest.mark.parametrize("code", ["ALMA 38", "ALMA\u200b38", "ALMA\xa038"])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_code_with_spaces_or_what_is_invisible_is_asked_for_too(
    office: Installation, code: str, hidden: bool
) -> None:
    products(office, match_by="sku")
    row = office.box.lnb.inventory.pop(FIRST.sku)
    office.box.lnb.inventory[code] = row | {"sku": code}
    office.box.lnb.index()
    if hidden:
        office.box.erp.change_product(FIRST.product_id, No="ALMA38" if "\u200b" in code else code)
        cut(office)
    else:
        del office.box.erp.products[FIRST.product_id]
    for _ in range(3):
        assert office.run("pull-stock").code == 0
    assert office.box.lnb.inventory[code]["in_stock"] == (10 if hidden else 0)
