"""A stream that is closed, full or not read stops no run and changes no exit code."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
from installation import Installation

LOST = "lnb24so: The answer could not be printed (No space left on device).\n"


def in_shell(office: Installation, command: str, streams: str) -> tuple[int, str]:
    """Run a command line in a shell, its streams as given; return its own code and stderr."""
    program = shlex.join([sys.executable, "-m", "lnb24so", "--config", str(office.file)])
    line = f"set -o pipefail; {program} {command} {streams}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full", "2> >(exec true)"])
def test_without_stderr_the_orders_move_all_the_same(office: Installation, stderr: str) -> None:
    code, _ = in_shell(office, "push-orders", stderr)
    assert (code, len(office.box.erp.creates)) == (3, 12)
    (finished,) = office.log_lines("run.finished")
    assert finished["exit_code"] == 3


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
def test_without_stderr_a_mistake_still_ends_with_its_code(
    office: Installation, stderr: str
) -> None:
    assert in_shell(office, "push-orders --any-status", stderr)[0] == 2
    office.write_config("nonsense: 1\n")
    assert in_shell(office, "push-orders", stderr)[0] == 2


@pytest.mark.parametrize("stdout", [">&-", "| head -c 0"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("push-orders -n", 0),
        ("push-orders --json", 3),
        ("preview", 0),
        ("status -q", 3),
        ("status --exported --csv", 0),
        ("check", 0),
        ("--help", 0),
    ],
)
def test_without_a_reader_a_command_ends_with_its_own_code(
    office: Installation, command: str, code: int, stdout: str
) -> None:
    if command.startswith("status"):
        office.run("push-orders")
    ended, said = in_shell(office, command, stdout)
    assert (ended, "could not be printed" in said) == (code, False)


@pytest.mark.parametrize("command", ["push-orders -n", "status --exported --csv", "--help"])
def test_an_answer_that_does_not_fit_is_named(office: Installation, command: str) -> None:
    office.run("push-orders")
    assert in_shell(office, command, ">/dev/full") == (1, LOST)
