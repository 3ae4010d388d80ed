"""Earlier versions of posts."""

from __future__ import annotations

from wagtail.models import Revision

from accounts.models import User
from blogs.models import BlogPostPage
from blogs.services import tree
from blogs.services.changes import one_change
from blogs.services.posts import save_version
from blogs.services.rules import require_author

RESTORED = ("title", "intro", "body", "feature_image_id", "seo_title", "search_description")
"""What a version of a post is. Its address and its times belong to the post as a whole and stay."""


def restore_revision(*, actor: User, post: BlogPostPage, revision: Revision) -> BlogPostPage:
    """Make an earlier version of one's post its latest; of a live post, publish it. Raises `NotAllowed`."""
    with one_change():
        post = tree.lock_post(post)
        require_author(actor, post)
        then = revision.as_object()
        latest = post.get_latest_revision_as_object()
        for name in RESTORED:
            setattr(latest, name, getattr(then, name))
        latest.tags.set([tagged.tag for tagged in then.tagged_items.all()])
        return save_version(post, latest, actor=actor, restored=revision)
