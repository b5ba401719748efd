"""`lnb24so check` finds what is wrong on the first day, and says which setting mends it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from faults import Fault
from installation import Installation
from lxml import etree
from raw_server import closed_port
from terminal import on_a_terminal

from lnb24so.commands.check.findings import Findings, few
from lnb24so.commands.check.services import FIELDS, compare, read_service
from lnb24so.commands.check.totals import READINGS, adds_up
from lnb24so.errors import Interrupted, Transient
from lnb24so.lnb.types import Line, Order
from lnb24so.sandbox import Brand, Exchange, Reply, Sandbox
from lnb24so.sandbox.erp import APPLICATION_ID, TRADING_ID, TRAINING_ID
from lnb24so.sandbox.faults import Behaviour, before
from lnb24so.sandbox.soap import fault_reply
from lnb24so.soap.wire import NAMESPACE, SERVICES

OTHER_GUID = "00000000-0000-4000-8000-000000000001"
Spoil = Callable[[Installation], object]


@pytest.fixture(scope="session")
def little(sample: Brand) -> Brand:
    """Return the sample brand with its first twelve models only: a check reads everything."""
    models = sample.lnb_products[:12]
    skus = {
        sku["sku"] for model in models for variant in model["variants"] for sku in variant["skus"]
    }
    return replace(
        sample,
        products=tuple(each for each in sample.products if each["No"] in skus or each["Id"] < 1000),
        lnb_products=models,
        inventory=tuple(each for each in sample.inventory if each["sku"] in skus),
    )


@pytest.fixture
def shop(little: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return an installation beside a little sandbox; it never waits between two tries."""
    with Sandbox(little) as box:
        made = Installation(box, tmp_path, monkeypatch)
        made.by_hand(box.erp.now())
        yield made


def findings(shop: Installation, name: str = "") -> list[dict[str, Any]]:
    """Return what a check finds, under one name or all of it."""
    found: list[dict[str, Any]] = shop.run("check", "--json").document["findings"]
    return [each for each in found if name in ("", each["name"])]


def levels(found: list[dict[str, Any]]) -> set[str]:
    return {each["level"] for each in found}


# The table of mistakes


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong on a first day, and the finding that must say so."""

    what: str
    spoil: Spoil
    finding: str
    words: tuple[str, ...]
    level: str = "error"


def change(old: str, new: str) -> Spoil:
    return lambda shop: shop.change(old, new)


def settings(section: str, **values: object) -> Spoil:
    return lambda shop: shop.set(section, **values)


def fault(operation: str, behaviour: Behaviour, times: int = 20) -> Spoil:
    return lambda shop: shop.box.faults.add(operation, behaviour, times=times)


def erp_at(url: Callable[[Installation], str]) -> Spoil:
    return lambda shop: shop.change(
        f"  base_url: {shop.box.erp_url}\n", f"  base_url: {url(shop)}\n"
    )


def lnb_at(url: Callable[[Installation], str]) -> Spoil:
    return lambda shop: shop.change(shop.box.lnb_url, url(shop))


def nobody(_: Installation) -> str:
    return f"http://127.0.0.1:{closed_port()}"


def each_product(**changes: Callable[[Any], Any]) -> Spoil:
    """Change a property of every product; each change takes the product."""

    def spoil(shop: Installation) -> None:
        for number, product in list(shop.box.erp.products.items()):
            new = {name: value(product) for name, value in changes.items()}
            shop.box.erp.change_product(number, **new)

    return spoil


def rename_skus(shop: Installation) -> None:
    for product in shop.box.lnb.products:
        for variant in product["variants"]:
            for sku in variant["skus"]:
                sku["sku"] = f"OLD-{sku['sku']}"
    shop.box.lnb.inventory.clear()


def rename_skus_and_match_them(shop: Installation) -> None:
    rename_skus(shop)
    shop.change("paths:\n", "products: {match_by: sku}\npaths:\n")


def products(**values: str) -> Spoil:
    text = "".join(f"  {name}: {value}\n" for name, value in values.items())
    return change("paths:\n", f"products:\n{text}paths:\n")


def file_in_the_way(name: str) -> Spoil:
    def spoil(shop: Installation) -> None:
        (shop.folder / "in-the-way").write_text("a file")
        shop.change(f"{name}: {name}\n", f"{name}: in-the-way\n")

    return spoil


def used_before(spoil: Spoil) -> Spoil:
    """Bind the ledger first, then spoil."""

    def both(shop: Installation) -> None:
        assert shop.run("pull-stock").code == 0
        spoil(shop)

    return both


def damage_ledger(shop: Installation) -> None:
    (shop.folder / "state").mkdir()
    shop.ledger_file.write_bytes(b"no database at all" * 100)


def wsdl(old: bytes, new: bytes) -> Behaviour:
    def behave(exchange: Exchange) -> Reply:
        true = exchange.apply()
        return replace(true, body=true.body.replace(old, new))

    return behave


def set_portal(**values: object) -> Spoil:
    def spoil(shop: Installation) -> None:
        for name, value in values.items():
            setattr(shop.box.lnb, name, value)

    return spoil


def spend_budget(shop: Installation) -> None:
    shop.box.erp.budget = 100


ERP, LNB = "24sevenoffice", "lenewblack"
MISTAKES = (
    Mistake(
        "wrong password",
        change("sandbox-password", "old"),
        f"{ERP}.login",
        ("wrong user name or password", "Fix: ", "24sevenoffice.password"),
    ),
    Mistake(
        "wrong user name",
        change("integration@nordlys.example", "somebody"),
        f"{ERP}.login",
        ("24sevenoffice.username",),
    ),
    Mistake(
        "unknown application id",
        change(APPLICATION_ID, OTHER_GUID),
        f"{ERP}.login",
        ("not registered", "Fix: 24sevenoffice.application_id"),
    ),
    Mistake(
        "company out of reach",
        change(TRADING_ID, OTHER_GUID),
        f"{ERP}.login",
        ("24sevenoffice.identity_id", TRADING_ID, "Nordlys Ull AS"),
    ),
    Mistake(
        "no company chosen",
        change(f"identity_id: {TRADING_ID}", "identity_id: null"),
        f"{ERP}.company",
        ("9001", "Fix: ", f"identity_id: {TRADING_ID}", f"identity_id: {TRAINING_ID}"),
    ),
    Mistake(
        "wrong company, and so an empty catalogue",
        change(TRADING_ID, TRAINING_ID),
        "products",
        ("9001", "no products", "Fix: ", "24sevenoffice.identity_id"),
    ),
    Mistake(
        "blocked identity",
        fault("Login", before(fault_reply("IdentityId is blocked"))),
        f"{ERP}.login",
        ("IdentityId is blocked", "Fix: ", "24sevenoffice.identity_id"),
    ),
    Mistake(
        "wrong address of 24SevenOffice",
        erp_at(lambda shop: f"{shop.box.erp_url}/api"),
        f"{ERP}.login",
        ("HTTP 404", "24sevenoffice.base_url"),
    ),
    Mistake(
        "nobody at the address of 24SevenOffice",
        erp_at(nobody),
        f"{ERP}.login",
        ("no connection", "24sevenoffice.base_url"),
    ),
    Mistake(
        "a web page at the address of 24SevenOffice",
        fault("Login", Fault.HTML_200_BEFORE),
        f"{ERP}.login",
        ("web page", "24sevenoffice.base_url"),
    ),
    Mistake(
        "quarantine",
        fault("Login", Fault.QUARANTINE),
        f"{ERP}.login",
        ("Quarantine ends",),
    ),
    Mistake(
        "no right to see products",
        fault("GetProducts", Fault.FAULT_BEFORE),
        "products",
        ("GetProducts", "products.sku_field"),
    ),
    Mistake(
        "budget almost spent",
        spend_budget,
        f"{ERP}.budget",
        ("requests are left", "24sevenoffice.username"),
        "warning",
    ),
    Mistake(
        "a field is gone from a service",
        fault("wsdl", wsdl(b'name="ReferenceNumber"', b'name="Reference"')),
        f"{ERP}.services",
        ("invoice", "InvoiceOrder.ReferenceNumber is gone", "Fix: "),
    ),
    Mistake(
        "expired secret",
        set_portal(client_secret="renewed"),
        f"{LNB}.login",
        ("Fix: ", "lenewblack.client_secret"),
    ),
    Mistake(
        "wrong client id",
        change("nordlys-24so", "another-brand"),
        f"{LNB}.login",
        ("lenewblack.client_id",),
    ),
    Mistake(
        "wrong address of Le New Black",
        lnb_at(lambda shop: f"{shop.box.url}/apis/wholesale/v1"),
        f"{LNB}.login",
        ("HTTP 404", "lenewblack.base_url"),
    ),
    Mistake(
        "nobody at the address of Le New Black",
        lnb_at(nobody),
        f"{LNB}.login",
        ("no connection", "lenewblack.base_url"),
    ),
    Mistake(
        "no right to see orders",
        fault("GET /orders", Fault.STATUS(403)),
        f"{LNB}.orders",
        ("not allowed", "Fix: ", "lenewblack.client_id"),
    ),
    Mistake(
        "no products in Le New Black",
        set_portal(products=[]),
        f"{LNB}.products",
        ("no products", "Fix: ", "lenewblack.client_id"),
    ),
    Mistake(
        "no orders in Le New Black",
        set_portal(orders={}),
        f"{LNB}.orders",
        ("no orders",),
        "warning",
    ),
    Mistake(
        "unknown status to take",
        settings("orders", take_status="invoicd"),
        "orders.take_status",
        ('"invoicd"', 'did you mean "invoicing"'),
    ),
    Mistake(
        "status in another spelling than Le New Black's",
        settings("orders", take_status="Invoicing"),
        "orders.take_status",
        ('writes "Invoicing" as "invoicing"', "Fix: "),
    ),
    Mistake(
        "unknown status after export",
        settings("orders", done_status="archived"),
        "orders.done_status",
        ('"archived"', "Fix: use one of", "closed"),
    ),
    Mistake(
        "unknown status of blocked orders",
        settings("orders", blocked_status="blokked"),
        "orders.blocked_status",
        ('did you mean "blocked"',),
    ),
    Mistake(
        "unknown status of waiting orders",
        settings("stock", waiting_statuses="[confirmd, invoicing]"),
        "stock.waiting_statuses",
        ('"confirmd"', 'did you mean "confirmed"'),
    ),
    Mistake(
        "unknown status of one order mode",
        settings("orders", by_mode="{preorder: {take_status: shipped}}"),
        "orders.by_mode.preorder.take_status",
        ('"shipped"', "Fix: "),
    ),
    Mistake(
        "unknown order mode",
        settings("orders", by_mode="{pre-order: {create_as: Confirmed}}"),
        "orders.by_mode",
        ('"pre-order"', 'did you mean "preorder"'),
        "warning",
    ),
    Mistake(
        "SKUs where the EANs should be",
        each_product(EAN1=lambda product: product["No"], No=lambda product: str(product["Id"])),
        "codes.matching",
        ("0 of ", "EAN1 in 24SevenOffice holds SKUs", "products.match_by"),
    ),
    Mistake(
        "no EANs at all",
        each_product(EAN1=lambda _: ""),
        "products.codes",
        ("No active product", "Fix: change products.match_by"),
    ),
    Mistake(
        "the wrong field for SKUs",
        products(match_by="sku", sku_field="ProductCode"),
        "products.codes",
        ("(ProductCode)", "Fix: change products.sku_field"),
    ),
    Mistake(
        "SKUs that differ, though the EANs agree",
        rename_skus_and_match_them,
        "codes.matching",
        ("0 of ", "Fix: set products.match_by: ean13", "would match"),
    ),
    Mistake(
        "customers matched by another field than filled in",
        change("customer_match: id", "customer_match: external_id"),
        "customers.matching",
        ("0 of 28 retailers", "Fix: set orders.customer_match: id"),
    ),
    Mistake(
        "organization numbers that no retailer has",
        change("customer_match: id", "customer_match: organization_number"),
        "customers.matching",
        ("organization_number", "Fix: set orders.customer_match: id"),
    ),
    Mistake(
        "an exception that leads nowhere",
        settings("orders", customer_map='{"OLD-77": 99}'),
        "orders.customer_map",
        ('"OLD-77"', "customer 99", "Fix: correct orders.customer_map"),
    ),
    Mistake(
        "unknown shipping product",
        change("shipping_product: FRAKT", "shipping_product: PORTO"),
        "orders.shipping_product",
        ('"PORTO"', "Fix: set orders.shipping_product"),
    ),
    Mistake(
        "no shipping product, though shipping is charged",
        change("shipping_product: FRAKT", "shipping_product: null"),
        "orders.shipping_product",
        ("3 orders", "Fix: set orders.shipping_product"),
        "warning",
    ),
    Mistake(
        "prices read the wrong way",
        settings("orders", unit_price="after_discount"),
        "orders.unit_price",
        ("0 add up with after_discount", "Fix: orders.unit_price: before_discount"),
    ),
    Mistake(
        "more orders waiting than the guard lets pass",
        settings("orders", max_per_run=3),
        "orders.waiting",
        ("orders.max_per_run (3)", "orders.since", "--baseline"),
        "warning",
    ),
    Mistake(
        "a currency without a rate",
        lambda _: None,  # the sample brand has one
        "orders.currencies",
        ("2 currencies", "Fix: add the currency with its rate"),
        "warning",
    ),
    Mistake(
        "this machine's clock an hour ahead",
        lambda shop: shop.by_hand(shop.box.erp.now() + timedelta(hours=1)),
        f"{ERP}.clock",
        ("behind ours", "Fix: ", "timedatectl"),
    ),
    Mistake(
        "this machine's clock an hour behind",
        lambda shop: shop.by_hand(shop.box.erp.now() - timedelta(hours=1)),
        f"{LNB}.clock",
        ("ahead of ours", "Fix: ", "timedatectl"),
    ),
    Mistake(
        "clocks five minutes apart",
        set_portal(clock_ahead=timedelta(minutes=5)),
        f"{LNB}.clock",
        ("ahead of ours", "Fix: "),
        "warning",
    ),
    Mistake(
        "state folder not writable",
        file_in_the_way("state"),
        "paths.state",
        ("cannot be written", "Fix: ", "paths.state"),
    ),
    Mistake(
        "log folder not writable",
        file_in_the_way("logs"),
        "paths.logs",
        ("cannot be written", "Fix: ", "paths.logs"),
    ),
    Mistake(
        "ledger of another company",
        used_before(change(TRADING_ID, TRAINING_ID)),
        f"{ERP}.company",
        ("belongs to company 4242", "Fix: set 24sevenoffice.identity_id"),
    ),
    Mistake(
        "ledger of another account",
        used_before(change("nordlys-24so", "another-brand")),
        "ledger",
        ("belongs to the Le New Black account nordlys-24so", "lenewblack.client_id", "Fix: "),
    ),
    Mistake("damaged ledger", damage_ledger, "ledger", ("paths.state",)),
    Mistake(
        "grace time below the time-out",
        settings("orders", unknown_grace_minutes=1),
        "orders.unknown_grace_minutes",
        ("24sevenoffice.timeout_seconds", "Fix: set orders.unknown_grace_minutes to 2"),
        "warning",
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.what)
def test_each_mistake_ends_in_a_finding_that_names_setting_and_fix(
    shop: Installation, mistake: Mistake
) -> None:
    mistake.spoil(shop)
    answer = shop.run("check", "--json")
    found = [
        each
        for each in answer.document["findings"]
        if each["name"] == mistake.finding and each["level"] == mistake.level
    ]
    messages = " ".join(each["message"] for each in found)
    assert [word for word in mistake.words if word not in messages] == []
    assert answer.code == answer.document["exit_code"] == (3 if mistake.level == "error" else 0)


def test_the_table_is_long_enough() -> None:
    assert len(MISTAKES) >= 25


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sandbox-password", "${NOT_SET_HERE}", ("config.yaml:3:", "NOT_SET_HERE")),
        ("customer_match: id", "customer_match: ids", ("orders.customer_match", "expected id")),
        ("lnb_mode: simple", "lnb_mood: simple", ("stock.lnb_mood", "lnb_mode")),
    ],
)
def test_a_configuration_that_cannot_be_read_ends_in_2(
    shop: Installation, old: str, new: str, words: tuple[str, ...]
) -> None:
    shop.change(old, new)
    answer = shop.run("check")
    assert answer.code == 2
    assert [word for word in words if word not in answer.err] == []


# What a check is


def test_a_good_installation_passes(shop: Installation) -> None:
    answer = shop.run("check")
    assert answer.code == 0
    assert "error" not in {line.partition(" ")[0] for line in answer.out.splitlines()}


def test_a_check_writes_to_neither_system_nor_the_ledger(shop: Installation) -> None:
    shop.run("push-orders")
    earlier, asked = shop.snapshot(), len(shop.box.requests)
    assert shop.run("check").code == 0
    assert shop.snapshot() == earlier
    assert shop.writes(asked) == []


def test_a_check_takes_no_lock_and_makes_no_ledger(shop: Installation) -> None:
    shop.run("check")
    assert sorted(path.name for path in shop.folder.glob("state/*")) == ["session.json"]


@pytest.mark.parametrize(
    ("spoil", "dead", "alive"), [(erp_at(nobody), ERP, LNB), (lnb_at(nobody), LNB, ERP)]
)
def test_one_dead_system_does_not_hide_the_other(
    shop: Installation, spoil: Spoil, dead: str, alive: str
) -> None:
    spoil(shop)
    found = findings(shop)
    by_name = {each["name"]: each["level"] for each in found}
    assert by_name[f"{dead}.login"] == "error"
    assert by_name[f"{alive}.login"] == "ok"
    assert by_name["products" if alive == ERP else "lenewblack.products"] in ("ok", "warning")


def test_folders_that_cannot_be_used_do_not_hide_the_systems(shop: Installation) -> None:
    file_in_the_way("state")(shop)
    (shop.folder / "logs").write_text("a file too")
    found = findings(shop)
    wrong = {each["name"] for each in found if each["level"] == "error"}
    assert wrong == {"paths.state", "paths.logs"}
    assert levels(findings(shop, "customers.matching")) == {"ok"}


def test_the_json_holds_every_pair_with_both_names(shop: Installation) -> None:
    [codes] = findings(shop, "codes.matching")
    assert codes["message"].startswith(f"{len(codes['details'])} of {len(codes['details'])} codes")
    assert codes["details"][0].keys() == {"item", "24sevenoffice", "lenewblack", "note"}
    assert all(pair["24sevenoffice"] and pair["lenewblack"] for pair in codes["details"])
    [customers] = findings(shop, "customers.matching")
    assert {"item": "501", "note": ""} | {
        "24sevenoffice": "Grünerløkka Garderobe",
        "lenewblack": "Grünerløkka Garderobe",
    } in customers["details"]


def test_a_product_without_its_code_is_named_by_its_other_code(shop: Installation) -> None:
    shop.box.erp.change_product(1001, EAN1="")
    [lacking] = findings(shop, "codes.not_in_24so")
    [pair] = lacking["details"]
    assert pair["24sevenoffice"] == pair["lenewblack"] != ""
    assert pair["note"] == "product 1001 has its other code"


def test_the_other_companies_are_listed_with_the_line_for_the_configuration(
    shop: Installation,
) -> None:
    [company] = findings(shop, f"{ERP}.company")
    assert company["level"] == "ok"
    assert [pair["item"] for pair in company["details"]] == [
        f"identity_id: {TRADING_ID}",
        f"identity_id: {TRAINING_ID}",
    ]


@pytest.mark.parametrize("mode", ["simple", "advanced", "time_based"])
def test_the_assumed_stock_mode_is_told_with_where_to_see_the_real_one(
    shop: Installation, mode: str
) -> None:
    shop.change("lnb_mode: simple", f"lnb_mode: {mode}")
    [found] = findings(shop, "stock.lnb_mode")
    assert found["message"].startswith(f"{mode} is assumed")
    assert "Settings, Inventory" in found["message"]


def test_an_odd_pair_of_names_is_a_warning(shop: Installation) -> None:
    shop.box.lnb.retailers[0]["name"] = "Somebody Else"
    [found] = findings(shop, "customers.names")
    assert found["level"] == "warning"
    assert found["details"] == [
        {
            "item": "501",
            "24sevenoffice": "Grünerløkka Garderobe",
            "lenewblack": "Somebody Else",
            "note": "",
        }
    ]


def test_a_status_never_seen_but_documented_is_fine(shop: Installation) -> None:
    shop.set("orders", blocked_status="blocked")
    assert findings(shop, "orders.blocked_status") == []


def test_orders_exported_before_do_not_wait(shop: Installation) -> None:
    [before_export] = findings(shop, "orders.waiting")
    shop.run("push-orders")
    [after_export] = findings(shop, "orders.waiting")
    assert before_export["message"].startswith("25 orders")
    assert after_export["message"].startswith("0 orders")


def test_off_a_terminal_each_finding_is_one_line(shop: Installation) -> None:
    shop.box.lnb.retailers[0]["name"] = "[red]Zwei\nZeilen\x1b[31m[/red]"
    shop.box.lnb.retailers[0]["reference"] = "77"
    answer = shop.run("check")
    *lines, closing = answer.out.splitlines()
    assert all(re.match(r"(ok|warning|error) [a-z0-9_.]+: \S", line) for line in lines)
    assert re.fullmatch(r"Check: 0 errors, \d+ warnings, \d+ ok\.", closing)
    assert "\x1b" not in answer.out
    assert "[red]Zwei Zeilen[31m[/red]" in answer.out


def test_no_secret_is_shown_or_logged(shop: Installation) -> None:
    answers = [shop.run("check"), shop.run("-v", "check", "--json")]
    shown = "".join(answer.out + answer.err for answer in answers) + shop.log_text()
    assert "sandbox-password" not in shown
    assert "sandbox-client-secret" not in shown
    assert not [token for token in shop.box.lnb.tokens if token in shown]


def test_a_terminal_of_80_columns_shows_a_table_that_fits(shop: Installation) -> None:
    answer = on_a_terminal(shop, "check", NO_COLOR="1")
    assert answer.code == 0
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", answer.out).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("customers.not_in_24so" in line for line in lines)


def test_a_signal_ends_the_check_instead_of_becoming_a_finding() -> None:
    def interrupted() -> None:
        raise Interrupted(2)

    found = Findings(lambda _: None)
    with pytest.raises(Interrupted):
        found.attempt("name", "setting", interrupted)
    assert found.all == []


def test_a_long_list_is_cut_short_in_words() -> None:
    assert few([]) == "none"
    assert few(["a", "b"]) == "a, b"
    assert few(list("abcd"), 2) == "a, b and 2 more"


# The live services


@pytest.mark.parametrize("service", SERVICES)
def test_the_real_descriptions_differ_in_nothing_that_we_use(
    service: str, real_wsdl_dir: Path, project_root: Path
) -> None:
    ours = read_service((project_root / f"lnb24so/wsdl/{service}.wsdl").read_bytes())
    real = read_service((real_wsdl_dir / f"{service}.wsdl").read_bytes())
    assert list(compare(ours, real)) == []


REFERENCE = '<xs:element name="ReferenceNumber" type="xs:string" minOccurs="0" default=""/>'


@pytest.mark.parametrize(
    ("service", "old", "new", "told"),
    [
        ("product", 'name="EAN1"', 'name="EAN"', "Product.EAN1 is gone"),
        ("product", 'name="Stock" type="xs:decimal"', 'name="Stock" type="xs:int"', "is int"),
        ("product", 'name="Weight"', 'name="Mass"', None),
        ("product", 'webservices/GetProducts"', 'webservices/Products"', "another SOAPAction"),
        ("invoice", '<xs:enumeration value="Draft"/>', "", "no longer takes Draft"),
        ("invoice", 'name="SaveInvoices"', 'name="StoreInvoices"', "SaveInvoices is gone"),
        ("invoice", 'complexType name="InvoiceRow"', 'complexType name="Row"', "InvoiceRow is g"),
        ("invoice", 'name="ProductId" type', 'maxOccurs="9" name="ProductId" type', "ProductId is"),
        (
            "invoice",
            'name="CustomerId" type="xs:int"',
            'name="X" type="xs:int"/><xs:element name="CustomerId" type="xs:int"',
            "InvoiceOrder now demands X",
        ),
        (
            "authenticate",
            '<xs:element name="Username"',
            '<xs:element name="Pin" type="xs:int" minOccurs="0"/><xs:element name="Username"',
            None,
        ),
        ("authenticate", '"LoginResult"', '"Result"', "LoginResponse.LoginResult is gone"),
    ],
)
def test_a_changed_service_is_told(
    service: str, old: str, new: str, told: str | None, project_root: Path
) -> None:
    ours = (project_root / f"lnb24so/wsdl/{service}.wsdl").read_text("utf-8")
    assert old in ours
    live = ours.replace(old, new)
    found = list(compare(read_service(ours.encode()), read_service(live.encode())))
    assert found == [] if told is None else [one for one in found if told in one]


def test_fields_in_another_order_are_told(project_root: Path) -> None:
    text = (project_root / "lnb24so/wsdl/authenticate.wsdl").read_text("utf-8")
    swapped = text.replace('name="Username"', 'name="_"').replace(
        'name="Password"', 'name="Username"'
    )
    swapped = swapped.replace('name="_"', 'name="Password"')
    found = list(compare(read_service(text.encode()), read_service(swapped.encode())))
    assert found == ["the fields of Credential come in another order"]


LAUGHS = b"".join(
    b'<!ENTITY l%d "%b">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 12)
)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html><body>Down</body></html>",
        b"<wsdl:definitions",
        b"\x00\xff",
        b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>'[:-2],
        b'<!DOCTYPE d [<!ENTITY l0 "ha">' + LAUGHS + b"]><d>&l11;</d>",
        b'<!DOCTYPE definitions SYSTEM "file:///etc/passwd">'
        b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>',
    ],
)
def test_a_description_that_is_none_is_refused(page: bytes) -> None:
    with pytest.raises(Transient, match=r"no XML|no WSDL"):
        read_service(page)


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (Fault.STATUS(404), "HTTP 404"),
        (Fault.HTML_503_BEFORE, "HTTP 503 with a web page"),
        (Fault.RESET_BEFORE, "connection broke"),
        (before(Reply(200, b"x" * 9_000_000, "text/xml")), "endless"),
        (before(Reply(200, b"<a/>", "text/xml")), "no WSDL"),
    ],
)
def test_descriptions_out_of_reach_are_one_finding_and_nothing_more(
    shop: Installation, behaviour: Behaviour, told: str
) -> None:
    shop.box.faults.add("wsdl", behaviour, times=20)
    found = findings(shop)
    wrong = [each for each in found if each["level"] == "error"]
    assert [each["name"] for each in wrong] == [f"{ERP}.services"]
    assert told in wrong[0]["message"]


def sent_names(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield every field of a request with the element that it is in, both without namespace."""
    for child in element.iter(f"{{{NAMESPACE}}}*"):
        parent = child.getparent()
        assert parent is not None
        yield etree.QName(parent).localname, etree.QName(child).localname


def test_every_field_that_a_job_sends_or_asks_for_is_watched(shop: Installation) -> None:
    shop.run("push-orders")
    shop.run("pull-stock")
    shop.run("check")
    watched = {name for fields in FIELDS.values() for name in fields}
    types = {*FIELDS, "Delivery", "credential", "searchParams", "Currency"}
    asked = set()
    for seen in shop.box.requests:
        if seen.system != "erp" or not seen.body:
            continue
        for parent, name in sent_names(etree.fromstring(seen.body)):
            if parent in types:
                asked.add(name)
        texts = etree.fromstring(seen.body).iter(f"{{{NAMESPACE}}}string")
        asked |= {str(text.text) for text in texts}
    assert {"ReferenceNumber", "EAN1", "PostalArea", "BlockInvoice"} <= asked
    assert asked <= watched


# Which prices orders hold


@pytest.mark.parametrize(
    ("total", "reading"), [("170.00", "before_discount"), ("200.00", "after_discount")]
)
def test_an_orders_own_total_tells_how_its_prices_read(total: str, reading: str) -> None:
    line = Line(quantity=Decimal(2), unit_price=Decimal(100), discount_rate=Decimal(15))
    order = Order("1", currency="EUR", amount_total=Decimal(total), lines=(line,))
    assert [each for each in READINGS if adds_up(order, each)] == [reading]


def test_the_document_is_json_with_the_levels_counted(shop: Installation) -> None:
    document = json.loads(shop.run("check", "--json").out)
    assert document["task"] == "check"
    assert document["company"] == {"id": 4242, "name": "Nordlys Ull AS"}
    counted = [each["level"] for each in document["findings"]]
    assert document["summary"] == {
        level: counted.count(level) for level in ("ok", "warning", "error")
    }
