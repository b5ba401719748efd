"""Orders that wait for one cause are one line: the code, the currency, the setting."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from faults import Fault
from installation import Installation

ORDERS = 3


def wait(office: Installation, change: dict[str, Any], **item: Any) -> None:
    """Let three orders wait, each with these fields, and the item's fields on its first line."""
    kept = office.box.lnb.orders["70101"]
    office.box.lnb.orders.clear()
    for number in range(ORDERS):
        order = deepcopy(kept) | {"reference": f"7900{number}"} | change
        order["items"][0] |= item
        office.box.lnb.orders[order["reference"]] = order


def told(office: Installation) -> list[str]:
    answer = office.run("push-orders")
    assert answer.code == 3
    return answer.err.splitlines()


COUNTED = "now 3 orders, "
NAMED = " NOK (79000, 79001, 79002)."


def test_a_code_that_no_product_has_is_one_line(office: Installation) -> None:
    wait(office, {}, ean13="7041112223334")
    (line,) = told(office)
    assert line.startswith(f"EAN 7041112223334 is on no product: {COUNTED}")
    assert line.endswith(f"{NAMED} Fix: enter it on the product in 24SevenOffice.")
    assert office.run("status").out.count("7041112223334") == 1


def test_an_order_with_two_such_codes_is_counted_for_both(office: Installation) -> None:
    wait(office, {}, ean13="7041112223334")
    last = office.box.lnb.orders["79002"]
    for order in office.box.lnb.orders.values():
        order["items"].append(deepcopy(order["items"][0]) | {"ean13": "7049998887776"})
    last["items"].pop()
    one, other = told(office)
    assert one.startswith(f"EAN 7041112223334 is on no product: {COUNTED}")
    assert other.startswith("EAN 7049998887776 is on no product: now 2 orders, ")
    assert "(79000, 79001)" in other


def test_a_currency_without_a_rate_is_one_line(office: Installation) -> None:
    wait(office, {"currency": "XTS"})
    (line,) = told(office)
    assert line.startswith(f'Currency "XTS" is not set up in 24SevenOffice: {COUNTED}')
    assert line.endswith(" (79000, 79001, 79002). Fix: add it there.")


def test_a_setting_that_is_missing_is_one_line(office: Installation) -> None:
    total = office.box.lnb.orders["70101"]["amount_total"]
    wait(office, {"amount_shipping": Decimal(150), "amount_total": total + 150})
    config = office.file.read_text("utf-8")
    setting = next(line for line in config.splitlines() if "shipping_product:" in line)
    office.write_config(config.replace(setting, "  shipping_product: null"))
    (line,) = told(office)
    assert line.startswith(f"orders.shipping_product is not set: {COUNTED}")
    assert line.endswith("Fix: set it to the number of a product in 24SevenOffice.")
    office.write_config(config.replace(setting, '  shipping_product: "nonsense"'))
    (line,) = told(office)
    assert line.startswith(
        f'orders.shipping_product is "nonsense", on 0 active products: {COUNTED}'
    )


def test_a_unit_price_that_is_set_wrong_is_one_line(office: Installation) -> None:
    wait(office, {}, discount_rate=Decimal(10))
    for order in office.box.lnb.orders.values():
        rows = [one["unit_price"] * one["quantity"] for one in order["items"]]
        order["amount_total"] = sum(rows, Decimal(0))
    (line,) = told(office)
    assert line.startswith(f"orders.unit_price after_discount would fit: {COUNTED}")
    assert line.endswith("Fix: lnb24so check shows what the orders' totals prove.")


def test_a_status_that_le_new_black_refuses_is_one_line(office: Installation) -> None:
    wait(office, {})
    office.box.faults.add("POST /orders/status", Fault.STATUS(422), times=ORDERS)
    (line,) = told(office)
    assert line.startswith(f'Le New Black refuses the status "closed": {COUNTED}')
    assert line.endswith("Fix: correct orders.done_status.")


@pytest.mark.parametrize("count", [1, 2])
def test_one_order_alone_is_told_with_its_line(office: Installation, count: int) -> None:
    wait(office, {}, ean13="7041112223334")
    for number in range(count, ORDERS):
        del office.box.lnb.orders[f"7900{number}"]
    (line,) = told(office)
    assert line.startswith("79000 line 1 (" if count == 1 else "EAN 7041112223334 ")
