"""The two streams of a command, and the moving line on a terminal: none of it stops a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import click

from lnb24so.errors import Lnb24soError


def open_streams() -> None:
    """Put something where the shell closed a stream (`>&-`): Python has None there."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere())


def tell(sentence: str) -> None:
    """Say a sentence on stderr, if anybody is there to hear it."""
    with suppress(OSError, ValueError):
        click.echo(sentence, err=True)


@contextmanager
def printing() -> Iterator[None]:
    """Print an answer in this block; Lnb24soError where it cannot be, such as to a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise  # A file, and so not the stream.
        # Python flushes the stream once more when it ends, and would fail again.
        sys.stdout = _nowhere()
        # A reader that leaves, as `head` does, has what it wanted.
        if not isinstance(error, BrokenPipeError):
            raise Lnb24soError(f"The answer could not be printed ({error.strerror}).") from None


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


class Progress:
    """One moving line on stderr; what is told meanwhile goes above it."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._is_shown = not quiet and sys.stderr.isatty()
        self._line: Any = None

    def show(self, activity: str) -> None:
        """Say what is going on now."""
        if not self._is_shown:
            return
        from rich.text import Text

        with suppress(OSError):
            if self._line is None:
                from rich.console import Console
                from rich.status import Status

                self._line = Status("", console=Console(stderr=True))
                self._line.start()
            self._line.update(Text(activity))

    def tell(self, sentence: str) -> None:
        """Say a sentence that stays."""
        if self._line is None:
            tell(sentence)
            return
        with suppress(OSError):
            self._line.console.print(sentence, markup=False, highlight=False, emoji=False)

    def stop(self) -> None:
        """Take the moving line away."""
        if self._line is not None:
            with suppress(OSError):
                self._line.stop()
            self._line = None
