"""The README's first day, block by block as it is copied, on this machine, until cron's first run.

It makes a user, folders and a crontab, and so runs only where LNB24SO_FIRST_DAY says that it may.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import readme_parts
import yaml
from log_files import log_lines
from test_cron import cron_daemon

from lnb24so.sandbox import Sandbox

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("LNB24SO_FIRST_DAY") != "yes",
        reason="changes this machine; .ci/run allows it",
    ),
]

USER = "lnb24so"
CONFIG = Path("/etc/lnb24so/config.yaml")
CRONTAB = Path("/etc/cron.d/lnb24so")
LOGS = Path("/var/log/lnb24so")
MAILBOX = Path("/var/mail/lnb24so")
LINK = Path("/usr/local/bin/lnb24so")
FOLDERS = (Path("/opt/lnb24so"), Path("/var/lib/lnb24so"), LOGS, CONFIG.parent)
FILES = (CRONTAB, LINK, MAILBOX)
ADDRESS = "technician@example.com"
"""Replaced by the user's own mailbox: what a test sends must not leave the machine."""

DEBIAN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The PATH of root on a bare Debian."""

DAY = readme_parts.README.read_text("utf-8").partition("## First day")[2].partition("\n## ")[0]
BLOCKS = [block.replace(ADDRESS, USER) for block in re.findall(r"```sh\n(.*?)```", DAY, re.DOTALL)]
STEPS = re.findall(r"^\d\. `(lnb24so [^`]+)`", DAY, re.MULTILINE)


@pytest.fixture
def untouched() -> Iterator[None]:
    """Take away afterwards what the first day makes; refuse where any of it is there before."""
    there = [path for path in (*FOLDERS, *FILES) if path.exists() or path.is_symlink()]
    if there or USER in {one.pw_name for one in pwd.getpwall()}:
        pytest.fail(f"this machine has lnb24so already: {there or USER}")
    try:
        yield
    finally:
        for file in FILES:
            file.unlink(missing_ok=True)
        for folder in FOLDERS:
            shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["userdel", USER], check=False, capture_output=True)


def test_each_block_works_as_it_is_copied_until_the_first_run_of_cron(
    box: Sandbox, tmp_path: Path, project_root: Path, untouched: None
) -> None:
    install, configure, check, look, mail, cron = BLOCKS
    editor, typed = tmp_path / "editor", tmp_path / "typed"
    editor.write_text(f'#!/bin/sh\nnew=$(sed -f {typed} "$1") && echo "$new" > "$1"\n')
    editor.chmod(0o700)
    typed.write_text(typed_in(box))

    def run(block: str, *, expected: int = 0) -> str:
        """Run a block as root in a new shell, in the folder that the blocks before it went to."""
        folder = project_root if block in (install, configure) else Path("/")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=folder,
            env={"PATH": DEBIAN, "HOME": str(tmp_path), "EDITOR": str(editor)},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == expected, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    run(install)
    run(configure)
    assert (CONFIG.owner(), CONFIG.stat().st_mode & 0o777) == (USER, 0o600)
    (found,) = set(re.findall(rf"identity_id: {box.erp.identity_id}", run(check, expected=3)))
    typed.write_text(f"s|#identity_id: null|{found}|")
    run(f"{editor} {CONFIG}")
    assert "Check: 0 errors" in run(check)
    assert "Orders: 12 to create" in run(look)
    trial, _baseline, first, stock = STEPS
    as_user = "runuser -u lnb24so -- "
    assert "TEST-LNB70101" in run(as_user + trial.replace("REF", "70101"))
    run(as_user + first, expected=3)
    assert len(box.erp.creates) == 2
    run(as_user + stock)
    assert "A date: orders made before it" in run("lnb24so help since")
    box.lnb.orders["70112"]["retailer_reference"] = None
    run(mail)
    wait_for("arrive.", lambda: MAILBOX.read_text() if MAILBOX.exists() else "")
    run(cron)
    CRONTAB.write_text(CRONTAB.read_text("utf-8").replace("*/15 ", "* "), encoding="utf-8")
    before = len(log_lines(LOGS))
    with cron_daemon():
        wait_for("pull-stock run.finished", lambda: runs(before))
    ended = [one["exit_code"] for one in log_lines(LOGS)[before:] if one["event"] == "run.finished"]
    assert ended[:2] == [3, 0]
    assert len(box.erp.creates) == 12
    wait_for("70112: retailer", MAILBOX.read_text)


def runs(before: int) -> str:
    """Return what has ended since so many lines of the log."""
    return " ".join(f"{one['task']} {one['event']}" for one in log_lines(LOGS)[before:])


def wait_for(words: str, read: Callable[[], str]) -> None:
    """Wait until a text has these words, for five minutes at most."""
    for _ in range(600):
        if words in read():
            return
        time.sleep(0.5)
    pytest.fail(f"never came: {words}; there is: {read()[-2000:]}")


def typed_in(box: Sandbox) -> str:
    """Return what a person types into the configuration, all but the identity, for sed."""
    given = yaml.safe_load(box.config_text())
    del given["paths"], given["24sevenoffice"]["identity_id"]
    given["orders"]["since"] = f"{datetime.now(UTC) - timedelta(days=90):%Y-%m-%d}"
    return "".join(
        f"/^{section}:/,/^$/ s|^  #\\?{name}:.*|  {name}: {value}|\n"
        for section, settings in given.items()
        for name, value in settings.items()
    )
