"""The proof: last lines, CSV and JSON say the same, and each order stands in one month."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_brand import SHOPS, lnb_order

from lnb24so.sandbox.erp import fill_in
from lnb24so.sandbox.portal import moment

from .shop import Shop, open_shop

LINE = re.compile(
    r"(?P<month>\d{4}-\d\d), (?P<by>confirmed|invoiced), without VAT, (?P<currency>[A-Z]{3}): "
    r"Le New Black (?P<lnb>-?[\d,.]+) \((?P<here>[\d,]+) orders?\); "
    r"24SevenOffice (?P<erp>-?[\d,.]+) \((?P<there>[\d,]+)\); "
    r"difference (?P<difference>-?[\d,.]+?)(?: = (?P<parts>.+))?\. Not due yet: (?P<later>[\d,]+)\."
)
PART = re.compile(r"(?P<label>.+?) (?P<amount>-?[\d,.]+) \((?P<count>[\d,]+)(?:: (?P<who>.+?))?\)")


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def read(line: str) -> dict[str, Any]:
    """Return what a last line says; it must have exactly the shape that scripts rely on."""
    match = LINE.fullmatch(line)
    assert match is not None, line
    parts = match["parts"].split(" + ") if match["parts"] else []
    said = []
    for part in parts:
        found = PART.fullmatch(part)
        assert found is not None, part
        said.append((found["label"], amount(found["amount"]), int(found["count"]), found["who"]))
    return {**match.groupdict(), "parts": said}


def a_month_with_everything(shop: Shop) -> None:
    """Plant orders in two currencies, with every kind of difference."""
    for number in range(8):
        shop.ordered(f"{80001 + number}")
    shop.ordered("80010", retailer_reference="524", currency="EUR")
    shop.run("push-orders", "--limit", "99")
    shop.edit("80001", 3)
    shop.cancel("80002")
    del shop.box.erp.orders[shop.order_id("80003")]
    shop.type_in("80004")
    shop.change_there("80005", Quantity=Decimal(0))
    shop.type_in("80006", ReferenceOrderId=shop.order_id("80006"), OrderStatus="Rest")
    shop.there("80007")["Currency"] = {"Symbol": "EUR", "Rate": Decimal("11.6"), "Unit": 1}
    del shop.box.lnb.orders["80008"]
    shop.ordered("80020", status="closed")
    shop.ordered("80021", status="confirmed")
    shop.ordered("80022", retailer_reference="")
    shop.run("push-orders", "--order", "80022")
    shop.ordered("80023", days_ago=0.2)
    shop.ordered("80024")
    shop.run("push-orders", "--order", "80024", "--baseline")


def test_the_last_lines_the_csv_and_the_json_agree_to_the_cent(shop: Shop) -> None:
    a_month_with_everything(shop)
    seen: set[str] = set()
    for month in ("2026-02", "2026-03"):
        said = {one["currency"]: one for one in map(read, shop.proof("--month", month))}
        document = shop.document("--month", month)
        sums = {one["currency"]: one for one in document["months"]}
        sheet = shop.sheet("--month", month)
        seen |= said.keys()
        assert said.keys() == sums.keys()
        for currency, one in said.items():
            rows = [row for row in sheet if row["currency"] == currency]
            of_json = [row for row in document["orders"] if row["currency"] == currency]
            for name, side in (("lnb", "net_in_le_new_black"), ("erp", "net_in_24sevenoffice")):
                total = sum(Decimal(row[side]) for row in rows)
                assert amount(one[name]) == total == sum(Decimal(row[side]) for row in of_json)
            assert amount(one["lnb"]) == Decimal(sums[currency]["le_new_black"]["net"])
            assert amount(one["erp"]) == Decimal(sums[currency]["24sevenoffice"]["net"])
            difference = amount(one["difference"])
            assert difference == amount(one["lnb"]) - amount(one["erp"])
            assert difference == sum((part[1] for part in one["parts"]), Decimal(0))
            assert difference == sum(Decimal(row["difference"]) for row in rows)
            assert Decimal(sums[currency]["difference"]) == difference
    assert seen == {"NOK", "EUR"}


@pytest.mark.slow
def test_a_line_has_the_shape_of_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_shop(tmp_path, monkeypatch) as shop:
        for reference, total in (("70187", "3398000"), ("70188", "5000"), ("70189", "9000")):
            order = shop.ordered(reference)
            order["items"][0] |= {"quantity": 1, "unit_price": Decimal(total)}
            order |= {"amount_total": Decimal(total)}
        shop.run("push-orders", "--baseline", "--order", "70189")
        shop.run("push-orders")
        del shop.box.erp.orders[shop.order_id("70188")]
        shop.ordered("70190", status="confirmed")
        assert shop.proof("--month", "2026-02") == [
            "2026-02, confirmed, without VAT, NOK: Le New Black 3,412,000.00 (3 orders); "
            "24SevenOffice 3,398,000.00 (1); difference 14,000.00 = missing 5,000.00 (1: 70188) "
            "+ skipped 9,000.00 (1). Not due yet: 1."
        ]


EDGES = (
    *("2025-12-31T22:59:59Z", "2025-12-31T23:00:00Z", "2026-01-31T22:59:59Z"),
    *("2026-01-31T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T00:59:59Z"),
    *("2026-03-29T01:00:00Z", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z"),
    *("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-31T22:59:59Z"),
    *("2026-10-31T23:00:00Z", "2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z"),
)
MONTHS = (
    *("2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-07", "2026-09"),
    *("2026-10", "2026-11", "2026-12", "2027-01"),
)


def of_all_year(shop: Shop) -> list[datetime]:
    """Let orders be confirmed, or only made, at the edges of months and all through the year."""
    times = [datetime.fromisoformat(edge) for edge in EDGES]
    times += [datetime(2026, month, 9, 12, tzinfo=UTC) for month in (2, 5, 7, 9)]
    for number, at in enumerate(times):
        order = lnb_order(f"{71001 + number}", at - timedelta(days=40 * (number % 2)))
        order["confirmation_time"] = moment(at) if number % 2 else None
        shop.box.lnb.orders[order["reference"]] = order
    shop.hand.move(timedelta(days=400).total_seconds())
    shop.run("push-orders", "--limit", "99")
    assert len(shop.created) == len(times)
    return times


@pytest.mark.slow
def test_each_order_of_a_year_stands_in_exactly_one_month_whatever_is_edited_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_shop(tmp_path, monkeypatch) as shop:
        times = of_all_year(shop)
        zone = shop.config.erp.zone
        expected = {f"{71001 + n}": f"{at.astimezone(zone):%Y-%m}" for n, at in enumerate(times)}

        def months() -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            for month in MONTHS:
                for row in shop.sheet("--month", month):
                    found.setdefault(row["reference"], []).append(month)
            return found

        assert months() == {name: [month] for name, month in expected.items()}
        for number, name in enumerate(expected):
            shop.hand.move(3600)
            if number % 4 == 0:
                shop.edit(name, 2)
            elif number % 4 == 1:
                shop.change_there(name, Quantity=Decimal(3))
            elif number % 4 == 2:
                shop.cancel(name)
            else:
                del shop.box.lnb.orders[name]
        assert months() == {name: [month] for name, month in expected.items()}


@pytest.mark.slow
def test_by_invoice_each_order_stands_in_the_month_of_its_first_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_shop(tmp_path, monkeypatch) as shop:
        times = of_all_year(shop)
        names = [f"{71001 + number}" for number in range(len(times))]
        for number, name in enumerate(names[:-2]):
            day = datetime(2027, 1 + number % 3, 28 if number % 2 else 1, tzinfo=UTC)
            invoice = {"OrderStatus": "Invoiced", "InvoiceId": 9000 + number, "DateInvoiced": day}
            shop.there(name).update(**invoice, DateChanged=day)
        rest = shop.type_in(names[0], ReferenceOrderId=shop.order_id(names[0]))
        later = datetime(2027, 2, 3, tzinfo=UTC)
        shop.box.erp.orders[rest] |= {
            "DateInvoiced": later,
            "DateChanged": later,
            "InvoiceId": 9900,
        }
        found = Counter(
            row["reference"]
            for month in ("2027-01", "2027-02", "2027-03")
            for row in shop.sheet("--month", month, "--by", "invoiced")
        )
        assert found == Counter(names[:-2])
        (line,) = shop.proof("--month", "2027-01", "--by", "invoiced")
        assert read(line)["by"] == "invoiced"
        row = next(
            one
            for one in shop.sheet("--month", "2027-01", "--by", "invoiced")
            if one["reference"] == names[0]
        )
        assert row["invoice_numbers"] == "9000 9900"
        assert row["invoiced"] == "2027-01-01 2027-02-03"


HOSTILE = ("=1+2", '";=cmd|x', "A;=1", "+SUM(1)", "@x", "\t=1", "-2+3", "A,=1")


@pytest.mark.slow
def test_no_cell_of_the_csv_starts_a_formula_with_either_separator(shop: Shop) -> None:
    for number, name in enumerate(HOSTILE):
        shop.ordered(f"{80001 + number}", retailer_name=name)
    shop.run("push-orders")
    assert shop.run("resolve", "80001", "--skip", "--note", "=1;=2").code == 3
    del shop.box.erp.orders[shop.order_id("80003")]
    assert shop.run("reconcile", "--acknowledge", "--note", "=HYPERLINK(1);=2").code == 0
    text = shop.run("reconcile", "--csv").out
    for separator in (",", ";"):
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            for cell in row:
                assert not re.match(r"\s*[=+@]|\s*-\D", cell), cell
    assert len(list(csv.reader(io.StringIO(text)))) == 1 + 3 + len(HOSTILE)


COLUMNS = (
    "reference,our_reference,retailer,customer_number,confirmed,exported,currency,rate,"
    "net_in_le_new_black,net_in_24sevenoffice,vat_in_24sevenoffice,gross_in_24sevenoffice,"
    "difference,changed_in_24sevenoffice,order_ids,status,invoice_numbers,invoiced,paid,credited,"
    "state,reading_of_prices,decision,who,when,note,accepted_total"
)


def test_the_csv_is_the_month_for_finance(shop: Shop) -> None:
    shop.exported("80001", retailer_name="Bik Bok")
    there = shop.there("80001")
    net = there["OrderTotalIncVat"] - there["OrderTotalVat"]
    day = datetime(2026, 3, 2, tzinfo=UTC)
    there.update(OrderStatus="Invoiced", InvoiceId=900, DateInvoiced=day, Paid=day)
    row = {"ProductId": 1001, "Quantity": Decimal(-1), "Price": Decimal(100)}
    shop.type_in("80001", ReferenceInvoiceId=900, InvoiceRows=[row], InvoiceId=901)
    answer = shop.run("reconcile", "--csv")
    assert answer.out.splitlines()[0] == COLUMNS
    found = {one["reference"]: one for one in shop.sheet()}["80001"]
    assert found == {
        **dict.fromkeys(COLUMNS.split(","), ""),
        "reference": "80001",
        "our_reference": "LNB80001",
        "retailer": "Bik Bok",
        "customer_number": str(SHOPS[0].customer_id),
        "confirmed": "2026-02-28 11:00",
        "exported": "2026-03-02 09:00",
        "currency": "NOK",
        "rate": "1",
        "net_in_le_new_black": f"{net:.2f}",
        "net_in_24sevenoffice": f"{net:.2f}",
        "vat_in_24sevenoffice": f"{there['OrderTotalVat']:.2f}",
        "gross_in_24sevenoffice": f"{there['OrderTotalIncVat']:.2f}",
        "difference": "0.00",
        "changed_in_24sevenoffice": "0.00",
        "order_ids": f"{shop.order_id('80001')} {shop.order_id('80001') + 1}",
        "status": "Invoiced",
        "invoice_numbers": "900 901",
        "invoiced": "2026-03-02",
        "paid": "2026-03-02",
        "credited": "-100.00",
        "state": "done",
        "reading_of_prices": "per row, halves up",
    }


@pytest.mark.slow
def test_the_net_is_the_sum_of_the_rows_where_24sevenoffice_names_no_total(shop: Shop) -> None:
    shop.exported("80001")
    for name in ("OrderTotalIncVat", "OrderTotalVat"):
        del shop.there("80001")[name]
    found = {one["reference"]: one for one in shop.sheet()}["80001"]
    assert found["net_in_24sevenoffice"] == found["net_in_le_new_black"]


@pytest.mark.slow
def test_what_people_changed_there_is_a_column_and_a_sum(shop: Shop) -> None:
    shop.exported("80001")
    price = shop.there("80001")["InvoiceRows"][0]["Price"]
    shop.change_there("80001", Quantity=Decimal(3))
    fill_in(shop.there("80001"), shop.box.erp.trading)
    (line,) = map(read, shop.proof("--month", "2026-02"))
    assert line["parts"] == [("changed in 24SevenOffice", -2 * price, 1, None)]
    assert shop.sheet("--month", "2026-02")[0]["changed_in_24sevenoffice"] == f"{2 * price:.2f}"
