"""Batches that grow: how many requests it takes, whatever a server takes at once and answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil

import pytest
from events import Events
from faults import Fault, lost_reply
from hand_clock import HandClock
from seen import batches

from lnb24so.config.schema import LeNewBlack, Secret
from lnb24so.errors import Rejected, Transient
from lnb24so.lnb.batches import Batches, Levels
from lnb24so.lnb.client import UNTOLD, LnbClient
from lnb24so.sandbox import Exchange, Reply, Sandbox
from lnb24so.sandbox.portal import OverMax
from lnb24so.sandbox.sample import catalogue

CODES = 4_000
AT = datetime(2026, 11, 23, 9, 59, tzinfo=UTC)
EAN = "POST /multi/inventory/ean"


class Server:
    """What a server takes, without a network: how many at once, and not with one of `spoilers`."""

    def __init__(self, most: int, spoilers: Collection[int] = ()) -> None:
        self.most = most
        self.spoilers = {str(code) for code in spoilers}
        self.sizes: list[int] = []
        self.wasted = 0

    def take(self, batch: Levels) -> dict[str, str]:
        self.sizes.append(len(batch))
        if len(batch) > self.most or not self.spoilers.isdisjoint(code for code, _ in batch):
            self.wasted += 1
            raise Rejected("no")
        return {}

    def send(self, codes: int, most: int = 1000) -> list[str]:
        """Send so many codes; return those that were refused."""
        levels = [(str(code), 1) for code in range(codes)]
        found = list(Batches(self.take, most).outcomes(levels))
        assert sum(count for count, _ in found) == codes
        return [code for _, refused in found for code in refused]


def test_a_hundred_thousand_levels_take_about_a_hundred_requests() -> None:
    server = Server(100_000)
    assert server.send(100_000) == []
    assert server.sizes[:5] == [100, 200, 400, 800, 1000]
    assert len(server.sizes) == 103


@pytest.mark.parametrize("most", [1, 3, 30, 64, 99, 100, 101, 150, 1000])
def test_no_batch_holds_more_than_the_setting_says(most: int) -> None:
    server = Server(100_000)
    server.send(10_000, most)
    assert max(server.sizes) == most
    assert len(server.sizes) <= ceil(10_000 / most) + 4


@pytest.mark.parametrize("most", [1, 2, 3, 30, 99, 100, 101, 199, 200, 250, 999, 1000, 1001, 5000])
def test_what_a_server_takes_is_found_out_and_seldom_asked_again(most: int) -> None:
    server = Server(most)
    assert server.send(100_000, 10_000) == []
    size = server.sizes[-2]
    assert size <= most < 2 * size + 2, "the last whole batch"
    first = 2 * 100 // most if most < 100 else 1
    assert server.wasted <= first + 10
    assert len(server.sizes) - server.wasted <= ceil(100_000 / size) + 70


@pytest.mark.parametrize("spoiler", [0, 99, 100, 299, 5_000, 50_123, 99_999])
def test_one_bad_code_costs_a_few_requests_and_not_the_growth(spoiler: int) -> None:
    server = Server(100_000, {spoiler})
    assert server.send(100_000) == [str(spoiler)]
    assert len(server.sizes) <= 103 + 21
    assert server.sizes.count(1000) >= 98


def test_bad_codes_in_both_halves_of_a_batch_do_not_end_the_growth() -> None:
    spoilers = {40_000, 40_499, 40_501, 40_999, 70_000}
    server = Server(100_000, spoilers)
    assert sorted(map(int, server.send(100_000))) == sorted(spoilers)
    assert len(server.sizes) <= 103 + 20 * len(spoilers)


def test_a_batch_that_is_refused_by_chance_does_not_end_the_growth() -> None:
    server = Server(100_000)
    refused = iter([False, False, True])

    def moody(batch: Levels) -> dict[str, str]:
        server.take(batch)
        if next(refused, False):
            raise Rejected("not now")
        return {}

    list(Batches(moody, 1000).outcomes([(str(code), 1) for code in range(100_000)]))
    assert server.sizes[:5] == [100, 200, 400, 200, 200]
    assert server.sizes.count(1000) >= 95


def test_a_fault_that_is_in_no_code_does_not_send_each_code_alone() -> None:
    server = Server(0)
    assert len(server.send(10_000)) == 10_000
    assert len(server.sizes) == 199 + 99


# Over HTTP


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox(catalogue(CODES)) as box:
        yield box


@pytest.fixture
def box(served: Sandbox) -> Sandbox:
    """Return a sandbox that takes any number, and shows another level than is sent of each code."""
    served.lnb.max_batch, served.lnb.over_max, served.lnb.spoilers = 100_000, "413", set()
    for row in served.lnb.inventory.values():
        row["in_stock"] = 8
    served.requests.clear()
    return served


def send(box: Sandbox, *, batch_size: int = 1000) -> dict[str, str]:
    """Send every code the level 7; return the codes that were not taken, each with why."""
    login = LeNewBlack(
        client_id=box.lnb.client_id,
        client_secret=Secret(box.lnb.client_secret),
        base_url=box.lnb_url,
    )
    client = LnbClient(replace(login, batch_size=batch_size), HandClock().clock, Events())
    levels = [(row["ean13"], 7) for row in box.lnb.inventory.values()]
    found = list(client.set_levels("ean13", levels, AT))
    assert sum(count for count, _ in found) == len(levels)
    return {code: why for _, refused in found for code, why in refused.items()}


def sizes(box: Sandbox) -> list[int]:
    return [len(batch) for batch in batches(box)]


def taken(box: Sandbox) -> set[str]:
    return {row["ean13"] for row in box.lnb.inventory.values() if row["in_stock"] == 7}


@pytest.mark.parametrize("over_max", ["413", "400"])
@pytest.mark.parametrize("most", [100, 250, 1000])
def test_a_server_gets_what_it_takes(box: Sandbox, most: int, over_max: OverMax) -> None:
    box.lnb.max_batch, box.lnb.over_max = most, over_max
    assert send(box, batch_size=10_000) == {}
    assert len(taken(box)) == len(box.lnb.inventory)
    fitting = max(size for size in sizes(box) if size <= most)
    assert 2 * fitting > most
    assert len(sizes(box)) <= len(box.lnb.inventory) / fitting + 8


@pytest.mark.parametrize("over_max", ["short", "nothing"])
def test_an_answer_with_another_count_is_not_sent_again_and_ends_the_growth(
    box: Sandbox, over_max: OverMax
) -> None:
    box.lnb.max_batch, box.lnb.over_max = 250, over_max
    untold = send(box)
    assert sizes(box)[:5] == [100, 200, 400, 200, 200]
    assert max(sizes(box)[3:]) == 200
    assert sum(sizes(box)) == len(box.lnb.inventory)
    assert set(untold.values()) == {UNTOLD}
    assert len(untold) == {"short": 150, "nothing": 400}[over_max]
    assert taken(box).isdisjoint(untold)


def test_a_single_refusal_does_not_stop_the_growth(box: Sandbox) -> None:
    row = next(iter(box.lnb.inventory.values()))
    row["ean13"], was = "4000000000000", row["ean13"]
    try:
        assert send(box) == {"4000000000000": "ean13: Unknown EAN13."}
    finally:
        row["ean13"] = was
    assert sizes(box) == [100, 200, 400, 800, 1000, 1000, len(box.lnb.inventory) - 3500]


def test_a_code_that_spoils_its_batch_costs_a_few_requests(box: Sandbox) -> None:
    box.lnb.spoilers = {list(box.lnb.inventory.values())[2_000]["ean13"]}
    assert send(box).keys() == box.lnb.spoilers
    assert len(sizes(box)) <= 7 + 20
    assert len(taken(box)) == len(box.lnb.inventory) - 1


def test_a_larger_batch_without_any_answer_goes_out_in_halves_and_ends_the_growth(
    box: Sandbox,
) -> None:
    def too_much(exchange: Exchange) -> Reply:
        return lost_reply(exchange) if len(exchange.call.body) > 25_000 else exchange.apply()

    box.faults.add(EAN, too_much, times=99)
    try:
        assert send(box) == {}
    finally:
        box.faults.clear()
    tried = sizes(box)
    assert tried[:3] == [100, 200, 400]
    again = tried.count(400)
    assert again > 2, "as it was, as long as one is patient"
    assert set(tried[2 + again : -1]) == {200}


@pytest.mark.parametrize(("batch_size", "hint"), [(100, ""), (1000, "batch_size to 100.")])
def test_after_an_error_of_the_server_no_more_is_sent(
    box: Sandbox, batch_size: int, hint: str
) -> None:
    box.faults.add(EAN, Fault.STATUS(500), skip=1)
    with pytest.raises(Transient, match=f"HTTP 500.*{hint}$") as caught:
        send(box, batch_size=batch_size)
    assert caught.value.system == "Le New Black"
    assert len(sizes(box)) == 2
