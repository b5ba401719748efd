"""Measure everything and print it as Markdown: python -m tests.benchmarks [--help]."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from . import start, stock, table
from .stock import CHANGES, Result


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
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    command = " ".join(["python -m tests.benchmarks", *sys.argv[1:]])
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {options.runs} runs in turn: `{command}`\n")
    show(table.start_table(start.compare(options.runs)))
    if options.codes:
        results = measure_stock(options.codes, options.runs, plain=not options.no_plain)
        show(table.ratio_table(results))
        show(table.figures_table(results))


def measure_stock(sizes: list[int], runs: int, *, plain: bool) -> list[Result]:
    """Return the results for each size, and for one code: that is what start-up costs."""
    results = list(stock.compare(1, runs, ["nothing changed"], plain=plain))
    for codes in sizes:
        for result in stock.compare(codes, runs, list(CHANGES), plain=plain):
            # A long measurement that is broken off has said this much.
            print(*table.figures(result), sep=" | ", file=sys.stderr)
            results.append(result)
    return results


def show(lines: Iterable[str]) -> None:
    """Print a table with a blank line after it."""
    print("\n".join(lines), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
