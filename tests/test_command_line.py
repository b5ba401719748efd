"""The command line: what it understands, what it refuses, and where it finds its configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from installation import Installation

from lnb24so.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pull-stok"], "No such command 'pull-stok'"),
        (["push-orders", "--dry"], "--dry"),
        (["push-orders", "--any-status"], "--any-status needs --order REF."),
        (["push-orders", "--limit", "0"], "--limit"),
        (["push-orders", "--limit", "many"], "--limit"),
        (["push-orders", "--limit", "1_0"], "--limit"),
        (["resolve", "70101", "--exported-as", "٣"], "--exported-as"),
        (["push-orders", "extra"], "extra"),
        (["preview", "orders", "--code", "1"], "--code is about stock, not orders."),
        (["push-orders", "--order", "\udcff"], "An argument is no UTF-8 text."),
        (["status", "\udcff"], "An argument is no UTF-8 text."),
        (["preview", "customers"], "'customers' is not one of 'stock', 'orders'"),
        (["--config"], "--config"),
    ],
)
def test_a_usage_error_is_exit_2_and_one_sentence(
    office: Installation, arguments: list[str], said: str
) -> None:
    answer = office.run(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert said in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command(capsys: pytest.CaptureFixture[str], flag: str) -> None:
    assert main([flag]) == 0
    shown = capsys.readouterr().out
    for command in ("pull-stock", "push-orders", "preview", "check", "status", "resolve", "demo"):
        assert f"\n  {command} " in shown


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"lnb24so \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_the_configuration_is_found_by_flag_by_variable_and_in_the_folder(
    office: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    places = (Path("config.yaml"), tmp_path / "etc.yaml")  # never the host's own /etc
    monkeypatch.setattr("lnb24so.config.schema.DEFAULT_PLACES", places)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LNB24SO_CONFIG", raising=False)
    assert main(["-q", "preview", "stock"]) == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(["-q", "preview", "stock"]) == 2
    monkeypatch.setenv("LNB24SO_CONFIG", str(office.file))
    assert main(["-q", "preview", "stock"]) == 0
    assert main(["--config", str(elsewhere / "none.yaml"), "preview"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["status", "--exported", "--since", "01.11.2026"],
            '--since: expected a date such as 2026-11-01 (got "01.11.2026")',
        ),
        (
            ["status", "--exported", "--until", "2026-02-30"],
            '--until: expected a date such as 2026-11-01 (got "2026-02-30")',
        ),
        (
            ["push-orders", "--limit", "0"],
            '--limit: expected a whole number from 1 (got "0")',
        ),
        (
            ["resolve", "1", "--exported-as", "\u0661"],
            '--exported-as: expected a whole number from 1 (got "\u0661")',
        ),
        (
            ["resolve", "1", "--accept-total", "12,480.00"],
            '--accept-total: expected a sum such as 12480.00 (got "12,480.00")',
        ),
        (
            ["push-orders", "--limit", "a\x1b[31m"],
            '--limit: expected a whole number from 1 (got "a [31m")',
        ),
    ],
)
def test_a_bad_value_is_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.splitlines()[-1] == f"Error: {said}"
    assert told.count("Error") == 1
