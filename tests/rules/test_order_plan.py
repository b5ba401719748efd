"""The order plan: a pure function of what was read, and empty once it was carried out."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from config_file import ConfigFile
from hypothesis import given, settings
from hypothesis import strategies as st

from lnb24so.config.schema import Config
from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import Order
from lnb24so.orders.plan import plan_orders
from lnb24so.orders.reading import case_of
from lnb24so.orders.rows import Facts
from lnb24so.orders.types import (
    Block,
    Case,
    Create,
    Item,
    Leave,
    OrderPlan,
    Reading,
    Selection,
    TooOld,
)

from .build import NOW, codes, draft, facts, line, order, product

CONFIG = """\
24sevenoffice: {username: u, password: p, application_id: 7b2f4c1e-9d3a-4f60-8e15-2a6c0d9b4e71}
lenewblack: {client_id: c, client_secret: s}
stock: {lnb_mode: simple}
orders:
  customer_match: id
  max_per_run: 5
  since: 2026-11-01
  by_mode: {preorder: {take_status: confirmed}, sample: {take_status: null}}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return ConfigFile(tmp_path_factory.mktemp("plan"), CONFIG).config


LINES = st.lists(
    st.builds(
        line,
        ean13=st.sampled_from(["7041234567890", "0012345678905", "7049999999999", ""]),
        quantity=st.sampled_from([None, "-1", "0", "1", "2.5", "12"]),
        unit_price=st.sampled_from([None, "-1", "0", "99.90"]),
        discount_rate=st.sampled_from([None, "10", "101"]),
    ),
    max_size=3,
)
ORDERS = st.lists(
    st.builds(
        lambda wanted, **changes: replace(order(), lines=tuple(wanted), **changes),
        LINES,
        status=st.sampled_from(["invoicing", "Invoicing", "confirmed", "closed", "canceled", ""]),
        order_mode=st.sampled_from(["", "preorder", "sample"]),
        retailer_reference=st.sampled_from(["501", "502", ""]),
        currency=st.sampled_from(["NOK", "EUR", "ISK", ""]),
        create_time=st.sampled_from([None, NOW, NOW.replace(year=2025)]),
        comment=st.text(max_size=400),
    ),
    max_size=8,
)
SELECTIONS = st.builds(
    Selection,
    limit=st.sampled_from([None, 1, 3]),
    baseline=st.booleans(),
)


def read(config: Config, orders: list[Order], known: Facts | None = None) -> Reading:
    """Return what a run reads of orders that the ledger does not know."""
    named = [replace(one, reference=f"R{number}") for number, one in enumerate(orders)]
    return Reading(
        cases=tuple(case_of(one.reference, one, None, config) for one in named),
        looked_at=NOW,
        lnb_now=NOW,
        held={},
        facts=known or facts(),
    )


@settings(max_examples=60)
@given(ORDERS, SELECTIONS)
def test_the_plan_is_a_pure_function(
    config: Config, orders: list[Order], selection: Selection
) -> None:
    reading = read(config, orders)
    untouched = deepcopy(reading)
    first = plan_orders(reading, config, selection)
    assert plan_orders(reading, config, selection) == first
    assert reading == untouched


def carried_out(config: Config, reading: Reading, plan: OrderPlan) -> Reading:
    """Return both systems and the ledger after a plan was carried out without mishap."""
    items = {item.reference: item for item in plan.items}
    after = (_after(case, items.get(case.reference), plan) for case in reading.cases)
    cases = tuple(case_of(name, order, entry, config) for name, order, entry in after)
    return replace(reading, cases=cases)


def _after(
    known: Case, item: Item | None, plan: OrderPlan
) -> tuple[str, Order | None, Entry | None]:
    name, order, content = known.reference, known.order, known.content_hash
    match item:
        case Create() if plan.guard is None and order is not None:
            order_id = 55000 + int(name[1:])
            done = Entry(name, "done", order_id=order_id, content_hash=content)
            return name, replace(order, status="closed"), done
        case Block():
            return name, order, Entry(name, "blocked", item.reasons, notice_hash=content)
        case Leave(news=True):
            return name, order, Entry(name, "skipped", item.reasons)
        case TooOld(news=True):
            return name, order, Entry(name, "withdrawn", item.reasons)
    return name, order, known.entry


@settings(max_examples=100)
@given(ORDERS, st.booleans())
def test_planning_again_after_applying_creates_nothing_and_has_no_news(
    config: Config, orders: list[Order], baseline: bool
) -> None:
    reading = read(config, orders)
    selection = Selection(limit=100, baseline=baseline)
    after = carried_out(config, reading, plan_orders(reading, config, selection))
    again = plan_orders(after, config, Selection())
    assert [item.reference for item in again.items if item.action == "create"] == []
    assert [item.reference for item in again.items if item.news] == []
    assert carried_out(config, after, again) == after


@settings(max_examples=60)
@given(ORDERS)
def test_every_order_is_in_the_plan_with_a_reason_or_ready_to_be_sent(
    config: Config, orders: list[Order]
) -> None:
    reading = read(config, orders)
    plan = plan_orders(reading, config, Selection())
    assert [item.case for item in plan.items] == list(reading.cases)
    for item in plan.items:
        assert isinstance(item, Create) == (item.invoice is not None)
        assert bool(item.reasons) == (item.action != "create")


EVERYTHING: list[dict[str, Any]] = [
    {},
    {"missing_code": "skip_line", "total_check": "warn"},
    {"unit_price": "after_discount", "prices_include_vat": True},
    {"customer_match": "external_id"},
]


@settings(max_examples=60)
@given(ORDERS, st.sampled_from(EVERYTHING))
def test_a_draft_is_an_invoice_or_reasons_and_never_both(
    orders: list[Order], changes: dict[str, Any]
) -> None:
    for wanted in orders:
        untouched = deepcopy(wanted)
        found = draft(wanted, **changes)
        codes(found)
        assert found == draft(wanted, **changes)
        assert wanted == untouched


def test_an_empty_product_list_blocks_no_order_and_stops_the_run(config: Config) -> None:
    plan = plan_orders(read(config, [order()], facts(products=())), config, Selection())
    assert (plan.items, plan.left) == ((), 1)
    assert plan.guard is not None
    assert plan.guard.startswith("Orders not sent: 24SevenOffice has no products.")


def test_products_without_a_number_of_their_own_are_products(config: Config) -> None:
    bare = facts(products=[product(1001, "7041234567890")])
    plan = plan_orders(read(config, [order()], bare), config, Selection())
    assert [item.action for item in plan.items] == ["create"]
