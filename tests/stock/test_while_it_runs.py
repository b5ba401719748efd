"""What happens between the reads and the last batch, and what a stamp of every level costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from faults import Fault
from hand_clock import HandClock
from installation import Installation
from seen import batches
from small_brand import CODES, lnb_order

from lnb24so.sandbox import Exchange, Reply

from .shops import ten_of_each

LEVELS = "POST /multi/inventory/ean"
FIRST, OTHER = CODES[:2]
Place = tuple[Installation, HandClock]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return an installation with ten pieces of each code, whose next run has one to send."""
    with ten_of_each(tmp_path, monkeypatch) as (office, hand):
        order = lnb_order("70001", hand.now() - timedelta(hours=1), pieces=3)
        office.box.lnb.orders["70001"] = order | {
            "status": "open_for_brand",
            "confirmation_time": None,
        }
        assert office.run("pull-stock").code == 0
        hand.move(900)
        office.box.erp.change_product(FIRST.product_id, Stock=Decimal(12))
        yield office, hand


def while_sending(office: Installation, act: Callable[[], object]) -> None:
    def behave(exchange: Exchange) -> Reply:
        act()
        return exchange.apply()

    office.box.faults.add(LEVELS, behave)


def levels(office: Installation) -> list[int]:
    return [office.box.lnb.inventory[code.sku]["in_stock"] for code in (FIRST, OTHER)]


def test_an_order_confirmed_before_the_levels_go_out_is_not_sold_again(place: Place) -> None:
    office, _ = place
    while_sending(office, lambda: office.box.lnb.confirm("70001", "simple"))
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert levels(office) == [9, 10]
    assert office.box.lnb.shown("simple")[FIRST.sku] == 9
    sent = [
        [(one["ean13"], one["in_stock"]) for one in batch] for batch in batches(office.box, seen)
    ]
    assert sent == [[(FIRST.ean13, 12)], [(FIRST.ean13, 9)]]
    assert office.asked(since=seen).count("GET /orders") == 3
    (_, first, again) = office.log_lines("stock.batch_sent")
    assert (first["levels"], again["levels"]) == (
        {FIRST.ean13: [10, 12]},
        {FIRST.ean13: [12, 9]},
    )
    assert office.run("pull-stock").code == 0
    assert levels(office) == [9, 10]


def test_an_order_of_a_code_that_was_not_sent_is_left_to_le_new_black(place: Place) -> None:
    office, _ = place
    office.box.lnb.orders["70001"]["items"][0] |= {"ean13": OTHER.ean13, "sku": OTHER.sku}
    while_sending(office, lambda: office.box.lnb.confirm("70001", "simple"))
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert levels(office) == [12, 7]
    assert len(batches(office.box, seen)) == 1


def test_an_order_that_is_canceled_meanwhile_gives_its_pieces_back(place: Place) -> None:
    office, _ = place
    office.box.lnb.confirm("70001", "simple")
    while_sending(office, lambda: office.box.lnb.set_status("70001", "canceled"))
    assert office.run("pull-stock").code == 0
    assert levels(office) == [12, 10]


def test_levels_that_went_out_count_where_the_last_question_fails(place: Place) -> None:
    office, _ = place
    office.box.faults.add("GET /orders", Fault.STATUS(500), skip=2, times=9)
    assert office.run("pull-stock").code == 1
    assert office.log_lines("run.finished")[-1]["summary"]["set"] == 1


@pytest.mark.parametrize("mode", ["advanced", "time_based"])
def test_in_the_other_modes_nothing_is_asked_after_the_last_batch(place: Place, mode: str) -> None:
    office, _ = place
    office.change("lnb_mode: simple", f"lnb_mode: {mode}")
    assert office.run("pull-stock").code == 0
    assert office.asked()[-1] == LEVELS


def test_a_run_that_sends_nothing_asks_nothing_more(place: Place) -> None:
    office, _ = place
    assert office.run("pull-stock").code == 0
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert len(office.asked(since=seen)) == 8


def test_time_based_mode_stamps_every_level_and_logs_only_what_changed(place: Place) -> None:
    office, hand = place
    office.change("lnb_mode: simple", "lnb_mode: time_based")
    assert office.run("pull-stock").code == 0
    hand.move(900)
    office.box.erp.change_product(OTHER.product_id, Stock=Decimal(11))
    seen = len(office.box.requests)
    assert office.run("pull-stock").code == 0
    assert [len(batch) for batch in batches(office.box, seen)] == [len(CODES)]
    line = office.log_lines("stock.batch_sent")[-1]
    assert (line["count"], line["levels"]) == (len(CODES), {OTHER.ean13: [10, 11]})
