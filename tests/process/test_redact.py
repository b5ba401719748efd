"""The redactor: a secret is found however it is written, and nothing else is."""

from __future__ import annotations

import pytest
from spellings import kernel, spellings

from lnb24so.process.redact import REDACTOR, Redactor

SECRETS = ('hunter2/ &ø"+\\', "Passord-Ærlig!", "'<a;b>'", "correct horse  battery", "Straße9ß")
WAYS = [(secret, way, text) for secret in SECRETS for way, text in spellings(secret).items()]


def knowing(*secrets: str, may_be_word: bool = False) -> Redactor:
    redactor = Redactor()
    redactor.learn(*secrets, may_be_word=may_be_word)
    return redactor


@pytest.mark.parametrize(("secret", "way", "text"), WAYS)
def test_a_secret_is_hidden_however_it_is_written(secret: str, way: str, text: str) -> None:
    for hide in (knowing(secret), knowing(secret, may_be_word=True).own):
        hidden = hide(f"before {text} after")
        assert hidden.startswith("before ")
        assert hidden.endswith(" after")
        assert "***" in hidden
        assert kernel(way, text) not in hidden


def test_folded_white_space_is_still_the_secret() -> None:
    assert knowing("correct horse  battery")("correct  horse battery") == "***"


@pytest.mark.parametrize("word", ["invoicing", "Nordlys", "703123", "LNB70101", "2026-11-23"])
def test_a_word_or_number_is_hidden_in_texts_of_others_and_stays_in_ours(word: str) -> None:
    redactor = knowing(word, may_be_word=True)
    assert redactor(f"no user with {word}") == "no user with ***"
    assert redactor.own(f"{word}: the lines add up") == f"{word}: the lines add up"
    assert knowing(word).own(word) == "***"


@pytest.mark.parametrize("secret", ["", "a", "abcde", "  ab  "])
def test_what_is_too_short_to_be_told_from_words_is_not_looked_for(secret: str) -> None:
    assert knowing(secret)(f"x {secret} y") == f"x {secret} y"


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert knowing("abcdef", "abcdefghi")("abcdefghi abcdef") == "*** ***"


def test_a_secret_is_known_from_the_moment_it_is_learned_until_all_are_forgotten() -> None:
    redactor = Redactor()
    assert redactor("token-1") == "token-1"
    redactor.learn("token-1")
    assert redactor("token-1") == "***"
    redactor.forget()
    assert redactor("token-1") == "token-1"


PING = "https://hc.example/01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"GET {PING}/start?rid=1", "GET ***/start?rid=1"),
        ("url: /01234567-89ab-cdef-0123-456789abcdef/start", "url: ***/start"),
        ("01234567-89AB-CDEF-0123-456789ABCDEF", "***"),
        ("hc.example does not answer", "hc.example does not answer"),
    ],
)
def test_a_ping_address_is_hidden_with_the_key_in_it(said: str, left: str) -> None:
    redactor = Redactor()
    redactor.learn_address(PING)
    assert redactor.own(said) == left


@pytest.mark.parametrize("path", ["/orders", "/ping/pull-stock", ""])
def test_words_in_a_ping_address_stay(path: str) -> None:
    redactor = Redactor()
    redactor.learn_address(f"https://hc.example{path}")
    said = "GET /orders by lnb24so pull-stock"
    assert redactor.own(said) == said


def test_a_document_keeps_its_keys_references_and_codes() -> None:
    redactor = knowing("A-B-C-70101")
    document = {
        "reference": "A-B-C-70101",
        "A-B-C-70101": [1, None, True],
        "reasons": [{"code": "A-B-C-70101", "message": "no A-B-C-70101", "line": 2}],
    }
    assert redactor.document(document) == {
        "reference": "A-B-C-70101",
        "A-B-C-70101": [1, None, True],
        "reasons": [{"code": "A-B-C-70101", "message": "no ***", "line": 2}],
    }


def test_there_is_one_for_the_whole_process() -> None:
    REDACTOR.learn("a secret of the process")
    assert REDACTOR("a secret of the process") == "***"
