"""Codes that are almost the same: what a person takes for the code that is missing. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from lnb24so.soap.types import Product
from lnb24so.texts import cut

MOST_NAMED = 3
LONGEST = 60


def visible_only(code: str) -> str:
    """Return the code without characters that nobody sees, and wide digits as plain ones."""
    plain = unicodedata.normalize("NFKC", code)
    return "".join(char for char in plain if char == " " or not _is_invisible(char))


def _without_spaces(code: str) -> str:
    return "".join(code.split())


def _without_zeros(code: str) -> str:
    """Return UPC-12, EAN-13 and GTIN-14 of one article as the same digits."""
    return code.lstrip("0") if code.isascii() and code.isdigit() else code


STEPS: Sequence[tuple[str, Callable[[str], str]]] = (
    ("an invisible character", visible_only),
    ("a space", _without_spaces),
    ("a leading zero", _without_zeros),
    ("case", str.casefold),
)
"""What two codes may differ in that mean the same, from the least seen to the most."""


def fold(code: str) -> str:
    """Return the code without all that it may differ in from a near one."""
    for _, without in STEPS:
        code = without(code)
    return code


def near_index(products: Mapping[str, Sequence[Product]]) -> dict[str, list[Product]]:
    """Return products that are indexed by a code by that code folded."""
    index: dict[str, list[Product]] = {}
    for code, some in products.items():
        index.setdefault(fold(code), []).extend(some)
    return index


def difference(one: str, other: str) -> str:
    """Return what two near codes differ in: `a space and case`."""
    named = []
    for name, without in STEPS:
        if one == other:
            break
        if without(one) != one or without(other) != other:
            named.append(name)
        one, other = without(one), without(other)
    return " and ".join(named)


def revealed(code: str) -> str:
    """Return a code for a message, with what nobody sees in it spelled out: `704<U+200B>1`."""
    text = "".join(
        f"<U+{ord(char):04X}>" if _is_invisible(char) and char != " " else char
        for char in cut(code, LONGEST)
    )
    return cut(text, 2 * LONGEST)


def _is_invisible(char: str) -> bool:
    return not char.isprintable() or unicodedata.category(char) in ("Cf", "Mn", "Me", "Zs")
