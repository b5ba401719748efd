"""What cannot be read costs an order its export, and nothing is concluded from it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from faults import Fault
from installation import Installation

from lnb24so.lnb.types import Line, Order, read_order
from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

from .build import codes, draft, line, order

LINE = {"name": "Alma Dress", "ean13": "7041234567890", "quantity": 2, "unit_price": 100}


@pytest.mark.parametrize(
    "items", [None, "", {}, LINE, {"a": LINE}, {"-1": LINE}, "2 x Alma", 7, True, [LINE, None]]
)
def test_lines_in_another_shape_are_unreadable_and_never_nothing_to_export(items: object) -> None:
    found = read_order({"reference": "1", "items": items})
    assert (found.lines, found.unreadable) == ((), ("items",))
    (reason,) = draft(order(unreadable=found.unreadable)).reasons
    assert reason.code == "order.unreadable"
    assert reason.message.startswith("items cannot be read. Nothing sent")
    assert "cancel" not in reason.message


@pytest.mark.parametrize("items", [[LINE, LINE], {"0": LINE, "4": LINE}, {"11": LINE, "2": LINE}])
def test_lines_come_as_a_list_or_as_an_object_with_numbered_keys(items: object) -> None:
    found = read_order({"items": items})
    assert (len(found.lines), found.unreadable) == (2, ())


def test_an_empty_list_is_readable_and_holds_nothing_to_export() -> None:
    assert read_order({"items": []}).unreadable == ()


@pytest.mark.parametrize("lines", [(), (line(quantity=0),)])
def test_an_order_with_a_total_and_no_lines_is_not_to_be_canceled(lines: tuple[Line, ...]) -> None:
    shown = replace(order(amount_total="760"), lines=lines)
    (reason,) = draft(shown).reasons
    assert (reason.code, "cancel" in reason.message) == ("order.no_lines", False)
    assert "no line with pieces, and a total of 760.00 NOK" in reason.message
    assert "cancel it" in draft(replace(shown, amount_total=None)).reasons[0].message


def test_an_order_whose_lines_all_lack_a_code_is_not_to_be_canceled() -> None:
    (reason,) = draft(order(line(ean13="")), missing_code="skip_line").reasons
    assert reason.code == "order.no_lines"
    assert "cancel" not in reason.message


def test_a_line_whose_code_cannot_be_read_is_never_left_out() -> None:
    unread = read_order({"items": [LINE, LINE | {"ean13": ["7041234567890"]}]})
    (reason,) = draft(order(*unread.lines), missing_code="skip_line").reasons
    assert (reason.code, reason.line) == ("line.missing_code", 2)
    assert "the EAN cannot be read" in reason.message


@pytest.mark.parametrize("name", ["status", "order_mode", "create_time", "items", "comment"])
def test_what_cannot_be_read_is_no_change_after_the_export(office: Installation, name: str) -> None:
    office.run("push-orders", "--order", "70101")
    office.box.lnb.orders["70101"][name] = {"date": "2026-03-29"}
    answer = office.run("push-orders", "--order", "70101")
    assert (answer.code, answer.err) == (0, "")


def test_no_status_is_set_where_nobody_can_read_whether_it_was_canceled(
    office: Installation,
) -> None:
    office.box.faults.add("POST /orders/status", Fault.STATUS(422), times=1)
    office.run("push-orders", "--order", "70101")
    office.box.lnb.orders["70101"]["cancellation_time"] = {"date": "2026-03-29"}
    seen = len(office.asked())
    assert office.run("push-orders", "--order", "70101").code == 0
    assert "POST /orders/status" not in office.asked(seen)
    office.box.lnb.orders["70101"]["cancellation_time"] = None
    office.run("push-orders", "--order", "70101")
    assert office.box.lnb.orders["70101"]["status"] == "closed"


def shown_with(**changes: object) -> Behaviour:
    """Answer with orders that hold something else."""

    def behave(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        found = json.loads(reply.body)
        for record in found if isinstance(found, list) else [found]:
            record.update(changes)
        return replace(reply, body=json.dumps(found).encode())

    return behave


@pytest.mark.parametrize("status", [None, "", [], {}, {"code": "invoicing"}], ids=str)
def test_an_order_of_the_export_list_that_tells_no_status_is_named_and_never_passed_over(
    office: Installation, status: object
) -> None:
    office.box.faults.add("GET /orders", shown_with(status=status), times=9)
    answer = office.run("push-orders")
    assert answer.code == 3
    assert office.run("status", "70101", "--json").document["state"] == "blocked"
    assert "status cannot be read. Nothing sent, and nothing concluded." in office.log_text()


@pytest.mark.parametrize(
    "change",
    [{"status": None}, {"status": {"code": "invoicing"}}, {"cancellation_time": {"date": "now"}}],
    ids=str,
)
def test_right_before_the_status_step_nothing_is_concluded_from_what_cannot_be_read(
    office: Installation, change: dict[str, object]
) -> None:
    office.box.faults.add("GET /orders/{reference}", shown_with(**change), skip=1)
    answer = office.run("push-orders", "--order", "70101")
    assert (answer.code, answer.err) == (1, "")
    assert office.box.lnb.orders["70101"]["status"] == "invoicing"
    assert office.run("push-orders", "--order", "70101").code == 0
    assert office.box.lnb.orders["70101"]["status"] == "closed"


def test_a_blocked_order_whose_status_cannot_be_read_is_not_withdrawn(office: Installation) -> None:
    office.run("push-orders", "--order", "70121")
    office.box.lnb.orders["70121"]["status"] = {"code": "invoicing"}
    answer = office.run("push-orders", "--order", "70121")
    assert "status cannot be read" in answer.err
    assert "withdrawn" not in office.log_text()


def test_an_empty_answer_for_one_order_is_not_its_absence(office: Installation) -> None:
    office.run("push-orders")
    del office.box.lnb.orders["70121"]
    office.box.faults.add(
        "GET /orders/{reference}", lambda _: Reply(200, b"", "application/json"), times=99
    )
    office.run("push-orders")
    assert "order.unread" in office.log_text()
    assert "gone from Le New Black" not in office.log_text()
    assert office.run("status", "70121", "--json").document["state"] == "blocked"


def test_a_billing_address_blocks_only_where_the_customer_is_found_by_it() -> None:
    unread = order(unreadable=("billing_address",))
    assert codes(draft(unread)) == []
    found = codes(draft(unread, customer_match="organization_number"))
    assert found == ["order.unreadable", "customer.missing_reference"]


@pytest.mark.parametrize("text", ["1_0", "٣", "1e5", "NaN", "Infinity", "0x1", "1,5"])
def test_only_ascii_digits_are_numbers(text: str) -> None:
    (found,) = read_order({"items": [LINE | {"quantity": text}]}).lines
    assert found.quantity is None
    assert codes(draft(Order("1", lines=(Line(),)))).count("line.bad_quantity") == 1
