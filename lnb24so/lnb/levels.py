"""Levels in Le New Black's answers: the inventory, and what became of a batch.

Both may have a hundred thousand records. As they nearly always are they are read at once, without
the dicts that hold what nobody asks for, which takes an eighth of the time. A record of another
shape, or an answer of another one, is read as all answers are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from msgspec import UNSET, Meta, MsgspecError, Raw, Struct, UnsetType, field, to_builtins
from msgspec.json import Decoder

from .answers import UNTOLD, AtOnce, complaint, read_json
from .values import listed, objects, read_number, read_text

_MOST_PIECES = 10**9
Pieces = Annotated[int, Meta(gt=-_MOST_PIECES, lt=_MOST_PIECES)]


class EanLevel(Struct, gc=False):
    """A record of the inventory by EAN13."""

    in_stock: Pieces | str | None
    code: str | UnsetType | None = field(name="ean13", default=UNSET)


class SkuLevel(Struct, gc=False):
    """A record of the inventory by SKU."""

    in_stock: Pieces | str | None
    code: str | UnsetType | None = field(name="sku", default=UNSET)


class EanCode(Struct, gc=False):
    """A code that was answered for, where it is an EAN13."""

    code: str = field(name="ean13")


class SkuCode(Struct, gc=False):
    """A code that was answered for, where it is a SKU."""

    code: str = field(name="sku")


C = TypeVar("C", EanCode, SkuCode)


class Done(Struct, Generic[C], gc=False):
    """A level that was taken."""

    status: Literal["success"]
    result: C


class AllDone(Struct, Generic[C]):
    """The answer to a batch of which each level was taken that it names."""

    data: list[Done[C]]


NO_SHAPE = MsgspecError, ValueError, RecursionError


def _all_of(whole: Decoder[Any]) -> AtOnce:
    """Return what reads an answer that has this shape, or returns None."""

    def read(body: bytes) -> object:
        try:
            _check_letters(body)
            return whole.decode(body)
        except NO_SHAPE:
            return None

    return read


def _each_of(one: Decoder[Any], every: Decoder[Any]) -> AtOnce:
    """Return what reads a list of records of this shape; any other is read by itself, as a dict."""
    whole, split = _all_of(every), _all_of(Decoder(list[Raw]))

    def read_one(record: Raw) -> object:
        try:
            return one.decode(record)
        except NO_SHAPE:
            return read_json(bytes(record), None)

    def read(body: bytes) -> object:
        if (levels := whole(body)) is not None:
            return levels
        records: Any = split(body)
        return None if records is None else [read_one(record) for record in records]

    return read


def _check_letters(body: bytes) -> None:
    """Raise ValueError for bytes that are no UTF-8, in what nobody asks for too."""
    if not body.isascii():
        body.decode()


INVENTORY = {
    "ean13": _each_of(Decoder(EanLevel), Decoder(list[EanLevel])),
    "sku": _each_of(Decoder(SkuLevel), Decoder(list[SkuLevel])),
}
"""What reads an inventory of EanLevel or SkuLevel, by the code that is asked for."""

ALL_DONE = {"ean13": _all_of(Decoder(AllDone[EanCode])), "sku": _all_of(Decoder(AllDone[SkuCode]))}
"""What reads the answer to a batch of which no level was refused."""


class Inventory(NamedTuple):
    """The pieces by code, None: not whole, or two levels for one code; and what was left out."""

    levels: dict[str, int | None]
    no_records: int
    without_code: int


def read_inventory(records: Iterable[object], code_field: str) -> Inventory:
    """Return what the records of an inventory hold, read at once or not."""
    levels: dict[str, int | None] = {}
    no_records = without = 0
    for record in records:
        if isinstance(record, EanLevel | SkuLevel):
            code, level = read_text(record.code), record.in_stock
            level = level if type(level) is int else _pieces(level)
            if not code:
                without += record.code not in (None, "")
                continue
        elif isinstance(record, dict):
            code, level = read_text(record.get(code_field)), _pieces(record.get("in_stock"))
            if not code:
                # Not every size has both codes, but each says so.
                without += bool(record) and record.get(code_field, record) not in (None, "")
                continue
        else:
            no_records += 1
            continue
        if levels.setdefault(code, level) != level:
            levels[code] = None
    return Inventory(levels, no_records, without)


def _pieces(level: object) -> int | None:
    """Return a level; None for what is no whole number."""
    number = read_number(level)
    return int(number) if number is not None and number == int(number) else None


def refusals(code_field: str, codes: Sequence[str], answer: object) -> dict[str, str]:
    """Return the codes that were not taken, each with why; success must be said to count."""
    if isinstance(answer, AllDone):
        if [one.result.code for one in answer.data] == codes:
            return {}
        answer = to_builtins(answer)
    data = objects(listed(answer.get("data"))) if isinstance(answer, dict) else []
    results = (item.get("result") for item in data)
    named = [read_text(one.get(code_field)) if isinstance(one, dict) else "" for one in results]
    by_code = dict(zip(named, data, strict=True))
    sent = set(codes)
    refused: dict[str, str] = {}
    for place, code in enumerate(codes):
        answered = by_code.get(code)
        # What stands in this place but names another code says nothing of this one.
        if answered is None and len(data) == len(codes) and named[place] not in sent:
            answered = data[place]
        if answered is None:
            refused[code] = UNTOLD
        elif answered.get("status") != "success" and answered.get("success") is not True:
            refused[code] = complaint(answered.get("errors")) or "refused without a reason"
    return refused
