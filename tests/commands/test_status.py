"""`status`: the last runs, what waits, and one order's whole story."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from faults import Fault
from installation import Installation

pytestmark = pytest.mark.slow


def test_before_the_first_run_nothing_waits(office: Installation) -> None:
    answer = office.run("status")
    assert (answer.code, answer.out) == (0, "No run yet.\nNothing waits.\n")
    assert not office.asked()


def test_status_names_each_run_with_its_age_and_each_waiting_order(office: Installation) -> None:
    office.run("push-orders")
    lines = office.run("status").out.splitlines()
    assert lines[0].startswith("push-orders: ended with exit code 3 0 seconds ago (")
    assert any(line.startswith("70118: retailer") for line in lines)
    assert lines[-1].startswith("13 orders are waiting, ")


def test_quiet_status_prints_and_exits_3_only_if_something_waits(office: Installation) -> None:
    assert office.run("status", "-q") == type(office.run("status", "-q"))(0, "", "")
    office.run("push-orders")
    answer = office.run("status", "-q")
    assert answer.code == 3
    assert "70128" in answer.out


def test_a_run_that_only_met_a_decision_went_well(office: Installation) -> None:
    office.run("push-orders")
    order = office.box.lnb.orders["70101"]
    order |= {"comment": "Please in two parcels", "update_time": "2099-01-01T00:00:00+00:00"}
    assert office.run("push-orders").code == 4
    told = office.run("status", "-q").out
    assert "70101: changed in Le New Black after export" in told
    assert "ended with exit code" not in told
    assert "failed" not in told


def test_the_json_has_runs_and_waiting_orders(office: Installation) -> None:
    office.run("push-orders")
    document = office.run("status", "--json").document
    assert document["runs"][0]["task"] == "push-orders"
    assert document["runs"][0]["summary"]["blocked"] == 13
    waiting = {one["reference"]: one for one in document["waiting"]}
    assert waiting["70121"]["reasons"][0]["code"] == "line.missing_code"
    assert waiting["70121"]["next"]


@pytest.mark.parametrize("wanted", ["70101", "LNB70101", "lnb70101 ", "ID"])
def test_an_order_is_found_by_our_reference_or_24sevenoffices(
    office: Installation, wanted: str
) -> None:
    office.run("push-orders")
    created = {one.reference: one.order_id for one in office.box.erp.creates}
    answer = office.run("status", wanted.replace("ID", str(created["LNB70101"])))
    assert answer.out.startswith(f"70101 is done, order {created['LNB70101']} in 24SevenOffice.")


def test_the_story_says_what_was_sent_what_came_back_and_what_is_next(
    office: Installation,
) -> None:
    hand = office.by_hand()
    office.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    office.run("push-orders", "--order", "70101")
    story = office.run("status", "70101").out
    assert "70101 is unconfirmed." in story
    assert "sending: attempt 1, 4 rows, 16,612.00 NOK, customer 501, reference LNB70101" in story
    assert "unconfirmed: answer: the connection broke before a reply came" in story
    assert "do not type it in" in story.splitlines()[-1]
    hand.move(16 * 60)
    office.run("push-orders", "--order", "70101")
    lines = office.run("status", "70101").out.splitlines()
    events = [line.split("  ")[1].split(":")[0] for line in lines if line.startswith("2026")]
    assert events == ["sending", "unconfirmed", "adopted", "finished"]
    assert lines[-1] == "Next: Nothing."
    history = office.run("status", "70101", "--json").document["history"]
    assert history[0]["event"] == "order.sending"
    assert all(step["run_id"] for step in history)


def test_why_an_order_waits_is_told_once_where_the_next_run_finds_the_same(
    office: Installation,
) -> None:
    office.run("push-orders")
    lines = office.run("status", "70118").out.splitlines()
    assert len([line for line in lines if line.startswith("70118: retailer ")]) == 1
    assert lines[-1] == "Next: Mend it; each run looks again, and sends it then."


def test_no_reason_stands_twice_in_a_story(office: Installation) -> None:
    office.run("push-orders")
    office.box.lnb.orders["70125"]["comment"] = "again"
    office.run("push-orders")
    office.run("resolve", "70128", "--accept-total", "4710.00")
    for reference in ("70118", "70125", "70128", "70101"):
        lines = [line.strip() for line in office.run("status", reference).out.splitlines()]
        sentences = [line for line in lines if line.startswith(f"{reference}")]
        assert len(sentences) == len(set(sentences))
        assert sum("in 24SevenOffice" in line for line in lines) <= 1 or reference != "70101"


def test_times_and_amounts_of_a_story_are_as_people_read_them(office: Installation) -> None:
    office.by_hand(datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    office.run("push-orders", "--order", "70101")
    story = office.run("status", "70101").out
    assert "2026-07-02 00:30:" in story
    assert " CEST  sending: attempt 1, 4 rows, 16,612.00 NOK, customer 501" in story


def test_a_change_after_export_is_what_comes_next(office: Installation) -> None:
    office.run("push-orders", "--order", "70101")
    assert "Next: Nothing." in office.run("status", "70101").out
    office.box.lnb.orders["70101"] |= {"status": "canceled"}
    office.run("push-orders", "--order", "70101")
    assert "Next: A person decides" in office.run("status", "70101").out
    assert "A person decides" in office.run("status", "70101", "--json").document["next"]


@pytest.mark.parametrize("nothing", ["", " "])
def test_no_order_is_found_by_nothing(office: Installation, nothing: str) -> None:
    office.run("push-orders")
    assert "has no order with that reference" in office.run("status", nothing).out


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("70113", 'status is "confirmed", expected "invoicing"'),
        ("70117", "canceled in Le New Black"),
        ("70116", 'status is "draft"'),
        ("70101", "the next run sends it"),
        ("70118", "has no customer reference"),
        ("nonsense", "Le New Black has no order with that reference"),
    ],
)
def test_an_order_that_the_ledger_does_not_know_is_asked_for_live(
    office: Installation, reference: str, said: str
) -> None:
    answer = office.run("status", reference)
    assert answer.code == (3 if reference == "nonsense" else 0)
    assert said in answer.out
    assert not office.writes()
    assert not office.ledger_file.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--csv",),
        ("--since", "2026-01-01"),
        ("--exported", "70101"),
        ("--exported", ""),
        ("--exported", "--since", "soon"),
        ("--until", "2026-01-01"),
        ("--exported", "--csv", "--json"),
        ("--exported", "--since", "2026-02-01", "--until", "2026-01-31"),
        ("-q", "70101"),
        ("-q", "--exported"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    office: Installation, arguments: tuple[str, ...]
) -> None:
    answer = office.run("status", *arguments)
    assert answer.code == 2
    assert "Error:" in answer.err


def test_each_reason_that_an_order_waits_for_is_a_line_of_its_own(office: Installation) -> None:
    office.run("push-orders", "--order", "70125")
    for command in (("status",), ("status", "-q")):
        lines = office.run(*command).out.splitlines()
        assert len([line for line in lines if line.startswith("70125 line 1 (")]) == 1
        assert len([line for line in lines if line.startswith("70125 line 2 (")]) == 1


def test_codes_that_no_product_has_are_one_line_with_their_pieces(office: Installation) -> None:
    for number, pieces in enumerate((3, 1200, 7)):
        code = f"704999999999{number}"
        office.box.lnb.inventory[code] = dict(next(iter(office.box.lnb.inventory.values())))
        office.box.lnb.inventory[code] |= {"ean13": code, "in_stock": pieces}
    office.run("pull-stock")
    lines = office.run("status").out.splitlines()
    (line,) = (line for line in lines if "no product in 24SevenOffice has the code" in line)
    # Seven codes of the sample have 190 pieces and no product.
    assert ": 10 codes, 1,400 pieces, the oldest for " in line
    assert "pieces" not in lines[-1]
