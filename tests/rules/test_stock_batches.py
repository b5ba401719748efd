"""Sending levels: in batches, each on its own, and nothing but what is meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from faults import Fault
from installation import Answer, Installation
from seen import batches

from lnb24so.sandbox.portal import LevelRefused

pytestmark = pytest.mark.slow

EAN = "POST /multi/inventory/ean"


def sent(office: Installation, since: int = 0) -> Iterator[dict[str, Any]]:
    return (level for batch in batches(office.box, since) for level in batch)


def test_a_level_is_a_code_pieces_and_a_time_and_nothing_else(office: Installation) -> None:
    office.run("pull-stock", "--all")
    levels = list(sent(office))
    assert len(levels) > 700
    assert {frozenset(level) for level in levels} == {
        frozenset(("ean13", "in_stock", "in_stock_update_time"))
    }
    assert all(type(level["in_stock"]) is int and level["in_stock"] >= 0 for level in levels)


def test_by_sku_the_levels_go_to_the_skus(office: Installation) -> None:
    office.write_config("products:\n  match_by: sku\n" + office.file.read_text())
    assert office.run("pull-stock", "--accept-drop").code == 0
    assert {seen.operation for seen in office.box.requests if "/multi/" in seen.operation} == {
        "POST /multi/inventory/sku"
    }
    assert all(level["sku"].startswith("NL") for level in sent(office))
    assert office.run("pull-stock") == Answer(0, "", "")


def test_a_batch_holds_as_many_levels_as_the_setting_says(office: Installation) -> None:
    office.set("lenewblack", batch_size=64)
    office.run("pull-stock", "--all")
    sizes = [len(batch) for batch in batches(office.box)]
    assert set(sizes[:-1]) == {64}
    assert 0 < sizes[-1] <= 64


def test_a_batch_that_is_too_large_is_sent_again_in_halves(office: Installation) -> None:
    office.box.lnb.max_batch = 30
    assert office.run("pull-stock", "--all").code == 0
    sizes = [len(batch) for batch in batches(office.box)]
    assert sizes[:5] == [100, 50, 25, 25, 50]
    seen = len(office.box.requests)
    assert office.run("pull-stock") == Answer(0, "", "")
    assert batches(office.box, since=seen) == []


def test_a_level_that_is_too_large_all_alone_is_refused_and_the_rest_goes_on(
    office: Installation,
) -> None:
    office.box.lnb.max_batch = 0
    answer = office.run("pull-stock")
    assert answer.code == 3
    assert "the batch is too large (413)" in answer.err


def refuse(office: Installation, monkeypatch: pytest.MonkeyPatch, *codes: str) -> None:
    """Let Le New Black refuse the levels of some codes."""
    portal = office.box.lnb
    takes = portal.set_level

    def set_level(field: str, request: dict[str, Any]) -> dict[str, Any]:
        if request[field] in codes:
            raise LevelRefused({"in_stock": ["This size is frozen."]})
        return takes(field, request)

    monkeypatch.setattr(portal, "set_level", set_level)


def test_a_refused_level_does_not_stop_the_rest_and_is_told_once(
    office: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = office.run("pull-stock", "--dry-run", "--json").document["items"]
    code, *others = [item["code"] for item in plan if item["action"] == "set"]
    refuse(office, monkeypatch, code)
    answer = office.run("pull-stock", "--json")
    outcomes = {item["code"]: item["outcome"] for item in answer.document["items"]}
    assert answer.code == 3
    assert outcomes[code] == "refused"
    assert {outcomes[other] for other in others} == {"set"}
    told = f"{code}: Le New Black refused the level: in_stock: This size is frozen."
    assert answer.err.splitlines().count(told) == 1
    seen = len(office.box.requests)
    assert office.run("pull-stock") == Answer(0, "", "")
    assert [level["ean13"] for level in sent(office, since=seen)] == [code]
    (line,) = office.log_lines("stock.refused")
    assert (line["code"], line["reason"]) == (code, "level.refused")


def test_a_refused_level_that_is_taken_later_is_told_again_if_refused_again(
    office: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = office.run("pull-stock", "--dry-run", "--json").document["items"]
    item = next(item for item in plan if item["action"] == "set" and item["after"] != "0")
    with monkeypatch.context() as patch:
        refuse(office, patch, item["code"])
        assert office.run("pull-stock").code == 3
    assert office.run("pull-stock") == Answer(0, "", "")
    office.box.erp.change_product(item["product_id"], Stock=office.box.erp.products[901]["Stock"])
    refuse(office, monkeypatch, item["code"])
    assert office.run("pull-stock").code == 3


@pytest.mark.parametrize(
    "fault", [Fault.LOST_REPLY, Fault.RESET_BEFORE, Fault.TRUNCATED, Fault.HTML_503_AFTER]
)
def test_a_batch_without_an_answer_is_sent_again_as_it_was(
    office: Installation, fault: Any
) -> None:
    office.box.faults.add(EAN, fault, skip=1)
    assert office.run("pull-stock", "--all").code == 0
    first, second, again, *_ = batches(office.box)
    assert second == again != first
    seen = len(office.box.requests)
    assert office.run("pull-stock") == Answer(0, "", "")
    assert batches(office.box, since=seen) == []


def test_what_was_not_sent_is_sent_by_the_next_run(office: Installation) -> None:
    office.box.faults.add(EAN, Fault.STATUS(500), skip=1)
    office.set("lenewblack", batch_size=50)
    answer = office.run("pull-stock")
    assert answer == Answer(1, "", ""), "a fault that may pass is no mail yet"
    (failed,) = office.log_lines("run.failed")
    assert "Le New Black" in failed["message"]
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    first_again = {level["ean13"] for level in batches(office.box)[0]}
    assert first_again.isdisjoint(level["ean13"] for level in sent(office, since=seen))
    assert office.run("pull-stock") == Answer(0, "", "")


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=2), -timedelta(minutes=7)])
def test_levels_carry_the_moment_before_the_reads_by_le_new_blacks_clock(
    office: Installation, ahead: timedelta
) -> None:
    office.box.lnb.clock_ahead = ahead
    assert office.run("pull-stock", "--accept-drop").code == 0
    (stamp,) = {level["in_stock_update_time"] for level in sent(office)}
    began = next(seen.at for seen in office.box.requests if seen.system == "lnb") - ahead
    first_read = next(seen.at for seen in office.box.requests if seen.operation == "GetInvoices")
    at = datetime.fromisoformat(stamp) - ahead
    assert began - timedelta(seconds=2) <= at <= first_read


def test_open_orders_are_read_before_stock_and_waiting_ones_after_both(
    office: Installation,
) -> None:
    office.run("pull-stock")
    names = ("GetInvoices", "GetProducts", "GET /orders")
    reads = [name for name in office.asked() if name in names]
    assert list(dict.fromkeys(reads)) == list(names)


def change_mode(office: Installation, mode: str) -> None:
    office.change("lnb_mode: simple", f"lnb_mode: {mode}")


@pytest.mark.parametrize(("mode", "lists"), [("simple", 2), ("advanced", 0), ("time_based", 4)])
def test_one_list_of_le_new_blacks_orders_is_read_for_each_status_that_is_held(
    office: Installation, mode: str, lists: int
) -> None:
    change_mode(office, mode)
    assert office.run("pull-stock", "--dry-run").code == 0
    assert office.asked().count("GET /orders") == lists


def test_time_based_mode_sends_every_level_each_time(office: Installation) -> None:
    change_mode(office, "time_based")
    office.run("pull-stock")
    first = {level["ean13"]: level["in_stock"] for level in sent(office)}
    seen = len(office.box.requests)
    assert office.run("pull-stock") == Answer(0, "", "")
    assert {level["ean13"]: level["in_stock"] for level in sent(office, since=seen)} == first
    assert len(first) > 700


def level_of(office: Installation, code: str) -> int:
    """Return the last line of the story of a code: what is available to sell."""
    return int(office.run("preview", "stock", "--code", code).out.splitlines()[-1].split()[0])


@pytest.fixture
def waiting(office: Installation) -> dict[str, Any]:
    """Return an order in "confirmed" with one line of 2 pieces of a code that has enough."""
    lnb, erp = office.box.lnb, office.box.erp
    wanted = lnb.orders["70113"]
    wanted |= {"items": wanted["items"][:1], "amount_total": None}
    code = wanted["items"][0]["ean13"]
    wanted["items"][0]["quantity"] = 2
    number = next(number for number, one in erp.products.items() if one.get("EAN1") == code)
    erp.change_product(number, Stock=erp.products[901]["Stock"] + 500)
    return wanted


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, 2),
        ({"status": "invoicing"}, 2),
        ({"status": "closed"}, 0),
        ({"status": "canceled"}, 0),
        ({"retailer_reference": None, "status": "invoicing"}, 2),
        ({"inventory_tracking": False}, 0),
        ({"inventory_tracking": None}, 2),
        ({"order_mode": "sample", "status": "invoicing"}, 2),
    ],
)
def test_in_simple_mode_a_waiting_order_holds_its_pieces_back(
    office: Installation, waiting: dict[str, Any], changes: dict[str, Any], held: int
) -> None:
    office.set("orders", by_mode="{sample: {take_status: null}}")
    code = waiting["items"][0]["ean13"]
    waiting["status"] = "closed"
    free = level_of(office, code)
    waiting.update({"status": "confirmed"} | changes)
    assert free - level_of(office, code) == held


def test_an_exported_order_holds_its_pieces_back_once(
    office: Installation, waiting: dict[str, Any]
) -> None:
    office.set("orders", done_status="null")
    waiting["status"] = "invoicing"
    code = waiting["items"][0]["ean13"]
    before = level_of(office, code)
    office.run("push-orders", "--order", "70113")
    told = office.run("preview", "stock", "--code", code).out
    assert "waiting order 70113" not in told
    assert f"open order {office.box.erp.creates[-1].order_id}" in told
    assert level_of(office, code) == before


def test_an_order_that_we_moved_to_blocked_still_holds_its_pieces_back(
    office: Installation, waiting: dict[str, Any]
) -> None:
    office.set("orders", blocked_status="blocked")
    waiting |= {"status": "invoicing", "retailer_reference": None}
    code = waiting["items"][0]["ean13"]
    before = level_of(office, code)
    office.run("push-orders")
    assert waiting["status"] == "blocked"
    assert level_of(office, code) == before


@pytest.mark.parametrize(("match_by", "held"), [("ean13", 0), ("ean13_then_sku", 2)])
def test_a_line_without_ean_holds_its_pieces_back_where_orders_go_by_sku_too(
    office: Installation, waiting: dict[str, Any], match_by: str, held: int
) -> None:
    office.write_config(f"products:\n  match_by: {match_by}\n" + office.file.read_text())
    code = waiting["items"][0]["ean13"]
    waiting["items"][0]["ean13"] = None
    with_it = level_of(office, code)
    waiting["status"] = "closed"
    assert level_of(office, code) - with_it == held


def test_buffer_and_far_deliveries_follow_their_settings(
    office: Installation, waiting: dict[str, Any]
) -> None:
    code = waiting["items"][0]["ean13"]
    before = level_of(office, code)
    office.set("stock", buffer=3)
    assert level_of(office, code) == before - 3
    far = office.box.erp.now() + timedelta(days=60)
    number = next(n for n, one in office.box.erp.products.items() if one.get("EAN1") == code)
    row = {"ProductId": number, "Quantity": office.box.erp.products[901]["Stock"]}
    office.box.erp.type_in({"CustomerId": 501, "DeliveryDate": far, "InvoiceRows": [row]})
    assert level_of(office, code) == before - 4
    office.set("stock", open_order_delivery_within_days=30)
    assert level_of(office, code) >= before - 3
