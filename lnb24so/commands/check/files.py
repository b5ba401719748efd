"""Check what the tool keeps on this machine: that it is files, and who else can get at them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .findings import Findings, few

KEPT = ("ledger*.sqlite3", "lock", "session.json", "lnb24so-*.jsonl")
"""The names of what lies in both folders."""

SESSION = "session.json"


def check_files(setting: str, folder: Path, findings: Findings) -> bool:
    """Note what in a folder others can change or read; return whether all of it is files."""
    kept = list(_kept(folder))
    no_files = [path for path, facts in kept if not stat.S_ISREG(facts.st_mode)]
    for path in no_files:
        kind = "a symbolic link" if path.is_symlink() else "no regular file"
        findings.error(setting, f"{path} is {kind}, and runs keep nothing there. Fix: rm {path}")
    everything = [(folder, folder.stat()), *_files(kept)]
    open_to_all = [path for path, facts in everything if facts.st_mode & stat.S_IWOTH]
    if open_to_all:
        findings.error(
            setting,
            f"Every user of this machine can change {_names(open_to_all)}, and so what is sent. "
            f"Fix: chmod -R o-w {folder}",
        )
    for path, facts in _files(kept):
        if path.name == SESSION and facts.st_mode & (stat.S_IRGRP | stat.S_IROTH):
            findings.error(
                setting, f"Others can read {path}, which is a login. Fix: chmod 600 {path}"
            )
    read = [p for p, facts in _files(kept) if facts.st_mode & stat.S_IROTH and p.name != SESSION]
    if read:
        findings.warn(
            setting,
            f"Every user of this machine can read {_names(read)}: customers and amounts. "
            f"Fix: chmod -R o-r {folder}",
        )
    return not no_files


def _kept(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for pattern in KEPT:
        for path in sorted(folder.glob(pattern)):
            with suppress(OSError):  # A run may just have deleted it.
                yield path, path.lstat()


def _files(kept: list[tuple[Path, os.stat_result]]) -> list[tuple[Path, os.stat_result]]:
    return [(path, facts) for path, facts in kept if stat.S_ISREG(facts.st_mode)]


def _names(paths: list[Path]) -> str:
    """Return the first few paths, and how many more there are."""
    return few(list(map(str, paths)), 3)
