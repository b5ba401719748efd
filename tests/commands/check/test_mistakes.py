"""`check` finds what is wrong on the first day, and says which setting mends it."""

from __future__ import annotations

import pytest
from installation import Installation

from .mistakes import MISTAKES, Mistake

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.what)
def test_each_mistake_ends_in_a_finding_that_names_setting_and_fix(
    shop: Installation, mistake: Mistake
) -> None:
    mistake.spoil(shop)
    answer = shop.run("check", "--json")
    found = [
        each
        for each in answer.document["findings"]
        if each["name"] == mistake.finding and each["level"] == mistake.level
    ]
    messages = " ".join(each["message"] for each in found)
    assert [word for word in mistake.words if word not in messages] == []
    assert answer.code == answer.document["exit_code"] == (3 if mistake.level == "error" else 0)


def test_the_table_is_long_enough() -> None:
    assert len(MISTAKES) >= 25


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sandbox-password", "${NOT_SET_HERE}", ("config.yaml:3:", "NOT_SET_HERE")),
        ("customer_match: id", "customer_match: ids", ("orders.customer_match", "expected id")),
        ("lnb_mode: simple", "lnb_mood: simple", ("stock.lnb_mood", "lnb_mode")),
    ],
)
def test_a_configuration_that_cannot_be_read_ends_in_2(
    shop: Installation, old: str, new: str, words: tuple[str, ...]
) -> None:
    shop.change(old, new)
    answer = shop.run("check")
    assert answer.code == 2
    assert [word for word in words if word not in answer.err] == []
