"""The two streams of a command, and the moving line on a terminal: none of it stops a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any, TextIO

import click

from lnb24so.errors import Lnb24soError


class AnswerLost(Lnb24soError):
    """The answer could not be printed, such as to a full disk."""


class _Forgiving(FileIO):
    """A file that takes everything: what has no room or no reader is dropped."""

    def write(self, data: Any, /) -> int:
        """Return that all was written."""
        with suppress(OSError):
            return super().write(data) or memoryview(data).nbytes
        return memoryview(data).nbytes


def open_streams() -> None:
    """Make stderr take whatever is told, and stdout be there.

    Whoever writes to stderr, be it we, click or rich, and when Python empties it at the end,
    must not fail because nobody hears it. Python has None where the shell closed a stream (`>&-`).
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere())
    # Only Python's own: whoever put another stream there, such as a test, wants to have it.
    if isinstance(own := sys.stderr, TextIOWrapper) and own is sys.__stderr__:
        forgiving = BufferedWriter(_Forgiving(own.fileno(), "w", closefd=False))
        sys.stderr = TextIOWrapper(forgiving, own.encoding, own.errors, line_buffering=True)


def _nowhere() -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def leave_streams() -> None:
    """Drop what stdout still holds and cannot give away: Python would try, and exit with 120."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _drop(sys.stdout)


def tell(sentence: str) -> None:
    """Say a sentence on stderr, if anybody is there to hear it; it may have several lines."""
    click.echo("\n".join(map(fit, sentence.split("\n"))), err=True)


def fit(text: str) -> str:
    """Return a text as one line for a screen: no secret, and nothing that a terminal would obey."""
    # Imported here: help says nothing that is not our own.
    from lnb24so.texts import visible

    from .redact import REDACTOR

    return visible(REDACTOR.own(text))


@contextmanager
def printing() -> Iterator[None]:
    """Print an answer in this block; a reader that leaves, as `head` does, has what it wanted.

    Raises AnswerLost where the answer cannot be printed.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:
            raise  # A file, and so not the stream.
        _drop(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise AnswerLost(f"The answer could not be printed ({error.strerror}).") from None


def _drop(stream: TextIO) -> None:
    """Lead a stream, and all that it still holds, to where everything has room."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):  # One without a descriptor holds nothing back.
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


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

        if self._line is None:
            from rich.console import Console
            from rich.status import Status

            self._line = Status("", console=Console(stderr=True))
            self._line.start()
        self._line.update(Text(fit(activity)))

    def tell(self, sentence: str) -> None:
        """Say a sentence that stays."""
        if self._line is None:
            tell(sentence)
            return
        self._line.console.print(fit(sentence), markup=False, highlight=False, emoji=False)

    def stop(self) -> None:
        """Take the moving line away."""
        if self._line is not None:
            self._line.stop()
            self._line = None
