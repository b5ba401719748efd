"""An order that somebody typed in is taken over once, and then left alone."""

from __future__ import annotations

from copy import deepcopy

from installation import Installation


def test_what_was_mended_before_the_adoption_is_no_change_after_it(office: Installation) -> None:
    mended = deepcopy(office.box.lnb.orders["70102"])
    office.run("push-orders", "--order", "70102")
    typed = deepcopy(max(office.box.erp.orders.items())[1])
    office.box.lnb.orders["70102x"] = broken = mended | {"reference": "70102x", "currency": None}
    assert office.run("push-orders", "--order", "70102x").code == 3
    broken["currency"] = mended["currency"]
    typed.pop("OrderId")
    office.box.erp.type_in(typed | {"ReferenceNumber": "LNB70102x"})
    assert office.run("push-orders", "--order", "70102x").code == 0
    assert "adopted" in office.run("status", "70102x").out
    assert office.run("push-orders", "--order", "70102x").code == 0
