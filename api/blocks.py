"""Blocks: of users by admins, of blogs by moderators."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api import parameters
from api.auth import DONE, read
from api.authentication import IsSignedIn, require_admin, require_moderator
from api.blogs import blog_response
from api.named_blogs import find_blog
from api.serializers.posts import BlogSerializer
from api.serializers.users import UserSerializer
from api.users import USERNAME, find_user, user_response
from moderation import blocking

SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH)


class NewBlock(serializers.Serializer):
    until = serializers.DateTimeField(allow_null=True, help_text="When the block ends by itself; null: never.")
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=blocking.LONGEST_REASON, help_text="Told to the owner."
    )


@extend_schema(tags=["moderation"], parameters=[USERNAME])
class UserBlock(APIView):
    """The block of a user."""

    permission_classes = [IsSignedIn]
    limited_as = "write"

    @extend_schema(
        operation_id="block_user",
        summary="Block a user with all his blogs (admins)",
        description="His sessions end at once. Again: replaces the block.",
        request=NewBlock,
        responses=UserSerializer,
    )
    def put(self, request, username):
        user = find_user(request.viewer, username)
        require_admin(request.viewer)
        blocking.block_user(actor=request.user, user=user, **read(NewBlock, request))
        return user_response(request, find_user(request.viewer, username))

    @extend_schema(
        operation_id="unblock_user",
        summary="Lift the block of a user (admins)",
        description="What it had blocked comes back, and nothing else: a blog blocked on its own stays blocked.",
        parameters=[parameters.REASON],
        responses={204: DONE},
    )
    def delete(self, request, username):
        user = find_user(request.viewer, username)
        require_admin(request.viewer)
        blocking.unblock_user(actor=request.user, user=user, reason=parameters.reason(request.query_params))
        return Response(status=204)


@extend_schema(tags=["moderation"], parameters=[SLUG])
class BlogBlock(APIView):
    """The block of a blog."""

    permission_classes = [IsSignedIn]
    limited_as = "write"

    @extend_schema(
        operation_id="block_blog",
        summary="Block a blog (moderators; for good only admins)",
        description="The blogs of moderators and admins only admins block. Again: replaces the block.",
        request=NewBlock,
        responses=BlogSerializer,
    )
    def put(self, request, slug):
        blog = find_blog(request.viewer, slug)
        require_moderator(request.viewer)
        blocking.block_blog(actor=request.user, blog=blog, **read(NewBlock, request))
        return blog_response(request, slug)

    @extend_schema(
        operation_id="unblock_blog",
        summary="Lift the block of a blog (moderators)",
        parameters=[parameters.REASON],
        responses={204: DONE},
    )
    def delete(self, request, slug):
        blog = find_blog(request.viewer, slug)
        require_moderator(request.viewer)
        blocking.unblock_blog(actor=request.user, blog=blog, reason=parameters.reason(request.query_params))
        return Response(status=204)
