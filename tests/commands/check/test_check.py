"""What a check is: it looks at everything, writes nothing, and shows one line for each finding."""

from __future__ import annotations

import json
import re

import pytest
from installation import Installation
from terminal import on_a_terminal

from lnb24so.sandbox.erp import TRADING_ID, TRAINING_ID

from .found import findings, levels
from .spoils import (
    ERP,
    LNB,
    Spoil,
    erp_at,
    file_in_the_way,
    lnb_at,
    nobody,
)

pytestmark = pytest.mark.slow


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


def without_a_reference(shop: Installation, name: str, **facts: object) -> dict[str, str]:
    """Return what is said of the first retailer, with this name and no reference."""
    retailer = shop.box.lnb.retailers[0]
    retailer |= {"reference": None, "name": name, **facts}
    [lacking] = findings(shop, "customers.not_in_24so")
    [pair] = (one for one in lacking["details"] if one["lenewblack"] == name)
    return dict(pair)


WHY = "the retailer has no customer reference in Le New Black"


@pytest.mark.parametrize("name", ["Grünerløkka Garderobe", "GARDEROBE Grünerløkka AS"])
def test_the_likely_customer_of_a_retailer_without_a_reference_is_named(
    shop: Installation, name: str
) -> None:
    pair = without_a_reference(shop, name)
    assert (pair["24sevenoffice"], pair["note"]) == (
        "Grünerløkka Garderobe",
        f"{WHY}; likely customer 501",
    )
    assert f'= "{name}" ({WHY}; likely customer 501)' in shop.run("check").out


@pytest.mark.parametrize("name", ["Quite Another", "AS", "Garderobe for Everybody in Town", ""])
def test_a_name_that_says_too_little_is_no_guess(shop: Installation, name: str) -> None:
    assert without_a_reference(shop, name)["note"] == WHY


def test_two_customers_of_one_name_are_no_guess(shop: Installation) -> None:
    shop.box.erp.customers[502]["Name"] = "Grünerløkka Garderobe"
    assert without_a_reference(shop, "Grünerløkka Garderobe")["note"] == WHY


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


def test_the_one_company_is_named_with_the_line_that_pins_it(office: Installation) -> None:
    erp = office.box.erp
    erp.companies = {erp.identity_id: erp.trading}
    erp.default_identity_id = erp.identity_id
    office.change(f"  identity_id: {erp.identity_id}\n", "")
    (line,) = (
        one for one in office.run("check").out.splitlines() if "24sevenoffice.company" in one
    )
    assert line == (
        f'ok 24sevenoffice.company: Company {erp.trading.id} "{erp.trading.name}" is opened; this '
        "login reaches no other company. Put it under 24sevenoffice in the configuration: "
        f"identity_id: {erp.identity_id}"
    )


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


def test_the_document_is_json_with_the_levels_counted(shop: Installation) -> None:
    document = json.loads(shop.run("check", "--json").out)
    assert document["task"] == "check"
    assert document["company"] == {"id": 4242, "name": "Nordlys Ull AS"}
    counted = [each["level"] for each in document["findings"]]
    assert document["summary"] == {
        level: counted.count(level) for level in ("ok", "warning", "error")
    }
