"""Rows as they are read back: each value is of the kind that was written, or its row is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from lnb24so.clock import from_utc_text

T = TypeVar("T")
Read = Callable[[Any], Any]

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading a value of another kind may raise."""

Readers = Mapping[str, Read]
"""What reads each column."""


class DamagedError(Exception):
    """The ledger holds what this program never writes; the text names the row and the column."""


def values_of(cls: type | Readers, row: Any, table: str) -> dict[str, Any]:
    """Return a row's values by column, as a dataclass's fields, or as `readers_of` types.

    Raises DamagedError for the first that is of another kind. The row is named by the first type.
    """
    read = _readers(cls) if isinstance(cls, type) else cls
    values: dict[str, Any] = {}
    for column, reader in read.items():
        try:
            value = row[column]
        except (IndexError, KeyError):
            raise DamagedError(f"{table} lacks the column {column}") from None
        try:
            values[column] = reader(value)
        except UNREADABLE:
            name = next(iter(read))
            place = f"{table}, {name} {row[name]!r:.60}"
            raise DamagedError(f"{place}: {column} holds {value!r:.60}") from None
    return values


@cache
def _readers(cls: type) -> Readers:
    return readers_of(get_type_hints(cls))


def readers_of(hints: Mapping[str, Any]) -> Readers:
    """Return what reads each column of these types."""
    return {column: _column(hint) for column, hint in hints.items()}


def _column(hint: Any) -> Read:
    """Return what reads a column of a type; TypeError or ValueError for a value of another."""
    if NoneType in get_args(hint):
        read = _column(get_args(hint)[0])
        return lambda value: None if value is None else read(value)
    if hint is bool:
        return _flag
    if hint is datetime:
        return moment_of
    if hint is Decimal:
        return decimal_of
    if hint in (str, int) or get_origin(hint) is Literal:
        return _part(hint)
    return partial(from_json, hint)


def from_json(hint: Any, text: Any) -> Any:
    """Return what a JSON text holds, of a type; ValueError, TypeError or KeyError for another."""
    return _part(hint)(json.loads(_kind(str, text)))


@cache
def _part(hint: Any) -> Read:
    """Return what reads a part of a JSON text."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return lambda value: value if value in args else _kind(NoneType, value)
    if NoneType in args:
        read = _part(args[0])
        return lambda value: None if value is None else read(value)
    if hint is datetime:
        return moment_of
    if hint is Decimal:
        return decimal_of
    if origin is tuple and args[-1] is not Ellipsis:
        kinds = [_part(one) for one in args]
        return lambda value: tuple(
            read(one) for read, one in zip(kinds, _kind(list, value), strict=True)
        )
    if origin is tuple:
        read = _part(args[0])
        return lambda value: tuple([read(one) for one in _kind(list, value)])
    if is_dataclass(hint):
        make: Any = hint
        parts = {name: _part(part) for name, part in get_type_hints(hint).items()}
        return lambda value: make(**{name: parts[name](one) for name, one in value.items()})
    return partial(_kind, dict if origin else hint)


def _kind(kind: type, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(value)
    return value


def _flag(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError(value)
    return bool(value)


def moment_of(value: Any) -> datetime:
    """Return the time that a text stands for; TypeError or ValueError for another value."""
    moment = from_utc_text(_kind(str, value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def decimal_of(value: Any) -> Decimal:
    """Return the number that a text stands for; TypeError or ValueError for another value."""
    try:
        number = Decimal(_kind(str, value))
    except ArithmeticError:
        raise ValueError(value) from None
    if not number.is_finite():
        raise ValueError(value)
    return number


def read_note(name: str, text: str, read: Callable[[str], T]) -> T:
    """Return what `read` makes of a note; DamagedError where it makes nothing of it."""
    try:
        return read(text)
    except UNREADABLE:
        raise DamagedError(f"notes, name {name!r}: value holds {text!r:.60}") from None
