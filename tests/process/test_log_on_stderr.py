"""`paths.logs: "-"`: the log takes the place of the sentences on stderr, for who collects that."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from installation import Answer, Installation


@pytest.fixture
def pod(office: Installation) -> Installation:
    """Return an installation that logs to stderr."""
    office.change("logs: logs", 'logs: "-"')
    return office


def lines(answer: Answer) -> list[dict[str, Any]]:
    """Return what stands on stderr, all of which must be lines of the log."""
    return [json.loads(line) for line in answer.err.splitlines()]


def told(answer: Answer) -> list[str]:
    return [line["message"] for line in lines(answer) if line["event"] == "run.told"]


def test_a_run_that_writes_puts_its_lines_on_stderr_and_nothing_else(pod: Installation) -> None:
    orders, stock = pod.run("push-orders"), pod.run("pull-stock")
    assert (orders.code, orders.out, stock.code, stock.out) == (3, "", 0, "")
    for answer in (orders, stock):
        first, *_, last = lines(answer)
        assert (first["event"], last["event"]) == ("run.started", "run.finished")
        assert last["exit_code"] == answer.code
        assert {"timestamp", "level", "event", "run_id", "task"} <= first.keys()
    assert not (pod.folder / "logs").exists()
    assert not (pod.folder / "-").exists()


def test_what_a_person_would_be_told_is_a_line_too_and_told_once(pod: Installation) -> None:
    first, second = pod.run("push-orders"), pod.run("push-orders")
    assert any("has no customer reference" in sentence for sentence in told(first))
    assert told(second) == []
    assert second.code == 0
    assert lines(second)[-1]["event"] == "run.finished"


def test_a_failure_is_a_line_in_place_of_its_sentence(pod: Installation) -> None:
    pod.change(f"password: {pod.box.erp.password}", "password: another-one")
    answer = pod.run("pull-stock")
    assert answer.code == 2
    assert [line["exit_code"] for line in lines(answer) if line["event"] == "run.failed"] == [2]
    assert len(told(answer)) == 1
    assert "user name or password" in told(answer)[0]
    assert told(pod.run("pull-stock")) == []


def test_a_decision_that_does_not_fit_is_told_as_a_line(pod: Installation) -> None:
    pod.run("push-orders")
    answer = pod.run("resolve", "70101", "--skip")
    assert answer.code == 3
    assert "cancel it there" in told(answer)[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["preview"],
        ["push-orders", "--dry-run"],
        ["pull-stock", "-n", "--json"],
        ["status"],
        ["status", "70118"],
        ["check"],
    ],
)
def test_a_command_that_only_looks_writes_no_log(pod: Installation, arguments: list[str]) -> None:
    answer = pod.run(*arguments)
    assert answer.out
    assert '"event"' not in answer.err
    assert not (pod.folder / "logs").exists()


def test_the_answer_stays_on_stdout(pod: Installation) -> None:
    answer = pod.run("push-orders", "--json")
    assert answer.document["summary"]["created"] == 12
    assert lines(answer)[-1]["event"] == "run.finished"


def test_verbose_says_nothing_twice(pod: Installation) -> None:
    assert [line["event"] for line in lines(pod.run("-v", "pull-stock"))].count("run.started") == 1


def test_what_fails_before_the_log_is_known_is_a_sentence(pod: Installation) -> None:
    pod.change("lnb_mode: simple", "lnb_mode: simpel")
    answer = pod.run("pull-stock")
    assert answer.code == 2
    assert "stock.lnb_mode: expected" in answer.err


def test_a_full_stderr_changes_no_code(pod: Installation) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(pod.command("push-orders"), stderr=full, check=False, timeout=60)
    assert done.returncode == 3
    assert len(pod.created) == 12
