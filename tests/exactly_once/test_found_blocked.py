"""Orders in `blocked_status` that a lost or restored ledger does not know are seen again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_brand import SHOPS

from lnb24so.config.schema import load_config

from .helpers import World, configure, small_world
from .stories import REFERENCE, change, restored_after, state

pytestmark = pytest.mark.slow


@pytest.fixture
def marked(tmp_path: Path) -> Iterator[World]:
    """Yield a world whose only order is blocked and marked so, and whose ledger is lost."""
    with small_world(tmp_path, orders=1) as world:
        world.config = load_config(configure(world.box, tmp_path, blocked_status="blocked"))
        change(world, retailer_reference=None)
        assert world.push() == 3
        assert world.box.lnb.orders[REFERENCE]["status"] == "blocked"
        shutil.rmtree(world.state)
        yield world


def test_it_is_followed_as_blocked_and_told_once(marked: World) -> None:
    told = len(marked.told)
    assert (marked.push(), state(marked)) == (3, "blocked")
    assert "has no customer reference" in marked.told[-1]
    assert (marked.push(), len(marked.told)) == (0, told + 1)
    assert marked.sent("POST /orders/status") == 1


def test_it_is_sent_when_it_is_mended(marked: World) -> None:
    marked.push()
    change(marked, retailer_reference=SHOPS[0].reference)
    assert (marked.push(), state(marked), marked.sent()) == (0, "done", 1)
    assert marked.box.lnb.orders[REFERENCE]["status"] == "closed"


def test_it_is_withdrawn_when_it_is_canceled(marked: World) -> None:
    marked.push()
    change(marked, status="canceled")
    assert (marked.push(), state(marked), marked.sent()) == (0, "withdrawn", 0)


def test_one_that_nothing_blocks_was_moved_by_a_person_and_is_asked_about_once(
    marked: World,
) -> None:
    change(marked, retailer_reference=SHOPS[0].reference)
    assert (marked.push(), marked.sent()) == (0, 0)
    asked = marked.sent("GetProducts")
    assert (marked.push(), marked.sent("GetProducts")) == (0, asked)
    change(marked, status="invoicing")
    assert (marked.push(), state(marked), marked.sent()) == (0, "done", 1)


def test_a_restored_ledger_follows_what_was_blocked_since(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=2) as world:
        world.config = load_config(configure(world.box, tmp_path, blocked_status="blocked"))
        world.box.lnb.orders[REFERENCE]["status"] = "confirmed"
        assert world.push() == 0
        with restored_after(world):
            change(world, status="invoicing", retailer_reference=None)
            assert world.push() == 3
        assert REFERENCE not in world.entries()
        assert (world.push(), state(world)) == (3, "blocked")


def test_one_from_before_since_is_left_alone(marked: World) -> None:
    marked.config = load_config(
        configure(marked.box, marked.state.parent, blocked_status="blocked", since="2026-03-02")
    )
    told = len(marked.told)
    assert (marked.push(), len(marked.told), dict(marked.entries())) == (0, told, {})
