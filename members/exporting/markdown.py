"""A post as a Markdown file with front matter, as static-site generators and our own import read it."""

from __future__ import annotations

import posixpath

import yaml

from accounts.viewers import ANONYMOUS
from blogs import visibility
from blogs.body import image_ids, page_link_ids, render_body, to_markdown
from blogs.models import BlogPostPage
from blogs.urls import post_url
from media.models import Image
from members.exporting.names import Names


def post_as_markdown(post: BlogPostPage, facts: dict, *, folder: str, names: Names) -> str:
    """The version of a post that `facts` (`post_facts`) show; `folder` is where the file stands, for its pictures."""
    version = post if post.live else post.get_latest_revision_as_object()
    known = {
        "title": facts["title"],
        "slug": facts["slug"],
        "date": facts["published_at"] or facts["publish_at"],
        "updated": facts["updated_at"],
        "draft": facts["status"] != "live",
        "author": facts["author"],
        "description": facts["intro"],
        "tags": facts["tags"],
        "feature_image": _relative(facts["feature_image"], folder),
        "comments": facts["comments_open"],
        "seo_title": facts["seo"]["title"],
        "seo_description": facts["seo"]["description"],
    }
    known = {name: value for name, value in known.items() if value not in (None, "", [])}
    front = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=1_000_000)
    return f"---\n{front}---\n\n{_body(version, folder, names)}"


def _body(version: BlogPostPage, folder: str, names: Names) -> str:
    shown = image_ids(version.body)
    alts = dict(Image.objects.filter(pk__in=shown).values_list("pk", "description"))
    images = {
        pk: {"url": _relative(path, folder), "alt": alts.get(pk, "")} for pk in shown if (path := names.picture(pk))
    }
    linked = page_link_ids(version.body)
    cards = visibility.posts_seen_by(ANONYMOUS).filter(pk__in=linked).values_list("pk", "blog__slug", "slug")
    pages = {pk: post_url(blog, slug) for pk, blog, slug in cards} if linked else {}
    return to_markdown(render_body(version.body, images=images, pages=pages))


def _relative(path: str | None, folder: str) -> str | None:
    return posixpath.relpath(path, folder) if path else None
