"""A ledger that is damaged, in use, full or another program's: each is called what it is."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from installation import Installation

from lnb24so.errors import ConfigError, Lnb24soError
from lnb24so.ledger import file as ledger_file
from lnb24so.ledger.runs import finish_run, last_runs, start_run
from lnb24so.ledger.standing import Standing, standing, write_standing
from lnb24so.ledger.store import FILE_NAME
from lnb24so.ledger.types import Entry

from .test_store import FULL, HAND, opened, peeked

OTHER_KINDS = {
    "null": "NULL",
    "blob": "x'00ff'",
    "no UTF-8": "CAST(x'c328' AS TEXT)",
    "word": "'x'",
    "negative": "-1",
    "fraction": "1.5",
    "no zone": "'2026-11-23T10:00:00'",
    "absurd time": "'9999-99-99T99:99:99Z'",
    "other JSON": """'{"a": [1]}'""",
    "numbers in JSON": """'[1, 2.5, null]'""",
    "wrong reason": """'[{"code": 1, "message": "x", "line": "x"}]'""",
    "deep JSON": f"'{'[' * 9000}'",
    "wrong detail": """'{"reasons": [1], "customer_id": [2]}'""",
}
TABLES = ("orders", "history", "notes", "runs", "codes_set", "codes_asked", "codes_reported")


def columns_of_all() -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as fresh:
        for step in ledger_file.STEPS:
            fresh.executescript(step)
        for table in TABLES:
            for column in fresh.execute(f"PRAGMA table_info({table})"):
                yield table, column[1]


COLUMNS = list(columns_of_all())


def fill(folder: Path) -> None:
    """Make a ledger with something in every column of every table."""
    with opened(folder) as ledger:
        start_run(ledger, "push-orders", HAND.now())
        ledger.bind(4242, company="Nordlys", client_id="shop")
        ledger.write_note("time", "2026-11-23T10:00:00.000000Z")
        ledger.save(FULL, "order.created", customer_id=501, answer="order 55001")
        ledger.add_codes_set({"7041": None})
        ledger.write_codes_asked({"7041": True}, HAND.now())
        ledger.write_codes_reported({"7041": "code.unknown"})
        finish_run(ledger, 0, {"create": 1}, "well", HAND.now())
        thing = Standing("70101", "line.missing_code", "70101: no EAN.", since=HAND.now())
        write_standing(ledger, "orders", [thing], ())


def spoil(file: Path, table: str, column: str, value: str) -> bool:
    """Put a value into a column of every row; return whether SQLite lets it stand there."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA ignore_check_constraints = ON")
        try:
            other.execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")
        except sqlite3.IntegrityError:
            return False  # An id that is no number.
        return bool(other.total_changes)


def read_all(folder: Path) -> None:
    with peeked(folder) as ledger:
        for read in (ledger.entries, ledger.waiting, ledger.order_ids, ledger.references_in_erp):
            read()
        ledger.unsettled(HAND.now())
        ledger.history()
        last_runs(ledger)
        standing(ledger)
        ledger.check_account("shop")
        ledger.note_time("time")
        ledger.products_of_codes()
        ledger.codes_asked(HAND.now())
        ledger.codes_reported()


@pytest.mark.slow
@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_value_of_another_kind_is_damage_that_names_its_row(
    tmp_path: Path, table: str, column: str, kind: str
) -> None:
    fill(tmp_path)
    if not spoil(tmp_path / FILE_NAME, table, column, OTHER_KINDS[kind]):
        return
    try:
        read_all(tmp_path)
    except ConfigError as error:
        said = str(error)
        assert f"The ledger {tmp_path / FILE_NAME} is damaged ({table}, " in said
        assert f": {column} holds " in said or column in ("id", "reference", "code", "name")
        assert "\n" not in said


MUST_BE_FOUND = [
    *(("orders", column) for table, column in COLUMNS if table == "orders"),
    *(("history", name) for name in ("at", "run_id", "event", "state", "detail", "reference")),
    *(
        ("runs", name)
        for name in ("run_id", "task", "started", "finished", "exit_code", "counters")
    ),
    *(("notes", "value"), ("codes_set", "code"), ("codes_asked", "known"), ("codes_asked", "at")),
    *(("codes_asked", "code"), ("codes_reported", "code"), ("codes_reported", "reason")),
]


@pytest.mark.parametrize(("table", "column"), MUST_BE_FOUND)
@pytest.mark.parametrize("kind", ["blob", "no UTF-8"])
def test_no_damaged_value_is_read_as_a_good_one(
    tmp_path: Path, table: str, column: str, kind: str
) -> None:
    fill(tmp_path)
    assert spoil(tmp_path / FILE_NAME, table, column, OTHER_KINDS[kind])
    with pytest.raises(ConfigError, match=f"is damaged .{table}, "):
        read_all(tmp_path)


def test_a_whole_ledger_reads_well(tmp_path: Path) -> None:
    fill(tmp_path)
    read_all(tmp_path)


# Over every command


COMMANDS = (
    *(("status",), ("status", "-q"), ("status", "--json"), ("status", "70101")),
    *(("status", "70101", "--json"), ("status", "LNB70101"), ("status", "--exported")),
    *(("status", "--exported", "--json"), ("status", "--exported", "--csv")),
    *(("preview", "--json"), ("push-orders",), ("pull-stock", "--json"), ("check", "--json")),
    ("resolve", "70101", "--send-again"),
)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the state folder of an installation that has carried orders and stock."""
    return tmp_path_factory.mktemp("used")


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_command_says_damage_in_one_sentence(
    office: Installation, table: str, column: str, used: Path
) -> None:
    office.by_hand(office.box.erp.now())
    state = office.folder / "state"
    if any(used.iterdir()):
        shutil.copytree(used, state)
    else:
        office.run("pull-stock")
        office.run("push-orders", "--limit", "3")
        shutil.copytree(state, used, dirs_exist_ok=True)
    if not spoil(office.ledger_file, table, column, "x'00ff'"):
        return
    for command in COMMANDS:
        answer = office.run(*command)
        said = answer.out + answer.err
        assert "Traceback" not in said, command
        assert "fault in lnb24so" not in said, command
        assert answer.code in (0, 1, 2, 3, 4), command
        if answer.code == 2:
            assert f"is damaged ({table}, " in said, command


# What is no damage


def test_another_programs_lock_is_called_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    monkeypatch.setattr(ledger_file, "BUSY_SECONDS", 0)
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for use in (opened, peeked):
            with pytest.raises(Lnb24soError) as caught, use(tmp_path) as ledger:
                ledger.entries()
            assert caught.value.exit_code == 1
            assert "Another program has the ledger" in str(caught.value)
            assert "database is locked" in str(caught.value)
            assert "space" not in str(caught.value)


@pytest.mark.parametrize("query", ["SELECT nothing FROM orders", "SELEKT", "SELECT * FROM nowhere"])
def test_a_fault_of_ours_is_never_called_damage(tmp_path: Path, query: str) -> None:
    fill(tmp_path)
    with peeked(tmp_path) as ledger, pytest.raises(sqlite3.OperationalError):
        ledger.rows(query)
    with peeked(tmp_path) as ledger, pytest.raises(sqlite3.ProgrammingError):
        ledger.rows("SELECT ?", (1, 2))


@pytest.mark.parametrize(
    "lost", ["ALTER TABLE orders DROP COLUMN notice_hash", "DROP TABLE codes_set"]
)
def test_what_is_missing_of_our_tables_is_damage(tmp_path: Path, lost: str) -> None:
    fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute(lost)
    with pytest.raises(ConfigError, match=r"is damaged .*(notice_hash|codes_set\.code)"):
        read_all(tmp_path)


FOREIGN = (
    "CREATE TABLE users (id INTEGER)",
    "CREATE TABLE orders (id INTEGER)",
    "CREATE TABLE users (id INTEGER); PRAGMA user_version = 1",
    f"CREATE TABLE users (id INTEGER); PRAGMA user_version = {len(ledger_file.STEPS)}",
    "CREATE TABLE users (id INTEGER); PRAGMA user_version = 99",
    "CREATE TABLE users (id INTEGER); PRAGMA user_version = -1",
    "CREATE TABLE orders (id INTEGER); PRAGMA user_version = 2; PRAGMA application_id = 77",
    "PRAGMA application_id = 77",
    "PRAGMA journal_mode = WAL; CREATE TABLE users (id INTEGER)",
)


@pytest.mark.parametrize("content", FOREIGN)
@pytest.mark.parametrize("use", [opened, peeked])
def test_another_programs_file_is_refused_and_left_alone(
    tmp_path: Path, content: str, use: Any
) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.executescript(content)
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(ConfigError, match=r"is no ledger of lnb24so.*paths\.state"), use(tmp_path):
        pass
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_ledger_says_whose_it_is_also_one_from_before(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as older:
        for step in ledger_file.STEPS[:2]:
            older.executescript(step)
        older.execute("PRAGMA user_version = 2")
    with opened(tmp_path) as ledger:
        ledger.save(Entry("1"), "order.retry")
        ((owner,),) = ledger.rows("PRAGMA application_id")
    assert owner == ledger_file.APPLICATION_ID


def test_a_text_that_no_file_can_hold_is_kept_as_an_escape(tmp_path: Path) -> None:
    reason = replace(FULL.reasons[0], message="no \ud800 such")
    with opened(tmp_path) as ledger:
        ledger.save(replace(FULL, reasons=(reason,)), "order.blocked", answer="\ud800\x9b")
        assert ledger.entries()[0].reasons == (reason,)
        assert ledger.history()[0].detail == {"answer": "\ud800\x9b"}


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
@pytest.mark.parametrize("use", [opened, peeked])
def test_what_is_no_file_is_no_ledger(tmp_path: Path, kind: str, use: Any) -> None:
    file = tmp_path / "state" / FILE_NAME
    file.parent.mkdir()
    if kind == "link":
        file.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.mkdir()
    with pytest.raises(ConfigError, match="cannot be opened"), use(file.parent):
        pass
    assert not (tmp_path / "elsewhere").exists()
