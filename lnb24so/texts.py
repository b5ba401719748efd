"""Texts as 24SevenOffice can keep them, and remote texts fit for a message."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

# Patterns are compiled when first used: most runs have nothing to clean.

# What XML 1.0 refuses in any form.
_NOT_XML = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"

# What JSON lets through, and a terminal obeys, or which ends a line, turns the writing around, or
# is not seen: controls, direction marks, zero width, separators, tags, halves of a character.
_STEERING = (
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def clean(text: str) -> str:
    """Return the text without the characters that XML refuses, white space folded."""
    return " ".join(re.sub(_NOT_XML, "", text).split())


def cut(text: str, limit: int) -> str:
    """Return at most `limit` UTF-16 units, as .NET counts; an accent stays with its letter."""
    if length(text) <= limit:
        return text
    most = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
    kept = most
    while kept and unicodedata.category(text[len(kept)]).startswith("M"):
        kept = kept[:-1]
    return (kept or most).rstrip()


def length(text: str) -> int:
    """Return the number of characters as .NET counts them (UTF-16 units)."""
    return len(text.encode("utf-16-le")) // 2


def shown(text: str) -> str:
    """Return a remote text in quotes for a message: one line, shortened, nothing invisible."""
    return f'"{cut(" ".join(visible(clean(text)).split()), 60)}"'


def visible(text: str) -> str:
    """Return the text as one line with nothing in it that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " for char in text)


def harmless_json(document: str) -> str:
    """Return a JSON document with escapes in place of what is not seen or steers a terminal."""
    if document.isascii() and "\x7f" not in document:
        return document
    return re.sub(_STEERING, lambda match: json.dumps(match[0])[1:-1], document)


def count(number: int, thing: str, *, plural: str = "") -> str:
    """Return `1 order`, `12 orders`."""
    return f"{number:,} {thing if number == 1 else plural or f'{thing}s'}"


def first_of(names: Sequence[str]) -> str:
    """Return the first three of some names, `70101, 70102, 70107 ...`."""
    return ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
