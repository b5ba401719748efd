"""Times for people are in `24sevenoffice.time_zone`, with the date where it is not today."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from faults import Fault
from hand_clock import HandClock
from installation import Installation

from lnb24so.clock import Zone

EVENING = datetime(2026, 11, 23, 22, 40, tzinfo=UTC)  # 23:40 in Oslo: the next day is near


@pytest.fixture
def hand(office: Installation) -> HandClock:
    return office.by_hand(EVENING)


def test_an_order_in_doubt_is_told_with_the_times_of_the_wall_clock(
    office: Installation, hand: HandClock
) -> None:
    office.box.faults.add("SaveInvoices", Fault.LATE)
    answer = office.run("push-orders", "--order", "70101")
    assert "no answer from 24SevenOffice at 23:40 (" in answer.err
    hand.move(20 * 60)  # Past midnight in Oslo.
    told = office.run("status", "70101").out
    assert "no answer from 24SevenOffice at Mon 23 Nov 23:40; it may exist." in told
    assert "UTC" not in answer.err + told


def test_the_next_look_is_named_in_the_same_time(office: Installation, hand: HandClock) -> None:
    office.set("orders", unknown_grace_minutes=90)
    office.box.faults.add("SaveInvoices", Fault.LATE)
    assert "Next look after Tue 24 Nov 01:1" in office.run("push-orders", "--order", "70101").err
    refused = office.run("resolve", "70101", "--send-again").err
    assert "may still be creating it. Try after Tue 24 Nov 01:1" in refused


def test_a_story_is_told_in_local_time(office: Installation, hand: HandClock) -> None:
    office.run("push-orders", "--order", "70101")
    told = office.run("status", "70101").out
    assert "2026-11-23 23:40:00 CET  sending" in told


def test_another_year_is_named() -> None:
    zone = Zone("Europe/Oslo")
    assert zone.text(datetime(2025, 12, 31, 23, 30, tzinfo=UTC), EVENING) == "Thu 1 Jan 00:30"
    assert zone.text(datetime(2025, 11, 23, 9, tzinfo=UTC), EVENING) == "Sun 23 Nov 2025 10:00"
