"""Read only what is a file, and write a file whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

STDERR = Path("-")
"""What stands for stderr in place of a folder."""


def open_regular(
    path: Path, flags: int = os.O_RDONLY, mode: int = 0o600, *, links: bool = False
) -> int:
    """Return a descriptor of a regular file; `links` follows a symbolic link to one.

    Raises OSError, for a pipe too, which would keep us waiting, and for a device.
    """
    how = os.O_NONBLOCK | os.O_CLOEXEC | (0 if links else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags | how, mode)
    except OSError as error:
        if error.errno == errno.ELOOP and not links:
            raise OSError(errno.ELOOP, "it is a symbolic link", str(path)) from None
        raise
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def write_whole(file: Path, text: str, *, links: bool = False) -> None:
    """Replace the file by the text, readable by this user only; raises OSError.

    What was there stays until the new content is on disk. A symbolic link is replaced too; with
    `links` it is followed, and a device, such as a terminal, or this process's own standard output
    is written to and never replaced. Another pipe is refused: it may have no reader, for ever.
    """
    if links and file.exists() and not file.is_file():
        if file.is_fifo() and not os.path.samestat(file.stat(), os.fstat(1)):
            raise OSError(errno.EINVAL, "it is a pipe", str(file))
        file.write_text(text, encoding="utf-8")
        return
    import tempfile  # Slow to import, and most runs write no such file.

    target = file.resolve() if links else file
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def read_regular(path: Path, most: int, *, links: bool = False) -> tuple[bytes, os.stat_result]:
    """Return the first `most` bytes of a regular file, and what it is; raises OSError."""
    with os.fdopen(open_regular(path, links=links), "rb") as file:
        return file.read(most), os.fstat(file.fileno())
