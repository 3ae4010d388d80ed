"""Posts and blogs as pages for readers, of versions that are not published: what the editor's preview shows.

The templates are those of the published pages, so that a preview looks like what it will become.
"""

from __future__ import annotations

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.models import User
from accounts.viewers import Viewer
from blogs import reads
from blogs.documents import (
    HIDDEN_OWNER_DETAIL,
    blog_document,
    blog_ref_json,
    close_detail,
    post_members,
    render_post,
)
from blogs.models import BlogPage, BlogPostPage
from core import clock, holes
from media.documents import avatar_document_of, image_document, user_ref_json

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src * data:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
PANEL_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src * data:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of a preview beside the editor, whose checks of contents and accessibility run inside it."""
PREVIEWED_POSTS = 20
TIMES = ("published_at", "updated_at", "created_at")


def shown(document: dict) -> dict:
    """An object of the API for templates: with times instead of their texts."""
    times = {name: datetime.fromisoformat(document[name]) for name in TIMES if document.get(name)}
    return {**document, **times}


def preview_post(post: BlogPostPage, request: HttpRequest) -> HttpResponse:
    """The page of this very version of a post, which need not be saved at all."""
    blog = BlogPage.objects.select_related("owner__avatar", "avatar").ancestor_of(post).first()
    context = {"post": shown(_post_document(post, blog)), "is_preview": True}
    return _private(TemplateResponse(request, "home/post.html", context), request)


def preview_blog(blog: BlogPage, request: HttpRequest) -> HttpResponse:
    """The page of this very version of a blog, with the posts that the public would see."""
    posts = []
    if blog.pk:
        slug = BlogPage.objects.filter(pk=blog.pk).values_list("slug", flat=True).first()
        where = reads.PostFilter(blog=slug)
        found = reads.list_posts(
            viewer=Viewer.of(blog.owner), order=reads.POST_ORDERS["newest"], limit=PREVIEWED_POSTS, where=where
        )
        posts = [shown(json.loads(row.json)) for row in found.rows]
    context = {
        "blog": shown(_blog_document(blog, len(posts))),
        "posts": posts,
        "is_preview": True,
        "is_first_page": True,
    }
    return _private(TemplateResponse(request, "home/blog.html", context), request)


def _post_document(post: BlogPostPage, blog: BlogPage) -> dict:
    author_ref = _ref(blog.owner)
    fragments = render_post(post)
    members = post_members(
        document=fragments.document,
        slug=post.slug,
        status="draft",
        blog_slug=blog.slug,
        blog_ref=blog_ref_json(blog.slug, blog.title, _avatar(blog), author_ref),
        author_ref=author_ref,
        likes=0,
        comments=0,
        replies=0,
        liked=None,
    )
    detail = close_detail(fragments.detail, author_ref)
    return json.loads(f'{members},{detail},{HIDDEN_OWNER_DETAIL},"previous":null,"next":null}}')


def _blog_document(blog: BlogPage, posts: int) -> dict:
    text = blog_document(
        id=blog.pk or 0,
        slug=blog.slug,
        title=blog.title,
        avatar_document=_avatar(blog),
        description=blog.description,
        tags=holes.dumps(sorted((tag.name for tag in blog.tags.all()), key=str.casefold)),
        is_private=blog.is_private,
        is_open=True,
        created_at=blog.first_published_at or clock.now(),
        owner_ref=_ref(blog.owner),
        posts=posts,
        followers=0,
        follow=None,
        block=None,
    )
    return json.loads(text)


def _ref(user: User) -> str:
    return user_ref_json(user.username, user.name, avatar_document_of(user))


def _avatar(blog: BlogPage) -> str:
    return holes.store(image_document(blog.avatar, owner=holes.OWNER)) if blog.avatar else ""


def _private(response: TemplateResponse, request: HttpRequest) -> HttpResponse:
    is_in_panel = getattr(request, "in_preview_panel", False)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = PANEL_SECURITY_POLICY if is_in_panel else CONTENT_SECURITY_POLICY
    return response
