"""The catalogue of translations: `locale/` holds it as text, and what is read at work is made of that at the start."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def compiled(*, source: Path, target: Path) -> Path:
    """Compile every catalogue below `source` that is newer than its copy below `target`; gives `target`.

    Where nothing can be written, what is there stays, and without it everything is said in English.
    """
    for text in source.glob("*/LC_MESSAGES/django.po"):
        binary = target / text.relative_to(source).with_suffix(".mo")
        stamp = text.stat().st_mtime_ns
        try:
            if not binary.exists() or binary.stat().st_mtime_ns != stamp:
                _compile(text, binary, stamp)
        except OSError:
            continue
    return target


def _compile(text: Path, binary: Path, stamp: int) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    binary.parent.mkdir(parents=True, exist_ok=True)
    with text.open("rb") as file:
        catalogue = read_po(file, locale=text.parts[-3])
    with tempfile.NamedTemporaryFile(dir=binary.parent, delete=False) as file:  # several processes start at once
        write_mo(file, catalogue)
    os.utime(file.name, ns=(stamp, stamp))
    Path(file.name).replace(binary)
