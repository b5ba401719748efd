"""`push-orders --test`: a Draft to look at, and nothing else touched."""

from __future__ import annotations

import re

import pytest
from installation import Installation
from rich.cells import cell_len
from terminal import on_a_terminal


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


def test_one_table_has_both_sides_with_the_sums_and_a_verdict(office: Installation) -> None:
    answer = office.run("push-orders", "--test", "--order", "70109")
    assert answer.code == 0
    head, _, *lines = answer.out.splitlines()[1:]
    assert head.split() == ["What", "Sent", "In", "24SevenOffice"]
    held = office.box.erp.orders[office.box.erp.creates[-1].order_id]
    [net] = [line for line in lines if line.startswith("net ")]
    total = office.box.lnb.orders["70109"]["amount_total"]
    assert net.split()[1:] == [f"{total:,.2f}", "NOK"] * 2
    assert [line for line in lines if line.startswith("VAT ")]
    assert [line for line in lines if line.startswith("total with VAT ")]
    assert len([line for line in lines if line.startswith("row ")]) == len(held["InvoiceRows"])
    verdicts = [line for line in lines if line.startswith("Verdict: ")]
    assert verdicts == [
        "Verdict: 24SevenOffice holds what was sent, in every field and to the cent."
    ]
    assert len(lines) < 30


def test_a_total_that_is_another_one_there_is_the_verdict(office: Installation) -> None:
    def dearer(exchange: object) -> object:
        reply = exchange.apply()  # type: ignore[attr-defined]
        order = office.box.erp.orders[max(office.box.erp.orders)]
        order["OrderTotalIncVat"] += 10
        return reply

    office.box.faults.add("SaveInvoices", dearer)  # type: ignore[arg-type]
    answer = office.run("push-orders", "--test", "--order", "70105")
    assert "Verdict: 24SevenOffice holds 1 thing otherwise than it was sent." in answer.out
    assert "\n! net: sent 276.86 EUR, found 286.86 EUR\n" in answer.out


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_table_fits_a_terminal(office: Installation, columns: int) -> None:
    office.box.lnb.orders["70105"] |= {"comment": "Ring først! " * 30}
    shown = on_a_terminal(
        office, "-q", "push-orders", "--test", "--order", "70105", columns=columns
    ).out
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "\n").splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert [line for line in lines if line.startswith("net ") and line.endswith(" 276.86 EUR")]


def test_an_order_that_does_not_exist_is_said(office: Installation) -> None:
    answer = office.run("push-orders", "--test", "--order", "nonsense")
    assert answer.code == 3
    assert answer.out == "nonsense: Le New Black has no order with that reference.\n"


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
