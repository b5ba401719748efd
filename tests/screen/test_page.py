"""The page for a sales manager shows the whole plan, and can do no harm."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from installation import Installation
from terminal import on_a_terminal

from lnb24so.errors import ConfigError
from lnb24so.process.whole_file import write_whole
from lnb24so.reasons import ORDER_REASONS, STOCK_REASONS
from lnb24so.run import Report, preview
from lnb24so.screen.advice import advice, fact
from lnb24so.screen.page import page, write_page

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 3, 7, 5, tzinfo=UTC)
HOSTILE = '</h3><script>alert(1)</script><img src=x onerror="a()"> & \u202etxt'


class Reader(HTMLParser):
    """Reads a page as a browser does: its tags, whether they are closed, and its words."""

    VOID = ("meta", "br", "link", "img", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}


@pytest.fixture
def planned(office: Installation) -> Report:
    """Return the preview of the sample brand."""
    return preview(office.config, office.mode("preview", writes=False), None)


def document(office: Installation, what: str) -> dict[str, Any]:
    found: dict[str, Any] = office.run("preview", "--json").document[what]
    return found


def written(office: Installation, *arguments: str) -> str:
    file = office.folder / "preview.html"
    assert office.run("preview", *arguments, "--html", str(file)).code == 0
    return file.read_text("utf-8")


def test_the_totals_come_first_and_are_those_of_the_plan(office: Installation) -> None:
    orders, stock = document(office, "orders"), document(office, "stock")
    text = Reader(written(office)).text
    create = [item for item in orders["items"] if item["action"] == "create"]
    levels = [item for item in stock["items"] if item["action"] == "set"]
    for words in (
        f"{len(create)} Orders to create",
        f"{orders['summary']['blocked']} Orders that need someone",
        f"{len(levels)} Stock levels to change",
        f"{stock['summary']['unchanged']} Stock levels that stay",
    ):
        assert 0 < text.index(words) < text.index(create[0]["reference"])


def test_every_order_to_create_is_there_with_its_lines_and_money(
    planned: Report, office: Installation
) -> None:
    text = Reader(page(planned, NOW)).text
    assert planned.orders is not None
    created = [result.item for result in planned.orders.results if result.item.action == "create"]
    assert len(created) == 12
    for item in created:
        assert item.invoice is not None
        assert item.total is not None
        begin = text.index(f"{item.reference} {item.customer}")
        order = text[begin : begin + 900]
        assert f"{item.total:,.2f} {item.currency}" in order
        assert all(row.name in order for row in item.invoice.rows)


def test_a_row_shows_pieces_price_discount_and_amount(planned: Report) -> None:
    text = Reader(page(planned, NOW)).text
    assert "Alma Dress, Rosé, 40 760.00 each, less 15 % 4 760.00 15 % 2,584.00" in text


def test_every_blocked_order_is_there_with_its_reasons_in_words(office: Installation) -> None:
    text = Reader(written(office)).text
    blocked = [each for each in document(office, "orders")["items"] if each["action"] == "blocked"]
    assert len(blocked) == 13
    for item in blocked:
        for reason in item["reasons"]:
            fact = reason["message"].partition("Fix: ")[0]
            assert fact[1:].strip() in text
            assert f"To mend it: {advice(reason['code'])}" in text
            assert reason["code"] not in text


def test_the_orders_of_one_cause_stand_together_with_their_sum(office: Installation) -> None:
    first = office.box.lnb.orders["70118"]
    for number in range(4):
        reference = str(80001 + number)
        office.box.lnb.orders[reference] = first | {"reference": reference}
    text = Reader(written(office, "orders")).text
    total = f"{5 * first['amount_total']:,.2f} NOK"
    fact = 'Retailer "Bik & Bok Oslo" has no customer reference.'
    assert f"Why Orders Total {fact} 5 {total}" in text
    assert f"{fact} 5 orders {total} To mend it: " in text
    assert text.count(fact) == 2


def test_an_order_with_two_reasons_counts_once_in_the_sum_of_all(office: Installation) -> None:
    stuck = [one for one in document(office, "orders")["items"] if one["action"] == "blocked"]
    total = sum(Decimal(one["total"]) for one in stuck if one["currency"] == "NOK")
    assert f"13 Orders that need someone {total:,.2f} NOK" in Reader(written(office)).text


def test_an_index_leads_to_every_order(office: Installation) -> None:
    read = Reader(written(office, "orders"))
    index = read.text.partition("Find an order: 25 orders")[2]
    for item in document(office, "orders")["items"]:
        assert f" {item['reference']} " in index.partition("Orders that need someone")[0]
    places = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(places) == len(set(places))
    links = [attributes["href"] for tag, attributes in read.tags if tag == "a"]
    assert len([link for link in links if link and link.startswith("#o")]) == 25


def test_the_lines_of_many_orders_are_folded_away(office: Installation) -> None:
    assert '<details class="sheet order" id="o1" open>' in written(office, "orders")
    good = office.box.lnb.orders["70101"]
    for number in range(60):
        reference = str(80001 + number)
        office.box.lnb.orders[reference] = good | {"reference": reference}
    text = written(office, "orders")
    assert text.count('<details class="sheet order"') == 72
    assert '" open>' not in text.partition('id="create"')[2]


def test_no_command_stands_on_the_page(office: Installation) -> None:
    office.set("orders", max_per_run=3, since="2020-01-01")
    office.box.lnb.orders["70101"] |= {"create_time": "2019-12-24T10:00:00+00:00"}
    typed = dict(max(office.box.erp.orders.items())[1])
    typed.pop("OrderId")
    office.box.erp.type_in(typed | {"ReferenceNumber": "LNB70102", "CustomerId": 502})
    text = written(office)
    assert "LNB70102 already stands on 24SevenOffice order" in text
    assert "lnb24so " not in text
    assert " --" not in Reader(text).text


@pytest.mark.parametrize("code", sorted(ORDER_REASONS))
def test_sales_is_told_in_words_what_to_do(code: str) -> None:
    assert advice(code).endswith(".")
    assert "lnb24so " not in advice(code)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            'retailer "A" is nobody (orders.x: id). Fix: name it.',
            'Retailer "A" is nobody (orders.x: id).',
        ),
        ("made in May. Typed in already? lnb24so resolve 1 --skip. Else: x", "Made in May."),
        ("stands on order 7; is it this one? lnb24so resolve 1 --skip", "Stands on order 7;"),
        ("9 wait. Check: lnb24so preview orders; then: lnb24so push-orders", "9 wait."),
        ("ask lnb24so help", "Ask"),
    ],
)
def test_of_a_sentence_the_fact_is_kept(message: str, said: str) -> None:
    assert fact(message) == said


def test_every_changed_level_is_there_with_before_and_after(office: Installation) -> None:
    text = Reader(written(office)).text
    for item in document(office, "stock")["items"]:
        assert item["code"] in text
        if item["action"] == "set" and item["before"] is not None and item["reason"] is None:
            change = int(item["after"]) - int(item["before"])
            signed = f"{change:+}".replace("-", "\N{MINUS SIGN}")
            assert f"{item['code']} {item['before']} {item['after']} {signed}" in text


def test_levels_left_alone_are_told_by_their_reason(office: Installation) -> None:
    text = Reader(written(office)).text
    skipped = [each for each in document(office, "stock")["items"] if each["action"] == "skip"]
    assert skipped
    for reason in {each["reason"] for each in skipped}:
        number = sum(each["reason"] == reason for each in skipped)
        assert f"{number}: {STOCK_REASONS[reason]}" in text


def test_a_guard_is_told_before_the_lists(office: Installation) -> None:
    office.set("orders", max_per_run=3)
    text = Reader(written(office)).text
    assert text.index("12 orders wait, and this ledger has sent none yet (limit 3)") < text.index(
        "70101"
    )


def test_after_the_job_only_what_needs_someone_is_left(office: Installation) -> None:
    office.run("push-orders")
    office.run("pull-stock")
    text = Reader(written(office)).text
    assert "0 Orders to create" in text
    assert "13 Orders that need someone" in text
    assert "0 Stock levels to change" in text


@pytest.mark.parametrize(
    ("what", "there", "absent"),
    [
        ("stock", "Stock levels to change", "Orders to create"),
        ("orders", "Orders to create", "Stock levels to change"),
    ],
)
def test_one_half_of_a_preview_makes_half_a_page(
    office: Installation, what: str, there: str, absent: str
) -> None:
    text = Reader(written(office, what)).text
    assert there in text
    assert absent not in text


def test_what_came_from_the_two_systems_is_text_and_nothing_else(office: Installation) -> None:
    for order in office.box.lnb.orders.values():
        order |= {"retailer_name": HOSTILE, "comment": HOSTILE, "purchase_order_reference": "<b>"}
        for line in order["items"]:
            line["name"] = f"{HOSTILE}\x1b[31m"
    for number in list(office.box.erp.products):
        office.box.erp.change_product(number, Name=HOSTILE)
    for customer in office.box.erp.customers.values():
        customer["Name"] = HOSTILE
    office.box.erp.trading.name = HOSTILE
    text = written(office)
    read = Reader(text)
    assert read.open == []
    assert not {"script", "img"} & read.names
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "</h3><script>alert(1)</script>" in read.text


def test_the_page_loads_nothing_and_runs_nothing(office: Installation) -> None:
    text = written(office)
    read = Reader(text)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & read.names
    assert not re.search(r"url\(|@import|https?:|//", text)
    assert not [name for _, attributes in read.tags for name in attributes if name[:2] == "on"]
    [policy] = [
        attributes["content"]
        for tag, attributes in read.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("baseline", [False, True])
def test_every_link_leads_to_a_place_on_the_page(office: Installation, baseline: bool) -> None:
    if baseline:  # nothing is left to create or to mend
        office.run("push-orders", "--baseline")
    tags = Reader(written(office)).tags
    targets = {f"#{attributes['id']}" for _, attributes in tags if "id" in attributes}
    assert {attributes["href"] for tag, attributes in tags if tag == "a"} <= targets


def test_the_page_is_well_formed_and_fits_phone_dark_and_print(office: Installation) -> None:
    text = written(office)
    assert text.startswith("<!DOCTYPE html>")
    assert Reader(text).open == []
    for words in ("width=device-width", "prefers-color-scheme: dark", "@media print"):
        assert words in text


def test_it_says_when_in_the_time_zone_that_it_is_given(planned: Report) -> None:
    assert "3 November 2026, 07:05 UTC" in Reader(page(planned, NOW)).text


# The file


def test_only_this_user_can_read_the_file_whatever_was_there(office: Installation) -> None:
    file = office.folder / "preview.html"
    file.write_text("an older page")
    file.chmod(0o666)
    written(office)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_terminal_hears_where_the_page_is(office: Installation) -> None:
    file = office.folder / "preview.html"
    shown = on_a_terminal(office, "preview", "--html", str(file), columns=200).out
    assert f"The page is in {file}." in shown
    assert file.exists()


def test_a_dash_is_standard_output(office: Installation) -> None:
    answer = office.run("preview", "--html", "-")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("<!DOCTYPE html>")
    assert Reader(answer.out).open == []
    assert not (office.folder / "-").exists()


def test_times_are_told_in_the_time_zone_of_the_settings(office: Installation) -> None:
    office.by_hand(datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    assert "2 July 2026, 00:30 CEST" in office.run("preview", "--html", "-").out


def test_nothing_is_printed_and_nothing_else_is_written(office: Installation) -> None:
    earlier = office.snapshot()
    answer = office.run("preview", "--html", str(office.folder / "preview.html"))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert office.snapshot() == earlier
    assert sorted(path.name for path in office.folder.glob("*preview*")) == ["preview.html"]


def test_a_link_is_followed_and_stays(office: Installation) -> None:
    link = office.folder / "preview.html"
    (office.folder / "pages").mkdir()
    link.symlink_to(office.folder / "pages" / "today.html")
    written(office)
    assert link.is_symlink()
    assert (office.folder / "pages" / "today.html").is_file()


def test_a_pipe_is_refused_for_nobody_may_ever_read_it(office: Installation) -> None:
    pipe = office.folder / "pipe"
    os.mkfifo(pipe)
    answer = office.process("preview", "--html", str(pipe))
    assert answer.code == 2
    assert "it is a pipe" in answer.err
    assert pipe.is_fifo()


def test_standard_output_is_written_to_also_where_it_is_a_pipe(office: Installation) -> None:
    answer = office.process("preview", "--html", "/dev/stdout")
    assert answer.code == 0
    assert answer.out.startswith("<!DOCTYPE html>")


def test_a_draft_that_a_killed_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    for draft in (f".session.json.{os.getpid()}", f"session.json.{os.getpid()}"):
        (tmp_path / draft).touch()
    write_whole(tmp_path / "session.json", "{}")
    assert (tmp_path / "session.json").read_text() == "{}"


def test_a_page_that_breaks_off_leaves_the_old_one(
    planned: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "old.html"
    file.write_text("the old page")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        write_page(planned, file, NOW)
    assert file.read_text() == "the old page"
    assert sorted(path.name for path in tmp_path.glob("*old*")) == ["old.html"]


def bad_targets(folder: Path) -> Iterator[Path]:
    (folder / "a-file").touch()
    yield folder / "missing" / "preview.html"
    yield folder / "a-file" / "preview.html"
    yield Path("/proc/preview.html")


def test_a_file_that_cannot_be_written_is_one_sentence(office: Installation) -> None:
    for target in bad_targets(office.folder):
        answer = office.run("preview", "--html", str(target))
        assert answer.code == 2
        assert answer.err.count("\n") == 1
        assert f"{target}: the page cannot be written" in answer.err


@pytest.mark.parametrize("other", [("--json",), ("--code", "7040000010015")], ids=" ".join)
def test_a_page_is_not_mixed_with_another_answer(
    office: Installation, other: tuple[str, ...]
) -> None:
    file = office.folder / "preview.html"
    answer = office.run("preview", "--html", str(file), *other)
    assert answer.code == 2
    assert "--html" in answer.err
    assert not file.exists()
