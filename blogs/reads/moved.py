"""Where blogs and posts are that once had another slug."""

from __future__ import annotations

from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import OldBlogSlug, OldPostSlug


def moved_blog(*, viewer: Viewer, slug: str) -> str | None:
    """The present slug of the blog that once had this one, if it exists for the viewer."""
    blogs = visibility.blogs_existing_for(viewer).filter(blog__old_slugs__slug=slug)
    return blogs.values_list("slug", flat=True).first()


def moved_post(*, viewer: Viewer, blog: str, slug: str) -> str | None:
    """The present slug of the post that once had this one in the blog, if the viewer may open it."""
    old = OldPostSlug.objects.filter(blog__card__slug=blog, slug=slug).values("post")
    return visibility.posts_seen_by(viewer).filter(pk__in=old).values_list("slug", flat=True).first()


def has_old_slug(slug: str) -> bool:
    """Whether some blog once had this slug, and it is therefore taken."""
    return OldBlogSlug.objects.filter(slug=slug).exists()
