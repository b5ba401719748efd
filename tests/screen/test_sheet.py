"""CSV: no cell is a formula, whichever character the spreadsheet takes for its separator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnb24so.screen.sheet import csv_lines

SEPARATORS = (",", ";", "\t", "|")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    return "".join(f"{line}\n" for line in csv_lines(columns, rows))


def cells_of(text: str) -> list[str]:
    """Return the cells as each spreadsheet may see them, and once cut without heeding quotes."""
    found: list[str] = []
    for separator in SEPARATORS:
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            found += row
        found += [cell for line in text.splitlines() for cell in line.split(separator)]
    return found


def starts_a_formula(cell: str) -> bool:
    return bool(re.match(r"""["\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]""", cell))


HOSTILE = (
    *("=1+2", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u200b=1", "\uff1d1+2"),
    *("A;=cmd|'/c calc'!A1", "A,=1", 'A";=1', 'A"=1', "A\n=1", "A\r\n=1", "A\t=1", "A|=1", "A; =1"),
    *('";=1', "'=1", "A;;=1", 'x";"=1', "A;\u202e=1", ";-1", ",+1", ";@x"),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_starts_a_formula(text: str) -> None:
    sheet = csv_text(["reference", "name"], [{"reference": text, "name": f"x{text}"}])
    assert [cell for cell in cells_of(sheet) if starts_a_formula(cell)] == []
    assert len(sheet.splitlines()) == 2
    assert sheet.replace("\n", "").isprintable()


@given(st.text("=+-@;,\"'\t\r\n| A\u200b\x9b", max_size=12))
def test_none_ever_does(text: str) -> None:
    sheet = csv_text(["reference", "name"], [{"reference": text, "name": text}])
    assert [cell for cell in cells_of(sheet) if starts_a_formula(cell)] == []


def test_numbers_and_plain_texts_stay_what_they_are() -> None:
    row = {
        "a": Decimal("-12.50"),
        "b": -3,
        "c": None,
        "d": "Bik Bok, Oslo; Ærlig",
        "e": "LNB-70101",
    }
    assert csv_text(list(row), [row]) == (
        'a,b,c,d,e\n-12.50,-3,,"Bik Bok, Oslo; Ærlig",LNB-70101\n'
    )
