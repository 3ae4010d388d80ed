"""Likes: setting and unsetting them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import IsSignedIn
from api.reading import find_post
from social import likes

LikeState = inline_serializer("LikeState", {"liked": serializers.BooleanField(), "likes": serializers.IntegerField()})


@extend_schema(tags=["posts"])
class PostLike(APIView):
    """Whether the caller likes a post."""

    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="like_post", summary="Like a post", request=None, responses=LikeState)
    def put(self, request, id):
        count = likes.like_post(actor=request.user, post=find_post(request.viewer, id))
        return Response({"liked": True, "likes": count})

    @extend_schema(operation_id="unlike_post", summary="Take a like back", responses={204: None})
    def delete(self, request, id):
        likes.unlike_post(actor=request.user, post=find_post(request.viewer, id))
        return Response(status=204)
