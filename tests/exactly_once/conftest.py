"""The world that most stories of one order start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .helpers import World, small_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Yield a world with one order to export."""
    with small_world(tmp_path, orders=1) as started:
        yield started
