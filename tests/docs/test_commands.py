"""The commands in the documents work: calls of the API are made as they are written, others are understood."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
from collections.abc import Iterator

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandParser

from tests.docs.documents import documents
from tests.house.commands import run
from tests.house.test_run import Program, running
from tests.servers.plugin import ROOT

DOCUMENTS = documents()
CALLING = [document for document in DOCUMENTS if document.calls]
STRICT = r"""
set -euo pipefail
curl() { command curl --fail-with-body --show-error "$@" -w '%{stderr}status %{http_code} %{method} %{url}\n'; }
"""
MAKE = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S+ )*make ([a-z][a-z0-9]*)((?: [A-Z]+=\S+)*)")
MANAGE = re.compile(r"manage\.py ([a-z_]+)([^#]*)")
PROGRAM = re.compile(r"python3? -m ([\w.]+)|python3? ([\w/.-]+\.py)|pip install -r (\S+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Program]:
    """What `make run` starts, on a fresh machine."""
    with running("cms.run", data_dir=tmp_path_factory.mktemp("data")) as program:
        program.wait_for_output("Inktree is running")
        yield program


@pytest.mark.only_on("sqlite")  # which is what `make run` brings
@pytest.mark.needs("curl")
class TestCallsOfTheApi:
    @pytest.mark.parametrize("document", CALLING, ids=str)
    def test_succeed_as_they_are_written(self, document, site, picture, tmp_path):
        (tmp_path / "photo.jpg").write_bytes(picture())
        ended = subprocess.run(
            ["bash", "-c", STRICT + document.calls.replace("127.0.0.1:8000", f"127.0.0.1:{site.port}")],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        made = re.findall(r"^status (\d+) (.+)$", ended.stderr, re.MULTILINE)
        assert ended.returncode == 0, f"{ended.stdout[-1000:]}\n{ended.stderr}"
        assert len(made) == len(re.findall(r"\bcurl -", document.calls))
        assert [call for call in made if call[0][0] != "2" and call[0] != "304"] == []

    def test_are_a_tour_and_a_guide(self):
        assert [str(document) for document in CALLING] == ["README.md", "docs/api.md"]
        assert CALLING[0].calls.count("curl -") == 5


@pytest.fixture(scope="module")
def helped() -> set[str]:
    """What `make help` lists."""
    lines = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^make (\w+) ", lines, re.MULTILINE))


class TestMake:
    def test_helps_with_every_target(self, helped):
        text = (ROOT / "Makefile").read_text()
        [phony] = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
        assert helped == set(phony.split())

    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_has_what_documents_name(self, document, helped):
        named = [found for code in [*document.commands, *document.spans] if (found := MAKE.match(code.strip()))]
        assert {found.group(1) for found in named} <= helped
        text = (ROOT / "Makefile").read_text()
        given = {name for found in named for name in re.findall(r" ([A-Z]+)=", found.group(2))}
        assert {name for name in given if f"$({name})" not in text} == set()

    def test_is_listed_in_the_readme(self, helped):
        rows = [line for line in DOCUMENTS[0].text.splitlines() if line.startswith("| `make")]
        assert {name for row in rows for name in re.findall(r"`make (\w+)", row)} == helped


class TestManage:
    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_has_what_documents_name(self, document):
        for span in document.spans:
            for name, rest in MANAGE.findall(span):
                options = parser_of(name)._option_string_actions
                assert [word for word in re.findall(r"--[\w-]+", rest) if word not in options] == [], span

    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_understands_what_documents_show(self, document):
        for line in document.commands:
            for name, rest in MANAGE.findall(line):
                parser_of(name).parse_args(shlex.split(rest))  # raises CommandError


def parser_of(name: str) -> CommandParser:
    """The parser of a command's options. Fails where there is no such command."""
    app = get_commands().get(name)
    assert app, f"no command {name}"
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    parser = command.create_parser("manage.py", name)
    assert parser.format_help()
    return parser


class TestOtherPrograms:
    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_are_there(self, document):
        for code in [*document.commands, *document.spans]:
            for module, script, requirements in PROGRAM.findall(code):
                if module:
                    assert importlib.util.find_spec(module), code
                else:
                    assert (ROOT / (script or requirements)).is_file(), code

    def test_make_secrets_that_are_taken(self, tmp_path):
        [configuration] = [document for document in DOCUMENTS if document.path.name == "configuration.md"]
        made = {}
        for command in configuration.commands:
            if found := re.fullmatch(r"\.venv/bin/python -c (\S.+?) +# (\w+)", command):
                [code] = shlex.split(found.group(1))
                made[found.group(2)] = run("-c", code, data_dir=tmp_path).stdout.strip()
        assert set(made) == {"SECRET_KEY", "JWT_PRIVATE_KEY"}
        ended = run("manage.py", "public_keys", data_dir=tmp_path, **made)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert not (tmp_path / "secrets").exists()

    def test_of_containers_name_services(self):
        services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
        code = " ".join(code for document in DOCUMENTS for code in [*document.commands, *document.spans])
        named = re.findall(r"docker compose (?:run --rm|exec|up -d --no-deps --wait) ([\w-]+)", code)
        assert len(named) >= 3
        assert set(named) <= set(services)


class TestARefusal:
    def test_reads_as_it_is_shown(self, tmp_path):
        [configuration] = [document for document in DOCUMENTS if document.path.name == "configuration.md"]
        at = configuration.commands.index("$ PORT=abc make run")
        ended = run("-m", "cms.run", data_dir=tmp_path, PORT="abc")
        assert ended.returncode != 0
        assert ended.stderr.splitlines() == [configuration.commands[at + 1]]
