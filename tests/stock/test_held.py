"""Every promised piece is held once: by 24SevenOffice, by Le New Black, or by this tool."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hand_clock import HandClock
from installation import Installation
from old_ledger import as_first_version
from rules.build import DRESS, EAN, NOW, line, open_order, order, reading, stock_settings
from seen import batches
from small_brand import CODES, lnb_order, typed_order

from lnb24so.config.schema import Orders
from lnb24so.lnb.types import read_order
from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.portal import moment
from lnb24so.stock.available import StockReading, each_once
from lnb24so.stock.held import carried, waiting_statuses, why_not_held
from lnb24so.stock.plan import plan_stock

from .shops import ten_of_each

pytestmark = pytest.mark.slow

D = Decimal
MODES = ("simple", "advanced", "time_based")
AGO, TODAY = NOW - timedelta(minutes=15), NOW.date()


def level(found: StockReading, mode: str, **changes: Any) -> int | None:
    plan = plan_stock(found, stock_settings(mode, **changes), send_all=True)
    return next((item.after for item in plan.items if item.code == EAN), None)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return an installation whose two systems and whose own clock are one that stands still."""
    with ten_of_each(tmp_path, monkeypatch) as (office, hand):
        yield office, hand


def use_mode(office: Installation, mode: str, **orders: Any) -> None:
    office.change("lnb_mode: simple", f"lnb_mode: {mode}")
    if orders:
        office.set("orders", **orders)


def by_sql(office: Installation, query: str) -> list[Any]:
    """Ask the ledger behind the tool's back."""
    with closing(sqlite3.connect(office.ledger_file)) as ledger:
        rows = ledger.execute(query).fetchall()
        ledger.commit()
    return rows


def put(office: Installation, made: datetime, reference: str = "70001", **changes: Any) -> None:
    pieces = changes.pop("pieces", 4)
    office.box.lnb.orders[reference] = lnb_order(reference, made, pieces=pieces) | changes


def sent(office: Installation) -> int:
    """Return the level of the first code after a run."""
    assert office.run("pull-stock").code == 0
    return int(office.box.lnb.inventory[CODES[0].sku]["in_stock"])


def sees(office: Installation, mode: Any) -> int:
    """Return what a buyer sees of the first code."""
    return office.box.lnb.shown(mode)[CODES[0].sku]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("status", "holds_here"),
    [
        ("open_for_buyer", {"time_based"}),
        ("open_for_brand", {"time_based"}),
        ("confirmed", {"simple", "time_based"}),
        ("invoicing", {"simple", "time_based"}),
        ("blocked", set(MODES)),
    ],
)
def test_each_order_is_held_once_in_each_mode(
    place: tuple[Installation, HandClock], mode: str, status: str, holds_here: set[str]
) -> None:
    office, hand = place
    use_mode(office, mode, blocked_status="blocked")
    put(office, hand.now() - timedelta(minutes=15), status=status, delivery_end_on=None)
    assert sent(office) == (6 if mode in holds_here else 10)
    assert sees(office, mode) == 6


@pytest.mark.parametrize(
    ("made", "here"), [(-900, 6), (0, 6), (1, 10), (3600, 6), (None, 6)], ids=str
)
def test_in_time_based_mode_the_stamp_parts_what_is_held_here_from_what_is_held_there(
    place: tuple[Installation, HandClock], made: int | None, here: int
) -> None:
    office, hand = place
    use_mode(office, "time_based")
    start = hand.now()

    def lists(exchange: Exchange) -> Reply:
        """Let two seconds go by before the orders are read."""
        if hand.now() == start:
            hand.move(2)
        return exchange.apply()

    office.box.faults.add("GET /orders", lists, times=9)
    time = start + timedelta(seconds=made or 0)
    put(office, time, status="confirmed", create_time=moment(time) if made is not None else None)
    assert sent(office) == here
    stamps = {one["in_stock_update_time"] for batch in batches(office.box) for one in batch}
    assert stamps == {moment(start)}
    if made is not None:
        assert sees(office, "time_based") == (6 if made < 3600 else 2)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("simple", "in open_for_buyer or open_for_brand"),
        ("advanced", "in open_for_buyer or open_for_brand or confirmed or invoicing"),
        ("time_based", "made after the time that the levels carry"),
    ],
)
def test_the_story_of_a_level_tells_what_le_new_black_holds_itself(
    place: tuple[Installation, HandClock], mode: str, said: str
) -> None:
    office, _ = place
    use_mode(office, mode)
    told = office.run("preview", "stock", "--code", CODES[0].ean13).out.splitlines()
    assert told[-2].endswith(f"Le New Black itself takes off what is in orders {said}")
    assert "available to sell" in told[-1]


def test_the_stamp_goes_by_le_new_blacks_own_clock(
    place: tuple[Installation, HandClock],
) -> None:
    office, hand = place
    use_mode(office, "time_based")
    office.box.lnb.clock_ahead = timedelta(hours=-3)
    sent(office)
    (batch,) = batches(office.box)
    assert batch[0]["in_stock_update_time"] == moment(hand.now() - timedelta(hours=3))


@pytest.mark.parametrize(
    ("status", "changes", "why"),
    [
        ("confirmed", {}, None),
        ("confirmed", {"inventory_tracking": False}, "hold.not_tracked"),
        ("confirmed", {"inventory_tracking": None}, None),
        ("confirmed", {"reference": "SENT"}, "hold.exported"),
        ("confirmed", {"reference": "SKIPPED"}, "hold.skipped"),
        ("confirmed", {"reference": "TYPED"}, "hold.open_order"),
        ("confirmed", {"create_time": NOW - timedelta(days=40)}, "hold.before_since"),
        ("confirmed", {"create_time": NOW - timedelta(days=40), "reference": "NAMED"}, None),
        ("confirmed", {"create_time": None}, None),
        ("open_for_brand", {"delivery_end_on": TODAY}, None),
        ("open_for_brand", {"delivery_end_on": TODAY - timedelta(days=1)}, "hold.past"),
        ("Open for buyer", {"auto_cancel_on": TODAY - timedelta(days=1)}, "hold.past"),
        ("open_for_buyer", {"auto_cancel_on": TODAY}, None),
        ("confirmed", {"delivery_end_on": TODAY - timedelta(days=99)}, None),
        ("invoicing", {"auto_cancel_on": TODAY - timedelta(days=99)}, None),
        ("confirmed", {"delivery_start_on": TODAY + timedelta(days=30)}, None),
        ("confirmed", {"delivery_start_on": TODAY + timedelta(days=31)}, "hold.delivered_later"),
        ("confirmed", {"delivery_start_on": None}, None),
    ],
)
def test_what_holds_nothing_has_a_reason(
    status: str, changes: dict[str, Any], why: str | None
) -> None:
    one = order(**{"create_time": AGO, "status": status} | changes)
    found = reading(
        [DRESS],
        {EAN: 0},
        waiting_orders=[one],
        since=NOW - timedelta(days=30),
        in_erp=frozenset({"SENT"}),
        skipped=frozenset({"SKIPPED"}),
        asked_for=frozenset({"NAMED"}),
        carried={"TYPED": 55001},
    )
    settings = stock_settings("time_based", open_order_delivery_within_days=30)
    assert why_not_held(one, found, settings) == why
    assert level(found, "time_based", open_order_delivery_within_days=30) == (8 if not why else 10)


@pytest.mark.parametrize(
    ("zone", "hour", "minute"), [("Europe/Oslo", 23, 30), ("America/New_York", 2, 0)]
)
def test_a_last_day_has_not_gone_by_before_it_has_in_utc_and_in_the_zone(
    zone: str, hour: int, minute: int
) -> None:
    at = NOW.replace(hour=hour, minute=minute)
    last = min(at.date(), at.astimezone(ZoneInfo(zone)).date())
    found = replace(reading([DRESS], {EAN: 0}), at=at, zone=ZoneInfo(zone))
    settings = stock_settings("time_based")
    for day, why in ((last, None), (last - timedelta(days=1), "hold.past")):
        made = at - timedelta(days=1)
        one = order(create_time=made, status="open_for_brand", auto_cancel_on=day)
        assert why_not_held(one, found, settings) == why


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("lnb_mode: simple", ("confirmed", "invoicing")),
        ("lnb_mode: advanced", ()),
        (
            "lnb_mode: time_based",
            ("open_for_buyer", "open_for_brand", "confirmed", "invoicing"),
        ),
        ("lnb_mode: simple\n  waiting_statuses: [bekreftet]", ("bekreftet",)),
        ("lnb_mode: advanced\n  waiting_statuses: [bekreftet]", ("bekreftet",)),
        ("lnb_mode: advanced\n  waiting_statuses: [confirmed, invoicing]", ()),
        ("lnb_mode: simple\n  waiting_statuses: []", ()),
    ],
)
@pytest.mark.parametrize("blocked", [None, "blocked", "Invoicing", "open_for_brand"])
def test_a_list_replaces_the_modes_own_statuses_and_what_is_blocked_joins_it(
    office: Installation, settings: str, expected: tuple[str, ...], blocked: str | None
) -> None:
    office.change("lnb_mode: simple", settings)
    if blocked:
        office.set("orders", blocked_status=blocked)
    found = waiting_statuses(office.config)
    assert found[: len(expected)] == expected
    there = {"simple": ("open_for_brand",), "advanced": ("open_for_brand", "Invoicing")}
    lists_its_own = "waiting_statuses" not in settings or "[confirmed" in settings
    held_there = there.get(office.config.stock.lnb_mode, ()) if lists_its_own else ()
    joins = blocked is not None and blocked not in held_there and blocked.lower() not in expected
    assert found[len(expected) :] == ((blocked,) if joins else ())


@pytest.mark.parametrize("mode", MODES)
def test_an_order_in_an_export_status_of_another_name_is_held_too(
    place: tuple[Installation, HandClock], mode: str
) -> None:
    office, hand = place
    use_mode(office, mode, take_status="godkjent")
    put(office, hand.now() - timedelta(hours=1), status="Godkjent")
    assert ("godkjent" in waiting_statuses(office.config)) == (mode != "advanced")
    office.box.lnb.orders["70001"]["status"] = "godkjent"
    assert sent(office) == (10 if mode == "advanced" else 6)


def test_an_open_order_that_is_shown_twice_counts_once() -> None:
    one, more = open_order({1001: 3}), open_order({1001: 5})
    assert each_once([one, one]) == [one]
    assert each_once([one, more]) == each_once([more, one]) == [more]
    nameless = replace(one, order_id=None)
    assert len(each_once([nameless, nameless])) == 2


@pytest.mark.parametrize(
    ("reference", "sent_as", "there"),
    [
        ("LNB70123", {}, True),
        ("  lnb70123 ", {}, True),
        ("OLD-70123", {"70123": "OLD-70123"}, True),
        ("LNB70124", {}, False),
        ("", {}, False),
    ],
)
def test_an_open_order_that_carries_the_reference_holds_instead(
    reference: str, sent_as: dict[str, str], there: bool
) -> None:
    known = replace(open_order({1001: 2}), reference=reference)
    settings = Orders(customer_match="id")
    assert bool(carried([order()], [known], settings, sent_as)) is there


def test_an_order_typed_in_with_our_reference_is_held_once(
    place: tuple[Installation, HandClock],
) -> None:
    office, hand = place
    put(office, hand.now() - timedelta(hours=1), pieces=1)
    assert sent(office) == 9
    office.box.erp.type_in(typed_order("70001"))
    assert sent(office) == 9
    told = office.run("preview", "stock", "--code", CODES[0].ean13).out
    assert "open order" in told


UNREADABLE: list[Any] = [
    None,
    "nothing",
    7,
    [None],
    [{"ean13": CODES[0].ean13, "quantity": "many"}],
    [{"ean13": CODES[0].ean13, "quantity": None}],
]


@pytest.mark.parametrize("items", UNREADABLE, ids=str)
@pytest.mark.parametrize("mode", ["simple", "time_based"])
def test_an_order_whose_lines_cannot_be_read_keeps_those_it_had_last_and_is_named_once(
    place: tuple[Installation, HandClock], mode: str, items: Any
) -> None:
    office, hand = place
    use_mode(office, mode)
    put(office, hand.now() - timedelta(hours=1))
    assert sent(office) == 6
    office.box.lnb.orders["70001"]["items"] = items
    first = office.run("pull-stock")
    assert (first.code, "70001" in first.err, "cannot all be read" in first.err) == (0, True, True)
    assert office.run("pull-stock").err == ""
    assert office.box.lnb.inventory[CODES[0].sku]["in_stock"] == 6
    assert len(office.log_lines("stock.noticed")) == 1
    put(office, hand.now() - timedelta(hours=1), pieces=1)
    assert sent(office) == 9


def test_lines_that_can_be_read_hold_beside_those_that_cannot() -> None:
    wanted = order(line(quantity=5), line(quantity=None))
    found = reading([DRESS], {EAN: 0}, waiting_orders=[wanted])
    assert level(found, "simple") == 5
    assert level(replace(found, lines_before={"70123": (line(quantity=3),)}), "simple") == 5
    assert level(replace(found, lines_before={"70123": (line(quantity=7),)}), "simple") == 3


def test_days_and_lines_are_read_as_le_new_black_writes_them() -> None:
    record = {"reference": "1", "auto_cancel_on": "2026-12-01T00:00:00", "delivery_end_on": "soon"}
    found = read_order(record)
    assert (found.auto_cancel_on, found.delivery_end_on) == (date(2026, 12, 1), None)
    assert found.lines_unread
    assert not read_order({"items": []}).lines_unread


@pytest.mark.parametrize(
    ("mode", "orders", "stock", "said"),
    [
        ("simple", {}, "", None),
        ("simple", {"blocked_status": "blocked"}, "", None),
        (
            "simple",
            {"take_status": "godkjent"},
            "",
            "1 open order: 1 piece, the oldest made in 2",
        ),
        ("simple", {"take_status": "godkjent"}, "[confirmed, godkjent]", None),
        ("simple", {"blocked_status": "blocked"}, "[]", "1 open order: 2 pieces"),
        ("advanced", {}, "", None),
        ("advanced", {"blocked_status": "blocked"}, "", "1 open order: 2 pieces"),
        ("advanced", {}, "[confirmed]", "1 open order: 4 pieces"),
        ("time_based", {}, "", "2 open orders: 8 pieces, the oldest made in 2025-10."),
        ("time_based", {"blocked_status": "blocked"}, "", "3 open orders: 10 pieces"),
        (
            "time_based",
            {"since": "2026-11-01"},
            "",
            "1 open order: 4 pieces, the oldest made in 2",
        ),
    ],
)
def test_an_upgrade_that_holds_more_says_so_once(
    place: tuple[Installation, HandClock], mode: str, orders: Any, stock: str, said: str | None
) -> None:
    office, hand = place
    use_mode(office, mode, **orders)
    if stock:
        office.change("stock:\n", f"stock:\n  waiting_statuses: {stock}\n")
    office.box.lnb.statuses.add("godkjent")
    assert "Now held" not in office.run("pull-stock").err
    put(office, hand.now() - timedelta(days=400), status="open_for_brand", delivery_end_on=None)
    put(office, hand.now() - timedelta(days=10), "70002", status="confirmed")
    put(office, hand.now() - timedelta(days=9), "70003", status="blocked", pieces=2)
    put(office, hand.now() - timedelta(days=8), "70004", status="godkjent", pieces=1)
    as_first_version(office.ledger_file)
    told = [office.run("pull-stock").err for _ in range(2)]
    assert ("Now held" in told[0], "Now held" in told[1]) == (said is not None, False)
    assert said is None or f"Now held by {said}" in told[0]


@pytest.mark.parametrize("mode", ["simple", "time_based"])
def test_two_orders_of_one_reference_are_both_held(
    place: tuple[Installation, HandClock], mode: str
) -> None:
    office, hand = place
    use_mode(office, mode)
    put(office, hand.now() - timedelta(hours=1), pieces=1)
    put(office, hand.now() - timedelta(hours=2), "other", pieces=2)
    office.box.lnb.orders["other"]["reference"] = "70001"
    assert [sent(office) for _ in range(3)] == [7, 7, 7]
    office.box.erp.change_product(CODES[0].product_id, Stock=Decimal(9))

    def change(exchange: Exchange) -> Reply:
        office.box.lnb.orders["other"]["items"][0]["quantity"] = 3
        office.box.lnb.set_status("other", "confirmed")
        return exchange.apply()

    office.box.faults.add("POST /multi/inventory/ean", change)
    assert sent(office) <= 6
    assert sent(office) == 5
    del office.box.lnb.orders["other"]
    assert [sent(office) for _ in range(2)] == [8, 8]


def test_what_is_remembered_of_waiting_orders_is_only_what_they_hold(
    place: tuple[Installation, HandClock],
) -> None:
    office, hand = place
    made = hand.now() - timedelta(hours=1)
    put(office, made)
    put(office, made, "70002", inventory_tracking=False)
    sent(office)
    rows = by_sql(office, "SELECT reference, lines FROM waiting_orders")
    code = CODES[0]
    assert [(row[0], json.loads(row[1])) for row in rows] == [
        ("70001", [[code.ean13, code.sku, "4"]])
    ]


def test_an_open_order_that_does_not_count_holds_nothing_for_a_waiting_one(
    place: tuple[Installation, HandClock],
) -> None:
    office, hand = place
    office.set("stock", open_order_delivery_within_days=30)
    put(office, hand.now() - timedelta(hours=1), pieces=1, delivery_start_on=None)
    far = hand.now() + timedelta(days=60)
    number = office.box.erp.type_in(typed_order("70001") | {"DeliveryDate": far})
    assert sent(office) == 9
    told = office.run("preview", "stock", "--code", CODES[0].ean13).out
    assert "waiting order 70001" in told
    assert f"open order {number}: not held" in told


@pytest.mark.parametrize("status", [None, "", {"code": "confirmed"}], ids=str)
@pytest.mark.parametrize("mode", ["simple", "time_based"])
def test_an_order_whose_status_cannot_be_read_holds_what_it_held(
    place: tuple[Installation, HandClock], mode: str, status: Any
) -> None:
    office, hand = place
    use_mode(office, mode)
    put(office, hand.now() - timedelta(hours=1))
    assert sent(office) == 6
    office.box.lnb.orders["70001"]["status"] = status
    assert office.run("pull-stock").code == 0
    assert office.box.lnb.inventory[CODES[0].sku]["in_stock"] == 6


@pytest.mark.parametrize("name", ["ean13", "sku"])
def test_a_line_whose_code_cannot_be_read_keeps_the_code_it_had(name: str) -> None:
    wanted = order(line(**{name: "", "unreadable": (name,)}))
    found = reading([DRESS], {EAN: 0}, waiting_orders=[wanted])
    kept = replace(found, lines_before={"70123": (line(quantity=7),)})
    assert level(kept, "simple") == (3 if name == "ean13" else 8)
    told = [one.code for one in plan_stock(kept, stock_settings("simple")).notices]
    assert told == (["hold.lines_unread"] if name == "ean13" else [])
