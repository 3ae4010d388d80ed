"""Posts and blogs as pages for readers, of versions that are not published: what the editor's preview shows.

With a frontend (`FRONTEND_URL`) the editor shows that, which is given a token to read the version with. Without one,
the templates are those of the published pages, so that a preview looks like what it will become.
"""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.models import User
from accounts.viewers import Viewer
from blogs import preview_tokens, reads
from blogs.documents import (
    blog_document,
    blog_ref_json,
    close_detail,
    post_members,
    render_post,
)
from blogs.models import BlogPage, BlogPostPage, PostCard
from blogs.models.cards import PostStatus
from blogs.sharing import with_sharing
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
FRAME_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src {origin}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of the page that holds nothing but the frontend."""
PREVIEWED_POSTS = 20
TIMES = ("published_at", "updated_at", "created_at")


def shown(document: dict) -> dict:
    """An object of the API for templates: with times instead of their texts."""
    times = {name: datetime.fromisoformat(document[name]) for name in TIMES if document.get(name)}
    return {**document, **times}


def preview_post(post: BlogPostPage, request: HttpRequest) -> HttpResponse:
    """The page of this very version of a post, which need not be saved at all."""
    blog = BlogPage.objects.select_related("owner__avatar", "avatar").ancestor_of(post).first()
    token = preview_tokens.keep(post=post, blog=blog, user=request.user, place=getattr(request, "preview_place", ""))
    if settings.FRONTEND_URL:
        return _framed(post.get_preview_url(request, token), request)
    context = {"post": shown(post_document(post, blog)), "is_preview": True, "preview_token": token}
    return _private(TemplateResponse(request, "home/post.html", context), request)


def place_of(request: HttpRequest | None) -> str:
    """Where in the admin a preview is asked for: what is typed in one editor is one preview, each revision another."""
    match = getattr(request, "resolver_match", None)
    if match is None or match.url_name in ("preview_on_add", "preview_on_edit"):
        return "editor"
    return f"{match.url_name}/{match.kwargs.get('revision_id', '')}"


def _framed(url: str, request: HttpRequest) -> HttpResponse:
    """The page in which the editor shows the frontend."""
    response = _private(
        TemplateResponse(request, "wagtail_headless_preview/preview.html", {"preview_url": url}), request
    )
    parts = urlsplit(url)
    response.headers["Content-Security-Policy"] = FRAME_SECURITY_POLICY.format(
        origin=f"{parts.scheme}://{parts.netloc}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


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


def post_document(post: BlogPostPage, blog: BlogPage) -> dict:
    """The Post of the API that this very version would be."""
    author_ref = _ref(blog.owner)
    fragments = render_post(post)
    card = _card_of(post)
    members = post_members(
        document=fragments.document,
        slug=post.slug,
        status=_status(card),
        blog_slug=blog.slug,
        blog_ref=blog_ref_json(blog.slug, blog.title, _avatar(blog), author_ref),
        author_ref=author_ref,
        likes=card.like_count,
        comments=card.comment_count,
        replies=card.reply_count,
        liked=None,
    )
    detail = with_sharing(members, close_detail(fragments.detail, author_ref))
    return json.loads(f'{members},{detail},{fragments.owner_detail},"previous":null,"next":null}}')


def _card_of(post: BlogPostPage) -> PostCard:
    """What is known of the post beside its text; of one that was never saved, nothing yet."""
    known = PostCard.objects.only("status", "expire_at", "like_count", "comment_count", "reply_count")
    return (post.pk and known.filter(pk=post.pk).first()) or PostCard(status=PostStatus.DRAFT)


def _status(card: PostCard) -> str:
    is_over = card.status == PostStatus.LIVE and card.expire_at and card.expire_at <= clock.now()
    return str(PostStatus.EXPIRED.value if is_over else card.status)


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
