"""The log holds what the table of events says, and nothing else."""

from __future__ import annotations

import json
from typing import get_args

from faults import Fault
from installation import Installation

from lnb24so.process.events import EVENTS, ORDER, THE_ORDER, EventName
from lnb24so.process.log import OWN_KEYS


def test_the_type_of_the_names_is_the_list() -> None:
    assert get_args(EventName) == tuple(EVENTS)


def test_every_field_of_a_line_is_in_the_table(office: Installation) -> None:
    office.box.faults.add("SaveInvoices", Fault.LOST_REPLY, skip=2)
    office.box.faults.add("SaveInvoices", Fault.API_EXCEPTION, skip=3)
    office.box.faults.add("GET /orders", Fault.HTML_503_BEFORE)
    office.box.faults.add("POST /orders/status", Fault.STATUS(422))
    office.run("push-orders")
    office.box.lnb.orders["70101"] |= {"status": "canceled"}
    office.run("push-orders")
    office.run("resolve", "70101", "--acknowledge", "--note", "by phone")
    office.run("pull-stock")
    office.run("push-orders", "--baseline")
    office.change(f"client_secret: {office.box.lnb.client_secret}", "client_secret: another")
    assert office.run("pull-stock").code == 2
    seen = [json.loads(line) for line in office.log_text().splitlines()]
    assert len({line["event"] for line in seen}) > 15
    more = {
        (line["event"], name) for line in seen for name in line.keys() - documented(line["event"])
    }
    assert more == set()
    assert "run.failed" in {line["event"] for line in seen}


def documented(event: EventName) -> set[str]:
    fields = EVENTS[event].fields.replace(ORDER, ", ".join(THE_ORDER))
    return {*OWN_KEYS, *fields.split(", ")}
