"""The table of RESULTS.md, from what `python -m year` printed: python -m year.table FILE..."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

COLUMNS = (
    *("days", "mode", "runs", "orders", "in 24SevenOffice", "kills", "mails"),
    *("mails of no new block", "guards", "decisions", "slowest run", "ledger", "logs"),
)


def rows(files: list[Path]) -> dict[str, dict[str, Any]]:
    """Return the figures of each story, by its name."""
    found = {}
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            name, _, rest = line.partition(": {")
            if rest and name.split(" ")[0] in ("calm", "storm"):
                found[name] = json.JSONDecoder().raw_decode("{" + rest)[0]
    return found


def table(files: list[Path]) -> str:
    """Return the stories as a Markdown table, and below it what is counted by kind."""
    stories = rows(files)
    lines = [f"| story | {' | '.join(COLUMNS)} |", f"|---{'|---:' * len(COLUMNS)}|"]
    for name, one in stories.items():
        cells = (f"{one[key]:,}" if isinstance(one[key], int) else one[key] for key in COLUMNS)
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    for kind in ("troubles", "conceded", "too low, why"):
        counted = sum((Counter(one[kind]) for one in stories.values()), Counter[str]())
        lines += ["", f"**{kind}**: " + ", ".join(f"{k} {n:,}" for k, n in counted.most_common())]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table([Path(name) for name in sys.argv[1:]]))
