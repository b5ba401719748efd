"""One text of the configuration into the type of its setting, and what messages call the types."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def is_value(hint: Any) -> bool:
    """Return whether a setting of this type is one text, not a list or a section."""
    return get_origin(hint) is Literal or hint in _PARSERS


def read_value(hint: Any, text: str) -> Any:
    """Return the text as a value of the type; ValueError where it is none."""
    if hint in _PARSERS:
        try:
            return _PARSERS[hint].parse(text)
        except OverflowError as error:
            raise ValueError(text) from error
    if text not in get_args(hint):
        raise ValueError(text)
    return text


def words(hint: Any) -> str:
    """Return what a message calls the values of a type."""
    if hint in _PARSERS:
        return _PARSERS[hint].words
    args = get_args(hint)
    if get_origin(hint) is Literal:
        return f"{', '.join(args[:-1])} or {args[-1]}"
    return words(args[0])


class _Parser(NamedTuple):
    parse: Callable[[str], Any]
    words: str


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,18})", text):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise ValueError(text)
    return float(text)


def _truth(text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise ValueError(text)
    return BOOLEANS[text.lower()]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


_PARSERS: dict[Any, _Parser] = {
    str: _Parser(str, "text"),
    Path: _Parser(Path, "a path"),
    int: _Parser(_whole, "a whole number"),
    float: _Parser(_number, "a number"),
    bool: _Parser(_truth, "true or false"),
    datetime: _Parser(_moment, "a date such as 2026-01-31 or a time such as 2026-01-31T10:00:00Z"),
}
