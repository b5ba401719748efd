"""Ctrl-C and SIGTERM: stop between two items, never inside one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from lnb24so.errors import Interrupted


class Stop:
    """Turn the first signal into `Interrupted`, at once or, inside `item()`, after the item.

    A second signal leaves the process at once: the ledger already tells the truth.
    """

    def __init__(self) -> None:
        self._asked: int | None = None
        self._in_item = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Listen for SIGINT and SIGTERM while the block runs (only a main thread can)."""
        main = threading.current_thread() is threading.main_thread()
        signals = (signal.SIGINT, signal.SIGTERM) if main else ()
        previous = [signal.signal(number, self._hear) for number in signals]
        try:
            yield
        finally:
            for number, handler in zip(signals, previous, strict=True):
                signal.signal(number, handler)

    @contextmanager
    def item(self) -> Iterator[None]:
        """Let the block end before a signal counts."""
        self._in_item = True
        try:
            yield
        finally:
            self._in_item = False
        if self._asked is not None:
            raise Interrupted(self._asked)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self._asked is not None:
            os._exit(128 + number)
        self._asked = number
        if not self._in_item:
            raise Interrupted(number)
