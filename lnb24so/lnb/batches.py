"""Levels in batches that grow: how many one request may hold is documented nowhere.

The first batch holds a hundred, and each that is answered for every level doubles the next. A
batch that is refused as a whole, for its size or for one code in it, is sent again in halves:
which of the two it was shows in what becomes of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from lnb24so.errors import NotProcessed, Rejected, Transient

from .answers import UNTOLD

Levels = Sequence[tuple[str, int]]

FIRST = 100
_PAUSE = 4  # batches before a size is tried again that was refused and whose halves were taken


class Batches:
    """Sends levels through `send`, which returns the refused codes, each with why.

    Raises what `send` does, but Rejected; and of a batch without any answer that is larger than
    those before, the halves are tried first.
    """

    def __init__(self, send: Callable[[Levels], dict[str, str]], most: int) -> None:
        self._send = send
        self._most = most
        self._size = self._sure = min(FIRST, most)
        self._pause, self._next_pause = 0, _PAUSE
        # Of the batch on its way: its largest part that was taken, the smallest that was refused
        # as a whole, and whether one was answered for some levels only, or not at all.
        self._taken, self._refused, self._failed = 0, math.inf, False

    def outcomes(self, levels: Iterable[tuple[str, int]]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield, in the order of the levels, of how many the next answer is, and its refusals."""
        left, halves = iter(levels), True
        while batch := list(islice(left, self._size)):
            self._taken, self._refused, self._failed = 0, math.inf, False
            yield from self._outcomes(batch, halves=halves)
            # Where not one code of a batch was taken, the fault is hardly in the codes.
            halves = self._taken > 0 or self._failed
            self._learn(len(batch))

    def _outcomes(self, batch: Levels, *, halves: bool) -> Iterator[tuple[int, dict[str, str]]]:
        try:
            refused = self._send(batch)
        except Rejected as error:
            self._refused = min(self._refused, len(batch))
            if not halves or len(batch) == 1:
                yield len(batch), {code: str(error) for code, _ in batch}
                return
        except Transient as error:
            if isinstance(error, NotProcessed) or len(batch) <= self._sure:
                raise
            # It may have been too much at once, for smaller ones were answered.
            if not error.again:
                fix = f"If that stays, set lenewblack.batch_size to {self._sure}."
                error.args = (f"{error} {fix}",)
                raise
            self._failed = True
        else:
            if UNTOLD in refused.values():
                self._failed = True
            else:
                self._taken = max(self._taken, len(batch))
            yield len(batch), refused
            return
        middle = len(batch) // 2
        yield from self._outcomes(batch[:middle], halves=True)
        yield from self._outcomes(batch[middle:], halves=True)

    def _learn(self, size: int) -> None:
        """Choose the size of the next batch by what became of one of this size."""
        self._sure = max(self._sure, self._taken)
        if self._failed:
            self._most = self._size = min(self._size, self._sure)
        elif self._refused > size and self._pause:
            self._pause -= 1
        elif self._refused > size:
            self._size = min(2 * self._size, self._most)
        elif 0 < self._taken < self._refused:
            # No part was refused that is smaller than one that was taken: the size was why.
            self._size = self._taken
            if self._refused < size:
                self._most = self._taken
            else:
                self._pause, self._next_pause = self._next_pause, 2 * self._next_pause
