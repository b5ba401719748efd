"""A stream that is closed, full or not read stops no run and changes no exit code.

Each process gets its whole environment from here: a variable of this machine, above all
PYTHONUNBUFFERED, must hide nothing.
"""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Mapping

import pytest
from installation import Installation

from lnb24so.sandbox import Exchange, Reply

pytestmark = pytest.mark.slow

LOST = "lnb24so: The answer could not be printed (No space left on device).\n"
WITHOUT_STDERR = ("2>&-", "2>/dev/full", "2> >(exec true)")
WITHOUT_READER = (">&-", "| head -c 0")
WITHOUT_BOTH = (">&- 2>&-", "2>&1 | head -c 0", "<&- >&- 2>&-")


@pytest.fixture(params=["empty", "unbuffered"])
def environment(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """Return all variables of a process: as few as cron gives, or what containers add."""
    few = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return few if request.param == "empty" else few | {"PYTHONUNBUFFERED": "1"}


def command_line(office: Installation, command: str) -> list[str]:
    program = [sys.executable, "-m", "lnb24so", "--config", str(office.file)]
    return [*program, *shlex.split(command)]


def in_shell(
    office: Installation, command: str, streams: str, environment: Mapping[str, str]
) -> tuple[int, str]:
    """Run a command line in a shell, its streams as given; return its own code and stderr."""
    line = f"set -o pipefail; {shlex.join(command_line(office, command))} {streams}"
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, env=environment
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("stderr", WITHOUT_STDERR)
def test_without_stderr_the_orders_move_all_the_same(
    office: Installation, stderr: str, environment: Mapping[str, str]
) -> None:
    code, _ = in_shell(office, "-v push-orders", stderr, environment)
    assert (code, len(office.box.erp.creates)) == (3, 12)
    (finished,) = office.log_lines("run.finished")
    assert finished["exit_code"] == 3


@pytest.mark.parametrize("streams", [*WITHOUT_STDERR, *WITHOUT_READER, *WITHOUT_BOTH])
def test_a_small_answer_and_a_mistake_end_with_their_own_code(
    office: Installation, streams: str, environment: Mapping[str, str]
) -> None:
    for command in ("--help", "--version", "status"):
        assert in_shell(office, command, streams, environment) == (0, ""), command
    assert in_shell(office, "push-orders --any-status", streams, environment)[0] == 2
    office.write_config("nonsense: 1\n")
    assert in_shell(office, "status", streams, environment)[0] == 2


@pytest.mark.parametrize("streams", [*WITHOUT_READER, "2>&1 | head -c 0"])
def test_without_a_reader_a_run_ends_with_its_own_code(
    office: Installation, streams: str, environment: Mapping[str, str]
) -> None:
    code, said = in_shell(office, "push-orders --json", streams, environment)
    assert (code, "could not be printed" in said) == (3, False)
    assert len(office.box.erp.creates) == 12


@pytest.mark.parametrize("streams", WITHOUT_READER)
def test_without_a_reader_a_look_ends_with_its_own_code(
    office: Installation, streams: str, environment: Mapping[str, str]
) -> None:
    office.run("push-orders")
    looks = {"push-orders -n": 0, "preview": 0, "status -q": 3, "status --exported --csv": 0}
    for command, code in {**looks, "check": 0}.items():
        assert in_shell(office, command, streams, environment) == (code, ""), command


def test_an_answer_that_does_not_fit_is_named(
    office: Installation, environment: Mapping[str, str]
) -> None:
    office.run("push-orders")
    for command in ("push-orders -n", "status --exported --csv", "--help", "--version"):
        assert in_shell(office, command, ">/dev/full", environment) == (1, LOST), command
    assert in_shell(office, "--help", ">/dev/full 2>&1", environment) == (1, "")


@pytest.mark.parametrize(("most", "code", "creates"), [(50, 3, 12), (1, 4, 0)])
def test_a_run_that_wrote_keeps_its_code_although_its_answer_does_not_fit(
    office: Installation, most: int, code: int, creates: int, environment: Mapping[str, str]
) -> None:
    office.set("orders", max_per_run=most)
    ended, said = in_shell(office, "push-orders --json", ">/dev/full", environment)
    assert (ended, len(office.box.erp.creates)) == (code, creates)
    assert said.endswith(LOST)


@pytest.mark.parametrize(("command", "code"), [("-v push-orders", 3), ("preview", 0), ("check", 0)])
def test_a_terminal_that_goes_away_in_the_middle_of_a_run_stops_nothing(
    office: Installation, command: str, code: int, environment: Mapping[str, str]
) -> None:
    ours, theirs = pty.openpty()
    gone: list[int] = []

    def go_away(exchange: Exchange) -> Reply:
        os.close(ours)
        gone.append(ours)
        return exchange.apply()

    office.box.faults.add("GetProducts", go_away)
    with subprocess.Popen(
        command_line(office, command),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        start_new_session=True,
        env={**environment, "TERM": "xterm"},
    ) as process:
        os.close(theirs)
    assert (process.returncode, gone) == (code, [ours])
