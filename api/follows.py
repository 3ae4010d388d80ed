"""Following blogs: by the reader, and as the owner sees it."""

from __future__ import annotations

from functools import partial

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from api import parameters
from api.authentication import IsSignedIn
from api.named_blogs import find_blog, find_own_blog
from api.post_reads import list_posts
from api.reading import ReadView, list_answer, require_sign_in
from api.serializers.lists import envelope
from api.serializers.posts import BlogSerializer, PostCardSerializer
from api.serializers.users import UserRefSerializer
from blogs import follows, reads
from blogs.reads.follows import ACCEPTED, ASKED, FOLLOWED, list_followed, list_followers
from core.errors import NotFound

Following = inline_serializer("Following", {"follow": serializers.ChoiceField(["requested", "following"])})
Count = inline_serializer("Count", {"count": serializers.IntegerField()})


class FollowRequestSerializer(serializers.Serializer):
    user = UserRefSerializer()
    created_at = serializers.DateTimeField()


def find_user(username: str) -> User:
    """The user of that name. Raises `NotFound`."""
    user = User.objects.named(username).first()
    if user is None:
        raise NotFound
    return user


@extend_schema(tags=["following"])
class BlogFollow(APIView):
    """Whether the caller follows a blog."""

    permission_classes = [IsSignedIn]
    limited_as = "follow"

    @extend_schema(operation_id="follow_blog", summary="Follow a blog", request=None, responses=Following)
    def put(self, request, slug):
        state = follows.follow_blog(actor=request.user, blog=find_blog(request.viewer, slug))
        return Response({"follow": state})

    @extend_schema(operation_id="unfollow_blog", summary="Stop following a blog", responses={204: None})
    def delete(self, request, slug):
        follows.unfollow_blog(actor=request.user, blog=find_blog(request.viewer, slug))
        return Response(status=204)


@extend_schema(tags=["following"])
class BlogFollowers(ReadView):
    """Who follows a blog of the caller's."""

    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="blog_followers",
        summary="Followers of one's blog",
        parameters=parameters.listing(),
        responses=envelope(UserRefSerializer),
    )
    def get(self, request, slug):
        require_sign_in(request.viewer)
        blog = find_own_blog(request.viewer, slug)
        read = partial(list_followers, blog_id=blog.pk)
        return list_answer(request, name=f"followers of {blog.pk}", order=ACCEPTED, read=read)


@extend_schema(tags=["following"])
class BlogFollower(APIView):
    """One follower of a blog of the caller's."""

    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="remove_follower", summary="Remove a follower", responses={204: None})
    def delete(self, request, slug, username):
        follows.remove_follower(blog=find_own_blog(request.viewer, slug), user=find_user(username))
        return Response(status=204)


@extend_schema(tags=["following"])
class FollowRequests(ReadView):
    """Who asked to follow a private blog of the caller's."""

    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="follow_requests",
        summary="Requests to follow one's blog",
        parameters=parameters.listing(),
        responses=envelope(FollowRequestSerializer),
    )
    def get(self, request, slug):
        require_sign_in(request.viewer)
        blog = find_own_blog(request.viewer, slug)
        read = partial(list_followers, blog_id=blog.pk)
        return list_answer(request, name=f"requests to {blog.pk}", order=ASKED, read=read)


@extend_schema(tags=["following"], request=None)
class FollowRequestDecision(APIView):
    """Accepting or rejecting one request."""

    permission_classes = [IsSignedIn]
    decide = None

    def _decide(self, request, slug, username):
        type(self).decide(blog=find_own_blog(request.viewer, slug), user=find_user(username))
        return Response(status=204)


class AcceptRequest(FollowRequestDecision):
    decide = staticmethod(follows.accept_request)

    @extend_schema(operation_id="accept_follow_request", summary="Accept a request", responses={204: None})
    def post(self, request, slug, username):
        return self._decide(request, slug, username)


class RejectRequest(FollowRequestDecision):
    decide = staticmethod(follows.reject_request)

    @extend_schema(operation_id="reject_follow_request", summary="Reject a request", responses={204: None})
    def post(self, request, slug, username):
        return self._decide(request, slug, username)


@extend_schema(tags=["following"], request=None, responses=Count)
class AcceptAllRequests(APIView):
    """Accepting every request."""

    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="accept_all_follow_requests", summary="Accept all requests")
    def post(self, request, slug):
        return Response({"count": follows.accept_all_requests(blog=find_own_blog(request.viewer, slug))})


@extend_schema(tags=["following"], request=None, responses=Count)
class RejectAllRequests(APIView):
    """Rejecting every request."""

    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="reject_all_follow_requests", summary="Reject all requests")
    def post(self, request, slug):
        return Response({"count": follows.reject_all_requests(blog=find_own_blog(request.viewer, slug))})


@extend_schema(tags=["following"])
class MyFollowing(ReadView):
    """The blogs the caller follows."""

    only_reads = True
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="my_following",
        summary="Blogs one follows",
        parameters=parameters.listing(),
        responses=envelope(BlogSerializer),
    )
    def get(self, request):
        require_sign_in(request.viewer)
        return list_answer(request, name="me/following", order=FOLLOWED, read=list_followed)


@extend_schema(tags=["posts"])
class HomeFeed(ReadView):
    """The posts of the blogs the caller follows or owns, newest first."""

    only_reads = True
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="home_feed",
        summary="Posts of followed and own blogs",
        parameters=parameters.listing(),
        responses=envelope(PostCardSerializer),
    )
    def get(self, request):
        require_sign_in(request.viewer)
        where = reads.PostFilter(home=True)
        return list_posts(request, name="feed/home", order=reads.POST_ORDERS["newest"], where=where)
