"""What leads a frontend to a post as it is being edited: signed, for an hour, and only while its editor may edit.

A token names a `PostPreview`. What the editor types next is put in the same place, so a frontend that asks again with
the token it has sees it.
"""

from __future__ import annotations

from datetime import timedelta

from django.core.signing import BadSignature, Signer

from accounts.models import User
from accounts.permissions import may_act
from blogs.models import BlogPage, BlogPostPage, PostPreview
from core import clock
from core.errors import NotFound

LIFETIME = timedelta(hours=1)
LONGEST = 100
SALT = "inktree.preview"


def keep(*, post: BlogPostPage, blog: BlogPage, user: User, place: str) -> str:
    """Keep this version of a post, which need not be saved at all, for the user who looks at it; gives its token."""
    preview, _ = PostPreview.objects.update_or_create(
        place=f"{user.pk}/{blog.pk}/{post.pk or 'new'}/{place}",
        defaults={
            "user": user,
            "blog": blog,
            "post_id": post.pk,
            "content": post.serializable_data(),
            "updated_at": clock.now(),
        },
    )
    return Signer(salt=SALT).sign(f"{preview.pk}:{int(clock.now().timestamp())}")


def find(token: str) -> tuple[BlogPostPage, BlogPage]:
    """The version of a post that a token leads to, and its blog. Raises `NotFound` for a token that is no good.

    None is, once its time is over, the post is deleted, or whoever previewed it may not edit it any more.
    """
    preview = PostPreview.objects.filter(pk=_read(token)).select_related("user", "blog", "post").first()
    if preview is None or not _may_edit(preview):
        raise NotFound
    post = BlogPostPage.from_serializable_data(preview.content, check_fks=True, strict_fks=False)
    if post is None:
        raise NotFound
    post.pk = preview.post_id
    return post, BlogPage.objects.select_related("owner__avatar", "avatar").get(pk=preview.blog_id)


def prune() -> None:
    """Forget what no token leads to any more."""
    PostPreview.objects.filter(updated_at__lt=clock.now() - LIFETIME).delete()


def _read(token: str) -> int:
    """The id in a token that is ours and not too old. Raises `NotFound`."""
    try:
        if len(token) > LONGEST:
            raise NotFound
        pk, signed_at = map(int, Signer(salt=SALT).unsign(token).split(":"))
    except (BadSignature, ValueError):
        raise NotFound from None
    if clock.now().timestamp() - signed_at >= LIFETIME.total_seconds():
        raise NotFound
    return pk


def _may_edit(preview: PostPreview) -> bool:
    if not may_act(preview.user):
        return False
    if preview.post is None:
        return preview.blog.permissions_for_user(preview.user).can_add_subpage()
    return preview.post.permissions_for_user(preview.user).can_edit()
