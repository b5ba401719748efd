"""The log: one JSON line per event, from one closed list of events, without secrets."""

from __future__ import annotations

import json
import math
import os
import re
import traceback
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Literal, TextIO
from urllib.parse import quote, quote_plus

from lnb24so.errors import ConfigError

Redact = Callable[[str], str]

MASK = "***"
FILE_MODE = 0o640
FILE_NAME = re.compile(r"lnb24so-([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl")
LIMIT_TRACEBACK = 20_000
OWN_KEYS = ("timestamp", "level", "event", "run_id", "task")
SECRET_WORDS = {"passw", "secret", "token", "authorization", "cookie", "session", "credential"}
# Tokens and session ids are born during the run: known by the name beside them, not by value.
# One of SECRET_WORDS stands in every text that this fits.
NAMED_SECRET = re.compile(
    r"""((?:token|passw(?:or)?d|secret|session_?id)["']?\s*(?:=|(?<=["'])\s*:)\s*["']?)"""
    r"""[^\s&"'<>;,]+""",
    re.I,
)
# JSON lets these through, but a terminal obeys some and others end a line.
UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of log line: its level, its meaning, and what it holds beside OWN_KEYS."""

    level: Literal["info", "warning", "error"]
    meaning: str
    fields: str = ""


ORDER = "reference, customer_id, erp_reference"
WHY = "reference, reason, message, line"

EVENTS: Mapping[str, Event] = {
    "run.started": Event("info", "A run began.", "version, dry_run"),
    "run.finished": Event("info", "A run ended, with its counters.", "seconds, exit_code, summary"),
    "run.failed": Event("error", "A run ended early.", "message, exit_code"),
    "session.opened": Event("info", "We logged in to 24SevenOffice."),
    "session.renewed": Event("warning", "The session died; we log in again.", "message"),
    "company.selected": Event("info", "The company of this run.", "company_id, company"),
    "request.retried": Event("warning", "A request is sent again.", "message, seconds"),
    "order.sending": Event("info", "The one creating request goes out.", f"{ORDER}, attempt"),
    "order.created": Event("info", "The order is in 24SevenOffice.", f"{ORDER}, order_id"),
    "order.adopted": Event("info", "It was there already; we took it.", f"{ORDER}, order_id"),
    "order.finished": Event("info", "Its status step is done.", f"{ORDER}, order_id"),
    "order.blocked": Event("warning", "Something must be mended first.", WHY),
    "order.marked_blocked": Event("info", "Le New Black shows it as blocked.", ORDER),
    "order.refused": Event("warning", "24SevenOffice rejected the order.", WHY),
    "order.unconfirmed": Event("warning", "No clear answer; it may exist.", WHY),
    "order.retry": Event("warning", "Not processed; the next run tries again.", WHY),
    "order.decision_needed": Event("error", "A person must decide.", WHY),
    "order.looked_again": Event("info", "Once in doubt, and still there once.", ORDER),
    "order.withdrawn": Event("info", "It left the export status unsent.", WHY),
    "order.skipped": Event("info", "A person decided not to send it.", WHY),
    "order.unread": Event("warning", "Le New Black did not show it.", "reference, message"),
    "order.status_failed": Event("warning", "Only the status step failed.", "reference, message"),
    "order.differs": Event("warning", "Read back, it is not as sent.", "reference, message"),
    "order.not_read_back": Event("warning", "New orders were not read back.", "message, count"),
    "order.changed_after_export": Event("warning", "Changed after export.", WHY),
    "order.canceled_after_export": Event("warning", "Canceled after export.", WHY),
    "order.resolved": Event("info", "A person settled it.", "reference, decision, user, note"),
    "order.warning": Event("warning", "Exported, but worth a look.", WHY),
    "orders.stopped": Event("warning", "The remaining orders wait.", "message"),
    "orders.guard": Event("error", "Too many orders wait; none was sent.", "message"),
    "products.read": Event("info", "24SevenOffice's products.", "count, open_orders"),
    "inventory.read": Event("info", "Le New Black's inventory.", "count"),
    "stock.batch_sent": Event("info", "Levels sent: code, before, after.", "levels, refused"),
    "stock.refused": Event("warning", "Le New Black refused the level.", "code, reason, message"),
    "stock.skipped": Event("info", "The level stays, for a new reason.", "code, reason"),
    "stock.code_unknown": Event("warning", "Le New Black lacks the code.", "code, reason"),
    "stock.guard": Event("error", "The drop looks wrong; nothing was sent.", "message"),
    "ping.failed": Event("warning", "Monitoring was not told.", "ping, host, message"),
    "error.unexpected": Event("error", "A fault in this tool.", "error, traceback"),
}


class Log:
    """Writes events; a write that fails never raises, see `failed`."""

    def __init__(self, logger: Any, files: _DayFiles, redact: Redact) -> None:
        """Take the parts that `open_log` put together."""
        self._logger = logger
        self._files = files
        self.redact = redact

    @property
    def failed(self) -> str | None:
        """The first reason why a line could not be written, or None."""
        return self._files.failed

    def event(self, name: str, /, **fields: object) -> None:
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
        if len(text) > LIMIT_TRACEBACK:
            half = LIMIT_TRACEBACK // 2
            text = f"{text[:half]}\n[...]\n{text[-half:]}"
        self.event("error.unexpected", error=type(error).__name__, traceback=text)

    def close(self) -> None:
        """Close the file; a later event opens it again."""
        self._files.close()


def open_log(
    folder: Path,
    *,
    run_id: str,
    task: str,
    secrets: Iterable[str],
    keep_days: int,
    now: Callable[[], datetime],
    echo: TextIO | None = None,
) -> Log:
    """Return the log of one run, with files older than keep_days removed.

    `echo` also gets each event as a line for people. ConfigError when the folder cannot be used.
    """
    import structlog

    redact = _redactor(secrets)
    files = _DayFiles(folder)
    today = now().astimezone(UTC).date()
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        files.open(today)
        _prune(folder, today - timedelta(days=keep_days))
    except OSError as error:
        raise ConfigError(
            f"paths.logs: {folder} cannot be written: {error.strerror}. "
            "Fix: make it writable for this user, or set paths.logs to another folder."
        ) from None

    def arrange(_: Any, level: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
        own = {**fields, "timestamp": _plain(now(), redact), "level": level}
        line: dict[str, Any] = {key: own[key] for key in OWN_KEYS}
        return line | {k: _plain(v, redact, k) for k, v in fields.items() if k not in OWN_KEYS}

    def show(_: Any, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
        if echo is not None:
            # A terminal that went away is no reason to stop moving orders.
            with suppress(OSError, ValueError):
                print(_for_people(fields), file=echo, flush=True)
        return fields

    # Everything is given here: structlog's global configuration would leak between two logs.
    logger = structlog.wrap_logger(
        files,
        processors=[arrange, show, _as_json],
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
            written = os.write(self._descriptor, data)
            if written < len(data):
                self._is_torn = True
                raise OSError(0, "the disk took only a part of a line")
            self._is_torn = False
        except OSError as error:
            self.failed = self.failed or f"{self._folder}: {error.strerror}"

    info = warning = error = write  # what structlog calls, by level

    def open(self, day: date) -> None:
        """Make the day's file the current one; OSError when that fails."""
        self.close()
        path = self._folder / f"lnb24so-{day.isoformat()}.jsonl"
        # Readable, to see whether an earlier run was cut off in the middle of a line.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        self._descriptor = os.open(path, flags, FILE_MODE)
        self._day = day
        size = os.fstat(self._descriptor).st_size
        if size == 0:
            os.fchmod(self._descriptor, FILE_MODE)  # whatever the umask
        self._is_torn = size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"

    def close(self) -> None:
        """Close the current file, if there is one."""
        if self._day is not None:
            self._day = None
            os.close(self._descriptor)


def _prune(folder: Path, oldest: date) -> None:
    for path in folder.iterdir():
        if match := FILE_NAME.fullmatch(path.name):
            # A name without a real date is not ours, and one file that stays harms nobody.
            with suppress(OSError, ValueError):
                if date.fromisoformat(match[1]) < oldest:
                    path.unlink()


def _redactor(secrets: Iterable[str]) -> Redact:
    """Return a function that masks the secrets in a text, also URL, JSON and XML encoded."""
    forms = {
        form
        for secret in secrets
        if secret
        for form in (
            *(secret, quote(secret, safe=""), quote_plus(secret), quote(secret)),
            *(escape(secret), escape(secret, quote=False)),
            *(json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]),
        )
    }
    # The longest first: one secret may be the beginning of another.
    known = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    values = re.compile(known or r"(?!)", re.I)
    signs = {form.casefold() for form in forms} | SECRET_WORDS

    def redact(text: str) -> str:
        # Most texts hold no sign of a secret, and looking for one is many times faster.
        if not _holds_any(signs, text):
            return text
        return NAMED_SECRET.sub(rf"\1{MASK}", values.sub(MASK, text))

    return redact


def _holds_any(words: Iterable[str], text: str) -> bool:
    folded = text.casefold()
    return any(word in folded for word in words)


def _plain(value: object, redact: Redact, key: str = "") -> Any:
    """Return the value as JSON can hold it, redacted by key and by content."""
    if key and _holds_any(SECRET_WORDS, key):
        return MASK
    match value:
        case None | bool() | int():
            return value
        case list() | tuple() | set() | frozenset():
            return [_plain(item, redact) for item in value]
        case float() if math.isfinite(value):
            return value
        case datetime() if value.tzinfo:
            text = value.astimezone(UTC).isoformat(timespec="milliseconds")
            return text.replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return _plain_mapping(value, redact)
    return redact(str(value))


def _plain_mapping(found: Mapping[object, object], redact: Redact) -> dict[str, Any]:
    """Return the mapping as JSON can hold it; the keys of a long one are looked through as one."""
    names = "\n".join(map(str, found))
    if _holds_any(SECRET_WORDS, names) or redact(names) != names:
        return {redact(str(k)): _plain(v, redact, str(k)) for k, v in found.items()}
    return {str(k): _plain(v, redact) for k, v in found.items()}


def _as_json(
    _: Any, __: str, fields: MutableMapping[str, Any]
) -> tuple[tuple[date, str], dict[str, Any]]:
    line = json.dumps(fields, ensure_ascii=False)
    day = date.fromisoformat(fields["timestamp"][:10])
    return (day, UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)), {}


def _for_people(fields: Mapping[str, Any]) -> str:
    shown = [f"{k}={_word(v)}" for k, v in fields.items() if k not in OWN_KEYS]
    return " ".join([fields["timestamp"][11:19], fields["event"], *shown])


def _word(value: object) -> str:
    """Return a value as one word, in quotes where it has spaces or could steer a terminal."""
    if isinstance(value, str):
        is_word = value.isprintable() and value and " " not in value
        return value if is_word else json.dumps(value, ensure_ascii=not value.isprintable())
    return json.dumps(value)
