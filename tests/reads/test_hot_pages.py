"""Hot pages are sent before Django is asked, and say what Django would say."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import pytest
from prometheus_client import REGISTRY

from api.hot_pages import HotPages
from blogs.models import PostCard
from core import clock


@pytest.fixture
def server(transactional_db, monkeypatch) -> httpx.Client:
    """The application as the server calls it."""
    from cms.wsgi import application

    monkeypatch.setattr(HotPages, "LIFETIME", 60)
    with httpx.Client(transport=httpx.WSGITransport(application), base_url="http://testserver/api/v2/") as client:
        yield client


@pytest.fixture
def no_django(server, monkeypatch):
    """From when it is called, what is not answered from the hot pages fails."""

    def no_django() -> None:
        def fail(environ, start_response):
            raise AssertionError("Django was asked")

        monkeypatch.setattr("cms.wsgi.django", fail)

    return no_django


PATHS = ["feed/latest/", "posts/?limit=1", "posts/{id}/"]


COUNTED = {"method": "GET", "route": "api/v2/feed/latest/", "status": "200"}


class TestAHotPage:
    @pytest.mark.parametrize("path", PATHS)
    def test_is_sent_again_without_django(self, server, no_django, alice, path):
        path = path.format(id=alice.write("Заголовок")["id"])
        first = server.get(path)
        no_django()
        second = server.get(path)
        assert (second.status_code, second.content) == (200, first.content)
        own = {"x-request-id"}
        assert {k: v for k, v in first.headers.items() if k not in own} == {
            k: v for k, v in second.headers.items() if k not in own
        }
        assert first.headers["x-request-id"] != second.headers["x-request-id"]

    def test_is_counted_like_any_other_answer(self, server, no_django, alice):
        def counted() -> float:
            return REGISTRY.get_sample_value("inktree_http_requests_total", COUNTED) or 0

        alice.write()
        server.get("feed/latest/")
        before = counted()
        no_django()
        server.get("feed/latest/")
        assert counted() == before + 1

    def test_has_the_callers_request_id_if_it_is_sane(self, server, no_django, alice):
        alice.write()
        server.get("feed/latest/")
        no_django()
        assert server.get("feed/latest/", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
        assert len(server.get("feed/latest/", headers={"X-Request-ID": "not sane"}).headers["x-request-id"]) == 32

    def test_is_304_for_who_has_it(self, server, no_django, alice):
        alice.write()
        etag = server.get("feed/latest/").headers["etag"]
        no_django()
        answer = server.get("feed/latest/", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
        assert answer.headers["cache-control"] == "public, no-cache"
        assert "content-type" not in answer.headers

    def test_is_made_anew_after_any_change(self, server, alice, bob):
        post = alice.write("Before")["id"]
        path = f"posts/{post}/"
        assert server.get(path).json()["title"] == "Before"
        alice.patch(path, json={"title": "After"})
        assert server.get(path).json()["title"] == "After"
        bob.put(f"{path}like/")
        assert server.get(path).json()["counts"]["likes"] == 1
        alice.post(f"{path}unpublish/", 200)
        assert server.get(path).status_code == 404

    def test_is_gone_the_moment_it_expires(self, server, alice):
        post = alice.write()["id"]
        PostCard.objects.filter(pk=post).update(expire_at=clock.now() + timedelta(seconds=0.5))
        assert server.get(f"posts/{post}/").status_code == 200
        time.sleep(0.6)
        assert server.get(f"posts/{post}/").status_code == 404


class TestWhoIsNotAnsweredFromIt:
    def test_someone_signed_in(self, server, alice):
        post = alice.write()["id"]
        assert server.get(f"posts/{post}/").json()["liked"] is None
        headers = {"Authorization": f"Bearer {alice.tokens['access']}"}
        answer = server.get(f"posts/{post}/", headers=headers)
        assert answer.json()["liked"] is False
        assert server.get(f"posts/{post}/", headers={"Authorization": "Bearer nonsense"}).status_code == 401
        assert server.get(f"posts/{post}/").json()["liked"] is None

    def test_a_host_that_is_not_ours(self, server, alice):
        alice.write()
        server.get("feed/latest/")
        assert server.get("feed/latest/", headers={"Host": "evil.example"}).status_code == 400

    def test_another_query_or_method(self, server, alice):
        alice.write()
        server.get("feed/latest/")
        assert server.get("feed/latest/?limit=101").status_code == 400
        assert server.get("feed/latest/?x=1").status_code == 400
        assert server.post("feed/latest/").status_code == 405

    def test_someone_whom_the_database_cannot_answer(self, server, alice, monkeypatch):
        alice.write()
        server.get("feed/latest/")
        from django.db import OperationalError

        def fail():
            raise OperationalError("gone")

        monkeypatch.setattr("blogs.reads.version", fail)
        answer = server.get("feed/latest/")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
