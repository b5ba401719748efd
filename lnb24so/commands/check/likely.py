"""Which customer a retailer probably is, where its reference names none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from lnb24so.config.schema import CustomerMatch, Orders
from lnb24so.lnb.types import Order
from lnb24so.orders.matching import CustomerIndex, match_customer, name_words
from lnb24so.soap.types import Customer

ALIKE = 0.5
"""So large a part of the words of two names must be the same; a guess is for a person to judge."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """The customers of 24SevenOffice, by what can be asked of them."""

    index: CustomerIndex
    by_word: Mapping[str, Sequence[Customer]]

    def customer(self, retailer: Order, settings: Orders) -> Customer | None:
        """Return the customer that another way to match finds, else the one of that name."""
        for way in get_args(CustomerMatch):
            found = match_customer(retailer, self.index, replace(settings, customer_match=way))
            if isinstance(found, Customer):
                return found
        return self._by_name(name_words(retailer.retailer_name))

    def _by_name(self, words: frozenset[str]) -> Customer | None:
        """Return the customer whose name is the most like these words, if there is only one."""
        shared = Counter(one for word in words for one in self.by_word.get(word, ()))
        scores = [
            (number / len(words | name_words(one.name)), one) for one, number in shared.items()
        ]
        best = max((score for score, _ in scores), default=0.0)
        found = [one for score, one in scores if score == best]
        return found[0] if best >= ALIKE and len(found) == 1 else None


def guesses(customers: Sequence[Customer], index: CustomerIndex) -> Guesses:
    """Return what guesses among these customers."""
    by_word: dict[str, list[Customer]] = {}
    for customer in customers:
        for word in name_words(customer.name):
            by_word.setdefault(word, []).append(customer)
    return Guesses(index, by_word)
