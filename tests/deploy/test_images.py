"""What the images are made of, as far as that can be seen without making them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from packaging.requirements import Requirement
from packaging.version import Version

from cms import keys
from tests.house.commands import ROOT, environment

LOCKS = ["requirements", "stats/requirements"]


def locked(path: Path) -> dict[str, Version]:
    """The packages of a lock with their versions; each has its hashes."""
    text = path.read_text().replace("\\\n", " ")
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        assert "--hash=sha256:" in line, line
        assert "://" not in line
        name, version = re.match(r"([A-Za-z0-9._-]+)==(\S+)", line).groups()
        found[_plain(name)] = Version(version)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class TestTheLock:
    @pytest.mark.parametrize("name", LOCKS)
    def test_has_every_package_that_is_asked_for_in_a_version_that_suits(self, name):
        versions = locked(ROOT / f"{name}.lock")
        lines = [line.partition("#")[0].strip() for line in (ROOT / f"{name}.txt").read_text().splitlines()]
        wanted = []
        for line in filter(None, lines):
            if line.startswith("-r "):
                included = (ROOT / name).parent / line[3:]
                wanted += [text for text in included.read_text().splitlines() if text and not text.startswith("#")]
            else:
                wanted.append(line)
        for requirement in map(Requirement, wanted):
            assert versions[_plain(requirement.name)] in requirement.specifier, f"{requirement}: run `make lock`"


class TestTheImage:
    def test_has_every_room(self):
        let_in = set(re.findall(r"^!([a-z]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
        rooms = {app.name.partition(".")[0] for app in apps.get_app_configs() if Path(app.path).is_relative_to(ROOT)}
        own = {room for room in rooms if (ROOT / room / "__init__.py").is_file()} - {"tests"}
        assert own | {"cms", "stats", "templates", "deploy"} <= let_in


class TestEveryImageFromElsewhere:
    def test_is_named_by_version_and_digest(self):
        arguments = [
            line.partition("=")[2]
            for name in ("Dockerfile", "stats.Dockerfile")
            for line in (ROOT / "deploy" / name).read_text().splitlines()
            if line.startswith("ARG ")
        ]
        services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
        images = arguments + [service["image"] for service in services if "build" not in service]
        assert len(images) == 8
        for image in images:
            assert re.fullmatch(r"[a-z/-]+:[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}", image), image


class TestTheEnvironment:
    @pytest.fixture
    def made(self, tmp_path) -> dict[str, str]:
        from dotenv import dotenv_values

        ended = subprocess.run(
            [sys.executable, ROOT / "deploy" / "make_env.py"], capture_output=True, text=True, check=True
        )
        (tmp_path / "env").write_text(ended.stdout)
        return dotenv_values(tmp_path / "env")

    def test_is_made_with_a_key_that_is_known_by_its_name(self, made):
        key = keys.parse_signing_key(made["JWT_PRIVATE_KEY"])
        assert json.loads(made["JWT_PUBLIC_KEYS"]) == {keys.key_id(key): keys.public_pem(key).strip()}
        assert set(keys.parse_public_keys(made["JWT_PUBLIC_KEYS"])) == {keys.key_id(key)}

    def test_has_all_that_the_containers_insist_on(self, made):
        text = (ROOT / "docker-compose.yml").read_text()
        assert set(re.findall(r"\$\{([A-Z0-9_]+):\?", text)) <= set(made)

    def test_reaches_the_containers_under_names_that_are_read(self):
        services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
        names = {line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line}
        assert set(services["web-1"]["environment"]) <= names
        for service in services.values():
            assert "healthcheck" in service or "build" in service  # the images of ours have theirs inside


class TestTheEntrypoint:
    @pytest.mark.parametrize("role", ["web", "worker", "beat", "migrate"])
    def test_starts_nothing_that_would_make_secrets_of_its_own(self, role, tmp_path):
        ended = subprocess.run(
            [ROOT / "deploy" / "entrypoint.sh", role],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (1, "inktree: Environment variable SECRET_KEY not set\n")

    def test_runs_commands(self, tmp_path):
        python = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
        ended = subprocess.run(
            [ROOT / "deploy" / "entrypoint.sh", "ticker", "--list"],
            env=environment(tmp_path) | python,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert "core.outbox" in ended.stdout


class TestCreateBucket:
    def test_makes_a_bucket_whose_pictures_everybody_reads(self, aws, settings, capsys):
        from urllib.error import HTTPError
        from urllib.request import urlopen

        from django.core.management import call_command

        from cms.settings.storage import s3_storages

        settings.S3_BUCKET = "inktree-made-by-command"
        settings.STORAGES = settings.STORAGES | s3_storages(
            bucket=settings.S3_BUCKET,
            endpoint_url=aws.endpoint_url,
            access_key=aws.access_key,
            secret_key=aws.secret_key,
            region=aws.region,
        )
        call_command("create_bucket")
        call_command("create_bucket")
        assert capsys.readouterr().out.splitlines() == [
            "Made the bucket inktree-made-by-command.",
            "The bucket inktree-made-by-command is there.",
        ]
        s3 = aws.client("s3")
        for key in ("media/a.txt", "files/b.txt"):
            s3.put_object(Bucket=settings.S3_BUCKET, Key=key, Body=b"bytes")
        address = f"{aws.endpoint_url}/{settings.S3_BUCKET}"
        assert urlopen(f"{address}/media/a.txt", timeout=5).read() == b"bytes"
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{address}/files/b.txt", timeout=5)
        assert refused.value.code == 403
