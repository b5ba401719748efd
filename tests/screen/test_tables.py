"""Tables at any width: a name shrinks, and nothing else; words and amounts stay in one piece."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lnb24so.screen.tables import CUT, Column, shorten, table_lines, wrap

COLUMNS = (
    *(Column("Order"), Column("Retailer", is_name=True), Column("What")),
    Column("Total", is_right=True),
)
WIDTHS = (60, 80, 120)
ACCENT = "e\N{COMBINING ACUTE ACCENT}"
NAMES = [letters * count for letters in ("a", "東", ACCENT, "Ærlig Mode ") for count in (5, 45, 90)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_only_the_name_shrinks(width: int, name: str) -> None:
    row = ["70123-RETURN", name, "unconfirmed 550012", "1,212,480.00 NOK"]
    head, rule, shown = table_lines(COLUMNS, [row], width)
    for line in (head, rule, shown):
        assert cell_len(line) <= width
    for whole in (row[0], row[2], row[3]):
        assert whole in shown
    kept = shown.removeprefix(row[0]).partition(row[2])[0].strip()
    assert kept
    assert kept == name.strip() or (kept[-1] == CUT and name.startswith(kept[:-1]))


@pytest.mark.parametrize("width", WIDTHS)
def test_columns_stand_under_each_other(width: int) -> None:
    rows = [[str(70001 + n), name, "create", f"{n}.00 NOK"] for n, name in enumerate(NAMES)]
    lines = list(table_lines(COLUMNS, rows, width))
    starts = {cell_len(line.partition("create")[0]) for line in lines[2:]}
    assert len(starts) == 1
    assert len({cell_len(line) for line in lines[2:]}) == 1


def test_a_name_that_has_no_room_goes_and_numbers_stay() -> None:
    row = ["R" * 30, "Bik Bok Oslo", "created 55001", "1,480.00 NOK"]
    lines = list(table_lines(COLUMNS, [row], 60))
    assert "Bik" not in lines[2]
    assert "Retailer" not in lines[0]
    assert lines[2].split() == [row[0], "created", "55001", "1,480.00", "NOK"]


def test_what_fits_in_no_table_stands_in_words() -> None:
    row = ["R" * 50, "Bik Bok Oslo", "created 55001", "12,480.00 NOK"]
    lines = list(table_lines(COLUMNS, [row], 60))
    assert " ".join(" ".join(lines).split()) == " ".join(row)


@given(st.text(max_size=100), st.integers(4, 120))
def test_a_cut_name_never_takes_more_than_its_room(name: str, room: int) -> None:
    short = shorten(name, room)
    assert sum(map(len, short)) <= len(name) + 1
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in short)
    marks = sum(unicodedata.category(letter) in ("Mn", "Me", "Cf") for letter in short)
    assert len(short) + wide - 2 * marks <= room


def test_a_mark_stays_on_its_letter() -> None:
    assert shorten(ACCENT * 30, 10) == ACCENT * 9 + CUT


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sentence_breaks_at_blanks_only(width: int) -> None:
    sentence = (
        '    70128: the lines of "東京セレクト 渋谷区神宮前" add up to 4,710.00 NOK, '
        "and the order says 5,334.00 NOK (624.00 EUR apart). "
        "Fix: lnb24so resolve 70128 --accept-total 4710.00"
    )
    lines = list(wrap(sentence, width))
    assert all(cell_len(line) <= width for line in lines)
    assert " ".join(" ".join(lines).split()) == sentence.strip()
    assert lines[0].startswith("    70128")
    assert all(line.startswith("      ") for line in lines[1:])
    for whole in ("4,710.00 NOK,", "5,334.00 NOK", "(624.00 EUR"):
        assert sum(whole in line for line in lines) == 1
    assert sum("lnb24so resolve 70128 --accept-total 4710.00" in line for line in lines) == 1


def test_only_a_word_that_is_longer_than_the_line_is_broken() -> None:
    lines = list(wrap("see " + "x" * 70 + " there", 60))
    assert lines == ["see", "  " + "x" * 57, "  " + "x" * 13 + " there"]
