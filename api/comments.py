"""Comments: on a post, and one by one."""

from __future__ import annotations

from functools import partial

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api import parameters
from api.authentication import IsSignedIn, IsSignedInOrReads
from api.identifiers import id_of
from api.reading import ReadView, find_post, json_response, list_answer
from api.serializers.lists import envelope
from api.serializers.posts import CommentSerializer
from core.errors import NotFound
from social import comments
from social.models import Comment


class CommentEdit(serializers.Serializer):
    """What may be sent to change a comment; `social.comments.clean_body` judges the text."""

    body = serializers.CharField(trim_whitespace=False, allow_blank=True)


class NewComment(CommentEdit):
    """What may be sent to comment."""

    parent = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="The comment this one replies to."
    )


@extend_schema(tags=["comments"])
class PostComments(ReadView):
    """The comments on a post."""

    permission_classes = [IsSignedInOrReads]
    limited_as = "comment"

    @extend_schema(
        operation_id="post_comments",
        summary="Comments on a post",
        parameters=parameters.listing(parameters.order_of(comments.ORDERS, "newest")),
        responses=envelope(CommentSerializer),
    )
    def get(self, request, id):
        post = find_post(request.viewer, id)
        order = comments.ORDERS[parameters.choice(request.GET, "order", comments.ORDERS, default="newest")]
        read = partial(comments.list_comments, post_id=post.pk)
        return list_answer(request, name=f"comments of {post.pk}", known=("order",), order=order, read=read)

    @extend_schema(
        operation_id="comment_on_post", summary="Comment", request=NewComment, responses={201: CommentSerializer}
    )
    def post(self, request, id):
        post = find_post(request.viewer, id)
        sent = NewComment(data=request.data)
        sent.is_valid(raise_exception=True)
        comment = comments.add_comment(
            author=request.user, post=post, body=sent.validated_data["body"], parent_id=sent.validated_data["parent"]
        )
        return json_response(comments.read_comment(comment), status=201)


@extend_schema(tags=["comments"])
class CommentView(APIView):
    """One comment."""

    permission_classes = [IsSignedIn]
    limited_as = "comment"

    @extend_schema(
        operation_id="edit_comment", summary="Edit one's comment", request=CommentEdit, responses=CommentSerializer
    )
    def patch(self, request, id):
        comment = self._find(request, id)
        sent = CommentEdit(data=request.data)
        sent.is_valid(raise_exception=True)
        comments.edit_comment(actor=request.user, comment=comment, body=sent.validated_data["body"])
        return json_response(comments.read_comment(comment))

    @extend_schema(
        operation_id="delete_comment",
        summary="Delete a comment",
        parameters=[parameters.REASON],
        responses={204: None},
    )
    def delete(self, request, id):
        reason = parameters.reason(request.GET)
        comments.delete_comment(actor=request.user, comment=self._find(request, id), reason=reason)
        return Response(status=204)

    def _find(self, request, id) -> Comment:
        comment = comments.comments_seen_by(request.viewer).filter(pk=id_of(id)).first()
        if comment is None:
            raise NotFound
        return comment
