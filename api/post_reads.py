"""Reading posts: the feeds and lists, and one post."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from api import cursors, parameters
from api.authentication import IsSignedIn
from api.identifiers import id_of
from api.reading import Answer, ReadView, answer, list_answer, require_sign_in
from api.redirects import PermanentRedirect
from api.serializers.lists import envelope
from api.serializers.posts import PostCardSerializer, PostSerializer
from blogs import body, reads
from blogs.models.cards import PostStatus
from core import holes
from core.errors import NotFound
from social.likes import liked_in_slots

FORMATS = {"html": body.to_html, "markdown": body.to_markdown, "text": body.to_text}
FILTERS = [
    OpenApiParameter("blog", str, description="The slug of a blog."),
    OpenApiParameter("author", str, description="A user name."),
    OpenApiParameter("tag", str),
    OpenApiParameter("published_after", datetime),
    OpenApiParameter("published_before", datetime),
]
VERSIONS = [
    OpenApiParameter("body", str, enum=list(FORMATS), description="The body as a string of this kind."),
    OpenApiParameter(
        "version", str, enum=["draft", "live"], default="live", description="`draft`: the latest edits, for the owner."
    ),
]
MOVED = OpenApiResponse(description="The blog or the post has another slug now: see `Location`.")


def list_posts(
    request: HttpRequest,
    *,
    name: str,
    order: reads.Order,
    where: reads.PostFilter,
    among: reads.Among | None = None,
    known: tuple[str, ...] = (),
) -> HttpResponse:
    """The response with a list of PostCards."""
    liked = None if request.viewer.is_anonymous else liked_in_slots
    read = partial(reads.list_posts, where=where, liked=liked, among=among)
    return list_answer(request, name=name, known=known, order=order, read=read, anywhere=among is None)


class LatestFeed(ReadView):
    """The posts of all public blogs, newest first."""

    only_reads = True

    @extend_schema(
        operation_id="feed_latest",
        tags=["posts"],
        summary="The latest posts of all public blogs",
        parameters=parameters.listing(),
        responses=envelope(PostCardSerializer),
    )
    def get(self, request):
        where = reads.PostFilter(only_public=True)
        return list_posts(request, name="feed/latest", order=reads.POST_ORDERS["newest"], where=where)


class PostListReads(ReadView):
    """The posts the caller may read, by filters."""

    only_reads = True
    known = ("blog", "author", "tag", "published_after", "published_before", "order")

    @extend_schema(
        operation_id="posts",
        tags=["posts"],
        summary="Posts the caller may read",
        parameters=parameters.listing(*FILTERS, parameters.order_of(reads.POST_ORDERS, "newest")),
        responses=envelope(PostCardSerializer),
    )
    def get(self, request):
        query = request.GET
        where = reads.PostFilter(
            blog=parameters.text(query, "blog"),
            author=parameters.text(query, "author"),
            tag=parameters.text(query, "tag"),
            published_after=parameters.moment(query, "published_after"),
            published_before=parameters.moment(query, "published_before"),
        )
        order = reads.POST_ORDERS[parameters.choice(query, "order", reads.POST_ORDERS, default="newest")]
        return list_posts(request, name="posts", known=self.known, order=order, where=where)


class MyPosts(ReadView):
    """The caller's own posts in every status, last edited first."""

    only_reads = True
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="me_posts",
        tags=["me"],
        summary="The caller's own posts, the last edited first",
        parameters=parameters.listing(OpenApiParameter("status", str, enum=PostStatus.values)),
        responses=envelope(PostCardSerializer),
    )
    def get(self, request):
        require_sign_in(request.viewer)
        status = parameters.choice(request.GET, "status", PostStatus.values)
        where = reads.PostFilter(own=True, status=status)
        return list_posts(request, name="me/posts", known=("status",), order=reads.EDITED, where=where)


class PostReads(ReadView):
    """One post."""

    only_reads = True

    @extend_schema(
        operation_id="post", tags=["posts"], summary="One post", parameters=VERSIONS, responses=PostSerializer
    )
    def get(self, request, id):
        return post_answer(request, id=id_of(id))


class PostBySlugReads(ReadView):
    """One post, by the slugs of its blog and its own; old slugs redirect."""

    only_reads = True

    @extend_schema(
        operation_id="post_by_slug",
        tags=["posts"],
        summary="One post, by its address",
        parameters=VERSIONS,
        responses={200: PostSerializer, 308: MOVED},
    )
    def get(self, request, blog, slug):
        try:
            return post_answer(request, blog=blog, slug=slug)
        except NotFound:
            blog_now = reads.moved_blog(viewer=request.viewer, slug=blog) or blog
            slug_now = reads.moved_post(viewer=request.viewer, blog=blog_now, slug=slug) or slug
            found = (blog_now, slug_now) != (blog, slug) and reads.read_post(
                viewer=request.viewer, blog=blog_now, slug=slug_now
            )
            if not found:
                raise
            return PermanentRedirect.to(request, "blogs", blog_now, "posts", slug_now)


def post_answer(request: HttpRequest, **place) -> HttpResponse:
    """The response with the Post at this place. Raises `NotFound`."""
    cursors.refuse_unknown(request.GET, ("body", "version"))
    form = parameters.choice(request.GET, "body", FORMATS)
    draft = parameters.choice(request.GET, "version", ("draft", "live"), default="live") == "draft"
    liked = None if request.viewer.is_anonymous else liked_in_slots

    def make() -> Answer:
        found = reads.read_post(viewer=request.viewer, liked=liked, draft=draft, **place)
        if found is None:
            raise NotFound
        return Answer(_in_form(found.json, form) if form else found.json, found.good_until, found.version)

    return answer(request, make, anywhere=True)


def _in_form(text: str, form: str) -> str:
    post = json.loads(text)
    return holes.dumps({**post, "body": FORMATS[form](post["body"])})
