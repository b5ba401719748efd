"""A short month of each weather, held to every promise; the long play is a command of its own.

PYTHONPATH=tests python -m year            ten years: five of each weather
PYTHONPATH=tests python -m year --mutants  planted faults, each to be found by a promise
"""

from __future__ import annotations

import pytest

from .mutants import MUTANTS, planted
from .play import play
from .story import Story, Weather


@pytest.mark.parametrize("name", MUTANTS)
def test_each_fault_can_be_planted_where_it_says(name: str) -> None:
    with planted(name):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(("weather", "seed"), [("calm", 3), ("storm", 2)])
def test_a_short_month_breaks_no_promise(weather: Weather, seed: int) -> None:
    played = play(Story(seed, weather, days=12))
    assert not played.violations, "\n".join(played.words)


@pytest.mark.slow
def test_one_seed_is_one_story_and_is_replayed_exactly() -> None:
    story = Story(5, "storm", days=3)
    assert play(story).fingerprint == play(story).fingerprint


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no-waiting", "dropped-row"])
def test_a_planted_fault_is_found_by_a_promise(name: str) -> None:
    played = play(Story(2, MUTANTS[name].weather, days=3, mutant=name))
    assert played.violations
    assert story_is_told(played.words[0], name)


def story_is_told(words: str, name: str) -> bool:
    """Return whether a violation names seed and moment, and the command that replays it."""
    return "seed 2" in words and "UTC, after run" in words and f"--mutant {name}" in words
