"""The sheet of hostile stock: lists that lie, repeat, change their order, or hold what is no value.

None ends in a level that is wrong: it is right, or the run fails and the level is as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from installation import Installation
from small_brand import CODES, lnb_order, typed_order

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

from .shops import ten_of_each

pytestmark = pytest.mark.slow

FIRST, OTHER = CODES[:2]
MODES = ("simple", "advanced", "time_based")
RIGHT = 8  # ten pieces, one in an open order and one in a waiting one
ZERO_WIDTH, NARROW = "\u200b", "\u202f"


def xml(change: Callable[[bytes], bytes]) -> Behaviour:
    """Answer with a changed body, in lists only."""

    def behave(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        by_id = any(name in exchange.call.body for name in (b"OrderIds", b"ProductIds"))
        return reply if by_id else replace(reply, body=change(reply.body))

    return behave


def listed(change: Callable[[list[Any]], list[Any]]) -> Behaviour:
    """Answer with a changed JSON list."""

    def behave(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        return replace(reply, body=json.dumps(change(json.loads(reply.body))).encode())

    return behave


def items(body: bytes, name: bytes) -> list[bytes]:
    start, end = b"<" + name + b">", b"</" + name + b">"
    return [start + part.split(end)[0] + end for part in body.split(start)[1:]]


def rearranged(name: bytes, change: Callable[[list[bytes]], list[bytes]]) -> Behaviour:
    def again(body: bytes) -> bytes:
        every = b"".join(items(body, name))
        return body.replace(every, b"".join(change(items(body, name)))) if every else body

    return xml(again)


def with_code(code: str) -> Callable[[Installation], None]:
    return lambda office: office.box.erp.change_product(FIRST.product_id, EAN1=code)


def line_code(code: object) -> Callable[[Installation], None]:
    def change(office: Installation) -> None:
        office.box.lnb.orders["70001"]["items"][0] |= {"ean13": code, "sku": None}

    return change


def there_with_code(code: str) -> Callable[[Installation], None]:
    """Let Le New Black write a code otherwise, in its inventory, and its orders as before."""

    def change(office: Installation) -> None:
        office.box.lnb.inventory[FIRST.sku]["ean13"] = code
        for product in office.box.lnb.products:
            for variant in product["variants"]:
                for size in variant["skus"]:
                    size["ean13"] = code if size["sku"] == FIRST.sku else size["ean13"]
        office.box.lnb.index()
        office.box.erp.change_product(FIRST.product_id, Stock=Decimal(5))

    return change


@dataclass(frozen=True)
class Hostile:
    """What is wrong: an operation's answers or the books; whether the run then fails."""

    name: str
    operation: str = ""
    behaviour: Behaviour | None = None
    change: Callable[[Installation], None] | None = None
    code: int = 0
    times: int = 99
    right: int = RIGHT


SHEET = [
    Hostile("open orders twice", "GetInvoices", rearranged(b"InvoiceOrder", lambda o: o + o)),
    Hostile("open orders backwards", "GetInvoices", rearranged(b"InvoiceOrder", lambda o: o[::-1])),
    Hostile("no open orders", "GetInvoices", rearranged(b"InvoiceOrder", lambda o: [])),
    Hostile("no open orders once", "GetInvoices", rearranged(
        b"InvoiceOrder", lambda o: []), times=1),
    Hostile("half the open orders", "GetInvoices", rearranged(b"InvoiceOrder", lambda o: o[1:])),
    Hostile("products twice", "GetProducts", rearranged(b"Product", lambda p: p + p)),
    Hostile("products backwards", "GetProducts", rearranged(b"Product", lambda p: p[::-1])),
    Hostile("half the products", "GetProducts", rearranged(b"Product", lambda p: p[3:])),
    Hostile("one product", "GetProducts", rearranged(b"Product", lambda p: p[-1:])),
    Hostile("no products", "GetProducts", rearranged(b"Product", lambda p: []), code=4),
    Hostile(
        "an id beyond 32 bits",
        "GetProducts",
        xml(lambda body: body.replace(b"<Id>900<", b"<Id>99999999999999999999<")),
    ),
    Hostile("a stock that is NaN", "GetProducts", xml(
        lambda body: body.replace(b"<Stock>10<", b"<Stock>NaN<"))),
    Hostile("pieces of an open order that are NaN", "GetInvoices", xml(
        lambda body: body.replace(b"<Quantity>1<", b"<Quantity>NaN<", 1))),
    Hostile("delivered pieces that are NaN", "GetInvoices", xml(
        lambda body: body.replace(b"<QuantityDelivered>0<", b"<QuantityDelivered>NaN<", 1))),
    Hostile("an order's id beyond 32 bits", "GetInvoices", xml(
        lambda body: body.replace(b"<OrderId>55", b"<OrderId>9999999999955"))),
    Hostile("an order's id below zero", "GetInvoices", xml(
        lambda body: body.replace(b"<OrderId>", b"<OrderId>-"))),
    Hostile("orders without an id", "GetInvoices", xml(
        lambda body: re.sub(rb"<OrderId>\d+</OrderId>", b"", body))),
    Hostile("waiting orders twice", "GET /orders", listed(lambda o: o + o)),
    Hostile("waiting orders backwards", "GET /orders", listed(lambda o: o[::-1])),
    Hostile("no waiting orders", "GET /orders", listed(lambda o: [])),
    Hostile("no waiting orders once", "GET /orders", listed(lambda o: []), times=2),
    Hostile("things that are no orders", "GET /orders", listed(lambda o: [None, 7, "x", [], *o])),
    Hostile("inventory twice", "GET /inventory", listed(lambda o: o + o)),
    Hostile("inventory backwards", "GET /inventory", listed(lambda o: o[::-1])),
    Hostile("an inventory of two minds", "GET /inventory", listed(
        lambda o: [*o, *({**one, "in_stock": 99} for one in o)])),
    Hostile("levels that are no numbers", "GET /inventory", listed(
        lambda o: [{**one, "in_stock": "many"} for one in o])),
    Hostile("levels that are NaN", "GET /inventory", listed(
        lambda o: [{**one, "in_stock": float("nan")} for one in o])),
    Hostile("levels beyond all sense", "GET /inventory", listed(
        lambda o: [{**one, "in_stock": 10**40} for one in o])),
    Hostile("half the inventory", "GET /inventory", listed(lambda o: o[:3])),
    Hostile("no inventory", "GET /inventory", listed(lambda o: [])),
    Hostile("waiting pieces that are NaN", "GET /orders", listed(
        lambda o: [{**one, "items": [one["items"][0] | {"quantity": float("nan")}]} for one in o])),
    Hostile("times that are none", "GET /orders", listed(
        lambda o: [{**one, "create_time": "NaN"} for one in o])),
    Hostile("statuses that are none", "GET /orders", listed(
        lambda o: [{**one, "status": 7} for one in o])),
    Hostile("levels below zero", "GET /inventory", listed(
        lambda o: [{**one, "in_stock": -3} for one in o])),
    Hostile("a code with a zero-width space", change=with_code(FIRST.ean13 + ZERO_WIDTH)),
    Hostile("a code with a narrow space", change=with_code(NARROW + FIRST.ean13)),
    Hostile("a code of Le New Black with a zero-width space", right=3, change=there_with_code(
        FIRST.ean13 + ZERO_WIDTH)),
    Hostile("a line's code that is no text", change=line_code([FIRST.ean13])),
    Hostile("a line's code with a zero-width space", change=line_code(FIRST.ean13 + ZERO_WIDTH)),
]  # fmt: skip


@pytest.fixture
def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """Return an installation in which an open and a waiting order take a piece each."""
    with ten_of_each(tmp_path, monkeypatch) as (place, hand):
        place.box.erp.type_in(typed_order("1"))
        place.box.erp.type_in(typed_order("2", code=1))
        place.change("lnb_mode: simple", f"lnb_mode: {request.param}")
        place.set("orders", blocked_status="blocked")
        waiting = lnb_order("70001", hand.now() - timedelta(hours=1)) | {"status": "blocked"}
        place.box.lnb.orders["70001"] = waiting
        assert place.run("pull-stock").code == 0
        yield place


# Each in one of the modes: none reads a list in a way of its own.
IN_TURN = [pytest.param(MODES[n % 3], one, id=one.name) for n, one in enumerate(SHEET)]


@pytest.mark.parametrize(("office", "hostile"), IN_TURN, indirect=["office"])
def test_hostile_stock_ends_in_no_wrong_level(office: Installation, hostile: Hostile) -> None:
    if hostile.change is not None:
        hostile.change(office)
    if hostile.behaviour is not None:
        office.box.faults.add(hostile.operation, hostile.behaviour, times=hostile.times)
    for _ in range(2):
        answer = office.run("pull-stock")
        assert answer.code == hostile.code, answer.err
        assert "Traceback" not in answer.err
        levels = {sku: row["in_stock"] for sku, row in office.box.lnb.inventory.items()}
        assert (levels[FIRST.sku], levels[OTHER.sku]) == (hostile.right, 9)
        assert set(levels.values()) == {hostile.right, 9, 10}
