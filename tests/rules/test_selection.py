"""Selection: which orders a run takes, in which order, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from installation import Answer, Installation
from references import BLOCKED, CANCELED, CLEAN, CLOSED, CONFIRMED, DRAFT, NAMELESS

pytestmark = pytest.mark.slow


def created(office: Installation) -> list[str]:
    """Return the references of what was created in 24SevenOffice, in that order."""
    return [reference.removeprefix("LNB") for reference in office.created]


def reasons(office: Installation, *arguments: str) -> dict[str, list[str]]:
    """Return the reason codes of each order of a run that writes nothing."""
    document = office.run("push-orders", "--dry-run", "--json", *arguments).document
    return {
        item["reference"]: [reason["code"] for reason in item["reasons"]]
        for item in document["items"]
    }


def test_order_takes_only_the_orders_that_are_named(office: Installation) -> None:
    assert office.run("push-orders", "--order", "70105", "--order", "70103").code == 0
    assert created(office) == ["70103", "70105"]


def test_an_order_that_is_named_and_not_there_is_said_to_be_missing(office: Installation) -> None:
    assert reasons(office, "--order", "4711") == {"4711": ["order.not_found"]}
    assert office.run("push-orders", "--order", "4711").code == 3


@pytest.mark.parametrize("reference", [CONFIRMED, CLOSED, DRAFT, CANCELED])
def test_order_alone_does_not_take_an_order_in_another_status(
    office: Installation, reference: str
) -> None:
    assert reasons(office, "--order", reference) == {reference: ["order.status"]}
    assert office.run("push-orders", "--order", reference).code == 0
    assert created(office) == []


def test_a_status_that_does_not_fit_is_named_with_the_one_that_does(office: Installation) -> None:
    told = office.run("push-orders", "-n", "--order", CONFIRMED).out
    assert 'status is "confirmed", expected "invoicing". Fix: move it in Le New Black.' in told


@pytest.mark.parametrize("reference", [CONFIRMED, CLOSED])
def test_any_status_takes_it_and_leaves_its_status_alone(
    office: Installation, reference: str
) -> None:
    before = office.box.lnb.orders[reference]["status"]
    assert office.run("push-orders", "--order", reference, "--any-status").code == 0
    assert created(office) == [reference]
    assert office.box.lnb.orders[reference]["status"] == before
    assert "POST /orders/status" not in office.asked()
    assert office.run("push-orders", "--order", reference, "--any-status") == Answer(0, "", "")
    assert created(office) == [reference]


@pytest.mark.parametrize("reference", [DRAFT, CANCELED])
def test_any_status_never_takes_a_draft_or_a_canceled_order(
    office: Installation, reference: str
) -> None:
    assert office.run("push-orders", "--order", reference, "--any-status").code == 0
    assert created(office) == []


def test_any_status_needs_an_order(office: Installation) -> None:
    answer = office.run("push-orders", "--any-status")
    assert answer.code == 2
    assert "--any-status needs --order REF" in answer.err


def test_the_oldest_orders_go_first(office: Installation) -> None:
    office.box.lnb.orders["70108"]["create_time"] = "2001-01-01T00:00:00+00:00"
    office.box.lnb.orders["70104"]["create_time"] = "2099-01-01T00:00:00+00:00"
    office.run("push-orders")
    others = [name for name in CLEAN if name not in ("70104", "70108")]
    assert created(office) == ["70108", *others, "70104"]


def test_limit_creates_so_many_of_the_oldest_and_the_next_run_goes_on(
    office: Installation,
) -> None:
    office.run("push-orders", "--limit", "5")
    assert created(office) == CLEAN[:5]
    office.run("push-orders", "--limit", "5")
    assert created(office) == CLEAN[:10]
    office.run("push-orders")
    assert created(office) == CLEAN


def test_limit_counts_only_what_would_be_created(office: Installation) -> None:
    document = office.run("push-orders", "--limit", "2", "--json").document
    assert document["summary"]["create"] == 2
    assert document["summary"]["blocked"] == len(BLOCKED)
    assert document["summary"]["left"] == len(CLEAN) - 2


def test_more_orders_than_max_per_run_create_none_of_them(office: Installation) -> None:
    office.set("orders", max_per_run=11)
    answer = office.run("push-orders")
    assert (answer.code, created(office)) == (4, [])
    assert answer.err.splitlines()[0] == (
        "12 orders wait, and this ledger has sent none yet (limit 11). Typed in already? "
        "lnb24so push-orders --baseline. Else look: lnb24so preview orders"
    )
    assert "SaveInvoices" not in office.asked()
    assert office.run("push-orders").code == 4
    assert office.run("push-orders", "--dry-run").code == 0
    assert office.run("push-orders", "--limit", "12").code == 0
    assert created(office) == CLEAN


def test_exactly_max_per_run_orders_are_sent(office: Installation) -> None:
    office.set("orders", max_per_run=12)
    assert office.run("push-orders").code == 3
    assert created(office) == CLEAN


def test_baseline_marks_all_that_waits_and_sends_nothing_of_it_ever(office: Installation) -> None:
    assert office.run("push-orders", "--baseline").code == 0
    untouched = {name: office.box.lnb.orders[name]["status"] for name in (*CLEAN, *BLOCKED)}
    assert set(untouched.values()) == {"invoicing"}
    assert office.run("push-orders") == Answer(0, "", "")
    assert created(office) == []
    office.box.lnb.orders[CONFIRMED]["status"] = "invoicing"
    assert office.run("push-orders") == Answer(0, "", "")
    assert created(office) == [CONFIRMED]


def test_a_dry_baseline_marks_nothing(office: Installation) -> None:
    office.run("push-orders", "--baseline", "--dry-run")
    office.run("push-orders")
    assert created(office) == CLEAN


def test_baseline_in_any_status_marks_all_but_drafts_and_what_is_canceled(
    office: Installation,
) -> None:
    orders = office.box.lnb.orders
    never = {name for name, one in orders.items() if one["status"] in ("draft", "canceled")}
    assert never
    assert office.run("push-orders", "--baseline", "--any-status").code == 0
    states = {name: office.run("status", name, "--json").document["state"] for name in orders}
    marked = {name for name, state in states.items() if state == "skipped"}
    assert marked == orders.keys() - never
    for one in orders.values():
        one["status"] = "invoicing" if one["reference"] in marked else one["status"]
    assert office.run("push-orders") == Answer(0, "", "")
    assert created(office) == []


def test_baseline_marks_the_named_orders_and_no_other(office: Installation) -> None:
    assert office.run("push-orders", "--baseline", "--order", CONFIRMED).code == 0
    assert office.run("status", CONFIRMED, "--json").document["state"] == "skipped"
    office.box.lnb.orders[CONFIRMED]["status"] = "invoicing"
    office.run("push-orders")
    assert created(office) == CLEAN


def test_baseline_marks_what_is_older_than_since_too(office: Installation) -> None:
    office.set("orders", since="2027-01-01")
    assert office.run("push-orders", "--baseline").code == 0
    assert office.run("push-orders") == Answer(0, "", "")


def baseline_of(office: Installation, reference: str) -> str:
    document = office.run("push-orders", "--baseline", "-n", "--json").document
    item = next(one for one in document["items"] if one["reference"] == reference)
    assert item["action"] == "skip"
    return str(item["reasons"][0]["message"])


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_dry_baseline_names_the_order_of_the_same_customer_and_total(
    office: Installation, with_reference: bool
) -> None:
    office.run("push-orders", "--order", CLEAN[0])
    (number,) = [
        order_id
        for order_id, one in office.box.erp.orders.items()
        if one.get("ReferenceNumber") == f"LNB{CLEAN[0]}"
    ]
    office.ledger_file.unlink()
    office.box.lnb.orders[CLEAN[0]]["status"] = "invoicing"
    typed = office.box.erp.orders[number]
    typed["ReferenceNumber"] = f"LNB{CLEAN[0]}" if with_reference else "by hand"
    assert f"In 24SevenOffice order {number} may be it" in baseline_of(office, CLEAN[0])
    assert "no order of the same customer and total" in baseline_of(office, CLEAN[1])
    typed["ReferenceNumber"] = "by hand"
    typed["OrderTotalIncVat"] += 100
    assert "no order of the same customer and total" in baseline_of(office, CLEAN[0])


def test_older_orders_than_since_are_skipped_unless_they_are_named(office: Installation) -> None:
    first = office.box.lnb.orders[CLEAN[4]]["create_time"]
    office.set("orders", since=first)
    found = reasons(office)
    assert [found[name] for name in CLEAN[:4]] == [["order.before_since"]] * 4
    office.run("push-orders")
    assert created(office) == CLEAN[4:]
    assert office.run("push-orders", "--order", CLEAN[0]).code == 0
    assert created(office) == [*CLEAN[4:], CLEAN[0]]


MODES = "{preorder: {take_status: confirmed, done_status: invoicing, create_as: Confirmed}}"


def test_a_mode_has_its_own_way_from_status_to_status(office: Installation) -> None:
    office.set("orders", by_mode=MODES)
    orders = office.box.lnb.orders
    orders["70107"]["status"] = "confirmed"
    office.run("push-orders")
    # 70108 is a preorder in "invoicing": for its mode that is too late, not the sign.
    assert created(office) == [name for name in CLEAN if name != "70108"]
    assert orders["70107"]["status"] == "invoicing"
    assert orders["70108"]["status"] == "invoicing"
    assert orders[CONFIRMED]["status"] == "confirmed"
    states = {
        made.reference: office.box.erp.orders[made.order_id].get("OrderStatus", "Web")
        for made in office.box.erp.creates
    }
    assert states["LNB70107"] == "Confirmed"
    assert states["LNB70101"] == "Web"
    assert office.run("push-orders") == Answer(0, "", "")


def test_a_mode_without_a_take_status_is_not_exported_even_by_name(office: Installation) -> None:
    office.set("orders", by_mode="{preorder: {take_status: null}}")
    assert reasons(office)["70107"] == ["order.mode_not_exported"]
    office.run("push-orders", "--order", "70107", "--any-status")
    assert created(office) == []


def statuses_sent(office: Installation) -> list[Any]:
    return [seen.body for seen in office.box.requests if seen.operation == "POST /orders/status"]


def only(office: Installation, *references: str) -> None:
    """Let Le New Black hold these orders only."""
    lnb = office.box.lnb
    lnb.orders = {name: lnb.orders[name] for name in references}


def test_blocked_status_is_written_once_and_the_order_is_followed_until_it_fits(
    office: Installation,
) -> None:
    office.set("orders", blocked_status="blocked")
    only(office, NAMELESS)
    order = office.box.lnb.orders[NAMELESS]
    assert office.run("push-orders").code == 3
    assert order["status"] == "blocked"
    for _ in range(2):
        assert office.run("push-orders") == Answer(0, "", "")
    assert len(statuses_sent(office)) == 1
    order["retailer_reference"] = "999"
    assert office.run("push-orders").code == 3
    assert len(statuses_sent(office)) == 1
    order["retailer_reference"] = "501"
    assert office.run("push-orders") == Answer(0, "", "")
    assert created(office) == [NAMELESS]
    assert order["status"] == "closed"
    assert office.run("push-orders") == Answer(0, "", "")


def test_an_order_that_a_person_moved_to_blocked_is_not_followed(office: Installation) -> None:
    office.set("orders", blocked_status="blocked")
    only(office, CLEAN[0])
    office.box.lnb.orders[CLEAN[0]]["status"] = "blocked"
    assert office.run("push-orders") == Answer(0, "", "")
    assert created(office) == []


def test_a_blocked_order_that_a_person_mends_and_moves_back_is_exported(
    office: Installation,
) -> None:
    office.set("orders", blocked_status="blocked")
    only(office, NAMELESS)
    office.run("push-orders")
    office.box.lnb.orders[NAMELESS] |= {"retailer_reference": "501", "status": "invoicing"}
    assert office.run("push-orders") == Answer(0, "", "")
    assert created(office) == [NAMELESS]


@pytest.mark.parametrize("status", ["canceled", "closed", "draft"])
def test_a_blocked_order_that_leaves_is_withdrawn_and_comes_back_if_it_comes_back(
    office: Installation, status: str
) -> None:
    only(office, NAMELESS)
    order = office.box.lnb.orders[NAMELESS]
    assert office.run("push-orders").code == 3
    order["status"] = status
    assert office.run("push-orders") == Answer(0, "", "")
    assert [line["reference"] for line in office.log_lines("order.withdrawn")] == [NAMELESS]
    assert office.run("push-orders") == Answer(0, "", "")
    assert len(office.log_lines("order.withdrawn")) == 1
    order |= {"status": "invoicing", "retailer_reference": "501", "cancellation_time": None}
    assert office.run("push-orders") == Answer(0, "", "")
    assert created(office) == [NAMELESS]


def test_a_blocked_status_that_le_new_black_refuses_stops_nothing(office: Installation) -> None:
    office.set("orders", blocked_status="no_such_status")
    assert office.run("push-orders").code == 3
    assert created(office) == CLEAN
    assert office.log_lines("order.status_failed")
    assert office.run("push-orders") == Answer(0, "", "")


def test_without_a_blocked_status_a_blocked_order_keeps_its_own(office: Installation) -> None:
    office.run("push-orders")
    assert {office.box.lnb.orders[name]["status"] for name in BLOCKED} == {"invoicing"}


def test_an_order_from_the_future_is_found_again_when_the_ledger_is_lost(
    office: Installation,
) -> None:
    only(office, CLEAN[0])
    office.box.lnb.orders[CLEAN[0]]["create_time"] = "2099-01-01T00:00:00+00:00"
    office.run("push-orders")
    office.ledger_file.unlink()
    office.box.lnb.orders[CLEAN[0]]["status"] = "invoicing"
    document = office.run("push-orders", "--json").document
    assert [item["action"] for item in document["items"]] == ["adopt"]
    assert created(office) == [CLEAN[0]]
