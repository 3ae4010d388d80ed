"""Likes and replies: setting and unsetting likes, and who and what they are."""

from __future__ import annotations

from functools import partial

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api import parameters
from api.authentication import IsSignedIn
from api.post_reads import list_posts
from api.reading import ReadView, find_post, list_answer, require_sign_in
from api.serializers.lists import envelope
from api.serializers.posts import PostCardSerializer
from api.serializers.users import UserRefSerializer
from blogs import reads
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


@extend_schema(tags=["posts"])
class PostLikers(ReadView):
    """Who likes a post."""

    @extend_schema(
        operation_id="post_likes",
        summary="Who likes a post",
        parameters=parameters.listing(),
        responses=envelope(UserRefSerializer),
    )
    def get(self, request, id):
        post = find_post(request.viewer, id)
        read = partial(likes.list_likers, post_id=post.pk)
        return list_answer(request, name=f"likes of {post.pk}", order=likes.LIKED_BY, read=read)


@extend_schema(tags=["posts"])
class MyLikes(ReadView):
    """The posts the caller likes."""

    only_reads = True
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="my_likes",
        summary="Posts one likes",
        parameters=parameters.listing(),
        responses=envelope(PostCardSerializer),
    )
    def get(self, request):
        require_sign_in(request.viewer)
        where = reads.PostFilter()
        return list_posts(request, name="me/likes", order=likes.LIKED, where=where, among=likes.liked_by_viewer)


@extend_schema(tags=["posts"])
class PostReplies(ReadView):
    """The posts that answer a post."""

    @extend_schema(
        operation_id="post_replies",
        summary="Posts that answer a post",
        parameters=parameters.listing(),
        responses=envelope(PostCardSerializer),
    )
    def get(self, request, id):
        post = find_post(request.viewer, id)
        where = reads.PostFilter(reply_to=post.pk)
        return list_posts(request, name=f"replies to {post.pk}", order=reads.POST_ORDERS["newest"], where=where)
