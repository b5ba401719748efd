"""Tables and sentences on a terminal: a name shrinks, and nothing else; words stay in one piece.

Widths count cells: a wide letter takes two, and a mark on a letter none.
"""

from __future__ import annotations

import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lnb24so.process.streams import fit

LEAST_NAME = 4
"""A name that has less room than this is left out."""

ENDLESS = 1_000_000

CUT = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; the `name` is cut where there is no room, and only it."""

    title: str
    is_right: bool = False
    is_name: bool = False


def screen_width() -> int:
    """Return how many cells a line of this terminal has."""
    return shutil.get_terminal_size().columns


def table_width() -> int:
    """Return how wide a table may be: in a pipe nothing is cut."""
    return screen_width() if sys.stdout.isatty() else ENDLESS


def cells(text: str) -> int:
    """Return how many cells a text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def shorten(name: str, room: int) -> str:
    """Return a name in so many cells at most; what is cut ends in dots, marks stay on letters."""
    if cells(name) <= room:
        return name
    kept, taken = "", 1
    for letter in name:
        taken += _cells(letter)
        if taken > room:
            break
        kept += letter
    return f"{kept.rstrip()}{CUT}"


def table_lines(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], width: int
) -> Iterator[str]:
    """Yield a head, a rule, and each row on one line of at most `width` cells.

    Where not even a table without the name fits, each row is in words, broken at blanks.
    """
    grid = [[column.title for column in columns]]
    grid += [[" ".join(fit(cell).split()) for cell in row] for row in rows]
    whole = grid[1:]
    widths = [max(map(cells, column)) for column in zip(*grid, strict=True)]
    name = next(number for number, column in enumerate(columns) if column.is_name)
    others = sum(widths) - widths[name] + len(columns) - 1
    room = width - others
    gap = "  " if room >= widths[name] + len(columns) - 1 else " "
    widths[name] = min(widths[name], room)
    if room < LEAST_NAME:
        kept = [number for number in range(len(columns)) if number != name]
        columns, widths = [columns[n] for n in kept], [widths[n] for n in kept]
        grid = [[row[n] for n in kept] for row in grid]
    if sum(widths) + len(widths) - 1 > width:
        for row in whole:
            yield from wrap(" ".join(filter(None, row)), width)
        return
    for number, row in enumerate(grid):
        yield gap.join(map(_padded, row, widths, columns)).rstrip()
        if number == 0:
            yield gap.join("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * each for each in widths)


def _padded(cell: str, width: int, column: Column) -> str:
    cell = shorten(cell, width)
    blank = " " * (width - cells(cell))
    return f"{blank}{cell}" if column.is_right else f"{cell}{blank}"


# An amount with its currency, a command to copy, or a word.
_WORD = re.compile(r"[\d,.]*\d [A-Z]{3}\b\S*|lnb24so(?: [\w.-]*\w)+\S*|\S+")


def wrap(line: str, width: int) -> Iterator[str]:
    """Yield a line in lines of at most `width` cells, broken at blanks.

    Only what has no blank on a whole line, such as a path or Japanese, is broken between letters.
    """
    if cells(line) <= width:
        yield line
        return
    indent = len(line) - len(line.lstrip(" "))
    begun, most = " " * indent, width - indent - 2
    for word in (part for one in _WORD.findall(line) for part in _parts(one, most)):
        if begun.strip() and cells(begun) + 1 + cells(word) > width:
            yield begun
            begun = " " * (indent + 2)
        begun += f" {word}" if begun.strip() else word
    yield begun


def _parts(text: str, most: int) -> Iterator[str]:
    if cells(text) <= most:
        yield text
        return
    for word in text.split():
        while cells(word) > most:
            begun = shorten(word, most)[:-1]
            yield begun
            word = word[len(begun) :]
        yield word
