"""One YAML file as plain nodes with their places; everything tricky in YAML is refused."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lnb24so.errors import ConfigError
from lnb24so.process.whole_file import read_regular

if TYPE_CHECKING:
    import yaml

LIMIT_BYTES = 256 * 1024
LIMIT_DEPTH = 12
OTHERS_MAY_READ = 0o044
# PyYAML leaves 1e3 a text; YAML 1.2, and so other readers of the file, make a number of it.
EXPONENT = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+")


class Node(NamedTuple):
    """A value of the file: null, a text, a list or a section, and where it begins (from 1)."""

    line: int
    column: int
    kind: Literal["null", "text", "list", "section"]
    text: str = ""
    is_typed: bool = False  # YAML would make a number, a boolean or a date of the text
    items: tuple[Node, ...] = ()
    entries: tuple[tuple[Node, Node], ...] = ()

    def shown(self) -> str:
        """Return how a message names the value."""
        if "://" in self.text:
            return "an address"  # it may hold a password
        if self.kind == "text":
            return f'"{self.text}"' if len(self.text) <= 60 else f'"{self.text[:60]}..."'
        return self.kind if self.kind == "null" else f"a {self.kind}"


def read_yaml(path: Path) -> tuple[Node, bool]:
    """Return the file's one section, or ConfigError; and whether others may read the file."""
    try:
        data, facts = read_regular(path, LIMIT_BYTES + 1, links=True)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None
    if len(data) > LIMIT_BYTES:
        raise ConfigError(f"{path}: is larger than {LIMIT_BYTES // 1024} KiB: no configuration.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start + 1}).") from None
    root = _compose(path, text)
    if root.kind != "section":
        raise ConfigError(f"{path}: expected sections such as orders:, found a {root.kind}.")
    return root, is_shared(facts)


def is_shared(facts: os.stat_result) -> bool:
    """Return whether others may read a file; its group may where only that lets us read it."""
    ours = facts.st_uid == os.geteuid()
    return bool(facts.st_mode & (OTHERS_MAY_READ if ours else stat.S_IROTH))


def _compose(path: Path, text: str) -> Node:
    import yaml

    try:
        _refuse_tricks(path, yaml.parse(text, Loader=yaml.SafeLoader))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column, index = (mark.line, mark.column, mark.index) if mark else (0, 0, 0)
        # What follows "tag" in PyYAML's sentence is the file's own text, perhaps a password.
        problem = f"is not YAML: {(error.problem or '').partition(' tag ')[0]}; is a quote missing?"
        if text[index : index + 1] == "\t":
            problem = "a tab cannot indent; use spaces"
        raise ConfigError(f"{path}:{line + 1}:{column + 1}: {problem}") from None
    except (yaml.YAMLError, ValueError, OverflowError):
        raise ConfigError(f"{path}: holds characters that are no text.") from None
    if root is None:
        raise ConfigError(f"{path}: is empty; start from config.example.yaml.")
    return _node(root)


def _refuse_tricks(path: Path, events: Iterable[Any]) -> None:
    """Raise ConfigError for what no configuration needs, and a hostile file could hang us with."""
    depth = documents = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        documents += kind == "DocumentStartEvent"
        if getattr(event, "anchor", None):
            trick = "anchors and aliases are not used here; quote a text that begins with & or *"
        elif getattr(event, "tag", None):
            trick = "tags are not used here; quote a text that begins with !"
        elif documents > 1:
            trick = "a second document begins here; keep one"
        elif depth > LIMIT_DEPTH:
            trick = "is nested too deeply"
        else:
            continue
        mark = event.start_mark
        raise ConfigError(f"{path}:{mark.line + 1}:{mark.column + 1}: {trick}")


def _node(node: yaml.Node) -> Node:
    place = node.start_mark.line + 1, node.start_mark.column + 1
    kind = node.tag.rpartition(":")[2]
    if kind == "seq":
        return Node(*place, "list", items=tuple(map(_node, node.value)))
    if kind == "map":
        return Node(*place, "section", entries=tuple((_node(k), _node(v)) for k, v in node.value))
    if kind == "null":
        return Node(*place, "null")
    is_typed = kind != "str" or (
        getattr(node, "style", None) is None and bool(EXPONENT.fullmatch(node.value))
    )
    return Node(*place, "text", node.value, is_typed)
