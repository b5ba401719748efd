"""A config.yaml of a test, and how it is changed."""

from __future__ import annotations

from pathlib import Path

from lnb24so.config.schema import Config, load_config


class ConfigFile:
    """The config.yaml of a folder, which only its owner may read."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        self.file = folder / "config.yaml"
        self.write_config(text)

    def write_config(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.file.chmod(0o600)

    def change(self, before: str, after: str) -> None:
        """Replace a part of the configuration, which must be there."""
        text = self.file.read_text(encoding="utf-8")
        assert before in text
        self.write_config(text.replace(before, after))

    def set(self, section: str, **settings: object) -> None:
        """Put settings at the begin of a section, each as YAML text."""
        lines = "".join(f"  {name}: {value}\n" for name, value in settings.items())
        self.change(f"{section}:\n", f"{section}:\n{lines}")

    @property
    def config(self) -> Config:
        return load_config(self.file)
