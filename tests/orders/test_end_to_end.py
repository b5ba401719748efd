"""Orders, from Le New Black to 24SevenOffice, over the real protocols."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import pytest
from installation import Answer, Installation, reasons_by_order
from references import BLOCKED, CLEAN, NAMELESS

from lnb24so.clock import Clock
from lnb24so.process.lock import run_lock

pytestmark = pytest.mark.slow


def by_reference(items: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return a document's items without what only a real run can know."""
    return {
        item["reference"]: {
            name: value for name, value in item.items() if name not in ("outcome", "order_id")
        }
        for item in items
    }


def test_the_first_run_creates_the_good_orders_and_names_the_blocked_ones(
    office: Installation,
) -> None:
    answer = office.run("push-orders", "--json")
    assert answer.code == 3
    assert reasons_by_order(answer.document["items"]) == BLOCKED
    created = {
        item["reference"]: item["order_id"]
        for item in answer.document["items"]
        if item["outcome"] in ("created", "finished")
    }
    assert sorted(created) == CLEAN
    assert {f"LNB{name}": number for name, number in created.items()} == {
        made.reference: made.order_id for made in office.box.erp.creates
    }
    assert {office.box.lnb.orders[name]["status"] for name in CLEAN} == {"closed"}


def test_the_first_run_says_each_reason_on_stderr_and_nothing_on_stdout(
    office: Installation,
) -> None:
    answer = office.run("push-orders")
    assert (answer.code, answer.out) == (3, "")
    lines = answer.err.splitlines()
    assert len(lines) == sum(map(len, BLOCKED.values()))
    for reference, codes in BLOCKED.items():
        about = [line for line in lines if line.startswith((f"{reference}:", f"{reference} line"))]
        assert len(about) == len(codes)
        assert all("Fix: " in line for line in about)


def test_a_second_run_creates_nothing_and_says_nothing(office: Installation) -> None:
    office.run("push-orders")
    before, seen = office.snapshot(), len(office.box.requests)
    assert office.run("push-orders") == Answer(0, "", "")
    assert office.writes(since=seen) == []
    after = office.snapshot()
    assert after["orders there"] == before["orders there"]
    assert after["orders here"] == before["orders here"]


def test_a_second_run_is_silent_as_a_process_of_cron_too(office: Installation) -> None:
    first = office.process("push-orders")
    assert (first.code, first.out) == (3, "")
    assert all(reference in first.err for reference in BLOCKED)
    assert office.process("push-orders") == Answer(0, "", "")


def test_a_blocked_order_is_announced_again_only_when_its_reasons_change(
    office: Installation,
) -> None:
    office.run("push-orders")
    office.box.lnb.orders[NAMELESS]["retailer_reference"] = "99999"
    changed = office.run("push-orders")
    assert changed.code == 3
    assert changed.err.startswith(f"{NAMELESS}: ")
    assert len(changed.err.splitlines()) == 1
    assert office.run("push-orders") == Answer(0, "", "")


def test_a_blocked_order_that_is_mended_is_exported(office: Installation) -> None:
    office.run("push-orders")
    office.box.lnb.orders[NAMELESS]["retailer_reference"] = "501"
    assert office.run("push-orders") == Answer(0, "", "")
    assert office.box.erp.creates[-1].reference == f"LNB{NAMELESS}"


def test_a_dry_run_names_the_orders_and_actions_of_the_run_after_it(office: Installation) -> None:
    dry = office.run("push-orders", "--dry-run", "--json")
    real = office.run("push-orders", "--json")
    assert (dry.code, real.code) == (0, 3)
    assert dry.document["dry_run"] is True
    assert real.document["dry_run"] is False
    assert len(dry.document["items"]) == len(CLEAN) + len(BLOCKED)
    assert by_reference(dry.document["items"]) == by_reference(real.document["items"])
    assert dry.document["company"] == real.document["company"]


@pytest.mark.parametrize("command", [["push-orders", "--dry-run"], ["preview"]])
def test_looking_writes_nothing_to_either_system_nor_to_the_ledger(
    office: Installation, command: list[str]
) -> None:
    untouched = office.snapshot()
    assert office.run(*command).code == 0
    assert office.snapshot() == untouched
    assert not office.ledger_file.exists()
    office.run("push-orders")
    office.run("pull-stock")
    after_runs, seen = office.snapshot(), len(office.box.requests)
    assert office.run(*command).code == 0
    assert office.snapshot() == after_runs
    assert office.writes(since=seen) == []


def test_looking_takes_no_lock(office: Installation) -> None:
    with run_lock(office.folder / "state", "push-orders", Clock()):
        assert office.run("push-orders", "--dry-run").code == 0
        assert office.run("preview").code == 0


def test_orders_in_24sevenoffice_hold_what_le_new_black_says(office: Installation) -> None:
    office.run("push-orders")
    rates = {each["Symbol"]: each for each in office.box.erp.currencies}
    for made in office.box.erp.creates:
        there = office.box.erp.orders[made.order_id]
        here = office.box.lnb.orders[made.reference.removeprefix("LNB")]
        assert there["CustomerId"] == int(here["retailer_reference"])
        assert f"{there['DateOrdered']:%Y-%m-%d}" == here["confirmation_time"][:10]
        assert f"{there['DeliveryDate']:%Y-%m-%d}" == here["delivery_start_on"]
        assert there.get("YourReference") == here["purchase_order_reference"]
        sold = [line for line in here["items"] if line["quantity"]]
        rows = there["InvoiceRows"][: len(sold)]
        products = [office.box.erp.products[row["ProductId"]] for row in rows]
        assert [product["EAN1"] for product in products] == [line["ean13"] for line in sold]
        assert [row["Quantity"] for row in rows] == [line["quantity"] for line in sold]
        assert there["OrderTotalIncVat"] - there["OrderTotalVat"] == here["amount_total"]
        address = there["Addresses"]["Delivery"]
        assert address["City"] == here["delivery_address"]["city"]
        assert address["PostalCode"] == here["delivery_address"]["zipcode"]
        assert address["Street"] == here["delivery_address"]["address_1"]
        assert address["Country"] == here["delivery_address"]["country"]
        currency = there.get("Currency", {"Symbol": "NOK", "Rate": 1})
        known = rates[here["currency"]]
        assert (currency["Symbol"], currency["Rate"]) == (known["Symbol"], known["Rate"])
        # A Unit of 1 is the WSDL's default and may be left out.
        assert currency.get("Unit", 1) == known["Unit"]


def test_no_request_of_a_whole_day_is_refused_by_the_schema(office: Installation) -> None:
    office.change("customer_match: id", "customer_match: external_id")
    for order in office.box.lnb.orders.values():
        order["retailer_reference"] = f"K-{order['retailer_reference']}"
    office.run("preview")
    office.run("pull-stock")
    office.run("push-orders")
    asked = [seen for seen in office.box.requests if seen.system == "erp"]
    assert {seen.operation for seen in asked} >= {
        *("Login", "GetIdentity", "GetProducts", "GetInvoices", "SaveInvoices"),
        *("GetCompanies", "GetClientInformation", "GetCurrencyList"),
    }
    assert {seen.status for seen in asked} == {200}
    assert len(office.box.erp.creates) == len(CLEAN)


def test_what_was_mended_before_the_adoption_is_no_change_after_it(office: Installation) -> None:
    mended = deepcopy(office.box.lnb.orders["70102"])
    office.run("push-orders", "--order", "70102")
    typed = deepcopy(max(office.box.erp.orders.items())[1])
    office.box.lnb.orders["70102x"] = broken = mended | {"reference": "70102x", "currency": None}
    assert office.run("push-orders", "--order", "70102x").code == 3
    broken["currency"] = mended["currency"]
    typed.pop("OrderId")
    office.box.erp.type_in(typed | {"ReferenceNumber": "LNB70102x"})
    assert office.run("push-orders", "--order", "70102x").code == 0
    assert "adopted" in office.run("status", "70102x").out
    assert office.run("push-orders", "--order", "70102x").code == 0
