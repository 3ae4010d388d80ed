"""What the documents name is there: files, modules, variables, routes, and the places they link to."""

from __future__ import annotations

import pydoc
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import Resolver404, resolve

from tests.docs.documents import Document, documents
from tests.servers.plugin import ROOT

DOCUMENTS = documents()
TOP = {path.name for path in ROOT.iterdir()} - {".venv", "var"}
ROOMS = {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()}
PATH = re.compile(r"[\w.][\w./-]*")
OURS = (".md", ".yml", ".toml", ".lock", ".example")
DOTTED = re.compile(r"([a-z]+)(?:\.\w+)+")
VARIABLE = re.compile(r"(?<![\w/-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)")
VARIABLES_ARE_IN = (
    ".env.example",
    "Makefile",
    "docker-compose.yml",
    "deploy/Dockerfile",
    "tests/servers/tiers.py",
)
CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) ([/\w{}-]+/)(?![\w.…])")
ROUTE = re.compile(r"[a-z-]+/[\w{}/-]*/|[a-z-]+/")

of_each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=str)


class TestWhatDocumentsName:
    @of_each_document
    def test_as_a_file_or_folder_is_there(self, document):
        assert [word for word in words(document) if is_path(word) and not is_there(word, document)] == []

    @of_each_document
    def test_as_a_module_or_something_in_it_is_there(self, document):
        found = [word for word in words(document) if DOTTED.fullmatch(word) and not word.endswith((".py", *OURS))]
        named = [word for word in found if word.partition(".")[0] in ROOMS]
        assert [name for name in named if not is_defined(name)] == []

    @of_each_document
    def test_as_a_variable_is_read_somewhere(self, document):
        known = {name for path in VARIABLES_ARE_IN for name in VARIABLE.findall((ROOT / path).read_text())}
        exported = [line for line in document.commands if line.startswith("export ")]
        named = {name for code in [*document.spans, *exported] for name in VARIABLE.findall(code)}
        assert named - known == set()

    @of_each_document
    def test_as_a_call_of_the_api_has_its_route(self, document):
        calls = [call for code in [*document.spans, *document.commands] for call in CALL.findall(code)]
        assert [call for call in calls if not is_answered(*call)] == []

    @of_each_document
    def test_as_a_route_of_the_api_is_one(self, document):
        routes = [word for word in words(document) if ROUTE.fullmatch(word) and word.partition("/")[0] not in TOP]
        assert [route for route in routes if view_of(f"/api/v2/{route}") is None] == []


class TestLinks:
    @of_each_document
    def test_lead_somewhere(self, document):
        broken = []
        for link in document.links:
            if link.startswith(("http://", "https://")):
                continue
            path, _, anchor = link.partition("#")
            target = (document.path.parent / path).resolve() if path else document.path
            is_ours = target.exists() and target.is_relative_to(ROOT)
            if not is_ours or (anchor and anchor not in Document(target).anchors):
                broken.append(link)
        assert broken == []

    def test_of_the_readme_lead_to_every_document(self):
        linked = {(ROOT / link.partition("#")[0]).resolve() for link in DOCUMENTS[0].links if "://" not in link}
        assert set((ROOT / "docs").glob("*.md")) - linked == set()


def words(document: Document) -> list[str]:
    """The words of code within sentences."""
    return [word.strip(",;") for span in document.spans for word in span.split()]


def is_path(word: str) -> bool:
    """Whether a word looks like a path of the repository."""
    if not PATH.fullmatch(word):
        return False
    first, slash, _ = word.partition("/")
    return first in TOP if slash else word.endswith(OURS) and not word.startswith(".py")


def is_there(word: str, document: Document) -> bool:
    """Whether there is such a file, seen from the root or from the document; or a route of the API of that name."""
    places: list[Path] = [ROOT / word, document.path.parent / word]
    return any(place.exists() for place in places) or ("." not in word and view_of(f"/api/v2/{word}") is not None)


def is_defined(name: str) -> bool:
    """Whether a dotted name leads to something: a module, what is in it, or `app.Model`."""
    if pydoc.locate(name) is not None:
        return True
    try:
        return apps.get_model(name) is not None
    except (LookupError, ValueError):
        return False


def is_answered(method: str, path: str) -> bool:
    """Whether some view answers this method at this address; `{…}` stands for anything."""
    view = view_of(path if path.startswith("/") else f"/api/v2/{path}")
    if view is None:
        return False
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return kind is None or method.lower() in getattr(view, "actions", ()) or hasattr(kind, method.lower())


def view_of(path: str):
    """The view of an address, or None. What stands in braces is any number."""
    try:
        view = resolve(re.sub(r"\{[\w-]+\}", "1", path)).func
    except Resolver404:
        return None
    return None if view.__name__ == "not_found" else view
