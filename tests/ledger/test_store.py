"""The ledger: what it keeps, whom it refuses, and that looking at it changes nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hand_clock import HandClock

from lnb24so.errors import ConfigError, Lnb24soError
from lnb24so.ledger import file as ledger_file
from lnb24so.ledger.runs import finish_run, last_runs, start_run
from lnb24so.ledger.store import FILE_NAME, Ledger
from lnb24so.ledger.types import STATES, Entry
from lnb24so.reasons import Reason

HAND = HandClock()
REASON = Reason("line.missing_code", "line 2 (Ålesund): no EAN.", 2)
FULL = Entry(
    reference="70101",
    state="exported",
    reasons=(REASON, Reason("order.differs", "x")),
    erp_reference="LNB70101",
    customer_id=501,
    content_hash="abc",
    attempts=2,
    attempt_started=HAND.now(),
    attempt_ended=HAND.now() + timedelta(microseconds=1),
    seen_id=55001,
    doubted=True,
    look_again_at=HAND.now() + timedelta(hours=1),
    order_id=55001,
    done_status="closed",
    blocked_status="blocked",
    notice=REASON,
    notice_hash="def",
    not_ours=(1, 2),
)


@contextmanager
def opened(folder: Path, run_id: str = "run-1") -> Iterator[Ledger]:
    folder.mkdir(exist_ok=True)
    with closing(Ledger.open(folder, run_id, HAND.clock)) as ledger:
        yield ledger


@contextmanager
def peeked(folder: Path) -> Iterator[Ledger]:
    with closing(Ledger.peek(folder, HAND.clock)) as ledger:
        yield ledger


def by_another(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask the file in a second connection, as another program would."""
    with closing(sqlite3.connect(f"{(folder / FILE_NAME).as_uri()}?mode=ro", uri=True)) as other:
        return other.execute(query).fetchall()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


# What it keeps


@pytest.mark.parametrize("entry", [FULL, Entry("70102"), Entry("Ünï/1 '\"; DROP TABLE orders")])
def test_an_entry_comes_back_as_it_was_saved(state: Path, entry: Entry) -> None:
    with opened(state) as ledger:
        ledger.save(entry, "order.created")
    with opened(state) as ledger:
        assert ledger.entry(entry.reference) == entry
        assert ledger.entries() == [entry]
        assert ledger.entry("another") is None


@pytest.mark.parametrize("name", STATES)
def test_every_state_can_be_kept_and_found(state: Path, name: Any) -> None:
    order_id = 55001 if name in ("exported", "done") else None
    entry = Entry("1", state=name, order_id=order_id)
    with opened(state) as ledger:
        ledger.save(entry, "order.test")
        ledger.save(Entry("2", state="blocked" if name != "blocked" else "skipped"), "order.test")
        assert ledger.entries(name) == [entry]


@pytest.mark.parametrize(
    "entry",
    [Entry("1", state="exported"), Entry("1", state="done"), Entry("1", state="lost")],  # type: ignore[arg-type]
)
def test_what_cannot_be_true_is_not_kept(state: Path, entry: Entry) -> None:
    with opened(state) as ledger, pytest.raises(sqlite3.IntegrityError):
        ledger.save(entry, "order.test")
    with opened(state) as ledger:
        assert ledger.entries() == []
        assert ledger.history() == []


def test_two_orders_never_hold_the_same_24sevenoffice_order(state: Path) -> None:
    with opened(state) as ledger:
        ledger.save(Entry("1", state="exported", order_id=55001), "order.created")
        with pytest.raises(sqlite3.IntegrityError):
            ledger.save(Entry("2", state="exported", order_id=55001), "order.created")
        assert ledger.order_ids() == {55001: "1"}


def test_each_change_leaves_a_dated_step_with_its_run(state: Path) -> None:
    hand = HandClock()
    state.mkdir()
    for run_id, state_then in (("run-1", "sending"), ("run-2", "unconfirmed")):
        with closing(Ledger.open(state, run_id, hand.clock)) as ledger:
            entry = Entry("1", state=state_then)  # type: ignore[arg-type]
            ledger.save(entry, f"order.{state_then}", attempt=1, note="Å")
        hand.move(60)
    with opened(state, "run-3") as ledger:
        first, second = ledger.history("1")
        assert ledger.history() == [first, second]
        assert ledger.history("2") == []
    assert (first.run_id, first.event, first.state) == ("run-1", "order.sending", "sending")
    assert first.detail == {"attempt": 1, "note": "Å"}
    assert second.at - first.at == timedelta(seconds=60)
    assert first.at == HAND.now()


def test_a_saved_row_is_seen_by_others_at_once(state: Path) -> None:
    with opened(state) as ledger:
        ledger.save(Entry("1", state="sending"), "order.sending")
        assert by_another(state, "SELECT state FROM orders") == [("sending",)]
        assert by_another(state, "SELECT event FROM history") == [("order.sending",)]


def test_a_save_that_fails_leaves_neither_row(state: Path) -> None:
    with opened(state) as ledger:
        ledger.save(Entry("1", state="blocked"), "order.blocked")
        with pytest.raises(sqlite3.IntegrityError):
            ledger.save(Entry("1", state="done"), "order.finished")
        ledger.save(Entry("2"), "order.retry")
    assert by_another(state, "SELECT reference, state FROM orders") == [
        ("1", "blocked"),
        ("2", "retry"),
    ]
    assert by_another(state, "SELECT event FROM history") == [("order.blocked",), ("order.retry",)]


def test_runs_are_noted_with_how_they_ended(state: Path) -> None:
    for run_id, task in (("a", "pull-stock"), ("b", "push-orders"), ("c", "push-orders")):
        with opened(state, run_id) as ledger:
            start_run(ledger, task, HAND.now())
            if run_id != "c":
                finish_run(ledger, 3, {"create": 2}, None, HAND.now())
    with opened(state) as ledger:
        stock, orders = last_runs(ledger).values()
    assert (stock.run_id, stock.exit_code, stock.counters) == ("a", 3, {"create": 2})
    assert (orders.run_id, orders.finished, orders.exit_code) == ("c", None, None)


def test_codes_that_were_sent_stay_known(state: Path) -> None:
    with opened(state) as ledger:
        ledger.add_codes_set({"1": 1001, "2": None})
        ledger.add_codes_set({"2": None, "3": 1003})
    with opened(state) as ledger:
        assert ledger.products_of_codes().keys() == {"1", "2", "3"}


def test_what_the_product_list_said_counts_for_a_day(state: Path) -> None:
    now = HAND.now()
    with opened(state) as ledger:
        ledger.write_codes_asked({"1": True, "2": False}, now)
        assert ledger.codes_asked(now + timedelta(hours=23)) == {"1": True, "2": False}
        assert ledger.codes_asked(now + timedelta(hours=25)) == {}


# Whom it belongs to


def test_it_belongs_to_the_first_pair_and_refuses_every_other(state: Path) -> None:
    with opened(state) as ledger:
        assert ledger.binding is None
        ledger.check_account("shop")
        ledger.bind(4242, company="Nordlys", client_id="shop")
    with opened(state) as ledger:
        ledger.bind(4242, company="Nordlys, renamed", client_id="shop")
        with pytest.raises(ConfigError, match=r"belongs to company 4242.*paths\.state"):
            ledger.bind(9001, company="Training", client_id="shop")
        with pytest.raises(ConfigError, match=r"account shop.*lenewblack\.client_id is other"):
            ledger.bind(4242, company="Nordlys", client_id="other")
        with pytest.raises(ConfigError, match=r"24sevenoffice\.identity_id"):
            ledger.check_company(9001, "Training")
        assert ledger.binding is not None
        assert (ledger.binding.company_id, ledger.binding.client_id) == (4242, "shop")


# The file


def test_the_file_is_for_this_users_eyes_only(state: Path, umask: Callable[[int], int]) -> None:
    umask(0)
    with opened(state):
        pass
    assert stat.S_IMODE((state / FILE_NAME).stat().st_mode) == 0o600


def test_a_commit_is_on_the_disk_before_anything_else_happens(state: Path) -> None:
    for _ in ("a new ledger", "one that was there"):
        with opened(state) as ledger:
            (journal,) = ledger.rows("PRAGMA journal_mode")
            (synchronous,) = ledger.rows("PRAGMA synchronous")
        assert (journal[0], synchronous[0]) == ("delete", 3)


def test_a_ledger_of_another_journal_is_brought_back(state: Path) -> None:
    with opened(state):
        pass
    with closing(sqlite3.connect(state / FILE_NAME)) as other:
        other.execute("PRAGMA journal_mode = WAL")
    with opened(state) as ledger:
        assert ledger.rows("PRAGMA journal_mode")[0][0] == "delete"


def test_a_newer_ledger_is_refused_and_left_alone(state: Path) -> None:
    with opened(state):
        pass
    newer = len(ledger_file.STEPS) + 1
    with closing(sqlite3.connect(state / FILE_NAME)) as other:
        other.execute(f"PRAGMA user_version = {newer}")
    before = (state / FILE_NAME).read_bytes()
    for use in (opened, peeked):
        with pytest.raises(ConfigError, match=f"has version {newer}.*newer lnb24so"), use(state):
            pass
    assert (state / FILE_NAME).read_bytes() == before


def test_an_older_ledger_is_copied_before_it_is_brought_up_to_date(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(state) as ledger:
        ledger.save(FULL, "order.created")
    old = len(ledger_file.STEPS)
    with_one_more = (*ledger_file.STEPS, "CREATE TABLE later (x TEXT)")
    monkeypatch.setattr(ledger_file, "STEPS", with_one_more)
    with pytest.raises(ConfigError, match="Fix: let a real run update it first"), peeked(state):
        pass
    with opened(state) as ledger:
        assert ledger.entry(FULL.reference) == FULL
    assert by_another(state, "PRAGMA user_version") == [(old + 1,)]
    (copy,) = state.glob(f"ledger-v{old}-*.sqlite3")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as other:
        assert other.execute("PRAGMA user_version").fetchall() == [(old,)]
        assert other.execute("SELECT reference FROM orders").fetchall() == [(FULL.reference,)]


def test_a_step_that_fails_leaves_the_older_ledger_as_it_was(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(state) as ledger:
        ledger.save(FULL, "order.created")
    old = len(ledger_file.STEPS)
    broken = (*ledger_file.STEPS, "CREATE TABLE later (x TEXT); CREATE TABLE orders (x TEXT)")
    with monkeypatch.context() as patch:
        patch.setattr(ledger_file, "STEPS", broken)
        with pytest.raises(sqlite3.OperationalError), opened(state):
            pass
    with opened(state) as ledger:
        assert ledger.entry(FULL.reference) == FULL
    assert by_another(state, "PRAGMA user_version") == [(old,)]


@pytest.mark.parametrize(
    "content",
    [
        b"this was a database once " * 100,
        b"SQLite format 3\x00" + b"\x00" * 84,
        b"SQLite format 3\x00" + b"\xff" * 4000,
        b"SQLite format 3\x00",
        b"x",
    ],
)
@pytest.mark.parametrize("use", [opened, peeked])
def test_a_damaged_file_is_one_sentence_with_a_way_out(
    state: Path, content: bytes, use: Any
) -> None:
    state.mkdir()
    (state / FILE_NAME).write_bytes(content)
    with pytest.raises(ConfigError) as caught, use(state):
        pass
    assert "\n" not in str(caught.value)
    assert "is damaged" in str(caught.value)
    assert "restore it from a backup" in str(caught.value)
    assert (state / FILE_NAME).read_bytes() == content


def test_damage_in_the_middle_is_found_where_it_is_read(state: Path) -> None:
    with opened(state) as ledger:
        tables = (state / FILE_NAME).stat().st_size
        for number in range(60):
            ledger.save(replace(FULL, reference=str(number), order_id=number + 1), "order.created")
    whole = (state / FILE_NAME).read_bytes()
    (state / FILE_NAME).write_bytes(whole[:tables] + b"\xa5" * (len(whole) - tables))
    with (
        peeked(state) as ledger,
        pytest.raises(ConfigError, match=f"The ledger {state / FILE_NAME} is damaged"),
    ):
        ledger.entries()


def test_a_full_disk_is_called_one(state: Path) -> None:
    with opened(state) as ledger:
        (pages,) = ledger._database.execute("PRAGMA page_count").fetchone()
        ledger._database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Lnb24soError) as caught:
            ledger.save(FULL, "order.blocked", message="x" * 999_999)
    assert "database or disk is full" in str(caught.value)
    assert str(state / FILE_NAME) in str(caught.value)


def test_a_full_disk_that_has_rolled_back_is_called_one_too(state: Path) -> None:
    with opened(state) as ledger:

        def fail() -> None:
            with ledger.transaction():
                # SQLite does so by itself when it cannot write its journal.
                ledger._database.execute("ROLLBACK")
                raise sqlite3.OperationalError("database or disk is full")

        with pytest.raises(Lnb24soError, match="database or disk is full"):
            fail()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_ledger_of_another_user_is_named_with_its_fix(state: Path) -> None:
    with opened(state):
        pass
    (state / FILE_NAME).chmod(0)
    for use in (opened, peeked):
        with pytest.raises(ConfigError, match=r"Permission denied.*Fix: give"), use(state):
            pass


def test_a_folder_in_its_place_is_one_sentence(state: Path) -> None:
    (state / FILE_NAME).mkdir(parents=True)
    for use in (opened, peeked):
        with pytest.raises(Lnb24soError, match=r"paths\.state"), use(state):
            pass


def test_an_empty_file_is_a_new_ledger(state: Path) -> None:
    state.mkdir()
    (state / FILE_NAME).touch()
    with peeked(state) as ledger:
        assert ledger.entries() == []
    assert (state / FILE_NAME).read_bytes() == b""
    with opened(state) as ledger:
        ledger.save(FULL, "order.created")


# Looking


def test_looking_at_a_ledger_writes_nothing(state: Path) -> None:
    with opened(state) as ledger:
        ledger.save(FULL, "order.created")
        ledger.bind(4242, company="Nordlys", client_id="shop")
    file = state / FILE_NAME
    before, touched = file.read_bytes(), file.stat().st_mtime_ns
    with peeked(state) as ledger:
        assert ledger.entries() == [FULL]
        assert ledger.history()
        assert ledger.binding is not None
        with pytest.raises(Lnb24soError):
            ledger.save(replace(FULL, state="done"), "order.finished")
        with pytest.raises(Lnb24soError):
            ledger.write_note("binding", "{}")
    assert file.read_bytes() == before
    assert file.stat().st_mtime_ns == touched
    assert [path.name for path in state.iterdir()] == [FILE_NAME]


def test_looking_where_there_is_no_ledger_makes_none(state: Path) -> None:
    with peeked(state) as ledger:
        assert ledger.entries() == []
        assert ledger.binding is None
    assert not state.exists()


def test_looking_works_while_another_run_writes(state: Path) -> None:
    with opened(state) as writer:
        writer.save(Entry("1", state="sending"), "order.sending")
        with peeked(state) as ledger:
            assert [entry.reference for entry in ledger.entries()] == ["1"]
            writer.save(Entry("2", state="sending"), "order.sending")
            assert [entry.reference for entry in ledger.entries()] == ["1", "2"]
