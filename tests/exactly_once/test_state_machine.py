"""Exactly once, whatever happens: thousands of stories, each thrown at the real program.

The short profile runs with every test run. The long one:

    LNB24SO_EXAMPLES=2000 pytest tests/exactly_once/test_state_machine.py
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine import ExactlyOnce

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("LNB24SO_EXAMPLES", "70"))
STORIES = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def test_no_story_ends_with_an_order_twice_or_never() -> None:
    run_state_machine_as_test(ExactlyOnce, settings=STORIES)
