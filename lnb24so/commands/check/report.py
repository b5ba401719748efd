"""How a check looks: a table on a terminal, one plain line for each finding elsewhere, or JSON."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from lnb24so.process.streams import printing
from lnb24so.run import Report
from lnb24so.texts import shown

from .findings import Finding, Level, Pair, count, ended

EXAMPLES = 3
"""As many details are shown; `--json` has them all."""

LEVELS: Mapping[Level, str] = {"ok": "green", "warning": "yellow", "error": "red"}
"""With the colour of each on a terminal."""


def check_document(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings for `--json`, each with all its details."""
    return {
        "task": report.task,
        "run_id": report.run_id,
        "company": asdict(report.company) if report.company else None,
        "findings": [
            {**asdict(finding), "details": [_by_system(pair) for pair in finding.details]}
            for finding in findings
        ],
        "summary": _summary(findings),
        "exit_code": report.exit_code,
    }


def _by_system(pair: Pair) -> dict[str, str]:
    return {"item": pair.item, "24sevenoffice": pair.erp, "lenewblack": pair.lnb, "note": pair.note}


def _summary(findings: Sequence[Finding]) -> dict[str, int]:
    levels = Counter(finding.level for finding in findings)
    return {level: levels[level] for level in LEVELS}


@printing()
def show_check(findings: Sequence[Finding]) -> None:
    """Print the findings for people."""
    if sys.stdout.isatty():
        _show_table(findings)
    else:
        for finding in findings:
            message, examples = finding.message, "; ".join(_examples(finding))
            if examples:
                message = f"{ended(message)} First: {examples}"
            click.echo(f"{finding.level} {finding.name}: {message}")
    levels = _summary(findings)
    errors, warnings = count(levels["error"], "error"), count(levels["warning"], "warning")
    click.echo(f"Check: {errors}, {warnings}, {levels['ok']} ok.")


def _examples(finding: Finding) -> list[str]:
    """Return the first details of a finding that asks for something to be done."""
    if finding.level == "ok":
        return []
    return [_example(pair) for pair in finding.details[:EXAMPLES]]


def _example(pair: Pair) -> str:
    names = " = ".join(shown(name) for name in (pair.erp, pair.lnb) if name)
    item = f"{pair.item} {names}".strip()
    return f"{item} ({pair.note.rstrip('.')})" if pair.note else item


def _show_table(findings: Sequence[Finding]) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("Finding", overflow="fold", max_width=24)
    table.add_column("", overflow="fold", ratio=1)
    for finding in findings:
        message = Text(finding.message)
        for example in _examples(finding):
            message.append(f"\n- {example}", style="dim")
        table.add_row(Text(finding.level, LEVELS[finding.level]), Text(finding.name), message)
    Console(highlight=False, markup=False, emoji=False).print(table)
