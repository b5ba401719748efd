"""One run at a time for each state folder."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from lnb24so.clock import Clock, from_utc_text, utc_text
from lnb24so.errors import ConfigError, Locked

from .whole_file import open_regular

WAIT_SECONDS = 60


@contextmanager
def run_lock(folder: Path, command: str, clock: Clock) -> Iterator[None]:
    """Hold the folder's lock while the block runs; wait for it up to 60 seconds.

    Raises Locked, and ConfigError where the folder cannot be written. The kernel lets go of the
    lock when the process dies, however it dies.
    """
    descriptor = _open(folder)
    waited = 0
    try:
        while not _taken(descriptor):
            if waited >= WAIT_SECONDS:
                raise _locked(descriptor, clock.now())
            clock.sleep(1)
            waited += 1
        note = {"pid": os.getpid(), "command": command, "since": utc_text(clock.now())}
        # For people only: a full disk is for the ledger to notice, which says so.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(note).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _open(folder: Path) -> int:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_regular(folder / "lock", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise ConfigError(
            f"The state folder {folder} cannot be written ({error.filename}: {error.strerror}). "
            "Fix: give this user the folder, or change paths.state."
        ) from None


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked(descriptor: int, now: datetime) -> Locked:
    """Return the error that names who holds the lock, and for how long."""
    age = None
    try:
        note = json.loads(os.pread(descriptor, 4096, 0))
        age = now - from_utc_text(note["since"])
        seconds = age // timedelta(seconds=1)
        who = f"process {note['pid']} ({note['command']}), running for {seconds} seconds"
    except (ValueError, KeyError, TypeError):
        who = "a process that has just started"
    return Locked(
        f"Another run holds the lock: {who}. This run did nothing; the next one will.", age
    )
