"""Links, pipes and modes: nothing hangs, nothing else is written to, and `check` says so."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from installation import Installation

pytestmark = pytest.mark.slow

COMMANDS = (("push-orders",), ("pull-stock",), ("status",), ("preview",), ("check",))


def link(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.parent.parent / "victim")


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def mode(bits: int) -> Callable[[Path], None]:
    return lambda path: path.chmod(bits)


@pytest.fixture
def used(office: Installation) -> Installation:
    """Return an office that has run once, beside a file that nobody may touch."""
    office.by_hand(office.box.erp.now())
    assert office.run("push-orders", "--limit", "1").code in (0, 3)
    (office.folder / "victim").write_text("mine")
    return office


def log_of(office: Installation) -> str:
    (file,) = (office.folder / "logs").iterdir()
    return f"logs/{file.name}"


NAMES = ("state/ledger.sqlite3", "state/lock", "state/session.json", "log")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spoil", [link, pipe])
def test_what_is_no_file_holds_nobody_up_and_leads_nowhere_else(
    used: Installation, name: str, spoil: Callable[[Path], None]
) -> None:
    path = used.folder / (log_of(used) if name == "log" else name)
    spoil(path)
    found = used.run("check").out
    assert f"{path} is {'a symbolic link' if spoil is link else 'no regular file'}" in found
    for command in COMMANDS:
        answer = used.run(*command)
        assert answer.code in (0, 2, 3), answer
        assert "fault in lnb24so" not in answer.out + answer.err
    assert (used.folder / "victim").read_text() == "mine"


def test_a_session_that_is_a_link_is_made_a_file_again(used: Installation) -> None:
    file = used.folder / "state" / "session.json"
    link(file)
    assert used.run("pull-stock").code == 0
    assert stat.S_IMODE(file.lstat().st_mode) == 0o600
    assert not file.is_symlink()


@pytest.mark.parametrize(
    ("name", "bits", "level", "words"),
    [
        ("state", 0o777, "error", "Every user of this machine can change"),
        ("state", 0o1777, "error", "Every user of this machine can change"),
        ("logs", 0o777, "error", "Every user of this machine can change"),
        ("state/ledger.sqlite3", 0o666, "error", "Every user of this machine can change"),
        ("state/lock", 0o666, "error", "Every user of this machine can change"),
        ("log", 0o666, "error", "Every user of this machine can change"),
        ("state/session.json", 0o640, "error", "which is a login"),
        ("state/session.json", 0o604, "error", "which is a login"),
        ("state/ledger.sqlite3", 0o644, "warning", "Every user of this machine can read"),
        ("log", 0o644, "warning", "Every user of this machine can read"),
    ],
)
def test_check_says_who_else_can_change_or_read(
    used: Installation, name: str, bits: int, level: str, words: str
) -> None:
    path = used.folder / (log_of(used) if name == "log" else name)
    path.chmod(bits)
    answer = used.run("check", "--json")
    found = [one for one in answer.document["findings"] if words in one["message"]]
    assert [one["level"] for one in found] == [level]
    assert str(path) in found[0]["message"]
    assert "Fix: chmod " in found[0]["message"]
    assert (answer.code == 3) == (level == "error")


def test_the_usual_modes_are_no_finding(used: Installation) -> None:
    found = used.run("check", "--json").document["findings"]
    assert {one["level"] for one in found if one["name"].startswith("paths.")} == {"ok"}


def test_a_configuration_that_is_a_pipe_is_refused(office: Installation) -> None:
    pipe(office.folder / "pipe.yaml")
    answer = office.process("--config", str(office.folder / "pipe.yaml"), "status")
    assert answer.code == 2
    assert "it is no regular file" in answer.err
