"""What `reconcile` tells: once off a terminal, all of it elsewhere, and nothing that is settled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lnb24so.process.lock import run_lock

from .shop import Shop


def lines(shop: Shop, *options: str) -> list[str]:
    """Return what it says beside the proof; anything that stands ends in 3."""
    answer = shop.run(*options, "reconcile")
    return [line for line in answer.out.splitlines() if ", without VAT, " not in line]


def test_a_finding_is_told_once_and_stands_until_it_is_settled(shop: Shop) -> None:
    shop.ordered("80001", status="closed")
    assert [line[:7] for line in lines(shop)] == ["80001: "]
    shop.ordered("80002", status="closed")
    new, standing = lines(shop)
    assert new.startswith("80002: ")
    assert standing.startswith("Standing: 1 told before, 2 in all (80001, 80002).")
    assert shop.run("reconcile").code == 3
    assert [line[:5] for line in lines(shop, "-v")[:2]] == ["80001", "80002"]
    assert lines(shop, "-q") == []
    shop.run("push-orders", "--order", "80001", "--any-status", "--baseline")
    shop.run("push-orders", "--order", "80002", "--any-status")
    assert shop.run("reconcile").code == 0
    assert lines(shop) == []


@pytest.mark.slow
def test_what_went_and_came_back_is_told_again(shop: Shop) -> None:
    shop.ordered("80001", status="closed")
    for status, told in (("closed", 1), ("confirmed", 0), ("closed", 1)):
        shop.here("80001")["status"] = status
        assert len(lines(shop)) == told


@pytest.mark.slow
def test_without_the_lock_it_tells_everything_and_notes_nothing(shop: Shop) -> None:
    shop.ordered("80001", status="closed")
    with run_lock(shop.config.paths.state, "push-orders", shop.hand.clock):
        for _ in range(2):
            answer = shop.run("reconcile")
            assert answer.code == 3
            assert answer.out.startswith("80001: ")
    assert shop.run("reconcile").out.startswith("80001: ")
    assert shop.run("reconcile").out.startswith("Standing: 1 told before")


@pytest.mark.slow
def test_what_is_taken_as_known_is_told_no_more_until_it_changes(shop: Shop) -> None:
    shop.exported("80001")
    shop.type_in("80001")
    shop.ordered("80002", status="closed")
    assert shop.run("reconcile").code == 3
    answer = shop.run("reconcile", "--acknowledge", "--note", "both are wanted")
    assert (answer.code, answer.out) == (0, "2 findings taken as known.\n")
    assert shop.run("reconcile").code == 0
    assert shop.found() == {}
    assert shop.document()["acknowledged"] == 2
    row = {one["reference"]: one for one in shop.sheet()}["80002"]
    assert (row["decision"], row["note"]) == ("acknowledge", "both are wanted")
    assert row["who"]
    shop.type_in("80001")
    assert shop.found() == {"80001": ["order.duplicate"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ("--month", "2026-10", "--since", "2026-10-01"),
        ("--by", "invoiced"),
        ("--acknowledge",),
        ("--note", "x"),
        ("--csv", "--json"),
        ("--month", "2026-13"),
        ("--month", "10"),
        ("--since", "yesterday"),
    ],
)
def test_what_cannot_be_asked_ends_in_2(shop: Shop, options: tuple[str, ...]) -> None:
    assert shop.run("reconcile", *options).code == 2


Story = Callable[[Shop], None]


def a_ledger_restored_from_before(shop: Shop) -> None:
    before = shop.ledger_file.read_bytes()
    shop.exported("80001")
    shop.ledger_file.write_bytes(before)


def an_order_moved_to_another_reference_there(shop: Shop) -> None:
    shop.exported("80001")
    shop.there("80001")["ReferenceNumber"] = "Messe 7"
    shop.type_in("80001")


def two_of_one_reference(shop: Shop) -> None:
    shop.exported("80001")
    first = shop.here("80001")
    other = {**first, "create_time": "2026-03-01T09:00:00+00:00", "retailer_reference": "502"}
    shop.box.lnb.orders["another"] = other | {"status": "invoicing"}


def typed_in_small_letters(shop: Shop) -> None:
    shop.ordered("AB-80001", status="closed")
    shop.type_in("ab-80001")


def only_a_rest_order_is_left(shop: Shop) -> None:
    shop.exported("80001")
    order_id = shop.order_id("80001")
    shop.type_in("80001", ReferenceOrderId=order_id, OrderStatus="Rest")
    del shop.box.erp.orders[order_id]


STORIES: dict[Story, dict[str, list[str]]] = {
    a_ledger_restored_from_before: {"80001": ["order.not_in_ledger"]},
    an_order_moved_to_another_reference_there: {"80001": ["order.duplicate"]},
    two_of_one_reference: {"80001": ["order.reference_twice"]},
    typed_in_small_letters: {"AB-80001": ["order.not_in_ledger"]},
    only_a_rest_order_is_left: {"80001": ["order.gone"]},
}


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES)
def test_stories_that_are_hard_to_tell(shop: Shop, story: Story) -> None:
    story(shop)
    assert shop.found() == STORIES[story]
