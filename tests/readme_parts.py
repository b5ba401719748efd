"""The part of the README that the code knows best. Run it to write it anew."""

from __future__ import annotations

import re
from pathlib import Path

from lnb24so.errors import EXIT_CODES

README = Path(__file__).resolve().parent.parent / "README.md"


def exit_codes() -> str:
    """Return the table of exit codes."""
    rows = (f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    return "\n".join(("| code | meaning |", "|---|---|", *rows))


PARTS = {"exit codes": exit_codes}


def filled(readme: str) -> str:
    """Return the README with its generated parts as they should be."""
    for name, part in PARTS.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text = part().replace("\\", r"\\")
        readme, count = re.subn(pattern, rf"\g<1>{text}\n\g<2>", readme, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"the README has {count} parts named {name}")
    return readme


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
