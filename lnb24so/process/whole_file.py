"""Write a file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


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
