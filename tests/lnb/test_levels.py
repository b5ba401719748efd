"""Long answers of stock are read at once; what that says is what reading all of them says."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnb24so.config.schema import CodeField
from lnb24so.lnb.answers import read_json
from lnb24so.lnb.levels import ALL_DONE, INVENTORY, AllDone, EanLevel, read_inventory, refusals

FIELDS = st.sampled_from(["ean13", "sku"])
CODES = st.sampled_from(["7041", " 7041 ", "7042", "", "  ", "Ä1", None, 7041, 7.5, True])
LEVELS: st.SearchStrategy[Any] = st.sampled_from(
    [0, 5, -3, 5.0, 5.5, 1e300, 10**9, -(10**9), 10**30, None, "5", " 5 ", "x", True, [], {}]
)
PLAIN: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"ean13": st.sampled_from(["7041", "7042", "7043", None]), "in_stock": st.integers(-5, 5)},
    optional={"sku": st.sampled_from(["A", "B", ""]), "extra_1": st.sampled_from([None, "é", {}])},
)
RECORDS = st.fixed_dictionaries({}, optional={"ean13": CODES, "sku": CODES, "in_stock": LEVELS})
ANYTHING = st.one_of(PLAIN, RECORDS, st.sampled_from([None, "x", 5, [], {}]))


def written(value: object, escaped: bool) -> bytes:
    return json.dumps(value, ensure_ascii=escaped).encode()


@given(records=st.one_of(st.lists(PLAIN), st.lists(ANYTHING)), field=FIELDS, escaped=st.booleans())
def test_an_inventory_says_the_same_however_it_is_read(
    records: list[Any], field: CodeField, escaped: bool
) -> None:
    body = written(records, escaped)
    at_once, at_length = read_json(body, INVENTORY[field]), read_json(body, None)
    assert read_inventory(at_once, field) == read_inventory(at_length, field)


def test_an_inventory_as_it_nearly_always_is_is_read_at_once() -> None:
    row = {"ean13": "7041", "sku": None, "extra_1": "Rosé", "in_stock": 5, "incoming": [{"n": 1}]}
    records = read_json(written([row, {**row, "in_stock": None}], False), INVENTORY["ean13"])
    assert [type(record) for record in records] == [EanLevel, EanLevel]


ANSWERED = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["success", "error", None, 1]),
        "success": st.sampled_from([True, False, None]),
        "errors": st.sampled_from([None, "Too few.", {"ean13": ["Unknown."]}]),
        "result": st.one_of(
            st.fixed_dictionaries(
                {}, optional={"ean13": st.sampled_from(["A", "B", " A", "", None, 5])}
            ),
            st.sampled_from([None, "A", ["A"]]),
        ),
    },
)
TAKEN = st.sampled_from("ABC").map(lambda code: {"status": "success", "result": {"ean13": code}})


def test_half_a_letter_is_read_as_it_always_was() -> None:
    body = written([{"ean13": "\ud800", "in_stock": 5}], True)
    for at_once in (None, INVENTORY["ean13"]):
        assert read_inventory(read_json(body, at_once), "ean13").levels == {"\ufffd": 5}


@given(
    data=st.one_of(st.lists(TAKEN, max_size=4), st.lists(st.one_of(TAKEN, ANSWERED), max_size=4)),
    codes=st.lists(st.sampled_from("ABC"), unique=True, min_size=1),
)
def test_a_batch_says_the_same_however_its_answer_is_read(
    data: list[Any], codes: list[str]
) -> None:
    body = written({"data": data, "metadata": {"total": len(data)}}, True)
    at_once, at_length = read_json(body, ALL_DONE["ean13"]), read_json(body, None)
    assert refusals("ean13", codes, at_once) == refusals("ean13", codes, at_length)


def test_a_batch_that_was_taken_is_read_at_once() -> None:
    row = {"status": "success", "errors": None, "result": {"sku": "A", "in_stock": 5}}
    answer = read_json(written({"data": [row], "metadata": {}}, True), ALL_DONE["sku"])
    assert isinstance(answer, AllDone)
    assert refusals("sku", ["A"], answer) == {}
    assert refusals("sku", ["A", "B"], answer).keys() == {"B"}


@pytest.mark.parametrize(
    "body",
    [
        *(b'[{"ean13": "7041", "in_stock": 5}', b'[{"ean13": "7041", "in_stock": 5}]]'),
        *(b'[{"ean13": "7041", "in_stock": 05}]', b'[{"ean13": "7041", "in_stock": 5},]'),
        b'[{"ean13": "7041", "in_stock": 5, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]",
    ],
    ids=["cut", "too many brackets", "no number", "a comma too many", "too deep"],
)
def test_what_is_no_json_is_none_in_either_way(body: bytes) -> None:
    for at_once in (None, INVENTORY["ean13"]):
        with pytest.raises((ValueError, RecursionError)):
            read_json(body, at_once)


@pytest.mark.parametrize(
    "body",
    [
        b'[{"ean13": "7041", "in_stock": 5, "name": "Ros\xe9"}]',
        b'[{"ean13": "7041", "in_stock": 5, "\xff": 1}]',
    ],
    ids=["value", "name"],
)
def test_letters_that_are_no_utf_8_say_the_same_however_they_are_read(body: bytes) -> None:
    said: list[object] = []
    for at_once in (None, INVENTORY["ean13"]):
        try:
            said.append(read_inventory(read_json(body, at_once), "ean13").levels)
        except ValueError:
            said.append("broken")
    assert said[0] == said[1]


def test_one_odd_level_does_not_cost_the_memory_of_all_dicts() -> None:
    row = {"sku": "A", "in_stock_update_time": "2026-11-27", "incoming": [{"n": 1}]}
    rows = [{**row, "ean13": f"{n:013d}", "in_stock": n % 9} for n in range(20_000)]
    peaks = []
    for odd in (5, 5.5):
        rows[-1]["in_stock"] = odd
        body = json.dumps(rows).encode()
        tracemalloc.start()
        read_inventory(read_json(body, INVENTORY["ean13"]), "ean13")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0]
