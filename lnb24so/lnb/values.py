"""Single values of Le New Black's JSON, where anything can be null or of the wrong kind.

What is not what it should be reads as "not there"; `is_given` tells that something was, so that
nobody takes what cannot be read for what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_DIGITS_AT_MOST = 18
_DIGITS_OF_A_DECIMAL = 28
"""What a decimal of 24SevenOffice's .NET holds."""

LOST_LETTER = "\ufffd"
"""Stands for half a surrogate pair, which is no text: neither SQLite nor XML can hold it."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_NUMBERED = re.compile("0|[1-9][0-9]{0,8}")
"""The keys that PHP gives to a list with gaps, which it writes as an object."""

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ].*)?")
_FIRST_YEAR = 1900
"""A date before it stands for "none": databases write 0001-01-01, 24SevenOffice does."""

_NO_DATE = ("0000-00-00", "-0001-11-30")
"""How MySQL writes "none", and what PHP makes of that."""


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the JSON objects of a list, and nothing for anything else."""
    if not isinstance(value, list):
        return []
    return value if {*map(type, value)} == {dict} else [one for one in value if type(one) is dict]


def listed(value: object) -> list[object] | None:
    """Return what a list holds, also one that PHP wrote as an object with numbered keys.

    None for anything else: an object without such keys may be one record, and not a list.
    """
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and value and all(map(_NUMBERED.fullmatch, value)):
        return [value[key] for key in sorted(value, key=int)]
    return None


def is_given(value: object) -> bool:
    """Return whether there is something to read: null, "" and empty lists and objects are none."""
    return value is not None and value not in ([], {}) and str(value).strip() != ""


def read_text(value: object) -> str:
    """Return a text, stripped; a number as its digits; "" for anything else."""
    if isinstance(value, str):
        return (value if value.isascii() else _LONE_SURROGATE.sub(LOST_LETTER, value)).strip()
    if isinstance(value, Decimal):
        number = read_number(value)
        return "" if number is None else format(number, "f")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def read_number(value: object) -> Decimal | None:
    """Return a number that money or quantities can have, also from a text; else None.

    One with an absurd exponent is none: written out it would fill the memory.
    """
    if isinstance(value, str):
        value = Decimal(value.strip()) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if number.is_zero() and abs(number.adjusted()) > _DIGITS_AT_MOST:
        return Decimal(0)
    sane = (
        number.is_finite()
        and abs(number.adjusted()) <= _DIGITS_AT_MOST
        and len(number.as_tuple().digits) <= _DIGITS_OF_A_DECIMAL
    )
    return number if sane else None


def read_time(value: object) -> datetime | None:
    """Return a time as aware UTC; one without a zone is UTC. None where it is no time."""
    moment = _moment(value.strip()) if isinstance(value, str) else None
    if moment is None or moment.year < _FIRST_YEAR:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def read_day(value: object) -> date | None:
    """Return the day as it is written, whatever zone follows it."""
    written = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        return None
    try:
        day = date.fromisoformat(written[1])
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


def means_no_date(value: object) -> bool:
    """Return whether a value is one of the dates that databases write for "none"."""
    if not isinstance(value, str):
        return not is_given(value)
    text = value.strip()
    moment = _moment(text)
    early = moment is not None and moment.year < _FIRST_YEAR
    return not text or text.startswith(_NO_DATE) or early


def read_flag(value: object) -> bool | None:
    """Return a boolean, also from 0, 1 or its name in a text; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"0": False, "false": False, "1": True, "true": True}.get(read_text(value).lower())
