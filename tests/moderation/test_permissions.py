"""The permission matrix: who may do what to which thing, every cell with the status it is answered with.

The columns are the anonymous, a stranger, a follower (also of the private blog), the owner of the thing (of what is
blocked: its blocked owner), a moderator and an admin. `None` is a cell that says nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.moderation.stage import LATER, Stage, set_stage

COLUMNS = ("anyone", "stranger", "follower", "owner", "moderator", "admin")
ALL = (200,) * 6
SIGNED_IN = (401, *(200,) * 5)
MEMBERS_204 = (401, *(204,) * 5)
OWNER = (401, 403, 403, 200, 403, 403)
ADMIN = (401, 403, 403, 403, 403, 200)
MODERATOR = (401, 403, 403, 403, 200, 200)
OWN_DRAFT = (404, 404, 404, 200, 404, 404)
CHANGE_DRAFT = (401, 404, 404, 200, 404, 404)
OF_BLOCKED = (401, 404, 404, 403, 403, 403)
BLOCK = {"until": LATER, "reason": "Ads."}
FOR_GOOD = {"until": None, "reason": "Ads."}
PICTURE = {"files": [("file", ("a.txt", b"no picture"))]}
"""Refused with 400 by whoever may upload, which tells it from 403 and 404 at a smaller price than a picture."""


def but(statuses: tuple, **changed) -> tuple:
    """The same row with some cells changed."""
    return tuple(changed.get(column, status) for column, status in zip(COLUMNS, statuses, strict=True))


def answered(status: int, statuses: tuple) -> tuple:
    """The same row for a call that succeeds with another status than 200."""
    return tuple(status if cell == 200 else cell for cell in statuses)


ROWS = [
    # Accounts
    ("GET", "me/", SIGNED_IN),
    ("PATCH", "me/", SIGNED_IN, {"name": "New"}),
    ("GET", "me/sessions/", SIGNED_IN),
    ("DELETE", "me/sessions/999999/", (401, *(404,) * 5)),
    ("POST", "me/delete/", (401, *(400,) * 5), {"password": "wrong"}),
    ("GET", "me/notifications/", SIGNED_IN),
    ("POST", "me/notifications/read/", MEMBERS_204, {"all": True}),
    ("GET", "me/posts/", SIGNED_IN),
    ("GET", "me/likes/", SIGNED_IN),
    ("GET", "me/following/", SIGNED_IN),
    ("DELETE", "me/avatar/", MEMBERS_204),
    ("GET", "users/", SIGNED_IN),
    ("GET", "users/alice/", ALL),
    ("GET", "users/banned/", (404, 404, 404, 404, 200, 200)),
    ("GET", "users/nobody/", (404,) * 6),
    ("PATCH", "users/vic/", ADMIN, {"role": "moderator"}),
    ("PATCH", "users/banned/", (401, 404, 404, 404, 403, 200), {"role": "user"}),
    ("PATCH", "users/nobody/", (401, *(404,) * 5), {"role": "user"}),
    ("DELETE", "users/vic/", answered(204, ADMIN)),
    ("DELETE", "users/banned/", (401, 404, 404, 404, 403, 204)),
    ("PUT", "users/vic/block/", ADMIN, BLOCK),
    ("PUT", "users/vic/block/", ADMIN, FOR_GOOD),
    ("PUT", "users/vic/block/", (401, 403, 403, 403, 403, 400), {}),
    ("PUT", "users/banned/block/", (401, 404, 404, 404, 403, 200), BLOCK),
    ("PUT", "users/mona/block/", ADMIN, BLOCK),
    ("PUT", "users/admin/block/", (401, *(403,) * 5), BLOCK),
    ("PUT", "users/nobody/block/", (401, *(404,) * 5), BLOCK),
    ("DELETE", "users/vic/block/", answered(204, ADMIN)),
    ("DELETE", "users/banned/block/", (401, 404, 404, 404, 403, 204)),
    # Blogs
    ("GET", "blogs/", ALL),
    ("POST", "blogs/", answered(201, SIGNED_IN), {"title": "New"}),
    ("GET", "blogs/alice/", ALL),
    ("GET", "blogs/garden/", ALL),
    ("GET", "blogs/dora/", (404, 404, 404, 200, 200, 200)),
    ("GET", "blogs/banned/", (404, 404, 404, 404, 200, 200)),
    ("PATCH", "blogs/alice/", OWNER, {"title": "New"}),
    ("PATCH", "blogs/garden/", OWNER, {"is_private": False}),
    ("PATCH", "blogs/dora/", OF_BLOCKED, {"title": "New"}),
    ("DELETE", "blogs/alice/", (401, 403, 403, 204, 403, 204)),
    ("DELETE", "blogs/garden/", (401, 403, 403, 204, 403, 204)),
    ("DELETE", "blogs/dora/", (401, 404, 404, 403, 403, 204)),
    ("DELETE", "blogs/alice/avatar/", answered(204, OWNER)),
    ("DELETE", "blogs/dora/avatar/", OF_BLOCKED),
    ("PUT", "blogs/alice/avatar/", answered(400, OWNER), PICTURE),
    ("PUT", "blogs/alice/follow/", but(SIGNED_IN, owner=400)),
    ("PUT", "blogs/garden/follow/", but(SIGNED_IN, owner=400)),
    ("PUT", "blogs/dora/follow/", (401, 404, 404, 400, None, None)),
    ("DELETE", "blogs/alice/follow/", MEMBERS_204),
    ("DELETE", "blogs/dora/follow/", (401, 404, 404, None, None, None)),
    ("GET", "blogs/alice/followers/", OWNER),
    ("GET", "blogs/garden/followers/", OWNER),
    ("GET", "blogs/dora/followers/", (401, 404, 404, 200, 403, 403)),
    ("DELETE", "blogs/alice/followers/bob/", answered(204, OWNER)),
    ("DELETE", "blogs/dora/followers/bob/", OF_BLOCKED),
    ("GET", "blogs/garden/follow-requests/", OWNER),
    ("GET", "blogs/dora/follow-requests/", (401, 404, 404, 200, 403, 403)),
    ("POST", "blogs/garden/follow-requests/pat/accept/", answered(204, OWNER)),
    ("POST", "blogs/garden/follow-requests/pat/reject/", answered(204, OWNER)),
    ("POST", "blogs/garden/follow-requests/accept-all/", OWNER),
    ("POST", "blogs/garden/follow-requests/reject-all/", OWNER),
    ("POST", "blogs/dora/follow-requests/accept-all/", OF_BLOCKED),
    ("PUT", "blogs/alice/block/", MODERATOR, BLOCK),
    ("PUT", "blogs/alice/block/", ADMIN, FOR_GOOD),
    ("PUT", "blogs/alice/block/", (401, 403, 403, 403, 400, 400), {}),
    ("PUT", "blogs/garden/block/", MODERATOR, BLOCK),
    ("PUT", "blogs/dora/block/", (401, 404, 404, 403, 200, 200), BLOCK),
    ("PUT", "blogs/mona/block/", ADMIN, BLOCK),
    ("PUT", "blogs/nothing/block/", (401, *(404,) * 5), BLOCK),
    ("DELETE", "blogs/alice/block/", answered(204, MODERATOR)),
    ("DELETE", "blogs/dora/block/", (401, 404, 404, 403, 204, 204)),
    ("GET", "blogs/alice/stats/", (401, 403, 403, 200, 403, 200)),
    ("GET", "blogs/garden/stats/", (401, 403, 403, 200, 403, 200)),
    ("GET", "blogs/dora/stats/", (401, 404, 404, 200, 403, 200)),
    ("PUT", "blogs/dora/feed-link/", (401, 404, 404, None, None, None)),
    # Posts
    ("GET", "posts/", ALL),
    ("GET", "feed/latest/", ALL),
    ("GET", "feed/home/", SIGNED_IN),
    ("GET", "sync/", ALL),
    ("GET", "search/?q=public", ALL),
    ("GET", "preview/?token=none", (404,) * 6),
    ("GET", "posts/{public}/", ALL),
    ("GET", "posts/{private}/", (404, 404, 200, 200, 200, 200)),
    ("GET", "posts/{draft}/", OWN_DRAFT),
    ("GET", "posts/{scheduled}/", OWN_DRAFT),
    ("GET", "posts/{expired}/", OWN_DRAFT),
    ("GET", "posts/{review}/", (404, 404, 404, 200, 200, 200)),
    ("GET", "posts/{blocked}/", (404, 404, 404, 200, 200, 200)),
    ("GET", "blogs/alice/posts/public/", ALL),
    ("GET", "blogs/alice/posts/draft/", OWN_DRAFT),
    ("GET", "blogs/garden/posts/private/", (404, 404, 200, 200, 200, 200)),
    ("POST", "blogs/alice/posts/", answered(201, OWNER), {"title": "New"}),
    ("POST", "blogs/garden/posts/", answered(201, OWNER), {"title": "New"}),
    ("POST", "blogs/dora/posts/", OF_BLOCKED, {"title": "New"}),
    ("PATCH", "posts/{public}/", OWNER, {"title": "New"}),
    ("PATCH", "posts/{private}/", (401, 404, 403, 200, 403, 403), {"title": "New"}),
    ("PATCH", "posts/{draft}/", CHANGE_DRAFT, {"title": "New"}),
    ("PATCH", "posts/{scheduled}/", CHANGE_DRAFT, {"title": "New"}),
    ("PATCH", "posts/{expired}/", CHANGE_DRAFT, {"title": "New"}),
    ("PATCH", "posts/{review}/", (401, 404, 404, 200, 403, 403), {"title": "New"}),
    ("PATCH", "posts/{blocked}/", OF_BLOCKED, {"title": "New"}),
    ("PATCH", "posts/999999/", (401, *(404,) * 5), {"title": "New"}),
    ("DELETE", "posts/{public}/", (401, 403, 403, 204, 204, 204)),
    ("DELETE", "posts/{private}/", (401, 404, 403, 204, 204, 204)),
    ("DELETE", "posts/{draft}/", answered(204, CHANGE_DRAFT)),
    ("DELETE", "posts/{scheduled}/", answered(204, CHANGE_DRAFT)),
    ("DELETE", "posts/{review}/", (401, 404, 404, 204, 204, 204)),
    ("DELETE", "posts/{blocked}/", (401, 404, 404, 403, 204, 204)),
    ("POST", "posts/{public}/publish/", OWNER),
    ("POST", "posts/{draft}/publish/", CHANGE_DRAFT),
    ("POST", "posts/{review}/publish/", (401, 404, 404, 200, 403, 403)),
    ("POST", "posts/{blocked}/publish/", OF_BLOCKED),
    ("POST", "posts/{public}/unpublish/", OWNER),
    ("POST", "posts/{scheduled}/unpublish/", CHANGE_DRAFT),
    ("POST", "posts/{blocked}/unpublish/", OF_BLOCKED),
    ("POST", "posts/{public}/submit/", answered(409, OWNER)),
    ("POST", "posts/{draft}/submit/", CHANGE_DRAFT),
    ("POST", "posts/{blocked}/submit/", OF_BLOCKED),
    ("POST", "posts/{public}/images/", answered(400, OWNER), PICTURE),
    ("POST", "posts/{draft}/images/", answered(400, CHANGE_DRAFT), PICTURE),
    ("POST", "posts/{blocked}/images/", OF_BLOCKED, PICTURE),
    ("GET", "posts/{public}/revisions/", OWNER),
    ("GET", "posts/{draft}/revisions/", CHANGE_DRAFT),
    ("GET", "posts/{blocked}/revisions/", (401, 404, 404, 200, 403, 403)),
    ("POST", "posts/{public}/revisions/{revision}/restore/", OWNER),
    ("POST", "posts/{draft}/revisions/{revision}/restore/", (401, *(404,) * 5)),
    # Likes, replies, comments
    ("PUT", "posts/{public}/like/", SIGNED_IN),
    ("PUT", "posts/{private}/like/", (401, 404, 200, 200, 200, 200)),
    ("PUT", "posts/{draft}/like/", (401, 404, 404, None, 404, 404)),
    ("PUT", "posts/{blocked}/like/", (401, 404, 404, None, None, None)),
    ("DELETE", "posts/{public}/like/", MEMBERS_204),
    ("DELETE", "posts/{private}/like/", (401, 404, 204, 204, 204, 204)),
    ("GET", "posts/{public}/likes/", ALL),
    ("GET", "posts/{private}/likes/", (404, 404, 200, 200, 200, 200)),
    ("GET", "posts/{draft}/likes/", OWN_DRAFT),
    ("GET", "posts/{blocked}/likes/", (404, 404, 404, 200, 200, 200)),
    ("GET", "posts/{public}/replies/", ALL),
    ("GET", "posts/{private}/replies/", (404, 404, 200, 200, 200, 200)),
    ("GET", "posts/{public}/comments/", ALL),
    ("GET", "posts/{private}/comments/", (404, 404, 200, 200, 200, 200)),
    ("GET", "posts/{draft}/comments/", OWN_DRAFT),
    ("GET", "posts/{blocked}/comments/", (404, 404, 404, 200, 200, 200)),
    ("POST", "posts/{public}/comments/", answered(201, SIGNED_IN), {"body": "Hi"}),
    ("POST", "posts/{private}/comments/", (401, 404, 201, 201, 201, 201), {"body": "Hi"}),
    ("POST", "posts/{draft}/comments/", (401, 404, 404, None, 404, 404), {"body": "Hi"}),
    ("POST", "posts/{blocked}/comments/", (401, 404, 404, 403, None, None), {"body": "Hi"}),
    ("PATCH", "comments/{comment}/", (401, *(403,) * 5), {"body": "New"}),
    ("PATCH", "comments/{private_comment}/", (401, 404, 200, 403, 403, 403), {"body": "New"}),
    ("PATCH", "comments/999999/", (401, *(404,) * 5), {"body": "New"}),
    ("DELETE", "comments/{comment}/", (401, 403, 403, 204, 204, 204)),
    ("DELETE", "comments/{private_comment}/", (401, 404, 204, 204, 204, 204)),
    ("DELETE", "comments/{blocked_comment}/", (401, 404, 404, 403, 204, 204)),
    ("PUT", "posts/{public}/report/", SIGNED_IN, {"reason": "spam"}),
    ("PUT", "posts/{private}/report/", (401, 404, 200, 200, 200, 200), {"reason": "spam"}),
    ("PUT", "posts/{draft}/report/", (401, 404, 404, None, 404, 404), {"reason": "spam"}),
    ("PUT", "posts/{blocked}/report/", (401, 404, 404, None, 200, 200), {"reason": "spam"}),
    ("PUT", "comments/{comment}/report/", SIGNED_IN, {"reason": "spam"}),
    ("PUT", "comments/{private_comment}/report/", (401, 404, 200, 200, 200, 200), {"reason": "spam"}),
    ("PUT", "comments/{stub}/report/", (401, 404, 404, 404, 200, 200), {"reason": "spam"}),
    ("POST", "posts/{public}/view/", (202,) * 6),
    ("POST", "posts/{draft}/view/", (404, 404, 404, None, 404, 404)),
    ("POST", "posts/{blocked}/view/", (404, 404, 404, None, None, None)),
    # Images
    ("GET", "images/", ALL),
    ("GET", "users/alice/images/", ALL),
    ("GET", "users/alice/images/{shown}/", ALL),
    ("GET", "users/alice/images/{unshown}/", (404, 404, 404, 200, 404, 200)),
    ("GET", "users/alice/images/{secret}/", (404, 404, 200, 200, 200, 200)),
    ("POST", "users/alice/images/", (401, 403, 403, 400, 403, 400), PICTURE),
    ("PATCH", "users/alice/images/{shown}/", (401, 403, 403, 200, 403, 200), {"title": "New"}),
    ("PATCH", "users/alice/images/{unshown}/", (401, 404, 404, 200, 404, 200), {"title": "New"}),
    ("DELETE", "users/alice/images/{shown}/", (401, 403, 403, 204, 403, 204)),
    ("DELETE", "users/alice/images/{unshown}/", (401, 404, 404, 204, 404, 204)),
    ("POST", "images/delete-all/", answered(202, ADMIN), {"confirm": "delete all images"}),
    ("POST", "images/delete-all/", answered(400, ADMIN), {}),
    # Files
    ("GET", "files/", SIGNED_IN),
    ("GET", "files/?owner=alice", (401, 403, 403, None, 403, 200)),
    ("GET", "files/{file}/", (401, 404, 404, 200, 404, 200)),
    ("PATCH", "files/{file}/", (401, 404, 404, 200, 404, 200), {"comment": "New"}),
    ("GET", "files/{file}/download/", (401, 404, 404, 200, 404, 200)),
    ("GET", "{shared}", ALL),
    ("PUT", "files/{file}/share/", (401, 404, 404, 200, 404, 200)),
    ("DELETE", "files/{file}/share/", (401, 404, 404, 204, 404, 204)),
    ("DELETE", "files/{file}/", (401, 404, 404, 204, 404, 204)),
    ("GET", "documents/", ALL),
    # Moderation
    ("GET", "reports/?status=open", MODERATOR),
    ("PATCH", "reports/{report}/", MODERATOR, {"status": "dismissed"}),
    ("PATCH", "reports/999999/", (401, 403, 403, 403, 404, 404), {"status": "dismissed"}),
    # Wagtail's own
    ("GET", "pages/{public}/", ALL),
    ("GET", "pages/{private}/", (404, 404, 200, 200, 200, 200)),
    ("GET", "pages/{draft}/", (404,) * 6),
    ("GET", "pages/{review}/", (404,) * 6),
]


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    """Set once for all rows: each cell is played within a savepoint and then undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield set_stage()
        transaction.set_rollback(True)


def played(stage: Stage, column: str, method: str, path: str, body: dict | None) -> int:
    """The status that somebody's call is answered with; what it did is undone."""
    of_blocked = "blocked" in path or "blogs/dora/" in path
    who = "blocked_owner" if column == "owner" and of_blocked else column
    sent = {} if body is None else body if "files" in body else {"json": body}
    mark = transaction.savepoint()
    try:
        return stage.people[who].call(method, path.format(**stage.things), **sent).status_code
    finally:
        transaction.savepoint_rollback(mark)


@pytest.mark.django_db
class TestPermissions:
    @pytest.mark.parametrize("row", ROWS, ids=[" ".join(map(str, [*row[:2], *row[3:]])) for row in ROWS])
    def test_are_those_of_the_contract(self, stage, row):
        method, path, expected, body = (*row, None)[:4]
        found = {
            column: played(stage, column, method, path, body)
            for column, status in zip(COLUMNS, expected, strict=True)
            if status is not None
        }
        assert found == {column: status for column, status in zip(COLUMNS, expected, strict=True) if status is not None}

    @pytest.mark.parametrize("path", ["me/", "posts/{public}/", "feed/latest/", "blogs/banned/", "files/", "reports/"])
    def test_of_a_blocked_user_are_none(self, stage, path):
        assert played(stage, "banned", "GET", path, None) == 401

    def test_of_who_wrote_a_comment_are_to_change_and_delete_it(self, stage):
        assert played(stage, "author", "PATCH", "comments/{comment}/", {"body": "New"}) == 200
        assert played(stage, "author", "DELETE", "comments/{comment}/", None) == 204
        assert played(stage, "author", "PATCH", "comments/{blocked_comment}/", {"body": "New"}) == 404

    def test_of_who_asked_to_follow_are_those_of_a_stranger(self, stage):
        for path in ("posts/{private}/", "posts/{private}/comments/", "posts/{private}/likes/", "pages/{private}/"):
            assert played(stage, "pending", "GET", path, None) == 404
        assert played(stage, "pending", "PUT", "posts/{private}/like/", None) == 404
        assert played(stage, "pending", "POST", "blogs/garden/follow-requests/pat/accept/", None) == 403
