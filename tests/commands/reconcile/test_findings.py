"""What `reconcile` finds, one of each planted, in each mode of stock; and what it leaves unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from faults import Fault
from small_brand import SHOPS

from .shop import Shop, open_shop

MODES = (
    "simple",
    *(pytest.param(mode, marks=pytest.mark.slow) for mode in ("advanced", "time_based")),
)
Plant = Callable[[Shop], None]
Harm = Callable[[Shop, str], object]


def delete_there(shop: Shop, reference: str) -> None:
    del shop.box.erp.orders[shop.order_id(reference)]


def delete_here(shop: Shop, reference: str) -> None:
    del shop.box.lnb.orders[reference]


def close_and_type_in(shop: Shop, reference: str) -> None:
    shop.ordered(reference, status="closed")
    shop.type_in(reference)


def close(shop: Shop, reference: str) -> None:
    shop.ordered(reference, status="closed")


def give_to_another_customer(shop: Shop, reference: str) -> None:
    shop.there(reference)["CustomerId"] = SHOPS[1].customer_id


def bill_in_euro(shop: Shop, reference: str) -> None:
    shop.there(reference)["Currency"] = {"Symbol": "EUR", "Rate": Decimal("11.6"), "Unit": 1}


def edit(shop: Shop, reference: str) -> None:
    shop.edit(reference, 5)


def skip_and_type_in(shop: Shop, reference: str) -> None:
    shop.ordered(reference)
    shop.box.faults.add("SaveInvoices", Fault.API_EXCEPTION)
    shop.run("push-orders", "--order", reference)
    assert shop.run("resolve", reference, "--skip").code == 0
    shop.type_in(reference)


AFTER_EXPORT: tuple[tuple[str, Harm], ...] = (
    ("order.duplicate", Shop.type_in),
    ("order.gone", delete_there),
    ("order.canceled_after_export", Shop.cancel),
    ("order.gone_from_lnb", delete_here),
    ("order.customer_differs", give_to_another_customer),
    ("order.currency_differs", bill_in_euro),
    ("order.changed_after_export", edit),
)
WITHOUT_EXPORT: tuple[tuple[str, Harm], ...] = (
    ("order.not_in_ledger", close_and_type_in),
    ("order.not_in_ledger", Shop.type_in),
    ("order.closed_unsent", close),
    ("order.overdue", Shop.ordered),
    ("order.created_late", skip_and_type_in),
)
FINDINGS = (*AFTER_EXPORT, *WITHOUT_EXPORT)


@pytest.mark.slow
@pytest.mark.parametrize(("code", "harm"), FINDINGS)
def test_each_finding_is_named_and_nothing_else(shop: Shop, code: str, harm: Harm) -> None:
    if (code, harm) in AFTER_EXPORT:
        shop.exported("80001")
    harm(shop, "80001")
    assert shop.found() == {"80001": [code]}


@pytest.mark.parametrize("mode", MODES)
def test_all_of_them_at_once_are_named_in_each_mode_of_stock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    with open_shop(tmp_path, monkeypatch, orders=3) as shop:
        shop.change("lnb_mode: simple", f"lnb_mode: {mode}")
        for place in range(len(AFTER_EXPORT)):
            shop.ordered(f"{80001 + place}")
        assert shop.run("push-orders").code == 0
        assert shop.run("pull-stock").code == 0
        assert shop.found() == {}
        # The last one first: its run would carry the others.
        for place, (_, harm) in reversed([*enumerate(FINDINGS)]):
            harm(shop, f"{80001 + place}")
        expected = {f"{80001 + place}": [code] for place, (code, _) in enumerate(FINDINGS)}
        assert shop.found() == expected


OFFER = re.compile(r"(resolve 80001 --[a-z-]+(?: \d+)?)")


@pytest.mark.slow
@pytest.mark.parametrize(("code", "harm"), FINDINGS)
def test_each_decision_that_a_finding_names_is_accepted(shop: Shop, code: str, harm: Harm) -> None:
    if (code, harm) in AFTER_EXPORT:
        shop.exported("80001")
    harm(shop, "80001")
    (found,) = shop.document()["findings"]
    for offer in OFFER.findall(found["message"])[:1]:
        named = ["found"] if offer.endswith("--exported-as") else []
        if "delete all but one" in found["message"]:
            del shop.box.erp.orders[max(shop.box.erp.orders)]
        answer = shop.run(*offer.split(), *named)
        assert answer.code == 0, answer.err


def test_another_customers_order_is_not_offered_as_this_one(shop: Shop) -> None:
    shop.ordered("80001")
    shop.type_in("80001", CustomerId=SHOPS[1].customer_id)
    (found,) = shop.document()["findings"]
    assert "--exported-as" not in found["message"]
    assert f"it is customer {SHOPS[1].customer_id}'s" in found["message"]


def gone(shop: Shop) -> None:
    shop.exported("80001")
    delete_there(shop, "80001")


def changed_here(shop: Shop) -> None:
    shop.exported("80001")
    shop.edit("80001", 5)


def quantity_cut_there(shop: Shop) -> None:
    shop.exported("80001")
    shop.change_there("80001", Quantity=Decimal(0))


def freight_added_there(shop: Shop) -> None:
    shop.exported("80001")
    rows = shop.there("80001")["InvoiceRows"]
    rows.append({"ProductId": 1006, "Quantity": Decimal(1), "Price": Decimal(120), "RowId": 9})
    shop.change_there("80001")


def a_rest_order(shop: Shop) -> None:
    shop.exported("80001")
    shop.type_in("80001", ReferenceOrderId=shop.order_id("80001"), OrderStatus="Rest")


def a_credit(shop: Shop) -> None:
    shop.exported("80001")
    shop.there("80001").update(InvoiceId=900, OrderStatus="Invoiced")
    row = {"ProductId": 1001, "Quantity": Decimal(-1), "Price": Decimal(100)}
    shop.type_in("80001", ReferenceInvoiceId=900, InvoiceRows=[row])


def baseline(shop: Shop) -> None:
    shop.ordered("80001")
    shop.run("push-orders", "--baseline")


def baseline_and_typed_in(shop: Shop) -> None:
    baseline(shop)
    shop.type_in("80001")


def skipped(shop: Shop) -> None:
    baseline(shop)
    shop.here("80001")["status"] = "closed"


def before_since(shop: Shop) -> None:
    shop.set("orders", since="2026-03-01")
    shop.ordered("80001", days_ago=3)
    shop.ordered("80002", days_ago=3, status="closed")


def of_a_mode_that_is_not_exported(shop: Shop) -> None:
    shop.set("orders", by_mode="{sample: {take_status: null}}")
    shop.ordered("80001", order_mode="sample")
    shop.ordered("80002", order_mode="Sample", status="closed")
    shop.ordered("80003", order_mode="sample", status="closed")
    shop.type_in("80003")


def a_test_order(shop: Shop) -> None:
    shop.type_in("80001", ReferenceNumber="TEST-LNB80001")


def another_prefix(shop: Shop) -> None:
    shop.type_in("80001", ReferenceNumber="WEB80001")
    shop.type_in("80001", ReferenceNumber="80001")
    shop.type_in("80001", ReferenceNumber="")


def blocked(shop: Shop) -> None:
    shop.ordered("80001", retailer_reference="")
    shop.run("push-orders")


def in_doubt(shop: Shop) -> None:
    shop.ordered("80001")
    shop.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    shop.run("push-orders")


def young(shop: Shop) -> None:
    shop.ordered("80001", days_ago=0.5)


def confirmed_only(shop: Shop) -> None:
    shop.ordered("80001", status="confirmed")
    shop.ordered("80002", status="open_for_buyer", confirmation_time=None)
    shop.ordered("80003", status="draft", confirmation_time=None)


def canceled_on_both_sides(shop: Shop) -> None:
    shop.exported("80001")
    shop.cancel("80001")
    del shop.box.erp.orders[shop.order_id("80001")]


def gone_on_both_sides(shop: Shop) -> None:
    gone(shop)
    del shop.box.lnb.orders["80001"]


def changed_on_both_sides(shop: Shop) -> None:
    changed_here(shop)
    shop.change_there("80001", Quantity=Decimal(5))


def changed_and_acknowledged(shop: Shop) -> None:
    changed_here(shop)
    shop.run("push-orders")
    assert shop.run("resolve", "80001", "--acknowledge").code == 0


def canceled_and_credited(shop: Shop) -> None:
    shop.exported("80001")
    shop.cancel("80001")
    there = shop.there("80001")
    there.update(InvoiceId=900, OrderStatus="Invoiced")
    row = there["InvoiceRows"][0] | {"Quantity": Decimal(-1), "RowId": 3}
    shop.type_in("80001", ReferenceInvoiceId=900, InvoiceRows=[row])


def reopened(shop: Shop) -> None:
    shop.exported("80001")
    shop.here("80001")["status"] = "confirmed"


def left_in_its_status(shop: Shop) -> None:
    shop.set("orders", done_status="null")
    shop.exported("80001")
    shop.ordered("80002", status="closed")


NOTHING: tuple[Plant, ...] = (
    *(quantity_cut_there, freight_added_there, a_rest_order, a_credit, baseline),
    *(baseline_and_typed_in, skipped, before_since, of_a_mode_that_is_not_exported, a_test_order),
    *(another_prefix, blocked, in_doubt, young, confirmed_only, canceled_on_both_sides),
    *(gone_on_both_sides, changed_on_both_sides, changed_and_acknowledged),
    *(canceled_and_credited, reopened, left_in_its_status),
)


@pytest.mark.slow
@pytest.mark.parametrize("plant", NOTHING)
def test_what_is_in_order_is_not_named(shop: Shop, plant: Plant) -> None:
    plant(shop)
    answer = shop.run("reconcile")
    assert answer.code == 0
    assert all(", without VAT, " in line for line in answer.out.splitlines())
    assert shop.found() == {}
