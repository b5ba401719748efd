"""The REST side of the sandbox answers as Le New Black's API is described."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from hand_clock import HandClock
from raw_calls import RawLnb

from lnb24so.sandbox import Sandbox


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime(2026, 11, 23, 5, 30, tzinfo=UTC))


@pytest.fixture
def timed(clock: HandClock) -> Iterator[RawLnb]:
    """Return raw calls to a sandbox that lives by `clock`."""
    with Sandbox(now=clock.now) as box:
        caller = RawLnb(box)
        with caller.http:
            yield caller


def error(answer: requests.Response) -> str:
    return str(answer.json()["error"]["message"])


def references(answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["reference"] for each in answer.json()]


def first_ean(box: Sandbox) -> str:
    return str(next(iter(box.lnb.inventory.values()))["ean13"])


def test_a_wrong_secret_is_a_json_401(raw_lnb: RawLnb) -> None:
    answer = raw_lnb.ask_token(client_secret="wrong")
    assert answer.status_code == 401
    assert "credentials" in error(answer)


def test_every_call_needs_the_token_as_a_query_parameter(raw_lnb: RawLnb) -> None:
    token, raw_lnb.token = raw_lnb.token, "unknown"
    assert raw_lnb.get("/version").status_code == 401
    header = {"Authorization": f"Bearer {token}"}
    url = f"{raw_lnb.box.lnb_url}/version"
    assert raw_lnb.http.get(url, headers=header).status_code == 401
    raw_lnb.token = token
    assert raw_lnb.get("/version").json() == {"version": "2.22"}


def test_a_token_expires(timed: RawLnb, clock: HandClock) -> None:
    clock.move(3599)
    assert timed.get("/version").status_code == 200
    clock.move(1)
    assert timed.get("/version").status_code == 401


def test_the_expiry_is_shown_in_three_ways(timed: RawLnb) -> None:
    assert timed.ask_token().json()["expire_on"] == "2026-11-23 06:30:00"
    timed.box.lnb.expiry_shown = "offset"
    assert timed.ask_token().json()["expire_on"] == "2026-11-23 06:30:00+00:00"
    timed.box.lnb.expiry_shown = "expires_in"
    assert timed.ask_token().json()["expires_in"] == 3600


def test_the_date_header_follows_le_new_blacks_own_clock(timed: RawLnb, clock: HandClock) -> None:
    timed.box.lnb.clock_ahead = timedelta(minutes=3)
    shown = parsedate_to_datetime(timed.get("/version").headers["Date"])
    assert shown == clock.time + timedelta(minutes=3)


def test_lists_come_in_pages(raw_lnb: RawLnb) -> None:
    raw_lnb.box.lnb.page_size = 12
    pages = [raw_lnb.get("/orders", page=str(page)) for page in (1, 2, 3, 4)]
    assert [len(each.json()) for each in pages] == [12, 12, 6, 0]
    assert len({ref for page in pages for ref in references(page)}) == 30
    shown = pages[1].headers
    assert (shown["X-Pagination-Current-Page"], shown["X-Pagination-Page-Size"]) == ("2", "12")
    assert (shown["X-Pagination-Total-Pages"], shown["X-Pagination-Total-Items"]) == ("3", "30")
    assert [each.headers["X-Pagination-Has-More"] for each in pages[:3]] == [
        "true",
        "true",
        "false",
    ]
    raw_lnb.box.lnb.sends_has_more = False
    assert "X-Pagination-Has-More" not in raw_lnb.get("/orders").headers
    assert raw_lnb.get("/orders", page="0").status_code == 422


def test_products_and_retailers_come_in_pages_and_inventory_does_not(raw_lnb: RawLnb) -> None:
    raw_lnb.box.lnb.page_size = 10
    assert len(raw_lnb.get("/products").json()) == 10
    assert len(raw_lnb.get("/retailers").json()) == 10
    levels = raw_lnb.get("/inventory")
    assert len(levels.json()) == len(raw_lnb.box.lnb.inventory)
    assert levels.headers["Content-Encoding"] == "gzip"


def test_orders_are_filtered_by_the_stored_status_code(raw_lnb: RawLnb) -> None:
    assert len(references(raw_lnb.get("/orders", status="invoicing"))) == 25
    assert references(raw_lnb.get("/orders", status="Invoicing")) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("order_time", "create_time"),
        ("confirmation_time", "confirmation_time"),
        ("update_time", "update_time"),
    ],
)
def test_orders_are_filtered_by_times(raw_lnb: RawLnb, name: str, key: str) -> None:
    moment = raw_lnb.box.lnb.orders["70110"][key]
    both = {f"{name}_from": moment, f"{name}_to": moment}
    assert references(raw_lnb.get("/orders", **both)) == ["70110"]
    later = references(raw_lnb.get("/orders", **{f"{name}_from": moment}))
    assert "70109" not in later
    assert "70111" in later
    assert raw_lnb.get("/orders", **{f"{name}_to": "soon"}).status_code == 422


def test_one_order_is_found_by_reference(raw_lnb: RawLnb) -> None:
    raw_lnb.box.lnb.orders["A/1 å"] = {**raw_lnb.box.lnb.orders["70101"], "reference": "A/1 å"}
    assert raw_lnb.get("/orders/70101").json()["reference"] == "70101"
    assert raw_lnb.get("/orders/A%2F1%20%C3%A5").json()["reference"] == "A/1 å"
    missing = raw_lnb.get("/orders/1")
    assert missing.status_code == 404
    assert error(missing) == "Order 1 not found."


def test_money_travels_as_json_numbers(raw_lnb: RawLnb) -> None:
    order = raw_lnb.get("/orders/70103").json()
    assert isinstance(order["amount_total"], float)
    assert order["items"][0]["promotion_rate"] == 7.5
    assert order["items"][0]["discount_rate"] is None


def test_a_status_can_be_set(timed: RawLnb, clock: HandClock) -> None:
    done = timed.post("/orders/status", {"reference": "70101", "status": "closed"})
    assert done.json() == {"reference": "70101", "status": "closed"}
    order = timed.box.lnb.orders["70101"]
    assert order["status"] == "closed"
    assert datetime.fromisoformat(order["update_time"]) == clock.time


def test_a_status_that_cannot_be_set_changes_nothing(raw_lnb: RawLnb) -> None:
    unknown = {"reference": "70101", "status": "exported"}
    assert raw_lnb.post("/orders/status", unknown).status_code == 422
    missing = {"reference": "1", "status": "closed"}
    assert raw_lnb.post("/orders/status", missing).status_code == 404
    assert raw_lnb.post("/orders/status", ["closed"]).status_code == 400
    assert raw_lnb.box.lnb.orders["70101"]["status"] == "invoicing"


def test_levels_are_set_one_by_one_within_a_batch(raw_lnb: RawLnb) -> None:
    ean = first_ean(raw_lnb.box)
    batch: list[dict[str, Any]] = [
        {"ean13": ean, "in_stock": 7, "in_stock_update_time": "2026-11-23T05:00:00+00:00"},
        {"ean13": "1234567890128", "in_stock": 7},
        {"ean13": ean, "in_stock": -1},
        {"ean13": ean, "in_stock": 1.5},
    ]
    answer = raw_lnb.post("/multi/inventory/ean", {"requests": batch}).json()
    assert answer["metadata"] == {"total_requests": 4, "total_successes": 1, "total_errors": 3}
    assert [each["status"] for each in answer["data"]] == ["success", "error", "error", "error"]
    assert answer["data"][0]["result"]["in_stock"] == 7
    assert answer["data"][1]["errors"] == {"ean13": ["Unknown EAN13."]}
    assert list(answer["data"][2]["errors"]) == ["in_stock"]
    row = next(iter(raw_lnb.box.lnb.inventory.values()))
    assert (row["in_stock"], row["in_stock_update_time"]) == (7, "2026-11-23T05:00:00+00:00")


def test_an_unknown_sku_is_told_as_plain_text(raw_lnb: RawLnb) -> None:
    sku = next(iter(raw_lnb.box.lnb.inventory))
    batch = [{"sku": "NONE", "in_stock": 1}, {"sku": sku, "in_stock": 2}]
    answer = raw_lnb.post("/multi/inventory/sku", {"requests": batch}).json()
    assert answer["data"][0]["errors"] == "Unknown SKU NONE."
    assert raw_lnb.box.lnb.inventory[sku]["in_stock"] == 2


def test_a_known_code_without_a_level_gets_one(raw_lnb: RawLnb) -> None:
    lnb = raw_lnb.box.lnb
    gone = lnb.inventory.pop(next(iter(lnb.inventory)))
    batch = [{"ean13": gone["ean13"], "in_stock": 4}]
    answer = raw_lnb.post("/multi/inventory/ean", {"requests": batch}).json()
    assert answer["metadata"]["total_successes"] == 1
    assert lnb.inventory[gone["sku"]]["in_stock"] == 4


def test_too_large_a_batch_is_a_413(raw_lnb: RawLnb) -> None:
    raw_lnb.box.lnb.max_batch = 2
    batch = [{"ean13": first_ean(raw_lnb.box), "in_stock": 1}] * 3
    assert raw_lnb.post("/multi/inventory/ean", {"requests": batch}).status_code == 413
    assert raw_lnb.post("/multi/inventory/ean", {"requests": batch[:2]}).status_code == 200


def test_unknown_paths_are_json_404s(raw_lnb: RawLnb) -> None:
    assert error(raw_lnb.get("/nothing")) == "Resource not found."
    outside = raw_lnb.http.get(f"{raw_lnb.box.url}/robots.txt")
    assert outside.status_code == 404
    assert error(outside) == "Not found."


def test_every_request_is_recorded_in_order(raw_lnb: RawLnb) -> None:
    raw_lnb.get("/orders/70101")
    raw_lnb.post("/orders/status", {"reference": "1", "status": "closed"})
    seen = raw_lnb.box.requests
    assert [(each.operation, each.applied, each.status) for each in seen] == [
        ("POST /auth/token", True, 200),
        ("GET /orders/{reference}", True, 200),
        ("POST /orders/status", False, 404),
    ]
    assert seen[2].body == b'{"reference": "1", "status": "closed"}'
    assert {each.system for each in seen} == {"lnb"}
