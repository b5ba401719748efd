"""How findings are gathered and told."""

from __future__ import annotations

import pytest

from lnb24so.commands.check.findings import Findings, few
from lnb24so.errors import Interrupted


def test_a_signal_ends_the_check_instead_of_becoming_a_finding() -> None:
    def interrupted() -> None:
        raise Interrupted(2)

    found = Findings(lambda _: None)
    with pytest.raises(Interrupted):
        found.attempt("name", setting="setting", read=interrupted)
    assert found.all == []


def test_a_long_list_is_cut_short_in_words() -> None:
    assert few([]) == "none"
    assert few(["a", "b"]) == "a, b"
    assert few(list("abcd"), 2) == "a, b and 2 more"
