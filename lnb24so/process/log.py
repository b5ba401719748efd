"""The log: one JSON line per event, from one closed list of events, without secrets."""

from __future__ import annotations

import json
import math
import os
import re
import stat
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from lnb24so.errors import ConfigError
from lnb24so.texts import harmless_json

from .events import EVENTS, EventName
from .redact import KEPT, MASK, Redactor, holds_secret_word
from .whole_file import open_regular

FILE_MODE = 0o640
FILE_NAME = re.compile(r"lnb24so-([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl")
LIMIT_TRACEBACK = 20_000
OWN_KEYS = ("timestamp", "level", "event", "run_id", "task")


@dataclass(frozen=True)
class Log:
    """Writes events; a write that fails never raises, see `failed`."""

    _logger: Any
    _files: _DayFiles
    redact: Redactor

    @property
    def failed(self) -> str | None:
        """The first reason why a line could not be written, or None."""
        return self._files.failed

    def event(self, name: EventName, /, **fields: object) -> None:
        """Write one line; ValueError for an unlisted name or for a field that every line has."""
        if name not in EVENTS:
            raise ValueError(f"{name} is not in the list of log events")
        if taken := fields.keys() & set(OWN_KEYS):
            raise ValueError(f"{name}: every line has its own {', '.join(sorted(taken))}")
        getattr(self._logger, EVENTS[name].level)(name, **fields)

    def exception(self, error: BaseException) -> None:
        """Write error.unexpected with the traceback, without local variables."""
        # Redacted before it is cut, for half a secret would not be recognised.
        text = self.redact("".join(traceback.format_exception(error)))
        half = LIMIT_TRACEBACK // 2
        text = text if len(text) <= 2 * half else f"{text[:half]}\n[...]\n{text[-half:]}"
        self.event("error.unexpected", error=type(error).__name__, traceback=text)

    def close(self) -> None:
        """Close the file; a later event opens it again."""
        self._files.close()


def open_log(
    folder: Path,
    *,
    run_id: str,
    task: str,
    redact: Redactor,
    keep_days: int,
    now: Callable[[], datetime],
    echo: TextIO | None = None,
) -> Log:
    """Return the log of one run, without its old files; `echo` also gets each line, for people."""
    import structlog

    files = _DayFiles(folder)
    today = now().astimezone(UTC).date()
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        outdated = _outdated(folder, today, timedelta(days=keep_days))
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

    def arrange(
        _: Any, level: str, fields: MutableMapping[str, Any]
    ) -> tuple[tuple[date, str], dict[str, Any]]:
        at = now()
        own = {**fields, "timestamp": _plain(at, redact), "level": level}
        line: dict[str, Any] = {key: own[key] for key in OWN_KEYS}
        line |= {k: _plain(v, redact, k) for k, v in fields.items() if k not in OWN_KEYS}
        if echo is not None:
            # A terminal that went away is no reason to stop moving orders.
            with suppress(OSError, ValueError):
                print(_for_people(line), file=echo, flush=True)
        return (at.astimezone(UTC).date(), harmless_json(json.dumps(line, ensure_ascii=False))), {}

    # Everything is given here: structlog's global configuration would leak between two logs.
    logger = structlog.wrap_logger(
        files,
        processors=[arrange],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        context_class=dict,
        cache_logger_on_first_use=False,
    )
    return Log(logger.bind(run_id=run_id, task=task), files, redact)


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


def _plain(value: object, redact: Redactor, key: str = "") -> Any:
    """Return the value as JSON can hold it, redacted by key and by content."""
    if key and holds_secret_word(key):
        return MASK
    match value:
        case None | bool() | int():
            return value
        case list() | tuple() | set() | frozenset():
            return [_plain(item, redact, key) for item in value]
        case float() if math.isfinite(value):
            return value
        case datetime() if value.tzinfo:
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping() if _is_levels(value):
            return value  # A hundred thousand codes with whole numbers, and no free text.
        case Mapping():
            return {redact.own(str(k)): _plain(v, redact, str(k)) for k, v in value.items()}
    return str(value) if key in KEPT else redact.own(str(value))


def _is_levels(mapping: Mapping[Any, Any]) -> bool:
    """Return whether each value is a pair of whole numbers or None, which cannot hold a secret."""
    if {*map(type, mapping)} != {str} or {*map(type, mapping.values())} != {tuple}:
        return False
    return {*map(type, chain.from_iterable(mapping.values()))} <= {int, type(None)}


def _for_people(fields: Mapping[str, Any]) -> str:
    shown = [f"{k}={_word(v)}" for k, v in fields.items() if k not in OWN_KEYS]
    return " ".join([fields["timestamp"][11:19], fields["event"], *shown])


def _word(value: object) -> str:
    """Return a value as one word, in quotes where it has spaces or could steer a terminal."""
    if isinstance(value, str):
        is_word = value.isprintable() and value and " " not in value
        return value if is_word else json.dumps(value, ensure_ascii=not value.isprintable())
    return json.dumps(value)
