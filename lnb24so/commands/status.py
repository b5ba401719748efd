"""Answer `lnb24so status REF`."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from lnb24so.clock import Zone
from lnb24so.config.schema import Config
from lnb24so.errors import Lnb24soError
from lnb24so.ledger.store import Ledger
from lnb24so.run import Mode, run
from lnb24so.screen.report import print_json, print_lines

from .story import find_entry, next_run, story_document, story_lines


def show_story(config: Config, mode: Mode, reference: str, *, as_json: bool) -> int:
    """Print the story of one order and what the next run does; return 3 where nobody knows it."""
    with closing(Ledger.peek(config.paths.state, mode.clock)) as ledger:
        entry = find_entry(ledger, reference)
        steps = ledger.history(entry.reference) if entry else []
    name = entry.reference if entry else reference
    try:
        report = run(config, mode, lambda tools: next_run(tools, name))
        following, exit_code = list(report.lines), report.exit_code
    except Lnb24soError as error:
        following, exit_code = [f"What the next run does cannot be told now: {error}"], 0
    if entry is None:
        lines = [f"{reference} is not in the ledger: no run has touched it.", *following]
        document: dict[str, Any] = {"reference": reference, "state": None, "lines": lines}
    else:
        story = story_lines(entry, steps, Zone(config.erp.time_zone))
        lines = [*story, *(line for line in following if line not in story)]
        document = story_document(entry, steps) | {"next": " ".join(following)}
        exit_code = 0
    if as_json:
        print_json(document)
    else:
        print_lines(lines)
    return exit_code
