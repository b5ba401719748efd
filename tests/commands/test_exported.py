"""`status --exported`: what finance reconciles a month with."""

from __future__ import annotations

import csv
import getpass
import io
import json
import sqlite3
import tracemalloc
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from installation import Installation
from old_ledger import as_first_version

from lnb24so.clock import Clock, utc_text
from lnb24so.ledger.exports import exports
from lnb24so.ledger.store import Ledger

pytestmark = pytest.mark.slow

COLUMNS = (
    "reference,order_id,erp_reference,customer_id,exported,retailer,currency,total,state,"
    "decision,who,decided,note\n"
)


def rows_of(office: Installation, *options: str) -> dict[str, dict[str, str]]:
    """Return the rows of the CSV by reference."""
    answer = office.run("status", "--exported", "--csv", *options)
    assert (answer.code, answer.err) == (0, "")
    return {row["reference"]: row for row in csv.DictReader(io.StringIO(answer.out))}


def test_each_exported_order_stands_there_with_its_id_retailer_and_money(
    office: Installation,
) -> None:
    report = office.run("push-orders", "--json").document["items"]
    sent = {item["reference"]: item for item in report if item["order_id"]}
    rows = rows_of(office)
    assert len(rows) == len(sent) == 12
    for reference, item in sent.items():
        row = rows[reference]
        assert int(row["order_id"]) == item["order_id"]
        assert (row["currency"], row["total"]) == (item["currency"], item["total"])
        assert row["retailer"] == office.box.lnb.orders[reference]["retailer_name"]
        assert row["state"] == "done"
        assert (row["decision"], row["who"], row["note"]) == ("", "", "")


def test_without_an_export_only_the_header_is_printed(office: Installation) -> None:
    assert office.run("status", "--exported", "--csv").out == COLUMNS
    assert office.run("status", "--exported", "--json").document == {"exported": []}
    assert office.run("status", "--exported").out == ""


def test_the_json_and_the_lines_say_the_same(office: Installation) -> None:
    office.run("push-orders")
    rows = rows_of(office)
    found = json.loads(office.run("status", "--exported", "--json").out)["exported"]
    assert [(one["reference"], one["total"]) for one in found] == [
        (row["reference"], row["total"]) for row in rows.values()
    ]
    lines = office.run("status", "--exported").out.splitlines()
    assert len(lines) == len(rows)
    total = Decimal(rows["70101"]["total"])
    [line] = [line for line in lines if line.startswith("70101 is order ")]
    assert f"{total:,} NOK" in line
    assert f'retailer "{rows["70101"]["retailer"]}"' in line


def test_days_are_days_in_the_time_zone_and_until_is_the_last_one(office: Installation) -> None:
    hand = office.by_hand(datetime(2026, 3, 31, 21, 30, tzinfo=UTC))  # 23:30 in Oslo
    office.run("push-orders", "--order", "70101")
    hand.move(3600)
    office.run("push-orders", "--order", "70102")
    assert rows_of(office, "--until", "2026-03-31").keys() == {"70101"}
    assert rows_of(office, "--since", "2026-04-01").keys() == {"70102"}
    assert rows_of(office, "--since", "2026-03-31", "--until", "2026-04-01").keys() == {
        "70101",
        "70102",
    }
    assert rows_of(office, "--until", "2026-03-30") == {}
    shown = office.run("status", "--exported", "--since", "2026-04-01").out
    assert "2026-04-01 00:30:00 CEST" in shown


def test_who_decided_what_and_why_stands_beside_the_order(office: Installation) -> None:
    office.run("push-orders")
    told = office.run("push-orders", "-n", "--json").document["items"]
    (item,) = (one for one in told if one["reference"] == "70128")
    due = item["reasons"][0]["message"].rpartition("--accept-total ")[2]
    decision = ("--accept-total", due, "--by", "Kari Nordmann", "--note", "as agreed; =1+1")
    assert office.run("resolve", "70128", *decision).code == 0
    office.run("push-orders")
    row = rows_of(office)["70128"]
    assert (row["decision"], row["who"]) == ("accept-total", "Kari Nordmann")
    assert row["note"] == "as agreed; '=1+1"
    assert row["total"] == due
    assert datetime.fromisoformat(row["decided"]) < datetime.fromisoformat(row["exported"])


@pytest.mark.parametrize(
    ("environment", "given", "who"),
    [
        ({}, (), getpass.getuser()),
        ({"SUDO_USER": "ola"}, (), "ola"),
        ({"SUDO_USER": "ola", "LNB24SO_USER": "kari"}, (), "kari"),
        ({"SUDO_USER": "ola", "LNB24SO_USER": "kari"}, ("--by", "per"), "per"),
        ({"SUDO_USER": "ola", "LNB24SO_USER": " "}, ("--by", ""), "ola"),
    ],
)
def test_who_decides_is_named_by_the_first_that_says_so(
    office: Installation,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    given: tuple[str, ...],
    who: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    office.run("push-orders", "--order", "70121")
    assert office.run("resolve", "70121", "--skip", *given).code == 0
    (step,) = office.log_lines("order.resolved")
    assert step["user"] == who


def test_both_totals_of_an_order_that_a_person_named_are_kept(office: Installation) -> None:
    office.run("push-orders", "--order", "70102")
    made = dict(max(office.box.erp.orders.items())[1])
    made.pop("OrderId")
    made |= {"ReferenceNumber": "LNB70101", "CustomerId": 501}
    order_id = office.box.erp.type_in(made)
    office.run("push-orders", "--order", "70101")
    assert office.run("resolve", "70101", "--exported-as", str(order_id)).code == 0
    (step,) = office.log_lines("order.resolved")
    assert Decimal(step["order_total"]) == office.box.lnb.orders["70101"]["amount_total"]
    assert rows_of(office)["70101"]["total"] == f"{Decimal(step['total']):.2f}"


def test_of_an_order_that_was_sent_again_the_last_export_counts(office: Installation) -> None:
    hand = office.by_hand()
    office.run("push-orders", "--order", "70101")
    first = rows_of(office)["70101"]
    hand.move(86400)
    del office.box.erp.orders[int(first["order_id"])]
    assert office.run("resolve", "70101", "--send-again").code == 0
    assert rows_of(office) == {}
    office.run("push-orders", "--order", "70101", "--any-status")
    row = rows_of(office)["70101"]
    assert row["exported"] > first["exported"]
    assert row["decision"] == "send-again"


def test_an_older_ledger_shows_what_it_noted_and_leaves_the_rest_empty(
    office: Installation,
) -> None:
    office.run("push-orders")
    now = rows_of(office)
    as_first_version(office.ledger_file)
    office.run("push-orders")
    for reference, row in rows_of(office).items():
        assert row == now[reference] | {"retailer": ""}


def test_a_csv_cell_is_never_a_formula(office: Installation) -> None:
    order = dict(office.box.lnb.orders["70101"], reference="=1+2")
    office.box.lnb.orders["=1+2"] = order | {"retailer_name": "A;=cmd|'/c calc'!A1"}
    office.run("push-orders", "--order", "=1+2")
    out = office.run("status", "--exported", "--csv").out
    assert "\n'=1+2," in out
    for separator in ",;":
        for row in csv.reader(io.StringIO(out), delimiter=separator):
            assert not [cell for cell in row if cell.lstrip()[:1] in ("=", "+", "-", "@")]


def ledger_of(folder: Path, count: int) -> Ledger:
    """Return a ledger of so many exported orders."""
    Ledger.open(folder, "run", Clock()).close()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as database, database:
        for number in range(1, count + 1):
            at = utc_text(start + timedelta(minutes=number))
            database.execute(
                "INSERT INTO orders (reference, state, reasons, attempts, doubted, order_id,"
                " not_ours) VALUES (?, 'done', '[]', 1, 0, ?, '[]')",
                (str(number), number),
            )
            for state in ("sending", "exported", "done"):
                database.execute(
                    "INSERT INTO history (at, run_id, reference, event, state, detail)"
                    " VALUES (?, '', ?, 'order.test', ?, '{}')",
                    (at, str(number), state),
                )
    return Ledger.peek(folder, Clock())


def test_ten_times_the_orders_take_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for count in (1_000, 10_000):
        (folder := tmp_path / str(count)).mkdir()
        with closing(ledger_of(folder, count)) as ledger:
            tracemalloc.start()
            assert sum(1 for _ in exports(ledger)) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2


def test_a_reader_that_pauses_keeps_no_run_waiting(tmp_path: Path) -> None:
    with closing(ledger_of(tmp_path, 1_200)) as ledger:
        reading = exports(ledger)
        next(reading)
        with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", timeout=0)) as run, run:
            run.execute("UPDATE orders SET state = 'exported'")
        assert len(list(reading)) == 1_199
