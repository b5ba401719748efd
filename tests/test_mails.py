"""What a person gets by mail over the days: cron mails whatever a run prints."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime
from multiprocessing import Pool

import pytest
from faults import Fault
from hand_clock import HandClock
from installation import Installation
from old_ledger import as_first_version

from lnb24so.ledger.runs import new_run_id
from lnb24so.process.lock import run_lock

pytestmark = pytest.mark.slow

MINUTE, HOUR, DAY = 60, 3600, 86400
LOGIN, PRODUCTS, ORDERS = "Login", "GetProducts", "GET /orders"


@pytest.fixture
def hand(office: Installation) -> HandClock:
    """Return the clock of the office, which goes on only when it is moved."""
    clock = office.by_hand(datetime(2026, 11, 23, 9, tzinfo=UTC))  # Monday, 10:00 in Oslo
    office.run("push-orders")
    clock.move(15 * MINUTE)
    return clock


def mails(office: Installation, hand: HandClock, *, runs: int, every: float) -> list[str]:
    """Run `push-orders` so many times and return every mail that cron would send."""
    printed = []
    for _ in range(runs):
        answer = office.run("push-orders")
        printed.append(answer.out + answer.err)
        hand.move(every)
    return [mail for mail in printed if mail]


def last_run(office: Installation) -> str:
    """Return the id of the last run of push-orders."""
    return str(office.log_lines("run.finished")[-1]["run_id"])


def waits_again(office: Installation) -> None:
    """Let an order wait that 24SevenOffice does not have yet."""
    order = deepcopy(office.box.lnb.orders["70101"])
    office.box.lnb.orders["79001"] = order | {"reference": "79001", "status": "invoicing"}


def test_a_wrong_password_is_one_mail_in_three_days_and_one_when_it_is_over(
    office: Installation, hand: HandClock
) -> None:
    waits_again(office)
    good = office.file.read_text("utf-8")
    office.write_config(good.replace(office.box.erp.password, "wrong-password"))
    (office.folder / "state" / "session.json").unlink()
    (mail,) = mails(office, hand, runs=72, every=HOUR)
    refused = (
        "24SevenOffice: wrong user name or password. "
        "Fix: correct 24sevenoffice.username and 24sevenoffice.password."
    )
    assert mail == f"lnb24so: {refused}\n"
    failed = [
        f"push-orders: ended with exit code 2 1 hour ago ({last_run(office)}). "
        "Last success: 3 days ago; 72 of the last 73 runs failed.",
        f"push-orders: {refused}",
        "push-orders: It went well not since Mon 23 Nov 10:00. Check: cron, and lnb24so check.",
    ]
    assert office.run("status").out.splitlines()[:3] == failed
    morning = office.run("status", "-q")
    assert morning.code == 3
    assert morning.out.splitlines()[:3] == failed
    office.write_config(good)
    (over,) = mails(office, hand, runs=3, every=HOUR)
    assert over == (
        "24SevenOffice works again. It failed from Mon 23 Nov 10:15 to 10:15; "
        "since then 1 order went through.\n"
    )


def test_a_guard_is_one_mail_in_two_days_and_status_names_it(
    office: Installation, hand: HandClock
) -> None:
    waits_again(office)
    office.box.erp.products.clear()
    (mail,) = mails(office, hand, runs=48, every=HOUR)
    held = (
        "Orders not sent: 24SevenOffice has no products. "
        "Check: 24sevenoffice.identity_id and lnb24so check."
    )
    assert mail == f"{held}\n"
    assert office.run("push-orders").code == 4
    for command in (("status",), ("status", "-q")):
        assert office.run(*command).out.splitlines()[:3] == [
            f"push-orders: ended with exit code 4 0 seconds ago ({last_run(office)}): 14 left. "
            "Last success: 2 days ago; 49 of the last 50 runs failed.",
            f"push-orders: {held}",
            "push-orders: It went well not since Mon 23 Nov 10:00. Check: cron, and lnb24so check.",
        ]


def test_ten_minutes_without_an_answer_every_night_are_no_mail(
    office: Installation, hand: HandClock
) -> None:
    for _ in range(3):
        for _ in range(4):
            office.box.faults.add(ORDERS, Fault.RESET_BEFORE)
        assert mails(office, hand, runs=1, every=15 * MINUTE) == []
        assert mails(office, hand, runs=2, every=12 * HOUR) == []


def test_eight_hours_of_trouble_are_one_mail_whatever_it_looks_like(
    office: Installation, hand: HandClock
) -> None:
    told = []
    for number in range(32):
        trouble = (Fault.RESET_BEFORE, Fault.STATUS(502), Fault.HTML_503_BEFORE)[number % 3]
        office.box.faults.clear()
        for _ in range(20):
            office.box.faults.add(ORDERS, trouble)
        told += mails(office, hand, runs=1, every=15 * MINUTE)
    office.box.faults.clear()
    assert told == [
        "lnb24so: Le New Black: GET /orders answered HTTP 502: Injected error. "
        "It has failed since 10:15.\n"
    ]
    (over,) = mails(office, hand, runs=2, every=15 * MINUTE)
    assert re.fullmatch(
        r"Le New Black works again\. It failed from 10:15 to 18:[34][0-9]; "
        r"since then nothing was due\.\n",
        over,
    )


def test_a_retailer_without_a_reference_is_one_line_for_each_new_order(
    office: Installation, hand: HandClock
) -> None:
    nameless = office.box.lnb.orders["70118"]
    every = []
    for number in range(12):
        reference = f"7900{number:02}"
        office.box.lnb.orders[reference] = deepcopy(nameless) | {"reference": reference}
        every += mails(office, hand, runs=2, every=2 * HOUR)
    assert len(every) == 12
    assert all(mail.count("\n") == 1 for mail in every)
    assert (every[0], every[-1]) == (
        "Bik & Bok Oslo has no customer reference: now 2 orders, 13,651.00 NOK (70118, 790000). "
        "Fix: enter its 24SevenOffice number in Le New Black.\n",
        "Bik & Bok Oslo has no customer reference: now 13 orders, 88,731.50 NOK (70118, 790000, "
        "790001 ...). Fix: enter its 24SevenOffice number in Le New Black.\n",
    )


def test_an_upgrade_repeats_nothing_that_stands(office: Installation, hand: HandClock) -> None:
    as_first_version(office.ledger_file)
    (mail,) = mails(office, hand, runs=3, every=15 * MINUTE)
    assert mail.startswith("The ledger was upgraded; what stands is not repeated.")
    assert mail.count("\n") == 1


def test_another_reason_of_an_order_is_told_without_the_one_that_stands(
    office: Installation, hand: HandClock
) -> None:
    office.box.lnb.orders["70118"]["currency"] = "XTS"
    (mail,) = mails(office, hand, runs=2, every=15 * MINUTE)
    assert "currency" in mail
    assert "customer reference" not in mail


def test_a_refusal_whose_text_varies_is_told_once(office: Installation, hand: HandClock) -> None:
    waits_again(office)
    told = []
    for _ in range(3):
        office.box.faults.add("SaveInvoices", Fault.API_EXCEPTION)
        told += mails(office, hand, runs=1, every=15 * MINUTE)
    assert len(told) == 1
    assert told[0].startswith("79001: 24SevenOffice refused it (")


def test_an_order_that_is_not_there_is_said_and_exits_3(office: Installation) -> None:
    for arguments in ((), ("--dry-run",)):
        answer = office.run("push-orders", "--order", "nonsense", *arguments)
        assert answer.code == 3
        assert "Le New Black has no order with that reference" in answer.out + answer.err


def test_with_json_a_failure_is_a_document_too(office: Installation) -> None:
    for _ in range(20):
        office.box.faults.add(ORDERS, Fault.STATUS(502))
    office.by_hand(office.box.erp.now())
    answer = office.run("push-orders", "--json")
    assert answer.document["error"]["exit_code"] == answer.code == 1
    assert answer.document["error"]["message"].startswith("Le New Black")


def test_the_morning_mail_says_first_what_is_new_and_is_silent_when_nothing_is(
    office: Installation, hand: HandClock
) -> None:
    office.run("pull-stock")
    first = office.run("status", "-q")
    assert first.code == 3
    assert first.out.splitlines()[-1].startswith("Standing: 13 orders, ")
    hand.time = datetime(2026, 12, 1, 6, tzinfo=UTC)  # A Tuesday.
    office.run("pull-stock")
    office.run("push-orders")
    assert office.run("status", "-q").out == ""
    hand.time = datetime(2026, 12, 7, 6, tzinfo=UTC)
    office.run("pull-stock")
    office.run("push-orders")
    (monday,) = office.run("status", "-q").out.splitlines()
    assert monday.startswith("Standing: 13 orders, ")


def ids(count: int) -> set[str]:
    second = datetime(2026, 11, 23, 10, tzinfo=UTC)
    return {new_run_id(second) for _ in range(count)}


def test_no_two_runs_of_one_second_have_one_id() -> None:
    with Pool(4) as pool:
        every = pool.map(ids, [25_000] * 4)
    assert len(set().union(*every)) == 100_000


@pytest.mark.parametrize(("minutes", "mail"), [(5, 0), (29, 0), (30, 1), (600, 1)])
def test_another_run_that_holds_the_lock_is_a_mail_when_it_has_for_half_an_hour(
    office: Installation, hand: HandClock, minutes: int, mail: int
) -> None:
    with run_lock(office.folder / "state", "pull-stock", hand.clock):
        hand.move(minutes * MINUTE)
        answer = office.run("push-orders")
    assert answer.code == 75
    assert answer.err.count("Another run holds the lock: process ") == mail
    assert office.log_lines("run.failed")[-1]["message"].startswith("Another run holds the lock")


def test_cron_that_stood_from_friday_to_monday_says_so_in_these_words(
    office: Installation, hand: HandClock
) -> None:
    hand.time = datetime(2026, 11, 27, 16, tzinfo=UTC)
    office.run("push-orders")
    hand.time = datetime(2026, 11, 30, 7, tzinfo=UTC)
    assert mails(office, hand, runs=4, every=15 * MINUTE) == [
        "push-orders did not run since Fri 27 Nov 17:00. Check: cron, and this machine.\n"
    ]


def test_an_upgrade_with_thirty_standing_orders_is_one_sentence(
    office: Installation, hand: HandClock
) -> None:
    nameless = office.box.lnb.orders["70118"]
    for number in range(30):
        reference = f"7910{number:02}"
        office.box.lnb.orders[reference] = deepcopy(nameless) | {"reference": reference}
    office.run("push-orders")
    as_first_version(office.ledger_file)
    (mail,) = mails(office, hand, runs=4, every=15 * MINUTE)
    copy = office.folder / "state" / "ledger-v1-20261123T091500Z.sqlite3"
    assert mail == f"The ledger was upgraded; what stands is not repeated. The old one: {copy}\n"
    assert "31 orders" in office.run("status").out
    office.box.lnb.orders["791100"] = deepcopy(nameless) | {"reference": "791100"}
    (mail,) = mails(office, hand, runs=2, every=15 * MINUTE)
    assert mail == (
        "Bik & Bok Oslo has no customer reference: now 32 orders, 218,416.00 NOK (70118, 791000, "
        "791001 ...). Fix: enter its 24SevenOffice number in Le New Black.\n"
    )
