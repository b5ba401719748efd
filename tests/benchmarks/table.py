"""The figures as Markdown: the ratios first, then what they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from .measure import Cost, Spread, spread
from .stock import Result

WHOLE = "whole process"
APART = "start-up apart"


def start_table(costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Yield the rows of what it costs to start, each against the imports that it needs."""
    yield "| command | ratio | limit | CPU, seconds |"
    yield "|---|---|---|---|"
    yardstick, limit = "", ""
    for what, runs in costs.items():
        if what.startswith("python"):
            yardstick, limit = what, "1.5" if "structlog" not in what else "1.3"
            ratio, allowed = "1", ""
        else:
            ratio, allowed = f"{_cpu(runs) / _cpu(costs[yardstick]):.2f}", limit
        yield f"| `{what}` | {ratio} | {allowed} | {_shown(spread(runs, lambda r: r.cpu), 3)} |"


def ratio_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield ours against the floor (at most 2, memory 1.5) and the plain script (at least 8)."""
    yield (
        f"| codes | what changed | CPU / floor, {WHOLE} | {APART} | plain / ours, CPU "
        f"| {APART} | memory / floor |"
    )
    yield "|---:|---|---:|---:|---:|---:|---:|"
    found = {(one.codes, one.change, one.side): one for one in results}
    for one in results:
        if not one.side.startswith("ours") or one.codes == 1:
            continue
        floor, plain = (found[one.codes, one.change, side] for side in ("floor", "plain"))
        own, least, usual = (_apart(side, found) for side in (one, floor, plain))
        memory = _middle_memory(one) / _middle_memory(floor)
        yield (
            f"| {one.codes:,} | {_words(one)} | {_cpu(one.runs) / _cpu(floor.runs):.1f} "
            f"| {own / least:.1f} | {_cpu(plain.runs) / _cpu(one.runs):.1f} | {usual / own:.1f} "
            f"| {memory:.1f} |"
        )


def figures_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield what each side took: minimum, median, maximum."""
    yield "| codes | what changed | side | CPU, s | wall, s | memory, MB | requests | MB moved |"
    yield "|---:|---|---|---|---|---|---:|---:|"
    for one in results:
        moved = (one.traffic.sent + one.traffic.received) / 1e6
        yield (
            f"| {one.codes:,} | {one.change} | {one.side} "
            f"| {_shown(spread(one.runs, lambda run: run.cpu), 2)} "
            f"| {_shown(spread(one.runs, lambda run: run.wall), 2)} "
            f"| {_shown(spread(one.runs, lambda run: run.memory), 0)} "
            f"| {one.traffic.requests:,} | {moved:.1f} |"
        )


def _words(result: Result) -> str:
    return result.change + result.side.removeprefix("ours")


def _cpu(runs: Sequence[Cost]) -> float:
    """Return the median: a minimum flatters the side that other work disturbed least."""
    return median(run.cpu for run in runs)


def _apart(result: Result, found: Mapping[tuple[int, str, str], Result]) -> float:
    """Return the CPU beyond that of the same side with one code in the catalogue."""
    alone = found[1, "nothing changed", result.side.partition(",")[0]]
    return max(_cpu(result.runs) - _cpu(alone.runs), 0.001)


def _middle_memory(result: Result) -> float:
    return median(run.memory for run in result.runs)


def _shown(figures: Spread, digits: int) -> str:
    return " / ".join(f"{one:.{digits}f}" for one in (figures.least, figures.middle, figures.most))
