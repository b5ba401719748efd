"""`resolve`: a person's decision is checked against 24SevenOffice, and dated."""

from __future__ import annotations

import getpass
from decimal import Decimal

import pytest
from faults import Fault
from installation import Installation

pytestmark = pytest.mark.slow


def state_of(office: Installation, reference: str) -> str:
    return str(office.run("status", reference, "--json").document["state"])


def sum_of(office: Installation, reference: str) -> str:
    """Return the sum that the advice of a blocked order names."""
    told = office.run("push-orders", "-n", "--json").document["items"]
    (item,) = (item for item in told if item["reference"] == reference)
    return str(item["reasons"][0]["message"].rpartition("--accept-total ")[2])


def order_id_of(office: Installation, reference: str) -> int:
    return next(one.order_id for one in office.box.erp.creates if one.reference == reference)


@pytest.fixture
def typed_in(office: Installation) -> int:
    """Make 70101 wait for a decision: somebody typed in another order with its reference."""
    office.run("push-orders", "--order", "70102")
    other = dict(office.box.erp.orders[order_id_of(office, "LNB70102")])
    other.pop("OrderId")
    other |= {"ReferenceNumber": " lnb70101", "CustomerId": 501}
    order_id = office.box.erp.type_in(other)
    answer = office.run("push-orders", "--order", "70101")
    assert answer.code == 4
    assert f"LNB70101 already stands on 24SevenOffice order {order_id}" in answer.err
    return order_id


def test_exported_as_takes_the_order_that_a_person_names(
    office: Installation, typed_in: int
) -> None:
    answer = office.run("resolve", "70101", "--exported-as", str(typed_in), "--note", "by phone")
    assert answer == type(answer)(0, f"70101: is order {typed_in} in 24SevenOffice.\n", "")
    story = office.run("status", "70101").out
    assert f"resolved: exported-as by {getpass.getuser()}: by phone" in story
    office.run("push-orders")
    assert office.box.lnb.orders["70101"]["status"] == "closed"
    assert "LNB70101" not in office.created


def test_exported_as_is_refused_for_an_absent_order_another_customers_or_a_taken_one(
    office: Installation, typed_in: int
) -> None:
    taken = order_id_of(office, "LNB70102")
    foreign = next(
        number
        for number, order in office.box.erp.orders.items()
        if order["CustomerId"] != 501 and number != taken
    )
    for number, said in (
        (999999, "24SevenOffice has no order 999999"),
        (taken, "already stands for 70102"),
        (foreign, "belongs to customer"),
    ):
        answer = office.run("resolve", "70101", "--exported-as", str(number))
        assert answer.code == 3
        assert said in answer.err
    assert state_of(office, "70101") == "needs_decision"


def test_send_again_sends_once_what_a_person_says_is_not_there(
    office: Installation, typed_in: int
) -> None:
    assert office.run("resolve", "70101", "--send-again").code == 0
    assert office.run("push-orders", "--order", "70101").code == 0
    assert state_of(office, "70101") == "done"
    assert office.created.count("LNB70101") == 1
    assert office.run("push-orders", "--order", "70101").code == 0
    assert office.created.count("LNB70101") == 1


def test_send_again_is_refused_while_the_order_exists(office: Installation) -> None:
    office.run("push-orders", "--order", "70101")
    order_id = order_id_of(office, "LNB70101")
    answer = office.run("resolve", "70101", "--send-again")
    assert answer.code == 3
    assert f"24SevenOffice has order {order_id}" in answer.err
    del office.box.erp.orders[order_id]
    answer = office.run("resolve", "70101", "--send-again")
    assert answer.code == 0
    assert "push-orders --order 70101 --any-status" in answer.out
    office.run("push-orders", "--order", "70101", "--any-status")
    assert office.created.count("LNB70101") == 2
    assert state_of(office, "70101") == "exported"


def test_nothing_in_flight_is_sent_again_or_skipped(office: Installation) -> None:
    hand = office.by_hand()
    office.box.faults.add("SaveInvoices", Fault.LATE)
    office.run("push-orders", "--order", "70101")
    assert "may still be creating it" in office.run("resolve", "70101", "--send-again").err
    assert "may be in 24SevenOffice already" in office.run("resolve", "70101", "--skip").err
    assert state_of(office, "70101") == "unconfirmed"
    hand.move(16 * 60)
    assert office.run("resolve", "70101", "--send-again").code == 0


def test_skip_is_for_good_until_a_person_changes_it(office: Installation) -> None:
    office.run("push-orders")
    assert office.run("resolve", "70121", "70126", "--skip").code == 0
    answer = office.run("push-orders")
    assert answer.code == 0
    assert state_of(office, "70121") == "skipped"
    assert office.run("resolve", "70121", "--send-again").code == 0
    assert state_of(office, "70121") == "retry"


def test_accept_total_passes_one_order_as_it_is_now(office: Installation) -> None:
    office.run("push-orders")
    assert office.run("resolve", "70128", "--accept-total", sum_of(office, "70128")).code == 0
    assert office.run("push-orders").code == 0
    assert state_of(office, "70128") == "done"


def test_an_accepted_total_does_not_cover_another_content(office: Installation) -> None:
    office.run("push-orders")
    office.run("resolve", "70128", "--accept-total", sum_of(office, "70128"))
    office.box.lnb.orders["70128"]["amount_total"] = 99999
    answer = office.run("push-orders")
    assert answer.code == 3
    assert "order says 99,999.00 NOK" in answer.err


def test_accept_total_is_refused_where_another_sum_would_be_billed(office: Installation) -> None:
    office.run("push-orders")
    due = Decimal(sum_of(office, "70128"))
    answer = office.run("resolve", "70128", "--accept-total", str(due + 1))
    assert answer.code == 3
    assert f"{due + 1:,} NOK is not what would be billed: the lines add up to {due:,}" in answer.err
    office.box.lnb.orders["70128"]["items"][0]["quantity"] += 1
    assert office.run("resolve", "70128", "--accept-total", str(due)).code == 3
    assert state_of(office, "70128") == "blocked"


def test_accept_total_is_refused_where_the_order_adds_up_to_another_sum_by_now(
    office: Installation,
) -> None:
    office.run("push-orders")
    due = sum_of(office, "70128")
    total = office.box.lnb.orders["70128"]["amount_total"]
    office.box.lnb.orders["70128"]["items"][0]["unit_price"] += Decimal(1)
    office.box.lnb.orders["70128"]["amount_total"] = total
    answer = office.run("resolve", "70128", "--accept-total", due)
    assert answer.code == 3


def test_both_sums_of_an_accepted_total_are_kept_in_the_history(office: Installation) -> None:
    office.run("push-orders")
    due = sum_of(office, "70128")
    office.run("resolve", "70128", "--accept-total", due, "--note", "as agreed")
    (step,) = office.log_lines("order.resolved")
    assert step["accepted_total"] == due
    assert Decimal(step["order_total"]) == office.box.lnb.orders["70128"]["amount_total"]


@pytest.mark.parametrize("amount", ["1_0", "٣", "1e5", "-1", "12,480.00", "NaN", ""])
def test_accept_total_takes_a_plain_sum(office: Installation, amount: str) -> None:
    assert office.run("resolve", "70128", f"--accept-total={amount}").code == 2


def test_acknowledge_settles_a_change_after_export(office: Installation) -> None:
    office.run("push-orders", "--order", "70101")
    office.box.lnb.orders["70101"]["comment"] = "Please hurry"
    answer = office.run("push-orders", "--order", "70101")
    assert answer.code == 4
    assert "changed in Le New Black after export" in answer.err
    assert office.run("push-orders", "--order", "70101").code == 0
    assert "changed in Le New Black" in office.run("status", "-q").out
    assert office.run("resolve", "70101", "--acknowledge").code == 0
    assert office.run("status", "-q").code == 0


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ("--acknowledge", "Nothing was announced"),
        ("--accept-total=1.00", "not blocked because of its total"),
        ("--skip", "cancel it there"),
    ],
)
def test_a_decision_that_does_not_fit_changes_nothing(
    office: Installation, decision: str, said: str
) -> None:
    office.run("push-orders", "--order", "70101")
    before = office.run("status", "70101", "--json").document["history"]
    answer = office.run("resolve", "70101", decision)
    assert answer.code == 3
    assert said in answer.err
    assert office.run("status", "70101", "--json").document["history"] == before


def test_one_order_that_cannot_be_settled_does_not_stop_the_others(
    office: Installation,
) -> None:
    office.run("push-orders")
    answer = office.run("resolve", "none", "70121", "70101", "--skip")
    assert answer.code == 3
    assert answer.out == "70121: is never sent.\n"
    assert "none: not changed. The ledger does not know it" in answer.err
    assert "70101: not changed." in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("70101",),
        ("70101", "--skip", "--send-again"),
        ("70101", "70102", "--exported-as", "55001"),
        ("--skip",),
        ("70101", "--exported-as", "0"),
    ],
)
def test_resolve_wants_orders_and_exactly_one_decision(
    office: Installation, arguments: tuple[str, ...]
) -> None:
    assert office.run("resolve", *arguments).code == 2


# Orders that the ledger does not know yet


@pytest.fixture
def typed_by_hand(office: Installation) -> int:
    """Let somebody have typed 70101 in before this ledger began, as it is; return its id."""
    office.run("push-orders", "--order", "70101")
    order_id = order_id_of(office, "LNB70101")
    office.box.lnb.orders["70101"]["status"] = "invoicing"
    for file in (office.folder / "state").glob("*"):
        file.unlink()
    return order_id


def test_found_takes_the_only_order_with_its_reference_and_customer(
    office: Installation, typed_by_hand: int
) -> None:
    answer = office.run("resolve", "70101", "--exported-as", "found", "--note", "was typed in")
    assert answer.code == 0
    assert answer.out == f"70101: is order {typed_by_hand} in 24SevenOffice.\n"
    assert office.run("push-orders", "--order", "70101").code == 0
    assert office.box.lnb.orders["70101"]["status"] == "closed"
    assert office.created.count("LNB70101") == 1


def test_found_is_refused_where_there_are_none_or_several_or_another_customers(
    office: Installation, typed_by_hand: int
) -> None:
    order = dict(office.box.erp.orders[typed_by_hand])
    order.pop("OrderId")
    second = office.box.erp.type_in(order)
    answer = office.run("resolve", "70101", "--exported-as", "found")
    assert answer.code == 3
    assert f"{typed_by_hand}, {second}" in answer.err
    for number in (second, typed_by_hand):
        office.box.erp.orders[number]["CustomerId"] = 502
    answer = office.run("resolve", "70101", "70102", "--exported-as", "found")
    assert answer.code == 3
    assert "70101: not changed. 24SevenOffice shows no order with the reference LNB70101" in (
        answer.err
    )
    assert "70102: not changed." in answer.err
    assert "70101 is not in the ledger" in office.run("status", "70101").out


def test_what_a_preview_asks_of_an_unknown_order_can_be_answered(
    office: Installation, typed_by_hand: int
) -> None:
    office.box.erp.orders[typed_by_hand]["InvoiceRows"][0]["Quantity"] += 1
    asked = office.run("status", "70101").out
    assert "lnb24so resolve 70101 --send-again" in asked
    assert office.run("resolve", "70101", "--send-again").code == 0
    office.run("push-orders", "--order", "70101")
    assert office.created.count("LNB70101") == 2


def test_found_leaves_what_24sevenoffice_derived_from_it_with_its_parent(
    office: Installation, typed_by_hand: int
) -> None:
    rest = dict(office.box.erp.orders[typed_by_hand])
    rest.pop("OrderId")
    office.box.erp.type_in(rest | {"ReferenceOrderId": typed_by_hand})
    answer = office.run("resolve", "70101", "--exported-as", "found")
    assert answer.out == f"70101: is order {typed_by_hand} in 24SevenOffice.\n"


def test_an_unknown_order_is_skipped_and_never_sent(office: Installation) -> None:
    answer = office.run("resolve", "70101", "70102", "--skip", "--by", "Kari")
    assert answer == type(answer)(0, "70101: is never sent.\n70102: is never sent.\n", "")
    office.run("push-orders")
    assert not {"LNB70101", "LNB70102"} & set(office.created)
    assert "skip by Kari" in office.run("status", "70101").out


def test_an_unknown_order_is_sent_again_unless_24sevenoffice_has_it(
    office: Installation, typed_by_hand: int
) -> None:
    answer = office.run("resolve", "70101", "--send-again")
    assert answer.code == 3
    assert f"24SevenOffice has order {typed_by_hand}" in answer.err
    assert office.run("resolve", "70102", "--send-again").code == 0
    office.run("push-orders", "--order", "70102")
    assert office.created.count("LNB70102") == 1


def test_the_total_of_an_order_that_only_a_preview_showed_is_accepted(
    office: Installation,
) -> None:
    due = sum_of(office, "70128")
    assert office.run("resolve", "70101", "--accept-total", due).code == 3
    assert office.run("resolve", "70128", "--accept-total", due).code == 0
    office.run("push-orders")
    assert state_of(office, "70128") == "done"


def test_the_first_decision_binds_the_ledger_to_its_company(office: Installation) -> None:
    office.run("resolve", "70101", "--skip")
    config = office.file.read_text("utf-8").replace(office.box.lnb.client_id, "another-account")
    office.write_config(config)
    answer = office.run("push-orders")
    assert answer.code == 2
    assert "belongs to the Le New Black account" in answer.err


def test_an_order_that_nobody_knows_is_not_settled(office: Installation) -> None:
    for way in (("--skip",), ("--send-again",), ("--exported-as", "found"), ("--exported-as", "1")):
        answer = office.run("resolve", "nonsense", *way)
        assert answer.code == 3
        assert "nonsense: not changed." in answer.err
    assert office.run("status", "nonsense").code == 3


def test_who_decided_is_named_by_flag_variable_sudo_or_login(
    office: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "ola")
    office.run("resolve", "70101", "--skip")
    monkeypatch.setenv("LNB24SO_USER", "anne")
    office.run("resolve", "70102", "--skip")
    office.run("resolve", "70103", "--skip", "--by", "kari")
    steps = office.log_lines("order.resolved")
    assert [step["user"] for step in steps] == ["ola", "anne", "kari"]


def test_both_totals_of_an_order_that_was_typed_in_are_kept(
    office: Installation, typed_by_hand: int
) -> None:
    office.box.erp.orders[typed_by_hand]["OrderTotalIncVat"] += 100
    office.run("resolve", "70101", "--exported-as", "found")
    (step,) = office.log_lines("order.resolved")
    assert Decimal(step["order_total"]) == office.box.lnb.orders["70101"]["amount_total"]
    assert Decimal(step["total"]) > Decimal(step["order_total"])
    here, there = (f"{Decimal(step[name]):,.2f} NOK" for name in ("order_total", "total"))
    sums = f"(Le New Black {here}, 24SevenOffice {there})"
    assert sums in office.run("status", "70101").out
