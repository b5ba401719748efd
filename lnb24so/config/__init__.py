"""The configuration: one YAML file into frozen dataclasses, or every mistake in it."""

__all__ = ["schema"]
