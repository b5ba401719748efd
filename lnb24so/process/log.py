"""The log: one JSON line per event, from one closed list of events, without secrets.

It goes to a file for each day, or to stderr (`paths.logs: "-"`), in place of all sentences there.
"""

from __future__ import annotations

import json
import math
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from lnb24so.errors import Lnb24soError
from lnb24so.texts import harmless_json

from .events import EVENTS, EventName
from .lines import Lines, Nowhere, Stderr, in_folder
from .redact import KEPT, MASK, Redactor, holds_secret_word
from .whole_file import STDERR

LIMIT_TRACEBACK = 20_000
OWN_KEYS = ("timestamp", "level", "event", "run_id", "task")


@dataclass(frozen=True)
class Log:
    """Writes events; a write that fails never raises, see `failed`."""

    _logger: Any
    _lines: Lines
    redact: Redactor
    _found_by: str

    @property
    def speaks(self) -> bool:
        """Whether its lines go where sentences would, and so take their place."""
        return isinstance(self._lines, Stderr)

    @property
    def failed(self) -> str | None:
        """The first reason why a line could not be written, or None."""
        return self._lines.failed

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

    @contextmanager
    def faults_as_errors(self) -> Iterator[None]:
        """Turn what nobody foresaw into Lnb24soError, with the traceback in the log."""
        try:
            yield
        except Lnb24soError:
            raise
        except Exception as error:
            self.exception(error)
            raise Lnb24soError(
                f"An unexpected error ended the run ({type(error).__name__}). This is a fault in "
                f"lnb24so. Details: {self._found_by}"
            ) from error

    def close(self) -> None:
        """Close the file; a later event opens it again."""
        self._lines.close()


def open_log(
    folder: Path,
    *,
    run_id: str,
    task: str,
    redact: Redactor,
    keep_days: int,
    now: Callable[[], datetime],
    writes: bool = True,
    echo: TextIO | None = None,
) -> Log:
    """Return the log of one run, without its old files; `echo` also gets each line, for people.

    In place of a folder STDERR lets a run that `writes` log there, and any other run nowhere.
    """
    structlog = _structlog()
    lines: Lines
    if folder != STDERR:
        lines = in_folder(folder, now().astimezone(UTC).date(), timedelta(days=keep_days))
        found_by = f"grep {run_id} {folder}/*.jsonl"
    elif writes:
        lines, echo = Stderr(), None  # A person gets each line already.
        found_by = f"the lines of {run_id} on stderr"
    else:
        lines, found_by = Nowhere(), "the same command with -v"

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
        lines,
        processors=[arrange],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        context_class=dict,
        cache_logger_on_first_use=False,
    )
    return Log(logger.bind(run_id=run_id, task=task), lines, redact, found_by)


def _structlog() -> Any:
    """Return structlog, without the rich that it would draw tracebacks with, which we never do.

    To import that takes longer than the rest of structlog, and five megabytes.
    """
    modules: dict[str, Any] = sys.modules
    with_rich = "rich" in modules
    modules.setdefault("rich", None)  # An import of it now fails, as where it is not installed.
    try:
        import structlog
    finally:
        if not with_rich:
            del modules["rich"]
    return structlog


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
