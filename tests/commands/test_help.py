"""`lnb24so help`: each name that the tool uses has an answer, from wherever it is installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from lnb24so.__main__ import main
from lnb24so.cli import cli
from lnb24so.commands.help.names import TOPICS
from lnb24so.commands.help.remedies import REMEDIES
from lnb24so.commands.help.settings import Setting, every_setting, example_file
from lnb24so.errors import ERROR_CODES, EXIT_CODES
from lnb24so.process.events import EVENTS, EventName
from lnb24so.reasons import ORDER_REASONS, STOCK_REASONS

REASONS = {**ORDER_REASONS, **STOCK_REASONS}
SETTINGS = list(every_setting())
SCREEN = 24


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Return what help answers, on stderr where it knows nothing."""
    assert main(["help", *arguments]) == code
    shown = capsys.readouterr()
    assert (shown.err == "") == (code == 0)
    return shown.err if code else shown.out


def flat(text: str) -> str:
    return " ".join(text.split())


def test_without_a_name_it_lists_the_topics(capsys: pytest.CaptureFixture[str]) -> None:
    listed = re.findall(r"^  (\S+)  ", answer(capsys), re.MULTILINE)
    assert listed == [
        *("settings", "reasons", "events", "exit-codes", "stock", "money", "orders", "finance"),
        *("trouble", "unknowns", "moving", "kubernetes", "upgrading"),
    ]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_fits_a_terminal(capsys: pytest.CaptureFixture[str], topic: str) -> None:
    lines = answer(capsys, topic).splitlines()
    assert len(lines) > 5
    assert [line for line in lines if len(line) > 79 and "config.example.yaml" not in line] == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_every_setting_has_an_answer_by_both_its_names(
    capsys: pytest.CaptureFixture[str], setting: Setting
) -> None:
    name, default, meaning = setting
    for asked in (name, name.partition(".")[2]):
        text = flat(answer(capsys, asked))
        assert f"{name}, a setting" in text or asked in TOPICS
        assert flat(f"{meaning} Default: {default}") in text
    assert len(meaning) > 10


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_its_meaning_and_its_remedy(
    capsys: pytest.CaptureFixture[str], code: str
) -> None:
    text = flat(answer(capsys, code))
    assert f"{code}, a reason" in text
    assert REASONS[code][1:] in text
    assert code in REMEDIES, "say in commands/help/remedies.py what a person does about it"
    assert REMEDIES[code] in text


def test_no_remedy_is_left_of_a_reason_that_went() -> None:
    assert REMEDIES.keys() <= REASONS.keys()


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_an_answer(capsys: pytest.CaptureFixture[str], event: EventName) -> None:
    text = flat(answer(capsys, event))
    assert f"{event}, an event in the log" in text
    assert EVENTS[event].meaning in text


@pytest.mark.parametrize("code", [*map(str, EXIT_CODES), *ERROR_CODES])
def test_every_exit_code_and_error_code_has_an_answer(
    capsys: pytest.CaptureFixture[str], code: str
) -> None:
    meaning = EXIT_CODES[int(code)] if code.isdigit() else ERROR_CODES[code]
    assert meaning[1:] in flat(answer(capsys, code))


@pytest.mark.parametrize(
    ("topic", "names"),
    [
        ("reasons", list(REASONS)),
        ("events", list(EVENTS)),
        ("exit-codes", [str(code) for code in EXIT_CODES]),
        ("settings", [setting.name.partition(".")[2] for setting in SETTINGS]),
    ],
)
def test_a_list_names_all(
    capsys: pytest.CaptureFixture[str], topic: str, names: Iterable[str]
) -> None:
    shown = answer(capsys, topic)
    for name in names:
        assert re.search(rf"^  {re.escape(name)}[: ]", shown, re.MULTILINE), name


@pytest.mark.parametrize("name", ["line.missing_code", "since", "order.refused", "75", "money"])
def test_what_is_asked_most_is_answered_on_one_screen(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    lines = answer(capsys, name).splitlines()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 79


def test_a_name_of_several_things_shows_each_under_its_heading(
    capsys: pytest.CaptureFixture[str],
) -> None:
    headings = re.findall(r"^(\S.*):$", answer(capsys, "order.refused"), re.MULTILINE)
    assert headings == [
        "order.refused, a reason",
        "order.refused, an event in the log (warning)",
    ]
    both = re.findall(r"^(\S.*):$", answer(capsys, "base_url"), re.MULTILINE)
    assert both == ["24sevenoffice.base_url, a setting", "lenewblack.base_url, a setting"]


def test_a_setting_in_a_file_of_its_own_is_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert "24sevenoffice.password, a setting" in answer(capsys, "password_file")


@pytest.mark.parametrize("name", ["line.missing_code", "LINE.Missing_Code", " line.missing_code "])
def test_case_and_spaces_do_not_count(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert "line.missing_code, a reason" in answer(capsys, name)


@pytest.mark.parametrize("name", cli.commands)
def test_a_command_shows_its_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    shown = answer(capsys, name)
    assert main([name, "--help"]) == 0
    assert shown == capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("line.mising_code", "line.missing_code"),
        ("sinse", "since"),
        ("refused", "order.refused"),
        ("pull-stok", "pull-stock"),
        ("kubernetis", "kubernetes"),
        ("orders.sinc", "orders.since"),
        ("exit-code", "exit-codes"),
        ("76", "75"),
    ],
)
def test_an_unknown_name_gives_the_nearest_ones(
    capsys: pytest.CaptureFixture[str], name: str, near: str
) -> None:
    said = answer(capsys, name, code=2)
    assert said.startswith(f"lnb24so: help knows no '{name}'. Near: ")
    named = said.rstrip(".\n").partition("Near: ")[2].split(", ")
    assert near in named
    assert len(named) <= 5


@pytest.mark.parametrize("name", ["", "xyzzy", "\x1b[31m", "qqqqqqqq"])
def test_what_is_near_nothing_is_told_where_to_look(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    said = answer(capsys, name, code=2)
    assert said.endswith("What there is: lnb24so help\n")
    assert "\x1b" not in said


def test_it_needs_no_configuration_and_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import json, sys; from lnb24so.__main__ import main; code = main(sys.argv[1:]);"
        "print(json.dumps(list(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "help", "line.missing_code"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    loaded = set(json.loads(done.stderr))
    assert loaded.isdisjoint(
        {"zeep", "lxml", "requests", "urllib3", "structlog", "yaml", "rich", "msgspec"}
    )


def test_the_example_is_in_the_package_or_beside_it(project_root: Path) -> None:
    assert example_file().read_text("utf-8") == (project_root / "config.example.yaml").read_text(
        "utf-8"
    )
    pyproject = (project_root / "pyproject.toml").read_text("utf-8")
    assert '"config.example.yaml" = "lnb24so/config.example.yaml"' in pyproject
