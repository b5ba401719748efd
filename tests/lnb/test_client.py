"""The Le New Black client: its token, its pages, its batches, and every shape of an error."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk import BareDesk
from faults import Fault
from hand_clock import HandClock
from installation import Installation
from raw_server import RawServer, http
from seen import batches

from lnb24so.config.schema import LeNewBlack, Secret
from lnb24so.errors import (
    Ambiguous,
    BudgetSpent,
    ConfigError,
    Lnb24soError,
    NotProcessed,
    NotThatOrder,
    Rejected,
    Transient,
)
from lnb24so.lnb.answers import complaint
from lnb24so.lnb.client import LnbClient
from lnb24so.lnb.levels import refusals
from lnb24so.lnb.types import read_order, read_skus
from lnb24so.sandbox import Brand, Exchange, Reply, Sandbox
from lnb24so.sandbox.exchange import json_reply
from lnb24so.sandbox.faults import Behaviour, before

AT = datetime(2026, 11, 23, 9, 59, tzinfo=UTC)
ONE = [("7040000010015", 1)]


class Desk(BareDesk):
    """A client of a sandbox, both with one clock."""

    def __init__(self, brand: Brand) -> None:
        hand = HandClock()
        super().__init__(Sandbox(brand, now=hand.now), hand)
        self.settings = LeNewBlack(client_id="", client_secret=Secret(""))

    def start(self) -> None:
        self.box.start()
        self.settings = LeNewBlack(
            client_id=self.box.lnb.client_id,
            client_secret=Secret(self.box.lnb.client_secret),
            base_url=self.box.lnb_url,
            timeout_seconds=5.0,
        )
        self.client = self.new_client()

    def new_client(self, **changes: object) -> LnbClient:
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        self.client = LnbClient(self.settings, self.hand.clock, self.events)
        return self.client


@pytest.fixture
def desk(sample: Brand) -> Any:
    made = Desk(sample)
    made.start()
    yield made
    made.box.stop()


def answering(status: int, document: object, **headers: str) -> Behaviour:
    """Return a fault that answers with a JSON document."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: json_reply(status, document, named)


def answering_bytes(status: int, body: bytes, kind: str = "application/json") -> Behaviour:
    return lambda exchange: Reply(status, body, kind)


# The token


@pytest.mark.parametrize("shown", ["naive", "offset", "expires_in"])
def test_a_token_is_replaced_a_minute_before_its_end(desk: Desk, shown: Any) -> None:
    desk.box.lnb.expiry_shown = shown
    desk.box.lnb.token_seconds = 600
    desk.client.inventory("ean13")
    desk.hand.move(538)
    desk.client.inventory("ean13")
    assert desk.count("POST /auth/token") == 1
    desk.hand.move(3)
    desk.client.inventory("ean13")
    assert desk.count("POST /auth/token") == 2
    assert {seen.status for seen in desk.box.requests} == {200}


def test_the_tokens_end_is_told_by_le_new_blacks_own_clock(desk: Desk) -> None:
    desk.box.lnb.clock_ahead = timedelta(hours=-3)
    desk.box.lnb.token_seconds = 600
    desk.client.inventory("ean13")
    desk.client.inventory("ean13")
    assert desk.count("POST /auth/token") == 1


def test_a_token_without_an_end_is_replaced_after_a_minute(desk: Desk) -> None:
    token = desk.box.lnb.issue_token()["access_token"]
    desk.box.faults.add("POST /auth/token", answering(200, {"access_token": token}))
    desk.client.inventory("ean13")
    desk.hand.move(59)
    desk.client.inventory("ean13")
    assert desk.count("POST /auth/token") == 1
    desk.hand.move(2)
    desk.client.inventory("ean13")
    assert desk.count("POST /auth/token") == 2


def test_a_refused_token_is_replaced_once_and_the_call_repeated(desk: Desk) -> None:
    desk.client.inventory("ean13")
    desk.box.lnb.tokens.clear()
    assert desk.client.inventory("ean13")
    assert desk.asked()[2:] == ["GET /inventory", "POST /auth/token", "GET /inventory"]


def test_a_new_token_that_is_refused_too_is_no_fault_of_the_settings(desk: Desk) -> None:
    desk.box.faults.add("GET /inventory", Fault.STATUS(401), times=2)
    with pytest.raises(Transient, match="GET /inventory refused a new token") as caught:
        desk.client.inventory("ean13")
    assert caught.value.exit_code == 1
    assert desk.count("GET /inventory") == 2
    assert desk.client.inventory("ean13")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"error": "invalid_request"}, 1),
        ({"error": {"message": "x"}}, 1),
        ([], 1),
        ({"error": "invalid_client"}, 2),
        ({"error": "unauthorized_client"}, 2),
    ],
)
def test_a_login_that_is_refused_for_how_it_asks_is_no_wrong_client(
    desk: Desk, answer: object, code: int
) -> None:
    desk.box.faults.add("POST /auth/token", answering(400, answer), times=99)
    with pytest.raises(Lnb24soError) as caught:
        desk.client.inventory("ean13")
    assert caught.value.exit_code == code
    assert ("wrong client id" in str(caught.value)) == (code == 2)


@pytest.mark.parametrize("token", ["\ud800x", "naïve", "a b", "line\nbreak", "x" * 5000])
def test_a_token_that_no_address_can_hold_is_none(desk: Desk, token: str) -> None:
    desk.box.faults.add("POST /auth/token", answering(200, {"access_token": token}), times=99)
    with pytest.raises(Transient, match="the answer to the login holds no token"):
        desk.client.inventory("ean13")


@pytest.mark.parametrize("answer", [None, [], {}, {"access_token": ""}, {"access_token": 5}, "x"])
def test_a_login_that_gives_no_token_is_said(desk: Desk, answer: object) -> None:
    desk.box.faults.add("POST /auth/token", answering(200, answer), times=99)
    with pytest.raises(Transient, match="the answer to the login holds no token"):
        desk.client.inventory("ean13")


@pytest.mark.parametrize("ask", [LnbClient.server_now, LnbClient.retailers])
def test_a_login_that_is_not_answered_is_tried_again(
    desk: Desk, ask: Callable[[LnbClient], object]
) -> None:
    desk.box.faults.add("POST /auth/token", Fault.HTML_503_BEFORE, times=3)
    assert ask(desk.client)
    assert desk.hand.slept == [1, 2, 4]


def test_wrong_credentials_name_their_settings(desk: Desk) -> None:
    desk.new_client(client_secret=Secret("wrong"))
    with pytest.raises(ConfigError, match=r"lenewblack\.client_id and lenewblack\.client_secret"):
        desk.client.inventory("ean13")
    assert desk.count("POST /auth/token") == 1


def test_the_time_is_le_new_blacks(desk: Desk) -> None:
    desk.box.lnb.clock_ahead = timedelta(minutes=7)
    assert desk.client.server_now() == desk.hand.now() + timedelta(minutes=7)


# Pages


@pytest.mark.parametrize("says_more", [True, False])
@pytest.mark.parametrize("size", [7, 10, 30, 500])
def test_every_page_is_read(desk: Desk, size: int, says_more: bool) -> None:
    desk.box.lnb.page_size = size
    desk.box.lnb.sends_has_more = says_more
    assert [order.reference for order in desk.client.orders()] == list(desk.box.lnb.orders)
    assert len(desk.client.retailers()) == len(desk.box.lnb.retailers)
    assert desk.count("GET /retailers") == -(-28 // size) + (size == 7 and not says_more)


def test_a_page_that_comes_again_is_an_error_and_no_endless_loop(desk: Desk) -> None:
    def first_page(exchange: Exchange) -> Reply:
        again = replace(exchange.call, query={**exchange.call.query, "page": "1"})
        return replace(exchange, call=again).apply()

    desk.box.lnb.page_size = 10
    desk.box.faults.add("GET /orders", first_page, times=99)
    with pytest.raises(Transient, match="page 2 of /orders repeats one before"):
        desk.client.orders()


def test_an_order_that_moves_to_the_next_page_is_still_one_order(desk: Desk) -> None:
    def one_more(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        first = next(iter(desk.box.lnb.orders.values()))
        desk.box.lnb.orders = {"new": first | {"reference": "new"}, **desk.box.lnb.orders}
        return reply

    desk.box.lnb.page_size = 10
    wanted = list(desk.box.lnb.orders)
    desk.box.faults.add("GET /orders", one_more)
    assert [order.reference for order in desk.client.orders()] == ["new", *wanted]


def test_two_orders_of_one_reference_hide_no_wrong_count(desk: Desk) -> None:
    first = next(iter(desk.box.lnb.orders.values()))
    desk.box.lnb.orders["twin"] = first | {"comment": "Another."}
    desk.box.faults.add("GET /orders", lambda exchange: headless(exchange.apply(), "7"), times=9)
    assert len(desk.client.orders()) == len(desk.box.lnb.orders)
    assert desk.events.names.count("list.miscounted") == 1


def headless(reply: Reply, total: str | None) -> Reply:
    """Return a page of a list with another total, or none."""
    headers = {k: v for k, v in reply.headers.items() if k != "X-Pagination-Total-Items"}
    return replace(reply, headers=headers | ({"X-Pagination-Total-Items": total} if total else {}))


@pytest.mark.parametrize(("total", "told"), [(None, 0), ("999", 1), ("x", 1)])
def test_a_list_that_counts_wrong_or_not_at_all_is_taken_when_two_reads_agree(
    desk: Desk, total: str | None, told: int
) -> None:
    behave = lambda exchange: headless(exchange.apply(), total)  # noqa: E731
    desk.box.faults.add("GET /orders", behave, times=9)
    assert len(desk.client.orders()) == len(desk.box.lnb.orders)
    assert desk.count("GET /orders") == 2
    assert desk.events.names.count("list.miscounted") == told


def test_an_account_that_never_counts_its_lists_is_read_once_unless_records_repeat(
    desk: Desk,
) -> None:
    behave = lambda exchange: headless(exchange.apply(), None)  # noqa: E731
    desk.box.faults.add("GET /orders", behave, times=9)
    desk.client.sends_no_totals = True
    desk.client.orders()
    assert desk.count("GET /orders") == 1
    assert desk.client.sent_totals is False
    twice = list(desk.box.lnb.orders.values())
    desk.box.faults.clear()
    desk.box.faults.add("GET /orders", answering(200, [*twice, twice[0]]), times=2)
    assert len(desk.client.orders()) == len(twice)
    assert desk.count("GET /orders") == 3


def test_a_list_that_is_another_one_each_time_fails_after_three_reads(desk: Desk) -> None:
    orders = list(desk.box.lnb.orders.values())
    for number in (1, 2, 3):
        desk.box.faults.add("GET /orders", answering(200, orders[number:]))
    with pytest.raises(Transient, match="another list each time"):
        desk.client.orders()
    assert desk.count("GET /orders") == 3


@pytest.mark.parametrize(
    ("operation", "ask"),
    [
        ("GET /orders", lambda client: client.orders()),
        ("GET /inventory", lambda client: client.inventory("ean13")),
        ("GET /orders/{reference}", lambda client: client.order("70101")),
    ],
)
def test_an_answer_of_another_shape_is_le_new_blacks_failure_and_not_this_machines(
    desk: Desk, operation: str, ask: Callable[[LnbClient], object]
) -> None:
    desk.box.faults.add(operation, before(json_reply(200, "none")), times=9)
    with pytest.raises(Transient) as caught:
        ask(desk.client)
    assert (caught.value.system, caught.value.code) == ("Le New Black", "lnb.unreachable")


def test_an_empty_answer_for_one_order_is_not_taken_for_its_absence(desk: Desk) -> None:
    desk.box.faults.add("GET /orders/{reference}", before(Reply(200, b"", "application/json")))
    with pytest.raises(NotThatOrder, match="does not hold that order"):
        desk.client.order(next(iter(desk.box.lnb.orders)))


def test_pages_that_come_again_after_another_one_are_an_error(desk: Desk) -> None:
    def one_of_two(exchange: Exchange) -> Reply:
        page = str(1 + int(exchange.call.query["page"]) % 2)
        again = replace(exchange.call, query={**exchange.call.query, "page": page})
        return replace(exchange, call=again).apply()

    desk.box.lnb.page_size = 10
    desk.box.faults.add("GET /orders", one_of_two, times=99)
    with pytest.raises(Transient, match="page 3 of /orders repeats one before"):
        desk.client.orders()


@pytest.mark.parametrize(("most", "pages"), [("MOST_PAGES", 7), ("MOST_RECORDS", 7)])
def test_pages_with_something_new_each_time_come_to_an_end(
    desk: Desk, most: str, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"lnb24so.lnb.calls.{most}", pages)
    fresh = count()

    def ignoring_the_page(exchange: Exchange) -> Reply:
        more = {"X-Pagination-Has-More": "1"}
        return json_reply(200, [{"reference": f"{next(fresh)}"}], more)

    desk.box.faults.add("GET /orders", ignoring_the_page, times=99)
    with pytest.raises(Transient, match="the pages of /orders come to no end"):
        desk.client.orders()
    assert desk.count("GET /orders") == pages + (most == "MOST_RECORDS")


@pytest.mark.parametrize("size", ["٣", "9" * 5000, "-1", "0", "1_0", "", "2.0"])
def test_a_page_size_that_is_no_number_is_none(desk: Desk, size: str) -> None:
    headers = {"X_Pagination_Page_Size": size.encode().decode("latin-1")}
    desk.box.faults.add("GET /orders", answering(200, [{"reference": "1"}], **headers), times=2)
    assert [order.reference for order in desk.client.orders()] == ["1"]


def test_what_is_no_record_in_a_list_is_named(desk: Desk) -> None:
    desk.box.faults.add("GET /orders", answering(200, [{"reference": "1"}, 5, None, [[]]]), times=2)
    assert [order.reference for order in desk.client.orders()] == ["1", "", "", ""]
    unread = [fields for name, fields in desk.events.lines if name == "record.unread"]
    assert {(line["list"], line["count"]) for line in unread} == {("/orders", 3)}


def test_an_answer_of_more_values_than_any_page_has_is_refused(desk: Desk) -> None:
    body = b"[" + b"0," * 1_500_000 + b"0]"
    desk.box.faults.add("GET /orders", answering_bytes(200, body))
    with pytest.raises(Ambiguous, match="GET /orders answered with too much"):
        desk.client.orders()


@pytest.mark.parametrize("answer", [{}, {"items": []}, "x", 5, None])
def test_a_list_that_is_none_is_an_error(desk: Desk, answer: object) -> None:
    desk.box.faults.add("GET /inventory", answering(200, answer), times=99)
    with pytest.raises(Transient, match="/inventory answered with something that is no list"):
        desk.client.inventory("ean13")


# What it reads


def test_an_order_is_found_by_a_reference_with_any_character(desk: Desk) -> None:
    order = next(iter(desk.box.lnb.orders.values()))
    odd = "AB/12 ?#%å"
    desk.box.lnb.orders[odd] = order | {"reference": odd}
    assert desk.client.order(odd) == replace(read_order(order), reference=odd)
    assert desk.client.order("no such order") is None


def test_numbers_are_decimals_to_the_last_digit(desk: Desk) -> None:
    body = b'{"reference": "1", "amount_total": 9007199254740993.10}'
    desk.box.faults.add("GET /orders/{reference}", answering_bytes(200, body))
    order = desk.client.order("1")
    assert order is not None
    assert str(order.amount_total) == "9007199254740993.10"


@pytest.mark.parametrize("number", ["1e999999999", "1e" + "9" * 40, "9" * 5000, "NaN", "-Infinity"])
def test_a_number_beyond_all_sense_costs_its_own_order_and_no_other(
    desk: Desk, number: str
) -> None:
    body = f'[{{"reference": "1", "amount_total": {number}}}, {{"reference": {number}}}]'
    desk.box.faults.add("GET /orders", answering_bytes(200, body.encode()), times=2)
    first, _ = desk.client.orders()
    assert (first.amount_total, "amount_total" in first.unreadable) == (None, True)


def test_a_zero_with_an_absurd_exponent_is_nothing_more_than_zero(desk: Desk) -> None:
    body = b'[{"reference": "1", "amount_total": 0e999999999, "comment": 0e-99999999}]'
    desk.box.faults.add("GET /orders", answering_bytes(200, body), times=2)
    (order,) = desk.client.orders()
    assert (str(order.amount_total), order.comment) == ("0", "0")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'"1"', b'{"reference": "2"}'])
def test_an_answer_that_does_not_hold_the_order_is_not_its_absence(desk: Desk, body: bytes) -> None:
    desk.box.faults.add("GET /orders/{reference}", answering_bytes(200, body))
    with pytest.raises(Transient, match='order "1" does not hold that order'):
        desk.client.order("1")


def test_a_record_that_is_none_still_counts_as_an_order_that_cannot_be_read(desk: Desk) -> None:
    desk.box.faults.add("GET /orders", answering(200, [{"reference": "1"}, None, 7]), times=2)
    assert [order.reference for order in desk.client.orders()] == ["1", "", ""]


def test_a_page_may_come_as_an_object_with_numbered_keys(desk: Desk) -> None:
    page = {"0": {"reference": "1"}, "10": {"reference": "3"}, "2": {"reference": "2"}}
    desk.box.faults.add("GET /orders", answering(200, page), times=2)
    assert [order.reference for order in desk.client.orders()] == ["1", "2", "3"]


def test_a_level_that_is_no_whole_number_is_unknown(desk: Desk) -> None:
    levels: tuple[object, ...] = ("3", 3, "3.0", 2.5, None, True, "many", [], -2, "1_0", "٣")
    rows = [{"ean13": f"{at}", "in_stock": level} for at, level in enumerate(levels)]
    desk.box.faults.add("GET /inventory", answering(200, rows))
    found = desk.client.inventory("ean13")
    assert list(found.values()) == [3, 3, 3, None, None, None, None, None, -2, None, None]


def test_a_level_inside_of_a_record_is_none_of_the_inventory(desk: Desk) -> None:
    inner = {"ean13": "1", "in_stock": 3}
    rows = [{"ean13": inner, "in_stock": 1}, {"ean13": "2", "in_stock": inner}, [inner], inner]
    desk.box.faults.add("GET /inventory", answering(200, rows))
    assert desk.client.inventory("ean13") == {"2": None, "1": 3}
    desk.box.faults.add("GET /inventory", answering(200, inner), times=99)
    with pytest.raises(Transient, match="is no list"):
        desk.client.inventory("ean13")


ABSURD = ("1e999999999", "-1e-999999999", "9" * 5000, "1e" + "9" * 50)


@pytest.mark.parametrize("number", ABSURD)
def test_an_absurd_number_costs_only_what_holds_it(desk: Desk, number: str) -> None:
    row = '{"ean13": "1", "in_stock": 3}'
    body = f'[{row}, {{"ean13": "2", "in_stock": {number}}}, {{"ean13": {number}, "in_stock": 1}}]'
    desk.box.faults.add("GET /inventory", answering_bytes(200, body.encode()))
    found = desk.client.inventory("ean13")
    assert found.pop("1") == 3
    assert found.pop("2") is None
    order = f'{{"reference": "1", "comment": {number}, "amount_total": {number}}}'
    desk.box.faults.add("GET /orders/{reference}", answering_bytes(200, order.encode()))
    read = desk.client.order("1")
    assert read is not None
    assert read.amount_total is None
    assert len(read.comment) <= 5000


@pytest.mark.parametrize("lifetime", ABSURD)
def test_a_token_with_an_absurd_life_is_used(desk: Desk, lifetime: str) -> None:
    token = desk.box.lnb.issue_token()["access_token"]
    body = f'{{"access_token": "{token}", "expires_in": {lifetime}}}'
    desk.box.faults.add("POST /auth/token", answering_bytes(200, body.encode()))
    assert desk.client.inventory("ean13")


@pytest.mark.parametrize("code", [[], {}, True, ["7040000010015"]])
def test_a_code_of_another_shape_costs_only_its_level(desk: Desk, code: object) -> None:
    rows = [{"ean13": code, "in_stock": 1}, {"ean13": "2", "in_stock": 2}, {"ean13": ""}]
    desk.box.faults.add("GET /inventory", answering(200, rows))
    assert desk.client.inventory("ean13") == {"2": 2}
    (line,) = [fields for name, fields in desk.events.lines if name == "record.unread"]
    assert (line["list"], line["count"]) == ("/inventory", 1)


# Levels


def test_levels_go_out_in_batches_and_come_back_one_by_one(desk: Desk) -> None:
    desk.new_client(batch_size=4)
    codes = [row["ean13"] for row in desk.box.lnb.inventory.values() if row["ean13"]][:9]
    levels = [(code, place) for place, code in enumerate([*codes, "4000000000000"])]
    found = list(desk.client.set_levels("ean13", levels, AT))
    unknown = "4000000000000"
    assert found == [(4, {}), (4, {}), (2, {unknown: "ean13: Unknown EAN13."})]
    assert [len(batch) for batch in batches(desk.box)] == [4, 4, 2]
    assert batches(desk.box)[0][1] == {
        "ean13": codes[1],
        "in_stock": 1,
        "in_stock_update_time": "2026-11-23T09:59:00+00:00",
    }


def test_levels_by_sku_go_to_their_own_address(desk: Desk) -> None:
    sku = next(iter(desk.box.lnb.inventory))
    (found,) = desk.client.set_levels("sku", [(sku, 3), ("none", 1)], AT)
    assert found == (2, {"none": "Unknown SKU none."})
    assert desk.count("POST /multi/inventory/sku") == 1


def test_a_batch_that_is_too_large_is_halved_until_it_fits(desk: Desk) -> None:
    desk.box.lnb.max_batch = 3
    codes = [row["ean13"] for row in desk.box.lnb.inventory.values()][:10]
    found = list(desk.client.set_levels("ean13", [(code, 5) for code in codes], AT))
    assert found == [(2, {}), (3, {}), (2, {}), (3, {})]
    assert [len(batch) for batch in batches(desk.box)] == [10, 5, 2, 3, 5, 2, 3]


def test_a_single_level_that_is_too_large_is_refused_alone(desk: Desk) -> None:
    desk.box.faults.add("POST /multi/inventory/ean", Fault.STATUS(413), times=2)
    codes = [row["ean13"] for row in desk.box.lnb.inventory.values()][:2]
    first, second = desk.client.set_levels("ean13", [(code, 5) for code in codes], AT)
    assert first == (1, {codes[0]: "Le New Black: the batch is too large (413)"})
    assert second == (1, {})


@pytest.mark.parametrize("bad", [0, 5, 9])
def test_a_code_that_spoils_its_batch_is_refused_alone(desk: Desk, bad: int) -> None:
    codes = [row["ean13"] for row in desk.box.lnb.inventory.values()][:10]

    def refuse(exchange: Exchange) -> Reply:
        spoiled = codes[bad].encode() in exchange.call.body
        return json_reply(422, {"message": "locked"}) if spoiled else exchange.apply()

    desk.box.faults.add("POST /multi/inventory/ean", refuse, times=99)
    found = list(desk.client.set_levels("ean13", [(code, 5) for code in codes], AT))
    assert sum(size for size, _ in found) == 10
    (refused,) = [refused for _, refused in found if refused]
    assert list(refused) == [codes[bad]]
    assert refused[codes[bad]].endswith("HTTP 422: locked")


def test_codes_that_spoil_a_batch_together_spoil_no_other(desk: Desk) -> None:
    codes = [row["ean13"] for row in desk.box.lnb.inventory.values()][:200]
    bad = set(codes[20:80]) | {codes[150]}

    def refuse(exchange: Exchange) -> Reply:
        sent = {level["ean13"] for level in json.loads(exchange.call.body)["requests"]}
        return json_reply(422, {"message": "locked"}) if sent & bad else exchange.apply()

    desk.box.faults.add("POST /multi/inventory/ean", refuse, times=999)
    client = desk.new_client(batch_size=100)
    found = list(client.set_levels("ean13", [(code, 5) for code in codes], AT))
    assert {code for _, refused in found for code in refused} == bad


def test_a_fault_that_is_in_no_code_does_not_send_each_code_alone(desk: Desk) -> None:
    desk.box.faults.add("POST /multi/inventory/ean", Fault.STATUS(400), times=9999)
    levels = [(row["ean13"], 5) for row in desk.box.lnb.inventory.values()]
    found = list(desk.client.set_levels("ean13", levels, AT))
    assert sum(len(refused) for _, refused in found) == len(levels) > 200
    size = 100
    assert len(batches(desk.box)) == 2 * size - 1 + -(-len(levels) // size) - 1


SUCCESS, ERROR = {"status": "success"}, {"status": "error"}
NAMES_B = {**SUCCESS, "result": {"ean13": "B"}}


@pytest.mark.parametrize(
    ("data", "whys"),
    [
        ([SUCCESS, SUCCESS], [None, None]),
        ([{"success": True}, {"status": "success", "errors": None}], [None, None]),
        ([SUCCESS, {**ERROR, "errors": "No such code."}], [None, "No such code."]),
        (
            [{**ERROR, "errors": {"ean13": ["Unknown.", "Bad."]}}, SUCCESS],
            ["ean13: Unknown.; Bad.", None],
        ),
        ([{**ERROR, "errors": None}, SUCCESS], ["refused without a reason", None]),
        ([{"status": "ok"}, {"status": None}], ["refused without a reason"] * 2),
        ([{"success": "true"}, {"success": 1}], ["refused without a reason"] * 2),
        # In another order, with the code in the result.
        ([NAMES_B, {**ERROR, "errors": "x", "result": {"ean13": "A"}}], ["x", None]),
        # The first result names the other code, so it does not speak for this one.
        ([NAMES_B, {**ERROR, "errors": "x", "result": None}], ["SILENT", None]),
        # One result for two codes: only the one that is named counts.
        ([NAMES_B], ["SILENT", None]),
        ([SUCCESS], ["SILENT", "SILENT"]),
        ([SUCCESS, SUCCESS, SUCCESS], ["SILENT", "SILENT"]),
        ([], ["SILENT", "SILENT"]),
        (None, ["SILENT", "SILENT"]),
        ("done", ["SILENT", "SILENT"]),
        ([None, "success"], ["SILENT", "SILENT"]),
    ],
)
def test_only_a_code_that_is_said_to_be_taken_counts_as_taken(
    data: object, whys: list[str | None]
) -> None:
    silent = "Le New Black did not say what became of it"
    wanted = {
        code: silent if why == "SILENT" else why
        for code, why in zip(["A", "B"], whys, strict=True)
        if why is not None
    }
    assert refusals("ean13", ["A", "B"], {"data": data}) == wanted


def test_results_and_sizes_may_come_as_objects_with_numbered_keys() -> None:
    taken = {"0": SUCCESS, "4": SUCCESS}
    assert refusals("ean13", ["A", "B"], {"data": taken}) == {}
    sizes = {"1": {"ean13": "A"}, "3": {"ean13": "B"}}
    found = read_skus({"name": "Alma", "variants": {"2": {"skus": sizes}}})
    assert [size.ean13 for size in found] == ["A", "B"]


@pytest.mark.parametrize("answer", [None, [], "ok", {"metadata": {"total_successes": 2}}])
def test_an_answer_without_results_takes_nothing_for_granted(answer: object) -> None:
    assert refusals("ean13", ["A", "B"], answer).keys() == {"A", "B"}


def test_a_batch_whose_answer_is_lost_is_sent_again(desk: Desk) -> None:
    desk.box.faults.add("POST /multi/inventory/ean", Fault.LOST_REPLY)
    code = next(row["ean13"] for row in desk.box.lnb.inventory.values())
    assert list(desk.client.set_levels("ean13", [(code, 5)], AT)) == [(1, {})]
    assert batches(desk.box)[0] == batches(desk.box)[1]


# The status


def test_a_status_is_set(desk: Desk) -> None:
    reference = next(iter(desk.box.lnb.orders))
    desk.client.set_status(reference, status="closed")
    assert desk.box.lnb.orders[reference]["status"] == "closed"


def test_an_unknown_status_is_refused_with_le_new_blacks_words(desk: Desk) -> None:
    reference = next(iter(desk.box.lnb.orders))
    with pytest.raises(Rejected, match="HTTP 422: Unknown status shut"):
        desk.client.set_status(reference, status="shut")


@pytest.mark.parametrize("answer", [{"status": "error", "errors": "No."}, {"success": False}])
def test_a_status_that_is_refused_inside_a_good_answer_is_refused(
    desk: Desk, answer: object
) -> None:
    desk.box.faults.add("POST /orders/status", answering(200, answer))
    with pytest.raises(Rejected):
        desk.client.set_status("1", status="closed")


@pytest.mark.parametrize("code", [200, 204])
def test_an_answer_that_says_nothing_of_a_status_is_believed_when_the_order_has_it(
    desk: Desk, code: int
) -> None:
    reference = next(iter(desk.box.lnb.orders))
    silent = Reply(code, b"", "application/json")
    desk.box.faults.add("POST /orders/status", lambda exchange: silent)
    with pytest.raises(Transient, match="the order does not have it"):
        desk.client.set_status(reference, status="closed")

    def taken(exchange: Exchange) -> Reply:
        exchange.apply()
        return silent

    desk.box.faults.add("POST /orders/status", taken)
    desk.client.set_status(reference, status="closed")
    assert desk.box.lnb.orders[reference]["status"] == "closed"


# What goes wrong


@pytest.mark.parametrize("code", [502, 503, 504])
def test_a_server_that_is_down_for_a_moment_is_asked_again(desk: Desk, code: int) -> None:
    reference = next(iter(desk.box.lnb.orders))
    for operation in ("GET /inventory", "POST /orders/status"):
        desk.box.faults.add(operation, Fault.STATUS(code), times=2)
    desk.client.inventory("ean13")
    desk.client.set_status(reference, status="closed")
    assert desk.hand.slept == [1, 2, 1, 2]


def test_patience_ends_after_45_seconds(desk: Desk) -> None:
    desk.box.faults.add("GET /inventory", Fault.STATUS(503), times=99)
    with pytest.raises(Transient, match="GET /inventory answered HTTP 503"):
        desk.client.inventory("ean13")
    assert sum(desk.hand.slept) == 45


@pytest.mark.parametrize(
    ("operation", "write"),
    [
        ("POST /orders/status", lambda client: client.set_status("1", status="closed")),
        ("POST /multi/inventory/ean", lambda client: list(client.set_levels("ean13", ONE, AT))),
    ],
)
def test_a_500_is_final_for_a_write(
    desk: Desk, operation: str, write: Callable[[LnbClient], object]
) -> None:
    desk.box.faults.add(operation, Fault.STATUS(500))
    with pytest.raises(Transient, match=r"answered HTTP 500: Injected error\.( |$)"):
        write(desk.client)
    assert desk.count(operation) == 1
    assert desk.hand.slept == []


@pytest.mark.parametrize(
    ("retry_after", "slept"),
    [("17", 17), (" 3 ", 3), ("0", 1), ("Mon, 23 Nov 2026 10:00:20 GMT", 20)],
)
def test_too_many_requests_wait_as_long_as_asked(
    desk: Desk, retry_after: str, slept: float
) -> None:
    desk.box.faults.add("GET /inventory", answering(429, {}, Retry_After=retry_after))
    desk.client.inventory("ean13")
    assert desk.hand.slept == [slept]


@pytest.mark.parametrize("retry_after", ["soon", "-5", "\u00b2", "9" * 40, ""])
def test_too_many_requests_without_a_time_are_repeated_like_any_other(
    desk: Desk, retry_after: str
) -> None:
    desk.box.faults.add("GET /inventory", answering(429, {}, Retry_After=retry_after), times=2)
    desk.client.inventory("ean13")
    assert desk.hand.slept == [1, 2]


def test_too_many_requests_for_longer_than_we_wait_say_until_when(desk: Desk) -> None:
    desk.box.faults.add("GET /inventory", Fault.TOO_MANY(3600))
    with pytest.raises(BudgetSpent, match="it can go on at 11:00:00 UTC") as caught:
        desk.client.inventory("ean13")
    assert caught.value.until == desk.hand.now() + timedelta(hours=1)
    assert desk.hand.slept == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": {"code": 5, "message": "No such thing."}}, "No such thing."),
        ({"error": "No such thing."}, "No such thing."),
        ({"error": ["No such", "thing."]}, "No such; thing."),
        ({"error": {"message": ["No such", "thing."]}}, "No such; thing."),
        ({"error": {"reference": ["Too long."]}}, "reference: Too long."),
        ({"message": "No such thing."}, "No such thing."),
        ({"message": {"en": "No such thing."}}, "en: No such thing."),
        ({"errors": {"a": ["b", "c"], "d": "e"}}, "a: b; c; d: e"),
        ({"errors": [{"message": "b"}, {"message": "c"}]}, "b; c"),
        ({"error": None, "message": "", "errors": "last"}, "last"),
        (["a", None, "b"], "a; b"),
        ("line\nbreak", "line break"),
        ({}, ""),
        (None, ""),
        (5, ""),
        ({"error": True}, ""),
        ("x" * 5000, "x" * 300),
    ],
)
def test_an_error_is_told_whatever_its_shape(desk: Desk, answer: object, said: str) -> None:
    assert complaint(answer) == said
    desk.box.faults.add("GET /inventory", answering(422, answer))
    with pytest.raises(Rejected) as caught:
        desk.client.inventory("ean13")
    tail = f": {said}" if said else ""
    assert str(caught.value) == f"Le New Black: GET /inventory answered HTTP 422{tail}"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"error":' * 500 + b"1" + b"}" * 500, b"\xff"])
def test_an_error_that_cannot_be_read_is_told_by_its_number(desk: Desk, body: bytes) -> None:
    desk.box.faults.add("GET /inventory", answering_bytes(422, body))
    with pytest.raises(Rejected, match=r"GET /inventory answered HTTP 422$"):
        desk.client.inventory("ean13")


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"<html><p>Sign in</html>", "text/html", "answered with a web page"),
        (b"<!doctype html><HTML>", "application/json", "answered with a web page"),
        (b"[{", "application/json", "answered with broken JSON"),
        (b"[" * 100_000, "application/json", "answered with broken JSON"),
        (b"\xff\xfe\x00", "application/json", "answered with broken JSON"),
        (b"[1] trailing", "application/json", "answered with broken JSON"),
    ],
)
def test_an_answer_that_is_no_json_is_named(desk: Desk, body: bytes, kind: str, said: str) -> None:
    desk.box.faults.add("GET /inventory", answering_bytes(200, body, kind), times=99)
    with pytest.raises(Ambiguous, match=f"GET /inventory {said}"):
        desk.client.inventory("ean13")


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.TRUNCATED_CHUNKED, Fault.RESET_BEFORE])
def test_a_list_that_breaks_off_is_read_again(desk: Desk, fault: Behaviour) -> None:
    desk.box.faults.add("GET /inventory", fault)
    assert len(desk.client.inventory("sku")) == len(desk.box.lnb.inventory)
    assert desk.hand.slept == [1]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(desk: Desk, status: int) -> None:
    with RawServer(http(b"[]")) as elsewhere:
        place = f"{elsewhere.url}/elsewhere"
        desk.box.faults.add("GET /inventory", answering(status, {}, Location=place))
        with pytest.raises(Transient, match=rf"HTTP {status}.*Check lenewblack\.base_url"):
            desk.client.inventory("ean13")
        assert elsewhere.requests == []


def test_nobody_at_the_address_is_no_connection(desk: Desk) -> None:
    desk.new_client(base_url="http://127.0.0.1:1")
    with pytest.raises(NotProcessed, match=r"no connection.*lenewblack\.base_url"):
        desk.client.inventory("ean13")


def test_an_answer_that_never_comes_times_out(desk: Desk) -> None:
    with RawServer(hangs=True) as silent:
        desk.new_client(base_url=silent.url, timeout_seconds=0.05)
        with pytest.raises(Ambiguous, match=r"no answer within 0\.05 seconds"):
            desk.client.inventory("ean13")


# Secrets


def echo(exchange: Exchange) -> Reply:
    """Repeat the request in the error, its token and its body too."""
    call = exchange.call
    token = call.query.get("access_token", "")
    told = f"{'x' * 290}{token} {quote(token)} of {call.body.decode()}"
    return json_reply(500, {"message": f"{token} {call.body.decode()} {told}"})


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("GET /inventory", echo),
        ("POST /auth/token", echo),
        ("GET /inventory", Fault.RESET_BEFORE),
        ("GET /inventory", Fault.TRUNCATED),
        ("GET /inventory", Fault.HTML_200_BEFORE),
        ("GET /inventory", Fault.STATUS(401)),
        ("GET /inventory", Fault.STATUS(302)),
        ("POST /auth/token", Fault.STATUS(401)),
    ],
)
def test_no_secret_is_in_an_error_or_an_event(desk: Desk, operation: str, fault: Behaviour) -> None:
    desk.box.faults.add(operation, fault, times=99)
    with pytest.raises(Lnb24soError) as caught:
        desk.client.inventory("ean13")
    printed = "".join(traceback.format_exception(caught.value))
    everything = f"{printed} {caught.value!r} {desk.events.lines} {desk.settings!r}"
    tokens = [token[:12] for token in desk.box.lnb.tokens]
    for secret in (*tokens, desk.box.lnb.client_secret, "access_token="):
        assert secret not in everything


def test_half_a_letter_in_an_error_is_no_fault_of_ours(office: Installation) -> None:
    error = answering_bytes(422, b'{"errors": {"x\\ud83d": "No such status \\udc00."}}')
    office.box.faults.add("POST /orders/status", error, times=99)
    for _ in range(2):
        answer = office.run("push-orders")
        assert "fault in lnb24so" not in answer.err
        assert answer.code in (0, 3)
    assert "No such status" in office.log_text()


def test_no_token_is_in_a_refusal_inside_a_good_answer(desk: Desk) -> None:
    def echo_in_200(exchange: Exchange) -> Reply:
        return json_reply(200, {"status": "error", "errors": exchange.call.query["access_token"]})

    desk.box.faults.add("POST /orders/status", echo_in_200)
    with pytest.raises(Rejected) as caught:
        desk.client.set_status("1", status="closed")
    assert str(caught.value) == "Le New Black: ***"


def test_no_token_is_in_the_logs_of_a_run(office: Installation, tmp_path: Path) -> None:
    office.by_hand(office.box.erp.now())
    office.box.faults.add("GET /orders", Fault.RESET_BEFORE)
    office.box.faults.add("POST /orders/status", echo, times=2)
    office.run("-v", "push-orders")
    office.run("pull-stock")
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    for token in office.box.lnb.tokens:
        assert not [data for data in written if token[:12].encode() in data]
