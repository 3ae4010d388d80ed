"""What the site says to people: all marked strings, and the sentences of errors, found in the sources."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "accounts", "api", "blogs", "cms", "core", "home", "media", "members", "moderation", "search", "social",
    "syndication",
)  # fmt: skip
KEYWORDS = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
TO_OPERATORS = (
    "cms/settings/",
    "cms/keys.py",
    "cms/environment.py",
    "core/backups/",
    "members/importing/",
    "/management/",
    "metrics.py",
    "api/wagtail/documented.py",
)
"""What is said to whoever runs the site, or reads the documentation of the API."""
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\bn?p?(?:gettext|_)\((?:\s*{_LITERAL}\s*,?\s*|\s*\w+\s*)+\)", re.DOTALL)
"""What Django makes of a template for the extraction: calls between letters that stand for the rest."""
OTHER_CALLS = {"info", "warning", "error", "exception", "compile", "print", "write"}
SENTENCE = re.compile(r"[A-Z“{].*[.]", re.DOTALL)


def sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not {"migrations", "demo", "seeding"} & set(path.parts):
                yield path


def templates() -> Iterator[Path]:
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            yield path


def marked() -> dict[tuple, set[str]]:
    """The marked strings (`(context, singular, plural)`) with the places where they stand."""
    found: dict[tuple, set[str]] = {}
    for path in [*sources(), *templates()]:
        code = path.read_text()
        if path.suffix != ".py":
            code = "\n".join(call[0] for call in CALL.finditer(templatize(code, origin=str(path))))
        for _line, message, _comments, context in extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS):
            singular, plural = message if isinstance(message, tuple) else (message, None)
            found.setdefault((context, singular, plural), set()).add(str(path.relative_to(ROOT)))
    return found


def error_sentences() -> dict[str, set[str]]:
    """The sentences of errors, with `{}` where something is put in, and the places where they stand."""
    found: dict[str, set[str]] = {}
    for path in sources():
        if any(part in str(path.relative_to(ROOT)) for part in TO_OPERATORS):
            continue
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            said = []
            if isinstance(node, ast.Call) and not _is_marked(node):
                said = node.args
            elif isinstance(node, ast.Assign) and any(getattr(name, "id", "") == "detail" for name in node.targets):
                said = [node.value]
            for value in said:
                text = _text_of(value)
                if text and SENTENCE.fullmatch(text):
                    found.setdefault(text, set()).add(str(path.relative_to(ROOT)))
    return found


def _is_marked(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in KEYWORDS or name in OTHER_CALLS or name.startswith("OpenApi")


def _text_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None
