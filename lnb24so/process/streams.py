"""The two streams of a command: that one is closed, full or not read any more stops no run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import click

from lnb24so.errors import Lnb24soError


def open_streams() -> None:
    """Put something where the shell closed a stream (`>&-`): Python has None there."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere())


def tell(words: str) -> None:
    """Say a sentence on stderr, if anybody is there to hear it."""
    with suppress(OSError, ValueError):
        click.echo(words, err=True)


@contextmanager
def printing() -> Iterator[None]:
    """Print an answer in this block; a reader that leaves, as `head` does, has what it wanted.

    Raises Lnb24soError where the answer cannot be printed, such as to a full disk.
    """
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise  # A file, and so not the stream.
        # Python flushes the stream once more when it ends, and would fail again.
        sys.stdout = _nowhere()
        if not isinstance(error, BrokenPipeError):
            words = f"The answer could not be printed ({error.strerror})."
            raise Lnb24soError(words) from None


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
