"""`GET blogs/{slug}/stats/`, with the statistics embedded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from blogs.models import BlogCard
from core import clock, limits, statistics
from core.models import Event
from social.models import Reading, Salt
from social.views import forget_readers
from stats.store.base import StoreDown
from tests.client import is_error

NOTHING = {"posts": 0, "followers": 0, "likes": 0, "comments": 0, "replies": 0, "views": 0}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"


def look(reader, post: dict, agent: str = BROWSER) -> None:
    reader.post(f"posts/{post['id']}/view/", 202, headers={"User-Agent": agent})


def totals(api) -> dict:
    return api.get(f"blogs/{api.blog}/stats/")["totals"]


@pytest.fixture
def busy(alice, bob, charlie, anyone) -> dict:
    """A post of Alice's with which much happened; some of it was taken back."""
    post, other = alice.write("First"), alice.write("Second")
    alice.write("A draft", status="draft")
    for reader in (bob, charlie):
        reader.put(f"posts/{post['id']}/like/")
        reader.put(f"blogs/{alice.blog}/follow/")
        look(reader, post)
    look(anyone, post)
    look(anyone, other)
    charlie.delete(f"posts/{post['id']}/like/")
    charlie.delete(f"blogs/{alice.blog}/follow/")
    comment = bob.post(f"posts/{post['id']}/comments/", json={"body": "One"})
    bob.post(f"posts/{post['id']}/comments/", json={"body": "Two"})
    bob.delete(f"comments/{comment['id']}/")
    bob.write("An answer", reply_to=post["id"])
    return post


class TestFigures:
    def test_are_those_of_the_rows(self, alice, busy):
        found = alice.get(f"blogs/{alice.blog}/stats/")
        assert found["totals"] == {"posts": 2, "followers": 1, "likes": 1, "comments": 1, "replies": 1, "views": 4}
        today = clock.now().date()
        assert [day["date"] for day in found["days"]] == [str(today - timedelta(days=n)) for n in range(29, -1, -1)]
        assert found["days"][-1] == {"date": str(today), **found["totals"]}
        assert all(day == {"date": day["date"], **NOTHING} for day in found["days"][:-1])
        assert found["top_posts"][0] == {"id": busy["id"], "views": 3, "likes": 1, "comments": 1, "replies": 1}
        assert [post["views"] for post in found["top_posts"]] == [3, 1]

    def test_follow_what_is_unpublished_and_deleted(self, alice, bob, busy):
        alice.post(f"posts/{busy['id']}/unpublish/", 200)
        assert totals(alice)["posts"] == 1
        alice.post(f"posts/{busy['id']}/publish/", 200)
        assert totals(alice)["posts"] == 2
        alice.delete(f"posts/{busy['id']}/")
        assert totals(alice) == {**NOTHING, "posts": 1, "followers": 1, "views": 1}

    def test_lose_the_readers_who_leave(self, alice, bob, busy):
        bob.post("me/delete/", 204, json={"password": bob.password})
        assert totals(alice) == {**NOTHING, "posts": 2, "views": 4}

    def test_know_followers_of_a_private_blog_once_they_are_accepted(self, alice, bob):
        alice.patch(f"blogs/{alice.blog}/", json={"is_private": True})
        bob.put(f"blogs/{alice.blog}/follow/")
        assert totals(alice)["followers"] == 0
        alice.post(f"blogs/{alice.blog}/follow-requests/bob/accept/", 204)
        assert totals(alice)["followers"] == 1

    def test_put_a_backdated_post_on_its_day(self, alice):
        alice.write(published_at="2020-02-29T12:00:00Z")
        days = alice.get(f"blogs/{alice.blog}/stats/", **{"from": "2020-02-28", "to": "2020-03-01"})["days"]
        assert [(day["date"], day["posts"]) for day in days] == [
            ("2020-02-28", 0),
            ("2020-02-29", 1),
            ("2020-03-01", 0),
        ]

    def test_hide_with_a_blog_that_is_unpublished_and_come_back_with_it(self, alice):
        alice.write()
        page = BlogCard.objects.get(slug=alice.blog).blog
        page.unpublish()
        assert totals(alice)["posts"] == 0
        page.refresh_from_db()
        page.save_revision().publish()
        assert totals(alice)["posts"] == 1

    def test_count_no_private_reply_from_elsewhere(self, alice, bob):
        post = alice.write()["id"]
        bob.post("blogs/", json={"title": "Den", "slug": "den", "is_private": True})
        bob.write(blog="den", reply_to=post)
        assert totals(alice)["replies"] == 0
        bob.patch("blogs/den/", json={"is_private": False})
        assert totals(alice)["replies"] == 1
        bob.patch("blogs/den/", json={"is_private": True})
        assert totals(alice)["replies"] == 0

    def test_as_a_table(self, alice, busy):
        for asked in ({"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
            response = alice.call("GET", f"blogs/{alice.blog}/stats/", expect=200, **asked)
            assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
            lines = response.content.decode().splitlines()
            assert lines[0] == "date,posts,followers,likes,comments,replies,views"
            assert lines[-1] == f"{clock.now().date()},2,1,1,1,1,4"
            assert len(lines) == 31


class TestPeriod:
    def test_is_what_is_asked_for(self, alice):
        for query, length in (
            ({"from": "2026-01-01", "to": "2026-01-01"}, 1),
            ({"from": "2024-01-01", "to": "2024-12-31"}, 366),
            ({"to": "2024-03-01"}, 30),
            ({"from": "9999-12-31", "to": "9999-12-31"}, 1),
            ({"from": str(clock.now().date())}, 1),
        ):
            assert len(alice.get(f"blogs/{alice.blog}/stats/", **query)["days"]) == length

    @pytest.mark.parametrize(
        ("query", "attr"),
        [
            ({"from": "2026-02-30"}, "from"),
            ({"from": "0000-01-01"}, "from"),
            ({"from": "20260101"}, "from"),
            ({"from": "2026-W01-1"}, "from"),
            ({"from": "yesterday"}, "from"),
            ({"from": ""}, "from"),
            ({"from": "٢٠٢٦-٠١-٠١"}, "from"),
            ({"to": "10000-01-01"}, "to"),
            ({"to": "0001-01-01"}, "to"),
            ({"to": "2026-01-01\x00"}, "to"),
            ({"from": "2026-01-02", "to": "2026-01-01"}, "from"),
            ({"from": "2020-01-01", "to": "2026-01-01"}, "from"),
            ({"format": "xml"}, "format"),
            ({"since": "2026-01-01"}, "since"),
        ],
    )
    def test_is_refused_where_it_is_none(self, alice, query, attr):
        response = alice.call("GET", f"blogs/{alice.blog}/stats/", params=query)
        is_error(response, 400, attr=attr)


class TestWhoMaySeeThem:
    def test_the_owner_and_admins(self, alice, bob, moderator, admin, anyone):
        path = f"blogs/{alice.blog}/stats/"
        admin.get(path, 200)
        for other in (bob, moderator):
            is_error(other.call("GET", path), 403)
        is_error(anyone.call("GET", path), 401)
        is_error(anyone.call("GET", "blogs/nobody/stats/"), 401)
        is_error(bob.call("GET", "blogs/nobody/stats/"), 404)

    def test_an_old_slug_leads_to_the_new_one(self, alice):
        old = alice.blog
        alice.patch(f"blogs/{old}/", json={"slug": "renamed"})
        response = alice.call("GET", f"blogs/{old}/stats/", params={"from": "2026-01-01"})
        assert response.status_code == 308
        assert response.headers["Location"].endswith("/blogs/renamed/stats/?from=2026-01-01")

    def test_nobody_keeps_the_answer(self, alice):
        response = alice.call("GET", f"blogs/{alice.blog}/stats/")
        assert "no-store" in response.headers["Cache-Control"]


class TestView:
    def test_counts_once_for_a_reader_a_post_and_a_day(self, alice, bob, anyone):
        post, other = alice.write("One"), alice.write("Two")
        for _ in range(3):
            look(anyone, post)
            look(bob, post)
        look(anyone, post, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1")
        look(anyone, other)
        assert totals(alice)["views"] == 4

    def test_counts_anew_on_the_next_day(self, alice, anyone, monkeypatch):
        post = alice.write()
        look(anyone, post)
        tomorrow = clock.now() + timedelta(days=1)
        with monkeypatch.context() as later:
            later.setattr(clock, "now", lambda: tomorrow)
            look(anyone, post)
        found = alice.get(f"blogs/{alice.blog}/stats/", to=str(tomorrow.date()))
        assert [day["views"] for day in found["days"][-2:]] == [1, 1]

    @pytest.mark.parametrize(
        "agent",
        [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36",
        ],
    )
    def test_by_a_crawler_is_taken_and_not_counted(self, alice, anyone, agent):
        look(anyone, alice.write(), agent)
        assert totals(alice)["views"] == 0

    def test_of_what_one_may_not_see_is_404_as_if_it_were_not(self, alice, bob, anyone):
        draft = alice.write(status="draft")
        missing = is_error(anyone.call("POST", "posts/999999/view/"), 404)
        for reader in (anyone, bob):
            assert is_error(reader.call("POST", f"posts/{draft['id']}/view/"), 404) == missing
        is_error(anyone.call("POST", "posts/x/view/"), 404)

    def test_takes_any_body_from_any_site_and_sets_no_cookie(self, alice, anyone):
        post = alice.write()
        for kind in ("text/plain;charset=UTF-8", "application/json", "image/png", "application/x-www-form-urlencoded"):
            response = anyone.call(
                "POST",
                f"posts/{post['id']}/view/",
                expect=202,
                data=b"\x00{not json",
                content_type=kind,
                headers={"Origin": "https://elsewhere.example"},
            )
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in response.headers
            assert response.content == b""
            assert not response.cookies
        asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
        response = anyone.call("OPTIONS", f"posts/{post['id']}/view/", expect=204, headers=asked)
        assert "POST" in response.headers["Access-Control-Allow-Methods"]

    def test_leaves_nothing_of_the_reader_behind_when_the_day_is_over(self, alice, anyone, monkeypatch):
        look(anyone, alice.write())
        assert (Reading.objects.count(), Salt.objects.count()) == (1, 1)
        tomorrow = clock.now() + timedelta(days=1)
        with monkeypatch.context() as later:
            later.setattr(clock, "now", lambda: tomorrow)
            forget_readers()
        assert (Reading.objects.count(), Salt.objects.count()) == (0, 0)
        assert totals(alice)["views"] == 1

    def test_costs_few_queries_and_none_when_repeated(self, alice, anyone, django_assert_max_num_queries):
        post = alice.write()
        look(alice, post)
        with django_assert_max_num_queries(9):  # savepoints of the test's transaction are among them
            look(anyone, post)
        with django_assert_max_num_queries(1):
            look(anyone, post)

    def test_is_limited(self, alice, anyone, settings, monkeypatch):
        settings.RATE_LIMITS = True
        monkeypatch.setitem(limits.RATES, "view", "2/minute")
        limits._rates.cache_clear()
        post = alice.write()
        statuses = [anyone.call("POST", f"posts/{post['id']}/view/").status_code for _ in range(3)]
        limits._rates.cache_clear()
        assert statuses == [202, 202, 429]


class TestStoreThatIsDown:
    def test_fails_no_other_call_and_loses_nothing(self, alice, bob, anyone, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr("api.statistics._embedded", _down)
            post = alice.write()
            bob.put(f"posts/{post['id']}/like/")
            look(anyone, post)
            statistics.tell_waiting()
            response = alice.call("GET", f"blogs/{alice.blog}/stats/")
            is_error(response, 503, "statistics_unavailable")
            assert response.headers["Retry-After"]
        assert totals(alice) == {**NOTHING, "posts": 1, "likes": 1, "views": 1}
        assert not Event.objects.filter(tell_at__isnull=False).exists()


def _down(path):
    raise StoreDown("a test")


class TestRebuilding:
    def test_gives_what_live_counting_gave(self, store, alice, bob, busy, capsys, monkeypatch):
        monkeypatch.setattr("api.statistics._embedded", lambda path: store)
        alice.post(f"posts/{busy['id']}/unpublish/", 200)
        alice.patch(f"blogs/{alice.blog}/", json={"slug": "renamed"})
        alice.write(blog="renamed", published_at="2020-02-29T12:00:00Z")
        users = User.objects.filter(username__in=["alice", "bob", "charlie"])
        places = [f"blog:{card.pk}" for card in BlogCard.objects.filter(owner__in=users)] + ["all"]
        statistics.catch_up()
        live = {place: (store.total(place), store.counts_by_day(place)) for place in places}
        call_command("rebuild_stats")
        assert "rows counted" in capsys.readouterr().out
        for place in places:
            assert store.total(place) == live[place][0]
            days = store.counts_by_day(place)
            assert days == {day: counts for day, counts in live[place][1].items() if any(counts.values())}

    def test_is_followed_by_what_happens_next(self, alice, bob, busy):
        before = alice.get(f"blogs/{alice.blog}/stats/")
        call_command("rebuild_stats")
        assert alice.get(f"blogs/{alice.blog}/stats/") == before
        bob.delete(f"posts/{busy['id']}/like/")
        assert totals(alice) == {**before["totals"], "likes": 0}
        assert date.fromisoformat(before["days"][0]["date"])


class TestAddressOfTheService:
    def test_answers_where_the_statistics_are_embedded(self, alice, bob, anyone):
        found = alice.get(f"/stats/blogs/{alice.blog}/")
        assert found == alice.get(f"blogs/{alice.blog}/stats/")
        is_error(bob.call("GET", f"/stats/blogs/{alice.blog}/"), 403)
        is_error(anyone.call("GET", f"/stats/blogs/{alice.blog}/"), 401)
        alice.patch(f"blogs/{alice.blog}/", json={"slug": "renamed"})
        moved = alice.call("GET", f"/stats/blogs/{alice.blog}/")
        assert (moved.status_code, moved.headers["Location"].endswith("/stats/blogs/renamed/")) == (308, True)
