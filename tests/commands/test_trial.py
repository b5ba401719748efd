"""`push-orders --test`: a Draft to look at, and nothing else touched."""

from __future__ import annotations

import pytest
from installation import Installation


def test_a_test_order_is_a_draft_that_reads_back_side_by_side(office: Installation) -> None:
    before = office.snapshot()
    answer = office.run("push-orders", "--test", "--order", "70105")
    assert answer.code == 0
    created = office.box.erp.creates[-1]
    assert created.reference == "TEST-LNB70105"
    assert office.box.erp.orders[created.order_id]["OrderStatus"] == "Draft"
    assert f"Test order {created.order_id} in company 4242" in answer.out
    assert "currency: EUR" in answer.out
    assert not [line for line in answer.out.splitlines() if line.startswith("!")]
    after = office.snapshot()
    del before["orders there"], after["orders there"]
    assert after == before


def test_the_real_run_still_sends_an_order_that_was_tested(office: Installation) -> None:
    office.run("push-orders", "--test", "--order", "70105")
    office.run("push-orders", "--order", "70105")
    references = office.created
    assert references == ["TEST-LNB70105", "LNB70105"]


def test_a_blocked_order_says_why_instead(office: Installation) -> None:
    answer = office.run("push-orders", "--test", "--order", "70121")
    assert answer.code == 3
    assert "no EAN" in answer.out
    assert not office.writes()


def test_what_24sevenoffice_changed_is_marked(office: Installation) -> None:
    def other_comment(exchange: object) -> object:
        reply = exchange.apply()  # type: ignore[attr-defined]
        order = max(office.box.erp.orders)
        office.box.erp.orders[order]["YourReference"] = "somebody else"
        return reply

    office.box.faults.add("SaveInvoices", other_comment)  # type: ignore[arg-type]
    answer = office.run("push-orders", "--test", "--order", "70105")
    assert "! your reference: sent " in answer.out


@pytest.mark.parametrize(
    "arguments",
    [(), ("--order", "1", "--order", "2"), ("--order", "1", "-n"), ("--order", "1", "--baseline")],
)
def test_a_test_is_about_exactly_one_order(
    office: Installation, arguments: tuple[str, ...]
) -> None:
    assert office.run("push-orders", "--test", *arguments).code == 2
