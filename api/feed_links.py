"""The secret address under which a follower's feed reader finds a private blog."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import IsSignedIn
from api.named_blogs import find_blog
from syndication import links

FeedAddress = inline_serializer("FeedAddress", {"feed_url": serializers.URLField()})


@extend_schema(tags=["following"], request=None)
class BlogFeedLink(APIView):
    """The caller's own address of a private blog's feed. Whoever knows it reads the blog, so keep it secret.

    It ends with the follow, and while the caller or the blog is blocked. Other forms of the feed have the same address
    with `.atom` or `.json` at its end.
    """

    permission_classes = [IsSignedIn]
    limited_as = "follow"

    @extend_schema(
        operation_id="give_feed_link",
        summary="The secret address of a private blog's feed: the same each time, until it is taken away",
        responses=FeedAddress,
    )
    def put(self, request, slug):
        address = links.give_feed_link(user=request.user, blog=find_blog(request.viewer, slug))
        return Response({"feed_url": address}, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="take_feed_link", summary="Let that address open nothing more", responses={204: None})
    def delete(self, request, slug):
        links.take_feed_link(user=request.user, blog=find_blog(request.viewer, slug))
        return Response(status=204)
