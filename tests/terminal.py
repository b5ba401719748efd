"""A terminal, for what a command shows only to somebody who looks at it."""

from __future__ import annotations

import os
import pty
import subprocess

from installation import Answer, Installation


def on_a_terminal(
    office: Installation, *arguments: str, columns: int = 80, **environment: str
) -> Answer:
    """Run a command in a terminal; return its exit code and all that it wrote there, as `out`."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        office.command(*arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment},
    )
    os.close(theirs)
    seen = b""
    while part := _read(ours):
        seen += part
    os.close(ours)
    return Answer(process.wait(timeout=30), seen.decode(), "")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""
