"""crontab.example in a real cron daemon: stock and orders move, and the log is written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from installation import Installation

pytestmark = pytest.mark.slow

CRONTAB = Path("/etc/cron.d/lnb24so-test")


def jobs(text: str) -> list[str]:
    """Return the lines of a crontab that are jobs."""
    return [line for line in text.splitlines() if re.match(r"[*\d]", line)]


@pytest.fixture
def example(project_root: Path) -> str:
    return (project_root / "crontab.example").read_text(encoding="utf-8")


def test_the_example_is_safe_in_any_cron(example: str) -> None:
    settings = dict(
        line.split("=", 1) for line in example.splitlines() if re.match(r"[A-Z]+", line)
    )
    assert {"PATH", "MAILTO", "SHELL"} <= settings.keys()
    for job in jobs(example):
        assert "%" not in job, "cron reads an unescaped % as the end of the command"
        commands = job.split(None, 6)[6].split("; ")
        assert all(command.startswith("/") for command in commands)
    assert example.endswith("\n"), "cron ignores a last line without an end"


def test_the_example_runs_orders_before_stock(example: str) -> None:
    quarterly, levels, proof, morning = jobs(example)
    assert quarterly.startswith("*/15 ")
    assert quarterly.index("push-orders") < quarterly.index("pull-stock")
    assert levels.endswith("pull-stock --all")
    assert proof.endswith("-q reconcile")
    assert morning.endswith("status -q")


def test_a_real_cron_daemon_moves_stock_and_orders(
    office: Installation, example: str, tmp_path: Path
) -> None:
    if shutil.which("cron") is None or os.geteuid() != 0:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Debian's cron, and root to use it")
        pytest.skip("needs Debian's cron, and root to use it")
    program = Path(sys.executable).with_name("lnb24so")
    crontab = (
        example.replace("/opt/lnb24so/bin/lnb24so", str(program))
        .replace("* lnb24so /", "* root /")
        .replace("1-5 lnb24so /", "1-5 root /")
        .replace("/etc/lnb24so/config.yaml", str(office.file))
        .replace("*/15 ", "* ")
        .replace("MAILTO=technician@example.com", 'MAILTO=""')
    )
    with daemon(crontab):
        for _ in range(600):
            if office.log_lines_of("pull-stock", "run.finished"):
                break
            time.sleep(0.5)
        else:
            pytest.fail(f"cron ran nothing to its end:\n{office.log_text()[-2000:]}")
    assert [line["exit_code"] for line in office.log_lines("run.finished")][:2] == [3, 0]
    assert len(office.box.erp.creates) == 12
    assert "POST /multi/inventory/ean" in office.writes()


@contextmanager
def daemon(crontab: str) -> Iterator[None]:
    """Run cron with one more crontab."""
    CRONTAB.write_text(crontab, encoding="utf-8")
    CRONTAB.chmod(0o644)
    try:
        with cron_daemon():
            yield
    finally:
        CRONTAB.unlink(missing_ok=True)


@contextmanager
def cron_daemon() -> Iterator[None]:
    """Run cron; where a daemon runs already, that one does the work."""
    cron = subprocess.Popen(["cron", "-f"], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        cron.terminate()
        cron.wait()
