"""An answer that says nothing of some codes: one look at the inventory says what was taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import Fault
from installation import Answer, Installation

from lnb24so.sandbox import Sandbox
from lnb24so.sandbox.portal import OverMax
from lnb24so.sandbox.sample import catalogue
from lnb24so.stock.apply import NOT_TAKEN

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return an installation with a thousand codes, all of which differ."""
    with Sandbox(catalogue(1_000)) as box:
        place = Installation(box, tmp_path, monkeypatch)
        for number, product in enumerate(box.erp.products.values()):
            box.erp.change_product(product["Id"], Stock=product["Stock"] + 1 + number % 7)
        yield place


def levels_differ(shop: Installation) -> int:
    return len(shop.run("pull-stock", "--dry-run", "--json").document["items"])


@pytest.mark.parametrize("over_max", ["short", "nothing"])
def test_what_was_not_taken_is_named_once_and_sent_by_the_next_run(
    shop: Installation, over_max: OverMax
) -> None:
    differ = levels_differ(shop)
    shop.box.lnb.max_batch, shop.box.lnb.over_max = 250, over_max
    before = len(shop.asked())
    answer = shop.run("pull-stock", "--json")
    left = {"short": 150, "nothing": 400}[over_max]
    assert answer.code == 3
    assert answer.document["summary"]["refused"] == left
    assert shop.asked(since=before).count("GET /inventory") == 2
    assert NOT_TAKEN in answer.err
    assert "refused the level" not in answer.err
    logged = {code for line in shop.log_lines("stock.batch_sent") for code in line["levels"]}
    assert len(logged) == differ - left
    assert levels_differ(shop) == left
    assert shop.run("pull-stock") == Answer(0, "", "")
    assert levels_differ(shop) == 0


def test_what_was_taken_without_a_word_counts_as_taken(
    shop: Installation,
) -> None:
    differ = levels_differ(shop)
    shop.box.lnb.answers_levels = False
    answer = shop.run("pull-stock", "--json")
    assert answer.code == 0
    assert answer.document["summary"]["set"] == differ
    assert answer.err == ""
    sent = [line["count"] for line in shop.log_lines("stock.batch_sent")]
    assert sent == [differ], "in one line, when it is known"
    assert levels_differ(shop) == 0


def test_a_run_that_cannot_ask_what_was_taken_fails_and_the_next_one_knows(
    shop: Installation,
) -> None:
    shop.box.lnb.answers_levels = False
    shop.box.faults.add("GET /inventory", Fault.STATUS(500), skip=1)
    assert shop.run("pull-stock").code == 1
    assert shop.log_lines("stock.batch_sent") == []
    assert shop.run("pull-stock") == Answer(0, "", "")
    assert levels_differ(shop) == 0
