"""What is odd about how Le New Black counts its lists: told once, remembered, shown in status."""

from __future__ import annotations

from dataclasses import replace

import pytest
from installation import Installation

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

TOTAL = "X-Pagination-Total-Items"


def counted_as(total: str | None) -> Behaviour:
    def behave(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        others = {name: text for name, text in reply.headers.items() if name != TOTAL}
        return replace(reply, headers=others | ({TOTAL: total} if total else {}))

    return behave


def lists(office: Installation, *arguments: str) -> tuple[int, str]:
    """Run; return how often a list of orders was asked for, and what was told."""
    seen = len(office.box.requests)
    answer = office.run(*arguments)
    return office.asked(since=seen).count("GET /orders"), answer.err


@pytest.mark.slow
@pytest.mark.parametrize("task", ["pull-stock", "push-orders"])
def test_a_list_that_is_always_miscounted_is_told_once_and_stands_in_status(
    office: Installation, task: str
) -> None:
    office.run("push-orders")
    office.run("pull-stock")
    office.box.faults.add("GET /orders", counted_as("999"), times=99)
    told = [lists(office, task)[1] for _ in range(3)]
    assert [one.count("X-Pagination-Total-Items says") for one in told] == [1, 0, 0]
    assert lists(office, "push-orders" if task == "pull-stock" else "pull-stock")[1] == ""
    assert "list /orders holds another number" in office.run("status").out
    office.box.faults.clear()
    assert lists(office, task)[1] == ""
    assert "list /orders" not in office.run("status").out


@pytest.mark.slow
@pytest.mark.parametrize("task", ["pull-stock", "push-orders"])
def test_an_account_that_never_counts_is_noted_and_its_lists_are_read_once(
    office: Installation, task: str
) -> None:
    office.run("push-orders")
    office.run("pull-stock")
    quiet = lists(office, task)[0]
    office.box.faults.add("GET /orders", counted_as(None), times=99)
    office.box.faults.add("GET /products", counted_as(None), times=99)
    assert [lists(office, task)[0] for _ in range(3)] == [2 * quiet, quiet, quiet]
    office.box.faults.clear()
    assert [lists(office, task)[0] for _ in range(2)] == [quiet, quiet]
