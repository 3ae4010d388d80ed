"""What is found is what is there now, and nothing that the caller may not see is found or counted."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from blogs.models import BlogCard, PostCard
from core import clock
from core.models import Event
from core.outbox import deliver_due
from search import indexing, jobs
from search.models import BlogEntry, PostEntry, UserEntry
from search.patience import brief_search


def titles(reader, words="lighthouse"):
    posts = reader.get("search/", q=words, type="posts")
    seen = [post["title"] for post in posts["items"]]
    assert seen == [post["title"] for post in reader.get("search/", q=words)["posts"]]
    assert sum(tag["count"] for tag in posts["meta"]["tags"]) == len(seen)  # each has one tag
    return sorted(seen)


@pytest.fixture
def post(alice):
    return alice.write("Lighthouse", tags=["tag"])


class TestChanges:
    def test_are_found(self, alice, anyone, post):
        alice.patch(f"posts/{post['id']}/", json={"title": "Harbour", "markdown": "ships"})
        assert titles(anyone, "lighthouse") == []
        assert titles(anyone, "harbour") == titles(anyone, "ships") == ["Harbour"]

    def test_of_status_are_seen(self, alice, anyone, post):
        alice.post(f"posts/{post['id']}/unpublish/", 200)
        assert titles(anyone) == titles(alice) == []
        alice.post(f"posts/{post['id']}/publish/", 200)
        assert titles(anyone) == ["Lighthouse"]
        alice.delete(f"posts/{post['id']}/")
        assert titles(anyone) == []
        assert not PostEntry.objects.exists()

    def test_of_a_blog_are_seen_at_once(self, alice, anyone, bob, moderator, post):
        BlogCard.objects.filter(slug="alice").update(blocked_at=clock.now())
        assert titles(anyone) == titles(bob) == []
        assert titles(alice) == titles(moderator) == ["Lighthouse"]
        BlogCard.objects.filter(slug="alice").update(blocked_until=clock.now() - timedelta(seconds=1))
        assert titles(anyone) == ["Lighthouse"]
        alice.patch("blogs/alice/", json={"is_private": True})
        assert titles(anyone) == titles(bob) == []
        bob.put("blogs/alice/follow/")
        assert titles(bob) == []
        alice.post("blogs/alice/follow-requests/bob/accept/", 204)
        assert titles(bob) == titles(moderator) == ["Lighthouse"]

    def test_of_an_author_are_seen_at_once(self, alice, anyone, bob, post):
        User.objects.filter(username="alice").update(blocked_at=clock.now())
        assert titles(anyone) == titles(bob) == []

    def test_by_time_are_seen_at_once(self, alice, anyone, post):
        PostCard.objects.filter(pk=post["id"]).update(expire_at=clock.now() - timedelta(seconds=1))
        assert titles(anyone) == titles(alice) == []

    def test_in_the_admin_are_found(self, alice, anyone, post):
        from blogs.models import BlogPostPage

        page = BlogPostPage.objects.get(pk=post["id"])
        page.title = "Harbour"
        page.save_revision().publish()
        call_command("rebuild_search", "posts", "--missing", verbosity=0)
        indexing.POSTS.index([page.pk])
        assert titles(anyone, "harbour") == ["Harbour"]

    def test_of_posts_that_many_may_not_see_do_not_hide_the_others(self, alice, bob, anyone):
        alice.post("blogs/", json={"title": "Secret", "slug": "secret", "is_private": True})
        bob.write("Lighthouse 0", tags=["tag"])
        for number in range(1, 25):
            alice.write(f"Lighthouse {number}", blog="secret", tags=["tag"])
        assert titles(anyone) == ["Lighthouse 0"]
        assert anyone.get("search/", q="lighthouse", type="posts", limit=1)["meta"]["next"] is None


class TestIndex:
    def test_has_what_was_said_last_when_an_event_comes_late_or_twice(self, alice, anyone, post):
        alice.patch(f"posts/{post['id']}/", json={"title": "Harbour"})
        Event.objects.update(delivered_at=None, retry_at=clock.now())
        while deliver_due():
            pass
        assert titles(anyone, "harbour") == ["Harbour"]
        assert titles(anyone, "lighthouse") == []
        assert PostEntry.objects.count() == 1

    def test_is_written_anew_by_the_command(self, alice, anyone, post):
        for kind in (PostEntry, BlogEntry, UserEntry):
            kind.objects.all().delete()
        assert titles(anyone) == []
        call_command("rebuild_search", verbosity=0)
        assert titles(anyone) == ["Lighthouse"]
        assert anyone.get("search/", q="alice")["users"][0]["username"] == "alice"
        assert anyone.get("search/", q="alice")["blogs"][0]["slug"] == "alice"

    def test_loses_what_is_gone_by_the_command(self, alice, anyone, post):
        PostCard.objects.filter(pk=post["id"]).update(published_at=None)
        call_command("rebuild_search", verbosity=0)
        assert not PostEntry.objects.exists()

    def test_is_completed_by_the_ticker(self, alice, anyone, post):
        for kind in (PostEntry, BlogEntry, UserEntry):
            kind.objects.all().delete()
        jobs.complete_the_index()
        assert titles(anyone) == ["Lighthouse"]
        assert UserEntry.objects.count() == User.objects.filter(is_active=True).count()

    def test_takes_very_long_and_strange_texts(self, alice, anyone):
        words = " ".join(f"w{number}" for number in range(12_000))
        strange = f"{'x' * 3000} {'щ' * 3000} ' \\ : & | ! ( ) * @ ~ ^ = \U0001f600 \u200b \u202e {'😀' * 300}"
        alice.write("Lighthouse", tags=["tag"], markdown=f"{strange}\n\n{words}")
        assert titles(anyone, "lighthouse w5") == ["Lighthouse"]
        assert titles(anyone, "x" * 200) == ["Lighthouse"]

    def test_does_not_change_the_connection(self, db):
        from django.db import connection

        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                before = cursor.fetchone()
                with brief_search():
                    cursor.execute("SHOW statement_timeout")
                    assert cursor.fetchone() == ("2s",)
                cursor.execute("SHOW statement_timeout")
                assert cursor.fetchone() == before
