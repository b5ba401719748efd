from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lnb24so.config.nodes import LIMIT_BYTES
from lnb24so.config.reader import Reader
from lnb24so.config.values import Secret
from lnb24so.errors import ConfigError


@dataclass(frozen=True)
class Shop:
    name: str
    note: str | None = None


def refusal(path: Path, content: bytes) -> str:
    """Return what is said about a file with this content, without its folder."""
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        Reader(path, {})
    text = str(caught.value)
    assert "\n" not in text
    assert "hunter2" not in text
    return text.removeprefix(f"{path.parent}/")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "shop.yaml: is empty; start from config.example.yaml."),
        (b"# only words\n", "shop.yaml: is empty; start from config.example.yaml."),
        (b"~", "shop.yaml: expected sections such as orders:, found a null."),
        (b"- a\n- b\n", "shop.yaml: expected sections such as orders:, found a list."),
        (b"hunter2", "shop.yaml: expected sections such as orders:, found a text."),
        (b"\xff\xfea\x00", "shop.yaml: is not UTF-8 text (byte 1)."),
        (b"name: \xe6\n", "shop.yaml: is not UTF-8 text (byte 7)."),
        (b"\x7fELF\x02\x00\x00", "shop.yaml: holds characters that are no text."),
        (b'name: "\\U99999999"', "shop.yaml: holds characters that are no text."),
        (b"name: a\n---\nname: b\n", "shop.yaml:2:1: a second document begins here; keep one"),
        (b"a:\n\tname: b\n", "shop.yaml:2:1: a tab cannot indent; use spaces"),
        (b"name: &hunter2 a\n", "shop.yaml:1:7: anchors and aliases are not used here"),
        (b"name: *hunter2\n", "shop.yaml:1:7: anchors and aliases are not used here"),
        (b"name: !hunter2 a\n", "shop.yaml:1:7: tags are not used here"),
        (b"name: !!python/name:os.system x\n", "shop.yaml:1:7: tags are not used here"),
        (b"name: !hunter2!a\n", "shop.yaml:1:7: is not YAML: found undefined"),
        (b"name: [hunter2\n", "shop.yaml:2:1: is not YAML: expected ',' or ']'"),
        (b"name: a: hunter2\n", "shop.yaml:1:8: is not YAML: mapping values are not allowed here"),
        (b"name: 'hunter2\n", "shop.yaml:2:1: is not YAML: found unexpected end of stream"),
        (b"name: @hunter2\n", "shop.yaml:1:7: is not YAML: found character '@' that cannot"),
        (b"[" * 100_000, "shop.yaml:1:11: is nested too deeply"),
        (b"a: " * 3, "shop.yaml:1:5: is not YAML: mapping values are not allowed here"),
        (b"a" * (LIMIT_BYTES + 1), "shop.yaml: is larger than 256 KiB: no configuration."),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    assert refusal(tmp_path / "shop.yaml", content).startswith(said)


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse, read, built = yaml.parse, [], []

    def counting(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for event in parse(*args, **kwargs):
            read.append(event)
            yield event

    monkeypatch.setattr(yaml, "parse", counting)
    monkeypatch.setattr(yaml, "compose", lambda *args, **kwargs: built.append(args))
    rows = ["a0: &a0 [x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    said = refusal(tmp_path / "shop.yaml", "\n".join(rows).encode())
    assert said.startswith("shop.yaml:1:5: anchors and aliases are not used here")
    # The stream, the document, the section, its first key, and the list with the anchor.
    assert len(read) == 5
    assert built == []


def test_a_folder_or_a_missing_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory\.$"):
        Reader(tmp_path, {})
    with pytest.raises(ConfigError, match=r"cannot be read: No such file or directory\.$"):
        Reader(tmp_path / "absent.yaml", {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.touch(mode=0o000)
    with pytest.raises(ConfigError, match=r"cannot be read: Permission denied\.$"):
        Reader(path, {})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("${A}", "one"),
        ("x${A}y${A}z", "xoneyonez"),
        ("${NONE:-two}", "two"),
        ("${EMPTY:-two}", "two"),
        ("$${A}", "${A}"),
        ("$A", "$A"),
        ("5$", "5$"),
        ("${", "${"),
        ("'${NONE:-a b: c}'", "a b: c"),
        ("Bodø", "Bodø"),
        ("'[red]x'", "[red]x"),
    ],
)
def test_variables_are_filled_into_any_text(tmp_path: Path, written: str, read: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(f"\ufeffname: {written}\n", encoding="utf-8")
    reader = Reader(path, {"A": "one", "EMPTY": ""})
    assert reader.values(Shop) == {"name": read}
    reader.finish()


def test_what_a_variable_holds_is_not_expanded_again(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("name: ${A}\n")
    assert Reader(path, {"A": "${B}", "B": "x"}).values(Shop) == {"name": "${B}"}


def test_control_characters_never_reach_a_message(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text('name: x\n"\\e[31m\\nfake": 1\n')
    reader = Reader(path, {})
    reader.values(Shop)
    with pytest.raises(ConfigError) as caught:
        reader.finish()
    assert str(caught.value).isprintable()


def test_hostile_variables_stay_as_written(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    text = "${A:-" * 50_000
    path.write_text(f"name: '{text}'\n")
    assert Reader(path, {}).values(Shop) == {"name": text}


def test_a_flood_of_mistakes_is_cut_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("name: x\n" + "".join(f"k{n}: 1\n" for n in range(120)))
    reader = Reader(path, {})
    reader.values(Shop)
    with pytest.raises(ConfigError) as caught:
        reader.finish()
    assert str(caught.value).splitlines()[100:] == [f"{path}: 20 more mistakes"]


def test_a_secret_compares_by_its_text_and_shows_none_of_it() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1
    assert f"{Secret('a')} {Secret('a')!r} {[Secret('a')]}" == "*** *** [***]"
