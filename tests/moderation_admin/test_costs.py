"""What the moderators' pages cost, with ten thousand authors beside."""

from __future__ import annotations

import time

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry, PageLogEntry

from accounts.models import User
from blogs.models import BlogCard, PostCard
from core import clock
from members.seeding.filling import Seeding
from moderation.models import Report
from social.models import Comment
from tests.moderation_admin.conftest import act

MOST = 40
AUTHORS = 10_000
EACH = 400
LISTS = tuple(f"/admin/moderation/{name}/" for name in ("reports", "reviews", "comments", "blogs", "users", "blocks"))


def fill() -> None:
    """Ten thousand authors, and hundreds of whatever the lists show."""
    User.objects.bulk_create(
        User(username=f"author{number}", email=f"author{number}@example.com", password="!") for number in range(AUTHORS)
    )
    seeding = Seeding(posts=EACH, blogs=EACH)
    seeding.register_authors()
    seeding.found_blogs()
    seeding.write_posts(images=[], progress=lambda number: None)
    users = list(User.objects.filter(username__startswith="seed-").order_by("pk")[:EACH])
    posts = list(PostCard.objects.filter(is_live=True).only("pk", "author_id")[:EACH])
    Comment.objects.bulk_create(
        Comment(post_id=post.pk, author=users[place % len(users)], body=f"Remark {place}")
        for place, post in enumerate(posts)
    )
    Report.objects.bulk_create(
        Report(about=f"post:{post.pk}", post_id=post.pk, author_id=post.author_id, reporter=reporter, reason="spam")
        for place, post in enumerate(posts)
        for reporter in users[place % 390 : place % 390 + 2]
    )
    now, kind = clock.now(), ContentType.objects.get_for_model(User)
    User.objects.filter(pk__in=[user.pk for user in users]).update(blocked_at=now)
    said = {"action": "moderation.block", "timestamp": now, "data": {"reason": "Spam", "until": None}}
    ModelLogEntry.objects.bulk_create(
        ModelLogEntry(object_id=str(user.pk), content_type=kind, label=user.username, user=user, **said)
        for user in users
    )
    page = ContentType.objects.get_for_model(BlogCard._meta.get_field("blog").related_model)
    PageLogEntry.objects.bulk_create(
        PageLogEntry(page_id=blog, content_type=page, label="Blog", user=users[0], **said)
        for blog in BlogCard.objects.values_list("pk", flat=True)[:EACH]
    )


class TestPagesOfAModerator:
    @pytest.fixture
    def busy(self, reviewer, chief, reported, remark, alice, bob):
        alice.put(f"comments/{remark['id']}/report/", json={"reason": "abuse"})
        for number in range(3):
            post = alice.write(f"Waiting {number}", status="draft")
            alice.post(f"posts/{post['id']}/submit/", 200)
            bob.post(f"posts/{remark['post']}/comments/", json={"body": f"Word {number}"})
        act(reviewer, "blogs/blogcard/block", BlogCard.objects.get(slug="bob").pk, term="7", reason="Spam")
        chief.api.put("users/charlie/block/", json={"until": None, "reason": "Spam"})

    def costs(self, somebody, paths) -> dict[str, int]:
        found = {}
        for path in paths:
            somebody.client.get(path, follow=True)
            with CaptureQueriesContext(connection) as captured:
                assert somebody.client.get(path, follow=True).status_code == 200, path
            found[path] = len(captured)
        return found

    def test_cost_the_same_with_ten_thousand_authors(self, reviewer, chief, busy):
        bob = User.objects.get(username="bob").pk
        report = Report.objects.latest("pk").pk
        blog = BlogCard.objects.get(slug="alice").pk
        paths = [
            "/admin/",
            *LISTS,
            "/admin/reports/site-history/",
            f"/admin/moderation/users/{bob}/",
            f"/admin/moderation/blogs/{blog}/",
            f"/admin/moderation/reports/{report}/",
            "/admin/moderation/users/?q=bob&role=user&block=free&ordering=name",
            "/admin/moderation/comments/?author=bob&q=word&state=there",
            "/admin/moderation/reports/?reason=spam&author=bob&status=any&ordering=-times",
            "/admin/moderation/blocks/?state=now&kind=users",
            f"/admin/bulk/accounts/user/block/?id={bob}",
            f"/admin/pages/{blog}/",
            f"/admin/pages/{BlogCard.objects.get(slug='alice').blog.get_parent().pk}/",
        ]
        asked = [
            (reviewer, [path for path in paths if "accounts/user" not in path]),
            (chief, [*paths, "/admin/users/"]),
        ]
        before = [self.costs(somebody, some) for somebody, some in asked]
        fill()
        began = time.monotonic()
        after = [self.costs(somebody, some) for somebody, some in asked]
        took = time.monotonic() - began
        for few, many in zip(before, after, strict=True):
            for path, count in many.items():
                assert count <= MOST, (path, count)
                assert count <= few[path] + 2, (path, few[path], count)
        assert took < 4 * sum(len(some) for some in after)  # each is asked for twice

    def test_do_not_grow_with_the_rows_of_an_export(self, reviewer, busy, alice, remark):
        def cost() -> int:
            with CaptureQueriesContext(connection) as captured:
                answer = reviewer.client.get("/admin/moderation/comments/?export=csv")
                assert b"Rude words" in b"".join(answer.streaming_content)
            return len(captured)

        few = cost()
        post = PostCard.objects.get(pk=remark["post"])
        Comment.objects.bulk_create(Comment(post=post, body=f"Remark {number}") for number in range(400))
        assert cost() == few
