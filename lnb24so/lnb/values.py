"""Single values of Le New Black's JSON, where anything can be null or of the wrong kind.

What is not what it should be reads as "not there"; the plan then says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_DIGITS_AT_MOST = 18
_DIGITS_OF_A_DECIMAL = 28  # what a decimal of 24SevenOffice's .NET holds
# Half a surrogate pair is no text: neither SQLite nor XML can hold it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
LOST_LETTER = "\ufffd"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
# A date before it stands for "none": databases write 0001-01-01, 24SevenOffice does.
_FIRST_YEAR = 1900


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the JSON objects of a list, and nothing for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def read_text(value: object) -> str:
    """Return a text, stripped; a number as its digits; "" for anything else."""
    if isinstance(value, str):
        return (value if value.isascii() else _LONE_SURROGATE.sub(LOST_LETTER, value)).strip()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return ""


def read_number(value: object) -> Decimal | None:
    """Return a number that money or quantities can have, also from a text; else None."""
    if isinstance(value, str):
        value = Decimal(value.strip()) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if not number.is_finite() or (number and abs(number.adjusted()) > _DIGITS_AT_MOST):
        return None
    return number if len(number.as_tuple().digits) <= _DIGITS_OF_A_DECIMAL else None


def read_time(value: object) -> datetime | None:
    """Return a time as aware UTC; one without a zone is UTC. None where it is no time."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def read_day(value: object) -> date | None:
    """Return the day as it is written, whatever zone follows it."""
    if not isinstance(value, str):
        return None
    try:
        day = date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


def read_flag(value: object) -> bool | None:
    """Return a boolean, also from 0, 1 or its name in a text; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"0": False, "false": False, "1": True, "true": True}.get(read_text(value).lower())
