"""Writing blogs: new ones, changes, their pictures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api import parameters
from api.auth import DONE, read
from api.authentication import IsSignedIn, IsSignedInOrReads
from api.blog_reads import BlogListReads, BlogReads
from api.images import AvatarUpload, refuse_large
from api.named_blogs import find_blog, find_own_blog
from api.parsers import MultiPartParser
from api.reading import json_response
from api.serializers.posts import BlogSerializer
from api.serializers.users import BlogRefSerializer
from api.serializers.writing import BlogChange, NewBlog
from blogs import reads, services
from blogs.documents import blog_ref_json
from blogs.models import BlogCard
from core import holes
from core.errors import NotFound
from media.documents import user_ref


@extend_schema(tags=["blogs"])
class BlogListView(BlogListReads):
    """Blogs."""

    permission_classes = [IsSignedInOrReads]
    limited_as = "write"

    @extend_schema(operation_id="begin_blog", summary="Begin a blog", request=NewBlog, responses={201: BlogSerializer})
    def post(self, request):
        blog = services.create_blog(owner=request.user, **read(NewBlog, request))
        return blog_response(request, blog.slug, status=201)


@extend_schema(tags=["blogs"])
class BlogView(BlogReads):
    """One blog."""

    permission_classes = [IsSignedInOrReads]
    limited_as = "write"

    @extend_schema(operation_id="change_blog", summary="Change a blog", request=BlogChange, responses=BlogSerializer)
    def patch(self, request, slug):
        blog = find_own_blog(request.viewer, slug).blog
        blog = services.update_blog(actor=request.user, blog=blog, **read(BlogChange, request))
        return blog_response(request, blog.slug)

    @extend_schema(
        operation_id="delete_blog",
        summary="Delete a blog with its posts",
        parameters=[parameters.REASON],
        responses={204: DONE},
    )
    def delete(self, request, slug):
        blog = find_blog(request.viewer, slug).blog
        reason = parameters.reason(request.GET)
        services.delete_blog(actor=request.user, blog=blog, reason=reason)
        return Response(status=204)


@extend_schema(tags=["blogs"])
class BlogAvatar(APIView):
    """The picture of a blog."""

    permission_classes = [IsSignedIn]
    parser_classes = [MultiPartParser]
    limited_as = "upload"

    @extend_schema(
        operation_id="blog_avatar",
        summary="Give a blog a picture",
        request={"multipart/form-data": AvatarUpload},
        responses=BlogRefSerializer,
    )
    def put(self, request, slug):
        blog = find_own_blog(request.viewer, slug).blog
        refuse_large(request)
        services.set_blog_avatar(actor=request.user, blog=blog, upload=read(AvatarUpload, request)["file"])
        card = BlogCard.objects.get(pk=blog.pk)
        owner = holes.dumps({**user_ref(request.user), "avatar": None})
        return json_response(blog_ref_json(card.slug, card.title, card.avatar_document, owner))

    @extend_schema(operation_id="blog_avatar_remove", summary="Show none", responses={204: DONE})
    def delete(self, request, slug):
        services.remove_blog_avatar(actor=request.user, blog=find_own_blog(request.viewer, slug).blog)
        return Response(status=204)


def blog_response(request: HttpRequest, slug: str, *, status: int = 200) -> HttpResponse:
    """The response with a blog as its owner sees it."""
    found = reads.read_blog(viewer=request.viewer, slug=slug)
    if found is None:
        raise NotFound
    return json_response(found.json, status=status)
