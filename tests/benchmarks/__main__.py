"""Measure everything, print it as Markdown and append it to RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from . import start, stock, table, years
from .stock import CHANGES, Result

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Run the benchmarks that the options ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--codes",
        type=int,
        nargs="*",
        default=[1_000, 10_000, 100_000],
        help="sizes of the catalogue (default: 1000 10000 100000; try 1000000)",
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each side (default: 5)")
    parser.add_argument(
        "--no-plain",
        action="store_true",
        help="leave the plain script out: it takes minutes and gigabytes for a million codes",
    )
    parser.add_argument("--no-far", action="store_true", help="leave out servers 80 ms away")
    parser.add_argument("--no-years", action="store_true", help="leave out the old ledger")
    parser.add_argument("--no-append", action="store_true", help=f"leave {RESULTS.name} as it is")
    options = parser.parse_args()
    lines = list(measured(options))
    print("\n".join(lines))
    if not options.no_append:
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(lines))


def measured(options: argparse.Namespace) -> Iterator[str]:
    """Yield the tables, the ratios before what they were made of, each with a blank line after."""
    before = os.getloadavg()[0]
    began, runs = datetime.now(UTC), options.runs
    tables = [table.start_table(start.compare(runs))]
    results = measure_stock(options.codes, runs, plain=not options.no_plain)
    if options.codes:
        tables.append(table.ratio_table(results))
    if options.codes and not options.no_far:
        tables.append(table.far_table(list(stock.compare_far(max(options.codes), runs))))
    if not options.no_years:
        tables.append(table.years_table(years.compare(runs)))
    if options.codes:
        tables.append(table.figures_table(results))
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    command = " ".join(["python -m tests.benchmarks", *sys.argv[1:]])
    load = f"load {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    yield f"## {began:%Y-%m-%d}\n"
    yield f"{machine}, {load}, {runs} runs in turn: `{command}`\n"
    for lines in tables:
        yield from lines
        yield ""


def measure_stock(sizes: list[int], runs: int, *, plain: bool) -> list[Result]:
    """Return the results for each size, and for one code: that is what start-up costs."""
    if not sizes:
        return []
    results = list(stock.compare(1, runs, ["nothing changed"], plain=plain))
    for codes in sizes:
        for result in stock.compare(codes, runs, list(CHANGES), plain=plain):
            # A long measurement that is broken off has said this much.
            print(*table.figures(result), sep=" | ", file=sys.stderr)
            results.append(result)
    return results


if __name__ == "__main__":
    main()
