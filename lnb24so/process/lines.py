"""Where the lines of the log go: to a file for each day, to stderr, or nowhere."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from lnb24so.errors import ConfigError

from .whole_file import open_regular

FILE_MODE = 0o640
FILE_NAME = re.compile(r"lnb24so-([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl")


class Lines(Protocol):
    """Where lines go. Besides, structlog calls it by the level of a line."""

    @property
    def failed(self) -> str | None:
        """Why a line could not be written, or None."""

    def close(self) -> None:
        """Let go of what is open."""


class Nowhere:
    """Takes every line, and keeps none."""

    failed = None

    def write(self, _day: date, _line: str, /) -> None:
        """Drop the line."""

    info = warning = error = write

    def close(self) -> None:
        """Do nothing."""


class Stderr(Nowhere):
    """Puts every line on stderr, if anybody is there to hear it."""

    def write(self, _day: date, line: str, /) -> None:
        """Print the line, whole."""
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    info = warning = error = write


def in_folder(folder: Path, today: date, keep: timedelta) -> Lines:
    """Return the open files of a folder, without the outdated ones; ConfigError if it cannot be."""
    files = _DayFiles(folder)
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        outdated = _outdated(folder, today, keep)
        files.open(today)
        for file in outdated:
            # One that stays harms nobody.
            with suppress(OSError):
                file.unlink()
    except OSError as error:
        raise ConfigError(
            f"paths.logs: {error.filename or folder} cannot be written: {error.strerror}. "
            "Fix: make it writable for this user, or set paths.logs to another folder."
        ) from None
    return files


class _DayFiles:
    """One file per UTC day, each line written by one call, so that two processes do not mix."""

    def __init__(self, folder: Path) -> None:
        self.failed: str | None = None
        self._folder = folder
        self._day: date | None = None
        self._descriptor = -1
        self._is_torn = False

    def write(self, day: date, line: str) -> None:
        """Append the line to the day's file; a failure is remembered, not raised."""
        try:
            if day != self._day:
                self.open(day)
            data = (b"\n" if self._is_torn else b"") + line.encode() + b"\n"
            self._is_torn = os.write(self._descriptor, data) < len(data)
            if self._is_torn:
                raise OSError(0, "the disk took only a part of a line")
        except OSError as error:
            self.failed = self.failed or f"{self._folder}: {error.strerror}"

    info = warning = error = write  # what structlog calls, by level

    def open(self, day: date) -> None:
        """Make the day's file the current one; OSError when that fails."""
        self.close()
        path = self._folder / f"lnb24so-{day.isoformat()}.jsonl"
        # Readable, to see whether an earlier run was cut off in the middle of a line.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        try:
            self._descriptor = open_regular(path, flags, FILE_MODE)
        except OSError:
            # Not elsewhere by a link, nor into a pipe that nobody reads; a device keeps nothing.
            if not path.is_char_device():
                raise
            self._descriptor = os.open(path, flags)
        self._day = day
        file = os.fstat(self._descriptor)
        if file.st_size == 0 and stat.S_ISREG(file.st_mode):
            os.fchmod(self._descriptor, FILE_MODE)  # whatever the umask
        last = os.pread(self._descriptor, 1, file.st_size - 1) if file.st_size else b"\n"
        self._is_torn = last != b"\n"

    def close(self) -> None:
        """Close the current file, if there is one."""
        if self._day is not None:
            self._day = None
            os.close(self._descriptor)


def _outdated(folder: Path, today: date, keep: timedelta) -> list[Path]:
    """Return the files to delete: those that the run before would have deleted, and one more.

    One more, and only by a day's first run, is what a day brings: a clock that is a hundred days
    ahead for a run must not cost all logs. The run before is the newest earlier day with a file.
    """
    days: dict[date, Path] = {}
    for path in folder.iterdir():
        if match := FILE_NAME.fullmatch(path.name):
            with suppress(ValueError):  # A name without a real date is not ours.
                days[date.fromisoformat(match[1])] = path
    before = max((day for day in days if day < today), default=today)
    old = sorted(day for day in days if day < today - keep)
    surely = sum(day < before - keep for day in old)
    return [days[day] for day in old[: surely + (today not in days)]]
