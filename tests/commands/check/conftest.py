"""An installation for checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from installation import Installation

from lnb24so.sandbox import Brand, Sandbox


@pytest.fixture(scope="session")
def little(sample: Brand) -> Brand:
    """Return the sample brand with its first twelve models only: a check reads everything."""
    models = sample.lnb_products[:12]
    skus = {
        sku["sku"] for model in models for variant in model["variants"] for sku in variant["skus"]
    }
    return replace(
        sample,
        products=tuple(each for each in sample.products if each["No"] in skus or each["Id"] < 1000),
        lnb_products=models,
        inventory=tuple(each for each in sample.inventory if each["sku"] in skus),
    )


@pytest.fixture
def shop(little: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return an installation beside a little sandbox; it never waits between two tries."""
    with Sandbox(little) as box:
        made = Installation(box, tmp_path, monkeypatch)
        made.by_hand(box.erp.now())
        yield made
