"""A `take_status` that matches nothing is said: else nothing moves, and nobody learns why."""

from __future__ import annotations

import pytest
from hand_clock import HandClock
from installation import Installation

pytestmark = pytest.mark.slow

DAY = 86400
SHOWN = "which no setting names"


@pytest.fixture
def hand(office: Installation) -> HandClock:
    return office.by_hand(office.box.erp.now())


def rename(office: Installation, status: str) -> None:
    """Let Le New Black write the status of what is up for export in a way of its own."""
    for order in office.box.lnb.orders.values():
        if order["status"] == "invoicing":
            order["status"] = status


def test_a_status_that_le_new_black_writes_otherwise_is_told_once(
    office: Installation, hand: HandClock
) -> None:
    rename(office, "fakturering")
    answer = office.run("push-orders")
    assert answer.code == 0
    assert 'No order has the status "invoicing" (orders.take_status)' in answer.err
    assert "fakturering (" in answer.err
    assert SHOWN in answer.err
    assert answer.err.count("\n") == 1
    hand.move(DAY)
    assert office.run("push-orders").err == ""
    assert SHOWN in office.run("status").out
    rename(office, "fakturering")
    for order in office.box.lnb.orders.values():
        order["status"] = "invoicing" if order["status"] == "fakturering" else order["status"]
    assert SHOWN not in office.run("push-orders").err
    assert SHOWN not in office.run("status").out


@pytest.mark.parametrize("mode", ["simple", "advanced", "time_based"])
def test_a_misspelled_take_status_is_told_whatever_the_stock_mode_names(
    office: Installation, hand: HandClock, mode: str
) -> None:
    office.write_config(
        office.file.read_text("utf-8").replace("lnb_mode: simple", f"lnb_mode: {mode}")
    )
    office.set("orders", take_status="invoced")
    for command in ("preview", "push-orders"):
        err = office.run(command).err
        assert 'No order has the status "invoced" (orders.take_status)' in err
        assert "invoicing (" in err


def test_preview_says_it_each_time_and_a_dry_run_too(office: Installation) -> None:
    rename(office, "fakturering")
    for arguments in (("preview",), ("preview", "orders"), ("push-orders", "-n")) * 2:
        assert SHOWN in office.run(*arguments).err
    assert SHOWN not in office.run("preview", "stock").err


def test_what_settings_name_and_what_is_no_order_yet_is_no_news(
    office: Installation, hand: HandClock
) -> None:
    office.set("orders", blocked_status="on_hold")
    for order, status in zip(
        office.box.lnb.orders.values(),
        ("draft", "Canceled", "cancelled", "closed", "confirmed", "on hold") * 20,
        strict=False,
    ):
        order["status"] = status
    for command in ("preview", "push-orders"):
        assert SHOWN not in office.run(command).err


def test_an_empty_list_costs_one_request_more_once_a_day_until_the_status_has_been_seen(
    office: Installation, hand: HandClock
) -> None:
    def lists() -> int:
        before = len(office.asked())
        office.run("push-orders")
        return office.asked(since=before).count("GET /orders")

    kept = dict(office.box.lnb.orders)
    office.box.lnb.orders.clear()
    assert [lists(), lists(), lists()] == [2, 2, 2]
    hand.move(DAY + 1)
    assert [lists(), lists()] == [3, 2]
    office.box.lnb.orders.update(kept)
    office.run("push-orders")
    office.box.lnb.orders.clear()
    hand.move(DAY + 1)
    assert [lists(), lists()] == [2, 2]


def test_a_brand_that_has_nothing_to_invoice_today_is_left_alone(
    office: Installation, hand: HandClock
) -> None:
    office.run("push-orders")
    for order in office.box.lnb.orders.values():
        order |= {"status": "open_for_buyer", "update_time": "2099-01-01T00:00:00"}
    assert SHOWN not in office.run("push-orders").err


def test_a_status_that_nobody_documents_is_told_also_where_the_setting_once_was_right(
    office: Installation, hand: HandClock
) -> None:
    office.run("push-orders")
    for order in office.box.lnb.orders.values():
        order |= {"status": "klar", "update_time": "2099-01-01T00:00:00"}
    assert "klar (" in office.run("push-orders").err
    assert office.run("push-orders").err == ""
