from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog
from hand_clock import HandClock

from lnb24so.errors import ConfigError
from lnb24so.process.events import EVENTS
from lnb24so.process.log import LIMIT_TRACEBACK, Log, open_log
from lnb24so.process.redact import Redactor

NOON = datetime(2026, 1, 31, 12, 0, 1, 250_000, tzinfo=UTC)
SECRET = 'hunter2/ &ø"'


def knowing(*secrets: str) -> Redactor:
    redactor = Redactor()
    redactor.learn(*secrets)
    return redactor


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


Open = Callable[..., Log]


@pytest.fixture
def opened(tmp_path: Path, clock: HandClock) -> Open:
    def opened(**changes: Any) -> Log:
        usual: dict[str, Any] = {"run_id": "r1", "task": "push-orders", "redact": knowing(SECRET)}
        usual |= {"keep_days": 90, "now": clock.now}
        return open_log(tmp_path / "logs", **(usual | changes))

    return opened


def lines(folder: Path, day: str = "2026-01-31") -> list[dict[str, Any]]:
    text = (folder / "logs" / f"lnb24so-{day}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def test_every_event_name_is_dotted_and_explained() -> None:
    for name, event in EVENTS.items():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", name)
        assert event.meaning.endswith(".")
        assert event.level in ("info", "warning", "error")


def test_a_line_holds_the_common_keys_first_and_then_its_fields(
    opened: Open, tmp_path: Path
) -> None:
    opened().event("order.created", reference="70123", order_id=55012)
    (line,) = lines(tmp_path)
    assert list(line.items()) == [
        ("timestamp", "2026-01-31T12:00:01.250Z"),
        ("level", "info"),
        ("event", "order.created"),
        ("run_id", "r1"),
        ("task", "push-orders"),
        ("reference", "70123"),
        ("order_id", 55012),
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1.50"), "1.50"),
        (
            datetime(2026, 1, 31, 13, tzinfo=timezone(timedelta(hours=1))),
            "2026-01-31T12:00:00.000Z",
        ),
        (NOON.date(), "2026-01-31"),
        (Path("/var/lib"), "/var/lib"),
        (None, None),
        (True, True),
        (0.5, 0.5),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (("a", Decimal(2)), ["a", "2"]),
        ({1: {"x": Decimal(3)}}, {"1": {"x": "3"}}),
        ("a\nb\x1b[31m\x9b\u2028\ud800", "a\nb\x1b[31m\x9b\u2028\ud800"),
        ("Bodø", "Bodø"),
    ],
)
def test_any_value_becomes_json_on_one_line(
    opened: Open, tmp_path: Path, value: object, written: object
) -> None:
    opened().event("order.warning", name=value)
    (line,) = lines(tmp_path)
    assert line["name"] == written
    raw = (tmp_path / "logs/lnb24so-2026-01-31.jsonl").read_text(encoding="utf-8")
    assert raw.endswith("\n")
    assert raw[:-1].isprintable()


def test_an_unlisted_event_is_a_programming_error(opened: Open) -> None:
    unlisted: Any = "order.exploded"
    with pytest.raises(ValueError, match=r"order\.exploded is not in the list of log events"):
        opened().event(unlisted)


@pytest.mark.parametrize("field", ["timestamp", "level", "event", "run_id", "task"])
def test_a_field_cannot_replace_what_every_line_has(opened: Open, field: str) -> None:
    with pytest.raises(ValueError, match=f"every line has its own {field}"):
        opened().event("order.created", **{field: "x"})


@pytest.mark.parametrize(
    "key",
    ["password", "Client_Secret", "access_token", "Authorization", "Set-Cookie", "session_id"],
)
def test_values_are_hidden_by_their_key_however_deep(
    opened: Open, tmp_path: Path, key: str
) -> None:
    opened().event("order.warning", **{key: "abc"}, deep=[{"x": {key: ["abc"]}}])
    (line,) = lines(tmp_path)
    assert line[key] == "***"
    assert line["deep"] == [{"x": {key: "***"}}]


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        "hunter2%2F%20%26%C3%B8%22",
        "hunter2%2f%20%26%c3%b8%22",
        "hunter2/%20%26%C3%B8%22",
        "hunter2%2F+%26%C3%B8%22",
        "hunter2/ &amp;ø&quot;",
        'hunter2/ &amp;ø"',
        r"hunter2/ &\u00f8\"",
        r"hunter2/ &ø\"",
    ],
)
def test_a_secret_is_hidden_in_every_form_it_travels_in(
    opened: Open, tmp_path: Path, form: str
) -> None:
    log = opened()
    log.event("order.warning", reason=f"a {form} b", deep={form: [form]})
    (line,) = lines(tmp_path)
    assert line["reason"] == "a *** b"
    assert line["deep"] == {"***": ["***"]}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "GET https://x/orders?access_token=abc123&page=2",
            "https://x/orders?access_token=***&page",
        ),
        ("Cookie: ASP.NET_SessionId=abc123; path=/", "ASP.NET_SessionId=***; path"),
        ('{"access_token": "abc123", "scope": 1}', '"access_token": "***", "scope"'),
        ("token expired: log in again", "token expired: log in again"),
        ("24sevenoffice.password: is missing", "24sevenoffice.password: is missing"),
    ],
)
def test_tokens_born_during_the_run_are_hidden_by_the_name_before_them(
    opened: Open, said: str, kept: str
) -> None:
    redacted = opened().redact.own(said)
    assert "abc123" not in redacted
    assert kept in redacted


def test_a_traceback_is_logged_without_local_variables(opened: Open, tmp_path: Path) -> None:
    def fails(held: str) -> None:
        raise RuntimeError(f"no answer for {SECRET}")

    log = opened()
    try:
        fails("a local variable")
    except RuntimeError as error:
        log.exception(error)
    (line,) = lines(tmp_path)
    assert (line["event"], line["level"], line["error"]) == (
        "error.unexpected",
        "error",
        "RuntimeError",
    )
    assert "in fails" in line["traceback"]
    assert "RuntimeError: no answer for ***" in line["traceback"]
    assert "a local variable" not in line["traceback"].replace('fails("a local variable")', "")


def test_a_huge_traceback_keeps_its_beginning_and_its_end(opened: Open, tmp_path: Path) -> None:
    opened().exception(RuntimeError("begin" + "x" * 10 * LIMIT_TRACEBACK + "end"))
    (line,) = lines(tmp_path)
    assert len(line["traceback"]) < LIMIT_TRACEBACK + 20
    assert line["traceback"].startswith("RuntimeError: begin")
    assert line["traceback"].endswith("end\n")


def test_a_run_over_midnight_changes_the_file(
    opened: Open, tmp_path: Path, clock: HandClock
) -> None:
    log = opened()
    log.event("run.started")
    clock.time = NOON + timedelta(hours=12)
    log.event("run.finished")
    assert [line["event"] for line in lines(tmp_path)] == ["run.started"]
    assert [line["event"] for line in lines(tmp_path, "2026-02-01")] == ["run.finished"]


def test_the_file_is_named_by_the_utc_day(opened: Open, tmp_path: Path, clock: HandClock) -> None:
    clock.time = datetime(2026, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    opened().event("run.started")
    assert lines(tmp_path)[0]["timestamp"] == "2026-01-31T23:30:00.000Z"


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_the_file_is_readable_for_its_group_whatever_the_umask(
    opened: Open, tmp_path: Path, umask: Callable[[int], int], mask: int
) -> None:
    umask(mask)
    opened().event("run.started")
    mode = (tmp_path / "logs/lnb24so-2026-01-31.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o640


def test_only_old_log_files_are_removed(opened: Open, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    stay = ["lnb24so-2026-01-21.jsonl", "lnb24so-2025-99-99.jsonl", "lnb24so-2020-01-01.jsonl.gz"]
    stay += ["notes-2020-01-01.jsonl", "lnb24so-2099-01-01.jsonl"]
    for name in [*stay, "lnb24so-2026-01-20.jsonl", "lnb24so-2020-01-01.jsonl"]:
        (folder / name).touch()
    (folder / "lnb24so-2020-01-02.jsonl").mkdir()
    opened(keep_days=10)
    left = {path.name for path in folder.iterdir()}
    assert left == {*stay, "lnb24so-2020-01-02.jsonl", "lnb24so-2026-01-31.jsonl"}


def test_a_clock_that_is_ahead_for_a_day_costs_one_days_log(
    opened: Open, tmp_path: Path, clock: HandClock
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for age in range(90):
        (folder / f"lnb24so-{NOON.date() - timedelta(days=age)}.jsonl").touch()
    clock.time = NOON + timedelta(days=100)
    for _ in range(3):
        opened()
    left = {path.name for path in folder.iterdir()}
    assert len(left) == 90
    assert f"lnb24so-{NOON.date() - timedelta(days=88)}.jsonl" in left
    clock.time = NOON + timedelta(days=1)
    opened()
    assert len(list(folder.iterdir())) == 91


def test_after_a_long_silence_the_old_files_go_with_the_second_day(
    opened: Open, tmp_path: Path, clock: HandClock
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for age in range(20):
        (folder / f"lnb24so-{NOON.date() - timedelta(days=age)}.jsonl").touch()
    clock.time = NOON + timedelta(days=15)
    opened(keep_days=20)
    assert len(list(folder.iterdir())) == 20
    clock.time += timedelta(days=1)
    opened(keep_days=20)
    assert min(path.name for path in folder.iterdir()) == "lnb24so-2026-01-27.jsonl"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_log_is_never_written_through_a_link_or_into_a_pipe(
    opened: Open, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "logs" / "lnb24so-2026-01-31.jsonl"
    file.parent.mkdir()
    (tmp_path / "victim").write_text("mine")
    if kind == "link":
        file.symlink_to(tmp_path / "victim")
    else:
        os.mkfifo(file)
    with pytest.raises(ConfigError, match=f"{file.name} cannot be written: it is "):
        opened()
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_folder_that_cannot_be_used_is_a_mistake_in_paths_logs(
    opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("a file in the way")
    with pytest.raises(ConfigError, match=r"^paths\.logs: .*/logs cannot be written: File exists"):
        opened()


def test_a_write_that_fails_is_remembered_and_never_raised(
    opened: Open, tmp_path: Path, clock: HandClock
) -> None:
    log = opened()
    assert log.failed is None
    (tmp_path / "logs/lnb24so-2026-02-01.jsonl").mkdir()
    clock.time = NOON + timedelta(days=1)
    log.event("run.started")
    assert log.failed == f"{tmp_path}/logs: Is a directory"
    clock.time = NOON
    log.event("run.finished")
    assert [line["event"] for line in lines(tmp_path)] == ["run.finished"]
    assert log.failed is not None


def test_a_full_disk_stops_nothing(tmp_path: Path, opened: Open) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "lnb24so-2026-01-31.jsonl").symlink_to("/dev/full")
    mode = Path("/dev/full").stat().st_mode
    log = opened()
    log.event("run.started")
    assert log.failed == f"{folder}: No space left on device"
    assert Path("/dev/full").stat().st_mode == mode


def test_a_line_cut_short_does_not_spoil_the_next(tmp_path: Path) -> None:
    code = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from lnb24so.process.log import open_log
from lnb24so.process.redact import Redactor
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = open_log(Path(sys.argv[1]), run_id="r", task="t", redact=Redactor(), keep_days=9,
               now=lambda: datetime(2026, 1, 31, tzinfo=UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, (150, resource.RLIM_INFINITY))
log.event("run.started")
log.event("run.failed")
assert log.failed.endswith("the disk took only a part of a line"), log.failed
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.event("run.finished")
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    raw = (tmp_path / "lnb24so-2026-01-31.jsonl").read_text().splitlines()
    assert json.loads(raw[0])["event"] == "run.started"
    assert json.loads(raw[-1])["event"] == "run.finished"
    assert len(raw) == 3


def test_a_line_that_a_killed_run_left_half_does_not_spoil_ours(
    opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs/lnb24so-2026-01-31.jsonl"
    path.write_text('{"timestamp": "20')
    opened().event("run.started")
    assert json.loads(path.read_text().splitlines()[1])["event"] == "run.started"


def test_echo_shows_one_plain_line_for_people(opened: Open) -> None:
    screen = io.StringIO()
    log = opened(echo=screen)
    log.event("order.created", reference="70123", order_id=55012)
    log.event("order.blocked", reason=f"no code\n\x1b[31m\x9b {SECRET}", name="Bodø Sør", note="")
    assert screen.getvalue().splitlines() == [
        "12:00:01 order.created reference=70123 order_id=55012",
        r'12:00:01 order.blocked reason="no code\n\u001b[31m\u009b ***" name="Bodø Sør" note=""',
    ]


def test_a_screen_that_went_away_stops_nothing(opened: Open, tmp_path: Path) -> None:
    screen = io.StringIO()
    log = opened(echo=screen)
    screen.close()
    log.event("run.started")
    assert len(lines(tmp_path)) == 1
    assert log.failed is None


def test_two_logs_in_one_process_share_nothing(opened: Open, tmp_path: Path) -> None:
    before = structlog.get_config()
    one = opened(run_id="one", redact=knowing("aaaaaa"))
    two = opened(run_id="two", redact=knowing("bbbbbb"), task="pull-stock")
    one.event("run.started", note="aaaaaa bbbbbb")
    two.event("run.started", note="aaaaaa bbbbbb")
    found = [(line["run_id"], line["task"], line["note"]) for line in lines(tmp_path)]
    assert found == [("one", "push-orders", "*** bbbbbb"), ("two", "pull-stock", "aaaaaa ***")]
    assert structlog.get_config() == before
    assert not structlog.is_configured()


def test_a_closed_log_opens_again_when_needed(opened: Open, tmp_path: Path) -> None:
    log = opened()
    log.close()
    log.close()
    log.event("run.started")
    assert len(lines(tmp_path)) == 1


def test_importing_log_does_not_import_structlog() -> None:
    code = "import sys, lnb24so.process.log; sys.exit('structlog' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_log_leaves_rich_to_those_who_draw_with_it() -> None:
    code = (
        "import sys, lnb24so.process.log as log; log._structlog(); loaded = 'rich' in sys.modules;"
        "import rich, structlog; sys.exit(loaded or rich is None)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
