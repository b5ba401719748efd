"""The figures as Markdown: the ratios first, then what they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from .measure import Cost, Spread, spread
from .stock import Result

WHOLE = "whole process"
APART = "start-up apart"

SMALLEST = 0.05
"""Seconds; what is less drowns in the noise of a busy machine."""


def start_table(costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Yield the rows of what it costs to start, each against the imports that it needs."""
    yield "| command | ratio | limit | CPU, seconds |"
    yield "|---|---|---|---|"
    yardstick, limit = "", ""
    for what, runs in costs.items():
        if what.startswith("python"):
            yardstick, limit = what, "1.2" if "structlog" not in what else "1.1"
            ratio, allowed = "1", ""
        else:
            ratio, allowed = f"{_cpu(runs) / _cpu(costs[yardstick]):.2f}", limit
        yield f"| `{what}` | {ratio} | {allowed} | {_shown(spread(runs, lambda r: r.cpu), 3)} |"


def ratio_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield ours against the floor and the plain script.

    At 100,000 codes at most 1.9 times the floor, 1.3 where nothing changed, and in memory; the
    plain script takes at least 9 times what ours does.
    """
    yield (
        f"| codes | what changed | CPU / floor, {WHOLE} | {APART} | plain / ours, CPU "
        f"| {APART} | memory / floor |"
    )
    yield "|---:|---|---:|---:|---:|---:|---:|"
    found = {(one.codes, one.change, one.side): one for one in results}
    for one in results:
        if not one.side.startswith("ours") or one.codes == 1:
            continue
        floor = found[one.codes, one.change, "floor"]
        plain = found.get((one.codes, one.change, "plain"))
        own = _apart(one, found)
        cells = [f"{one.codes:,}", one.change + one.side.removeprefix("ours")]
        cells += [_ratio(_cpu(one.runs), _cpu(floor.runs)), _ratio(own, _apart(floor, found))]
        if plain is None:
            cells += ["", ""]
        else:
            cells += [_ratio(_cpu(plain.runs), _cpu(one.runs)), _ratio(_apart(plain, found), own)]
        cells.append(_ratio(_middle_memory(one), _middle_memory(floor)))
        yield f"| {' | '.join(cells)} |"


def far_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield what a run takes with servers 80 ms away; at most 0.25 of those of 100."""
    yield "| codes | side, servers 80 ms away | times batches of 100 | wall, s | requests |"
    yield "|---:|---|---:|---|---:|"
    longest = median(run.wall for run in results[-1].runs)
    for one in results:
        wall = spread(one.runs, lambda run: run.wall)
        asked = _shown(spread(one.traffic, lambda seen: seen.requests), 0)
        ratio = f"{wall.middle / longest:.2f}"
        yield f"| {one.codes:,} | {one.side} | {ratio} | {_shown(wall, 1)} | {asked} |"


def years_table(costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Yield what a question to a ledger of many years takes; `status` at most 0.5 s and 80 MB."""
    yield "| with 100,000 orders and 350,000 runs | CPU, s | memory, MB |"
    yield "|---|---|---|"
    for what, runs in costs.items():
        cpu, memory = spread(runs, lambda r: r.cpu), spread(runs, lambda r: r.memory)
        yield f"| `{what}` | {_shown(cpu, 2)} | {_shown(memory, 0)} |"


def figures_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield what each side took: minimum, median, maximum."""
    yield "| codes | what changed | side | CPU, s | wall, s | memory, MB | requests | MB moved |"
    yield "|---:|---|---|---|---|---|---:|---:|"
    for one in results:
        yield f"| {' | '.join(figures(one))} |"


def figures(result: Result) -> list[str]:
    """Return the cells of one side's row."""
    return [
        f"{result.codes:,}",
        result.change,
        result.side,
        _shown(spread(result.runs, lambda run: run.cpu), 2),
        _shown(spread(result.runs, lambda run: run.wall), 2),
        _shown(spread(result.runs, lambda run: run.memory), 0),
        _shown(spread(result.traffic, lambda seen: seen.requests), 0),
        _shown(spread(result.traffic, lambda seen: (seen.sent + seen.received) / 1e6), 1),
    ]


def _cpu(runs: Sequence[Cost]) -> float:
    """Return the median: a minimum flatters the side that other work disturbed least."""
    return median(run.cpu for run in runs)


def _apart(result: Result, found: Mapping[tuple[int, str, str], Result]) -> float:
    """Return the CPU beyond that of the same side with one code in the catalogue."""
    alone = found[1, "nothing changed", result.side.partition(",")[0]]
    return _cpu(result.runs) - _cpu(alone.runs)


def _ratio(one: float, other: float) -> str:
    """Return how many times the other; nothing where both are too small to tell."""
    return f"{one / other:.1f}" if min(one, other) >= SMALLEST else ""


def _middle_memory(result: Result) -> float:
    return median(run.memory for run in result.runs)


def _shown(figures: Spread, digits: int) -> str:
    """Return minimum, median and maximum; one figure where all runs had the same."""
    texts = [f"{one:,.{digits}f}" for one in (figures.least, figures.middle, figures.most)]
    return texts[0] if len(set(texts)) == 1 else " / ".join(texts)
