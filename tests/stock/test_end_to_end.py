"""Stock, from 24SevenOffice to Le New Black, over the real protocols."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from math import floor
from typing import Any

import pytest
from installation import Answer, Installation
from seen import batches

from lnb24so.clock import Clock
from lnb24so.process.lock import run_lock
from lnb24so.sandbox import Sandbox

pytestmark = pytest.mark.slow

OPEN = {"Web", "Confirmed", "Production", "Pack", "ForInvoicing", "Rest"}
OPEN |= {"CollectingOrder", "Lending"}
WAITING = {"confirmed", "invoicing"}


def levels(box: Sandbox) -> dict[str, int]:
    return {row["ean13"]: row["in_stock"] for row in box.lnb.inventory.values()}


def wanted_levels(box: Sandbox) -> dict[str, int]:
    """Return what Le New Black should show, worked out from the sandbox's own books.

    Codes that must keep their level are left out.
    """
    reserved: dict[int, Decimal] = defaultdict(Decimal)
    for order in box.erp.orders.values():
        for row in order["InvoiceRows"] if order.get("OrderStatus", "Web") in OPEN else ():
            if row.get("Type", "Normal") == "Normal":
                reserved[row["ProductId"]] += row["Quantity"] - row["QuantityDelivered"]
    waiting: dict[str, Decimal] = defaultdict(Decimal)
    for waits in box.lnb.orders.values():
        for line in waits["items"] if waits["status"] in WAITING else ():
            if line["ean13"]:
                waiting[line["ean13"]] += max(line["quantity"], 0)
    products = [each for each in box.erp.products.values() if each.get("EAN1")]
    active = Counter(each["EAN1"] for each in products if each["StatusId"] == 1)
    found = {each["EAN1"]: 0 for each in products if active[each["EAN1"]] == 0}
    for each in products:
        code = each["EAN1"]
        if each["StatusId"] == 1 and active[code] == 1 and each.get("StockControlled", True):
            pieces = each["Stock"] - reserved[each["Id"]] - waiting[code]
            found[code] = max(0, floor(pieces))
    return found


def known_codes(box: Sandbox) -> set[str]:
    return {
        sku["ean13"]
        for product in box.lnb.products
        for variant in product["variants"]
        for sku in variant["skus"]
    }


def test_levels_become_what_is_available_to_sell(office: Installation) -> None:
    box = office.box
    before, wanted = levels(box), wanted_levels(box)
    answer = office.run("pull-stock", "--accept-drop", "--json")
    assert answer.code == 0
    after, known = levels(box), known_codes(box)
    assert {code: after[code] for code in wanted if code in known} == {
        code: level for code, level in wanted.items() if code in known
    }
    items = answer.document["items"]
    conflicts = {item["code"] for item in items if item["reason"] == "code.conflict"}
    kept = before.keys() - wanted.keys() - conflicts
    assert {code: after[code] for code in kept} == {code: before[code] for code in kept}
    assert all(after[code] <= before[code] for code in conflicts)
    sent = {item["code"]: int(item["after"]) for item in items if item["outcome"] == "set"}
    changed = {code: level for code, level in after.items() if before.get(code) != level}
    assert changed.items() <= sent.items()
    assert all(before.get(code) != level for code, level in sent.items())
    assert answer.document["summary"]["set"] == len(sent)


def test_codes_that_le_new_black_does_not_know_are_reported_and_not_sent(
    office: Installation,
) -> None:
    items = office.run("pull-stock", "--json").document["items"]
    unknown = {item["code"] for item in items if item["reason"] == "code.unknown"}
    assert unknown
    assert unknown.isdisjoint(known_codes(office.box))
    bodies = b"".join(seen.body for seen in office.box.requests if "/multi/" in seen.operation)
    assert not [code for code in unknown if code.encode() in bodies]
    assert {line["code"] for line in office.log_lines("stock.code_unknown")} == unknown


def test_a_second_run_sends_nothing_and_says_nothing(office: Installation) -> None:
    office.run("pull-stock")
    before, seen = office.snapshot(), len(office.box.requests)
    assert office.run("pull-stock") == Answer(0, "", "")
    assert office.writes(since=seen) == []
    assert office.snapshot()["levels"] == before["levels"]


def test_a_second_run_is_silent_as_a_process_of_cron_too(office: Installation) -> None:
    first = office.process("pull-stock")
    assert (first.code, first.out, first.err.count("\n")) == (0, "", 2)
    seen = len(office.box.requests)
    assert office.process("pull-stock") == Answer(0, "", "")
    assert office.writes(since=seen) == []


def test_a_dry_run_names_the_codes_and_levels_of_the_run_after_it(office: Installation) -> None:
    dry = office.run("pull-stock", "--dry-run", "--json")
    real = office.run("pull-stock", "--json")
    assert (dry.code, real.code) == (0, 0)
    assert without_outcome(dry.document["items"]) == without_outcome(real.document["items"])
    assert {item["outcome"] for item in dry.document["items"]} == {None}


def without_outcome(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: item[name] for name in item if name != "outcome"} for item in items]


@pytest.mark.parametrize("command", [["pull-stock", "-n"], ["preview", "stock"]])
def test_looking_writes_nothing_and_takes_no_lock(office: Installation, command: list[str]) -> None:
    untouched = office.snapshot()
    with run_lock(office.folder / "state", "pull-stock", Clock()):
        assert office.run(*command).code == 0
    (office.folder / "state" / "lock").unlink()
    assert office.snapshot() == untouched
    office.run("pull-stock")
    after_run, seen = office.snapshot(), len(office.box.requests)
    assert office.run(*command).code == 0
    assert office.snapshot() == after_run
    assert office.writes(since=seen) == []


def test_only_what_changed_is_sent(office: Installation) -> None:
    office.run("pull-stock", "--accept-drop")
    code, level = next((code, level) for code, level in wanted_levels(office.box).items() if level)
    product = next(each for each in office.box.erp.products.values() if each.get("EAN1") == code)
    office.box.erp.change_product(product["Id"], Stock=product["Stock"] + 7)
    office.run("pull-stock")
    (sent,) = batches(office.box)[-1]
    assert (sent["ean13"], sent["in_stock"]) == (code, level + 7)


def test_everything_is_sent_when_asked_for(office: Installation) -> None:
    office.run("pull-stock", "--accept-drop")
    seen = len(office.box.requests)
    assert office.run("pull-stock", "--all").code == 0
    sent = [level["ean13"] for batch in batches(office.box, seen) for level in batch]
    assert set(sent) == wanted_levels(office.box).keys() & known_codes(office.box)
    assert len(sent) == len(set(sent))


def test_the_product_list_is_read_once_a_day_and_only_for_missing_codes(
    strict_box: Sandbox, office: Installation
) -> None:
    hand = office.by_hand(strict_box.erp.now())

    def reads_products(*options: str) -> bool:
        seen = len(office.box.requests)
        assert office.run("pull-stock", *options).code == 0
        return "GET /products" in office.asked(since=seen)

    assert reads_products()
    assert not reads_products()
    assert reads_products("--all")
    strict_box.lnb.tokens.clear()
    hand.move(25 * 3600)
    assert reads_products()
    missing = {item["code"] for item in unknown_items(office)}
    for product in strict_box.erp.products.values():
        if product.get("EAN1") in missing:
            strict_box.erp.change_product(product["Id"], StatusId=0)
    hand.move(25 * 3600)
    office.run("pull-stock")
    assert not reads_products()


def unknown_items(office: Installation) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = office.run("pull-stock", "-n", "--json").document["items"]
    return [item for item in items if item["reason"] == "code.unknown"]


def test_a_code_on_two_active_products_is_news_once_and_counted_until_it_is_mended(
    office: Installation,
) -> None:
    erp, lnb = office.box.erp, office.box.lnb
    active = [each for each in erp.products.values() if each.get("EAN1") and each["StatusId"]]
    twice = [code for code, on in Counter(each["EAN1"] for each in active).items() if on > 1]
    of_one = [each for each in active if each["EAN1"] == twice[0]]
    for each in of_one:
        erp.change_product(each["Id"], Stock=Decimal(0))
    row = next(row for row in lnb.inventory.values() if row["ean13"] == twice[0])
    row["in_stock"] = 40
    first = office.run("pull-stock", "--json")
    assert first.code == 0
    assert row["in_stock"] == 0
    assert first.document["summary"]["conflict"] == len(twice)
    assert f"{len(twice)} codes (" in first.err
    again = office.run("pull-stock", "--json")
    assert (again.err, again.document["summary"]["conflict"]) == ("", len(twice))
    for each in of_one[1:]:
        erp.change_product(each["Id"], EAN1="")
    assert office.run("pull-stock", "--json").document["summary"]["conflict"] == len(twice) - 1
