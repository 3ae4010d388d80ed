"""What the caller is told of: new followers, requests, comments, replies and likes."""

from __future__ import annotations

import json

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.auth import DONE, read
from api.authentication import IsSignedIn
from api.listing import PAGING, list_document
from api.serializers.lists import ListMetaSerializer
from api.serializers.posts import PostRefSerializer
from api.serializers.users import BlogRefSerializer, UserRefSerializer
from blogs import documents
from blogs.models import BlogCard
from blogs.urls import post_url
from core.clock import iso
from core.errors import Invalid
from media.documents import user_ref, user_ref_json
from social import notifications
from social.models import Kind, Notification

PRIVATE = {"Cache-Control": "private, no-store"}
MOST_IDS = 1_000
LARGEST_ID = 2**63 - 1


class NotificationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    actor = UserRefSerializer(allow_null=True, help_text="Who did it; of several likes, the last one.")
    post = PostRefSerializer(allow_null=True)
    comment = serializers.IntegerField(allow_null=True, help_text="The id of the comment.")
    blog = BlogRefSerializer(allow_null=True)
    count = serializers.IntegerField(help_text="How many likes it stands for.")
    created_at = serializers.DateTimeField()
    is_read = serializers.BooleanField()
    act = serializers.CharField(required=False, help_text="What moderation did; only with the kind `moderation`.")
    subject = serializers.CharField(required=False, help_text="The title of what it was done to, which may be gone.")
    reason = serializers.CharField(required=False, help_text="Why.")


class NotificationMetaSerializer(ListMetaSerializer):
    unread = serializers.IntegerField()


class NotificationListSerializer(serializers.Serializer):
    meta = NotificationMetaSerializer()
    items = NotificationSerializer(many=True)


class ReadSerializer(serializers.Serializer):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=MOST_IDS, required=False
    )
    all = serializers.BooleanField(required=False)


class NotificationsView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="me_notifications",
        tags=["me"],
        parameters=PAGING,
        responses=NotificationListSerializer,
        summary="What others did that concerns the caller, newest first",
    )
    def get(self, request):
        shown = notifications.notifications_of(request.viewer)
        document = list_document(
            request,
            name=f"notifications of {request.user.pk}",
            queryset=shown.select_related("actor__avatar", "post__blog", "blog__owner"),
            column="created_at",
            documents=lambda found: [_document(notification) for notification in found],
        )
        document["meta"]["unread"] = shown.filter(read_at=None).count()
        return Response(document, headers=PRIVATE)


class NotificationsReadView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="me_notifications_read",
        tags=["me"],
        request=ReadSerializer,
        responses={204: DONE},
        summary="Mark notifications as read: those with these `ids`, or `all`",
    )
    def post(self, request):
        given = read(ReadSerializer, request)
        if not given.get("all") and "ids" not in given:
            raise Invalid("Give ids, or all.", code="required", attr="ids")
        notifications.mark_read(viewer=request.viewer, ids=None if given.get("all") else given["ids"])
        return Response(status=204)


def _document(notification: Notification) -> dict:
    post, blog, comment = notification.post, notification.blog, notification.comment_id
    ref = post and {"id": post.pk, "slug": post.slug, "title": post.title, "url": post_url(post.blog.slug, post.slug)}
    told = {name: getattr(notification, name) for name in ("act", "subject", "reason")}
    return {
        "id": notification.pk,
        "kind": notification.kind,
        "actor": user_ref(notification.actor) if notification.actor else None,
        "post": ref,
        "comment": comment,
        "blog": blog and _blog_ref(blog),
        "count": notification.count,
        "created_at": iso(notification.created_at),
        "is_read": notification.read_at is not None,
        **(told if notification.kind == Kind.MODERATION else {}),
    }


def _blog_ref(blog: BlogCard) -> dict:
    owner = user_ref_json(blog.owner.username, blog.owner.name, None)
    return json.loads(documents.blog_ref_json(blog.slug, blog.title, blog.avatar_document, owner))
