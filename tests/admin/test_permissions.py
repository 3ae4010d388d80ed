"""Who may do what with which page, asked of Wagtail's own permission testers and policies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.move_page import MovePageAction
from wagtail.models import GroupPagePermission, Page
from wagtail.permissions import policy_registry

from accounts.models import User
from blogs.models import BlogCard, BlogIndexPage, BlogPage, BlogPostPage
from core import clock
from home.models import HomePage

ACTIONS = (
    "add_subpage", "edit", "delete", "unpublish", "publish", "publish_subpage", "move", "copy", "set_view_restrictions",
    "lock", "reorder_children",
)  # fmt: skip


def may(user: User, page: Page) -> set[str]:
    tester = page.permissions_for_user(User.objects.get(pk=user.pk))
    return {action for action in ACTIONS if getattr(tester, f"can_{action}")()}


@pytest.fixture
def user(db):
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def pages(alice, bob):
    live, draft = alice.write("Live"), alice.write("Draft", status="draft")
    return {
        "home": HomePage.objects.get(),
        "index": BlogIndexPage.objects.get(),
        "blog": BlogPage.objects.get(slug=alice.blog),
        "live": BlogPostPage.objects.get(pk=live["id"]),
        "draft": BlogPostPage.objects.get(pk=draft["id"]),
        "other": BlogPage.objects.get(slug=bob.blog),
    }


OWNER = {
    "home": set(),
    "index": {"add_subpage", "publish_subpage"},
    "blog": {"add_subpage", "edit", "delete", "publish", "publish_subpage"},
    "live": {"edit", "delete", "unpublish", "publish"},
    "draft": {"edit", "delete", "publish"},
    "other": set(),
}
STRANGER = {"home": set(), "index": OWNER["index"], "blog": set(), "live": set(), "draft": set()}
MODERATOR = {"home": set(), "index": OWNER["index"], "blog": {"publish_subpage"}, "live": {"delete", "publish"}}


class TestWhoMay:
    @pytest.mark.parametrize("name", OWNER)
    def test_as_owner(self, pages, user, name):
        assert may(user("alice"), pages[name]) == OWNER[name]

    @pytest.mark.parametrize("name", STRANGER)
    def test_as_stranger(self, pages, user, name):
        assert may(user("bob"), pages[name]) == STRANGER[name]

    @pytest.mark.parametrize("name", MODERATOR)
    def test_as_moderator(self, pages, moderator, user, name):
        assert may(user("mona"), pages[name]) == MODERATOR[name]

    def test_nobody_moves_or_copies_or_hides_a_page(self, pages, user, admin):
        for page in pages.values():
            assert not may(user("admin"), page) & {"move", "copy", "set_view_restrictions", "reorder_children"}

    def test_nobody_deletes_the_structure(self, pages, user, admin):
        for name in ("home", "index"):
            assert not may(user("admin"), pages[name]) & {"delete", "unpublish"}

    def test_a_blocked_user_may_nothing(self, pages, user):
        User.objects.filter(username="alice").update(blocked_at=clock.now())
        assert not any(may(user("alice"), page) for page in pages.values())

    def test_the_owner_of_a_blocked_blog_only_looks(self, pages, user, enter, alice):
        BlogCard.objects.filter(slug="alice").update(blocked_at=clock.now())
        assert not any(may(user("alice"), pages[name]) for name in ("blog", "live", "draft"))
        author = enter(alice)
        assert b"Draft" in author.get(f"/admin/pages/{pages['blog'].pk}/").content
        author.get(f"/admin/pages/{pages['draft'].pk}/edit/", 404)

    def test_a_block_that_is_over_is_none(self, pages, user):
        BlogCard.objects.filter(slug="alice").update(
            blocked_at=clock.now() - timedelta(hours=2), blocked_until=clock.now() - timedelta(hours=1)
        )
        assert may(user("alice"), pages["live"]) == OWNER["live"]

    def test_review_takes_publishing_away_from_posts_only(self, pages, user, settings):
        settings.POSTS_REQUIRE_REVIEW = True
        assert may(user("alice"), pages["live"]) == {"edit", "delete"}
        assert may(user("alice"), pages["blog"]) == {"add_subpage", "edit", "delete", "publish"}

    def test_no_group_has_rows_for_authors(self, pages):
        authors = Group.objects.get(name="Authors")
        assert not GroupPagePermission.objects.filter(group=authors).exists()
        assert Group.objects.count() == 2


class TestWagtailsActions:
    def test_refuse_to_move_or_copy_even_within_ones_own(self, pages, user, alice):
        second = alice.post("blogs/", json={"title": "Second", "slug": "second"})
        target = BlogPage.objects.get(slug=second["slug"])
        for place in (target, pages["other"]):
            with pytest.raises((PermissionError, PermissionDenied)):
                MovePageAction(pages["live"], place, pos="last-child", user=user("alice")).execute()
            with pytest.raises((PermissionError, PermissionDenied)):
                CopyPageAction(pages["live"], to=place, user=user("alice")).execute()


class TestThePolicy:
    def test_names_the_owner_among_those_who_may(self, pages, user):
        policy = policy_registry.get_by_type(Page)
        able = policy.users_with_any_permission_for_instance({"change"}, pages["live"])
        assert set(able.values_list("username", flat=True)) == {"alice", "admin"}

    def test_shows_moderators_what_is_live_or_in_review_and_no_drafts(self, pages, moderator, user, alice):
        alice.post(f"posts/{alice.write('Submitted', status='draft')['id']}/submit/", 200)
        seen = policy_registry.get_by_type(Page).explorable_instances(user("mona"))
        posts = BlogPostPage.objects.filter(pk__in=seen.values("pk"))
        assert set(posts.values_list("title", flat=True)) == {"Live", "Submitted"}

    def test_shows_everybody_only_his_own_images(self, alice, bob, picture, user):
        from media.models import Image

        for api in (alice, bob):
            api.upload(picture(), title=api.username)
        policy = policy_registry.get_by_type(Image)
        for action in ("change", "delete", "choose"):
            found = policy.instances_user_has_permission_for(user("alice"), action)
            assert list(found.values_list("title", flat=True)) == ["alice"]
