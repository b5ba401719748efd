"""A stock run that ends early: what was sent is in the log, and the next run sends the rest."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace

import pytest
from faults import Fault
from installation import Answer, Installation

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.faults import Behaviour

LEVELS = "POST /multi/inventory/ean"


def send_sigterm(exchange: Exchange) -> Reply:
    """Interrupt the process that waits for this batch, then take it."""
    os.kill(os.getpid(), signal.SIGTERM)
    exchange.wait(0.1)
    return exchange.apply()


def refuse_three(exchange: Exchange) -> Reply:
    reply = exchange.apply()
    answer = json.loads(reply.body)
    for result in answer["data"][:3]:
        result |= {"status": "error", "errors": "no", "result": None}
    return replace(reply, body=json.dumps(answer).encode())


@pytest.mark.parametrize(
    ("trouble", "code", "sent"), [(send_sigterm, 143, 2), (Fault.STATUS(500), 1, 1)]
)
def test_each_batch_that_was_taken_is_logged_and_counted(
    trouble: Behaviour, code: int, sent: int, office: Installation
) -> None:
    office.box.faults.add(LEVELS, refuse_three)
    office.box.faults.add(LEVELS, trouble, times=1)
    answer: Answer = office.run("pull-stock", "--all")
    assert answer.code == code
    taken = [len(batch["levels"]) for batch in office.log_lines("stock.batch_sent")]
    assert taken == [97, 200][:sent]
    (finished,) = office.log_lines("run.finished")
    assert finished["summary"] == {"set": sum(taken) + 3, "refused": 3}

    assert office.run("pull-stock").code == 0
    assert office.run("pull-stock", "--dry-run", "--json").document["summary"].get("set", 0) == 0
