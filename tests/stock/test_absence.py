"""What a list no longer shows is asked for by its id, and only then believed to be gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hand_clock import HandClock
from installation import Installation
from small_brand import CODES, lnb_order, typed_order

from lnb24so.errors import Transient
from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.exchange import json_reply
from lnb24so.stock.absence import Question, Settled, settle

from .shops import lacking, ten_of_each

pytestmark = pytest.mark.slow

Place = tuple[Installation, HandClock]
FIRST = CODES[0]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return an installation with ten pieces of each of six codes, after its first run."""
    with ten_of_each(tmp_path, monkeypatch) as (office, hand):
        assert office.run("pull-stock").code == 0
        yield office, hand


def level(office: Installation) -> int:
    return int(office.box.lnb.inventory[FIRST.sku]["in_stock"])


def type_in(office: Installation, *references: str) -> list[int]:
    return [office.box.erp.type_in(typed_order(reference)) for reference in references]


def extra(office: Installation, since: int) -> list[str]:
    """Return what was asked beyond the requests of a quiet run, and the look after a batch."""
    usual = ["GET /inventory", "GET /orders", "GET /orders", "GetIdentity", "GetInvoices"]
    asked = office.asked(since=since)
    while asked and asked[-1] == "GET /orders" and "POST /multi" in asked[-2]:
        del asked[-2:]
    for name in [*usual, "GetProducts", "HasSession", "POST /auth/token"]:
        if name in asked:
            asked.remove(name)
    return [name for name in asked if not name.startswith("POST /multi")]


def run(office: Installation) -> tuple[int, list[str], str]:
    """Run once; return its code, what it asked beyond the usual, and what it said or failed of.

    A failure of 24SevenOffice is no news in the first hour.
    """
    seen, failed = len(office.box.requests), len(office.log_lines("run.failed"))
    answer = office.run("pull-stock")
    why = (line["message"] for line in office.log_lines("run.failed")[failed:])
    return answer.code, extra(office, seen), answer.err or "".join(why)


def asked_by_id(office: Installation, since: int = 0) -> list[bytes]:
    names = (b"OrderIds", b"ProductIds")
    bodies = [seen.body for seen in office.box.requests[since:]]
    return [body for body in bodies if any(name in body for name in names)]


# Open orders


def test_a_list_of_open_orders_that_is_partial_once_changes_nothing(place: Place) -> None:
    office, _ = place
    ids = type_in(office, "1", "2", "3")
    assert run(office) == (0, [], "")
    assert level(office) == 7
    office.box.faults.add("GetInvoices", lacking(office, *ids[:2]))
    assert run(office) == (0, ["GetInvoices", "GetInvoices"], "")
    assert level(office) == 7
    assert run(office) == (0, [], "")


def test_open_orders_that_the_list_never_shows_are_counted_by_id_and_said_once(
    place: Place,
) -> None:
    office, _ = place
    ids = type_in(office, "1", "2", "3")
    run(office)
    office.box.faults.add("GetInvoices", lacking(office, ids[0]), times=99)
    code, more, said = run(office)
    assert (code, more) == (0, ["GetInvoices", "GetInvoices"])
    assert "list of open orders lacks 1 that are there" in said
    assert run(office) == (0, ["GetInvoices"], "")
    assert level(office) == 7
    office.box.faults.clear()
    assert run(office) == (0, [], "")


def test_two_lists_that_lack_different_orders_fail_the_run(place: Place) -> None:
    office, _ = place
    ids = type_in(office, "1", "2", "3")
    run(office)
    office.box.faults.add("GetInvoices", lacking(office, ids[0]))
    office.box.faults.add("GetInvoices", lacking(office, ids[1]), skip=1)
    code, _, said = run(office)
    assert (code, "lack different ones" in said, level(office)) == (1, True, 7)
    assert run(office) == (0, [], "")


def test_an_empty_list_of_open_orders_is_not_believed(place: Place) -> None:
    office, _ = place
    ids = type_in(office, "1", "2", "3")
    run(office)
    office.box.faults.add("GetInvoices", lacking(office, *ids))
    assert run(office)[0] == 0
    assert level(office) == 7
    office.box.faults.add("GetInvoices", lacking(office, *ids), times=99)
    assert run(office)[0] == 0
    assert level(office) == 7


@pytest.mark.parametrize("many", [1, 2, 25])
def test_orders_that_are_invoiced_in_one_go_stop_nothing(place: Place, many: int) -> None:
    office, _ = place
    ids = type_in(office, *map(str, range(many + 1)))
    run(office)
    for number in ids[1:]:
        office.box.erp.orders[number]["OrderStatus"] = "Invoiced"
    assert run(office) == (0, ["GetInvoices"], "")
    assert level(office) == 9
    assert run(office) == (0, [], "")
    office.box.erp.orders[ids[0]]["OrderStatus"] = "Invoiced"
    # Without one left the products are looked at first, as a guard may stop the run.
    assert run(office) == (0, ["GetInvoices", "GetProducts"], "")
    assert level(office) == 10
    assert run(office) == (0, [], "")


def test_an_order_that_was_deleted_is_gone_after_one_question_with_its_control(
    place: Place,
) -> None:
    office, _ = place
    ids = type_in(office, "1", "2")
    run(office)
    del office.box.erp.orders[ids[0]]
    seen = len(office.box.requests)
    assert run(office) == (0, ["GetInvoices"], "")
    (body,) = asked_by_id(office, seen)
    assert all(f">{number}<".encode() in body for number in ids)
    assert level(office) == 9
    assert run(office) == (0, [], "")


def test_the_last_order_that_is_gone_without_a_control_takes_two_runs(place: Place) -> None:
    office, _ = place
    (number,) = type_in(office, "1")
    run(office)
    del office.box.erp.orders[number]
    code, _, said = run(office)
    assert (code, level(office)) == (1, 9)
    assert "nothing proves that answer" in said
    assert run(office)[0] == 0
    assert level(office) == 10
    assert run(office) == (0, [], "")


def test_an_order_that_the_ledger_knows_is_the_control_where_none_is_listed(
    place: Place,
) -> None:
    office, hand = place
    made = hand.now() - timedelta(hours=1)
    office.box.lnb.orders["70001"] = lnb_order("70001", made)
    assert office.run("push-orders").code == 0
    (number,) = type_in(office, "1")
    run(office)
    (exported,) = [each for each in office.box.erp.orders if each != number]
    office.box.erp.orders[exported]["OrderStatus"] = "Invoiced"
    run(office)
    del office.box.erp.orders[number]
    assert run(office)[:2] == (0, ["GetInvoices", "GetProducts"])
    assert level(office) == 10


def exported(office: Installation, hand: HandClock, *references: str) -> list[int]:
    """Export orders; return their ids."""
    for reference in references:
        made = hand.now() - timedelta(hours=1)
        office.box.lnb.orders[reference] = lnb_order(reference, made)
    assert office.run("push-orders").code == 0
    return list(office.box.erp.orders)


def test_orders_of_ours_that_were_deleted_are_no_controls(place: Place) -> None:
    office, hand = place
    first, other = exported(office, hand, "70001", "70002")
    run(office)
    del office.box.erp.orders[first]
    assert run(office) == (0, ["GetInvoices"], "")
    del office.box.erp.orders[other]
    assert run(office)[0] == 1
    assert run(office)[0] == 0
    assert level(office) == 10


def test_a_control_that_nobody_ever_saw_gone_stops_stock_for_no_more_than_a_day(
    place: Place,
) -> None:
    office, hand = place
    (first,) = exported(office, hand, "70001")
    del office.box.erp.orders[first]
    (number,) = type_in(office, "1")
    run(office)
    del office.box.erp.orders[number]
    for _ in range(3):
        code, _, _ = run(office)
        assert (code, level(office)) == (1, 9)
        hand.move(3600)
    hand.move(24 * 3600)
    assert [run(office)[0] for _ in range(3)] == [1, 1, 0]
    assert level(office) == 10


@pytest.mark.parametrize("what", ["orders", "products"])
def test_an_answer_without_the_control_fails_the_run(place: Place, what: str) -> None:
    office, _ = place
    type_in(office, "1", "2", "3")
    run(office)
    book = getattr(office.box.erp, what)
    del book[FIRST.product_id if what == "products" else list(book)[-1]]
    operation = {"orders": "GetInvoices", "products": "GetProducts"}[what]
    lacks = lacking(office, *book, books=what, by_id_too=True)
    office.box.faults.add(operation, lacks, skip=1)
    levels = {sku: dict(row) for sku, row in office.box.lnb.inventory.items()}
    code, _, said = run(office)
    assert (code, "which exists. Nothing was sent" in said) == (1, True)
    assert levels == office.box.lnb.inventory


# Products


def test_a_product_is_gone_only_after_it_was_asked_for(place: Place) -> None:
    office, _ = place
    run(office)
    del office.box.erp.products[FIRST.product_id]
    seen = len(office.box.requests)
    assert run(office) == (0, ["GetProducts"], "")
    (body,) = asked_by_id(office, seen)
    assert f">{FIRST.product_id}<".encode() in body
    assert body.count(b"int>") >= 4
    assert level(office) == 0
    assert run(office) == (0, [], "")
    office.box.lnb.inventory[FIRST.sku]["in_stock"] = 5
    assert run(office) == (0, [], "")
    assert level(office) == 0


def test_a_product_list_that_is_partial_once_changes_no_level(place: Place) -> None:
    office, _ = place
    run(office)
    numbers = list(office.box.erp.products)[:3]
    office.box.faults.add("GetProducts", lacking(office, *numbers, books="products"))
    assert run(office) == (0, ["GetProducts", "GetProducts"], "")
    assert level(office) == 10


def test_products_that_the_list_never_shows_keep_their_right_level(place: Place) -> None:
    office, _ = place
    run(office)
    lacks = lacking(office, FIRST.product_id, books="products")
    office.box.faults.add("GetProducts", lacks, times=99)
    assert "list of products lacks 1" in run(office)[2]
    office.box.erp.change_product(FIRST.product_id, Stock=Decimal(4))
    assert run(office) == (0, ["GetProducts"], "")
    assert level(office) == 4


def test_without_any_product_nothing_is_asked_and_nothing_sent(place: Place) -> None:
    office, _ = place
    type_in(office, "1")
    run(office)
    office.box.erp.products.clear()
    office.box.erp.orders.clear()
    seen = len(office.box.requests)
    for flags in ((), ("--accept-drop",)):
        assert office.run("pull-stock", *flags).code == 4
    assert asked_by_id(office, seen) == []
    assert level(office) == 9


def test_a_product_that_is_back_gets_its_level_again(place: Place) -> None:
    office, _ = place
    run(office)
    kept = office.box.erp.products.pop(FIRST.product_id)
    run(office)
    office.box.erp.products[FIRST.product_id] = kept
    assert run(office) == (0, [], "")
    assert level(office) == 10
    del office.box.erp.products[FIRST.product_id]
    assert run(office) == (0, ["GetProducts"], "")
    assert level(office) == 0


def test_a_lost_ledger_leaves_codes_without_a_product_alone_and_names_them_once(
    place: Place,
) -> None:
    office, _ = place
    run(office)
    office.ledger_file.unlink()
    del office.box.erp.products[FIRST.product_id]
    code, more, said = run(office)
    assert (code, more, level(office)) == (0, [], 10)
    assert FIRST.ean13 in said
    assert run(office) == (0, [], "")
    office.set("stock", codes_without_product="zero")
    assert run(office) == (0, ["GetProducts"] * 3, "")
    assert level(office) == 0


# Waiting orders


@pytest.fixture
def waiting(place: Place) -> Place:
    """Return an installation with three orders of one piece that wait, after its first run."""
    office, hand = place
    for number, status in enumerate(("confirmed", "confirmed", "invoicing")):
        order = lnb_order(f"7000{number}", hand.now() - timedelta(hours=1))
        office.box.lnb.orders[f"7000{number}"] = order | {"status": status}
    assert run(office) == (0, [], "")
    assert level(office) == 7
    return place


def listing(orders: Mapping[str, Any]) -> Callable[[Exchange], Reply]:
    """Return what answers with these orders and says that there are no more."""

    def behave(exchange: Exchange) -> Reply:
        wanted = exchange.call.query.get("status")
        found = [each for each in orders.values() if each["status"] == wanted]
        return json_reply(200, found, {"X-Pagination-Total-Items": str(len(found))})

    return behave


def test_lists_of_waiting_orders_that_are_empty_once_change_nothing(waiting: Place) -> None:
    office, _ = waiting
    office.box.faults.add("GET /orders", listing({}), times=2)
    code, more, said = run(office)
    assert (code, said, level(office)) == (0, "", 7)
    assert more == ["GET /orders"] + ["GET /orders/{reference}"] * 3 + ["GET /orders"] * 2
    assert run(office) == (0, [], "")


def test_waiting_orders_that_no_list_shows_are_held_and_said_once(waiting: Place) -> None:
    office, _ = waiting
    office.box.faults.add("GET /orders", listing({}), times=99)
    assert "list of waiting orders lacks 3" in run(office)[2]
    code, more, said = run(office)
    assert (code, said, level(office)) == (0, "", 7)
    assert len(more) == 4


def test_a_waiting_order_that_moves_between_two_lists_is_found_among_the_changes(
    waiting: Place,
) -> None:
    office, hand = waiting
    hand.move(900)

    def move_back(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        office.box.lnb.set_status("70002", "confirmed")
        return reply

    office.box.faults.add("GET /orders", move_back)
    code, more, said = run(office)
    assert (code, said, level(office)) == (0, "", 7)
    assert "GET /orders/{reference}" not in more


@pytest.mark.parametrize(("becomes", "left"), [("closed", 8), ("canceled", 8), ("draft", 8)])
def test_a_waiting_order_that_went_on_is_found_among_the_changes(
    waiting: Place, becomes: str, left: int
) -> None:
    office, hand = waiting
    hand.move(900)
    office.box.lnb.set_status("70002", becomes)
    assert run(office) == (0, ["GET /orders"], "")
    assert level(office) == left


def test_a_waiting_order_that_is_gone_was_asked_for(waiting: Place) -> None:
    office, _ = waiting
    del office.box.lnb.orders["70002"]
    assert run(office) == (0, ["GET /orders", "GET /orders/{reference}"], "")
    assert level(office) == 8
    assert run(office) == (0, [], "")


def test_an_empty_answer_is_no_absence(waiting: Place) -> None:
    office, _ = waiting
    del office.box.lnb.orders["70002"]
    empty = Reply(200, b"", "application/json")
    office.box.faults.add("GET /orders/{reference}", lambda exchange: empty)
    code, _, said = run(office)
    assert (code, level(office)) == (0, 7)
    assert "70002" in said
    assert run(office)[0] == 0
    assert level(office) == 8


def test_an_order_that_was_exported_is_not_asked_for(waiting: Place) -> None:
    office, _ = waiting
    assert office.run("push-orders").code == 0
    assert run(office) == (0, [], "")
    assert level(office) == 7


def test_orders_that_another_mode_holds_did_not_vanish(waiting: Place) -> None:
    office, _ = waiting
    office.change("lnb_mode: simple", "lnb_mode: advanced")
    seen = len(office.box.requests)
    assert (office.run("pull-stock").code, level(office)) == (0, 10)
    assert "GET /orders/{reference}" not in office.asked(since=seen)
    office.change("lnb_mode: advanced", "lnb_mode: time_based")
    assert (office.run("pull-stock").code, level(office)) == (0, 7)
    del office.box.lnb.orders["70002"]
    seen = len(office.box.requests)
    assert (office.run("pull-stock").code, level(office)) == (0, 8)
    assert office.asked(since=seen).count("GET /orders/{reference}") == 1


# The rule by itself


def question(
    there: dict[int, str], asked: list[list[int]], *lists: dict[int, str], **changes: Any
) -> Question[int, str]:
    left = iter(lists)

    def ask(ids: Any) -> dict[int, str]:
        asked.append(list(ids))
        return {number: there[number] for number in ids if number in there}

    return Question("things", ask, lambda: next(left), lambda kind: kind == "open", **changes)


def test_three_thousand_at_once_are_asked_for_in_seven_requests() -> None:
    asked: list[list[int]] = []
    listed = {0: "open"}
    settled = settle(
        listed, question(listed, asked), remembered=set(range(3001)), hidden_before=set()
    )
    assert settled == Settled(listed, gone=set(range(1, 3001)))
    assert [len(ids) for ids in asked] == [500] * 6 + [7]
    assert all(0 in ids for ids in asked)


@pytest.mark.parametrize(("hides", "fails"), [(500, False), (501, True)])
def test_a_list_may_hide_five_hundred(hides: int, fails: bool) -> None:
    there = dict.fromkeys(range(1000), "open")
    listed = dict.fromkeys(range(hides, 1000), "open")
    asked: list[list[int]] = []
    try:
        settled = settle(
            listed, question(there, asked, listed), remembered=there.keys(), hidden_before=set()
        )
    except Transient:
        assert fails
    else:
        assert not fails
        assert settled.records == there
        assert len(settled.hidden) == hides


def test_of_more_than_ten_thousand_at_once_the_rest_is_left_to_the_next_runs() -> None:
    listed, asked = {0: "open"}, list[list[int]]()
    there = listed | {10_500: "open"}
    remembered = set(range(10_600))
    settled = settle(
        listed, question(there, asked, listed), remembered=remembered, hidden_before={10_500}
    )
    assert sum(len(ids) - 1 for ids in asked) == 10_000
    assert settled.records == there
    assert settled.hidden == {10_500}
    assert settled.gone == set(range(1, 10_000))
    assert settled.unasked == remembered - settled.gone - there.keys()


FEW = "lnb24so.stock.absence.MOST_AT_ONCE"


def test_codes_whose_products_wait_to_be_asked_for_keep_their_levels(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = place
    monkeypatch.setattr(FEW, 2)
    numbers = sorted(office.box.erp.products)
    for number in numbers[:5]:
        del office.box.erp.products[number]
    office.box.erp.change_product(numbers[5], Stock=Decimal(8))
    seen: list[list[int]] = []
    told: list[str] = []
    for _ in range(4):
        code, more, said = run(office)
        assert (code, len(more)) == (0, 1 if len(seen) < 3 else 0)
        seen.append(sorted(row["in_stock"] for row in office.box.lnb.inventory.values()))
        told.append(said)
    assert seen == [[0, 0, 8, 10, 10, 10], [0, 0, 0, 0, 8, 10], *[[0, 0, 0, 0, 0, 8]] * 2]
    assert "more of those than one run asks for" in told[0]
    assert told[1:] == ["", "", ""]


def test_open_orders_that_wait_to_be_asked_for_stop_no_more_runs_than_it_takes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = place
    ids = type_in(office, *map(str, range(6)))
    run(office)
    assert level(office) == 4
    monkeypatch.setattr(FEW, 2)
    for number in ids[:5]:
        office.box.erp.orders[number]["OrderStatus"] = "Invoiced"
    assert [(run(office)[0], level(office)) for _ in range(3)] == [(1, 4), (1, 4), (0, 9)]
    assert run(office) == (0, [], "")


def test_open_orders_that_nothing_proves_gone_are_all_believed_in_the_end(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = place
    type_in(office, *map(str, range(5)))
    run(office)
    monkeypatch.setattr(FEW, 2)
    office.box.erp.orders.clear()
    runs = [(run(office)[0], level(office)) for _ in range(7)]
    assert runs == [*[(1, 5)] * 5, (0, 10), (0, 10)]


def test_waiting_orders_that_wait_to_be_asked_for_hold_what_they_held(
    waiting: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = waiting
    monkeypatch.setattr(FEW, 1)
    office.box.lnb.orders.clear()
    assert [(run(office)[0], level(office)) for _ in range(4)] == [(0, 8), (0, 9), (0, 10), (0, 10)]


@pytest.mark.parametrize("is_ledger_lost", [False, True])
@pytest.mark.parametrize("shows_an_expired_one", [False, True])
def test_an_order_is_not_blocked_by_a_product_that_a_short_list_lacks(
    place: Place, shows_an_expired_one: bool, is_ledger_lost: bool
) -> None:
    office, hand = place
    if is_ledger_lost:
        shutil.rmtree(office.folder / "state")
    if shows_an_expired_one:
        office.box.erp.change_product(77, EAN1=FIRST.ean13, StatusId=0, Stock=Decimal(0))
    office.box.lnb.orders["70001"] = lnb_order("70001", hand.now())
    company = office.box.erp.trading
    kept = company.products.pop(FIRST.product_id)

    def once_more(exchange: Exchange) -> Reply:
        company.products[FIRST.product_id] = kept
        return exchange.apply()

    # The first list lacks it; the question by its number or code, which comes next, does not.
    office.box.faults.add("GetProducts", once_more, skip=1)
    assert office.run("push-orders").code == 0
    assert office.created == ["LNB70001"]


def test_a_code_that_no_product_has_is_searched_for_once(place: Place) -> None:
    office, hand = place
    order = lnb_order("70001", hand.now())
    order["items"][0]["ean13"] = "7041112223334"
    office.box.lnb.orders["70001"] = order
    lists = [office.run("push-orders").code for _ in range(3)]
    assert lists == [3, 0, 0]
    asked = [seen.body for seen in office.box.requests if seen.operation == "GetProducts"]
    assert [b"7041112223334" in body for body in asked[-4:]] == [False, True, False, False]
