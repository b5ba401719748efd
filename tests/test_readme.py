"""The README is held against the code: what it lists is what there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import readme_parts
from faults import lost_reply
from hand_clock import HandClock
from installation import Installation

from lnb24so import errors
from lnb24so.cli import cli
from lnb24so.commands.help.names import TOPICS, answers, topic
from lnb24so.commands.help.remedies import REMEDIES
from lnb24so.commands.help.settings import every_setting
from lnb24so.sandbox import Sandbox
from lnb24so.sandbox.sample import brand

README = readme_parts.README.read_text(encoding="utf-8")
SHOWN = re.findall(r"^```text\n\$ (.+)\n((?:.+\n)+)```", README, flags=re.MULTILINE)
SHOWN_BLOCKS = [block for block in SHOWN if "lnb24so status" not in block[0]]
"""What a command prints of the sample brand; a story is one of its own day."""

SHELL_BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)

DOCUMENTS = {
    "README": README,
    **{name: " ".join(topic(name).split()) for name in TOPICS},
    "remedies": "; ".join(REMEDIES.values()),
    "meanings of settings": "; ".join(one.meaning for one in every_setting()),
}
"""All that tells a person what to type."""

WORD = r"""--?[a-z-]+|"[^"]*"|stock\b|orders\b|[A-Z]+\b|\d[\d.-]*(?<![.-])"""
VALUES = {"ID": "55001", "SUM": "12480.00", "N": "1"}
"""What stands for a value that the command line checks."""

SAMPLES = {"X": "70118", "REF": "70101", "EAN": "7040000010015", "FILE": "page.html"}
"""What stands for what the sample brand has."""


def test_the_generated_parts_are_up_to_date() -> None:
    assert readme_parts.filled(README) == README, "run: python tests/readme_parts.py"


def test_the_two_set_up_commands_stand_first_each_on_one_line() -> None:
    demo, proof = SHELL_BLOCKS[:2]
    for block, last in ((demo, ".venv/bin/lnb24so demo"), (proof, ".venv/bin/pytest")):
        assert block.count("\n") == 1
        assert block.startswith("python3 -m venv .venv && .venv/bin/pip install")
        assert block.strip().endswith(last)


def test_it_is_read_in_ten_minutes() -> None:
    assert README.count("\n") <= 250


def test_every_command_is_named() -> None:
    for name in cli.commands:
        assert re.search(rf"lnb24so {name}\b", README), name


def test_every_option_has_a_help_text() -> None:
    with click.Context(cli) as context:
        for name in cli.list_commands(context):
            command = cli.get_command(context, name)
            assert command is not None
            assert command.help
            for parameter in command.params:
                if isinstance(parameter, click.Option):
                    assert parameter.help, f"{name} {parameter.opts}"


def test_every_exit_code_is_documented() -> None:
    table = README.partition("## Exit codes")[2].partition("##")[0]
    documented = {int(code) for code in re.findall(r"\d+", "".join(_first_cells(table)))}
    raised = {
        error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.Lnb24soError)
    }
    assert documented == raised | {0, 3, 130, 143}


def _first_cells(table: str) -> list[str]:
    return [line.split("|")[1] + " " for line in table.splitlines() if line.startswith("| ")][1:]


def test_every_link_within_the_page_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_text_names_a_setting_that_is_not_there(document: str) -> None:
    known = {name for one in answers() for name in one.names}
    sections = "|".join({re.escape(one.name.split(".")[0]) for one in every_setting()})
    named = re.findall(rf"(?<![\w/.])((?:{sections})\.[a-z_0-9]*[a-z_0-9])\b", DOCUMENTS[document])
    assert set(named) <= known


@pytest.mark.parametrize("number", range(len(SHOWN_BLOCKS)))
def test_what_the_page_shows_is_what_is_printed(office: Installation, number: int) -> None:
    command, shown = SHOWN_BLOCKS[number]
    answer = office.run(*command.partition(" | ")[0].split()[1:])
    *lines, summary = shown.splitlines()
    for line in lines:
        assert line in answer.out.splitlines()
    assert re.sub(r"[\d,]+", "N", summary) in re.sub(r"[\d,]+", "N", answer.out)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_a_text_names_can_be_typed(document: str) -> None:
    text = DOCUMENTS[document]
    for name, words in re.findall(rf"\blnb24so ([a-z]+(?:-[a-z]+)?)((?: (?:{WORD}))*)", text):
        if name in cli.commands and name != "help":
            typed = [VALUES.get(word, word) for word in re.findall(WORD, words)]
            with suppress(click.MissingParameter):
                cli.commands[name].make_context(name, typed)


@pytest.mark.slow
def test_every_command_of_the_page_runs_as_it_is_written(
    office: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(office.folder)
    typed = re.findall(rf"\blnb24so ([a-z]+(?:-[a-z]+)?)((?: (?:{WORD}))*)", README)
    # The demo has a test of its own. Who decides names an order: the page says only where to look.
    commands = {name + words for name, words in typed if name in cli.commands}
    commands -= {"demo", "help", "resolve"}
    assert len(commands) > 12
    for command in sorted(commands, key=lambda one: "--baseline" in one):
        answer = office.run(*(SAMPLES.get(word, word) for word in command.split()))
        assert answer.code in (0, 3), f"{command}: {answer.err}"
        assert "unexpected" not in answer.err


def test_the_backup_command_copies_the_ledger(office: Installation) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not installed")
    office.run("push-orders")
    (command,) = re.findall(r"`(sqlite3 [^`]+)`", README)
    command = command.replace("/var/lib/lnb24so/ledger.sqlite3", str(office.ledger_file))
    subprocess.run(["bash", "-c", command], cwd=office.folder, check=True)
    copied = (office.folder / "copy.sqlite3").rename(office.folder / "state" / "ledger.sqlite3")
    assert copied == office.ledger_file
    assert "70101 is done" in office.run("status", "70101").out


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_name_that_a_text_sends_to_help_is_answered(document: str) -> None:
    known = {name for one in answers() for name in one.names} | cli.commands.keys()
    for name in re.findall(r"lnb24so help ([\w.-]*\w)", DOCUMENTS[document]):
        assert name in known


def test_the_story_that_the_page_tells_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = HandClock(datetime(2026, 11, 23, 9, 15, tzinfo=UTC))
    with Sandbox(brand(today=hand.now().date()), now=hand.now) as box:
        office = Installation(box, tmp_path, monkeypatch)
        monkeypatch.setattr("lnb24so.clock.Clock", lambda: hand.clock)
        box.faults.add("SaveInvoices", lost_reply)
        office.run("push-orders", "--order", "70101")
        hand.move(900)
        office.run("push-orders")
        hand.move(7200)
        told = office.run("status", "70101").out
    (shown,) = (shown for command, shown in SHOWN if command == "lnb24so status 70101")
    of_any_run = [re.sub(r"\(run [^)]+\)", "", text) for text in (told, shown)]
    assert of_any_run[0] == of_any_run[1]


def test_the_recipes_find_what_they_promise(office: Installation) -> None:
    if shutil.which("jq") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("jq is not installed")
        pytest.skip("jq is not installed")
    office.run("push-orders")
    office.run("pull-stock")
    marked = README.partition("<!-- recipes -->")[2].partition("<!-- end -->")[0]
    recipes = [line for line in marked.splitlines() if line.startswith(("grep", "jq"))]
    assert len(recipes) == 6
    answers = [_shell(recipe, office.folder / "logs") for recipe in recipes]
    story, why, night, created, unknown, level = answers
    assert {json.loads(line.partition("jsonl:")[2] or line)["reference"] for line in story} == {
        "70118"
    }
    assert "has no customer reference" in why[0]
    assert [json.loads(line)[1:3] for line in night] == [["push-orders", 3], ["pull-stock", 0]]
    assert created[0] == f"70101 {office.box.erp.creates[0].order_id}"
    assert unknown == ["7040000018394", "7040000018400", "7040000018417"]
    assert json.loads(level[0])[1] == [47, 37]


def _shell(command: str, folder: Path) -> list[str]:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout, command
    return done.stdout.splitlines()
