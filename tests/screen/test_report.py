"""What people and scripts see: on a terminal, in a pipe, and as JSON."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from installation import Answer, Installation
from terminal import on_a_terminal

from lnb24so.sandbox.exchange import json_reply

pytestmark = pytest.mark.slow

COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7])[0-9;]*m")
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ORDER_KEYS = {
    *("reference", "action", "customer_id", "customer", "order_id", "currency", "total"),
    *("line_count", "reasons", "outcome"),
}
STOCK_KEYS = {"code", "product_id", "name", "action", "before", "after", "reason", "outcome"}


def everything(answer: Answer) -> str:
    return answer.out + answer.err


# In a pipe


def test_each_order_is_one_plain_line_that_is_never_folded(office: Installation) -> None:
    long = "A" * 59
    office.box.lnb.orders["70118"]["retailer_name"] = long
    lines = office.run("push-orders", "-n").out.splitlines()
    assert len(lines) == 25 + 1
    assert [line for line in lines if line.startswith("70118 blocked: ") and long in line]
    assert lines[0].startswith("70101 create: ")
    assert lines[-1].startswith("Orders: 12 to create, 13 blocked")


def test_each_code_is_one_plain_line(office: Installation) -> None:
    lines = office.run("pull-stock", "-n").out.splitlines()
    assert all(re.match(r"\d{13} (set|skip)", line) for line in lines[:-1])
    assert lines[-1].startswith("Stock: ")


def test_a_pipe_gets_no_colour_and_no_progress(office: Installation) -> None:
    answer = office.process("preview", FORCE_COLOR="", TERM="xterm-256color")
    assert "\x1b" not in answer.out + answer.err
    assert answer.err == ""


def test_quiet_prints_only_what_needs_a_person(office: Installation) -> None:
    assert office.run("-q", "preview").out == ""
    answer = office.run("-q", "push-orders")
    assert answer.out == ""
    assert "70118: " in answer.err


def test_verbose_shows_the_log_on_stderr(office: Installation) -> None:
    answer = office.run("-v", "pull-stock", "-n")
    assert re.search(r"^\d\d:\d\d:\d\d run\.started", answer.err, re.M)
    assert "run.finished" in answer.err
    assert "run.finished" not in answer.out


def test_a_reader_that_leaves_is_no_error(office: Installation) -> None:
    process = subprocess.Popen(
        office.command("preview"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()


# JSON


def test_an_order_run_is_one_document_with_the_promised_keys(office: Installation) -> None:
    answer = office.run("push-orders", "--json")
    document = answer.document
    assert document.keys() >= {"task", "dry_run", "run_id", "company", "items", "summary"}
    assert document["task"] == "push-orders"
    assert document["company"] == {"id": 4242, "name": "Nordlys Ull AS"}
    assert document["summary"]["create"] == 12
    assert document["summary"]["blocked"] == 13
    for item in document["items"]:
        assert item.keys() >= ORDER_KEYS
        minor = "" if item["currency"] in ("JPY", "ISK") else r"\.\d\d"
        assert item["total"] is None or re.fullmatch(rf"-?\d+{minor}", item["total"])
        for reason in item["reasons"]:
            assert reason.keys() == {"code", "message", "line"}
            assert reason["line"] is None or reason["line"] >= 1
    assert not [item for item in document["items"] if item["outcome"] == "created"][12:]


def test_a_stock_run_is_one_document_with_the_promised_keys(office: Installation) -> None:
    document = office.run("pull-stock", "--json").document
    assert document.keys() >= {"task", "dry_run", "run_id", "company", "items", "summary"}
    assert (document["task"], document["dry_run"]) == ("pull-stock", False)
    for item in document["items"]:
        assert item.keys() >= STOCK_KEYS
        for level in (item["before"], item["after"]):
            assert level is None or re.fullmatch(r"-?\d+", level)
    assert document["summary"]["unchanged"] > 0


def test_a_preview_is_one_document_with_both_plans(office: Installation) -> None:
    document = office.run("preview", "--json").document
    assert document.keys() == {"stock", "orders"}
    assert document["stock"]["task"] == "pull-stock"
    assert document["orders"]["task"] == "push-orders"
    assert office.run("preview", "orders", "--json").document.keys() == {"orders"}


def test_the_story_of_a_level_is_one_document(office: Installation) -> None:
    asked = ("preview", "--code", "7040000010015")
    plain = office.run(*asked).out.splitlines()
    assert office.run(*asked, "--json").document == {"code": "7040000010015", "lines": plain}


def test_json_is_the_same_on_a_terminal(office: Installation) -> None:
    shown = on_a_terminal(office, "-q", "preview", "orders", "--json").out
    assert json.loads(STYLE.sub("", shown)).keys() == {"orders"}


# On a terminal


def test_a_terminal_shows_tables_and_words(office: Installation) -> None:
    shown = STYLE.sub("", on_a_terminal(office, "preview").out).replace("\r", "\n")
    assert re.search(r"^ *Order +Retailer +What +Lines +Total", shown, re.M)
    assert re.search(r"^ *Code +Product +Now +New +Note", shown, re.M)
    assert "24SevenOffice company 4242" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_reason_is_never_broken_in_a_terminal_of_80_columns(office: Installation) -> None:
    office.run("pull-stock")
    for product in office.box.erp.products.values():
        office.box.erp.change_product(product["Id"], Name="A name as long as a name can be, 34")
    text = STYLE.sub("", on_a_terminal(office, "preview", "stock").out)
    assert "product.not_stock_controlled" in text
    assert "A name as long" in text
    assert max(map(len, text.splitlines())) <= 80


def test_no_color_takes_the_colours_away(office: Installation) -> None:
    assert not COLOUR.search(on_a_terminal(office, "preview", NO_COLOR="1").out)


HOSTILE = "[red]Røde[/red] :smile: \x1b[2J\x1b]0;owned\x07 \x9b31m\u202e"


@pytest.mark.parametrize("where", ["terminal", "pipe"])
def test_remote_text_is_neither_markup_nor_a_command_to_the_terminal(
    office: Installation, where: str
) -> None:
    order = office.box.lnb.orders["70118"]
    office.box.lnb.orders[HOSTILE] = order | {"reference": HOSTILE}
    order |= {"retailer_name": HOSTILE, "comment": HOSTILE}
    order["items"] = [line | {"name": HOSTILE, "ean13": None} for line in order["items"]]
    if where == "terminal":
        shown = on_a_terminal(office, "preview", "orders").out
        shown += on_a_terminal(office, "push-orders").out
    else:
        shown = everything(office.run("preview", "orders"))
        shown += everything(office.run("push-orders"))
    assert "[red]Røde[/red] :smile:" in shown
    for command in ("\x1b[2J", "\x1b]0;", "\x07", "\x9b", "\u202e"):
        assert command not in shown


def test_an_error_of_le_new_black_is_no_command_to_the_terminal(office: Installation) -> None:
    refusal = json_reply(422, {"error": {"message": HOSTILE}})
    office.box.faults.add("GET /orders", lambda exchange: refusal)
    answer = office.run("push-orders", "--dry-run")
    assert "[red]Røde[/red]" in answer.err
    assert answer.err.strip().isprintable()


# JSON


STEERING = [*range(0x7F, 0xA0), 0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), 0x2028, 0x2029]
STEERING += [*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xFFF9, 0xE0001, 0xE007F]


@pytest.mark.parametrize(
    "command",
    [
        ("push-orders", "-n", "--json"),
        ("preview", "--json"),
        ("pull-stock", "-n", "--json"),
        ("check", "--json"),
        ("check",),
        ("status", "--json"),
    ],
)
def test_no_document_or_list_holds_what_steers_a_terminal_or_is_not_seen(
    office: Installation, command: tuple[str, ...]
) -> None:
    hostile = f"A{''.join(map(chr, STEERING))}B"
    for order in office.box.lnb.orders.values():
        order["retailer_name"] = hostile
    for number in list(office.box.erp.products):
        office.box.erp.change_product(number, Name=hostile)
    office.run("push-orders")
    out = office.run(*command).out
    assert [sign for sign in map(chr, STEERING) if sign in out] == []
    if command[-1] == "--json":
        json.loads(out)


def test_a_document_still_says_what_it_escapes(office: Installation) -> None:
    office.box.lnb.orders["70118"]["retailer_name"] = "A\u202eB\x9bC"
    items = office.run("push-orders", "-n", "--json").document["items"]
    assert "A\u202eB\x9bC" in {item["retailer"] for item in items}
