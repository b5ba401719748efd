"""Texts as 24SevenOffice can keep them, and remote texts fit for a message."""

from __future__ import annotations

import re
import unicodedata

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 refuses in any form."""

_JOINER = "\u200d"
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]*$")


def clean(text: str) -> str:
    """Return the text without the characters that XML refuses, white space folded."""
    return " ".join(_NOT_XML.sub("", text).split())


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters as .NET counts them (UTF-16), never half a letter."""
    if length(text) <= limit:
        return text
    most = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
    kept = most
    while kept and _are_one(kept, text[len(kept)]):
        kept = kept[:-1]
    return (kept or most).rstrip()


def length(text: str) -> int:
    """Return the number of characters as .NET counts them (UTF-16 units)."""
    return len(text.encode("utf-16-le")) // 2


def shown(text: str, limit: int = 60) -> str:
    """Return a remote text in quotes for a message: one line, shortened, nothing invisible."""
    return f'"{cut(" ".join(visible(clean(text)).split()), limit)}"'


def visible(text: str) -> str:
    """Return the text as one line with nothing in it that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def _are_one(kept: str, following: str) -> bool:
    """Return whether the last letter kept and the one after it are a single letter to the eye.

    Accents, vowel signs, skin tones, joined emoji and flags are (Unicode, UAX 29).
    """
    flag_letters = _FLAG_LETTERS.search(kept)
    if flag_letters and _FLAG_LETTERS.fullmatch(following):
        return len(flag_letters.group()) % 2 == 1
    return (
        kept[-1] == _JOINER
        or following == _JOINER
        or unicodedata.category(following).startswith("M")
        or "\U0001f3fb" <= following <= "\U0001f3ff"
        or "\U000e0020" <= following <= "\U000e007f"
    )
