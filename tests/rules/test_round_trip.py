"""Round trip: what GetInvoices shows of an exported order is what was planned, field by field."""

from __future__ import annotations

import pytest
from installation import Installation

from .round_trip import as_planned, planned, read_back

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"department_id": "4", "project_id": "5", "our_reference_id": "6"},
        {"create_as": "Confirmed", "reference": '"B2B/{reference}"'},
        {"create_as": "Draft", "by_mode": "{preorder: {create_as: Confirmed, project_id: 7}}"},
        {"prices_include_vat": "true"},
        {"unit_price": "after_discount", "total_check": "warn"},
        {"missing_code": "skip_line", "total_check": "warn"},
    ],
    ids=lambda settings: ", ".join(settings) or "as shipped",
)
def test_each_exported_order_reads_back_as_it_was_planned(
    office: Installation, settings: dict[str, str]
) -> None:
    if settings:
        office.set("orders", **settings)
    plan = {
        item.invoice.reference: item
        for item in planned(office).values()
        if item.invoice is not None
    }
    assert office.run("push-orders").code == 3
    found = read_back(office)
    assert found.keys() == plan.keys()
    for reference, item in plan.items():
        assert as_planned(found[reference]) == item.invoice
        total = found[reference].total_with_vat if "prices_include_vat" in settings else None
        if total is None:
            assert found[reference].total == item.total
    assert len(found) >= 12
