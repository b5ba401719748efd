"""One seed is one story: what kind of account it is about, and how to play it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from lnb24so.sandbox.portal import StockMode

Weather = Literal["calm", "storm"]
MatchBy = Literal["ean13", "sku", "ean13_then_sku"]
CustomerMatch = Literal["id", "external_id", "organization_number"]
MODES: tuple[StockMode, ...] = get_args(StockMode)
CODE_FIELDS: tuple[MatchBy, ...] = get_args(MatchBy)
MATCHES: tuple[CustomerMatch, ...] = get_args(CustomerMatch)
START = datetime(2026, 1, 5, 5, tzinfo=UTC)
"""A Monday morning; a year from here on has both changes of the clock in it."""
CODES = 48
FIRST_REFERENCE = 70001


@dataclass(frozen=True)
class Story:
    """What the seed decides before anything happens; `mutant` names a fault planted in the tool."""

    seed: int
    weather: Weather
    days: int = 365
    mutant: str = ""

    @property
    def lnb_mode(self) -> StockMode:
        """How Le New Black counts stock: neighbours in seed differ."""
        return MODES[(self.seed + (self.weather == "storm")) % 3]

    @property
    def match_by(self) -> MatchBy:
        """The code by which products are recognised: all three within four seeds."""
        return CODE_FIELDS[(2 * self.seed + self.seed // 3 - 2) % 3]

    @property
    def customer_match(self) -> CustomerMatch:
        """What a retailer's reference holds: each pair with a mode comes up in nine seeds."""
        return MATCHES[(self.seed + self.seed // 3) % 3]

    @property
    def blocked_status(self) -> str | None:
        """The status of a blocked order in Le New Black: three seeds of five set it."""
        return "blocked" if self.seed % 5 < 3 else None

    @property
    def key(self) -> str:
        """The text that the world's chance begins with."""
        return f"{self.weather} {self.seed}"

    @property
    def command(self) -> str:
        """The command that plays this story again."""
        planted = f" --mutant {self.mutant}" if self.mutant else ""
        return (
            f"PYTHONPATH=tests python -m year --weather {self.weather} --seeds {self.seed} "
            f"--days {self.days}{planted}"
        )
