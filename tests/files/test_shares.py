"""Share links: a random address under which anybody gets a file, until it is revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

from django.test import Client

from accounts.models import User
from core import clock
from media.models import File
from tests.files.storage import stored_keys

ADDRESS = re.compile(r"http://testserver/s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/")


def share(api, file) -> str:
    return api.put(f"files/{file['id']}/share/")["share_url"]


class TestAShareLink:
    def test_gives_anybody_the_bytes_under_the_original_name(self, storage, alice, anyone, keep, fetch):
        file = keep(alice, b"For all.", "Für alle.txt")
        link = share(alice, file)
        assert ADDRESS.fullmatch(link)
        answer = fetch(anyone, link)
        assert answer.content == b"For all."
        assert "F%C3%BCr%20alle.txt" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert File.objects.get().last_downloaded_at

    def test_says_nothing_of_user_folder_or_name(self, alice, anyone, keep):
        file = keep(alice)
        link = share(alice, file)
        [key] = stored_keys()
        answer = anyone.call("GET", link)
        shown = f"{link} {answer.headers}"
        assert not any(word in shown for word in ("alice", *key.split("/")))

    def test_is_kept_until_it_is_revoked_and_then_a_new_one(self, alice, anyone, keep):
        file = keep(alice)
        first = share(alice, file)
        assert share(alice, file) == first == alice.get(f"files/{file['id']}/")["share_url"]
        alice.delete(f"files/{file['id']}/share/")
        alice.delete(f"files/{file['id']}/share/")
        assert anyone.call("GET", first).status_code == 404
        assert alice.get(f"files/{file['id']}/")["share_url"] is None
        second = share(alice, file)
        assert second != first
        assert anyone.call("GET", first).status_code == 404
        assert anyone.call("GET", second).status_code == 200

    def test_leads_nowhere_while_its_owner_is_blocked(self, alice, anyone, keep):
        link = share(alice, keep(alice))
        owner, now = User.objects.filter(username="alice"), clock.now()
        for until, status in [(None, 404), (now + timedelta(hours=1), 404), (now - timedelta(seconds=1), 200)]:
            owner.update(blocked_at=now - timedelta(days=1), blocked_until=until)
            assert anyone.call("GET", link).status_code == status, until

    def test_leads_nowhere_when_the_account_is_gone(self, alice, anyone, keep):
        link = share(alice, keep(alice))
        alice.delete("me/", json={"password": alice.password})
        assert anyone.call("GET", link).status_code == 404

    def test_obeys_ranges_and_conditions(self, alice, anyone, keep, fetch):
        link = share(alice, keep(alice, b"0123456789"))
        assert fetch(anyone, link, Range="bytes=2-4").content == b"234"
        File.objects.update(last_downloaded_at=None)
        head = fetch(anyone, link, method="HEAD")
        assert head.headers["Content-Length"] == "10"
        assert fetch(anyone, link, If_None_Match=head.headers["ETag"]).status_code == 304
        assert File.objects.get().last_downloaded_at is None

    def test_is_not_for_search_engines_or_shared_caches(self, alice, anyone, keep):
        headers = anyone.call("GET", share(alice, keep(alice))).headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["Referrer-Policy"] == "no-referrer"

    def test_is_only_read(self, alice, anyone, keep):
        link = share(alice, keep(alice))
        browser = Client(enforce_csrf_checks=True)
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert browser.generic(method, link).status_code == 405
        assert File.objects.get().share_id

    def test_that_never_was_is_like_one_that_is_no_more(self, alice, anyone, keep):
        file = keep(alice)
        link = share(alice, file)
        alice.delete(f"files/{file['id']}/share/")
        gone = anyone.call("GET", link)
        never = anyone.call("GET", f"/s/{uuid4()}/")
        assert gone.status_code == never.status_code == 404
        assert gone.content == never.content
        for odd in ("x", "1", "'", "%00", str(uuid4()).upper(), uuid4().hex):
            assert anyone.call("GET", f"/s/{odd}/").status_code == 404, odd

    def test_is_one_however_many_ask_for_it_at_once(self, transactional_db, alice, keep, at_once):
        file = keep(alice)
        links = at_once(*[lambda: share(alice, file)] * 8)
        assert len(set(links)) == 1, links
