"""Two orders of Le New Black with one reference: a person decides, none is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from faults import Fault
from small_brand import SHOPS, lnb_order, typed_order

from lnb24so.config.schema import load_config
from lnb24so.sandbox.portal import as_time, moment

from .helpers import World, configure, small_world
from .stories import REFERENCE, change, reason, resolve, state

pytestmark = pytest.mark.slow


def a_twin(world: World) -> None:
    """Put a second order of the same reference beside the first."""
    twin = lnb_order(REFERENCE, world.time.now() - timedelta(hours=5), shop=1, code=2)
    world.box.lnb.orders["twin"] = twin


def test_two_orders_of_one_reference_wait_for_a_person(world: World) -> None:
    a_twin(world)
    assert (world.push(), world.sent()) == (4, 0)
    assert (state(world), reason(world)) == ("needs_decision", "order.reference_twice")
    assert (world.push(), world.sent()) == (0, 0)


def test_after_the_other_one_is_canceled_the_order_is_sent(world: World) -> None:
    a_twin(world)
    world.push()
    del world.box.lnb.orders["twin"]
    assert resolve(world, "send_again") == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_a_reference_used_again_by_another_retailer_is_no_change_of_the_first(
    world: World,
) -> None:
    assert (world.push(), state(world)) == (0, "done")
    world.wait(days=3)
    change(
        world,
        status="invoicing",
        create_time=moment(world.time.now()),
        retailer_reference=SHOPS[1].reference,
    )
    assert (world.push(), reason(world)) == (4, "order.reference_twice")
    assert "changed in Le New Black" not in world.told[-1]
    assert (world.push(), world.sent()) == (0, 1)


def test_an_order_given_to_another_retailer_is_still_the_same_order(world: World) -> None:
    world.push()
    world.wait(minutes=5)
    change(world, retailer_reference=SHOPS[1].reference)
    assert world.push() == 4
    assert "changed in Le New Black after export" in world.told[-1]


def test_two_records_that_differ_in_their_lines_alone_are_two_orders(world: World) -> None:
    first = world.box.lnb.orders[REFERENCE]
    lines = [first["items"][0] | {"quantity": 7}]
    world.box.lnb.orders["twin"] = first | {"items": lines}
    assert (world.push(), world.sent()) == (4, 0)
    assert reason(world) == "order.reference_twice"


def test_a_record_that_a_list_shows_twice_is_one_order(world: World) -> None:
    world.box.lnb.orders["again"] = dict(world.box.lnb.orders[REFERENCE])
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)


def test_two_orders_of_one_reference_in_two_statuses_wait_for_a_person(tmp_path: Path) -> None:
    with small_world(tmp_path, orders=1) as world:
        by_mode = {"preorder": {"take_status": "confirmed"}}
        world.config = load_config(configure(world.box, tmp_path, by_mode=by_mode))
        a_twin(world)
        world.box.lnb.orders["twin"]["status"] = "confirmed"
        assert (world.push(), world.sent()) == (4, 0)
        assert reason(world) == "order.reference_twice"


def test_the_way_out_of_two_orders_never_makes_the_one_pass_for_the_other(world: World) -> None:
    change(world, retailer_reference="")
    world.push()
    a_twin(world)
    world.push()
    said = world.told[-1]
    assert "None" not in said
    assert "type the other in by hand with another reference than LNB70001" in said
    assert said.endswith("then: lnb24so resolve 70001 --send-again")


def test_the_way_out_names_the_order_that_the_first_one_is(world: World) -> None:
    world.push()
    (number,) = world.in_erp(REFERENCE)
    a_twin(world)
    change(world, status="invoicing")
    world.push()
    assert f"the first is order {number} in 24SevenOffice" in world.told[-1]
    assert world.told[-1].endswith(f"--exported-as {number}")


# A reference that comes back

ANOTHER = {"retailer_reference": SHOPS[1].reference, "retailer_name": SHOPS[1].name}


def used_again(world: World, **changes: object) -> None:
    """Let Le New Black show another order under the reference, a day later."""
    world.wait(hours=25)
    made = moment(world.time.now())
    change(world, **{"status": "invoicing", "create_time": made, **ANOTHER, **changes})


def skipped_by_a_person(world: World) -> None:
    assert resolve(world, "skip") == 0


def skipped_by_the_baseline(world: World) -> None:
    assert world.push(baseline=True) == 0


def blocked(world: World) -> None:
    change(world, currency="XTS")
    assert (world.push(), state(world)) == (3, "blocked")
    change(world, currency="NOK")


def withdrawn(world: World) -> None:
    blocked(world)
    change(world, status="confirmed")
    assert (world.push(), state(world)) == (0, "withdrawn")


def quarantined(world: World) -> None:
    world.box.faults.add("SaveInvoices", Fault.QUARANTINE)
    assert (world.push(), state(world)) == (1, "retry")
    world.wait(hours=2)


def exported(world: World) -> None:
    assert (world.push(), state(world)) == (0, "done")


def without_a_status_step(world: World) -> None:
    change(world, status="confirmed")
    assert world.push(references=(REFERENCE,), any_status=True) == 0
    assert state(world) == "exported"


def typed_in_and_named(world: World) -> None:
    typed = world.box.erp.type_in(typed_order(REFERENCE, code=1))
    assert world.push() == 4
    assert resolve(world, "exported_as", typed) == 0
    assert (world.push(), state(world)) == (0, "done")


UNSENT = [skipped_by_a_person, skipped_by_the_baseline, blocked, withdrawn, quarantined]
SENT = [exported, without_a_status_step, typed_in_and_named]
Story = Callable[[World], None]


@pytest.mark.parametrize("first", [*UNSENT, *SENT])
def test_a_reference_that_comes_back_waits_for_a_person_whatever_became_of_the_first(
    first: Story, world: World
) -> None:
    first(world)
    sent = world.sent()
    used_again(world)
    assert (world.push(), world.sent()) == (4, sent)
    assert (state(world), reason(world)) == ("needs_decision", "order.reference_twice")
    told = len(world.told)
    assert (world.push(), len(world.told)) == (0, told)


@pytest.mark.parametrize("first", [*UNSENT, *SENT])
def test_a_reference_that_comes_back_for_the_same_retailer_is_another_order_too(
    first: Story, world: World
) -> None:
    first(world)
    used_again(world, retailer_reference=SHOPS[0].reference, comment="For spring.")
    assert (world.push(), reason(world)) == (4, "order.reference_twice")
    assert "Change order" not in world.told[-1]


def asked_which(first: Story, world: World) -> int:
    """Let a reference come back, and a person be asked; return how many creates were sent."""
    first(world)
    used_again(world)
    sent = world.sent()
    world.push()
    return sent


@pytest.mark.parametrize("first", UNSENT)
def test_the_one_that_came_back_is_sent_where_a_person_says_so(first: Story, world: World) -> None:
    sent = asked_which(first, world)
    assert "--send-again" in world.told[-1]
    assert resolve(world, "send_again") == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", sent + 1)
    assert world.push() == 0


@pytest.mark.parametrize("first", UNSENT)
def test_the_one_that_came_back_is_never_sent_where_a_person_says_so(
    first: Story, world: World
) -> None:
    sent = asked_which(first, world)
    assert "--skip" in world.told[-1]
    assert resolve(world, "skip") == 0
    for _ in range(2):
        assert (world.push(), state(world), world.sent()) == (0, "skipped", sent)
    used_again(world, **{"retailer_reference": SHOPS[2].reference})
    assert (world.push(), reason(world)) == (4, "order.reference_twice")


@pytest.mark.parametrize("first", SENT)
def test_beside_one_that_is_sent_the_other_is_typed_in_and_canceled_without_a_word_more(
    first: Story, world: World
) -> None:
    first(world)
    (order_id,) = (one.order_id for one in world.entries().values())
    used_again(world)
    world.push()
    assert world.told[-1].endswith(f"--exported-as {order_id}")
    world.box.erp.type_in(typed_order("70001b", shop=1))
    change(world, status="canceled")
    assert resolve(world, "exported_as", order_id) == 0
    told, made = len(world.told), world.entries()[REFERENCE].made
    for _ in range(3):
        assert (world.push(), len(world.told)) == (0, told)
        world.wait(hours=1)
    assert world.entries()[REFERENCE].made == made
    assert world.box.lnb.orders[REFERENCE]["status"] == "canceled"


def test_the_other_order_is_never_closed_for_the_one_that_is_sent(world: World) -> None:
    exported(world)
    used_again(world)
    world.push()
    assert resolve(world, "exported_as", world.in_erp(REFERENCE)[0]) == 0
    for _ in range(2):
        assert world.push() == 0
    assert world.box.lnb.orders[REFERENCE]["status"] == "invoicing"


@pytest.mark.parametrize("status", ["canceled", "draft"])
def test_another_order_that_is_none_yet_or_no_more_is_nobodys_business(
    status: str, world: World
) -> None:
    exported(world)
    used_again(world, status=status)
    assert (world.push(), state(world), world.told) == (0, "done", [])


@pytest.mark.parametrize("hours", [-14, -1, 1, 2, 5.5, 14])
def test_a_time_that_is_written_in_another_zone_is_the_same_time(
    hours: float, world: World
) -> None:
    exported(world)
    order = world.box.lnb.orders[REFERENCE]
    change(world, create_time=moment(as_time(order["create_time"]) + timedelta(hours=hours)))
    assert (world.push(), state(world), world.told) == (0, "done", [])


@pytest.mark.parametrize("first", [*UNSENT, *SENT])
def test_an_old_ledger_that_does_not_tell_them_apart_makes_no_alarm(
    first: Story, world: World
) -> None:
    first(world)
    with closing(sqlite3.connect(world.state / "ledger.sqlite3")) as ledger:
        ledger.execute("UPDATE orders SET made = NULL")
        ledger.commit()
    change(world, status="invoicing")
    world.push()
    assert "order.reference_twice" not in {
        reason.code for reason in world.entries()[REFERENCE].reasons
    }
    used_again(world)
    assert (world.push(), reason(world)) == (4, "order.reference_twice")


def test_a_second_order_that_was_canceled_is_no_second_order(world: World) -> None:
    a_twin(world)
    world.push()
    world.wait(minutes=5)
    world.box.lnb.orders["twin"] |= {"status": "canceled", "update_time": moment(world.time.now())}
    assert resolve(world, "send_again") == 0
    assert (world.push(), state(world), world.sent()) == (0, "done", 1)
    assert (world.push(), world.in_erp(REFERENCE) != []) == (0, True)
