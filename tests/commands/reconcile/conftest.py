"""A small brand, a clock moved by hand, and the commands between the two systems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .shop import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Yield a shop of three orders that are exported already."""
    with open_shop(tmp_path, monkeypatch, orders=3) as opened:
        assert opened.run("push-orders").code == 0
        yield opened
