"""DATABASE_REPLICA_URL: what the anonymous read comes from the replica, unless that shows what is over."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cms import keys
from tests.deploy.callers import Caller
from tests.faults.programs import Program
from tests.house.commands import environment, run, wait_until
from tests.servers.ports import free_port
from tests.servers.replica import Pair, running_pair

pytestmark = pytest.mark.only_on("postgresql")


@dataclass
class Site:
    anyone: Caller
    alice: Caller
    databases: Pair

    def reads(self, side: str) -> int:
        """How many reads of the anonymous were answered from this database so far."""
        text = self.anyone.get("/metrics")["text"]
        found = re.search(rf'^inktree_public_reads_total{{side="{side}"}} (\S+)', text, re.MULTILINE)
        return int(float(found.group(1))) if found else 0

    def read_until_replica_answers(self, path: str) -> None:
        before = self.reads("replica")

        def has_answered() -> bool:
            time.sleep(0.3)  # longer than an answer is kept in memory
            self.anyone.get(path)
            return self.reads("replica") > before

        wait_until(has_answered, 30)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("replica")
    port = free_port()
    with running_pair() as databases:
        variables = {
            "DATABASE_URL": databases.primary_url,
            "DATABASE_REPLICA_URL": databases.replica_url,
            "SECRET_KEY": "a secret for the tests of replicas, long enough",
            "JWT_PRIVATE_KEY": keys.make_signing_key(),
            "PORT": str(port),
        }
        migrated = run("manage.py", "migrate", data_dir=folder, **variables)
        assert migrated.returncode == 0, migrated.stderr
        web = Program("-m", "cms.web", variables=environment(folder, **variables), log=folder / "web.log")
        anyone = Caller(f"http://127.0.0.1:{port}")
        web.start()
        try:
            wait_until(anyone.is_answered, 120)
            yield Site(anyone, anyone.register("alice"), databases)
        finally:
            web.kill()


class TestPublicReads:
    def test_come_from_the_replica_and_a_users_own_never(self, site: Site):
        post = site.alice.post("blogs/alice/posts/", {"title": "Of trees", "markdown": "Text", "status": "live"})
        for path in (f"posts/{post['id']}/", "feed/latest/", "posts/?blog=alice", "blogs/alice/", "blogs/"):
            site.read_until_replica_answers(path)
        before = site.reads("replica"), site.reads("primary")
        for path in (f"posts/{post['id']}/", "feed/latest/", "me/posts/"):
            site.alice.get(path)
        assert (site.reads("replica"), site.reads("primary")) == before

    def test_show_no_moment_that_is_over_while_the_replica_lags(self, site: Site):
        post = site.alice.post("blogs/alice/posts/", {"title": "First", "markdown": "Text", "status": "live"})
        path = f"posts/{post['id']}/"
        site.read_until_replica_answers(path)
        site.databases.hold_back()
        try:
            before = site.reads("replica")
            assert site.alice.ask("PATCH", path, {"title": "Second"})[0] == 200
            assert site.anyone.get(path)["title"] == "Second"
            other = site.alice.post("blogs/alice/posts/", {"title": "Other", "markdown": "Text", "status": "live"})
            assert site.anyone.get("feed/latest/")["items"][0]["id"] == other["id"]
            site.alice.post(f"{path}unpublish/", status=200)
            for _ in range(5):
                site.anyone.get(path, 404)
                assert post["id"] not in [item["id"] for item in site.anyone.get("posts/?blog=alice")["items"]]
                time.sleep(0.1)
            assert site.alice.ask("PATCH", "blogs/alice/", {"is_private": True})[0] == 200
            assert site.anyone.get("feed/latest/")["items"] == []
            assert site.anyone.get("blogs/alice/")["counts"] is None
            assert site.reads("replica") == before
        finally:
            site.databases.let_go()
        assert site.alice.ask("PATCH", "blogs/alice/", {"is_private": False})[0] == 200
        site.read_until_replica_answers("feed/latest/")

    def test_go_on_without_the_replica_and_return_to_it(self, site: Site):
        site.read_until_replica_answers("feed/latest/")
        site.databases.stop_replica()
        began, slowest = time.monotonic(), 0.0
        while time.monotonic() < began + 3:
            asked = time.monotonic()
            site.anyone.get("feed/latest/?limit=7")
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.05)
        assert slowest < 3
        site.databases.start_replica()
        site.read_until_replica_answers("feed/latest/")
