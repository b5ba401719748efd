"""A reply's XML as it arrives: cleaned, read element by element, and let go of.

A character that XML forbids, as a reference (`&#x1B;`) or as it is, would fail the whole list,
for ever. It becomes a mark that XML allows: a name does without it, a code that holds it is no
code, and a number is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lnb24so.network.http import MIB

MARK = "\x7f"
"""Stands where a forbidden character stood; no code or name holds it of its own."""

_LONGEST_ITEM = 4 * MIB  # an order of ten thousand rows
_LONGEST_REFERENCE = 40
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,32})|([0-9]{1,32}));")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_MARKED = bytes.maketrans(_CONTROLS, MARK.encode() * len(_CONTROLS))


class BrokenError(Exception):
    """The XML is truncated, broken or without end."""


def elements(chunks: Iterable[bytes], tags: Iterable[str]) -> Iterator[Any]:
    """Yield each element of these names as it ends, and end only where the document does.

    What is before an element is let go of with its chunk. Raises BrokenError.
    """
    from lxml import etree

    # A comment would cut a number in two.
    parser = etree.XMLPullParser(
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    unread = 0
    try:
        for chunk in cleaned(chunks):
            parser.feed(chunk)
            unread += len(chunk)
            last: Any = None
            for _, last in parser.read_events():
                yield last
            if last is not None:
                _let_go(last)
                unread = 0
            elif unread > _LONGEST_ITEM:
                raise BrokenError
        parser.close()
    except etree.XMLSyntaxError:
        raise BrokenError from None


def _let_go(last: Any) -> None:
    """Drop what is before an element, at each level: the parser still writes what follows it."""
    while (parent := last.getparent()) is not None:
        del parent[: parent.index(last)]
        last = parent


def cleaned(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes with a MARK for each character that XML forbids (XML 1.0, 2.2)."""
    held = b""
    for chunk in chunks:
        now = (held + chunk if held else chunk).translate(_MARKED)
        # A reference may stand on both sides of a chunk's end.
        start = now.rfind(b"&", max(0, len(now) - _LONGEST_REFERENCE))
        held = now[start:] if start >= 0 and b";" not in now[start:] else b""
        now = now[: len(now) - len(held)]
        if b"&#" in now:
            now = _REFERENCE.sub(_allowed, now)
        if now:
            yield now
    if held:
        yield held


def _allowed(reference: re.Match[bytes]) -> bytes:
    """Return a character reference as it is, or the MARK where XML forbids its character."""
    hexadecimal, digits = reference.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(digits)
    allowed = (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return reference[0] if allowed else MARK.encode()
