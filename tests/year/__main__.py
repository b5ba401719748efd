"""Play years of cron from seeds: PYTHONPATH=tests python -m year [--help]."""

from __future__ import annotations

import argparse
import os
import sys
from typing import get_args

from .story import Story, Weather


def main() -> int:
    """Play the stories that the options ask for; return 1 where a promise was broken."""
    from .play import play

    parser = argparse.ArgumentParser(prog="python -m year", description=__doc__)
    parser.add_argument(
        "--weather", choices=get_args(Weather), nargs="*", default=["calm", "storm"]
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--mutant", default="")
    parser.add_argument("--mails", action="store_true", help="print each mail too")
    options = parser.parse_args()
    broken = 0
    for weather in options.weather:
        for seed in options.seeds:
            story = Story(seed, weather, options.days, options.mutant)
            played = play(story)
            broken += len(played.violations)
            print(f"{weather} {seed}: {played.figures} {played.fingerprint}", flush=True)
            if options.mails:
                print("\n".join(played.mails), flush=True)
            for words in played.words:
                print(words, flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    # The order of a set of texts is no part of a story, unless something hangs on it.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "year", *sys.argv[1:]])
    sys.exit(main())
