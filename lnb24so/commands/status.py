"""Answer `lnb24so status`: from the ledger alone, or live for an order that it does not know."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from lnb24so.ledger.store import Ledger
from lnb24so.process.streams import printing
from lnb24so.run import Mode, Parts, run
from lnb24so.screen.report import print_json, print_lines

from .story import (
    ask_live,
    exported,
    exported_csv,
    find_entry,
    overview,
    overview_document,
    overview_lines,
    story_document,
    story_lines,
)

if TYPE_CHECKING:
    from lnb24so.config.schema import Config


@dataclass(frozen=True, slots=True)
class Question:
    """The options of `status`."""

    reference: str | None
    only_open: bool
    exported: bool
    since: datetime | None
    as_csv: bool
    as_json: bool


def answer(config: Config, mode: Mode, ask: Question) -> int:
    """Print the answer; return 3 where `only_open` is asked and something waits."""
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        if ask.exported:
            return _exported(ledger, ask)
        if ask.reference is not None:
            return _story(config, mode, ledger, ask, ask.reference)
        found = overview(ledger, mode.clock.now())
        if ask.only_open and not found.waiting:
            return 0
        if ask.as_json:
            print_json(overview_document(found))
        else:
            print_lines(overview_lines(found))
        return 3 if ask.only_open else 0


def _exported(ledger: Ledger, ask: Question) -> int:
    rows = exported(ledger, ask.since.replace(tzinfo=UTC) if ask.since else None)
    if ask.as_json:
        print_json({"exported": rows})
    elif ask.as_csv:
        with printing():
            click.echo(exported_csv(rows), nl=False)
    else:
        print_lines(
            f"{row['reference']} is order {row['order_id']}, customer {row['customer_id']}, "
            f"exported {row['exported'][:16].replace('T', ' ')} UTC"
            for row in rows
        )
    return 0


def _story(config: Config, mode: Mode, ledger: Ledger, ask: Question, reference: str) -> int:
    entry = find_entry(ledger, reference, config.orders)
    if entry is None:
        report = run(config, mode, lambda tools: Parts(lines=tuple(ask_live(tools, reference))))
        if ask.as_json:
            print_json({"reference": reference, "state": None, "lines": list(report.lines)})
        else:
            print_lines(report.lines)
        return 0
    steps = ledger.history(entry.reference)
    if ask.as_json:
        print_json(story_document(entry, steps))
    else:
        print_lines(story_lines(entry, steps))
    return 0
