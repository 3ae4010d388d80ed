"""Many writers at once: nothing fails, nothing is lost, the tree stays whole."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections
from django.db.models.signals import pre_delete
from taggit.models import Tag
from wagtail.models import Page

from blogs.models import BlogCard, BlogPage, BlogPostPage, PostCard
from blogs.schedule import keep_schedule
from core.models import Event
from tests.blogs.test_admin_effects import Editor
from tests.blogs.test_publishing import FUTURE, YEARS, move_times
from tests.client import Api


def another(api: Api) -> Api:
    """The same caller in another thread."""
    return Api(api.username, api.password, api.tokens, api.me)


def assert_whole() -> None:
    assert not any(Page.find_problems())
    for card in BlogCard.objects.all():
        children = BlogPostPage.objects.filter(path__startswith=card.blog.path)
        assert card.post_count == children.live().count()
        assert card.blog.numchild == children.count()
        slugs = list(children.values_list("slug", flat=True))
        assert len(slugs) == len(set(slugs))


@pytest.mark.usefixtures("transactional_db")
class TestWriters:
    def test_eight_in_one_blog_lose_nothing(self, alice, at_once):
        def write(number: int):
            api = another(alice)
            return lambda: [api.write(f"Race {n}", tags=[f"new-{n}", "all"])["slug"] for n in range(3)]

        slugs = at_once(*(write(number) for number in range(8)))
        assert all(isinstance(found, list) for found in slugs), slugs
        assert len({slug for found in slugs for slug in found}) == 24
        assert PostCard.objects.filter(is_live=True).count() == 24
        assert Tag.objects.filter(name="all").count() == 1
        assert_whole()

    def test_twelve_with_one_slug_leave_one_post(self, alice, at_once):
        def write():
            api = another(alice)
            return lambda: api.call("POST", "blogs/alice/posts/", json={"title": "x", "slug": "mine"}).status_code

        statuses = at_once(*(write() for _ in range(12)))
        assert sorted(map(str, statuses)) == ["201"] + ["400"] * 11
        assert_whole()

    def test_adding_and_deleting_in_two_blogs_keep_the_tree_whole(self, alice, bob, at_once):
        def work(owner: Api):
            api = another(owner)

            def run():
                done = []
                for number in range(5):
                    done.append(api.write(f"Post {number}")["id"])
                    if number % 2:
                        api.delete(f"posts/{done.pop(0)}/")
                return len(done)

            return run

        results = at_once(*(work(owner) for owner in (alice, bob) for _ in range(3)))
        assert results == [3] * 6
        assert_whole()

    def test_of_a_blog_that_is_deleted_leave_no_orphan(self, alice, at_once):
        blog = alice.post("blogs/", json={"title": "Short lived"})["slug"]
        api = another(alice)

        def write():
            writer = another(alice)
            return lambda: (
                writer.call("POST", f"blogs/{blog}/posts/", json={"title": "x", "status": "live"}).status_code
            )

        results = at_once(lambda: api.call("DELETE", f"blogs/{blog}/").status_code, *(write() for _ in range(5)))
        assert results[0] == 204
        assert set(results[1:]) <= {201, 404}
        assert BlogPostPage.objects.count() == PostCard.objects.count() == 0
        assert_whole()

    @pytest.mark.only_on("postgresql")  # SQLite lets one write at a time
    @pytest.mark.parametrize(
        ("door", "method", "path", "body"),
        [
            ("the API", "PUT", "posts/{}/like/", None),
            ("the API", "POST", "posts/{}/comments/", {"body": "Wait!"}),
            ("the API", "PUT", "posts/{}/report/", {"reason": "spam"}),
            ("the API", "POST", "posts/{}/view/", None),
            ("its blog in the API", "POST", "posts/{}/comments/", {"body": "Wait!"}),
            ("the admin", "POST", "posts/{}/view/", None),
            ("the admin's list", "PUT", "posts/{}/report/", {"reason": "spam"}),
            ("its blog in the admin", "POST", "posts/{}/comments/", {"body": "Wait!"}),
        ],
    )
    def test_of_what_is_deleted_come_too_late(self, alice, bob, door, method, path, body):
        blog = alice.post("blogs/", json={"title": "Short lived"})["slug"]
        post = alice.write("Short lived", blog=blog)["id"]
        doors = {
            "the API": lambda: alice.delete(f"posts/{post}/"),
            "the admin": lambda: Editor("alice").send(f"{post}/delete/", {}),
            "the admin's list": lambda: Editor("alice").delete_in_bulk(post),
            "its blog in the API": lambda: alice.delete(f"blogs/{blog}/"),
            "its blog in the admin": lambda: Editor("alice").send(f"{BlogPage.objects.get(slug=blog).pk}/delete/", {}),
        }
        answers = []

        def come_in_between(**facts):
            late.start()
            late.join(0.5)  # it waits for the deletion, which cannot wait for it

        def act():
            try:
                answers.append(bob.call(method, path.format(post), **({"json": body} if body else {})).status_code)
            finally:
                connections.close_all()

        late = threading.Thread(target=act)
        pre_delete.connect(come_in_between, sender=PostCard)
        try:
            doors[door]()
        finally:
            pre_delete.disconnect(come_in_between, sender=PostCard)
        late.join(10)
        assert answers == [404]
        assert_whole()

    def test_of_one_post_each_build_on_the_other(self, alice, at_once):
        post = alice.write("Shared")["id"]
        changes = [{"title": "New title"}, {"intro": "New intro"}, {"tags": ["new"]}, {"markdown": "New body"}]
        at_once(
            *(
                (lambda api, change: lambda: api.patch(f"posts/{post}/", json=change))(another(alice), c)
                for c in changes
            )
        )
        seen = alice.get(f"posts/{post}/")
        assert (seen["title"], seen["intro"], seen["tags"]) == ("New title", "New intro", ["new"])
        assert "New body" in seen["body"][0]["value"]

    def test_of_every_kind_never_block_each_other_for_good(self, alice, at_once):
        post = alice.write("Contested")["id"]
        editor = Editor("alice")

        def call(method: str, path: str = "", **body):
            api = another(alice)
            return lambda: [api.call(method, f"posts/{post}/{path}", json=body).status_code for _ in range(4)]

        results = at_once(
            call("PATCH", slug="one"),
            call("PATCH", slug="two", status="draft"),
            call("POST", "publish/"),
            call("POST", "unpublish/"),
            call("PATCH", publish_at=FUTURE),
            lambda: [keep_schedule() for _ in range(4)],
            lambda: [another(alice).write("Contested", slug=slug)["slug"] for slug in ("three", "four")],
            lambda: time.sleep(0.5) or editor.client.post(f"/admin/pages/{post}/delete/").status_code,
        )
        assert not [found for found in results if isinstance(found, Exception)], results
        statuses = {status for found in results[:5] for status in found}
        assert statuses <= {200, 404}, results
        assert results[7] == 302
        assert_whole()

    def test_of_blogs_with_one_slug_leave_one(self, alice, bob, at_once):
        def begin(owner: Api):
            api = another(owner)
            return lambda: api.call("POST", "blogs/", json={"title": "x", "slug": "wanted"}).status_code

        statuses = at_once(*(begin(owner) for owner in (alice, bob) for _ in range(3)))
        assert sorted(map(str, statuses)) == ["201"] + ["400"] * 5
        assert_whole()


@pytest.mark.usefixtures("transactional_db")
class TestSchedule:
    def test_run_four_times_at_once_publishes_once(self, alice, at_once):
        posts = [alice.write(f"Later {n}", publish_at=FUTURE)["id"] for n in range(3)]
        for id in posts:
            move_times(id, go_live_at=YEARS)
        assert at_once(*[keep_schedule] * 4) == [None] * 4
        for id in posts:
            assert Event.objects.filter(kind="post.published", payload__post=id).count() == 1
        assert PostCard.objects.filter(is_live=True).count() == 3
        assert_whole()

    def test_run_four_times_at_once_expires_once(self, alice, at_once):
        post = alice.write("Short", expire_at=FUTURE)["id"]
        move_times(post, expire_at=YEARS)
        assert at_once(*[keep_schedule] * 4) == [None] * 4
        assert Event.objects.filter(kind="post.unpublished", payload__post=post).count() == 1
        assert threading.active_count() < 50
