"""What the documents show for a shell is done line by line, as it is written, in a clone of its own.

Calls of the API are made by `tests.docs.test_commands`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cms import keys
from tests.carrying.test_import_ghost import export
from tests.carrying.test_import_ghost import post as ghost_post
from tests.carrying.test_import_markdown import TOML, YAML
from tests.carrying.wxr import item, wxr
from tests.deploy.several import new_database, status_of
from tests.docs.clones import Clone, bare
from tests.docs.documents import documents
from tests.house.commands import ROOT, run
from tests.servers.ports import free_port
from tests.servers.rabbitmq import running_rabbitmq

BLOCKS = {f"{document}:{number}": text for document in documents() for number, text in enumerate(document.blocks)}
PRODUCTION = next(name for name, text in BLOCKS.items() if "make worker" in text)
PROGRAMS = {"make", "python3", ".venv/bin/python", "export"}

ELSEWHERE = {
    "make lint": "by .ci/run",
    "make test": "by .ci/run, with this test in it",
    "docker compose up --build --wait": "by nobody: it needs an engine; see tests/deploy/test_images.py",
}
"""What is not done here, and by whom it is."""

SAYS = {
    "import_wordpress": "1 post",
    "import_ghost": "1 post",
    "import_markdown": "2 posts",
    "restore": "all as they were",
}
"""What some of them say when they have done what the documents say they do."""


@pytest.fixture(scope="module")
def founded(tmp_path_factory) -> Path:
    """The data of a site that was founded and is not running."""
    data = tmp_path_factory.mktemp("founded")
    migrated = run("manage.py", "migrate", data_dir=data)
    assert migrated.returncode == 0, migrated.stderr
    return data


@pytest.fixture
def clone(founded, tmp_path, picture) -> Clone:
    """A clone with a site that was founded, and beside it what the documents import."""
    clone = Clone(tmp_path / "clone", {"PORT": str(free_port())})
    clone.begin_anew(founded)
    for place in ("wp-content/uploads/2015/06", "ghost/content/images/2020/01", "site/content/pictures"):
        (clone.folder / place).mkdir(parents=True)
        (clone.folder / place / "cat.jpg").write_bytes(picture())
    (clone.folder / "export.xml").write_text(wxr(item(1, "From WordPress", "<p>Hello.</p>")))
    (clone.folder / "export.json").write_text(json.dumps(export(ghost_post("p1", "From Ghost", "<p>Hello.</p>"))))
    (clone.folder / "site" / "content" / "hello.md").write_text(YAML)
    (clone.folder / "site" / "content" / "second.md").write_text(TOML)
    return clone


def commands(text: str, place: Path) -> list[str]:
    """The commands of a block, with folders from the root of the disk moved to a place of the test's."""
    lines = [bare(line) for line in text.replace("\\\n", " ").splitlines()]
    return [re.sub(r"(?<=[= ])/(?=\w)", f"{place}/", line) for line in lines if line and line not in ELSEWHERE]


@pytest.mark.only_on("sqlite")  # which is what a clone brings
class TestABlock:
    @pytest.mark.parametrize("name", [name for name in BLOCKS if name != PRODUCTION])
    def test_works_as_it_is_written(self, name, clone, founded):
        clone.variables["PYTEST_ADDOPTS"] = "--collect-only -q"  # the rest of those commands is the tests themselves
        (clone.folder.parent / "backups").mkdir()
        for command in commands(BLOCKS[name], clone.folder.parent):
            if "make restore" in command:  # into an empty place
                clone.begin_anew()
            if "import_site" in command:  # into an empty site
                clone.begin_anew(founded)
            if command == "make run":
                clone.serve(command, lambda said: "Inktree is running" in said)
                continue
            said = clone.type(command)
            assert [words for done, words in SAYS.items() if done in command and words not in said] == [], said

    def test_may_leave_out_targets_of_make_that_work_too(self, clone):
        said = {target: clone.type(f"make {target}") for target in ("help", "seed POSTS=40 BLOGS=2")}
        clone.variables["PYTEST_ADDOPTS"] = "--collect-only -q"  # what is collected is run by `make test`
        said |= {target: clone.type(f"make {target}") for target in ("e2e", "chaos")}
        assert "make run" in said["help"]
        assert "40 posts" in said["seed POSTS=40 BLOGS=2"], said
        assert "tests/e2e/test_author.py" in said["e2e"]
        assert "tests/faults/" in said["chaos"]

    def test_names_programs_that_are_known_here(self):
        lines = [line for text in BLOCKS.values() for line in commands(text, Path("/"))]
        assert {line.split()[0] for line in lines} == PROGRAMS

    def test_leaves_to_the_checks_what_they_do(self):
        assert {name.partition(":")[0] for name in BLOCKS} >= {"README.md", "CONTRIBUTING.md", "docs/operating.md"}
        done = (ROOT / ".ci" / "run").read_text().splitlines()
        assert {command for command, by in ELSEWHERE.items() if by.startswith("by .ci/run")} <= set(done)


@pytest.mark.only_on("postgresql")
@pytest.mark.needs("rabbitmq")
class TestProduction:
    @pytest.fixture
    def given(self, aws, tmp_path) -> Iterator[dict[str, str]]:
        """What an operator writes in place of the dots, or has in his environment."""
        with new_database() as database, running_rabbitmq() as rabbitmq:
            signing_key = keys.parse_signing_key(keys.make_signing_key())
            public = {keys.key_id(signing_key): keys.public_pem(signing_key)}
            yield {
                "DATABASE_URL": database,
                "SECRET_KEY": "a secret for the test of the documents' commands",
                "JWT_PRIVATE_KEY": keys.private_pem(signing_key),
                "JWT_PUBLIC_KEYS": json.dumps(public),
                "BROKER_URL": rabbitmq.url,
                "STATS_BROKER_URL": rabbitmq.url,
                "DYNAMODB_ENDPOINT_URL": aws.endpoint_url,
                "AWS_ACCESS_KEY_ID": aws.access_key,
                "AWS_SECRET_ACCESS_KEY": aws.secret_key,
                "AWS_REGION": aws.region,
                "STATS_TABLE": tmp_path.name,
                "PORT": str(free_port()),
                "STATS_PORT": str(free_port()),
            }

    def test_starts_as_it_is_written(self, given, tmp_path):
        clone = Clone(tmp_path / "clone", dict(given))
        export_line, *lines = commands(BLOCKS[PRODUCTION], tmp_path)
        variables = dict(word.split("=", 1) for word in export_line.removeprefix("export ").split())
        assert {name for name, value in variables.items() if "…" in value} <= set(given)
        clone.variables |= {name: value for name, value in variables.items() if "…" not in value}
        web, stats = (f"http://127.0.0.1:{given[name]}/healthz" for name in ("PORT", "STATS_PORT"))
        ready = {
            "make web": lambda said: status_of(web) == 200,
            "make beat": lambda said: "ticker" in said,
            "make worker": lambda said: " ready." in said,
            "make stats": lambda said: status_of(stats) == 200,
        }
        for line in lines:
            clone.serve(line, ready.pop(line)) if line in ready else clone.type(line)
        assert ready == {}
