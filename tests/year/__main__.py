"""Play years of cron from seeds: PYTHONPATH=tests python -m year [--help]."""

from __future__ import annotations

import argparse
import json
import os
import sys
from math import inf
from typing import get_args

from .story import Story, Weather

MOST_SEEDS = 10


def main() -> int:
    """Play the stories that the options ask for; return 1 where a promise was broken."""
    from .mutants import MUTANTS
    from .play import play

    parser = argparse.ArgumentParser(prog="python -m year", description=__doc__)
    parser.add_argument(
        "--weather", choices=get_args(Weather), nargs="*", default=["calm", "storm"]
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--mutant", default="")
    parser.add_argument("--minutes", type=float, default=inf, help="end a story after so long")
    parser.add_argument("--mails", action="store_true", help="print each mail too")
    parser.add_argument("--mutants", nargs="*", help="find these planted faults, or all")
    options = parser.parse_args()
    if options.mutants is not None:
        return hunt(options.mutants or list(MUTANTS), options.days)
    stories = [
        Story(seed, weather, options.days, options.mutant)
        for weather in options.weather
        for seed in options.seeds
    ]
    broken = 0
    for story in stories:
        played = play(story, minutes=options.minutes)
        broken += len(played.violations)
        print(f"{story.key}: {json.dumps(played.figures)} {played.fingerprint}", flush=True)
        if options.mails:
            print("\n".join(played.mails), flush=True)
    return 1 if broken else 0


def hunt(names: list[str], days: int) -> int:
    """Plant each fault and play until a promise is broken; return 1 where ten seeds find none."""
    from .mutants import MUTANTS
    from .play import play

    missed = 0
    for name in names:
        mutant = MUTANTS[name]
        for seed in range(1, MOST_SEEDS + 1):
            played = play(Story(seed, mutant.weather, days, name))
            found = [one.promise for one in played.violations]
            if found:
                print(
                    f"| {name} | {mutant.what} | {mutant.weather} {seed} | {found[0]} |", flush=True
                )
                break
        else:
            missed += 1
            print(f"| {name} | {mutant.what} | {mutant.weather} | NOT FOUND |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    # The order of a set of texts is no part of a story, unless something hangs on it.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "year", *sys.argv[1:]])
    sys.exit(main())
