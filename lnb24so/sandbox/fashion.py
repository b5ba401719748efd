"""The collection of the sample brand: models in colours and sizes, each with its codes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

FIRST_PRODUCT_ID = 1001
NAMES_IN_ORDER = """
    Alma Åse Astrid Aurora Birgit Bodil Brynja Dagny Ebba Edda Eir Elin Embla Fanny Freya Frida
    Gerd Gro Gudrun Gunn Hedda Helle Herdis Hilda Idun Inga Ingrid Iselin Jorunn Kaia Kari Linnéa
    Liv Livia Magnhild Maja Marit Mathilde Nanna Nora Oda Oddny Ørjan Petra Ragna Randi Rannveig
    Rut Saga Signe Sigrid Siv Solveig Sunniva Svea Synnøve Thea Tiril Tora Tuva Unni Vår Ylva Yrsa
"""
NAMES = tuple(NAMES_IN_ORDER.split())
ALPHA = ("XS", "S", "M", "L", "XL")
NUMERIC = ("34", "36", "38", "40", "42", "44")
GARMENTS = (
    ("Dress", NUMERIC, 620),
    ("Jumper", ALPHA, 480),
    ("Blouse", NUMERIC, 390),
    ("Coat", NUMERIC, 1290),
    ("Trousers", NUMERIC, 540),
    ("Skirt", ALPHA, 430),
    ("Cardigan", ALPHA, 560),
    ("Scarf", ("ONE",), 210),
)
COLOURS = {
    "Navy": "NVY",
    "Black": "BLK",
    "Off White": "OFW",
    "Moss Green": "MOS",
    "Rust": "RST",
    "Sky Blue": "SKY",
    "Camel": "CML",
    "Blåbær": "BLB",
    "Charcoal": "CHA",
    "Rosé": "ROS",
}


@dataclass(frozen=True, slots=True)
class Code:
    """One size of one colour of one model: what is counted, sold and shipped."""

    product_id: int
    model_no: str
    model: str
    colour: str
    size: str
    ean13: str
    price: Decimal

    @property
    def sku(self) -> str:
        """Return model, colour and size in one: `NL0001-NVY-38`."""
        return f"{self.model_no}-{COLOURS[self.colour]}-{self.size}"

    @property
    def name(self) -> str:
        """Return `Alma Dress, Navy, 38`."""
        return f"{self.model}, {self.colour}, {self.size}"


def collection(rng: Random) -> Iterator[Code]:
    """Yield codes model by model, without end; the first 64 models have names of their own."""
    numbers = count(FIRST_PRODUCT_ID)
    for index in count():
        series, place = divmod(index, len(NAMES))
        garment, sizes, base_price = GARMENTS[index % len(GARMENTS)]
        model = f"{NAMES[place]} {garment}" + (f" {series + 1}" if series else "")
        price = Decimal(base_price + rng.randrange(-8, 20) * 10) - Decimal("0.50") * (index % 3)
        for colour in rng.sample(list(COLOURS), k=rng.choice((2, 3, 3))):
            for size in sizes:
                number = next(numbers)
                yield Code(
                    number, f"NL{index + 1:04d}", model, colour, size, ean13_of(number), price
                )


def ean13_of(number: int) -> str:
    """Return a valid EAN13 for a running number; a few are American and begin with zeros."""
    digits = f"00{number:010d}" if number % 97 == 0 else f"704{number:09d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Return the thirteenth digit of an EAN13, by the rule of GS1."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-weighted % 10)
