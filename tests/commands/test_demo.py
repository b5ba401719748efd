"""`lnb24so demo`: the whole job, in the order cron does it, and what to try next."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from lnb24so.__main__ import main

pytestmark = pytest.mark.slow


def test_it_does_what_cron_does_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["demo"]) == 0
    shown = capsys.readouterr().out
    assert re.findall(r"^\d\. lnb24so ([a-z-]+):", shown, re.MULTILINE) == [
        *("preview", "push-orders", "pull-stock", "preview"),
    ]
    first, second = (re.findall(r"^Orders: (.*)", shown, re.MULTILINE)[n] for n in (0, -1))
    assert (first, second) == ("12 to create, 13 blocked.", "13 blocked.")
    assert str(tmp_path) not in shown
    assert list(tmp_path.iterdir()) == []
    assert shown.index("lnb24so demo --keep") > shown.index(second)


def test_what_it_names_to_try_works_while_both_systems_are_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = {}

    def in_another_window(_: float) -> None:
        shown = capsys.readouterr().out.partition("Both systems go on")[2]
        for command in re.findall(r"^  lnb24so (.+)$", shown, re.MULTILINE):
            codes[command.partition("config.yaml ")[2]] = main(shlex.split(command))
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", in_another_window)
    assert main(["demo", "--keep"]) == 0
    assert list(codes.values()) == [0, 0, 0, 0, 0]
    assert (tmp_path / "page.html").stat().st_size > 1000
    assert "70101 is done" in capsys.readouterr().out
