"""Read only what is a file, and write a file whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


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
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def write_whole(file: Path, text: str) -> None:
    """Replace the file by the text, readable by this user only; raises OSError.

    A link is followed. What was there stays until the new content is on disk; a device or a pipe,
    such as /dev/stdout, is written to and never replaced.
    """
    if file.exists() and not file.is_file():
        file.write_text(text, encoding="utf-8")
        return
    import tempfile  # Slow to import, and most runs write no such file.

    target = file.resolve()
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
