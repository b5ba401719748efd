"""Which orders a run names and leaves: too old, of no age, or too many at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from small_brand import START, lnb_order

from lnb24so.config.schema import load_config

from .helpers import World, configure, small_world
from .stories import REFERENCE, reason, resolve, state

pytestmark = pytest.mark.slow


@pytest.fixture
def dated(tmp_path: Path) -> Iterator[World]:
    """Yield a world with orders.since, and one order that was made before it."""
    with small_world(tmp_path, orders=1) as world:
        since = f"{START:%Y-%m-%d}T00:00:00Z"
        world.config = load_config(configure(world.box, tmp_path, since=since))
        yield world


def test_an_order_older_than_since_is_named_once_and_not_sent(dated: World) -> None:
    assert (dated.push(), dated.sent()) == (3, 0)
    assert dated.told[-1] == (
        "70001: made on 1 Mar, before orders.since (2 Mar). Typed in already? "
        "lnb24so resolve 70001 --skip. Else: lnb24so push-orders --order 70001"
    )
    told = len(dated.told)
    assert (dated.push(), len(dated.told)) == (0, told)


def test_an_old_order_is_named_when_it_comes_into_the_export_status(dated: World) -> None:
    order = dated.box.lnb.orders[REFERENCE]
    order["status"] = "confirmed"
    assert dated.push() == 0
    order["status"] = "invoicing"
    assert dated.push() == 3


def test_both_ways_out_that_are_named_work(dated: World) -> None:
    dated.push()
    assert resolve(dated, "skip") == 0
    assert (dated.push(), state(dated)) == (0, "skipped")
    assert resolve(dated, "send_again") == 0
    assert (dated.push(references=(REFERENCE,)), state(dated)) == (0, "done")


def test_an_old_order_is_sent_after_since_was_taken_back(dated: World, tmp_path: Path) -> None:
    dated.push()
    dated.config = load_config(configure(dated.box, tmp_path))
    assert (dated.push(), state(dated)) == (0, "done")


@pytest.mark.parametrize("made", [None, "", "soon", "2026-02-31T00:00:00Z"])
def test_an_order_of_unknown_age_does_not_pass_since(made: str | None, dated: World) -> None:
    dated.box.lnb.orders[REFERENCE]["create_time"] = made
    assert (dated.push(), dated.sent()) == (3, 0)
    assert (state(dated), reason(dated)) == ("blocked", "order.unreadable")
    assert dated.push() == 0
    assert dated.push(references=(REFERENCE,)) == 0
    # A person may name one without a date; what cannot be read stays with Le New Black.
    assert (state(dated), dated.sent()) == (("blocked", 0) if made else ("done", 1))


def add(world: World, first: int, many: int) -> None:
    for number in range(first, first + many):
        reference = str(80000 + number)
        made = world.time.now() - timedelta(minutes=1)
        world.box.lnb.orders[reference] = lnb_order(reference, made, shop=number % 3)


def test_a_new_ledger_sends_no_more_than_fifty_at_once(tmp_path: Path) -> None:
    with small_world(tmp_path) as world:
        add(world, 0, 51)
        assert (world.push(), world.sent()) == (4, 0)
        assert world.told[-1] == (
            "51 orders wait, and this ledger has sent none yet (limit 50). Typed in already? "
            "lnb24so push-orders --baseline. Else look: lnb24so preview orders"
        )
        assert (world.push(limit=49), world.sent()) == (0, 49)
        add(world, 100, 50)
        assert world.push() == 4
        assert "has sent only 49 yet (limit 50)" in world.told[-1]
        assert (world.push(limit=1), world.push(), world.sent()) == (0, 0, 101)
