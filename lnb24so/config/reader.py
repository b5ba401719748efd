"""One YAML file into typed values, with every mistake in it at its line and column.

Types come from the hints of dataclasses and TypedDicts, so there is no second list of settings.
Messages show the file's own text, never what `${VAR}` stood for, and never a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin
from typing import get_type_hints as hints_of

from lnb24so.errors import ConfigError
from lnb24so.process.whole_file import read_regular

from .nodes import LIMIT_BYTES, Node, is_shared, read_yaml
from .values import Secret, described, is_value, read_value

LIMIT_MISTAKES = 100
VARIABLE = re.compile(r"(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}")
ONLY_VARIABLES = re.compile(r"(\$\{[A-Za-z_][A-Za-z0-9_]*(:-)?\})+")
_FROM_HERE = "the path starts at the configuration's folder"


class Setting(NamedTuple):
    """A field of a class, and its key in the file."""

    name: str
    key: str
    hint: Any
    is_required: bool


class Reader:
    """Fills types from one file; keeps the mistakes and raises them together in `finish`."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path = path
        self._environ = environ
        self._root, self._is_shared = read_yaml(path)
        self._keys = {"": self._root}
        self._mistakes: list[tuple[int, int, str]] = []

    def values(self, cls: type) -> dict[str, Any]:
        """Return the fields of the class that the file gives, without those that are wrong."""
        return self._fields(cls, self._root, "")

    def refuse(self, name: str, message: str, at: Node | None = None) -> None:
        """Add a mistake at a dotted setting, or at its section where the file leaves it out."""
        place = name
        while place not in self._keys:
            place = place.rpartition(".")[0]
        line, column, *_ = at or self._keys[place]
        self._mistakes.append((line, column, f"{name}: {message}" if name else message))

    def finish(self) -> None:
        """Raise ConfigError with all mistakes, one a line, in the order of the file."""
        lines = [f"{self._path}:{ln}:{col}: {text}" for ln, col, text in sorted(self._mistakes)]
        if len(lines) > LIMIT_MISTAKES:
            lines[LIMIT_MISTAKES:] = [f"{self._path}: {len(lines) - LIMIT_MISTAKES} more mistakes"]
        if lines:
            # With nothing in them that a terminal would obey.
            clean = ("".join(c if c.isprintable() else "?" for c in line) for line in lines)
            raise ConfigError("\n".join(clean))

    def _fields(self, cls: type, section: Node, name: str) -> dict[str, Any]:
        entries = self._entries(section, name)
        settings = list(_settings(cls))
        known = [setting.key for setting in settings]
        known += [f"{setting.key}_file" for setting in settings if setting.hint is Secret]
        for key in entries.keys() - set(known):
            self.refuse(_join(name, key), f"unknown setting; {_nearest(key, known)}")
        values: dict[str, Any] = {}
        for setting in settings:
            mistakes = len(self._mistakes)
            full = _join(name, setting.key)
            value: Any = None
            if setting.hint is Secret:
                value = self._secret(entries, name, setting.key)
            elif setting.key in entries:
                value = self._read(setting.hint, entries[setting.key], full)
            elif is_dataclass(setting.hint):
                # A section that is left out may still lack what is required of it.
                value = self._read(setting.hint, section._replace(kind="null", entries=()), full)
            elif setting.is_required:
                self.refuse(full, f"is missing; expected {described(setting.hint)}")
            else:
                continue
            if len(self._mistakes) == mistakes:
                values[setting.name] = value
        return values

    def _entries(self, section: Node, name: str) -> dict[str, Node]:
        if section.kind not in ("section", "null"):
            # Not shown: a colon forgotten in a login makes one text of the whole section.
            raise ValueError(f"expected a section (got a {section.kind})")
        entries: dict[str, Node] = {}
        for key, value in section.entries:
            full = _join(name, key.text)
            if key.kind != "text":
                self.refuse(name, "a key must be text", at=key)
            elif key.is_typed:
                self.refuse(full, f'the key must be quoted: "{key.text}"', at=key)
            elif key.text in entries:
                self.refuse(full, f"is given twice, first on line {self._keys[full].line}", at=key)
            else:
                entries[key.text] = value
                self._keys[full] = key
        return entries

    def _read(self, hint: Any, node: Node, name: str, at: Node | None = None) -> Any:
        try:
            return self._convert(hint, node, name)
        except ValueError as mistake:
            self.refuse(name, str(mistake), at)

    def _convert(self, hint: Any, node: Node, name: str) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if NoneType in args:
            is_unset = node.kind == "null" or (node.text and not self._expand(node.text))
            return None if is_unset else self._convert(args[0], node, name)
        if origin is Annotated:
            value = self._convert(args[0], node, name)
            for check in args[1:]:
                value = check(value)
            return value
        if origin is tuple:
            if node.kind != "list":
                raise ValueError(f"expected a list such as [a, b] (got {node.shown()})")
            return tuple(self._read(args[0], item, name, at=item) for item in node.items)
        if origin is Mapping:
            entries = self._entries(node, name)
            return {k: self._read(args[1], v, _join(name, k)) for k, v in entries.items()}
        if is_value(hint):
            return self._scalar(hint, node)
        mistakes = len(self._mistakes)
        values = self._fields(hint, node, name)
        return hint(**values) if len(self._mistakes) == mistakes else None

    def _scalar(self, hint: Any, node: Node) -> Any:
        if node.kind != "text":
            raise ValueError(f"expected {described(hint)} (got {node.shown()})")
        if hint is str and node.is_typed:
            raise ValueError(f"must be quoted: {node.shown()}")
        text = self._expand(node.text).strip()
        if not text:
            raise ValueError(f"is empty; expected {described(hint)}")
        try:
            return read_value(hint, text)
        except ValueError:
            raise ValueError(f"expected {described(hint)} (got {node.shown()})") from None

    def _secret(self, entries: Mapping[str, Node], section: str, key: str) -> Secret | None:
        """Read `key`, or the file that `key_file` names; no message repeats either."""
        file_key = f"{key}_file"
        name = _join(section, file_key if file_key in entries else key)
        try:
            if key in entries and file_key in entries:
                raise ValueError(f"give {key} or {file_key}, not both")
            if file_key in entries:
                return self._secret_in_file(entries[file_key])
            if key in entries:
                return self._secret_here(entries[key])
            raise ValueError(f"is missing; give {key}: ${{VARIABLE}}, or {file_key}: a path")
        except ValueError as mistake:
            self.refuse(name, str(mistake))
        return None

    def _secret_here(self, node: Node) -> Secret:
        if node.kind != "text" or not node.text:
            raise ValueError("is empty or no text; give a text or ${VARIABLE}")
        if node.is_typed:
            raise ValueError("must be quoted")
        if self._is_shared and not ONLY_VARIABLES.fullmatch(node.text):
            raise ValueError(f"stands in a file that others can read; run: chmod 600 {self._path}")
        text = self._expand(node.text)
        if not text:
            raise ValueError(f"is empty: {node.text} has no value")
        return Secret(text)

    def _secret_in_file(self, node: Node) -> Secret:
        path = self._path.parent / self._scalar(Path, node)
        try:
            data, facts = read_regular(path, LIMIT_BYTES, links=True)
            text = data.decode("utf-8-sig").rstrip("\r\n")
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}; {_FROM_HERE}") from None
        except UnicodeDecodeError:
            raise ValueError("is not UTF-8 text") from None
        if is_shared(facts):
            raise ValueError(f"can be read by others; run: chmod 600 {path}")
        if not text or not text.isprintable():
            raise ValueError("must name a file that holds the secret, on one line")
        return Secret(text)

    def _expand(self, text: str) -> str:
        """Return the text with its variables filled in; ValueError for an unset one."""

        def fill(match: re.Match[str]) -> str:
            escape, variable, default = match.groups()
            if escape:
                return match[0][1:]
            value = self._environ.get(variable) or default
            if value is None and variable not in self._environ:
                raise ValueError(f"environment variable {variable} is not set")
            return value or ""

        filled = VARIABLE.sub(fill, text)
        if not filled.isprintable():
            raise ValueError("must not hold line breaks or other control characters")
        return filled


def _settings(cls: type) -> Iterator[Setting]:
    """Yield what the file may give for a class; a TypedDict requires nothing of it."""
    hints = hints_of(cls, include_extras=True)
    if not is_dataclass(cls):
        yield from (Setting(name, name, hint, is_required=False) for name, hint in hints.items())
        return
    for f in fields(cls):
        key = f.metadata.get("key", f.name)
        if key is not None:
            is_required = f.default is MISSING and f.default_factory is MISSING
            yield Setting(f.name, key, hints[f.name], is_required)


def _nearest(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"


def _join(section: str, key: str) -> str:
    return f"{section}.{key}" if section else key
