"""Lists of posts: their order, pages, filters and prices."""

from __future__ import annotations

import pytest

from tests.client import is_error


def ids(answer) -> list[int]:
    return [item["id"] for item in answer["items"]]


@pytest.fixture
def posts(alice) -> list[int]:
    """Seven posts of Alice's, oldest first."""
    return [alice.write(f"Post {number}")["id"] for number in range(7)]


class TestLatestFeed:
    def test_is_newest_first_over_all_authors(self, alice, bob, anyone):
        made = [writer.write("Hello")["id"] for writer in (alice, bob, alice)]
        assert ids(anyone.get("feed/latest/")) == made[::-1]

    def test_shows_cards_without_bodies(self, alice, anyone):
        alice.write("Hello", tags=["Sea"], intro="By the sea")
        [card] = anyone.get("feed/latest/")["items"]
        assert "body" not in card
        assert card["blog"] == {"slug": "alice", "title": card["blog"]["title"], "avatar": None}
        assert card["author"] == {"username": "alice", "name": "Alice Adams", "avatar": None}
        assert (card["tags"], card["intro"], card["status"], card["liked"]) == (["Sea"], "By the sea", "live", None)
        assert card["counts"] == {"likes": 0, "comments": 0, "replies": 0}
        assert card["url"].endswith(f"/alice/{card['slug']}/")

    def test_shows_nothing_private_even_to_its_owner(self, alice, anyone):
        alice.write("Hidden")
        alice.patch("blogs/alice/", json={"is_private": True})
        assert ids(anyone.get("feed/latest/")) == ids(alice.get("feed/latest/")) == []

    def test_an_empty_feed_has_no_neighbours(self, anyone):
        assert anyone.get("feed/latest/") == {"meta": {"next": None, "previous": None}, "items": []}


class TestPages:
    def test_next_leads_through_everything_once(self, posts, anyone):
        answer, seen = anyone.get("feed/latest/", limit=3), []
        while True:
            seen += ids(answer)
            if not answer["meta"]["next"]:
                break
            answer = anyone.get(answer["meta"]["next"])
        assert seen == posts[::-1]

    def test_previous_leads_back_to_the_beginning(self, posts, anyone):
        first = anyone.get("feed/latest/", limit=3)
        second = anyone.get(first["meta"]["next"])
        back = anyone.get(second["meta"]["previous"])
        assert ids(back) == ids(first)
        assert back["meta"]["previous"] is None

    def test_a_page_stays_where_it_is_while_posts_arrive_before_it(self, posts, alice, anyone):
        following = anyone.get("feed/latest/", limit=3)["meta"]["next"]
        alice.write("Arrived meanwhile")
        assert ids(anyone.get(following)) == posts[::-1][3:6]

    def test_a_post_made_private_is_on_no_later_page(self, posts, alice, anyone):
        following = anyone.get("feed/latest/", limit=3)["meta"]["next"]
        alice.patch("blogs/alice/", json={"is_private": True})
        assert ids(anyone.get(following)) == []

    @pytest.mark.parametrize("order", ["newest", "oldest", "popular"])
    def test_every_order_can_be_walked_both_ways(self, posts, anyone, order):
        pages = [anyone.get("posts/", order=order, limit=3)]
        while pages[-1]["meta"]["next"]:
            pages.append(anyone.get(pages[-1]["meta"]["next"]))
        assert sorted(pk for page in pages for pk in ids(page)) == posts
        assert ids(anyone.get(pages[2]["meta"]["previous"])) == ids(pages[1])

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0", "limit=101", "limit=-1", "limit=x", "limit=1e3", "limit=１", "limit=", "cursor=", "cursor=AAAA",
            "cursor=%00", "cursor=%F0%9F%92%A9", "cursor=" + "A" * 8000, "order=evil", "order=", "unknown=1",
            "limit=2&limit=3", "blog=%00", "blog=", "published_after=yesterday",
            "published_after=0001-01-01T00:00:00%2B14:00", "published_before=2026-02-30", "author__email=x", "page=2",
        ],
    )  # fmt: skip
    def test_bad_parameters_are_refused(self, anyone, query):
        is_error(anyone.call("GET", f"posts/?{query}"), 400)

    def test_a_changed_or_borrowed_cursor_is_refused(self, posts, anyone):
        cursor = anyone.get("posts/", limit=3)["meta"]["next"].split("cursor=")[1].split("&")[0]
        flipped = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
        is_error(anyone.call("GET", f"posts/?cursor={flipped}"), 400, attr="cursor")
        is_error(anyone.call("GET", f"feed/latest/?cursor={cursor}"), 400, attr="cursor")
        is_error(anyone.call("GET", f"posts/?cursor={cursor}&blog=alice"), 400, attr="cursor")


class TestFilters:
    def test_by_blog_author_tag_and_time(self, alice, bob, anyone):
        mine = alice.write("Mine", tags=["Море"], published_at="2020-05-05T12:00:00Z")["id"]
        bob.write("Other")
        for query in ({"blog": "alice"}, {"author": "ALICE"}, {"tag": "море"}, {"published_before": "2021-01-01"}):
            assert ids(anyone.get("posts/", **query)) == [mine], query
        assert ids(anyone.get("posts/", blog="alice", published_after="2021-01-01T00:00:00Z")) == []

    def test_what_nobody_has_gives_an_empty_list(self, anyone):
        assert ids(anyone.get("posts/", blog="nowhere")) == []


class TestMyPosts:
    def test_lists_own_posts_in_every_status_last_edited_first(self, alice):
        live, draft = alice.write("Live")["id"], alice.write("Draft", status="draft")["id"]
        later = alice.write("Later", publish_at="2099-01-01T00:00:00Z")["id"]
        alice.patch(f"posts/{live}/", json={"title": "Edited"})
        assert ids(alice.get("me/posts/")) == [live, later, draft]
        for status, expected in (("live", [live]), ("draft", [draft]), ("scheduled", [later]), ("expired", [])):
            assert ids(alice.get("me/posts/", status=status)) == expected

    def test_is_for_those_who_signed_in(self, anyone):
        is_error(anyone.call("GET", "me/posts/"), 401)


class TestPrice:
    """Queries: a list costs 1, whoever asks, no more with more posts or private blogs."""

    @pytest.mark.parametrize("path", ["feed/latest/", "posts/", "posts/?blog=alice", "posts/?order=popular", "blogs/"])
    def test_a_list_costs_one_query(self, path, posts, anyone, django_assert_num_queries):
        with django_assert_num_queries(1):
            anyone.get(path)

    @pytest.mark.parametrize("path", ["feed/latest/", "posts/", "blogs/"])
    def test_no_more_for_somebody_who_signed_in(self, path, posts, bob, django_assert_num_queries):
        with django_assert_num_queries(1):
            bob.get(path)

    def test_no_more_for_the_author_of_what_he_lists(self, posts, alice, django_assert_num_queries):
        with django_assert_num_queries(1):
            alice.get("me/posts/")

    def test_one_more_for_him_where_it_is_empty(self, bob, django_assert_num_queries):
        bob.get("me/posts/")
        with django_assert_num_queries(2):
            assert bob.get("me/posts/")["items"] == []

    def test_a_post_costs_one_query(self, posts, anyone, bob, django_assert_num_queries):
        with django_assert_num_queries(1):
            anyone.get(f"posts/{posts[0]}/")
        with django_assert_num_queries(1):
            bob.get(f"posts/{posts[0]}/")

    def test_an_answer_kept_in_memory_costs_the_check_of_its_version(self, posts, anyone, django_assert_num_queries):
        anyone.get("feed/latest/")
        with django_assert_num_queries(1) as queries:
            anyone.get("feed/latest/")
        assert "postcard" not in queries[0]["sql"].lower()
