"""Each way out that a sentence offers is accepted from who does exactly what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from faults import Fault
from small_brand import CODES, lnb_order, typed_order

from lnb24so.commands.resolve import Way
from lnb24so.config.schema import load_config
from lnb24so.sandbox.sample_orders import line, totals

from .helpers import World, configure, small_world
from .stories import (
    REFERENCE,
    SECOND_SHOP,
    change,
    dies_in_create,
    resolve,
    restored_after,
    state,
    withdrawn_in_doubt,
)

pytestmark = pytest.mark.slow

Story = Callable[[World], object]
WAYS: Mapping[str, Way] = {way.replace("_", "-"): way for way in get_args(Way)}
OFFER = re.compile(rf"resolve {REFERENCE} --([a-z-]+)(?: (ID|[\d.]+))?")


def typed(world: World, **how: int) -> int:
    return world.box.erp.type_in(typed_order(REFERENCE, **how))


# What leads to a question


def the_customers_with_other_rows(world: World) -> None:
    typed(world, code=1)


def two_typed_in(world: World) -> None:
    typed(world, shop=1)
    typed(world, code=1)


def two_of_the_customer(world: World) -> None:
    typed(world, code=2)
    typed(world, code=1)


def in_doubt_and_another_customers(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    typed(world, shop=1)


def in_doubt_and_other_rows(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    typed(world, code=3)


def killed_and_other_rows(world: World) -> None:
    dies_in_create(world)
    typed(world, code=3)


def restored_and_given_to_another_retailer(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.DEAD_SESSION)
    world.push()
    with restored_after(world):
        world.push()
    change(world, status="invoicing", **SECOND_SHOP)


def a_copy(world: World) -> None:
    world.push()
    typed(world)
    world.wait(hours=2)


def a_copy_for_another_customer(world: World) -> None:
    world.push()
    typed(world, shop=1)
    world.wait(hours=2)


def two_copies_in_doubt(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LOST_REPLY)
    world.push()
    typed(world)


def late_after_a_skip(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.LATE)
    world.push()
    world.wait_in_doubt(minutes=20)
    change(world, retailer_reference=None)
    world.push()
    assert resolve(world, "skip") == 0
    world.box.release_late()
    world.wait(hours=2)


def withdrawn_and_then_typed_in(world: World) -> None:
    withdrawn_in_doubt(world)
    typed(world, code=3)
    world.wait(hours=2)


def long_in_doubt(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.RESET_BEFORE)
    world.push()
    world.wait(days=30)
    world.box.faults.add("GetOrderSyncList", Fault.FAULT_BEFORE, times=99)


def a_twin(world: World) -> None:
    twin = lnb_order(REFERENCE, world.time.now(), shop=1, code=2)
    world.box.lnb.orders["twin"] = twin


def a_twin_of_a_sent_one(world: World) -> None:
    world.push()
    a_twin(world)
    change(world, status="invoicing")


def a_twin_of_one_that_was_typed_in(world: World) -> None:
    typed(world)
    world.push()
    a_twin(world)
    change(world, status="invoicing", **SECOND_SHOP)


def a_wrong_total(world: World) -> None:
    billed = world.box.lnb.orders[REFERENCE]["amount_total"]
    change(world, amount_total=billed - 100)


def edited(world: World) -> None:
    world.push()
    world.wait(minutes=5)
    change(world, items=[line(CODES[0], 5)])
    change(world, **totals(world.box.lnb.orders[REFERENCE]))


def canceled(world: World) -> None:
    world.push()
    world.wait(minutes=5)
    change(world, status="canceled")


def gone(world: World) -> None:
    world.box.faults.add("POST /orders/status", Fault.STATUS(500))
    world.push()
    del world.box.lnb.orders[REFERENCE]


def typed_in_and_canceled(world: World) -> None:
    the_customers_with_other_rows(world)
    world.push()
    (order_id,) = world.in_erp(REFERENCE)
    change(world, status="canceled")
    assert resolve(world, "exported_as", order_id) == 0


STORIES: tuple[Story, ...] = (
    *(the_customers_with_other_rows, two_typed_in, two_of_the_customer),
    *(in_doubt_and_another_customers, in_doubt_and_other_rows, killed_and_other_rows),
    *(restored_and_given_to_another_retailer, a_copy, a_copy_for_another_customer),
    *(two_copies_in_doubt, late_after_a_skip, withdrawn_and_then_typed_in, long_in_doubt),
    *(a_twin, a_twin_of_a_sent_one, a_twin_of_one_that_was_typed_in, a_wrong_total),
    *(edited, canceled, gone, typed_in_and_canceled),
)


def said(world: World) -> str:
    """Return what a run says of the order: each sentence that stands of it."""
    world.push()
    entry = world.entries()[REFERENCE]
    notices = [entry.notice] if entry.notice else []
    return "\n".join(reason.message for reason in (*entry.reasons, *notices))


def offers(words: str) -> list[tuple[str, str]]:
    return [(way, given) for way, given in OFFER.findall(words)]


def does_what_it_says(world: World, words: str) -> None:
    """Do by hand what a sentence asks for before its command."""
    if "cancel it in Le New Black" in words:
        world.box.lnb.orders.pop("twin", None)
    if "After " in words:
        world.wait(minutes=20)


def played(world: World, way: str, given: str, words: str) -> Iterator[int]:
    """Yield the exit code of each command that an offer may mean."""
    name = WAYS[way]
    if way == "exported-as":
        ids = world.in_erp(REFERENCE) or [typed(world)]
        for order_id in ids[:1] if given == "ID" else [int(given)]:
            if "Cancel all but one" in words:
                for other in set(world.in_erp(REFERENCE)) - {order_id}:
                    del world.box.erp.orders[other]
            yield resolve(world, name, order_id)
    elif way == "accept-total":
        yield resolve(world, name, amount=Decimal(given))
    else:
        if way == "skip" and "else cancel it there" in words:
            for other in world.in_erp(REFERENCE):
                del world.box.erp.orders[other]
        yield resolve(world, name)


@pytest.mark.parametrize("story", STORIES)
def test_each_way_that_is_offered_is_accepted(story: Story, tmp_path: Path) -> None:
    number, ways = 0, 1
    while number < ways:
        folder = tmp_path / str(number)
        folder.mkdir()
        with small_world(folder, orders=1) as world:
            story(world)
            words = said(world)
            found = offers(words)
            ways = len(found)
            assert found, words
            does_what_it_says(world, words)
            for code in played(world, *found[number], words):
                assert code == 0, (words, world.told[-1])
            nothing_more_is_asked(world, words)
        number += 1


def nothing_more_is_asked(world: World, words: str) -> None:
    """See that the same is not asked again of who has answered."""
    for _ in range(2):
        world.push()
        world.wait(hours=2)
    entry = world.entries()[REFERENCE]
    standing = {reason.message for reason in (*entry.reasons, *filter(None, [entry.notice]))}
    assert not standing & set(words.splitlines()), entry


def test_what_is_another_customers_is_offered_to_nobody_as_this_order(world: World) -> None:
    in_doubt_and_another_customers(world)
    words = said(world)
    assert "--exported-as" not in words
    assert "which is another customer's" in words


def test_of_two_the_one_that_is_another_customers_is_not_offered(world: World) -> None:
    a_copy_for_another_customer(world)
    ours, other = sorted(world.in_erp(REFERENCE))
    words = said(world)
    assert words.endswith(f"--exported-as {ours}")
    assert f"{other} (customer" in words


@pytest.mark.parametrize("story", [edited, canceled])
def test_what_no_run_has_told_yet_can_be_acknowledged(story: Story, world: World) -> None:
    story(world)
    assert resolve(world, "acknowledge") == 0
    told = len(world.told)
    assert (world.push(), len(world.told)) == (0, told)


def test_where_nothing_changed_nothing_can_be_acknowledged(world: World) -> None:
    world.push()
    assert resolve(world, "acknowledge") == 3


def test_an_order_from_before_since_is_skipped_or_sent_as_it_is_told(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        world.config = load_config(configure(world.box, tmp_path, since="2026-03-02"))
        words = said(world)
        assert offers(words) == [("skip", "")]
        assert resolve(world, "skip") == 0
        assert (world.push(), state(world)) == (0, "skipped")
