"""Reading blogs: the list, and one blog."""

from __future__ import annotations

from functools import partial

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from api import cursors, parameters
from api.reading import Answer, ReadView, answer, list_answer
from api.redirects import PermanentRedirect
from api.serializers.lists import envelope
from api.serializers.posts import BlogSerializer
from blogs import reads
from core.errors import NotFound

FILTERS = [
    OpenApiParameter("tag", str),
    OpenApiParameter("owner", str, description="A user name."),
    OpenApiParameter("search", str, description="In slug and title; finds private blogs as shells, too."),
]


class BlogListReads(ReadView):
    """Public blogs; private ones only as shells, where they are searched for or asked for by owner."""

    only_reads = True
    known = ("tag", "owner", "search", "order")

    @extend_schema(
        operation_id="blogs",
        tags=["blogs"],
        summary="Public blogs",
        parameters=parameters.listing(*FILTERS, parameters.order_of(reads.BLOG_ORDERS, "newest")),
        responses=envelope(BlogSerializer),
    )
    def get(self, request):
        query = request.GET
        where = reads.BlogFilter(
            owner=parameters.text(query, "owner"),
            tag=parameters.text(query, "tag"),
            search=parameters.text(query, "search"),
        )
        order = reads.BLOG_ORDERS[parameters.choice(query, "order", reads.BLOG_ORDERS, default="newest")]
        read = partial(reads.list_blogs, where=where)
        return list_answer(request, name="blogs", known=self.known, order=order, read=read, anywhere=True)


class BlogReads(ReadView):
    """One blog, or the shell of a private one; an old slug redirects."""

    only_reads = True

    @extend_schema(
        operation_id="blog",
        tags=["blogs"],
        summary="One blog",
        responses={200: BlogSerializer, 308: OpenApiResponse(description="It has another slug now: see `Location`.")},
    )
    def get(self, request, slug):
        cursors.refuse_unknown(request.GET, ())

        def make() -> Answer:
            found = reads.read_blog(viewer=request.viewer, slug=slug)
            if found is None:
                raise NotFound
            return Answer(found.json)

        try:
            return answer(request, make, anywhere=True)
        except NotFound:
            slug_now = reads.moved_blog(viewer=request.viewer, slug=slug)
            if slug_now is None:
                raise
            return PermanentRedirect.to(request, "blogs", slug_now)
