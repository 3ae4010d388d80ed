"""What a page of the admin costs does not depend on how many authors there are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

MOST = 40


@pytest.fixture
def queries(author):
    def queries(path: str) -> int:
        author.client.get(path, follow=True)
        with CaptureQueriesContext(connection) as captured:
            assert author.client.get(path, follow=True).status_code == 200
        return len(captured)

    return queries


class TestPagesOfAnAuthor:
    def test_cost_the_same_with_many_other_authors(self, author, register, queries, picture):
        for number in range(3):
            author.write(title=f"Own {number}")
        author.api.upload(picture())
        post = author.api.get("me/posts/")["items"][0]["id"]
        paths = (
            "/admin/",
            "/admin/comments/",
            "/admin/documents/",
            f"/admin/pages/{post}/edit/",
            f"/admin/pages/{post}/history/",
            f"/admin/pages/{post}/delete/",
            f"/admin/pages/{author.blog.pk}/edit/",
            "/admin/account/",
            "/admin/choose-page/search/?q=Own",
            f"/admin/pages/{author.blog.pk}/",
            "/admin/pages/search/?q=Own",
            "/admin/images/",
            "/admin/choose-page/",
            "/admin/images/chooser/",
            f"/admin/pages/add/blogs/blogpostpage/{author.blog.pk}/",
            f"/admin/api/main/pages/?child_of={author.blog.pk}&for_explorer=1",
        )
        before = {path: queries(path) for path in paths}
        for number in range(15):
            other = register(f"other{number}")
            other.write("Theirs")
        after = {path: queries(path) for path in before}
        assert after == before
        assert max(after.values()) <= MOST, after

    def test_do_not_grow_with_ones_own_posts(self, author, queries):
        author.write(title="Own 0")
        few = queries(f"/admin/pages/{author.blog.pk}/")
        for number in range(1, 8):
            author.write(title=f"Own {number}")
        assert queries(f"/admin/pages/{author.blog.pk}/") <= few + 2
