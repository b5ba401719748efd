"""How far a run is, on a terminal; nothing anywhere else. None of it stops a run."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from .streams import tell


class Progress:
    """One moving line on stderr; what is told meanwhile goes above it."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._line: Any = None

    def show(self, words: str) -> None:
        """Say what is going on now."""
        if not self._wanted:
            return
        from rich.text import Text

        with suppress(OSError):
            if self._line is None:
                from rich.console import Console
                from rich.status import Status

                self._line = Status("", console=Console(stderr=True))
                self._line.start()
            self._line.update(Text(words))

    def tell(self, words: str) -> None:
        """Say a sentence that stays."""
        if self._line is None:
            tell(words)
            return
        with suppress(OSError):
            self._line.console.print(words, markup=False, highlight=False, emoji=False)

    def stop(self) -> None:
        """Take the moving line away."""
        if self._line is not None:
            with suppress(OSError):
                self._line.stop()
            self._line = None
