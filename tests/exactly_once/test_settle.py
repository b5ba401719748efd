"""What look-ups say of an order: the pure rules, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from lnb24so.config.schema import Config, Erp, LeNewBlack, Orders, Stock
from lnb24so.config.values import Secret
from lnb24so.ledger.types import Attempt, Cargo, Entry, Sent
from lnb24so.orders.reading import case_of
from lnb24so.orders.settle import Claim, Settled, claim, settle
from lnb24so.orders.types import Case
from lnb24so.soap.order import InvoiceOrder, InvoiceRow

BEGUN = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
TIMEOUT = timedelta(seconds=120)
GRACE = timedelta(minutes=15)
SECOND = timedelta(seconds=1)
SENT = Sent("LNB70128", customer_id=501, content_hash="hash", done_status="closed")
CARGO = Cargo(rows=((1001, Decimal(1)),), currency="", total=Decimal(100))
UNCONFIRMED = Entry(
    "70128",
    state="unconfirmed",
    customer_id=501,
    erp_reference="LNB70128",
    attempts=1,
    attempt_started=BEGUN,
    attempt_ended=BEGUN + 5 * SECOND,
    doubted=True,
    tried=(Attempt(BEGUN, SENT, CARGO),),
)
KILLED = replace(UNCONFIRMED, state="sending", attempt_ended=None, doubted=False)
NEW = Entry("70128")


def case(entry: Entry, grace: timedelta = GRACE) -> Case:
    """Return the order as a run meets it; Le New Black says nothing of it."""
    config = Config(
        erp=Erp(username="u", password=Secret("p"), application_id="", timeout_seconds=120),
        lenewblack=LeNewBlack(client_id="c", client_secret=Secret("s")),
        stock=Stock(lnb_mode="simple"),
        orders=Orders(customer_match="id", unknown_grace_minutes=grace / timedelta(minutes=1)),
        file=Path("config.yaml"),
    )
    return case_of(entry.reference, None, entry, config)


def row(product_id: int) -> InvoiceRow:
    return InvoiceRow(product_id, "Alma Dress", Decimal(1), Decimal(100), Decimal(0))


def hit(order_id: int, customer_id: int = 501, product_id: int = 1001) -> InvoiceOrder:
    """Return an order of 24SevenOffice that carries the reference."""
    return InvoiceOrder(
        customer_id, " lnb70128 ", "Web", rows=(row(product_id),), order_id=order_id
    )


# An attempt without a clear answer


@pytest.mark.parametrize(
    ("entry", "end"),
    [(UNCONFIRMED, BEGUN + 5 * SECOND), (KILLED, BEGUN + TIMEOUT)],
    ids=["no answer: when it was given up", "killed: when it would have been given up"],
)
def test_an_attempt_ended(entry: Entry, end: datetime) -> None:
    assert case(entry).attempt_ended == end
    assert case(entry).grace_ended == end + GRACE


@pytest.mark.parametrize("entry", [UNCONFIRMED, KILLED], ids=["no answer", "killed"])
@pytest.mark.parametrize(
    ("after_the_end", "what"),
    [
        (timedelta(0), "wait"),
        (GRACE - SECOND, "wait"),
        (GRACE, "missing"),
        (timedelta(days=30), "missing"),
    ],
)
def test_nothing_found_counts_only_after_the_grace_time(
    after_the_end: timedelta, what: str, entry: Entry
) -> None:
    ended = case(entry).attempt_ended
    assert ended is not None
    assert settle(case(entry), [], ended + after_the_end, {}).what == what


@pytest.mark.parametrize(
    ("first_missed", "what"),
    [(GRACE, "absent"), (GRACE - SECOND, "missing")],
    ids=["after the grace time", "before its end: a shorter one was set then"],
)
def test_a_second_look_that_does_not_find_it_ends_the_doubt(
    first_missed: timedelta, what: str
) -> None:
    ended = BEGUN + 5 * SECOND
    entry = replace(UNCONFIRMED, not_found_at=ended + first_missed)
    assert settle(case(entry), [], ended + 2 * GRACE, {}).what == what
    assert settle(case(entry), [hit(55001)], ended + 2 * GRACE, {}).what == "found"


def test_with_no_grace_time_two_looks_decide_all_the_same() -> None:
    attempt = case(UNCONFIRMED, grace=timedelta(0))
    assert attempt.attempt_ended is not None
    assert settle(attempt, [], attempt.attempt_ended, {}).what == "missing"


def test_waiting_says_until_when() -> None:
    settled = settle(case(UNCONFIRMED), [], BEGUN, {})
    assert settled == Settled("wait", until=BEGUN + 5 * SECOND + GRACE)


@pytest.mark.parametrize(
    ("hits", "settled"),
    [
        ([hit(55001)], Settled("found", (55001,))),
        ([hit(55001), hit(55001)], Settled("found", (55001,))),
        ([hit(55002), hit(55001)], Settled("several", (55001, 55002))),
        ([hit(55001), hit(55002, 777)], Settled("several", (55001, 55002))),
        ([hit(55001, 777)], Settled("taken", (55001,))),
        ([hit(55001, product_id=9)], Settled("taken", (55001,))),
    ],
    ids=[
        "one",
        "one, by reference and by id",
        "two",
        "two, of two customers",
        "one of another customer",
        "one of other products",
    ],
)
def test_what_is_found_counts_at_once(hits: list[InvoiceOrder], settled: Settled) -> None:
    assert settle(case(UNCONFIRMED), hits, BEGUN, {}) == settled


def test_the_id_that_an_answer_showed_is_ours_whatever_it_carries() -> None:
    entry = replace(UNCONFIRMED, seen_id=55001)
    settled = settle(case(entry), [hit(55001, 777)], BEGUN, {})
    assert settled == Settled("found", (55001,))


def test_what_belongs_to_another_order_is_not_found() -> None:
    held = {55001: "70999"}
    assert settle(case(UNCONFIRMED), [hit(55001)], BEGUN, held).what == "wait"
    own = {55001: "70128"}
    assert settle(case(UNCONFIRMED), [hit(55001)], BEGUN, own).what == "found"


def test_what_a_person_called_not_ours_is_not_found() -> None:
    entry = replace(UNCONFIRMED, not_ours=(55001,))
    assert settle(case(entry), [hit(55001)], BEGUN, {}).what == "wait"


# An order that is about to be created

WANTED = InvoiceOrder(501, "LNB70128", "Web", rows=(row(1001),))
EARLIER = Cargo(rows=((9, Decimal(1)),), currency="", total=Decimal(100))
TRIED = replace(UNCONFIRMED, tried=(Attempt(BEGUN, SENT, EARLIER), *UNCONFIRMED.tried))


@pytest.mark.parametrize(
    ("entry", "hits", "held", "expected"),
    [
        (NEW, [], {}, Claim("free")),
        (NEW, [hit(55001)], {}, Claim("adopt", (55001,))),
        (NEW, [hit(55001)], {55001: "70128"}, Claim("adopt", (55001,))),
        (NEW, [hit(55001)], {55001: "70999"}, Claim("taken", (55001,))),
        (NEW, [hit(55001, product_id=9)], {}, Claim("taken", (55001,))),
        (NEW, [hit(55001, 777)], {}, Claim("taken", (55001,))),
        (NEW, [hit(55001), hit(55002)], {}, Claim("taken", (55001, 55002))),
        (UNCONFIRMED, [hit(55001, product_id=9)], {}, Claim("taken", (55001,))),
        (TRIED, [hit(55001, product_id=9)], {}, Claim("adopt", (55001,))),
        (UNCONFIRMED, [hit(55001, 777, 9)], {}, Claim("taken", (55001,))),
        (replace(NEW, not_ours=(55001,)), [hit(55001)], {}, Claim("free")),
        (
            replace(NEW, not_ours=(55001,)),
            [hit(55001), hit(55002)],
            {},
            Claim("adopt", (55002,)),
        ),
    ],
    ids=[
        "nothing there",
        "the same customer, rows and total: a lost ledger, or typed in",
        "the one that the ledger holds for it",
        "one that stands for another order",
        "no product shared",
        "another customer",
        "two",
        "in doubt: no attempt sent these rows",
        "in doubt: an earlier attempt explains it",
        "in doubt: the attempt was for another customer",
        "a person said that it is not ours",
        "a person said of one of two that it is not ours",
    ],
)
def test_a_look_up_before_the_create_says(
    entry: Entry, hits: list[InvoiceOrder], held: dict[int, str], expected: Claim
) -> None:
    assert claim(WANTED, entry, hits, held) == expected
