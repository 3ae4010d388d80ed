"""Two web processes, a worker, the ticker and the statistics service behind nginx, with all that they may be given.

Each is stopped and started again, and the web processes are killed, while people read and write. Nothing that was
acknowledged is lost, nothing that may be asked twice fails, and what one process refuses the other refuses as well.
"""

from __future__ import annotations

import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.deploy.callers import PASSWORD, Caller, Upload
from tests.deploy.several import People, Site, running_site, status_of
from tests.house.commands import wait_until
from tests.servers.s3 import Aws

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.needs("rabbitmq", "nginx")]

KILL_SHOWS_FOR = 3.0


@pytest.fixture(scope="module")
def site(aws: Aws, tmp_path_factory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("several"), aws) as site:
        yield site


class TestRestartsUnderLoad:
    def test_lose_nothing_and_fail_nothing_that_can_be_asked_twice(self, site: Site):
        crowd = [People(site.anyone.register(name), name) for name in ("alice", "bob")]
        for people in crowd:
            people.start()
        time.sleep(2)
        for name in ("web-1", "web-2", "worker", "beat", "stats"):
            site.restart(name)
        site.redis.stop()
        time.sleep(1)
        site.redis.start()
        kills = []
        for name in ("web-1", "web-2"):
            kills.append(time.monotonic())
            site.restart(name, kill=True)
        time.sleep(1)
        for people in crowd:
            people.enough.set()
        for people in crowd:
            people.join(60)

        answers = sorted(answer for people in crowd for answer in people.answers)
        failed = [one for one in answers if (one.status == 0 or one.status >= 500) and "static" not in one.path]
        excused = [
            one
            for one in failed
            if one.method in ("POST", "PATCH") and any(0 <= one.at - kill < KILL_SHOWS_FOR for kill in kills)
        ]
        print(f"\n{len(answers)} answers, {len(failed)} failed, {len(excused)} of them at a kill: {failed[:5]}")
        assert len(answers) > 300
        assert failed == excused
        for people in crowd:
            mine = {post["id"]: post for post in people.caller.get_all(f"posts/?blog={people.blog}&limit=100")}
            assert {pk: mine[pk]["title"] for pk in people.published if pk in mine} == people.published
            assert all(mine[pk]["liked"] for pk in people.liked)


class TestAllProcesses:
    def test_count_limits_together(self, site: Site):
        author, reader = site.anyone.register("carol"), site.anyone.register("dave")
        post = author.post("blogs/carol/posts/", {"title": "A post", "markdown": "Text", "status": "live"})["id"]
        statuses = [reader.ask("POST", f"posts/{post}/comments/", {"body": f"No. {n}"})[0] for n in range(26)]
        assert statuses.count(201) == 20
        assert set(statuses[20:]) == {429}
        for web in site.webs.values():
            assert Caller(web, reader.token).ask("POST", f"posts/{post}/comments/", {"body": "More"})[0] == 429

    def test_refuse_at_once_what_one_of_them_revoked(self, site: Site):
        site.anyone.register("erin")
        sent = {"username": "erin", "password": PASSWORD}
        one, other = site.webs.values()
        for first, second in ((one, other), (other, one)):
            tokens = Caller(first).post("auth/token/", sent, status=200)
            signed_in = [Caller(web, tokens["access"]) for web in (first, second)]
            assert [caller.ask("GET", "me/")[0] for caller in signed_in] == [200, 200]
            assert Caller(first).ask("POST", "auth/logout/", {"refresh": tokens["refresh"]})[0] == 204
            assert [caller.ask("GET", "me/")[0] for caller in signed_in] == [401, 401]

    def test_show_nothing_that_another_has_hidden(self, site: Site):
        author = site.anyone.register("frank")
        one, other = site.webs.values()
        for first, second in ((one, other), (other, one)):
            writer = Caller(first, author.token)
            post = writer.post("blogs/frank/posts/", {"title": "Here", "markdown": "Text", "status": "live"})["id"]
            reader = Caller(second)
            assert reader.get("feed/latest/")["items"][0]["id"] == post
            writer.post(f"posts/{post}/unpublish/", status=200)
            reader.get(f"posts/{post}/", 404)
            assert post not in [item["id"] for item in reader.get("feed/latest/")["items"]]


class TestTheOneOrigin:
    def test_gives_pictures_and_files_from_the_store(self, site: Site, picture):
        author = site.anyone.register("grace")
        image = author.post("users/grace/images/", Upload("photo.jpg", picture(400, 300)))
        address = image["url"].replace("http://127.0.0.1:8080", site.url)
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert len(answer.read()) > 100
        file = author.post("files/", Upload("notes.txt", b"my notes"))
        request = urllib.request.Request(f"{site.url}/api/v2/files/{file['id']}/download/")
        request.add_header("Authorization", f"Bearer {author.token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert "/signed-files/" in answer.url
            assert answer.read() == b"my notes"
            assert "notes.txt" in answer.headers["Content-Disposition"]
        unsigned = re.sub(r"\?.*", "", answer.url)
        assert status_of(unsigned) in (400, 403)

    def test_gives_the_statistics(self, site: Site):
        author = site.anyone.register("heidi")
        author.post("blogs/heidi/posts/", {"title": "Counted", "markdown": "Text", "status": "live"})
        wait_until(lambda: author.ask("GET", "/stats/blogs/heidi/")[1].get("totals", {}).get("posts") == 1, 60)
        assert site.anyone.ask("GET", "/stats/blogs/heidi/")[0] == 401

    def test_keeps_what_is_not_for_strangers_and_what_is_too_large(self, site: Site):
        assert status_of(f"{site.url}/metrics") == 404
        assert status_of(f"{site.url}/healthz") == 200
        assert status_of(f"{site.url}/readyz") == 200
        with socket.create_connection(urlsplit(site.url).netloc.split(":"), timeout=10) as line:
            line.sendall(b"POST /api/v2/auth/token/ HTTP/1.1\r\nHost: a\r\nContent-Length: 7340032\r\n\r\n")
            assert line.recv(200).startswith(b"HTTP/1.1 413 ")

    def test_serves_static_files_for_good(self, site: Site):
        page = urllib.request.urlopen(f"{site.url}/", timeout=10).read().decode()
        style = re.search(r'href="(/static/home/reader\.[0-9a-f]+\.css)"', page).group(1)
        with urllib.request.urlopen(site.url + style, timeout=10) as answer:
            assert "immutable" in answer.headers["Cache-Control"]
