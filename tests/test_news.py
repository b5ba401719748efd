"""News: each thing once, what has one cause in one line, and a failure with its end."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hand_clock import HandClock

from lnb24so.clock import Zone
from lnb24so.ledger.standing import Standing, standing
from lnb24so.ledger.store import Ledger
from lnb24so.news import News, lines

SHOP = "Bik Bok Oslo has no customer reference"
FIX = "enter its 24SevenOffice number in Le New Black."


def blocked(reference: str, amount: int = 1000) -> Standing:
    message = f'{reference}: retailer "Bik Bok Oslo" has no customer reference. Fix: {FIX}'
    return Standing(
        reference,
        "customer.missing_reference",
        message,
        cause=SHOP,
        fix=FIX,
        amount=Decimal(amount),
        currency="NOK",
    )


class Runs:
    """The runs of a task, each with its news, over one ledger."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.ledger = Ledger.open(folder, "run", self.clock.clock)

    def news(self, told: list[str], *, everything: bool = False, remembers: bool = True) -> News:
        return News(
            self.ledger, self.clock.now, Zone("Europe/Oslo"), told.append, remembers, everything
        )

    def orders(self, *found: Standing, read: str = "", **how: bool) -> list[str]:
        """Let a run find these among the orders that it read; return what it told."""
        told: list[str] = []
        subjects = {one.subject for one in found} | set(read.split())
        self.news(told, **how).found("orders", found, subjects)
        self.clock.move(900)
        return told

    def run(self, *failures: tuple[str, str, str], asked: str = "Le New Black") -> list[str]:
        """Let a run end with these failures; return what it told, its own sentence last."""
        told: list[str] = []
        news = self.news(told)
        for system, code, message in failures:
            news.failed(system, code, message, at_once=code.endswith("refused"))
        sentences = news.finish([asked] if asked else [], "12 orders and 40 levels went through")
        self.clock.move(900)
        return [*told, *sentences.values()]


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    started = Runs(tmp_path)
    yield started
    started.ledger.close()


DOWN = ("Le New Black", "lnb.unreachable", "Le New Black: no answer in time.")
RESET = ("Le New Black", "lnb.unreachable", "Le New Black: the connection broke.")
REFUSED = ("Le New Black", "lnb.refused", "Le New Black: wrong client id or client secret.")


def test_what_stands_is_told_once_and_again_after_it_had_ended(runs: Runs) -> None:
    assert runs.orders(blocked("70101")) == [blocked("70101").message]
    assert runs.orders(blocked("70101")) == []
    assert runs.orders(read="70101") == []
    assert runs.orders(blocked("70101")) == [blocked("70101").message]


def test_what_a_run_did_not_read_goes_on_standing(runs: Runs) -> None:
    runs.orders(blocked("70101"))
    assert runs.orders(read="70102") == []
    assert [one.subject for one in standing(runs.ledger)] == ["70101"]


def test_the_orders_of_one_cause_are_one_line_with_those_that_stand(runs: Runs) -> None:
    runs.orders(blocked("70101", 100), blocked("70102", 200))
    told = runs.orders(*(blocked(f"7010{number}", 1000) for number in range(1, 5)))
    assert told == [f"{SHOP}: now 4 orders, 4,000.00 NOK (70101, 70102, 70103 ...). Fix: {FIX}"]


def test_another_reason_of_the_same_order_is_told_alone(runs: Runs) -> None:
    runs.orders(blocked("70101"))
    other = Standing("70101", "order.missing_currency", "70101: has no currency.")
    assert runs.orders(blocked("70101"), other) == ["70101: has no currency."]


def test_a_text_that_varies_is_no_news(runs: Runs) -> None:
    runs.orders(Standing("70101", "order.refused", "70101: refused, incident 4711."))
    assert runs.orders(Standing("70101", "order.refused", "70101: refused, incident 4712.")) == []


def test_a_terminal_is_told_everything_and_a_dry_run_notes_nothing(runs: Runs) -> None:
    runs.orders(blocked("70101"), remembers=False)
    assert standing(runs.ledger) == []
    runs.orders(blocked("70101"))
    assert runs.orders(blocked("70101"), everything=True) == [blocked("70101").message]


def test_many_orders_with_one_code_are_one_line() -> None:
    every = [Standing(str(n), "order.changed_after_export", f"{n}: changed.") for n in range(2000)]
    (line,) = lines(every, every)
    assert line == (
        "2,000 orders: Le New Black changed it after the export (0, 1, 2 ...). See: lnb24so status"
    )


def test_an_outage_is_told_when_it_has_lasted_an_hour_and_when_it_is_over(runs: Runs) -> None:
    alternating = [runs.run(DOWN if number % 2 else RESET) for number in range(5)]
    assert alternating == [[], [], [], [], [f"{RESET[2]} It has failed since 11:00."]]
    assert runs.run(DOWN) == []
    assert runs.run() == [
        "Le New Black works again. It failed from 11:00 to 12:30; "
        "since then 12 orders and 40 levels went through."
    ]
    assert runs.run() == []


def test_a_short_outage_is_never_told(runs: Runs) -> None:
    assert [runs.run(DOWN), runs.run(DOWN), runs.run(), runs.run()] == [[], [], [], []]


def test_refused_credentials_are_told_at_once_and_once(runs: Runs) -> None:
    assert [runs.run(REFUSED) for _ in range(3)] == [[REFUSED[2]], [], []]


def test_only_a_run_that_asked_the_system_says_that_it_works_again(runs: Runs) -> None:
    runs.run(REFUSED)
    assert runs.run(asked="24SevenOffice") == []
    assert len(runs.run()) == 1


def test_a_time_of_another_day_stands_with_its_date(runs: Runs) -> None:
    runs.run(REFUSED)
    runs.clock.move(4 * 86400)
    assert "from Mon 23 Nov 11:00 to 11:15" in runs.run()[0]
